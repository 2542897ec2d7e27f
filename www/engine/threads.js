// Starts the threads of the `threads` build. The worker that owns the wasm instance asks the page for them:
//
//   owner to page    { kind: 'threads', … }: the instance's module and memory, and a port for the answer
//   page to thread   the module and the memory, with which the thread makes its own instance (thread.js), and its lock's name
//   thread to page   { holds }: the thread is about to serve the pool, and whether it holds its lock (lifeline.js)
//   page to owner    'started': all threads are
//
// The owner does not start them itself: in Firefox, a worker that starts workers sometimes hangs for ever.

import { message } from './failure.js';
import { lifeline, watch } from './lifeline.js';
import { startWorker } from './start-worker.js';

/** @typedef {import('../types.js').WantedThreads} WantedThreads */

/** A worker with this name does not start threads. */
export const ONE_THREAD = 'polytask-one-thread';

/**
 * Called by the owner: asks for `threads` threads, waits until they have started, and computes with them from then on.
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
 * Called by the page: starts the threads that a worker asked for. They run until they are terminated, even when that worker
 * has ended.
 *
 * @param {URL} script That of a thread.
 * @param {WantedThreads} wanted
 * @param {(why: import('../types.js').Message) => void} onFailure Called when a thread could not start, failed or is gone: the pool is unusable then.
 * @returns {{ terminate(): void }[]} The threads.
 */
export function startThreads(script, { threads, module, memory, port }, onFailure) {
  let missing = threads;
  return Array.from({ length: threads }, () => {
    const lock = lifeline();
    let stopWatching = () => {};
    const thread = startWorker(script, 'polytask-thread');
    thread.onmessage = ({ data: { holds } }) => {
      if (holds) stopWatching = watch(lock, () => onFailure(message('worker.thread_ended')));
      missing -= 1;
      if (missing === 0) port.postMessage('started');
    };
    thread.onerror = (event) => {
      event.preventDefault(); // `onFailure` gets it.
      onFailure(event.message ? message('unexpected', { why: event.message }) : message('worker.thread_not_loaded'));
    };
    thread.postMessage({ module, memory, lock });
    return {
      terminate() {
        stopWatching();
        thread.terminate();
      },
    };
  });
}
