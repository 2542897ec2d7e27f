// A lab and its worker, which the test plays: what is sent when, and what becomes of answers that come late. No browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import words from '../../www/strings/en.js';

/** What the page has posted to its worker: a command, or something else by its kind. */
let posted;
let worker;
globalThis.self = { origin: 'null' }; // As that of a file.
globalThis.Worker = class {
  constructor(url, options) {
    if (!options.name) {
      void options.type; // A browser that knows module workers looks.
      throw new TypeError('no address');
    }
    worker = this;
  }
  postMessage(message) {
    posted.push(message.kind === 'command' ? { ...message.command, request: message.request } : { type: message.kind });
  }
  terminate() {}
};
Promise.withResolvers ??= () => {
  let parts;
  const promise = new Promise((resolve, reject) => (parts = { resolve, reject }));
  return { promise, ...parts };
};
const { Lab } = await import('../../www/lab/lab.js');
const { EncoderChoice } = await import('../../www/lab/encoder/choice.js');
const { Store } = await import('../../www/lab/document/store.js');

const TASKS = [{ name: 'mood', labels: ['bad', 'good'] }];
const RECIPE = {
  data: { examples: ['a', 'b', 'c', 'd'].map((text, i) => ({ text, labels: { mood: TASKS[0].labels[i % 2] } })) },
  tasks: TASKS,
  validation: { fraction: 0.25 },
  pooling: 'mean',
  seed: 0,
  training: { epochs: 1, batch_size: 4, warmup: 0, gradient_accumulation_steps: 1, task_weight: {} },
  diagnostics: { gradients_every: 0, interference_every: 0, mistakes: false, map_every: 0 },
};
const START = { type: 'start', tasks: TASKS, epochs: 1, steps_per_epoch: 4, validation_examples: 1, held_out: [true, false, false, false] };
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A lab whose document is open, and the worker's side of it. */
async function open() {
  posted = [];
  const [said, passedOn] = [[], []];
  const notices = { error: (text) => said.push(text), notice: () => () => {}, lasting() {}, warning() {}, forgetWarnings() {}, forgetErrors() {}, clear() {} };
  const wish = { encoder: 'models/', recipe: RECIPE, recipeName: 'mine' };
  const lab = new Lab({
    ...{ words, base: 'http://localhost/', notices, store: new Store(), choice: new EncoderChoice(), wish: async () => wish, fallback: wish, autostart: false, linked: false, measured: {} },
    ...{ perFrame: (show) => show, listen: () => () => {}, onEvent: ({ type }) => passedOn.push(type), onState() {} },
  });
  const receive = (message) => worker.onmessage({ data: message });
  receive({ kind: 'ready', build: 'plain', threads: 1, files: [] });
  // Its questions to the module: the defaults that the recipe is read with.
  for (let id = 0; id < 10 && !lab.store.isOpen; id++) {
    await settled();
    receive({ kind: 'answer', id, value: RECIPE });
  }
  await lab.opened;
  const tell = (event, of = 'train', request = undefined) => receive({ kind: 'event', run: 0, event, of, request });
  const sent = (type) => posted.filter((message) => message.type === type);
  /** A run that is ready. */
  const begin = () => {
    lab.wake();
    tell({ type: 'loaded', encoder: 'x', bytes: 1, cached: false }, 'load');
    tell(START, 'configure', sent('configure').at(-1).request);
  };
  return { lab, tell, sent, begin, said, passedOn, receive };
}
const outcomes = async (promises) => (await Promise.allSettled(promises)).map(({ value, reason }) => value?.text ?? reason.message);
const prediction = (text) => ({ type: 'prediction', text, tasks: {} });

test('questions wait for the run; each answer reaches the one who asked, and one without an asker nobody', async () => {
  const { lab, tell, sent, begin, said, passedOn } = await open();
  const asked = [lab.predict('a'), lab.predict('a'), lab.predict('b')];
  assert.deepEqual([sent('load').length, sent('predict').length], [1, 0]);
  begin();
  const [first, second, third] = sent('predict').map(({ request }) => request);
  assert.equal(new Set([first, second, third, undefined]).size, 4, 'each has a number of its own');
  tell({ type: 'error', message: 'too long' }, 'predict', second);
  tell(prediction('b'), 'predict', third);
  tell(prediction('a'), 'predict', first);
  tell(prediction('a'), 'predict', first);
  assert.deepEqual(await outcomes(asked), ['a', 'too long', 'b']);
  assert.deepEqual([said, lab.state.run.status], [['too long'], 'ready'], 'what cannot be answered stops no run');
  assert.equal(passedOn.filter((type) => type === 'prediction').length, 2, 'the page hears each answer once');
  lab.dispose();
});

test('half an emoji is asked as Rust reads it, and two equal texts have an answer each', async () => {
  const { lab, tell, sent, begin } = await open();
  const cut = 'The soup was cold again 😒'.slice(0, 25);
  const asked = [lab.predict(cut), lab.predict(cut), lab.tokenize(cut), lab.explain(cut)];
  begin();
  const questions = ['predict', 'tokenize', 'explain'].flatMap(sent);
  assert.deepEqual(questions.map(({ text }) => text), Array(4).fill('The soup was cold again \ufffd'));
  for (const { type, text, request } of questions) tell(prediction(text), type, request);
  assert.deepEqual(await outcomes(asked), questions.map(({ text }) => text));
  lab.point(cut);
  assert.equal(lab.state.reader.pointed, questions[0].text, 'the views wait for the sentence that the answer names');
  lab.dispose();
});

test('who asks a lab that is gone is told so', async () => {
  const { lab, begin } = await open();
  begin();
  const early = lab.predict('a');
  lab.dispose();
  const late = [lab.predict('b'), lab.explain('b'), lab.ask({ type: 'interference' })];
  assert.deepEqual(await outcomes([early, ...late]), Array(4).fill('The element was removed, or shows another run.'));
});

test('a run that is configured anew drops what the one before still says', async () => {
  const { lab, tell, sent, begin, passedOn } = await open();
  begin();
  lab.train();
  tell({ type: 'step', step: 1, epoch: 1, total: 1, losses: {} });
  const old = sent('configure').at(-1).request;
  lab.reset();
  tell({ type: 'step', step: 2, epoch: 1, total: 1, losses: {} });
  tell(START, 'configure', old);
  tell({ type: 'error', message: 'of the old one' }, 'configure', old);
  assert.deepEqual([lab.state.run.status, lab.state.counts.step], ['preparing', 1]);
  tell(START, 'configure', sent('configure').at(-1).request);
  assert.deepEqual([lab.state.run.status, lab.state.counts.step], ['ready', 0]);
  assert.deepEqual(passedOn.filter((type) => type !== 'loaded'), ['start', 'step', 'start']);
  lab.dispose();
});

test('what was queued starts with the run, and Pause takes it back', async () => {
  const { lab, tell, sent, begin } = await open();
  lab.step(['mood']);
  lab.pause();
  begin();
  assert.deepEqual(sent('step'), []);
  lab.step(['mood']);
  assert.deepEqual(sent('step').map(({ tasks }) => tasks), [['mood']]);
  tell({ type: 'step', step: 1, epoch: 1, total: 1, losses: {} }, 'step');
  tell({ type: 'paused' }, 'step');
  assert.equal(lab.state.run.status, 'paused');
  lab.step(['topic']);
  assert.equal(sent('step').length, 1, 'a task that the run does not have is not trained');
  lab.dispose();
});

test('a download that is cancelled answers nobody, and a worker that dies neither', async () => {
  const { lab, sent, begin, said, receive } = await open();
  const first = lab.predict('a');
  lab.cancelLoading();
  assert.deepEqual(await outcomes([first]), ['The encoder is not fetched any more.']);
  begin();
  const second = lab.predict('b');
  receive({ kind: 'dead', message: 'out of memory' });
  assert.deepEqual(await outcomes([second]), said);
  assert.match(said[0], /out of memory/);
  assert.deepEqual([lab.state.run.status, lab.state.encoder.is, sent('load').length], ['none', 'loading', 3]);
  lab.dispose();
});

test('a wrong entry keeps a run from being prepared, and the state names its field', async () => {
  const { lab, sent, begin, said } = await open();
  begin();
  lab.store.complain('seed', 'The seed must be a whole number.');
  lab.reset();
  assert.deepEqual([said, lab.state.document.refused], [['The seed must be a whole number.'], { field: 'seed' }]);
  lab.store.complain('seed', '');
  const before = sent('configure').length;
  lab.reset();
  assert.equal(sent('configure').length, before + 1);
  lab.dispose();
});

test('a comparison that other sentences end tells its results to nobody', async () => {
  const { lab, tell, sent, begin } = await open();
  begin();
  lab.compare(['sum'], 2);
  const [{ request, seeds }] = sent('compare');
  assert.deepEqual(seeds, [0, 1]);
  tell({ type: 'compared', tasks: {}, seed: 0 }, 'compare', request);
  assert.equal(lab.state.comparison.runs.length, 1);
  lab.replaceAll({ ...lab.store.doc });
  tell({ type: 'compared', tasks: {}, seed: 1 }, 'compare', request);
  assert.deepEqual([lab.state.comparison.runs.length, lab.state.comparison.outcome], [1, 'sentences']);
  lab.dispose();
});

test('train() waits for the end of the run, also where it is paused', async () => {
  const { lab, tell, begin } = await open();
  begin();
  let over = false;
  const end = lab.train().then(() => (over = true));
  tell({ type: 'step', step: 1, epoch: 1, total: 1, losses: {} });
  lab.pause();
  tell({ type: 'paused' });
  await settled();
  assert.equal(over, false);
  lab.train();
  tell({ type: 'end', steps: 4, epochs: 1 });
  await end;
  assert.equal(lab.state.run.status, 'ended');
  lab.dispose();
});

test('train() says why a run cannot begin or go on, and what became of one that is given up', async () => {
  const failed = { type: 'error', code: 'unexpected', params: { why: 'x' }, message: 'it failed' };
  const cases = [
    ['train fails', ({ tell }) => tell(failed, 'train'), /^it failed$/, 'Error'],
    ['configure fails', ({ lab, tell }) => tell(failed, 'configure', lab.state.run.request), /^it failed$/, 'Error'],
    ['reset', ({ lab }) => lab.reset(), /^The run was reset\.$/, 'AbortError'],
    ['other sentences', ({ lab }) => lab.replaceAll(lab.store.doc), /^The sentences were replaced\.$/, 'AbortError'],
    ['removed', ({ lab }) => lab.dispose(), /^The element was removed, or shows another run\.$/, 'AbortError'],
    ['the worker dies', ({ receive }) => receive({ kind: 'dead', code: 'unexpected', params: { why: 'x' }, message: 'it went' }), /crashed \(it went\)/, 'Error'],
  ];
  for (const [what, happen, why, name] of cases) {
    const opened = await open();
    opened.begin();
    const end = opened.lab.train();
    happen(opened);
    await assert.rejects(end, (error) => error.name === name && why.test(error.message), what);
    opened.lab.dispose();
  }
});

test('train() says that the encoder does not come, or is not wanted any more', async () => {
  for (const [happen, why, name] of [
    [({ tell }) => tell({ type: 'error', code: 'unexpected', params: { why: 'gone' }, message: 'it is gone' }, 'load'), /gone/, 'Error'],
    [({ lab }) => lab.cancelLoading(), /not fetched any more/, 'AbortError'],
  ]) {
    const opened = await open();
    const end = opened.lab.train();
    happen(opened);
    await assert.rejects(end, (error) => error.name === name && why.test(error.message));
    opened.lab.dispose();
  }
});

test('train() says that a setting is wrong', async () => {
  const { lab, begin } = await open();
  begin();
  lab.store.complain('seed', 'The seed must be a whole number.');
  await assert.rejects(lab.train(), { message: 'The seed must be a whole number.' });
  lab.dispose();
});
