// Errors and warnings about encoders that are not beside the page's scripts, by code. Loaded with www/engine/encoder/elsewhere.js.

/** @satisfies {Record<string, string>} */
export default {
  // www/engine/encoder/elsewhere.js
  'encoder.from_hub': 'There is no encoder at {url}. {encoder}, {bytes:size}, is taken from {hub} in its place.',
  'encoder.nowhere':
    'There is no encoder at {url} ({why}) It must be a folder with manifest.json, or with config.json, tokenizer.json and model.safetensors. Correct the address, or choose another encoder.',
  'encoder.nowhere_at_all':
    'The encoder could not be fetched, neither from {url} nor from {hub}. Check the connection, then retry; or open the files of an encoder that you have.',
  'encoder.earlier': 'The host has a newer {name}, which could not be fetched ({why}) The copy in this browser is used.',
  'encoder.own_gone': 'This browser does not have the files of {name} any more. Open them again.',

  'encoder.incomplete': 'The encoder is incomplete: {url} does not list {files}.',

  // www/engine/encoder/family.js
  'encoder.family':
    'config.json: model_type is "{family}", and only "bert" is supported (bert-base-uncased, the MiniLMs, the BGE and E5 encoders). Choose such an encoder.',

  // www/engine/encoder/hub.js
  'encoder.not_at_hub':
    '{hub} has no encoder {name} that everybody may read. Check the name, OWNER/NAME. The address of a folder ends with a slash.',
  'encoder.hub_silent': 'The files of {name} could not be listed: {hub} does not answer (status {status}). Check the connection, then retry.',
  'encoder.not_an_encoder': '{where} is no encoder that can be trained here: it lacks {files}. Choose a BERT encoder with these files.',
  'encoder.pytorch':
    '{where} has its weights in {file}, and model.safetensors is needed. Two lines of Python write it: from transformers import AutoModel; AutoModel.from_pretrained("{from}").save_pretrained("converted"). Then open the files of the folder “converted”, with the tokenizer’s.',

  // www/engine/encoder/own-files.js
  'encoder.files_missing':
    'An encoder has the files config.json, tokenizer.json (or vocab.txt) and model.safetensors (or its shards and their index). Open them together: {missing} is not among these.',
  'encoder.own_lfs_pointer': '{file} is a Git LFS pointer and not the file: fetch it with git lfs pull in its folder, then open it again.',
  'encoder.own_not_kept': 'This browser cannot keep the files of {name}: after a reload, open them again.',

  // www/engine/encoder/pooling.js
  'encoder.pooling': 'This encoder was trained with {pooling} pooling: it is used, unless you choose another in the settings.',
  'encoder.pooling_unknown': 'This encoder was trained with a pooling that is not offered here ({modes}): choose one in the settings.',

  // www/engine/encoder/shards.js
  'encoder.shard': '{file} is damaged: it is no safetensors file. Fetch it again.',

  // www/engine/models.js
  'model.closed': 'The model was not read to its end: another download of it has begun.',
  'model.encoder_missing': 'Its own files hold the heads alone, and their encoder, {name}, could not be had ({why}) Open that encoder first, then the heads.',
  'model.other_encoder':
    'Its own files hold the heads alone, and {name} is not the encoder that they were trained with: the SHA-256 of its model.safetensors is {found}, expected {expected}. Open the right encoder first, then the heads.',

  // www/engine/encoder/resume.js
  'download.html': 'The download of {file} failed: {url} is a page and not the file.',
  'download.refused': 'The download of {file} failed: the server answered {status} for {url}.',
  'download.too_long':
    'The download of {file} is longer than the {bytes:grouped} bytes that it should have, so it was thrown away. Retry, or reload the page.',
  'download.wrong_hash':
    'The download of {file} has all its {bytes:grouped} bytes but not the expected SHA-256, so it was thrown away. Retry, or reload the page.',
  'encoder.lfs_pointer': '{file} is a Git LFS pointer and not the file ({where}): the host’s owner must run git lfs pull.',
};
