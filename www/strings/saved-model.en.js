// Errors of saved models in a page of one's own, by code. Loaded with www/model.js and www/engine/model/in-worker.js.

/** @satisfies {Record<string, string>} */
export default {
  // www/engine/model/load.js
  'model.unsupported':
    'This browser cannot use the model: it lacks WebAssembly with SIMD, or module workers. Use a browser of 2023 or later; outside browsers there is the command `polytask predict`.',
  'model.address': 'load() needs the address of a model’s directory or zip, such as load("model/") or load("model.zip"), and got {given}.',
  'model.zip': '{url} is a zip. Unpack it on the host, and name the directory.',
  'model.zip_unreadable': '{why}',
  'model.texts': 'The model needs a list of sentences, such as ["one", "another"], and got {given}.',
  'model.freed': 'The model was closed. Load it again.',
  'model.died': 'The code that computes has ended: {why}. The next call starts it again.',

  // www/engine/model/load.js and directory.js
  'model.zip_lacks': '{url} is no model of Polytask: it has no {missing}. Put the zip on the host as it was saved.',

  // www/engine/model/directory.js and host.js
  'model.nowhere':
    'There is no model at {url}: the host does not have config.json there. Name the directory that holds config.json, tokenizer.json and model.safetensors.',
  'model.cors':
    'This page may not read {url}: its host does not send the header Access-Control-Allow-Origin. Let it send that header, or put the model’s directory beside the page.',
  'model.not_json': '{url} is not JSON ({why}). Copy the model’s directory to the host again.',
  'model.bare_encoder':
    '{url} is the config of an encoder without heads, which gives no answers: it has no "polytask" object with tasks. Name the directory of a model that was trained and saved with Polytask.',
  'model.no_weights': '{url} has no head for the task {task}. Copy the whole directory of the model to the host again.',
  'model.wrong_encoder':
    'The encoder at {url} is not the one that the heads were trained with, {name}: its model.safetensors has the SHA-256 {found}, and {wanted} is needed. Name the right directory with the option encoder.',
};
