// The state of a lab's run has one owner: `reduce`, which makes the next state from the last one and an event. It knows
// neither worker nor elements nor clock; times come with the events.

import { withRole } from '../document/columns.js';
import { begun, ended, fitting, NO_COMPARISON } from './comparison.js';
import { isWaiting } from './select.js';
import { cleared, NO_COUNTS, NO_REPLAY, placeFor, show } from './shown.js';
import { afterWorkerEvent } from './worker-events.js';

/** @typedef {import('./types.js').LabEvent} LabEvent */
/** @typedef {import('./types.js').State} State */

/**
 * @param {string} missing Why this browser cannot train at all; '' if it can.
 * @param {string} encoder Address of its folder.
 * @returns {State}
 */
export const initial = (missing, encoder) => ({
  missing,
  encoder: { address: encoder, is: 'away' },
  run: { status: 'none', queued: '', only: [], postponed: '', wanted: false, request: 0 },
  counts: NO_COUNTS,
  shown: placeFor(undefined),
  replay: NO_REPLAY,
  comparison: NO_COMPARISON,
  document: { change: 'data', isNew: false },
  reader: { msBetween: 0, pointed: '', tried: '' },
});

/**
 * @param {State} state Is not changed.
 * @param {LabEvent} event
 * @returns {State}
 */
export function reduce(state, event) {
  const next = after(state, event);
  if (next.shown.outline === state.shown.outline) return next;
  return { ...next, comparison: fitting(next.comparison, next.shown.outline) };
}

/** @param {State} state @param {LabEvent} event @returns {State} */
function after(state, event) {
  const { run, encoder, replay, reader, comparison } = state;
  switch (event.type) {
    case 'ready':
      return { ...state, engine: { build: event.build, threads: event.threads } };
    case 'death':
      return dead(state, event);
    case 'worker event':
      return afterWorkerEvent(state, event);

    case 'replay':
      return { ...state, replay: { is: 'playing', events: event.events } };
    case 'replayed':
      return show(state, event, state.document.doc);
    case 'replay over':
      return replay.is === '' ? state : { ...state, replay: { ...replay, is: 'over' } };

    case 'encoder':
      return { ...state, encoder: { ...encoder, address: event.address } };
    case 'wake':
      return awake(state);
    case 'choose encoder': {
      const { address, returns } = event;
      if (encoder.is === 'here') return { ...state, encoder: { ...encoder, next: { address, returns }, arrival: undefined } };
      // The one that is on its way goes.
      return awake({ ...state, encoder: { address, is: 'away' } });
    }
    case 'cancel encoder':
      if (encoder.next) return { ...state, encoder: { ...encoder, next: undefined, arrival: undefined, isSilent: false } };
      if (encoder.is !== 'loading') return state;
      return {
        ...state,
        encoder: { address: encoder.address, is: 'away' },
        // Nothing is to start after a cancelled download, but for the run that a recording promises.
        run: { ...run, queued: '', postponed: replay.is ? run.queued : '', wanted: false },
      };
    case 'silent':
      return encoder.is === 'loading' || encoder.next ? { ...state, encoder: { ...encoder, isSilent: true } } : state;
    case 'go': {
      /** @type {State} */
      const going = { ...state, comparison: ended(comparison, 'cancelled'), run: { ...run, queued: event.what, only: event.only, postponed: '' } };
      return isWaiting(state) && replay.is === 'paused' ? { ...going, replay: { ...replay, is: 'playing' } } : going;
    }
    case 'pause':
      // A comparison is over when the worker says so.
      if (comparison.on) return { ...state, comparison: { ...comparison, cancelling: true } };
      return { ...unqueued(state), replay: replay.is === 'playing' ? { ...replay, is: 'paused' } : replay };
    case 'reset':
      return withoutReplay(unqueued({ ...state, comparison: ended(comparison, 'cancelled'), run: { ...run, resumesAt: undefined } }));
    case 'pace':
      return { ...state, reader: { ...reader, msBetween: event.ms } };
    case 'point':
      return { ...state, reader: { ...reader, pointed: event.text } };
    case 'try':
      return { ...state, reader: { ...reader, tried: event.text } };
    case 'edit':
      return edited(state, event);
    case 'replace':
      return replaced(state, event.file);
    case 'choose columns':
      return { ...state, document: { ...state.document, choosing: event.choosing } };
    case 'column role': {
      const { choosing } = state.document;
      if (!choosing) return state;
      return { ...state, document: { ...state.document, choosing: withRole(choosing, event.column, event.role) } };
    }
    case 'compare':
      return {
        ...state,
        comparison: begun(event.plan, event.request),
        // The worker leaves the training as soon as it hears of the comparison.
        run: run.status === 'training' ? { ...run, status: 'paused' } : run,
      };

    case 'want':
      return { ...state, run: { ...run, wanted: true } };
    case 'configure':
      return {
        ...state,
        run: {
          ...run,
          status: 'preparing',
          wanted: true,
          configured: state.document.doc,
          resumesAt: event.goesOn ? run.resumesAt : undefined,
          request: event.request,
        },
        document: { ...state.document, isNew: false },
      };
    case 'told':
      return { ...event.told.reduce((next, told) => show(next, { ...told, at: event.at }, state.document.doc), state), previous: state.previous };
    case 'go on':
      return {
        ...state,
        run: { ...run, configured: state.document.doc, queued: event.trains ? 'train' : '', only: [], postponed: '', wanted: true, resumesAt: state.counts.step },
      };
    case 'refuse':
      return { ...unqueued(state), document: { ...state.document, refused: { field: event.field } } };
    case 'start queued': {
      const status = run.queued === 'train' ? 'training' : run.status;
      // A pause is no step that took long.
      return { ...state, run: { ...run, queued: '', status }, counts: { ...state.counts, stepAt: 0 } };
    }
  }
}

/** Nothing is to start any more. @param {State} state @returns {State} */
const unqueued = (state) => ({ ...state, run: { ...state.run, queued: '', postponed: '' } });

/** The recording goes, if one is on show, and the place of the reader's own run is on show. @param {State} state @returns {State} */
function withoutReplay(state) {
  if (state.replay.is === '') return state;
  return {
    ...state,
    replay: NO_REPLAY,
    previous: undefined,
    shown: placeFor(state.document.doc),
    counts: cleared(state.counts),
    started: unmarked(state.started),
  };
}

/** Its marks belong to no sentences any more. @param {State['started']} started @returns {State['started']} */
const unmarked = (started) => started && { ...started, table: undefined };

/** The encoder is on its way or here. @param {State} state @returns {State} */
function awake(state) {
  const { missing, encoder, run } = state;
  const next = { ...state, run: { ...run, wanted: true } };
  if (missing || (encoder.is !== 'away' && encoder.is !== 'unreachable')) return next;
  return {
    ...next,
    encoder: { address: encoder.address, is: 'loading' },
    run: { ...next.run, queued: run.queued || run.postponed, postponed: '' },
  };
}

/** @param {State} state @param {Extract<LabEvent, { type: 'edit' }>} event @returns {State} */
function edited(state, { doc, change }) {
  const { document } = state;
  const next = { ...state, document: { ...document, doc, change, isNew: document.isNew || change === 'data' } };
  const own = change === 'diagnostics' ? next : withoutReplay(next);
  if (change !== 'data') return own;
  const pointed = { ...own, reader: { ...own.reader, pointed: '' } };
  return own.counts.step > 0 ? pointed : { ...pointed, shown: placeFor(doc) };
}

/**
 * All sentences go, and with them the run that there was.
 *
 * @param {State} state
 * @param {import('../document/columns.js').TableFile} [file]
 * @returns {State}
 */
function replaced(state, file) {
  const { run } = state;
  return {
    ...unqueued(state),
    comparison: ended(state.comparison, 'sentences'),
    replay: NO_REPLAY,
    previous: undefined,
    shown: placeFor(state.document.doc),
    counts: cleared(state.counts),
    started: unmarked(state.started),
    run: { ...run, queued: '', postponed: '', status: 'none', resumesAt: undefined, request: 0 },
    document: { ...state.document, file, choosing: undefined },
  };
}

/** @param {State} state @param {Extract<LabEvent, { type: 'death' }>} event @returns {State} */
function dead(state, { beforeReady, missing }) {
  const { encoder } = state;
  const own = beforeReady ? state : withoutReplay(state);
  const recorded = own.replay.is !== '';
  return {
    ...own,
    missing: beforeReady ? missing : own.missing,
    comparison: ended(own.comparison, 'broken'),
    // Another worker has to fetch the encoder again.
    encoder: { address: encoder.address, is: beforeReady || encoder.is === 'away' ? 'away' : 'loading' },
    // A run is prepared anew only when it is asked for: it may be the one that killed the worker.
    run: { status: 'none', queued: '', only: [], postponed: '', wanted: false, request: 0 },
    counts: recorded ? own.counts : cleared(own.counts),
    started: recorded ? own.started : unmarked(own.started),
  };
}
