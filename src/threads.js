// The workers of the thread pool in src/threads.rs. This one file is what the pool's owner imports to start them and what
// each of them runs; a worker knows itself by its name.

import init, { build_thread_pool, run_thread } from '../../../polytask.js';

const NAME = 'polytask-thread';

/** Kept here, since a browser may collect workers that nothing refers to. */
const workers = [];

/** Resolves once the pool has `threads` threads; rejects if a worker cannot start, and leaves none then. */
export async function startThreads(threads, module, memory) {
  if (workers.length > 0) throw new Error('the thread pool was started before');
  try {
    await Promise.all(
      Array.from({ length: threads }, () => {
        const worker = new Worker(script(), { type: 'module', name: NAME });
        workers.push(worker);
        return new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => (data === 'ready' ? resolve() : reject(new Error(data)));
          worker.onerror = ({ message }) => reject(new Error(message || 'a thread could not be started'));
          worker.postMessage({ module, memory });
        });
      }),
    );
    build_thread_pool(threads);
  } catch (error) {
    for (const worker of workers.splice(0)) worker.terminate();
    throw error;
  }
}

/** Where the workers load this file from. A worker's script must be of the page's own origin; what it imports need not. */
function script() {
  const { href, origin } = new URL(import.meta.url);
  if (origin === self.origin) return href;
  return URL.createObjectURL(new Blob([`import ${JSON.stringify(href)};`], { type: 'text/javascript' }));
}

if (self.name === NAME) {
  self.onmessage = async ({ data: { module, memory } }) => {
    try {
      await init({ module_or_path: module, memory });
    } catch (error) {
      return postMessage(String(error));
    }
    postMessage('ready');
    run_thread();
  };
}
