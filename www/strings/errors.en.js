// Errors and warnings that the engine's JavaScript makes, by code. Rust makes its own English sentences.

/** @satisfies {Record<string, string>} */
export default {
  // www/engine/encoder/encoder.js
  'encoder.offline': 'The encoder could not be fetched: nothing answers at {url}. Check the connection, then retry.',
  'encoder.refused': 'The encoder could not be fetched: the server answered {status} for {url}.',
  'encoder.not_json': 'The encoder could not be fetched: {url} is not JSON.',
  'encoder.incomplete': 'The encoder is incomplete: {url} does not list {files}.',
  'encoder.not_kept': 'This browser has no room to keep {file}, so the next visit will download it again.',

  // www/engine/encoder/encoders.js
  'encoder.file_missing': 'An encoder has the files {needed}; of these {missing} was not among what was opened.',
  'encoder.files_missing': 'An encoder has the files {needed}; of these {missing} were not among what was opened.',

  // www/engine/encoder/stored-file.js
  'encoder.damaged': '{file} was damaged in this browser’s storage.',

  // www/engine/encoder/download.js
  'download.offline': 'The download of {file} did not start: nothing answers at {url}. Check the connection, then retry.',
  'download.refused': 'The download of {file} failed: the server answered {status} for {url}.',
  'download.too_long':
    'The download of {file} is longer than the {bytes:grouped} bytes that it should have, so it was thrown away. Retry, or reload the page.',
  'download.cut':
    'The download of {file} stopped at {received:grouped} of {bytes:grouped} bytes; nothing of it was kept. Check the connection, then retry.',
  'download.wrong_hash':
    'The download of {file} has all its {bytes:grouped} bytes but not the expected SHA-256, so it was thrown away. Retry, or reload the page.',

  // www/engine/runner.js
  'run.no_encoder': 'The encoder is not loaded yet.',
  'run.replaced': 'The file was not classified to its end: the model changed meanwhile. Choose it again.',
  'run.superseded': 'Another question took its place; ask again.',
  'run.nothing_classified': 'The answers are gone: the training code was restarted. Choose the file again.',
  'run.none': 'There is no run yet: configure one first.',

  // www/engine/builds.js, engine.js and threads.js: why the worker is gone
  'worker.no_build': 'no build suits this browser',
  'worker.not_loaded': 'its code could not be loaded{remedy}',
  'worker.not_trusted': 'the page requires Trusted Types and does not allow the policy “polytask”, which its directive trusted-types must name',
  'worker.unreadable': 'it sent something unreadable',
  'worker.thread_not_loaded': 'the code of a thread could not be loaded',

  // An exception of JavaScript or of the wasm module: its text is all that is known.
  unexpected: '{why}',
};
