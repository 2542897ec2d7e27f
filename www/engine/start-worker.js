// Starts module workers, also where the page is of another origin than this package.
//
// A worker's script must be of the page's own origin. One that only imports the real script may be made on the spot, and
// what it imports may come from anywhere that allows it (Access-Control-Allow-Origin); so may all that it imports in turn.

/**
 * @param {URL} url
 * @param {string} name
 */
export function startWorker(url, name) {
  // A sandboxed frame's address has an origin that the page itself has not.
  if (url.origin === self.origin) return new Worker(url, { type: 'module', name });
  const script = `import ${JSON.stringify(url.href)};`;
  // Where a page has no origin at all, Chromium starts no worker from a Blob.
  if (self.origin === 'null') return new Worker(`data:text/javascript,${encodeURIComponent(script)}`, { type: 'module', name });
  const made = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(made, { type: 'module', name });
  // The address is read when the worker starts, which no event tells of from outside: it goes when a first one comes.
  const forget = () => URL.revokeObjectURL(made);
  worker.addEventListener('message', forget, { once: true });
  worker.addEventListener('error', forget, { once: true });
  return worker;
}
