// Model directories that are made in no time: a tiny encoder (tiny-bert.mjs), or the page's own small one, is trained here in Node by
// the plain build, as the page would train it.

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { WWW } from './server.mjs';
import { tinyBert } from './tiny-bert.mjs';

/** The name and the files of the encoder. */
export const ENCODER = { name: 'tiny', files: tinyBert() };

/** The page's own encoder: 4 and 6 bits a number. */
export function smallEncoder() {
  const name = 'all-MiniLM-L6-v2-small';
  const files = ['config.json', 'vocab.txt', 'model.safetensors'].map((file) => [file, readFileSync(path.join(WWW, 'models', name, file))]);
  return { name, files: Object.fromEntries(files) };
}

let polytask;
async function library() {
  if (!polytask) {
    polytask = await import(path.join(WWW, 'pkg/plain/polytask.js'));
    polytask.initSync({ module: readFileSync(path.join(WWW, 'pkg/plain/polytask_bg.wasm')) });
  }
  return polytask;
}

/**
 * Trains a model to the end of its run.
 *
 * @param {string} preset
 * @param {object} [options]
 * @param {boolean} [options.headsAlone] The encoder is frozen, and the files hold the heads alone.
 * @param {object} [options.training] Settings that differ.
 * @param {object} [options.recipe] Other fields of the recipe that differ.
 * @param {{ name: string, files: Record<string, Buffer> }} [options.encoder]
 * @returns {Promise<{ files: Record<string, Buffer>, tasks: { name: string, labels: string[] }[], predict: (text: string) => Record<string, { label: string, probabilities: number[] }> }>}
 *   `predict`: the run's own answers.
 */
export async function trainedModel(preset, { headsAlone = false, training = {}, recipe: fields = {}, encoder = ENCODER } = {}) {
  const { Session, default_recipe, tokenizer_of_vocabulary } = await library();
  const recipe = default_recipe(preset);
  const settings = { epochs: 2, learning_rate: 0.01, ...(headsAlone ? { freeze: 'encoder' } : {}), ...training };
  const given = { ...recipe, ...fields, encoder: encoder.name, training: { ...recipe.training, ...settings } };
  const { 'config.json': config, 'vocab.txt': vocabulary, 'model.safetensors': weights } = encoder.files;
  const tokenizer = encoder.files['tokenizer.json'] ?? tokenizer_of_vocabulary(vocabulary);
  const session = new Session();
  session.plan(given, config, tokenizer);
  session.receive(weights);
  const { tasks } = session.begin().find(({ type }) => type === 'start');
  while (!session.advance().some(({ type }) => type === 'end'));
  const sha256 = headsAlone ? createHash('sha256').update(weights).digest('hex') : undefined;
  const model = session.model_files(tokenizer, given, sha256);
  const files = {};
  for (let i = 0; i < model.count; i++) files[model.path(i)] = Buffer.from(model.read(i, 0, model.bytes(i)));
  model.free();
  return { files, tasks, predict: (text) => session.predict(text).tasks };
}
