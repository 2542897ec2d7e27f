// A worker that is one thread of a wasm instance in another worker. threads.js starts it.

import init, { run_thread } from '../pkg/threads/polytask.js';

self.onmessage = async ({ data: { module, memory } }) => {
  try {
    await init({ module_or_path: module, memory });
    self.postMessage('serving');
    run_thread();
  } catch (error) {
    reportError(error); // To the page: a rejected promise would not get there.
  }
};
