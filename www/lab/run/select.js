// Selectors: views and lab derive from the state here what they need, and keep no copy.

import { nameOf } from '../../engine/encoder/addresses.js';

/** @typedef {import('../document/store.js').Doc} Doc */
/** @typedef {import('./types.js').State} State */
/** @typedef {import('./types.js').Status} Status */

/** @type {boolean[]} */
const NONE = [];

/** Whether the worker has a run in such a state. @param {Status} status */
export const hasRun = (status) => status !== 'none' && status !== 'preparing';

/** Whether there is a run of the reader's own that can answer questions. @param {State} state */
export const canAnswer = ({ run, replay }) => hasRun(run.status) && run.status !== 'stopped' && replay.is === '';

/** Whether a queued move must wait, for the encoder or for the run's preparation. @param {State} state */
export const isWaiting = ({ encoder, run }) => encoder.is !== 'here' || run.status === 'preparing';

/** The name of the encoder in use, or of the one that will be. @param {State} state */
export const encoderName = ({ encoder: { address, latest } }) => (latest?.type === 'loaded' ? latest.encoder : nameOf(address));

/** Whether steps follow each other, are about to, or are played back: Train is Pause then. @param {State} state */
export const isRunning = ({ run, replay }) => run.status === 'training' || run.queued === 'train' || replay.is === 'playing';

/** Whether Train, or Pause in its place, can be pressed. @param {State} state */
export function canTrain({ missing, replay, comparison }) {
  const replays = replay.is === 'playing' || replay.is === 'paused';
  return (missing === '' || replays) && !comparison.on;
}

/** @param {State} state */
export const canStep = (state) => state.missing === '' && !state.comparison.on && state.run.queued === '' && !isRunning(state);

/** @param {State} state */
export const canReset = (state) => state.missing === '' && !state.comparison.on && !isWaiting(state);

/** Whether weightings can be compared. @param {State} state */
export const canCompare = (state) => !state.comparison.on && !state.encoder.next && state.run.queued === '' && !isWaiting(state);

/** Whether a step on each task can be tried out. @param {State} state */
export const canMeasureInterference = (state) => canAnswer(state) && !state.comparison.on;

/** Share of the steps that are done, in [0, 1]. @param {State} state */
export const progress = ({ counts: { step, steps } }) => (steps ? step / steps : 0);

/**
 * The reader's changes since the run was configured. Measurements beside the run are no settings of it.
 *
 * @param {State} state
 * @returns {'' | 'sentences' | 'settings'}
 */
export function staleness({ run: { configured }, document: { doc } }) {
  if (!configured || !doc) return '';
  if (doc.table !== configured.table) return 'sentences';
  return sameSettings(doc.recipe, configured.recipe) ? '' : 'settings';
}

/** Whether a run computes the same with both. @param {Doc['recipe']} a @param {Doc['recipe']} b */
export const sameSettings = (a, b) =>
  /** @type {(keyof typeof a)[]} */ (Object.keys({ ...a, ...b })).every((name) => name === 'diagnostics' || a[name] === b[name]);

/**
 * For each of the document's sentences, whether the run holds it out; empty if no run has these sentences.
 *
 * @param {State} state
 */
export const heldOut = ({ started, document: { doc } }) =>
  started && started.table !== undefined && started.table === doc?.table ? started.heldOut : NONE;

/**
 * The consequence of Train or Step: `wait` for encoder or preparation, `prepare` a run, or `start`.
 *
 * @param {State} state
 * @param {boolean} isWrong Whether an entry of the settings is wrong.
 */
export function nextMove(state, isWrong) {
  const { run, counts, replay } = state;
  const stale = staleness(state);
  if (isWaiting(state)) return 'wait';
  const over = run.status === 'none' || run.status === 'ended' || run.status === 'stopped';
  // Until its first step, a run is to be the one that the page shows.
  const changed = counts.step === 0 && (stale === 'settings' || isWrong);
  return over || replay.is !== '' || stale === 'sentences' || changed ? 'prepare' : 'start';
}

/**
 * Whether the run is to be prepared anew, now that the document rests. One that has taken no step follows the settings and a
 * whole new table by itself; one that has waits for Reset or Train, and so does one whose table is edited cell by cell.
 *
 * @param {State} state
 */
export function followsDocument(state) {
  const { run, counts, comparison, document } = state;
  const isOther = document.isNew || staleness(state) === 'settings';
  return isOther && run.wanted && !comparison.on && counts.step === 0 && run.status !== 'training';
}

/**
 * The state as the element gives it to the page: see polytask.d.ts.
 *
 * @param {State} state
 * @returns {import('../../polytask.js').PolytaskState}
 */
export function publicState(state) {
  const { run, encoder, missing, replay, counts, comparison, reader } = state;
  const { step, epoch, steps, epochs, loss, msPerStep, tasks } = counts;
  return {
    status: run.status,
    queued: run.queued,
    encoder: encoder.is,
    missing,
    stale: staleness(state),
    replay: replay.is,
    ...{ step, epoch, steps, epochs, loss, msPerStep },
    comparing: comparison.on,
    msBetween: reader.msBetween,
    tasks: [...tasks],
  };
}
