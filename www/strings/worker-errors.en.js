// Errors and warnings that the engine's JavaScript makes in its worker, by code.

/** @satisfies {Record<string, string>} */
export default {
  // www/engine/encoder/encoder.js
  'encoder.not_kept': 'This browser has no room to keep the encoder, so the next visit will download it again. Freeing space on this machine helps.',

  // www/engine/encoder/stored-file.js
  'encoder.damaged': '{file} was damaged in this browser’s storage.',

  // www/engine/encoder/download.js
  'download.offline': 'The download of {file} did not start: nothing answers at {url}. Check the connection, then retry.',
  'download.cut':
    'The download of {file} stopped at {received:grouped} of {bytes:grouped} bytes. Check the connection, then retry.',

  // www/engine/run-encoder.js
  'run.no_encoder': 'The encoder is not loaded yet.',

  // www/engine/classifying.js
  'run.replaced': 'The file was not classified to its end: the model changed meanwhile. Choose it again.',
  'run.nothing_classified': 'The answers are gone: the training code was restarted. Choose the file again.',

  // www/engine/classifying.js, www/engine/data-questions.js
  'run.superseded': 'Another question took its place; ask again.',

  // www/engine/runner.js
  'run.none': 'There is no run yet: configure one first.',
};
