// A worker that serves as one thread of another worker's wasm instance. threads.js starts it.

import init, { run_thread } from '../pkg/threads/polytask.js';
import { hold } from './lifeline.js';

self.onmessage = async ({ data: { module, memory, lock } }) => {
  try {
    const [holds] = await Promise.all([hold(lock), init({ module_or_path: module, memory })]);
    self.postMessage({ holds });
    run_thread();
  } catch (error) {
    reportError(error); // The page gets it as the worker's `error` event; a rejected promise would not reach the page.
  }
};
