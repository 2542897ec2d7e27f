// Notices that a worker is gone. Browsers end workers without an event: for lack of memory, or by hand in their task manager. Its
// runs would say "training" for ever, and the other threads would wait for one that is gone.
//
// Each worker holds a Web Lock for as long as it lives. Who asks for the same lock gets it when the worker is gone. Only pages in
// a secure context and with an origin have Web Locks; elsewhere nobody notices.

/** A name for one worker's lock; '' where there are no locks. */
export const lifeline = () => (globalThis.navigator?.locks ? `polytask ${crypto.randomUUID()}` : '');

/**
 * Takes the lock for good. Called by the worker.
 *
 * @param {string} name
 * @returns {Promise<boolean>} Whether this worker holds it now.
 */
export function hold(name) {
  return new Promise((resolve) => {
    if (!name) return resolve(false);
    const forGood = () => {
      resolve(true);
      return new Promise(() => {});
    };
    navigator.locks.request(name, forGood).catch(() => resolve(false));
  });
}

/**
 * Waits for the end of a worker that holds the lock. Called by the page.
 *
 * @param {string} name
 * @param {() => void} onEnd
 * @returns {() => void} Stops waiting.
 */
export function watch(name, onEnd) {
  const stop = new AbortController();
  // A busy browser may give the lock although nobody waits for it any more.
  const given = () => stop.signal.aborted || onEnd();
  navigator.locks.request(name, { signal: stop.signal }, given).catch(() => {});
  return () => stop.abort();
}
