// Starts module workers, also where the page is of another origin than this package.
//
// A worker's script must be of the page's own origin. One that only imports the real script may be made on the spot, and
// what it imports may come from anywhere that allows it (Access-Control-Allow-Origin); so may all that it imports in turn.

/**
 * @param {URL} url
 * @param {string} name
 */
export function startWorker(url, name) {
  if (url.origin === location.origin) return new Worker(url, { type: 'module', name });
  const script = new Blob([`import ${JSON.stringify(url.href)};`], { type: 'text/javascript' });
  const made = URL.createObjectURL(script);
  const worker = new Worker(made, { type: 'module', name });
  // The address is read when the worker starts, which no event tells of from outside: it goes when a first one comes.
  const forget = () => URL.revokeObjectURL(made);
  worker.addEventListener('message', forget, { once: true });
  worker.addEventListener('error', forget, { once: true });
  return worker;
}
