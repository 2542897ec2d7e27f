// A run's model as a zip: written piece by piece as the worker reads it, so that its weights are nowhere in memory a second time.

import { recipeOf } from '../document/store.js';
import { encoderName, hasRun } from '../run/select.js';
import { zipLibrary } from '../../engine/model/library.js';
import { Said } from '../../engine/model/read-zip.js';
import { toKeep } from '../../engine/model/sink.js';
import { modelWords } from '../../engine/model/words.js';

/**
 * @typedef {object} Wanted
 * @property {boolean} [headsOnly] Without the encoder, which must be frozen.
 * @property {boolean} [withoutSentences] The recipe without the reader's sentences.
 */

/** Bytes that the worker is asked for at once: a multiple of 4. */
const PIECE = 1 << 20;

/** The saving in progress: the worker reads one model at a time. @type {Promise<unknown>} */
let before = Promise.resolve();

/**
 * The model of a lab as a Blob. If there is no run, one is prepared first.
 *
 * @param {import('../lab.js').Lab} lab
 * @param {Wanted} [wanted]
 * @returns {Promise<Blob>} Rejects with one sentence.
 */
export async function modelBlob(lab, wanted = {}) {
  // A question is answered by the first run there is.
  if (!hasRun(lab.state.run.status)) await lab.tokenize('-');
  const words = await modelWords(lab.words.tag);
  const sink = await toKeep();
  return /** @type {Blob} */ (await saveModel(lab, wanted, sink, words));
}

/**
 * Writes the model into `sink`. The run does not go on meanwhile.
 *
 * @param {import('../lab.js').Lab} lab
 * @param {Wanted} wanted
 * @param {import('../../engine/model/sink.js').Sink} sink Is discarded if it fails.
 * @param {import('../../engine/model/words.js').ModelWords} words
 * @param {(done: number, all: number) => void} [progress] Bytes.
 * @param {AbortSignal} [signal]
 * @returns {Promise<Blob | undefined>} What the sink gives. Rejects with one sentence, or with an AbortError.
 */
export function saveModel(lab, wanted, sink, words, progress, signal) {
  const saving = before.then(() => write(lab, wanted, sink, progress, signal));
  before = saving.catch(() => {});
  return saving.catch(async (error) => {
    await sink.discard();
    if (signal?.aborted) throw signal.reason;
    if (error?.name === 'QuotaExceededError') throw new Said(words.noRoom);
    if (error?.name === 'AbortError' || error?.code !== undefined && typeof error.code === 'string') throw new Said(error.message);
    throw new Said(words.notWritten(error?.message ?? String(error)));
  });
}

/**
 * @param {import('../lab.js').Lab} lab
 * @param {Wanted} wanted
 * @param {import('../../engine/model/sink.js').Sink} sink
 * @param {(done: number, all: number) => void} [progress]
 * @param {AbortSignal} [signal]
 */
async function write(lab, { headsOnly = false, withoutSentences = false }, sink, progress, signal) {
  signal?.throwIfAborted();
  const { ZipWriter } = await zipLibrary();
  try {
    const files = await lab.call('listModel', savedRecipe(lab, withoutSentences), headsOnly);
    const all = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let done = 0;
    /** Why the sink refused a piece; zip.js reports it in words of its own. @type {unknown} */
    let refused;
    const zip = new ZipWriter(
      new WritableStream({
        write: (chunk) =>
          sink.write(chunk).catch((error) => {
            refused ??= error;
            throw error;
          }),
      }),
    );
    /** @param {number} i @param {number} bytes */
    const readable = (i, bytes) => {
      let at = 0;
      return new ReadableStream(
        {
          async pull(controller) {
            signal?.throwIfAborted();
            const piece = await lab.call('readModel', i, at, PIECE);
            at += piece.length;
            done += piece.length;
            progress?.(done, all);
            if (piece.length > 0) controller.enqueue(piece);
            if (at >= bytes || piece.length === 0) controller.close();
          },
        },
        { highWaterMark: 1 },
      );
    };
    try {
      for (const [i, { path, bytes }] of files.entries())
        await zip.add(path, { readable: readable(i, bytes), size: bytes }, path.endsWith('.safetensors') ? { level: 0 } : {});
      await zip.close();
      signal?.throwIfAborted(); // Up to here nothing is the reader's yet.
      return await sink.close();
    } catch (error) {
      throw refused ?? error;
    }
  } finally {
    await lab.call('closeModel').catch(() => {}); // A worker that is gone holds nothing.
  }
}

/** The recipe of the run that the model is of, without the measurements, which belong to this page. @param {import('../lab.js').Lab} lab @param {boolean} withoutSentences @returns {import('../../types.js').Recipe} */
function savedRecipe(lab, withoutSentences) {
  const { run, document } = lab.state;
  const { diagnostics, ...settings } = recipeOf(/** @type {import('../document/store.js').Doc} */ (run.configured ?? document.doc));
  const recipe = /** @type {import('../../types.js').Recipe} */ ({ ...settings, encoder: encoderName(lab.state) });
  return withoutSentences && 'examples' in recipe.data ? { ...recipe, data: { examples: [] } } : recipe;
}
