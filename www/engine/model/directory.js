// The files of a saved model's directory: config.json, tokenizer.json and model.safetensors, from the network or, without one, as an
// earlier visit kept them. They are kept in the encoders' cache, with a list of them that has the form of an encoder's manifest. Those
// of a zip are given by the page, which unpacks it.
//
// A directory has no hashes. Its small files are fetched on each visit. The weights are fetched again when the host says that they
// have changed, by their entity tag, date or size.
//
// If the weights are the heads alone, config.json names the encoder and the SHA-256 of its weights. It is found as a run's encoder is.

import { addressOf } from '../encoder/addresses.js';
import { collect, forgetFiles, keep, keyOf, openCache, parsed } from '../encoder/encoder.js';
import { Encoders } from '../encoder/encoders.js';
import { WEIGHTS } from '../encoder/files.js';
import { joined } from '../encoder/shards.js';
import { DamagedFile, StoredFile, sha256 } from '../encoder/stored-file.js';
import { messageOf } from '../failure.js';
import { readHeader } from './header.js';
import { ask, isPassing, lost, versionOf, zipAt } from './host.js';
import { failure } from './model-failure.js';

/** @typedef {import('../encoder/encoder.js').File} File */
/** @typedef {import('../encoder/encoder.js').Manifest} Manifest */
/** @typedef {import('../encoder/encoder.js').Source} Source */
/** @typedef {import('../encoder/encoder.js').Tools} Tools */
/** @typedef {import('../encoder/encoders.js').Say} Say */
/** @typedef {{ tasks?: { name: string }[], encoder?: { name: string, sha256: string } }} Polytask Of config.json. */

const [CONFIG, TOKENIZER] = ['config.json', 'tokenizer.json'];
/** In the cache, the list of a directory's files. */
const LIST = 'polytask-files.json';

/** What one model is loaded from. It has the methods of {@link Encoders} that a `RunEncoder` needs for an address. */
export class Directory {
  #hasher;
  #encoders;
  #options;
  #abort = new AbortController();
  /** The directory's files in the cache, or the zip. @type {Map<string, StoredFile>} */
  #own = new Map();
  /** The files of a zip. @type {Map<string, StoredFile> | undefined} */
  #unpacked;
  /** The address of the encoder's directory, once it is known that there is one. @type {string | undefined} */
  #encoderAt;

  /**
   * @param {() => Promise<import('../encoder/download.js').Hasher>} hasher Makes a new hasher.
   * @param {Encoders} encoders Of all models, so that several with one encoder fetch it once.
   * @param {{ base: string, encoder?: string }} options The address of the package's folder, and that of the encoder's directory if
   *   the page names one.
   */
  constructor(hasher, encoders, options) {
    this.#hasher = hasher;
    this.#encoders = encoders;
    this.#options = options;
  }

  /** The zip there, as it is. @param {string} address @param {Say} say @returns {Promise<Blob>} */
  async zip(address, say) {
    const stored = await zipAt(address, await this.#tools(say));
    this.#own = new Map([[address, stored]]);
    return stored.blob;
  }

  /** Takes the files of a zip. @param {[path: string, file: Blob][]} files */
  take(files) {
    this.#unpacked = new Map(files.map(([path, file]) => [path, new StoredFile(path, file, [])]));
  }

  /** @param {string} directory Its address, with a slash at the end, or that of a zip. @param {Say} say */
  async load(directory, say) {
    try {
      return await this.#load(directory, say);
    } catch (error) {
      if (!(error instanceof DamagedFile)) throw error;
      return this.reload(directory, say);
    }
  }

  /** Loads the files again, after one was damaged in the browser's cache. @param {string} directory @param {Say} say */
  async reload(directory, say) {
    await this.forget();
    if (this.#encoderAt) await this.#encoders.reload(this.#encoderAt, say);
    return this.#load(directory, say);
  }

  /** Deletes the directory's files from the cache. */
  async forget() {
    await forgetFiles(this.#own);
  }

  /** @param {Say} say */
  cancel(say) {
    this.#abort.abort();
    this.#encoders.cancel(say);
  }

  /** @param {Say} say @returns {Promise<Tools>} */
  #tools = async (say) => ({ hasher: this.#hasher, say, signal: this.#abort.signal, cache: await openCache() });

  /** @param {string} directory @param {Say} say */
  async #load(directory, say) {
    const files = this.#unpacked ?? (await this.#fetched(directory, say));
    const { encoder, tasks } = await polytaskOf(await fileOf(files, CONFIG).bytes(), urlOf(directory, CONFIG));
    if (this.#unpacked) await assertWhole(files, directory, encoder !== undefined, tasks);
    return encoder ? this.#withEncoder(files, encoder, say) : files;
  }

  /** @param {string} directory @param {Say} say */
  async #fetched(directory, say) {
    const tools = await this.#tools(say);
    const { files } = await collect(await sourceAt(directory, tools), tools);
    this.#own = files;
    return files;
  }

  /**
   * @param {Map<string, StoredFile>} files With the heads alone.
   * @param {{ name: string, sha256: string }} wanted
   * @param {Say} say
   */
  async #withEncoder(files, wanted, say) {
    const at = this.#options.encoder ?? addressOf(wanted.name, this.#options.base);
    this.#encoderAt = at;
    const whole = await this.#encoders.load(at, say);
    const hasher = await this.#hasher();
    for await (const piece of fileOf(whole, WEIGHTS).pieces()) hasher.update(piece);
    const found = hasher.finish();
    if (found !== wanted.sha256) throw failure('model.wrong_encoder', { url: at, name: wanted.name, found, wanted: wanted.sha256 });
    const weights = await joined(new Map([['model-1-of-2.safetensors', fileOf(whole, WEIGHTS)], ['model-2-of-2.safetensors', fileOf(files, WEIGHTS)]]));
    return new Map([...whole, ...files, [WEIGHTS, weights]]);
  }
}

/** A file that the list of the files names. @param {Map<string, StoredFile>} files @param {string} name */
const fileOf = (files, name) => /** @type {StoredFile} */ (files.get(name));

/** Where a file is, in a sentence: beside the others, or in a zip. @param {string} directory @param {string} name */
const urlOf = (directory, name) => (directory.endsWith('/') ? directory + name : `${directory} (${name})`);

/**
 * Whether a zip has all that its model needs. A directory is asked for its files one by one, which says the same.
 *
 * @param {Map<string, StoredFile>} files
 * @param {string} zip
 * @param {boolean} isHeadsAlone Heads alone are read with their encoder's tokenizer.
 * @param {{ name: string }[]} tasks
 */
async function assertWhole(files, zip, isHeadsAlone, tasks) {
  if (!isHeadsAlone && !files.has(TOKENIZER) && !files.has('vocab.txt')) throw failure('model.zip_lacks', { url: zip, missing: TOKENIZER });
  const { tensors } = await readHeader(WEIGHTS, new Response(fileOf(files, WEIGHTS).blob));
  assertHeads(tensors, tasks, urlOf(zip, WEIGHTS));
}

/** @param {Set<string>} tensors @param {{ name: string }[]} tasks @param {string} url Of the weights. */
function assertHeads(tensors, tasks, url) {
  const without = tasks.find(({ name }) => !tensors.has(`heads.${name}.weight`));
  if (without) throw failure('model.no_weights', { url, task: without.name });
}

/**
 * The directory as the host has it, or as it was kept.
 *
 * @param {string} directory
 * @param {Tools} tools
 * @returns {Promise<Source>}
 */
async function sourceAt(directory, tools) {
  const list = new URL(LIST, directory).href;
  const kept = parsed(await (await tools.cache?.match(list))?.text());
  try {
    const manifest = await manifestAt(directory, kept, tools);
    await tools.cache?.put(list, new Response(JSON.stringify(manifest))).catch(() => {});
    return { directory, manifest, isAssumed: true };
  } catch (error) {
    if (!kept || !isPassing(error)) throw error;
    return { directory, manifest: kept, onlyCached: true, isAssumed: true };
  }
}

/**
 * @param {string} directory
 * @param {Manifest | undefined} kept
 * @param {Tools} tools
 * @returns {Promise<Manifest>}
 */
async function manifestAt(directory, kept, tools) {
  const [config, configFile] = await fetchSmall(directory, CONFIG, tools);
  const { encoder, tasks } = await polytaskOf(config, urlOf(directory, CONFIG));
  const files = [configFile];
  // Heads alone are read with their encoder's tokenizer.
  if (!encoder) files.push((await fetchSmall(directory, TOKENIZER, tools))[1]);
  files.push(await weightsAt(directory, kept?.files.find(({ name }) => name === WEIGHTS), tasks, tools));
  return { encoder: directory, files };
}

/**
 * What config.json says of the heads.
 *
 * @param {Uint8Array} config
 * @param {string} url
 * @returns {Promise<Polytask & { tasks: { name: string }[] }>}
 */
async function polytaskOf(config, url) {
  let polytask;
  try {
    ({ polytask } = JSON.parse(new TextDecoder().decode(config)));
  } catch (error) {
    const { message: why } = messageOf(error);
    throw failure('model.not_json', { url, why });
  }
  if (!Array.isArray(polytask?.tasks)) throw failure('model.bare_encoder', { url });
  return polytask;
}

/**
 * Fetches a small file and keeps it.
 *
 * @param {string} directory
 * @param {string} name
 * @param {Tools} tools
 * @returns {Promise<[bytes: Uint8Array, file: File]>}
 */
async function fetchSmall(directory, name, { cache, hasher, say, signal }) {
  const url = new URL(name, directory).href;
  const bytes = new Uint8Array(await (await ask(url, name, signal)).arrayBuffer().catch(() => lost(url, name, signal)));
  const hash = await hasher();
  hash.update(bytes);
  const file = { name, bytes: bytes.length, sha256: hash.finish() };
  const blob = new Blob([bytes]);
  const digests = globalThis.crypto?.subtle ? await digestsOf(new StoredFile(name, blob, [])) : [];
  await keep(cache, keyOf(url, file), file, new StoredFile(name, blob, digests), say);
  return [bytes, file];
}

/** @param {StoredFile} file */
async function digestsOf(file) {
  const digests = [];
  for await (const piece of file.pieces()) digests.push(await sha256(piece));
  return digests;
}

/**
 * @param {string} directory
 * @param {File | undefined} kept
 * @param {{ name: string }[]} tasks
 * @param {Tools} tools
 * @returns {Promise<File>}
 */
async function weightsAt(directory, kept, tasks, { signal }) {
  const url = new URL(WEIGHTS, directory).href;
  if (kept) {
    const said = versionOf(await ask(url, WEIGHTS, signal, 'HEAD').catch(() => ask(url, WEIGHTS, signal)));
    if (said === kept.version) return kept;
  }
  const response = await ask(url, WEIGHTS, signal);
  const { bytes, tensors } = await readHeader(WEIGHTS, response);
  assertHeads(tensors, tasks, url);
  return { name: WEIGHTS, bytes, version: versionOf(response) };
}
