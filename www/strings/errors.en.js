// Errors and warnings that the engine's JavaScript makes in a page, by code. Those of its worker are in worker-errors.en.js, and
// Rust makes its own English sentences.

/** @satisfies {Record<string, string>} */
export default {
  // www/engine/builds.js, engine.js and threads.js: why the worker is gone
  'worker.no_build': 'no build suits this browser',
  'worker.not_loaded': 'its code could not be loaded{remedy}',
  'worker.not_trusted': 'the page’s directive trusted-types must name the policy “polytask”',
  'worker.unreadable': 'it sent something unreadable',
  'worker.ended': 'the browser ended it',
  'worker.thread_ended': 'the browser ended one of its threads',
  'worker.thread_not_loaded': 'the code of a thread could not be loaded',

  // An exception of JavaScript or of the wasm module: its text is all that is known.
  unexpected: '{why}',
};
