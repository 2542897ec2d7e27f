// Starts module workers, also in a page of another origin than this package.
//
// Browsers require a worker's script to have the page's origin, but not the modules that it imports, if their host sends
// Access-Control-Allow-Origin. So a page of another origin starts a one-line script that imports the real one.

import { trusted } from './trusted.js';

/**
 * @param {URL} url
 * @param {string} name
 */
export function startWorker(url, name) {
  // Not `location.origin`: in a sandboxed frame it is the address's origin, while the page's own is 'null'.
  if (url.origin === self.origin) return new Worker(trusted(url.href), { type: 'module', name });
  const script = `import ${JSON.stringify(url.href)};`;
  // In a page without an origin, Chromium starts no worker from a Blob.
  if (self.origin === 'null') return new Worker(trusted(`data:text/javascript,${encodeURIComponent(script)}`), { type: 'module', name });
  const made = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
  const worker = new Worker(trusted(made), { type: 'module', name });
  // The address is needed until the worker has started. The first event shows that it has.
  const forget = () => URL.revokeObjectURL(made);
  worker.addEventListener('message', forget, { once: true });
  worker.addEventListener('error', forget, { once: true });
  return worker;
}
