// Which of the three builds of the wasm module suits this browser, and its start.
//
// `threads` uses every core and fused multiply-add; `fused` one core; `plain` needs nothing but SIMD. Threads need memory
// that workers share, which a page has only if its host sends the headers for it (COOP and COEP).

import { failure } from './failure.js';
import { useThreads } from './threads.js';

/** @typedef {import('../types.js').Build} Build */
/** @typedef {import('../types.js').Polytask} Polytask */
/** @typedef {import('../types.js').Threaded} Threaded */

/** (module (func (result v128) … f32x4.relaxed_madd)): valid only where relaxed SIMD is. */
const RELAXED_SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 0, 253, 15, 65, 0, 253, 15, 65,
  0, 253, 15, 253, 133, 2, 11,
]);
/** (module (memory 1 1 shared) (func … i32.atomic.load …)): valid only where memory can be shared. */
const SHARED_MEMORY = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 5, 4, 1, 3, 1, 1, 10, 11, 1, 9, 0, 65, 0, 254, 16, 2, 0,
  26, 11,
]);
/** Name of a worker that must not start threads. */
export const ONE_THREAD = 'polytask-one-thread';
/** More threads than this no longer help: a step's products are too small to be cut further. */
const MOST_THREADS = 8;

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

const cores = () => Math.min(MOST_THREADS, navigator.hardwareConcurrency || 1);

/**
 * Starts the fastest build that starts.
 *
 * @param {boolean} mayThread Whether the `threads` build may be tried.
 * @returns {Promise<{ polytask: Polytask, build: Build, threads: number }>} Rejects with the last build's error.
 */
export async function startBuild(mayThread) {
  const builds = suitableBuilds(mayThread);
  for (const build of builds) {
    try {
      return await start(build);
    } catch (error) {
      if (build === builds.at(-1)) throw error;
    }
  }
  throw failure('worker.no_build'); // `plain` is always among them.
}

/** @param {Build} build */
async function start(build) {
  const folder = new URL(`../pkg/${build}/`, import.meta.url);
  // Both files at once: the module is compiled as it comes, while its glue is still on its way.
  const module = fetch(new URL('polytask_bg.wasm', folder));
  module.catch(() => {}); // `default` below rejects with it.
  /** @type {Polytask} */
  const polytask = await import(new URL('polytask.js', folder).href);
  await polytask.default({ module_or_path: module });
  let threads = 1;
  if (build === 'threads') {
    threads = cores();
    await useThreads(/** @type {Threaded} */ (/** @type {unknown} */ (polytask)), threads);
  }
  return { polytask, build, threads };
}
