// The wasm module's session, called as the worker calls it, without a browser: the plain build runs in Node.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { WWW } from './server.mjs';

const PIECE = 4 << 20;
const read = (file) => readFileSync(path.join(WWW, 'models/all-MiniLM-L6-v2', file));

let polytask, memory, recipe, config, tokenizer, weights;

/** The module, with a memory of its own for each name. */
async function instance(name) {
  const made = await import(`${path.join(WWW, 'pkg/plain/polytask.js')}?${name}`);
  return { made, memory: made.initSync({ module: readFileSync(path.join(WWW, 'pkg/plain/polytask_bg.wasm')) }).memory };
}

before(async () => {
  ({ made: polytask, memory } = await instance('first'));
  recipe = polytask.default_recipe('notebook');
  [config, tokenizer, weights] = ['config.json', 'tokenizer.json', 'model.safetensors'].map(read);
});

function prepare(session, bytes = weights) {
  session.plan(recipe, config, tokenizer);
  for (let at = 0; at < bytes.length; at += PIECE) session.receive(bytes.subarray(at, at + PIECE));
  return session.begin();
}

function prepared(session) {
  prepare(session);
  return session;
}

/** Runs to the end: every loss of it. */
function losses(session) {
  const steps = [];
  for (;;) {
    for (const event of session.advance()) {
      if (event.type === 'step') steps.push({ ...event.losses, total: event.total });
      if (event.type === 'end') return steps;
    }
  }
}

test('weights are held once, and runs one after the other take no more memory than one', () => {
  const session = new polytask.Session();
  const before = memory.buffer.byteLength;
  session.plan(recipe, config, tokenizer);
  for (let at = 0; at < weights.length; at += PIECE) session.receive(weights.subarray(at, at + PIECE));
  const grown = memory.buffer.byteLength - before;
  assert.ok(grown < 1.3 * weights.length, `${grown} bytes for a file of ${weights.length}`);
  session.begin();

  const first = losses(session);
  const peak = memory.buffer.byteLength;
  assert.equal(first.length, 3);
  for (let run = 0; run < 3; run++) {
    prepare(session);
    assert.deepEqual(losses(session), first, 'the same run again');
  }
  assert.ok(memory.buffer.byteLength < 1.05 * peak, `${peak} bytes, then ${memory.buffer.byteLength}`);
  session.free();
});

test('memory that is taken while the weights come is the run’s own, and changes nothing', async () => {
  const usual = await instance('usual');
  const expected = losses(prepared(new usual.made.Session()));
  const early = await instance('early');
  const session = new early.made.Session();
  assert.equal(session.touch(), false, 'no run is planned');
  session.plan(recipe, config, tokenizer);
  session.receive(weights.subarray(0, 100));
  assert.equal(session.touch(), false, 'the header is not in');
  let parts = 0;
  for (let at = 100; at < weights.length; at += PIECE) {
    session.receive(weights.subarray(at, at + PIECE));
    while (session.touch()) parts += 1;
  }
  assert.ok(parts > 4, `${parts} parts of 16 MB`);
  session.begin();
  assert.deepEqual(losses(session), expected);
  // What a run needs is told with a margin of 15 %.
  const [peak, own] = [usual.memory.buffer.byteLength, early.memory.buffer.byteLength];
  assert.ok(own < 1.15 * peak, `${own} bytes, and ${peak} without`);
  session.free();
});

test('a run stays until the next one’s header is in and right', () => {
  const session = new polytask.Session();
  assert.throws(() => session.advance(), /there is no run yet/);
  assert.throws(() => session.receive(weights), /no run is planned/);
  prepare(session);
  const sentence = 'My laptop crashes every day.';
  const answer = session.predict(sentence);

  assert.throws(() => session.plan({ ...recipe, encoder: 3 }, config, tokenizer));
  assert.throws(() => session.plan(recipe, new TextEncoder().encode('{}'), tokenizer), /config\.json/);
  const deeper = config.toString().replace('"num_hidden_layers": 6', '"num_hidden_layers": 7');
  session.plan(recipe, new TextEncoder().encode(deeper), tokenizer);
  assert.throws(
    () => session.receive(weights.subarray(0, PIECE)),
    /tensor "encoder\.layer\.6\.attention\.self\.query\.weight" is missing/,
  );
  session.plan(recipe, config, tokenizer);
  assert.throws(() => session.receive(new TextEncoder().encode('<!doctype html><title>404</title>')), /not a safetensors/);
  assert.deepEqual(session.predict(sentence), answer);

  session.plan(recipe, config, tokenizer);
  session.receive(weights.subarray(0, weights.length / 2));
  assert.throws(() => session.begin(), /model\.safetensors ends too early, at 45434188 bytes/);
  assert.throws(() => session.predict(sentence), /there is no run yet/);
  prepare(session);
  assert.deepEqual(session.predict(sentence), answer);
  session.free();
});

test('sentence vectors come row after row, whatever stands beside them in the batch', () => {
  const session = new polytask.Session();
  prepare(session);
  const vectors = session.embed(['The bread was burned.', 'It rains.']);
  assert.equal(vectors.length, 2 * 384);
  const alone = session.embed(['It rains.']);
  assert.ok(alone.every((x, i) => Math.abs(x - vectors[384 + i]) < 1e-5));
  session.free();
});

test('SHA-256 of bytes in pieces', () => {
  const hash = (...pieces) => {
    const hasher = new polytask.Sha256();
    for (const piece of pieces) hasher.update(new TextEncoder().encode(piece));
    return hasher.finish();
  };
  const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  assert.equal(hash('abc'), abc);
  assert.equal(hash('a', '', 'bc'), abc);
});
