// Which encoder a run uses, where several were asked for. No browser: the encoders and their files are stand-ins.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DamagedFile } from '../../www/engine/encoder/stored-file.js';
import { RunEncoder } from '../../www/engine/run-encoder.js';

/** The files of an encoder: each has its name for content. */
const filesOf = (name) => {
  const file = { bytes: async () => name, pieces: async function* () {} };
  return new Map(['config.json', 'tokenizer.json', 'model.safetensors'].map((path) => [path, file]));
};

/** A run's encoder, and encoders that come when the test lets them. */
function open() {
  const coming = new Map();
  const events = [];
  let replaced = 0;
  const wait = (base) => new Promise((resolve) => coming.set(base, () => resolve(filesOf(base))));
  const encoders = {
    load: wait,
    reload: wait,
    open: async (base, files, name, say) => {
      const found = await wait(base);
      say({ type: 'loaded', encoder: name });
      return found;
    },
    cancel: () => {},
  };
  const encoder = new RunEncoder(Promise.resolve({}), encoders, (event) => events.push(event), () => (replaced += 1));
  return { encoder, events, come: (base) => coming.get(base)(), used: async () => (await encoder.read()).small[0], replaced: () => replaced };
}

test('an encoder that comes for another run, after this one has chosen another, does not take its place', async () => {
  const { encoder, come, used, replaced } = open();
  const first = encoder.load('first');
  encoder.cancel();
  const second = encoder.load('second');
  come('second');
  await second;
  come('first');
  await first;
  assert.equal(await used(), 'second');
  assert.equal(replaced(), 1);
});

test('nor do files of the reader’s own, of which nothing more is said', async () => {
  const { encoder, come, used, events } = open();
  const opened = encoder.open('own', [], 'mine');
  encoder.cancel();
  const second = encoder.load('second');
  come('second');
  await second;
  come('own');
  await opened;
  assert.equal(await used(), 'second');
  assert.deepEqual(events, []);
});

test('nor does a damaged one that was fetched again', async () => {
  const { encoder, come, used } = open();
  const first = encoder.load('first');
  come('first');
  await first;
  let tries = 0;
  const work = encoder.undamaged(async () => {
    if (++tries === 1) throw new DamagedFile({ code: 'encoder.damaged', params: {}, message: 'damaged' });
    return used();
  });
  await Promise.resolve();
  const second = encoder.load('second');
  come('second');
  await second;
  come('first');
  assert.equal(await work, 'second');
});

test('a damaged one that is fetched again does not keep another that is on its way from being used', async () => {
  const { encoder, come, used } = open();
  const first = encoder.load('first');
  come('first');
  await first;
  const second = encoder.load('second');
  let tries = 0;
  const work = encoder.undamaged(async () => {
    if (++tries === 1) throw new DamagedFile({ code: 'encoder.damaged', params: {}, message: 'damaged' });
    return used();
  });
  await Promise.resolve();
  come('first');
  assert.equal(await work, 'first');
  come('second');
  await second;
  assert.equal(await used(), 'second');
});

test('before any is loaded, what needs one is told so', async () => {
  await assert.rejects(open().encoder.read(), { message: 'The encoder is not loaded yet.' });
});

test('a worker that takes the place of another gets “load” and “configure” at once: the second waits for the first', async () => {
  const { encoder, come, used } = open();
  encoder.load('first');
  const reading = used();
  await new Promise((resolve) => setTimeout(resolve, 20));
  come('first');
  assert.equal(await reading, 'first');
});

test('what waits for an encoder is told when it is not awaited any more, or does not come', async () => {
  const { encoder } = open();
  encoder.load('first');
  encoder.cancel();
  await assert.rejects(encoder.read(), { code: 'run.no_encoder' });
  const refusing = new RunEncoder(Promise.resolve({}), { load: () => Promise.reject(new Error('no network')) }, () => {}, () => {});
  refusing.load('first').catch(() => {});
  await assert.rejects(refusing.read(), { code: 'run.no_encoder' });
});
