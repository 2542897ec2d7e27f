// Weightings compared beside the run: the part of the state that belongs to a comparison.

/** @typedef {import('./types.js').ComparisonState} ComparisonState */
/** @typedef {import('./types.js').Outcome} Outcome */
/** @typedef {import('./types.js').Plan} Plan */

/** @type {ComparisonState} */
export const NO_COMPARISON = { on: false, cancelling: false, request: 0, runs: [] };

/** @param {Plan} plan @param {number} request Number of its command. @returns {ComparisonState} */
export const begun = (plan, request) => ({ ...NO_COMPARISON, on: true, request, plan });

/**
 * Ends it now, whatever the worker is doing.
 *
 * @param {ComparisonState} state
 * @param {Outcome} outcome
 * @returns {ComparisonState}
 */
export const ended = (state, outcome) => (state.on ? { ...state, on: false, cancelling: false, outcome } : state);

/**
 * @param {ComparisonState} state
 * @param {import('./types.js').WorkerEvent} happened
 * @returns {ComparisonState}
 */
export function afterEvent(state, { event, of, request }) {
  if (!state.on) return state;
  // It is over only when the worker says so: this `paused` would be taken for that of a run started before.
  if (event.type === 'paused' && state.cancelling) return ended(state, 'cancelled');
  if (of !== 'compare' || request !== state.request) return state;
  switch (event.type) {
    case 'compared':
      return { ...state, runs: [...state.runs, event] };
    case 'comparison':
      return state.cancelling ? state : { ...ended(state, 'done'), result: event };
    case 'error':
      return ended(state, 'broken');
    default:
      return state;
  }
}

/**
 * A finished comparison stays on show as long as it has the tasks of the run on show.
 *
 * @param {ComparisonState} state
 * @param {import('./types.js').Outline | undefined} outline
 * @returns {ComparisonState}
 */
export function fitting(state, outline) {
  if (state.on || !state.plan || !outline) return state;
  const same = state.plan.tasks.join('\n') === outline.tasks.map(({ name }) => name).join('\n');
  return same ? state : NO_COMPARISON;
}
