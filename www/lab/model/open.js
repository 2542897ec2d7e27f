// A saved model on its way into a lab: its files, checked as a whole, become the encoder, and its recipe the document. Until all is
// well nothing of the lab changes.

import { isHubName, KNOWN_BYTES, MODEL, OWN } from '../../engine/encoder/addresses.js';
import { messageOf } from '../../engine/failure.js';
import { encoderName } from '../run/select.js';
import { heldOutFigures, modelName, NEEDED } from '../../engine/model/names.js';
import { readZip, Said } from '../../engine/model/read-zip.js';
import { toKeep } from '../../engine/model/sink.js';
import { modelWords } from '../../engine/model/words.js';

/** @typedef {import('../lab.js').Lab} Lab */
/** @typedef {import('../../types.js').Task} Task */
/** @typedef {import('../../engine/model/words.js').ModelWords} ModelWords */
/**
 * A model as a lab takes it.
 *
 * @typedef {object} Opened
 * @property {[path: string, file: Blob][]} files
 * @property {string} name
 * @property {string} file The name of its zip or folder.
 * @property {Task[]} tasks Those that it has heads for.
 * @property {import('../document/store.js').Doc} doc
 */

/** The files of a model in a folder on a host. */
const IN_FOLDER = ['config.json', 'tokenizer.json', 'recipe.json', 'README.md', 'model.safetensors'];
/** Those that a model may do without. */
const OPTIONAL = ['tokenizer.json', 'recipe.json', 'README.md'];
/** How a page begins, which some hosts send for every missing file. */
const HTML = /^\s*<(!doctype html|html|head|body|!--)/i;

/**
 * Opens a model that the reader has chosen or dropped.
 *
 * @param {Lab} lab
 * @param {File} file
 * @returns {Promise<boolean>} Whether it is open. If not, the lab has said why, and is as it was.
 */
export async function openModel(lab, file) {
  const words = await modelWords(lab.words.tag);
  try {
    await lab.opened;
    take(lab, await checked(lab, await readZip(file, file.name, words), file.name, words));
    return true;
  } catch (error) {
    lab.notices.error(whyNot(lab, error, file.name, words));
    return false;
  }
}

/**
 * Fetches the model that the page names, as it fetches an encoder.
 *
 * @param {Lab} lab
 * @param {string} address The state's.
 * @param {(text: string, before: import('../run/types.js').Encoder) => void} complain Hears why it did not come, and the state until then.
 */
export async function fetchModel(lab, address, complain) {
  const words = await modelWords(lab.words.tag);
  const given = decodeURIComponent(address.slice(MODEL.length).split('/')[0]);
  const isWanted = () => !lab.isDisposed && lab.state.encoder.is === 'loading' && lab.state.encoder.address === address;
  const { signal, abort } = abortable();
  /** @param {string} file @param {number} received @param {number} total */
  const progress = (file, received, total) => {
    if (!isWanted()) return abort();
    said(lab, { type: 'progress', file, received, total, cached: false });
  };
  try {
    await lab.opened;
    const url = urlOf(given, words);
    const files = url.endsWith('/') ? await folderAt(url, words, progress, signal) : await zipAt(url, words, progress, signal);
    const opened = await checked(lab, files, given.split(/[?#]/)[0].replace(/\/+$/, '').split('/').at(-1) ?? '', words);
    if (isWanted()) take(lab, opened);
  } catch (error) {
    if (!isWanted()) return;
    const before = lab.state.encoder;
    const text = whyNot(lab, error, given, words);
    said(lab, { type: 'error', code: 'unexpected', params: { why: text }, message: text });
    complain(text, before);
  }
}

/** @param {Lab} lab @param {import('../../types.js').RunEvent} event */
const said = (lab, event) => lab.dispatch({ type: 'worker event', event, of: 'load', at: performance.now() });

function abortable() {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

/** @param {Lab} lab @param {unknown} error @param {string} name @param {ModelWords} words */
function whyNot(lab, error, name, words) {
  if (error instanceof Said) return error.message;
  return words.notOpened(name, lab.words.sentence(messageOf(error)));
}

/** @param {Lab} lab @param {Opened & { notice: string }} opened */
function take(lab, { notice, ...opened }) {
  lab.notices.clear();
  lab.openModel(opened);
  lab.notices.notice(notice, { label: lab.words.sources.undo, run: () => lab.store.undo() });
}

/**
 * The model of these files, checked as a whole.
 *
 * @param {Lab} lab
 * @param {Map<string, Blob>} files
 * @param {string} file The name of its zip or folder.
 * @param {ModelWords} words
 * @returns {Promise<Opened & { notice: string }>}
 */
async function checked(lab, files, file, words) {
  const title = modelName(file);
  const missing = NEEDED.filter((path) => !files.has(path));
  if (missing.length > 0) throw new Said(words.missing(title, missing));
  const config = await jsonOf(files.get('config.json'));
  const family = config?.model_type ?? 'bert';
  if (family !== 'bert') throw new Said(words.family(title, String(family)));
  const saved = config?.polytask;
  if (!saved || !Array.isArray(saved.tasks)) throw new Said(words.noHeads(title));
  const elsewhere = elsewhereOf(lab, saved.encoder);
  if (!elsewhere && !files.has('tokenizer.json') && !files.has('vocab.txt')) throw new Said(words.missing(title, ['tokenizer.json']));
  const needed = [...files].filter(([path]) => !/^(recipe\.json|README\.md)$/.test(path));
  const model = await lab.call('checkModel', needed, elsewhere);
  const recipe = await jsonOf(files.get('recipe.json'));
  const { doc, isEmpty } = await documentOf(lab, recipe, saved, model.tasks, title, words);
  const figures = heldOutFigures((await files.get('README.md')?.text()) ?? '');
  const name = Object.hasOwn(KNOWN_BYTES, title) ? `${title} (own files)` : title;
  return { files: model.files, name, file, tasks: model.tasks, doc, notice: [words.opened(name, figures), isEmpty ? words.noSentences : ''].filter(Boolean).join(' ') };
}

/**
 * Where the encoder is whose heads alone are saved: in use, beside the page, or on the hub.
 *
 * @param {Lab} lab
 * @param {any} encoder Of config.json.
 * @returns {import('../../engine/models.js').Elsewhere | undefined}
 */
function elsewhereOf(lab, encoder) {
  if (!encoder) return undefined;
  const { name, sha256 } = encoder;
  const { address } = lab.state.encoder;
  const isInUse = name === encoderName(lab.state) && !address.startsWith(MODEL);
  if (!isInUse && !isHubName(name) && !Object.hasOwn(KNOWN_BYTES, name)) return { base: `${OWN}none/${encodeURIComponent(name)}/`, name, sha256 };
  return { base: isInUse ? address : lab.encoderAt(name), name: String(name), sha256: String(sha256) };
}

/**
 * The document of a model's recipe. If it has no sentences, each class gets its own name for one, since a run needs some.
 *
 * @param {Lab} lab
 * @param {any} recipe
 * @param {any} saved What config.json says of pooling and length.
 * @param {Task[]} tasks
 * @param {string} title
 * @param {ModelWords} words
 * @returns {Promise<{ doc: import('../document/store.js').Doc, isEmpty: boolean }>}
 */
async function documentOf(lab, recipe, saved, tasks, title, words) {
  const { recipeOfFile } = await import('../recipe/known-recipe.js');
  const settings = { ...recipe, pooling: saved.pooling };
  const read = recipe && recipeOfFile('preset' in (recipe.data ?? {}) ? settings : { ...settings, tasks });
  if (typeof read === 'object' && read) {
    const doc = await lab.sources.ofRecipe(read.recipe, title);
    if (JSON.stringify(doc.table.tasks) === JSON.stringify(tasks)) return { doc, isEmpty: false };
  }
  const examples = tasks.flatMap((task) => task.labels.map((label) => ({ text: label, labels: { [task.name]: label } })));
  const training = { max_length: saved.max_length, ...recipe?.training };
  const bare = recipeOfFile({ ...settings, training, data: { examples }, tasks, validation: { fraction: 0 } });
  if (typeof bare !== 'object' || JSON.stringify(bare.recipe.tasks) !== JSON.stringify(tasks)) throw new Said(words.tooMany(title));
  return { doc: await lab.sources.ofRecipe(bare.recipe, title), isEmpty: true };
}

/** @param {Blob | undefined} file @returns {Promise<any>} Undefined if it is no JSON object. */
async function jsonOf(file) {
  try {
    const json = JSON.parse((await file?.text()) ?? '');
    return typeof json === 'object' && json ? json : undefined;
  } catch {
    return undefined;
  }
}

/** @param {string} given @param {ModelWords} words */
function urlOf(given, words) {
  try {
    return new URL(given).href;
  } catch {
    throw new Said(words.notAddress(given));
  }
}

/** @typedef {(file: string, received: number, total: number) => void} Progress */

/** @param {string} url @param {ModelWords} words @param {Progress} progress @param {AbortSignal} signal */
async function zipAt(url, words, progress, signal) {
  const zip = await fetched(url, words, progress, signal);
  if (HTML.test(await zip.slice(0, 200).text())) throw new Said(words.html(url));
  return readZip(zip, url, words);
}

/** @param {string} url @param {ModelWords} words @param {Progress} progress @param {AbortSignal} signal @returns {Promise<Map<string, Blob>>} */
async function folderAt(url, words, progress, signal) {
  const files = new Map();
  for (const path of IN_FOLDER) {
    const at = new URL(path, url).href;
    const file = await fetched(at, words, progress, signal, OPTIONAL.includes(path));
    const isPage = file && path !== 'model.safetensors' && HTML.test(await file.slice(0, 200).text());
    if (isPage && !OPTIONAL.includes(path)) throw new Said(words.html(at));
    if (file && !isPage) files.set(path, file);
  }
  return files;
}

/**
 * @template {boolean} [Optional=false]
 * @param {string} url
 * @param {ModelWords} words
 * @param {Progress} progress
 * @param {AbortSignal} signal
 * @param {Optional} [optional] Whether there need be none.
 * @returns {Promise<Optional extends true ? Blob | undefined : Blob>}
 */
async function fetched(url, words, progress, signal, optional) {
  const noAnswer = (/** @type {any} */ error) => {
    if (error?.name === 'QuotaExceededError') throw new Said(words.noRoom);
    throw new Said(words.noAnswer(url, new URL(url).origin !== globalThis.origin));
  };
  const response = await fetch(url, { signal }).catch(noAnswer);
  if (!response.ok) {
    if (optional) return /** @type {any} */ (undefined);
    throw new Said(words.refused(url, response.status));
  }
  const total = Number(response.headers.get('content-length')) || 0;
  const sink = await toKeep();
  let received = 0;
  try {
    const name = modelName(url);
    await response.body?.pipeTo(
      new WritableStream({
        write(chunk) {
          received += chunk.length;
          progress(name, received, Math.max(total, received));
          return sink.write(chunk);
        },
      }),
      { signal },
    );
    return /** @type {any} */ (await sink.close());
  } catch (error) {
    await sink.discard();
    return noAnswer(error);
  }
}
