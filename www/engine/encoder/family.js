// Whether a config.json is that of an encoder that can be trained here, before its weights are fetched.

import { failure } from './elsewhere-failure.js';

/** @param {string} name @param {import('./stored-file.js').StoredFile} file */
export async function checkFamily(name, file) {
  if (name !== 'config.json') return;
  const family = (await jsonOf(file))?.model_type ?? 'bert';
  if (family !== 'bert') throw failure('encoder.family', { family: String(family) });
}

/** A small file's JSON; undefined if it is none. The library says what is wrong with it. @param {import('./stored-file.js').StoredFile} file */
export async function jsonOf(file) {
  try {
    return JSON.parse(new TextDecoder().decode(await file.bytes()));
  } catch {
    return undefined;
  }
}
