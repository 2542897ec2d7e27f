// Checks that the browser supports everything that the page needs, before large files are fetched.

/** (module (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt)): valid only in browsers with fixed-width SIMD. */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

/**
 * @param {import('../strings/words.js').Words} words
 * @returns {string} A sentence that names the missing feature and a remedy; '' if none is missing.
 */
export function whatIsMissing({ support }) {
  const lack = firstLack();
  return lack === undefined ? '' : support.lacks(support[lack]);
}

/** Whether the browser supports everything that the page needs. */
export const isSupported = () => firstLack() === undefined;

function firstLack() {
  if (typeof WebAssembly !== 'object') return 'wasm';
  if (!WebAssembly.validate(SIMD_MODULE)) return 'simd';
  if (!hasModuleWorkers()) return 'workers';
  return undefined;
}

/** Only browsers with module workers read the option `type`, and before they look at the address. */
function hasModuleWorkers() {
  if (typeof Worker !== 'function') return false;
  let asked = false;
  const options = {
    /** @returns {'module'} */
    get type() {
      asked = true;
      throw new Error('no worker is to start');
    },
  };
  try {
    new Worker('http://[', options).terminate();
  } catch {
    // Expected: of the option, or of the address, which is invalid.
  }
  return asked;
}
