// The saved models of pages of one's own, in the worker: loads them and asks them. Loaded for the first such request.
//
// A call into wasm cannot be interrupted. So sentences go in by a few at a time, and the worker handles waiting messages between.

import { breathe } from '../breathe.js';
import { Encoders } from '../encoder/encoders.js';
import { RunEncoder } from '../run-encoder.js';
import { isFatal } from '../worker-failure.js';
import { Directory } from './directory.js';
import { failure } from './model-failure.js';

/** @typedef {import('../../types.js').ModelRequest} ModelRequest */
/** @typedef {import('../../types.js').Polytask} Polytask */
/** @typedef {import('../../types.js').SavedModel} SavedModel */
/** @typedef {import('../encoder/encoders.js').Say} Say */

const SENTENCES_AT_ONCE = 16;

/** @type {Encoders | undefined} */
let encoders;
/** @typedef {{ directory: Directory, say: Say, model?: SavedModel }} Place */
/** By the page's number. @type {Map<number, Place>} */
const models = new Map();

/**
 * @param {Promise<Polytask>} starting
 * @param {number} run The model's number.
 * @param {ModelRequest} request
 * @param {Say} say Reports progress and warnings.
 * @returns {Promise<unknown>} What {@link ModelRequest} says.
 */
export async function answer(starting, run, request, say) {
  switch (request.type) {
    case 'fetch':
      return placeOf(await starting, run, request, say).directory.zip(request.address, say);
    case 'open':
      return open(await starting, run, request, say);
    case 'predict': {
      const labels = Object.fromEntries(opened(run).tasks().map((task) => [task.name, task.labels ?? []]));
      return inPieces(run, request.texts, (model, texts) => model.predict(texts).map(({ tasks }) => answersOf(tasks, labels)));
    }
    case 'embed':
      return inPieces(run, request.texts, (model, texts) => {
        const numbers = model.embed(texts);
        return texts.map((_, i) => numbers.slice(i * model.dimension, (i + 1) * model.dimension));
      });
    case 'close':
      return close(run);
  }
}

/**
 * The place of a model, which is made when it is first asked for.
 *
 * @param {Polytask} polytask
 * @param {number} run
 * @param {ModelRequest & { type: 'fetch' | 'open' }} request
 * @param {Say} say
 * @returns {Place}
 */
function placeOf(polytask, run, { base, encoder }, say) {
  const known = models.get(run);
  if (known) return known;
  const hasher = async () => new polytask.Sha256();
  encoders ??= new Encoders(hasher);
  const place = { directory: new Directory(hasher, encoders, { base, encoder }), say };
  models.set(run, place);
  return place;
}

/** @param {Polytask} polytask @param {number} run @param {ModelRequest & { type: 'open' }} request @param {Say} say */
async function open(polytask, run, request, say) {
  const place = placeOf(polytask, run, request, say);
  const { directory } = place;
  if (request.files) directory.take(request.files);
  const asEncoders = /** @type {Encoders} */ (/** @type {unknown} */ (directory));
  const files = new RunEncoder(Promise.resolve(polytask), asEncoders, say, () => {});
  try {
    await files.load(request.address);
    const model = await files.undamaged(() => read(polytask, files, directory));
    if (models.get(run) !== place) return void model.free();
    place.model = model;
    return { tasks: model.tasks() };
  } catch (error) {
    models.delete(run);
    throw error;
  }
}

/** @param {Polytask} polytask @param {RunEncoder} files @param {Directory} directory */
async function read(polytask, files, directory) {
  const { pieces, small } = await files.read();
  const model = new polytask.SavedModel(...small);
  try {
    for await (const piece of pieces) model.receive(piece);
    model.begin();
    return model;
  } catch (error) {
    if (isFatal(error)) throw error;
    model.free();
    // Weights that cannot be read are fetched again the next time.
    await directory.forget();
    throw error;
  }
}

/** @param {number} run */
function opened(run) {
  const model = models.get(run)?.model;
  if (!model) throw failure('model.freed');
  return model;
}

/**
 * @template T
 * @param {number} run
 * @param {string[]} texts
 * @param {(model: SavedModel, texts: string[]) => T[]} work
 * @returns {Promise<T[]>}
 */
async function inPieces(run, texts, work) {
  const all = [];
  for (let i = 0; i < texts.length; i += SENTENCES_AT_ONCE) {
    await breathe();
    // It may have been closed meanwhile.
    all.push(...work(opened(run), texts.slice(i, i + SENTENCES_AT_ONCE)));
  }
  return all;
}

/**
 * @param {import('../../types.js').Prediction['tasks']} tasks
 * @param {Record<string, string[]>} labels
 * @returns {Record<string, import('../../model.js').Answer>}
 */
function answersOf(tasks, labels) {
  const named = Object.entries(tasks).map(([task, { label, probabilities }]) => {
    const byLabel = Object.fromEntries(labels[task].map((name, i) => [name, probabilities[i]]));
    return [task, { label, probability: byLabel[label], probabilities: byLabel }];
  });
  return Object.fromEntries(named);
}

/** @param {number} run */
function close(run) {
  const place = models.get(run);
  models.delete(run);
  place?.directory.cancel(place.say);
  place?.model?.free();
}
