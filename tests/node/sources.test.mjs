// The notebook's random labels follow the seed, and are no step of Undo of their own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSources } from '../../www/lab/document/sources.js';
import { Store } from '../../www/lab/document/store.js';
import words from '../../www/strings/en.js';

const RANDOM = { name: 'notebook', labels: 'random' };

/** A document with random labels of seed 0, and a worker that draws labels when the test lets it. */
async function open() {
  const store = new Store();
  /** Questions that are not answered yet: their seeds, and what answers them. */
  const waiting = [];
  const drawn = (seed) => ({ tasks: [{ name: 'topic', labels: ['0', '1'] }], examples: [{ text: 'a', labels: { topic: `drawn from ${seed}` } }] });
  const ask = async (question, preset, seed) => {
    if (question === 'preset') return new Promise((resolve) => waiting.push({ seed, answer: () => resolve(drawn(seed)) }));
    return { seed: 0, data: { preset: RANDOM }, tasks: [], validation: { fraction: 0 }, training: { epochs: 3, batch_size: 4, warmup: 0, gradient_accumulation_steps: 1 } };
  };
  const notices = { notice: () => () => {}, error: assert.fail };
  const sources = createSources({ store, notices, words, replaceAll: (doc) => store.replace('data', doc) }, ask);
  /** Lets the worker answer all that it was asked. */
  const answer = async () => {
    await settled();
    for (const { answer } of waiting.splice(0)) answer();
    await settled();
  };
  const opened = sources.open({ encoder: '', preset: RANDOM });
  await answer();
  await opened;
  return {
    store,
    answer,
    seed: (seed, place = 'seed') => store.editSettings((recipe) => ({ ...recipe, seed }), place),
    epochs: (epochs) => store.editSettings((recipe) => ({ ...recipe, training: { ...recipe.training, epochs } }), 'epochs'),
    /** The seed, and what the labels say that they were drawn from. */
    state: () => [store.doc.recipe.seed, store.doc.table.examples[0].labels.topic],
  };
}

/** Lets all promises that can be kept be kept. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a new seed and the labels drawn from it are one step back and one forth', async () => {
  const { store, answer, seed, state } = await open();
  seed(5);
  await answer();
  assert.deepEqual(state(), [5, 'drawn from 5']);
  store.undo();
  await answer();
  assert.deepEqual(state(), [0, 'drawn from 0']);
  assert.equal(store.canUndo, false);
  store.redo();
  await answer();
  assert.deepEqual(state(), [5, 'drawn from 5']);
  assert.equal(store.canRedo, false);
});

test('an edit or an Undo before the labels are drawn leaves no step where seed and labels disagree', async () => {
  const { store, answer, seed, epochs, state } = await open();
  seed(5);
  epochs(7);
  await answer();
  assert.deepEqual(state(), [5, 'drawn from 5']);
  store.undo();
  await answer();
  assert.deepEqual(state(), [5, 'drawn from 5']);
  seed(6, undefined);
  store.undo();
  await answer();
  assert.deepEqual(state(), [5, 'drawn from 5']);
  store.redo();
  await answer();
  assert.deepEqual(state(), [6, 'drawn from 6']);
});
