// Starts module workers, also in a page of another origin than this package.
//
// Browsers require a worker's script to have the page's origin, but not the modules that it imports, if their host sends
// Access-Control-Allow-Origin. So a page of another origin starts a one-line script that imports the real one.

/** Accepts an address where the page's policy requires Trusted Types; that policy must allow the name `polytask`. */
const RULES = { createScriptURL: String };
/** @type {typeof RULES | undefined} */
let trusted;

/** @param {string} address @param {string} name */
function moduleWorker(address, name) {
  try {
    trusted ??= /** @type {any} */ (globalThis).trustedTypes?.createPolicy('polytask', RULES);
  } catch {
    // The page's policy allows no policy of this name. If it also requires one, the next line throws the browser's message.
  }
  return new Worker((trusted ?? RULES).createScriptURL(address), { type: 'module', name });
}

/**
 * @param {URL} url
 * @param {string} name
 */
export function startWorker(url, name) {
  // Not `location.origin`: in a sandboxed frame it is the address's origin, while the page's own is 'null'.
  if (url.origin === self.origin) return moduleWorker(url.href, name);
  const script = `import ${JSON.stringify(url.href)};`;
  // In a page without an origin, Chromium starts no worker from a Blob.
  if (self.origin === 'null') return moduleWorker(`data:text/javascript,${encodeURIComponent(script)}`, name);
  const made = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = moduleWorker(made, name);
  // The address is needed until the worker has started. The first event shows that it has.
  const forget = () => URL.revokeObjectURL(made);
  worker.addEventListener('message', forget, { once: true });
  worker.addEventListener('error', forget, { once: true });
  return worker;
}
