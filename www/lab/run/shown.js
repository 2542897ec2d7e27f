// The run on show: the reader's own, a recorded one, or the empty place of one that is about to come.

import { sentencesOf } from '../document/sentences.js';
import { Log } from './log.js';

/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {import('../document/store.js').Doc} Doc */
/** @typedef {import('./types.js').Counts} Counts */
/** @typedef {import('./types.js').Outline} Outline */
/** @typedef {import('./types.js').Shown} Shown */
/** @typedef {import('./types.js').State} State */

/** Weight of the newest step in the mean time of a step. */
const NEWEST = 0.2;
/** A step that takes longer than this, and than so many of the latest, is not one: the tab was frozen, the machine slept, or the
 * run was measured. Unless the next one takes as long too. */
const [LATE_MS, LATE_TIMES] = [1000, 5];
/** Events that are no part of a run: the encoder's, a comparison's, and answers, which only the one who asked gets. @type {Set<RunEvent['type']>} */
const NOT_OF_A_RUN = new Set(['progress', 'loaded', 'resumed', 'compared', 'comparison', 'prediction', 'saliency', 'tokens', 'encoded', 'findings', 'label_next', 'classified']);

/** @type {Counts} */
export const NO_COUNTS = { step: 0, epoch: 0, steps: 0, epochs: 0, loss: undefined, tasks: [], msPerStep: 0, wasLate: false, stepAt: 0 };

/** Those of no run; the tasks stay. @param {Counts} counts @returns {Counts} */
export const cleared = ({ tasks }) => ({ ...NO_COUNTS, tasks });

/** @type {import('./types.js').Replay} */
export const NO_REPLAY = { is: '', events: [] };

/** An empty place for the run of a document. @param {Doc | undefined} doc @returns {Shown} */
export const placeFor = (doc) => ({ outline: doc && outlineOf(doc), recorded: false, events: new Log(), printed: new Log() });

/**
 * The shape of a document's run, as far as it is known before the encoder is here.
 *
 * @param {Doc} doc
 * @returns {Outline}
 */
export function outlineOf({ table: { tasks, examples }, recipe: { training, validation } }) {
  const share = validation && 'fraction' in validation ? validation.fraction : 0;
  const held = Math.round(examples.length * share);
  const steps = Math.max(1, Math.ceil((examples.length - held) / training.batch_size));
  return { tasks, epochs: training.epochs, steps_per_epoch: steps, validation_examples: held };
}

/**
 * For each sentence of a document, whether its run holds it out.
 *
 * @param {Doc | undefined} doc
 * @param {boolean[]} flags For the sentences that were sent: those with text.
 */
export function heldOutOf(doc, flags) {
  const sent = flags.values();
  return doc?.table.examples.map(({ text }) => text.trim() !== '' && sent.next().value === true) ?? [];
}

/** The sentences of a document that are sent: a row without text is none. @param {Doc | undefined} doc */
const sentOf = (doc) => (doc ? sentencesOf(doc.table) : []);

/**
 * The state after an event of the run on show.
 *
 * @param {State} state
 * @param {{ event: RunEvent, text?: string, at: number }} happened `at`: when, in milliseconds. `text`: lines of the printout.
 * @param {Doc | undefined} doc The run's document.
 * @returns {State}
 */
export function show(state, { event, text, at }, doc) {
  const begun = event.type === 'start' ? begin(state, event, doc) : state;
  return {
    ...begun,
    counts: countsAfter(begun.counts, event, at),
    shown: {
      ...begun.shown,
      events: NOT_OF_A_RUN.has(event.type) ? begun.shown.events : begun.shown.events.with(event),
      printed: text ? begun.shown.printed.with({ text, kind: event.type }) : begun.shown.printed,
    },
  };
}

/** @param {State} state @param {Extract<RunEvent, { type: 'start' }>} event @param {Doc | undefined} doc @returns {State} */
function begin({ shown, previous, ...state }, event, doc) {
  // A run that took no step leaves nothing to be seen behind the next.
  const last = shown.events.all().some(({ type }) => type === 'step') ? shown : previous;
  return {
    ...state,
    previous: last && sameTasks(last.outline, event) ? last : undefined,
    shown: { outline: event, recorded: state.replay.is !== '', events: new Log(), printed: new Log() },
    started: { event, examples: sentOf(doc), table: doc?.table, heldOut: heldOutOf(doc, event.held_out) },
  };
}

/** @param {Outline | undefined} a @param {Outline} b */
const sameTasks = (a, b) => JSON.stringify(a?.tasks) === JSON.stringify(b.tasks);

/** @param {Counts} counts @param {RunEvent} event @param {number} at @returns {Counts} */
function countsAfter(counts, event, at) {
  if (event.type === 'start') {
    const { epochs, steps_per_epoch, tasks } = event;
    return { ...NO_COUNTS, epochs, steps: epochs * steps_per_epoch, tasks: tasks.map(({ name }) => name) };
  }
  if (event.type === 'contrastive') return { ...counts, contrastive: [event.step, event.steps] };
  if (event.type !== 'step') return counts;
  const { step, epoch, total: loss } = event;
  return { ...counts, step, epoch, loss, ...meanTime(counts, at), stepAt: at };
}

/** @param {Counts} counts @param {number} at When the newest step ended. */
function meanTime({ msPerStep, wasLate, stepAt }, at) {
  if (stepAt === 0 || at === stepAt) return { msPerStep, wasLate };
  const took = at - stepAt;
  if (msPerStep === 0) return { msPerStep: took, wasLate: false };
  const isLate = took > Math.max(LATE_MS, LATE_TIMES * msPerStep);
  if (isLate && !wasLate) return { msPerStep, wasLate: true };
  return { msPerStep: msPerStep + NEWEST * (took - msPerStep), wasLate: isLate };
}
