// Chooses and starts the fastest of the three wasm builds that this browser can run.
//
// `threads` uses all cores and fused multiply-add; `fused` uses one core and fused multiply-add; `plain` needs only SIMD.
// Threads need shared memory, which a page has only if its host sends the headers COOP and COEP.

import { failure } from './failure.js';
import { useThreads } from './threads.js';

/** @typedef {import('../types.js').Build} Build */
/** @typedef {import('../types.js').Polytask} Polytask */
/** @typedef {import('../types.js').Threaded} Threaded */

/** (module (func (result v128) … f32x4.relaxed_madd)): valid only in browsers with relaxed SIMD. */
const RELAXED_SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65,
  0, 253, 15, 253, 133, 2, 11,
]);
/** (module (memory 1 1 shared) (func … i32.atomic.load …)): valid only in browsers with shared memory. */
const SHARED_MEMORY = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 11, 1, 9, 0, 65, 0, 254, 16, 2, 0,
  26, 11,
]);
/** wasm-bindgen's JavaScript for each build. @type {Record<Build, () => Promise<any>>} */
const GLUE = {
  plain: () => import('../pkg/plain/polytask.js'),
  fused: () => import('../pkg/fused/polytask.js'),
  threads: () => import('../pkg/threads/polytask.js'),
};
/** Upper limit: a step's matrix products are too small to keep more threads busy. */
const MAX_THREADS = 8;

/** The builds that this browser can run, fastest first. @param {boolean} mayThread @returns {Build[]} */
function suitableBuilds(mayThread) {
  const fused = WebAssembly.validate(RELAXED_SIMD);
  const shares = globalThis.crossOriginIsolated && WebAssembly.validate(SHARED_MEMORY);
  /** @type {Build[]} */
  const builds = ['plain'];
  if (fused) builds.unshift('fused');
  if (mayThread && fused && shares && cores() > 1) builds.unshift('threads');
  return builds;
}

const cores = () => Math.min(MAX_THREADS, navigator.hardwareConcurrency || 1);

/**
 * Starts the fastest build; if it fails to start, tries the next.
 *
 * @param {Record<Build, string>} modules The address of each build's module.
 * @param {boolean} mayThread Whether the `threads` build may be tried.
 * @returns {Promise<{ polytask: Polytask, build: Build, threads: number }>} Rejects with the last build's error.
 */
export async function startBuild(modules, mayThread) {
  const builds = suitableBuilds(mayThread);
  for (const build of builds) {
    try {
      return await start(build, modules[build]);
    } catch (error) {
      if (build === builds.at(-1)) throw error;
    }
  }
  throw failure('worker.no_build'); // Unreachable: `plain` is always in the list.
}

/** @param {Build} build @param {string} address */
async function start(build, address) {
  // Fetches both files at once: the module is compiled while it downloads, in parallel with its JavaScript glue.
  const module = fetch(address);
  module.catch(() => {}); // `polytask.default` below rejects with the same error.
  /** @type {Polytask} */
  const polytask = await GLUE[build]();
  await polytask.default({ module_or_path: module });
  let threads = 1;
  if (build === 'threads') {
    threads = cores();
    await useThreads(/** @type {Threaded} */ (/** @type {unknown} */ (polytask)), threads);
  }
  return { polytask, build, threads };
}
