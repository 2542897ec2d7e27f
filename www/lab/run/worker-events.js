// The worker's events of the reader's own run, and the state after each.

import { afterEvent } from './comparison.js';
import { Log } from './log.js';
import { hasRun } from './select.js';
import { cleared, NO_REPLAY, show } from './shown.js';

/** @typedef {import('../../types.js').Command} Command */
/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {import('./types.js').OwnRun} OwnRun */
/** @typedef {import('./types.js').State} State */
/** @typedef {import('./types.js').WorkerEvent} WorkerEvent */

/** Commands that ask about the run and leave it as it is, also where they fail. @type {Set<Command['type']>} */
export const QUESTIONS = new Set(['predict', 'tokenize', 'explain', 'observe', 'check', 'label_next', 'classify']);
/** How often a download's rate is measured, and the weight of the newest in it. */
const [RATE_MS, NEWEST] = [1000, 0.3];
/** Commands whose messages are about something else than the run in progress. @type {Set<Command['type']>} */
const NOT_THE_RUN = new Set([...QUESTIONS, 'load', 'configure', 'compare']);

/**
 * Whether a message comes too late: it belongs to a download that was cancelled, or to a run or a comparison that another
 * has taken the place of.
 *
 * @param {State} state
 * @param {WorkerEvent} happened
 */
export function isLate({ encoder, run, comparison }, { event, of, request }) {
  switch (of) {
    case 'load':
      if (encoder.next || encoder.is === 'loading') return false;
      return event.type === 'error' || (event.type === 'progress' && encoder.is === 'away');
    case 'configure':
      return request !== run.request;
    case 'compare':
      return !comparison.on || request !== comparison.request;
    default:
      return !NOT_THE_RUN.has(of) && !hasRun(run.status);
  }
}

/**
 * @param {State} state
 * @param {WorkerEvent} happened
 * @returns {State}
 */
export function afterWorkerEvent(state, happened) {
  const before = { ...state, comparison: afterEvent(state.comparison, happened) };
  if (isLate(state, happened)) return before;
  const { event, of } = happened;
  if (event.type === 'error') return failed(show(before, happened, undefined), of);
  if (event.type === 'progress' || event.type === 'loaded') return { ...before, encoder: encoderAfter(before.encoder, event, happened.at) };
  const ready = event.type === 'start' ? withoutRecording({ ...before, encoder: { ...before.encoder, former: undefined } }) : before;
  const next = show(ready, happened, before.run.configured);
  const isBegun = event.type === 'start' || event.type === 'resumed';
  return { ...next, run: { ...next.run, status: statusAfter(next, event), ...(isBegun && { resumesAt: undefined }) } };
}

/**
 * @param {State['encoder']} encoder
 * @param {import('./types.js').Coming} latest
 * @param {number} at
 * @returns {State['encoder']}
 */
function encoderAfter(encoder, latest, at) {
  const { address, next } = encoder;
  if (latest.type === 'progress') {
    const coming = { ...encoder, isSilent: false, arrival: latest.cached ? undefined : arrivalAfter(encoder.arrival, latest.received, at) };
    return next ? { ...coming, next: { ...next, latest } } : { ...coming, latest };
  }
  if (next) return { address: next.address, is: 'here', latest, former: next.returns ? undefined : address };
  return { ...encoder, is: 'here', latest, arrival: undefined, isSilent: false };
}

/** @param {import('./types.js').Arrival | undefined} before @param {number} received @param {number} at @returns {import('./types.js').Arrival} */
function arrivalAfter(before, received, at) {
  if (!before || received < before.received) return { at, received, rate: 0 };
  if (at - before.at < RATE_MS) return before;
  const now = (1000 * (received - before.received)) / (at - before.at);
  return { at, received, rate: before.rate ? before.rate + NEWEST * (now - before.rate) : now };
}

/** The reader's own run takes the recording's place, which stays to be seen behind it. @param {State} state @returns {State} */
function withoutRecording(state) {
  const { is, events } = state.replay;
  if (is === '') return state;
  const [first] = events;
  const outline = first?.type === 'start' ? first : undefined;
  const shown = { ...state.shown, outline, recorded: true, events: new Log([...events]) };
  return { ...state, replay: NO_REPLAY, shown };
}

/** @param {State} state After the event. @param {RunEvent} event @returns {OwnRun['status']} */
function statusAfter({ run: { status }, counts }, event) {
  switch (event.type) {
    case 'start':
      return 'ready';
    case 'paused':
      return status === 'training' || status === 'ready' ? (counts.step > 0 ? 'paused' : 'ready') : status;
    case 'end':
      return 'ended';
    case 'resumed':
      return event.is;
    default:
      return status;
  }
}

/** @param {State} state @param {Command['type']} of The command that failed. @returns {State} */
function failed(state, of) {
  const { run, encoder, replay } = state;
  if (of === 'load' && encoder.next) return { ...state, encoder: { ...encoder, next: undefined, arrival: undefined, isSilent: false } };
  if (of === 'load') {
    // The queued move waits for the next try.
    return {
      ...state,
      encoder: { ...encoder, is: 'unreachable', arrival: undefined, isSilent: false },
      run: { ...run, queued: '', postponed: run.queued },
      // It ends too: a moving page would look as if all were well.
      replay: replay.is === '' ? replay : { ...replay, is: 'over' },
    };
  }
  if (of === 'configure') {
    return {
      ...state,
      run: { ...run, status: 'none', queued: '', postponed: '', wanted: false, resumesAt: undefined },
      counts: cleared(state.counts),
      started: state.started && { ...state.started, table: undefined },
    };
  }
  return NOT_THE_RUN.has(of) ? state : { ...state, run: { ...run, status: 'stopped' } };
}
