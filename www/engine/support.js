// Checks that the browser has all that the page needs, before anything heavy is fetched.

/**
 * (module (func (result v128) i32.const 0 i8x16.splat i8x16.popcnt)): valid only where fixed-width SIMD is.
 */
const SIMD_MODULE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

/**
 * @param {import('../strings/words.js').Words} words
 * @returns {string} What is missing, as a sentence with the way out; '' if nothing is.
 */
export function whatIsMissing({ support }) {
  const lack = firstLack();
  return lack === undefined ? '' : support.lacks(support[lack]);
}

/** Whether the browser has all of it. */
export const isSupported = () => firstLack() === undefined;

function firstLack() {
  if (typeof WebAssembly !== 'object') return 'wasm';
  if (!WebAssembly.validate(SIMD_MODULE)) return 'simd';
  if (!hasModuleWorkers()) return 'workers';
  return undefined;
}

/** A browser that knows module workers reads the option `type`; one that does not never looks. */
function hasModuleWorkers() {
  if (typeof Worker !== 'function') return false;
  let asked = false;
  const options = {
    /** @returns {'module'} */
    get type() {
      asked = true;
      return 'module';
    },
  };
  try {
    // No address at all, so no worker starts; but the options are read before the address is.
    new Worker('http://[', options).terminate();
  } catch {
    // As it should.
  }
  return asked;
}
