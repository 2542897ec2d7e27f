// Which encoder a run uses, where several were asked for. No browser: the encoders and their files are stand-ins.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pieces } from '../../www/engine/encoder/download.js';
import { DamagedFile, PIECE } from '../../www/engine/encoder/stored-file.js';
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

/** A session that tells what it was called with. */
function sessionOf() {
  const calls = [];
  const said = (name) => (...args) => void calls.push([name, ...args].join(' '));
  return { calls, plan: said('plan'), receive: said('receive'), touch: () => false, forget_plan: said('forget_plan'), begin: () => (calls.push('begin'), ['started']) };
}

/** A download of an encoder, whose pieces come when the test lets them, and what `expect` has of it. */
function downloading(isCached = false) {
  const pieces = new Pieces(async () => ({ update: () => {}, finish: () => '' }), new Response());
  const small = filesOf('small');
  const file = {
    pieces: async function* () {
      yield 'all';
    },
    get blob() {
      return pieces.blob;
    },
  };
  const whole = new Map([...small, ['model.safetensors', file]]);
  let [files, here, wrong] = [undefined, () => {}, () => {}];
  const load = () => (files = new Promise((resolve, reject) => ([here, wrong] = [(other = whole) => resolve(other), () => reject(new Error('wrong'))])));
  const encoders = {
    load,
    coming: () => ({ files, small: Promise.resolve(small), weights: Promise.resolve(isCached ? undefined : pieces) }),
    cancel: () => {},
  };
  const encoder = new RunEncoder(Promise.resolve({}), encoders, () => {}, () => {});
  return { encoder, pieces, whole, here: (other) => here(other), wrong: () => wrong() };
}

/** The same, asked for, with a run that is expected. */
function expecting(isCached) {
  const download = downloading(isCached);
  const session = sessionOf();
  const loading = download.encoder.load('base');
  const reading = download.encoder.expect('base', session, recipe, false);
  return { ...download, session, loading, reading };
}
const settled = () => new Promise((resolve) => setTimeout(resolve, 20));
const recipe = { training: { epochs: 1 } };
const always = () => true;

test('the run that is expected reads its encoder as it arrives, and begins when the whole is here', async () => {
  const { encoder, pieces, here, session, loading } = expecting();
  pieces.add(new Uint8Array(PIECE + 1));
  await settled();
  assert.deepEqual(session.calls.map((call) => call.slice(0, 12)), ['plan [object', 'receive 0,0,'], 'the whole piece');
  encoder.expect('base', session, { ...recipe }, false);
  await settled();
  assert.equal(session.calls.length, 2, 'the same run is not planned again');
  await pieces.finish();
  await settled();
  assert.equal(session.calls.length, 3, 'nothing begins before the encoder is known to be right');
  here();
  await loading;
  assert.deepEqual(await encoder.begin(session, { ...recipe }, always, false), ['started']);
  assert.deepEqual(session.calls.map((call) => call.split(' ')[0]), ['plan', 'receive', 'receive', 'begin']);
});

for (const [what, change] of [
  ['another recipe', async ({ encoder, session }) => encoder.begin(session, { training: { epochs: 2 } }, always, false)],
  ['other heads', async ({ encoder, session }) => encoder.begin(session, recipe, always, true)],
  ['a download that began anew', async ({ encoder, session, pieces }) => (pieces.abandon(), encoder.begin(session, recipe, always, false))],
])
  test(`${what} than expected is prepared as if nothing had been`, async () => {
    const { encoder, pieces, here, session, loading } = expecting();
    pieces.add(new Uint8Array(PIECE + 1));
    await settled();
    here();
    await loading;
    const calls = session.calls.splice(0).length;
    assert.equal(calls, 2);
    assert.deepEqual(await change({ encoder, session, pieces }), ['started']);
    assert.deepEqual(session.calls.filter((call) => !/^(plan|forget_plan)/.test(call)), ['receive all', 'begin']);
  });

for (const [what, other] of [
  ['weights', (whole) => new Map([...whole, ['model.safetensors', { blob: new Blob(), pieces: whole.get('model.safetensors').pieces }]])],
  ['small files', (whole) => new Map([...whole, ...[...filesOf('other')].slice(0, 2)])],
])
  test(`where the ${what} came from another place in the end, nothing that was read along is used`, async () => {
    const { encoder, pieces, whole, here, session, loading } = expecting();
    pieces.add(new Uint8Array(10));
    // The download of the first place is given up, or was whole before another file failed.
    if (what === 'small files') await pieces.finish();
    await settled();
    here(other(whole));
    await loading;
    assert.deepEqual(await encoder.begin(session, recipe, always, false), ['started']);
    assert.equal(session.calls.at(-2), 'receive all');
  });

for (const [what, end] of [['is cancelled', ({ encoder }) => encoder.cancel()], ['fails', ({ wrong }) => wrong()]])
  test(`a download that ${what} frees what was read for the run that was expected`, async () => {
    const { pieces, session, loading, reading, ...rest } = expecting();
    loading.catch(() => {});
    pieces.add(new Uint8Array(PIECE + 1));
    await settled();
    end(rest);
    await settled();
    assert.deepEqual(session.calls.splice(2), ['forget_plan']);
    pieces.add(new Uint8Array(PIECE + 1));
    pieces.abandon();
    await reading;
    assert.equal(session.calls.length, 2, 'nothing more is read');
  });

test('a trap while the encoder is read along is not kept for later', async () => {
  const { encoder, pieces } = downloading();
  const session = { ...sessionOf(), plan: () => { throw new WebAssembly.RuntimeError('unreachable'); } };
  encoder.load('base');
  const reading = encoder.expect('base', session, recipe, false);
  pieces.add(new Uint8Array(10));
  await assert.rejects(reading, WebAssembly.RuntimeError);
});

test('a download that begins anew while the pieces before are read is noticed', async () => {
  const { encoder, pieces, here } = downloading();
  const session = sessionOf();
  const loading = encoder.load('base');
  pieces.add(new Uint8Array(PIECE + 1));
  encoder.expect('base', session, recipe, false);
  pieces.abandon();
  here();
  await loading;
  assert.deepEqual(await encoder.begin(session, recipe, always, false), ['started']);
  assert.equal(session.calls.at(-2), 'receive all');
});

test('of an encoder that the browser has kept nothing is read along', async () => {
  const { encoder, here, session, loading } = expecting(true);
  here();
  await loading;
  assert.deepEqual(await encoder.begin(session, recipe, always, false), ['started']);
  assert.deepEqual(session.calls.map((call) => call.split(' ')[0]), ['forget_plan', 'plan', 'receive', 'begin']);
});

test('of an encoder that did not come, or was wrong, nothing is used', async () => {
  const { encoder, pieces, wrong, here, session, loading } = expecting();
  pieces.add(new Uint8Array(10));
  await pieces.finish();
  await settled();
  wrong();
  await assert.rejects(loading, /wrong/);
  const again = encoder.load('base');
  here();
  await again;
  session.calls.length = 0;
  await encoder.begin(session, recipe, always, false);
  assert.deepEqual(session.calls.map((call) => call.split(' ')[0]), ['plan', 'receive', 'begin']);
});
