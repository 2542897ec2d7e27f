// Loads the element, and says in the page if it cannot. For pages of another origin than this file's: a module reaches them only if
// its host allows it by a header, and a browser says nothing in the page if it does not. This script is no module and needs no header.
//
//   <script src="https://your.host/polytask/load.js" async></script>

(() => {
  const folder = new URL('./', /** @type {HTMLScriptElement} */ (document.currentScript).src);
  const element = new URL('polytask-lab.js', folder).href;

  /** What of the page's policy forbids the module. */
  let forbidding = '';
  document.addEventListener('securitypolicyviolation', ({ blockedURI, effectiveDirective }) => {
    if (blockedURI.startsWith(element) || blockedURI === folder.origin) forbidding = effectiveDirective.replace('-elem', '');
  });

  /** Why the module did not come. @param {unknown} error */
  async function reason(error) {
    if (forbidding) return `this page’s Content Security Policy forbids it: let its ${forbidding} allow ${folder}`;
    // A request without CORS tells whether the file is there, and nothing else.
    const isThere = await fetch(element, { mode: 'no-cors' }).then(
      () => true,
      () => false,
    );
    if (!isThere) return `nothing answers at ${element}`;
    if (folder.origin === location.origin) return String(error);
    return `the host ${folder.origin} does not let pages of other origins read its files: let it send the header Access-Control-Allow-Origin: *`;
  }

  import(element).catch(async (error) => {
    // The event about the policy comes in a task of its own.
    await new Promise((resolve) => setTimeout(resolve));
    const sentence = `<polytask-lab> cannot be shown: ${await reason(error)}.`;
    console.error(sentence);
    for (const tag of document.querySelectorAll('polytask-lab')) {
      const line = document.createElement('p');
      line.setAttribute('role', 'alert');
      line.textContent = sentence;
      tag.append(line);
    }
  });
})();
