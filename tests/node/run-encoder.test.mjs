// The encoder of a run: what asks for its files while they are on their way waits for them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunEncoder } from '../../www/engine/run-encoder.js';

const FILES = new Map([
  ['config.json', { bytes: async () => 'config' }],
  ['tokenizer.json', { bytes: async () => 'tokenizer' }],
  ['model.safetensors', { pieces: () => ['weights'] }],
]);

/** An encoder whose files come when they are let go. */
function coming() {
  let letGo, refuse;
  const files = new Promise((resolve, reject) => ([letGo, refuse] = [() => resolve(FILES), reject]));
  const encoder = new RunEncoder(Promise.resolve({}), { load: () => files }, () => {}, () => {});
  return { encoder, letGo, refuse };
}

test('a worker that takes the place of another gets “load” and “configure” at once: the second waits for the first', async () => {
  const { encoder, letGo } = coming();
  encoder.load('http://here/encoder/');
  const reading = encoder.read();
  await sleep(20);
  letGo();
  assert.deepEqual((await reading).small, ['config', 'tokenizer']);
  assert.equal(encoder.base, 'http://here/encoder/');
});

test('where the encoder does not come, and where nobody asked for one, that is said', async () => {
  const { encoder, refuse } = coming();
  await assert.rejects(encoder.read(), { code: 'run.no_encoder' });
  encoder.load('http://here/encoder/').catch(() => {});
  const reading = encoder.read();
  refuse(new Error('no network'));
  await assert.rejects(reading, { code: 'run.no_encoder' });
});
