// The state of a lab's run: every status × event that can happen, with the status that follows and what holds in every state;
// then what single events do beside that. No browser.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import * as select from '../../www/lab/run/select.js';
import { heldOutOf, outlineOf } from '../../www/lab/run/shown.js';
import { initial, reduce } from '../../www/lab/run/state.js';
import { isLate } from '../../www/lab/run/worker-events.js';

const TASKS = [{ name: 'topic', labels: ['a', 'b'] }, { name: 'mood', labels: ['c', 'd'] }];
const DOC = {
  table: { preset: null, name: '', tasks: TASKS, examples: ['a', ' ', 'b', 'c', 'd'].map((text) => ({ text, labels: {} })) },
  recipe: { training: { epochs: 3, batch_size: 2 }, validation: { fraction: 0.25 }, diagnostics: { map_every: 0 }, seed: 0 },
};
const OTHER = { ...DOC, table: { ...DOC.table, tasks: [TASKS[0]] } };
const START = { type: 'start', tasks: TASKS, epochs: 3, steps_per_epoch: 4, validation_examples: 1, held_out: [true, false, true, false] };
const step = (number) => ({ type: 'step', step: number, epoch: 1, total: 1.25, losses: {} });
const RECORDING = [START, step(1), step(2), { type: 'end' }];
const PLAN = { weightings: ['sum'], seeds: [0], tasks: ['topic', 'mood'] };

let clock = 1000;
const fromWorker = (event, of = 'train', request = undefined) => ({ type: 'worker event', event, of, request, at: (clock += 100) });
const replayed = (event) => ({ type: 'replayed', event, at: (clock += 100) });
const edit = (doc, change) => ({ type: 'edit', doc, change });
const run = (state, ...events) => events.reduce((last, event) => reduce(frozen(last), event), state);

/** The same value, which nobody can change any more. */
function frozen(value) {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const each of Object.values(value)) frozen(each);
  return value;
}

const away = run(initial('', 'models/'), edit(DOC, 'data'));
const loading = run(away, { type: 'wake' });
const none = run(loading, fromWorker({ type: 'loaded', encoder: 'x', bytes: 1, cached: false }, 'load'));
const preparing = run(none, { type: 'configure', request: 7 });
const ready = run(preparing, fromWorker(START, 'configure', 7));
const go = (what) => [{ type: 'go', what, only: [] }, { type: 'start queued' }];
const training = run(ready, ...go('train'), fromWorker(step(1)));
const paused = run(training, { type: 'pause' }, fromWorker({ type: 'paused' }, 'pause'));
const ended = run(training, fromWorker({ type: 'end' }));
const stopped = run(training, fromWorker({ type: 'error', message: 'no' }));
const STATUSES = { none, preparing, ready, training, paused, ended, stopped };

const playing = run(loading, { type: 'replay', events: RECORDING }, replayed(START), replayed(step(1)));
/** States that differ in more than the status. */
const OTHERS = {
  away,
  loading,
  unreachable: run(loading, fromWorker({ type: 'error', message: 'gone' }, 'load')),
  'cannot train': run(initial('no SIMD', 'models/'), edit(DOC, 'data')),
  'not open': initial('', 'models/'),
  'recording plays': playing,
  'recording is paused': run(playing, { type: 'pause' }),
  'recording is over': run(playing, replayed(step(2)), { type: 'replay over' }),
  'recording beside a run that is prepared': run(
    playing,
    fromWorker({ type: 'loaded', encoder: 'x', bytes: 1, cached: false }, 'load'),
    { type: 'configure', request: 3 },
  ),
  comparing: run(paused, { type: 'compare', plan: PLAN, request: 9 }),
  'comparing, and being cancelled': run(paused, { type: 'compare', plan: PLAN, request: 9 }, { type: 'pause' }),
  'stale sentences': run(paused, edit(OTHER, 'cell')),
  'other sentences': run(ready, edit(OTHER, 'data')),
  'another encoder is on its way': run(training, { type: 'choose encoder', address: 'other/', returns: false }),
  'a step is queued': run(loading, { type: 'go', what: 'step', only: ['topic'] }),
};

/** All events, by a name; each is made for a state. `worker: …`: an event of the command in parentheses, of the run in progress if absent. */
const EVENTS = {
  ready: () => ({ type: 'ready', build: 'plain', threads: 1 }),
  death: () => ({ type: 'death', beforeReady: false, missing: '' }),
  'death before it was ready': () => ({ type: 'death', beforeReady: true, missing: 'it did not start' }),
  'worker: progress (load)': () => fromWorker({ type: 'progress', file: 'x', received: 1, total: 2, cached: false }, 'load'),
  'worker: loaded (load)': () => fromWorker({ type: 'loaded', encoder: 'x', bytes: 1, cached: false }, 'load'),
  'worker: error (load)': () => fromWorker({ type: 'error', message: 'gone' }, 'load'),
  'worker: start (configure)': ({ run: { request } }) => fromWorker(START, 'configure', request),
  'worker: warning (configure)': ({ run: { request } }) => fromWorker({ type: 'warning', message: 'so' }, 'configure', request),
  'worker: error (configure)': ({ run: { request } }) => fromWorker({ type: 'error', message: 'no' }, 'configure', request),
  'worker: start (an older configure)': ({ run: { request } }) => fromWorker(START, 'configure', request - 1),
  'worker: resumed (configure)': ({ run: { request } }) => fromWorker({ type: 'resumed', is: 'paused', measured: {} }, 'configure', request),
  'worker: step': () => fromWorker(step(2)),
  'worker: phase': () => fromWorker({ type: 'phase', name: 'batch', step: 2, rows: [], tokens: 1 }),
  'worker: paused': () => fromWorker({ type: 'paused' }, 'pause'),
  'worker: end': () => fromWorker({ type: 'end', steps: 12, epochs: 3 }),
  'worker: error': () => fromWorker({ type: 'error', message: 'no' }),
  'worker: error (predict)': () => fromWorker({ type: 'error', message: 'no' }, 'predict', 99),
  'worker: error (observe)': () => fromWorker({ type: 'error', message: 'no' }, 'observe'),
  ...Object.fromEntries(
    ['contrastive', 'gradients', 'interference', 'map', 'epoch', 'evaluation', 'mistakes', 'verdict'].map((type) => [`worker: ${type}`, () => fromWorker({ type })]),
  ),
  ...Object.fromEntries(
    ['prediction', 'saliency', 'tokens', 'encoded', 'findings', 'label_next', 'classified'].map((type) => [`worker: ${type} (its question)`, () => fromWorker({ type }, 'predict', 98)]),
  ),
  'worker: compared (compare)': ({ comparison: { request } }) => fromWorker({ type: 'compared', tasks: {} }, 'compare', request),
  'worker: comparison (compare)': ({ comparison: { request } }) => fromWorker({ type: 'comparison', rows: [] }, 'compare', request),
  'worker: error (compare)': ({ comparison: { request } }) => fromWorker({ type: 'error', message: 'no' }, 'compare', request),
  replay: () => ({ type: 'replay', events: RECORDING }),
  replayed: () => replayed(step(2)),
  'replay over': () => ({ type: 'replay over' }),
  'choose columns': () => ({ type: 'choose columns' }),
  'column role': () => ({ type: 'column role', column: 0, role: 'text' }),
  encoder: () => ({ type: 'encoder', address: 'other/' }),
  wake: () => ({ type: 'wake' }),
  'choose encoder': () => ({ type: 'choose encoder', address: 'third/', returns: false }),
  'cancel encoder': () => ({ type: 'cancel encoder' }),
  silent: () => ({ type: 'silent' }),
  'go train': () => ({ type: 'go', what: 'train', only: [] }),
  'go step': () => ({ type: 'go', what: 'step', only: ['topic'] }),
  pause: () => ({ type: 'pause' }),
  reset: () => ({ type: 'reset' }),
  pace: () => ({ type: 'pace', ms: 500 }),
  point: () => ({ type: 'point', text: 'a' }),
  try: () => ({ type: 'try', text: 'b' }),
  'edit a cell': () => edit({ ...DOC, table: { ...DOC.table } }, 'cell'),
  'edit a setting': () => edit({ ...DOC, recipe: { ...DOC.recipe, seed: 5 } }, 'settings'),
  'edit all': () => edit(OTHER, 'data'),
  'edit what is measured': () => edit({ ...DOC, recipe: { ...DOC.recipe, diagnostics: {} } }, 'diagnostics'),
  replace: () => ({ type: 'replace' }),
  compare: () => ({ type: 'compare', plan: PLAN, request: 20 }),
  want: () => ({ type: 'want' }),
  configure: () => ({ type: 'configure', request: 20, goesOn: false }),
  'configure to go on': () => ({ type: 'configure', request: 20, goesOn: true }),
  told: () => ({ type: 'told', told: [{ event: START }, { event: step(1) }], at: 1 }),
  'go on': () => ({ type: 'go on', trains: true }),
  refuse: () => ({ type: 'refuse', field: 'seed' }),
  'start queued': () => ({ type: 'start queued' }),
};

/** Whether an event can happen in a state: the lab and the views see to it. */
function canHappen(state, name) {
  const { encoder, replay, comparison, document, missing, run: own } = state;
  const isHere = encoder.is === 'here';
  if (missing && /^(ready|death|worker|wake|choose|cancel|go|compare|configure|start)/.test(name)) return false;
  switch (name) {
    case 'death before it was ready':
      return !isHere; // A worker that fetched the encoder has been ready.
    case 'worker: loaded (load)':
    case 'cancel encoder':
      return encoder.is === 'loading' || encoder.next !== undefined;
    case 'worker: start (configure)':
    case 'worker: error (configure)':
      return own.status === 'preparing';
    case 'worker: resumed (configure)':
      return own.status === 'preparing' && replay.is === '';
    case 'told':
      return document.doc !== undefined && replay.is === '';
    case 'go on':
      return own.status === 'none' && replay.is === '' && document.doc !== undefined && !missing && !comparison.on;
    case 'replay':
      return own.status === 'none' && replay.is === '' && document.doc !== undefined;
    case 'replayed':
    case 'replay over':
      return replay.is === 'playing';
    case 'encoder':
      return encoder.is === 'away';
    case 'choose encoder':
      return !comparison.on;
    case 'edit a cell':
    case 'edit a setting':
    case 'edit what is measured':
      return document.doc !== undefined;
    case 'compare':
      return select.canCompare(state) && document.doc !== undefined;
    case 'configure':
    case 'configure to go on':
    case 'refuse':
      return isHere && document.doc !== undefined;
    case 'start queued':
      return own.queued !== '' && select.nextMove(state, false) === 'start';
    case 'worker: end':
      return own.status !== 'ended' && own.status !== 'stopped';
    case 'worker: compared (compare)':
    case 'worker: comparison (compare)':
    case 'worker: error (compare)':
      return comparison.request > 0;
    default:
      return true;
  }
}

/** The status after each event, where it is another one. The rest of the table is that events leave it as it is. */
const CHANGES = {
  death: 'none none none none none none none',
  'worker: start (configure)': '- ready - - - - -',
  'worker: error (configure)': '- none - - - - -',
  'worker: resumed (configure)': '- paused - - - - -',
  'go on': 'none - - - - - -',
  'worker: paused': 'none preparing ready paused paused ended stopped',
  'worker: end': 'none preparing ended ended ended - -',
  'worker: error': 'none preparing stopped stopped stopped stopped stopped',
  replace: 'none none none none none none none',
  compare: 'none - ready paused paused ended stopped',
  configure: 'preparing preparing preparing preparing preparing preparing preparing',
  'configure to go on': 'preparing preparing preparing preparing preparing preparing preparing',
};

/** What holds in every state that can be reached. */
function check(state, what) {
  const { encoder, run: own, counts, replay, comparison, shown, document, missing } = state;
  const holds = (condition, why) => assert.ok(condition, `${what}: ${why}`);
  holds(own.status in STATUSES, own.status);
  holds(!select.hasRun(own.status) || encoder.is === 'here', 'a run has an encoder');
  holds(own.status !== 'preparing' || encoder.is === 'here', 'a run is prepared with an encoder');
  holds(own.status === 'none' || own.configured !== undefined, 'a run has a document');
  holds(own.queued === '' || own.postponed === '', 'what is queued is not postponed');
  holds(counts.step <= counts.steps || counts.steps === 0, `step ${counts.step} of ${counts.steps}`);
  holds((replay.is === '') === (replay.events.length === 0), 'a recording has events');
  holds(!comparison.on || (comparison.plan && own.status !== 'training'), 'the run waits for a comparison, which has a plan');
  holds(comparison.on || !comparison.cancelling, 'only what is on can be cancelled');
  holds(!(comparison.on && comparison.outcome), 'what is on has no outcome');
  holds(!missing || (own.status === 'none' && encoder.is !== 'here'), 'a browser that cannot train has no run');
  holds(document.doc === undefined || shown.outline !== undefined, 'an open document has a place for its run');
  // The selectors agree with each other.
  holds(!(select.canStep(state) && select.isRunning(state)), 'no step while steps follow each other');
  holds(!select.canStep(state) || select.canTrain(state), 'who can step can train');
  holds(!select.canReset(state) || encoder.is === 'here', 'Reset needs an encoder');
  holds(!select.canCompare(state) || !select.isWaiting(state), 'a comparison needs an encoder');
  holds(!select.canMeasureInterference(state) || select.canAnswer(state), 'what is measured needs a run');
  holds(select.staleness(state) === '' || own.configured, 'only what was configured is stale');
  holds([0, document.doc?.table.examples.length].includes(select.heldOut(state).length), 'marks are for all rows, or for none');
  holds(select.progress(state) >= 0 && select.progress(state) <= 1, `${select.progress(state)} done`);
  holds(!select.followsDocument(state) || own.status !== 'training', 'a run that trains does not change under the reader');
  const page = select.publicState(state);
  assert.deepEqual([page.status, page.encoder, page.step, page.comparing], [own.status, encoder.is, counts.step, comparison.on]);
}

describe('every status and event', () => {
  const columns = Object.keys(STATUSES);
  for (const [name, make] of Object.entries(EVENTS))
    test(name, () => {
      const row = CHANGES[name]?.split(' ') ?? columns;
      for (const [i, [status, state]] of Object.entries(STATUSES).entries()) {
        assert.equal(state.run.status, status, 'the state is the one that it is called');
        assert.equal(row[i] === '-', CHANGES[name] !== undefined && !canHappen(state, name), `${status}: whether it can happen`);
        if (!canHappen(state, name)) continue;
        const next = run(state, make(state));
        assert.equal(next.run.status, row[i], `${status}, ${name}`);
        check(next, `${status}, ${name}`);
      }
    });

  test('start queued', () => {
    for (const [state, train] of [[ready, 'training'], [paused, 'training'], [training, 'training']])
      for (const [what, status] of [['train', train], ['step', state.run.status]]) {
        const next = run(state, ...go(what));
        assert.deepEqual([next.run.status, next.run.queued, next.counts.stepAt], [status, '', 0]);
        check(next, `${state.run.status}, ${what}`);
      }
  });
});

test('what holds in every state holds after every two events that can follow each other', () => {
  let count = 0;
  for (const [status, state] of Object.entries({ ...STATUSES, ...OTHERS })) {
    check(state, status);
    for (const [first, makeFirst] of Object.entries(EVENTS)) {
      if (!canHappen(state, first)) continue;
      const middle = run(state, makeFirst(state));
      check(middle, `${status}, ${first}`);
      for (const [second, makeSecond] of Object.entries(EVENTS)) {
        if (!canHappen(middle, second)) continue;
        check(run(middle, makeSecond(middle)), `${status}, ${first}, ${second}`);
        count += 1;
      }
    }
  }
  assert.ok(count > 20_000, `${count} pairs`);
});

test('the tables name every event that there is', () => {
  const declared = readFileSync(new URL('../../www/lab/run/types.d.ts', import.meta.url), 'utf8');
  const union = declared.slice(declared.indexOf('export type LabEvent'));
  const types = Array.from(union.matchAll(/type: '([^']+)'/g), ([, type]) => type);
  assert.ok(types.length > 20, `${types}`);
  const made = new Set(Object.values(EVENTS).map((make) => make(paused).type));
  assert.deepEqual(types.filter((type) => !made.has(type)), []);
  const protocol = readFileSync(new URL('../../src/protocol/mod.rs', import.meta.url), 'utf8');
  const [, variants] = /pub enum Event \{([^]*?)\n\}/.exec(protocol);
  const events = Array.from(variants.matchAll(/^ {4}(\w+)[(,]/gm), ([, name]) => name.replaceAll(/\B[A-Z]/g, '_$&').toLowerCase());
  assert.ok(events.includes('step') && events.length > 15, `${events}`);
  const inTable = new Set(Object.values(EVENTS).flatMap((make) => make(paused).event?.type ?? []));
  assert.deepEqual(events.filter((type) => !inTable.has(type)), []);
});

test('a run of an earlier visit is shown from its first step, and trains on unless it is paused meanwhile', () => {
  const earlier = { type: 'told', told: [{ event: START }, ...[1, 2, 3].map((n) => ({ event: step(n), text: `${n}` }))], at: 1 };
  const going = run(none, earlier, { type: 'go on', trains: true }, { type: 'configure', request: 8, goesOn: true });
  assert.deepEqual([going.run.resumesAt, going.counts.step, going.shown.events.length, going.shown.printed.length], [3, 3, 4, 3]);
  assert.ok(select.isRunning(going), 'Train is Pause');
  const resumed = fromWorker({ type: 'resumed', is: 'paused', measured: {} }, 'configure', 8);
  for (const [moves, queued] of [[[], 'train'], [[{ type: 'pause' }], '']]) {
    const { run: own } = run(going, ...moves, resumed);
    assert.deepEqual([own.status, own.queued, own.resumesAt], ['paused', queued, undefined]);
  }
  for (const other of [{ type: 'reset' }, { type: 'replace' }, { type: 'configure', request: 9, goesOn: false }])
    assert.equal(run(going, other).run.resumesAt, undefined, other.type);
});

test('a start counts from zero, whatever the run before has come to', () => {
  const { counts } = run(training, fromWorker(step(2)), { type: 'configure', request: 8 }, fromWorker(START, 'configure', 8));
  assert.deepEqual([counts.step, counts.epoch, counts.loss, counts.msPerStep, counts.epochs, counts.steps], [0, 0, undefined, 0, 3, 12]);
  assert.deepEqual(counts.tasks, ['topic', 'mood']);
});

test('the time of a step is the mean of the latest ones, and a pause is no step', () => {
  const at = (ms, number) => ({ ...fromWorker(step(number)), at: ms });
  const begun = run(ready, ...go('train'));
  assert.equal(run(begun, at(1000, 1)).counts.msPerStep, 0, 'the first tells nothing');
  const second = run(begun, at(1000, 1), at(1100, 2));
  assert.equal(second.counts.msPerStep, 100);
  assert.equal(run(second, at(1300, 3)).counts.msPerStep, 120);
  const resumed = run(second, fromWorker({ type: 'paused' }, 'pause'), ...go('train'), at(90_000, 3));
  assert.equal(resumed.counts.msPerStep, 100);
});

test('the time in which a tab was frozen is no time of a step, unless steps take as long from then on', () => {
  const at = (ms, number) => ({ ...fromWorker(step(number)), at: ms });
  const second = run(ready, ...go('train'), at(1000, 1), at(1100, 2));
  const frozen15s = run(second, at(16_100, 3));
  assert.equal(frozen15s.counts.msPerStep, 100);
  assert.equal(run(frozen15s, at(16_200, 4), at(31_200, 5)).counts.msPerStep, 100, 'frozen once more');
  assert.equal(run(frozen15s, at(18_100, 4)).counts.msPerStep, 100 + 0.2 * 1900, 'the machine has become slow');
  assert.equal(run(second, at(2000, 3)).counts.msPerStep, 100 + 0.2 * 800, 'a slow step is one');
});

test('the rate of a download is that of its latest seconds, and one from the cache has none', () => {
  const progress = (ms, received, cached = false) => ({ ...fromWorker({ type: 'progress', file: 'f', received, total: 1e6, cached }, 'load'), at: ms });
  const rate = (...events) => run(loading, ...events).encoder.arrival?.rate;
  assert.equal(rate(progress(1000, 0)), 0);
  assert.equal(rate(progress(1000, 0), progress(1500, 9000)), 0, 'within the first second nothing is known');
  assert.equal(rate(progress(1000, 0), progress(3000, 100_000)), 50_000);
  assert.equal(rate(progress(1000, 0), progress(3000, 100_000), progress(4000, 250_000)), 50_000 + 0.3 * 100_000);
  assert.equal(rate(progress(1000, 500), progress(3000, 100)), 0, 'it began anew');
  assert.equal(rate(progress(1000, 0), progress(3000, 100_000), progress(4000, 250_000, true)), undefined);
});

test('a download that is silent is said to be, until something comes', () => {
  const silent = run(loading, { type: 'silent' });
  assert.equal(silent.encoder.isSilent, true);
  assert.equal(run(silent, fromWorker({ type: 'progress', file: 'f', received: 1, total: 2, cached: false }, 'load')).encoder.isSilent, false);
  assert.equal(run(none, { type: 'silent' }), none, 'it has come meanwhile');
});

test('a recording ends where the encoder does not come', () => {
  const failed = run(playing, { type: 'go', what: 'train', only: [] }, fromWorker({ type: 'error', message: 'gone' }, 'load'));
  assert.deepEqual([failed.replay.is, select.isRunning(failed), select.canTrain(failed)], ['over', false, true]);
  assert.equal(run(failed, { type: 'wake' }).run.queued, 'train');
});

test('a run that pauses before its first step is ready', () => {
  assert.equal(run(ready, ...go('train'), fromWorker({ type: 'paused' }, 'pause')).run.status, 'ready');
  assert.equal(run(ready, ...go('step'), fromWorker(step(1), 'step'), fromWorker({ type: 'paused' }, 'step')).run.status, 'paused');
});

test('an edit makes the run stale by what it touches, and taking it back makes it right again', () => {
  assert.equal(select.staleness(run(none, edit(OTHER, 'cell'))), '', 'there is no run to be stale');
  const cell = { ...DOC, table: { ...DOC.table } };
  assert.equal(select.staleness(run(paused, edit(cell, 'cell'))), 'sentences');
  assert.equal(select.staleness(run(paused, edit(cell, 'cell'), edit(DOC, 'data'))), '');
  const settings = { ...DOC, recipe: { ...DOC.recipe, seed: 3 } };
  assert.equal(select.staleness(run(paused, edit(settings, 'settings'))), 'settings');
});

test('what is measured makes nothing stale, and hides no setting that is', () => {
  const observed = { ...DOC, recipe: { ...DOC.recipe, diagnostics: { map_every: 5 } } };
  assert.equal(select.staleness(run(paused, edit(observed, 'diagnostics'))), '');
  const both = { ...observed, recipe: { ...observed.recipe, seed: 3 } };
  assert.equal(select.staleness(run(paused, edit(both, 'settings'), edit(both, 'diagnostics'))), 'settings');
});

test('before its first step a run follows settings and whole tables, and not single cells', () => {
  const settings = edit({ ...DOC, recipe: { ...DOC.recipe, seed: 3 } }, 'settings');
  assert.equal(select.followsDocument(run(ready, settings)), true);
  assert.equal(select.followsDocument(run(ready, edit(OTHER, 'data'))), true);
  assert.equal(select.followsDocument(run(ready, edit(OTHER, 'cell'))), false);
  assert.equal(select.followsDocument(run(paused, settings)), false);
  assert.equal(select.followsDocument(run(ready, settings, { type: 'compare', plan: PLAN, request: 9 })), false);
  assert.equal(select.followsDocument(run(ready, edit(OTHER, 'data'), { type: 'configure', request: 9 })), false, 'it has followed');
});

test('Train and Step wait, prepare a run, or start', () => {
  const moves = { ...STATUSES, ...OTHERS };
  const expected = {
    none: 'prepare', preparing: 'wait', ready: 'start', training: 'start', paused: 'start', ended: 'prepare', stopped: 'prepare',
    away: 'wait', loading: 'wait', unreachable: 'wait', 'stale sentences': 'prepare', 'other sentences': 'prepare', comparing: 'start',
  };
  for (const [name, move] of Object.entries(expected)) assert.equal(select.nextMove(moves[name], false), move, name);
  assert.equal(select.nextMove(ready, true), 'prepare', 'a wrong entry is reported before the first step');
  assert.equal(select.nextMove(paused, true), 'start');
  const shown = run(OTHERS['recording is paused'], fromWorker({ type: 'loaded', encoder: 'x', bytes: 1, cached: false }, 'load'));
  assert.equal(select.nextMove(shown, false), 'prepare');
});

test('the marks of held-out sentences belong to the sentences of the run that holds them out', () => {
  assert.deepEqual(select.heldOut(ready), [true, false, false, true, false]);
  assert.deepEqual(select.heldOut(run(ready, edit(OTHER, 'cell'))), []);
  assert.deepEqual(select.heldOut(run(ready, edit(OTHER, 'cell'), edit(DOC, 'data'))), [true, false, false, true, false]);
  assert.deepEqual(select.heldOut(run(ready, { type: 'configure', request: 8 })), [true, false, false, true, false], 'Reset keeps them');
  assert.deepEqual(select.heldOut(run(ready, EVENTS.death())), []);
  assert.deepEqual(select.heldOut(playing), [true, false, false, true, false]);
  assert.deepEqual(heldOutOf(undefined, [true]), []);
});

test('before there is a run, the document says how long it will be', () => {
  const { epochs, steps_per_epoch, validation_examples } = outlineOf(DOC);
  assert.deepEqual([epochs, steps_per_epoch, validation_examples], [3, 2, 1]);
  const all = outlineOf({ ...DOC, recipe: { ...DOC.recipe, validation: null } });
  assert.deepEqual([all.steps_per_epoch, all.validation_examples], [3, 0]);
  assert.equal(outlineOf({ ...DOC, table: { ...DOC.table, examples: [] } }).steps_per_epoch, 1);
});

test('what belongs to a run or a comparison that another has taken the place of is dropped', () => {
  const again = run(training, { type: 'configure', request: 8 });
  for (const late of [fromWorker(step(2)), fromWorker(START, 'configure', 7), fromWorker({ type: 'error', message: 'no' }, 'configure', 7), fromWorker({ type: 'error', message: 'no' })]) {
    assert.equal(isLate(again, late), true);
    assert.deepEqual(run(again, late), again);
  }
  const second = run(paused, { type: 'compare', plan: PLAN, request: 9 }, ...go('step'), { type: 'compare', plan: PLAN, request: 10 });
  const ofFirst = fromWorker({ type: 'compared', tasks: {} }, 'compare', 9);
  assert.deepEqual([isLate(second, ofFirst), run(second, ofFirst).comparison.runs], [true, []]);
  assert.equal(run(second, fromWorker({ type: 'compared', tasks: {} }, 'compare', 10)).comparison.runs.length, 1);
  const cancelled = run(loading, { type: 'cancel encoder' });
  assert.equal(run(cancelled, EVENTS['worker: progress (load)']()).encoder.latest, undefined);
  assert.equal(run(cancelled, EVENTS['worker: error (load)']()).encoder.is, 'away');
  assert.equal(run(ready, { type: 'replace' }, fromWorker(START, 'configure', 7)).run.status, 'none');
});

test('another encoder takes the place of the one in use when it is here; the one before returns if no run can be prepared with it', () => {
  const choose = (address, returns = false) => ({ type: 'choose encoder', address, returns });
  const loaded = (encoder) => fromWorker({ type: 'loaded', encoder, bytes: 1, cached: false }, 'load');
  const chosen = run(training, choose('other/'), EVENTS['worker: progress (load)']());
  assert.deepEqual([chosen.run.status, chosen.encoder.is, chosen.encoder.address, chosen.encoder.next.latest.received], ['training', 'here', 'models/', 1]);
  const failed = run(chosen, EVENTS['worker: error (load)']());
  assert.deepEqual([failed.run, failed.encoder], [training.run, { ...training.encoder, next: undefined }], 'nothing was lost');
  assert.deepEqual(run(chosen, { type: 'cancel encoder' }).encoder, failed.encoder);

  const here = run(chosen, loaded('other'));
  assert.deepEqual([here.encoder.address, select.encoderName(here), here.encoder.former], ['other/', 'other', 'models/']);
  const refused = run(here, { type: 'configure', request: 30 }, fromWorker({ type: 'error', message: 'no' }, 'configure', 30));
  const back = run(refused, choose(refused.encoder.former, true), loaded('x'));
  assert.deepEqual([back.encoder.address, back.encoder.former], ['models/', undefined], 'it is tried once');
  const begun = run(here, { type: 'configure', request: 30 }, fromWorker(START, 'configure', 30));
  assert.equal(begun.encoder.former, undefined);
});

test('what was to start when the encoder did not come starts when it is asked for again', () => {
  const failed = run(OTHERS['a step is queued'], fromWorker({ type: 'error', message: 'gone' }, 'load'));
  assert.deepEqual([failed.encoder.is, failed.run.queued], ['unreachable', '']);
  assert.deepEqual([run(failed, { type: 'wake' }).run.queued, run(failed, { type: 'pause' }, { type: 'wake' }).run.queued], ['step', '']);
  const cancelled = run(OTHERS['a step is queued'], { type: 'cancel encoder' });
  assert.equal(run(cancelled, { type: 'wake' }).run.queued, '', 'who cancels what they asked for asks for nothing');
  const recorded = run(playing, { type: 'go', what: 'train', only: [] }, { type: 'cancel encoder' });
  assert.equal(run(recorded, { type: 'wake' }).run.queued, 'train', 'a recording goes on promising a run');
});

test('a comparison ends by its result, by Cancel, by an error, by Train and by other sentences', () => {
  const { comparing } = OTHERS;
  const outcome = (...events) => {
    const { comparison } = run(comparing, ...events);
    return comparison.on ? 'on' : comparison.outcome;
  };
  assert.equal(outcome(EVENTS['worker: comparison (compare)'](comparing)), 'done');
  assert.equal(outcome({ type: 'pause' }), 'on');
  assert.equal(outcome({ type: 'pause' }, fromWorker({ type: 'paused' }, 'pause')), 'cancelled');
  assert.equal(outcome({ type: 'pause' }, EVENTS['worker: comparison (compare)'](comparing)), 'on', 'the worker says when it is over');
  assert.equal(outcome(EVENTS['worker: error (compare)'](comparing)), 'broken');
  assert.equal(outcome(EVENTS.death()), 'broken');
  assert.equal(outcome({ type: 'go', what: 'train', only: [] }), 'cancelled');
  assert.equal(outcome({ type: 'replace' }), 'sentences');
  const done = run(comparing, EVENTS['worker: comparison (compare)'](comparing));
  const same = run(done, { type: 'configure', request: 30 }, fromWorker(START, 'configure', 30));
  assert.equal(same.comparison.outcome, 'done', 'it stays on show for the same tasks');
  const fewer = run(done, { type: 'configure', request: 30 }, fromWorker({ ...START, tasks: [TASKS[0]] }, 'configure', 30));
  assert.equal(fewer.comparison.plan, undefined, 'and goes with others');
});

describe('the run on show', () => {
  const types = ({ shown }) => shown.events.all().map(({ type }) => type);

  test('has its own events, in order, and no others', () => {
    const state = run(training, EVENTS['worker: phase'](), fromWorker({ type: 'prediction' }, 'predict', 98), EVENTS['worker: progress (load)'](), fromWorker(step(2)));
    assert.deepEqual(types(state), ['start', 'step', 'phase', 'step']);
    assert.equal(state.shown.outline, START);
  });

  test('leaves the one before behind it if that took a step and had the same tasks', () => {
    const next = (state, start = START) => run(state, { type: 'configure', request: 8 }, fromWorker({ ...start }, 'configure', 8));
    assert.deepEqual(next(training).previous.events.all().map(({ type }) => type), ['start', 'step']);
    assert.equal(next(next(training)).previous.events.length, 2, 'a run without a step hides none');
    assert.equal(next(ready).previous, undefined);
    assert.equal(next(training, { ...START, tasks: [TASKS[0]] }).previous, undefined);
    assert.equal(run(training, { type: 'replace' }).previous, undefined);
  });

  test('is the reader’s own as soon as there is one, with the whole recording behind it', () => {
    const here = run(playing, fromWorker({ type: 'loaded', encoder: 'x', bytes: 1, cached: false }, 'load'), { type: 'configure', request: 3 });
    assert.equal(here.shown.recorded, true);
    const own = run(here, fromWorker(START, 'configure', 3));
    assert.deepEqual([own.replay.is, own.shown.recorded, types(own)], ['', false, ['start']]);
    assert.deepEqual([own.previous.recorded, own.previous.events.length], [true, RECORDING.length]);
  });

  test('is the empty place of the document’s run once a recording has gone', () => {
    for (const event of [edit(OTHER, 'cell'), { type: 'reset' }, EVENTS.death()]) {
      const state = run(playing, event);
      assert.deepEqual([state.replay.is, types(state), state.counts.step], ['', [], 0]);
      assert.deepEqual(state.shown.outline, outlineOf(state.document.doc));
    }
  });

  test('a paused recording plays on when Train or Step has to wait', () => {
    assert.equal(run(OTHERS['recording is paused'], { type: 'go', what: 'step', only: [] }).replay.is, 'playing');
    const here = run(OTHERS['recording is paused'], fromWorker({ type: 'loaded', encoder: 'x', bytes: 1, cached: false }, 'load'));
    assert.equal(run(here, { type: 'go', what: 'step', only: [] }).replay.is, 'paused');
  });

  test('keeps what is printed with it', () => {
    const printed = (state) => state.shown.printed.all();
    const one = run(ready, { ...fromWorker({ type: 'epoch' }), text: 'Epoch 1/3' });
    assert.deepEqual(printed(one), [{ text: 'Epoch 1/3', kind: 'epoch' }]);
    assert.deepEqual(printed(run(one, { type: 'configure', request: 8 }, fromWorker(START, 'configure', 8))), []);
  });
});
