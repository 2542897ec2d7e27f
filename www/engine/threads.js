// Threads for the `threads` build: both ends of how a worker that owns a wasm instance comes by them.
//
//   owner to page    { kind: 'threads', … }: the instance's module and memory, and a port to answer by
//   page to thread   the module and the memory, to make an instance of its own on (thread.js)
//   thread to page   that it is about to serve the pool, and nothing more
//   page to owner    that all of them are
//
// The owner does not start them itself: in Firefox a worker that makes workers now and then hangs for ever as it does.

import { message } from './failure.js';
import { startWorker } from './start-worker.js';

/** @typedef {import('../types.js').WantedThreads} WantedThreads */

/**
 * The owner's end: has `threads` threads started and computes with them from then on.
 *
 * @param {import('../types.js').Threaded} polytask
 * @param {number} threads
 */
export async function useThreads(polytask, threads) {
  const { port1, port2 } = new MessageChannel();
  const started = new Promise((resolve) => (port1.onmessage = resolve));
  /** @type {WantedThreads} */
  const wanted = {
    kind: 'threads',
    threads,
    module: polytask.wasm_module(),
    memory: polytask.wasm_memory(),
    port: port2,
  };
  self.postMessage(wanted, { transfer: [port2] });
  await started;
  polytask.build_thread_pool(threads);
  polytask.set_threads(threads);
}

/**
 * The page's end: starts the threads that a worker wants. They live until they are terminated, also when it is gone.
 *
 * @param {WantedThreads} wanted
 * @param {(why: import('../types.js').Message) => void} onFailure Called when one could not start or broke down, and the pool is of no more use.
 */
export function startThreads({ threads, module, memory, port }, onFailure) {
  let missing = threads;
  return Array.from({ length: threads }, () => {
    const thread = startWorker(new URL('./thread.js', import.meta.url), 'polytask-thread');
    thread.onmessage = () => {
      missing -= 1;
      if (missing === 0) port.postMessage('started');
    };
    thread.onerror = (event) => {
      event.preventDefault(); // `onFailure` gets it.
      onFailure(event.message ? message('unexpected', { why: event.message }) : message('worker.thread_not_loaded'));
    };
    thread.postMessage({ module, memory });
    return thread;
  });
}
