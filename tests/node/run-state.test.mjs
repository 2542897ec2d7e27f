// Where a run stands, as far as its events tell, and how it stands to the document that the reader goes on editing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Following, heldOutOf, outlineOf } from '../../www/lab/run/following.js';
import { follow, noRun, NOTHING } from '../../www/lab/run/run-state.js';

const START = { type: 'start', epochs: 3, steps_per_epoch: 4, tasks: [{ name: 'topic' }, { name: 'mood' }] };
const STEP = { type: 'step', step: 5, epoch: 2, total: 1.25, losses: {} };

/** A state after events. */
const after = (state, ...events) => {
  const run = { ...noRun(''), ...state };
  for (const event of events) follow(run, event);
  return run;
};

test('a start counts from zero, whatever the run before has come to', () => {
  const { step, epoch, loss, msPerStep, epochs, steps, tasks } = after({ msPerStep: 90 }, START, STEP, START);
  assert.deepEqual([step, epoch, loss, msPerStep, epochs, steps], [0, 0, undefined, 0, 3, 12]);
  assert.deepEqual(tasks, ['topic', 'mood']);
});

test('a step says where it stands, and nothing of whether the run goes on', () => {
  const { step, epoch, loss, status } = after({ status: 'training' }, START, STEP);
  assert.deepEqual([step, epoch, loss, status], [5, 2, 1.25, 'training']);
});

test('a run that pauses is paused after its first step, and ready before it', () => {
  const paused = { type: 'paused' };
  assert.equal(after({ status: 'training' }, START, paused).status, 'ready');
  assert.equal(after({ status: 'training' }, START, STEP, paused).status, 'paused');
  assert.equal(after({ status: 'ready' }, START, STEP, paused).status, 'paused', 'a single step');
  for (const status of ['none', 'preparing', 'ended', 'stopped']) assert.equal(after({ status }, paused).status, status);
});

test('a run that ends has ended; without a run there is nothing', () => {
  const run = after({ status: 'training' }, START, STEP, { type: 'end' });
  assert.equal(run.status, 'ended');
  Object.assign(run, NOTHING);
  assert.deepEqual([run.status, run.step, run.steps, run.loss], ['none', 0, 0, undefined]);
});

test('events of which a state says nothing leave it alone', () => {
  const run = after({ status: 'training' }, START, STEP);
  for (const type of ['progress', 'evaluation', 'gradients', 'map', 'warning', 'mistakes'])
    assert.deepEqual(after(run, { type }), run, type);
});

const doc = {
  table: { preset: null, name: '', tasks: START.tasks, examples: ['a', ' ', 'b', 'c', 'd'].map((text) => ({ text, labels: {} })) },
  recipe: { training: { epochs: 3, batch_size: 2 }, validation: { fraction: 0.25 }, diagnostics: { map_every: 0 } },
};

test('an edit makes the run stale by what it touches, and taking it back makes it right again', () => {
  const following = new Following();
  assert.equal(following.edited(doc, 'cell', ''), '', 'there is no run to be stale');
  following.begin(doc);
  const sentences = { ...doc, table: { ...doc.table } };
  assert.equal(following.edited(sentences, 'cell', ''), 'sentences');
  assert.equal(following.edited(doc, 'cell', 'sentences'), '');
  const settings = { ...doc, recipe: { ...doc.recipe } };
  assert.equal(following.edited(settings, 'settings', ''), 'settings');
  assert.equal(following.wholesale, false);
  following.edited(sentences, 'data', '');
  assert.equal(following.wholesale, true);
  following.begin(sentences);
  assert.equal(following.wholesale, false);
});

test('what is measured makes nothing stale, and hides no setting that is', () => {
  const following = new Following();
  following.begin(doc);
  const observed = { ...doc, recipe: { ...doc.recipe, diagnostics: { map_every: 5 } } };
  assert.equal(following.edited(observed, 'diagnostics', ''), '');
  const changed = { ...doc, recipe: { ...observed.recipe, seed: 3 } };
  assert.equal(following.edited(changed, 'settings', ''), 'settings');
  const both = { ...changed, recipe: { ...changed.recipe, diagnostics: { map_every: 0 } } };
  assert.equal(following.edited(both, 'diagnostics', 'settings'), 'settings');
});

test('what is held out is told of the sentences that were sent: a row without text is none', () => {
  assert.deepEqual(heldOutOf(doc, [true, false, true, false]), [true, false, false, true, false]);
  assert.deepEqual(heldOutOf(undefined, [true]), []);
});

test('before there is a run, the document says how long it will be', () => {
  const { epochs, steps_per_epoch, validation_examples } = outlineOf(doc);
  assert.deepEqual([epochs, steps_per_epoch, validation_examples], [3, 2, 1]);
  const all = outlineOf({ ...doc, recipe: { ...doc.recipe, validation: null } });
  assert.deepEqual([all.steps_per_epoch, all.validation_examples], [3, 0]);
  assert.equal(outlineOf({ ...doc, table: { ...doc.table, examples: [] } }).steps_per_epoch, 1);
});
