// A part of the page that is loaded when it is first wanted: most visits do without it.

/**
 * @template T
 * @param {() => Promise<T>} load
 * @param {() => void} complain Called when it could not be loaded. The next call tries again.
 * @returns {() => Promise<T | undefined>} Loads it once. Undefined if it could not be loaded.
 */
export function late(load, complain) {
  /** @type {Promise<T> | undefined} */
  let loading;
  return async () => {
    loading ??= load();
    try {
      return await loading;
    } catch {
      loading = undefined;
      complain();
      return undefined;
    }
  };
}
