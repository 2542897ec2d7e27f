// Web Locks that all pages of an origin share, as the worker holds them. The page hears how many it holds or waits for: while the
// page rests in the back/forward cache, others may ask for them (engine.js).
//
// Parts of the worker that are loaded when needed may have a copy of this module each, so no state is kept here.

/** Posts to the page; absent in Node. */
const scope = /** @type {{ postMessage?: (message: import('../types.js').FromWorker) => void }} */ (/** @type {unknown} */ (globalThis));

/**
 * Does `work` while nobody else on this origin does work of this name.
 *
 * @template T
 * @param {string} name
 * @param {AbortSignal} signal Ends the waiting.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} Rejects without having begun if the signal came first, and where there are no locks.
 */
export async function withLock(name, signal, work) {
  scope.postMessage?.({ kind: 'locks', more: 1 });
  try {
    return await navigator.locks.request(name, { signal }, work);
  } finally {
    scope.postMessage?.({ kind: 'locks', more: -1 });
  }
}
