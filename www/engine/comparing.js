// A comparison: runs of several weightings and seeds, each trained from its first step to its end in a session of its own. The
// configured run keeps its state.

import { breathe } from './breathe.js';
import { messageOf } from './failure.js';
import { isFatal } from './worker-failure.js';

/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('../types.js').Session} Session */

/**
 * Answers `compare`.
 *
 * @param {import('../types.js').Polytask} polytask
 * @param {import('./run-encoder.js').RunEncoder} encoder
 * @param {Extract<import('../types.js').Command, { type: 'compare' }>} command
 * @param {() => boolean} wanted Called after each `await`; false stops the comparison.
 * @param {(event: import('../types.js').AnyEvent) => void} say Reports each run's result and, at the end, the table.
 */
export async function compare(polytask, encoder, { recipe, weightings, seeds }, wanted, say) {
  const comparison = new polytask.ComparisonRuns(recipe, weightings, Float64Array.from(seeds));
  try {
    for (const [i, planned] of comparison.recipes().entries()) {
      const session = new polytask.Session();
      const failed = await finished(encoder, session, planned, wanted);
      try {
        if (!wanted()) return;
        say(failed ? comparison.fail(i, messageOf(failed)) : comparison.finish(i, session));
      } finally {
        session.free();
      }
    }
    say(comparison.table());
  } finally {
    comparison.free();
  }
}

/**
 * Trains `recipe` in `session` to its end, or until the run is not wanted any more.
 *
 * @param {import('./run-encoder.js').RunEncoder} encoder
 * @param {Session} session
 * @param {import('./runner.js').Recipe} recipe
 * @param {() => boolean} wanted
 * @returns {Promise<Error | undefined>} Why the run failed.
 */
async function finished(encoder, session, recipe, wanted) {
  try {
    let events = await encoder.begin(session, recipe, wanted);
    while (events && wanted() && !events.some((event) => event.type === 'end')) {
      events = /** @type {RunEvent[]} */ (session.advance());
      await breathe();
    }
    return undefined;
  } catch (error) {
    // After a trap the session cannot be freed: the error from freeing it would hide the first one.
    if (isFatal(error) || !(error instanceof Error)) throw error;
    return error;
  }
}
