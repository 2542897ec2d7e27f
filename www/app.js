// The page: joins the document, the worker and the views, and knows what state the run is in.

import { createControls } from './controls.js';
import { debounce, part, percent } from './dom.js';
import { createEncoderStatus } from './encoder-status.js';
import { Engine } from './engine.js';
import { createFight } from './fight.js';
import { createImport } from './importing.js';
import { createLog } from './log.js';
import { createNotices } from './notices.js';
import { createPlots } from './plots.js';
import { createPresetPicker, PRESETS } from './presets.js';
import { createResults } from './results.js';
import { createSettings } from './settings.js';
import { createSources } from './sources.js';
import { recipeOf, Store } from './store.js';
import { whatIsMissing } from './support.js';
import { createTable } from './table.js';
import { createTry } from './try.js';

/** @typedef {import('./types.js').Command} Command */
/** @typedef {import('./types.js').RunEvent} RunEvent */
/** @typedef {import('./store.js').Doc} Doc */

const ENCODER = new URL('models/all-MiniLM-L6-v2/', document.baseURI).href;
/** A sample's sentences when the table holds the reader's own. */
const OWN_TRIES = ['Write a sentence of your own here.'];
/** How long settings must rest before a run that has not begun is prepared anew with them. */
const SETTLE_MS = 300;
/** Events that belong to the run in progress. @type {Set<RunEvent['type']>} */
const OF_A_RUN = new Set(['step', 'gradients', 'interference', 'epoch', 'evaluation', 'end', 'paused']);
/** Weight of the newest step in the pace that the bar shows. */
const PACE = 0.2;

const lab = /** @type {HTMLElement} */ (document.getElementById('lab'));
const main = /** @type {HTMLElement} */ (lab.querySelector('main'));
const live = part(lab, 'live');
const missing = whatIsMissing();

const store = new Store();
const notices = createNotices(part(lab, 'messages'));
const encoder = createEncoderStatus(part(lab, 'encoder'));
const log = createLog(part(lab, 'log'));
const plots = createPlots(lab);
const results = createResults(part(lab, 'results'));
const table = createTable(part(lab, 'sentences'), store);
const sources = createSources(store, (question, ...args) => engine.ask(question, ...args), notices, replaceAll);
const settings = createSettings(part(lab, 'settings'), store, sources.recommend);
const tryIt = createTry(part(lab, 'try'), (text) => engine.send({ type: 'predict', text }));
const controls = createControls(part(lab, 'controls'), {
  train: () => go('train'),
  pause,
  step: () => go('step'),
  reset,
});
const fight = createFight(part(lab, 'fight'), {
  step: (task) => go('step', [task]),
  observe: (every) => store.observe({ ...store.doc.recipe.diagnostics, gradients_every: every }),
  interference: () => engine.send({ type: 'interference' }),
  compare,
  cancel: () => endComparison('Cancelled. What was finished is in the table.'),
});
createPresetPicker(part(lab, 'sentences'), store, sources.choose);
createImport(part(lab, 'sentences'), (filename, text) => store.isOpen && sources.read(filename, text), notices.error);

/** @type {import('./controls.js').RunState} */
const run = {
  status: 'none',
  queued: '',
  encoder: false,
  unreachable: false,
  supported: missing === '',
  stale: '',
  step: 0,
  epoch: 0,
  steps: 0,
  epochs: 0,
  comparing: false,
  msPerStep: 0,
};
/** What the queued step is to train; all tasks if empty. @type {string[]} */
let queuedTasks = [];
/** The configured run's tasks. @type {string[]} */
let tasks = [];
/** Why the comparison is being broken off, until it is. */
let cancelled = '';
/** What the worker was last told to measure. @type {import('./types.js').Recipe['diagnostics'] | undefined} */
let observed;
/** What the run in the worker was configured with. @type {Doc | undefined} */
let configured;
/** Whether all sentences were replaced since then. */
let wholesale = false;
/** A worker that took a dead one's place prepares nothing by itself: what it would prepare may be what killed the other. */
let replaced = false;
/** When the latest step arrived, for the pace; 0 after a pause. */
let lastStepAt = 0;

/** @type {Engine} */
let engine;

store.onForgetful = () =>
  notices.notice('This browser has no room to keep your sentences: they will be gone after a reload.');
store.subscribe((doc, change) => {
  // What is measured is no setting of the run: it goes to the worker at once, and makes nothing stale.
  if (change === 'diagnostics') {
    if (configured && run.stale !== 'settings') configured = { ...configured, recipe: doc.recipe };
    if (run.status !== 'none' && run.status !== 'preparing') observe();
  }
  if (configured)
    run.stale = doc.table !== configured.table ? 'sentences' : doc.recipe !== configured.recipe ? 'settings' : '';
  if (change === 'data') {
    wholesale = true;
    tryIt.offer(doc.table.preset ? PRESETS[doc.table.preset.name].tries : OWN_TRIES);
    if (run.step === 0) outline(doc);
  }
  // The marks belong to the split of the configured run, and the split to its sentences.
  if (run.stale === 'sentences') table.setHeldOut([]);
  if (change === 'settings' || change === 'data') settle();
  show();
});

async function openDoc() {
  await sources.open();
  prepare();
}

// ---- the run

/** Draws empty axes, matrices and bars for what is going to run: the page has its shape before the encoder is here. @param {Doc} doc */
function outline({ table: { tasks, examples }, recipe: { training, validation } }) {
  const share = validation && 'fraction' in validation ? validation.fraction : 0;
  const held = Math.round(examples.length * share);
  const steps = Math.max(1, Math.ceil((examples.length - held) / training.batch_size));
  for (const view of [plots, results, tryIt, fight])
    view.reset({ tasks, epochs: training.epochs, steps_per_epoch: steps, validation_examples: held });
}

/** Replaces all sentences; the run that there was ends. @param {Doc} doc */
function replaceAll(doc) {
  engine.send({ type: 'pause' });
  comparisonOver('Broken off: there are other sentences now.');
  Object.assign(run, { status: 'none', queued: '', step: 0, epoch: 0, loss: undefined });
  store.replace('data', doc);
  prepare();
}

function load() {
  run.unreachable = false;
  engine.send({ type: 'load', base: ENCODER });
}

/**
 * A run that has taken no step follows the settings and a whole new table by itself; one that has waits for Reset or
 * Train, and so does one whose table is being edited cell by cell.
 */
const settle = debounce(() => {
  const follows = (wholesale || run.stale === 'settings') && !run.comparing;
  if (follows && run.step === 0 && run.status !== 'training' && configured !== store.doc) prepare();
}, SETTLE_MS);

/** Configures a run from the document, as soon as both the document and the encoder are here. */
function prepare() {
  if (!run.encoder || !store.isOpen) return;
  const wrong = settings.check();
  if (wrong) {
    run.queued = '';
    notices.error(wrong);
    return;
  }
  configured = store.doc;
  wholesale = false;
  run.status = 'preparing';
  run.stale = '';
  observed = configured.recipe.diagnostics;
  engine.send({ type: 'configure', recipe: recipeOf(configured) });
  show();
}

/** @param {'train' | 'step'} what @param {string[]} [only] Train these tasks; all if absent or empty. */
function go(what, only = []) {
  notices.clear();
  queuedTasks = only;
  const fresh = run.status === 'none' || run.status === 'ended' || run.status === 'stopped';
  if (!run.encoder || run.status === 'preparing') {
    run.queued = what;
    if (run.unreachable) load();
  } else if (fresh || run.stale === 'sentences' || (run.stale === 'settings' && run.step === 0)) {
    run.queued = what;
    prepare();
  } else {
    start(what);
  }
  show();
}

/** @param {'train' | 'step'} what */
function start(what) {
  run.queued = '';
  lastStepAt = 0;
  if (what === 'train') {
    run.status = 'training';
    engine.send({ type: 'train' });
    return;
  }
  const gone = queuedTasks.find((task) => !tasks.includes(task));
  if (gone !== undefined) notices.error(`There is no task “${gone}” any more: the sentences have changed.`);
  else engine.send({ type: 'step', tasks: queuedTasks });
}

/** Measures beside the run what the document says, if it does not yet. */
function observe() {
  const { diagnostics } = store.doc.recipe;
  if (diagnostics === observed) return;
  observed = diagnostics;
  engine.send({ type: 'observe', diagnostics });
}

/**
 * Trains with each of the weightings, beside the run.
 *
 * @param {import('./types.js').Weighting[]} weightings
 * @param {number} count How many seeds, from the recipe's on.
 */
function compare(weightings, count) {
  notices.clear();
  const { table, recipe } = store.doc;
  const wrong =
    settings.check() ||
    (recipe.validation && 'fraction' in recipe.validation && recipe.validation.fraction === 0
      ? 'Nothing is held out, so there is nothing to compare on: set Held out, under More settings, to 0.25 or so.'
      : '');
  if (wrong) {
    notices.error(wrong);
    return undefined;
  }
  const seeds = Array.from({ length: count }, (_, i) => recipe.seed + i);
  // The worker leaves the training as soon as it hears of the comparison.
  if (run.status === 'training') run.status = 'paused';
  run.comparing = true;
  engine.send({ type: 'compare', recipe: recipeOf(store.doc), weightings, seeds });
  show();
  return { weightings, seeds, tasks: table.tasks.map(({ name }) => name) };
}

/**
 * Breaks the comparison off. It is over when the worker says so: what was started before that would be taken for paused.
 *
 * @param {string} why A sentence.
 */
function endComparison(why) {
  if (!run.comparing) return;
  cancelled = why;
  engine.send({ type: 'pause' });
}

/** @param {string} [why] A sentence, if it did not come to its end. */
function comparisonOver(why) {
  if (!run.comparing) return;
  run.comparing = false;
  cancelled = '';
  if (why) fight.stopComparing(why);
  settle();
  show();
}

function pause() {
  run.queued = '';
  engine.send({ type: 'pause' });
  show();
}

function reset() {
  notices.clear();
  run.queued = '';
  prepare();
}

/** @param {RunEvent} event @param {Command['type']} of @param {string} [text] */
function onEvent(event, of, text) {
  // What the old run still had to say when the new one was asked for.
  if (run.status === 'preparing' && OF_A_RUN.has(event.type)) return;
  if (event.type === 'start') {
    log.clear();
    notices.forgetWarnings();
  }
  if (text)
    log.print(
      text,
      event.type === 'epoch' ? 'paragraph' : event.type === 'warning' || event.type === 'error' ? event.type : '',
    );
  follow(event, of);
  encoder.take(event);
  plots.take(event);
  results.take(event);
  tryIt.take(event, run.step);
  fight.take(event);
  show();
  lab.dispatchEvent(new CustomEvent('polytask', { detail: event, bubbles: true, composed: true }));
}

/** Moves the run's state on. @param {RunEvent} event @param {Command['type']} of */
function follow(event, of) {
  switch (event.type) {
    case 'loaded':
      run.encoder = true;
      if (!replaced || run.queued) prepare();
      break;
    case 'start':
      Object.assign(run, {
        status: 'ready',
        step: 0,
        epoch: 0,
        loss: undefined,
        msPerStep: 0,
        epochs: event.epochs,
        steps: event.epochs * event.steps_per_epoch,
      });
      tasks = event.tasks.map(({ name }) => name);
      markHeldOut(event.held_out);
      observe();
      if (run.queued) start(run.queued);
      break;
    case 'step':
      pace();
      Object.assign(run, { step: event.step, epoch: event.epoch, loss: event.total });
      break;
    case 'epoch':
      live.textContent = `Epoch ${event.epoch} of ${event.epochs}: total loss ${event.total.toFixed(2)}.`;
      break;
    case 'evaluation': {
      const said = Object.entries(event.tasks).map(([task, { accuracy }]) => `${task} ${percent(accuracy)}`);
      live.textContent = `Epoch ${event.epoch}, ${event.split === 'train' ? 'training' : 'held-out'} accuracy: ${said.join(', ')}.`;
      break;
    }
    case 'comparison':
      if (!cancelled) comparisonOver();
      break;
    case 'paused':
      if (cancelled) comparisonOver(cancelled);
      if (run.status === 'training' || run.status === 'ready') run.status = run.step > 0 ? 'paused' : 'ready';
      break;
    case 'end':
      run.status = 'ended';
      break;
    case 'warning':
      notices.warning(event.message);
      break;
    case 'error':
      fail(event.message, of);
      break;
  }
}

/** @param {string} message @param {Command['type']} of */
function fail(message, of) {
  if (of === 'load') {
    encoder.fail('not here');
    run.unreachable = true;
    run.queued = '';
    notices.error(message, { label: 'Retry', run: load });
    return;
  }
  notices.error(message);
  tryIt.forget();
  fight.forget();
  if (of === 'compare') {
    comparisonOver('Broken off.');
  } else if (of === 'configure') {
    run.status = 'none';
    run.queued = '';
    run.step = 0;
    table.setHeldOut([]);
  } else if (of !== 'predict') {
    run.status = 'stopped';
  }
}

/** @param {string} why @param {boolean} beforeReady */
function onDeath(why, beforeReady) {
  Object.assign(run, { status: 'none', queued: '', encoder: false, step: 0, epoch: 0, loss: undefined });
  tryIt.forget(true);
  fight.forget();
  comparisonOver('Broken off.');
  table.setHeldOut([]);
  if (beforeReady) {
    run.supported = false;
    encoder.fail('not fetched: it could not be used');
    notices.error(`The training code could not be started (${why}); reload the page to try again.`);
  } else {
    notices.error(
      `The training worker crashed (${why}) and was replaced: your sentences and settings are still here, and Train starts from the first step; if memory ran out, a smaller batch size helps.`,
    );
    replaced = true;
    engine.start();
    load();
    if (!store.isOpen) openDoc();
  }
  show();
}

/** @param {boolean[]} flags For the sentences that were sent: those with text. */
function markHeldOut(flags) {
  if (!configured) return;
  const sent = flags.values();
  table.setHeldOut(configured.table.examples.map(({ text }) => text.trim() !== '' && sent.next().value === true));
}

function pace() {
  const now = performance.now();
  if (lastStepAt > 0)
    run.msPerStep = run.msPerStep ? run.msPerStep + PACE * (now - lastStepAt - run.msPerStep) : now - lastStepAt;
  lastStepAt = now;
}

function show() {
  // Nothing can be edited before there is something to edit.
  main.inert = !store.isOpen;
  main.hidden = !run.supported && !store.isOpen;
  controls.show(run);
  fight.show(run, store.isOpen ? store.doc.recipe : undefined);
}

// ---- the beginning

if (run.supported) {
  engine = new Engine({ onReady: encoder.ready, onEvent, onDeath });
  load();
  openDoc();
} else {
  encoder.fail('not fetched: it could not be used');
  notices.error(missing);
}
show();
