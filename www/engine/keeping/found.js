// A run that an earlier visit left, or that a worker's crash interrupted: whether it is still the page's, and what is said about
// it. The page loads this when there is one.

import english from '../../strings/keeping-errors.en.js';
import { messagesOf } from '../failure.js';

/** @typedef {import('../../types.js').Kept} Kept */
/** @typedef {import('../../types.js').Message} Message */

const { message } = messagesOf(english);

/**
 * Whether it is the run that the page would configure.
 *
 * @param {Kept} kept
 * @param {import('../../types.js').Recipe} recipe The page's.
 * @param {string} base The address of the page's encoder.
 */
export const fits = (kept, recipe, base) => kept.base === base && essence(kept.recipe) === essence(recipe);

/**
 * What a run's numbers depend on, in an order of its own. The encoder is known by its address; measurements beside a run may
 * change.
 *
 * @param {import('../../types.js').Recipe} recipe
 */
const essence = ({ encoder, diagnostics, ...rest }) => JSON.stringify(rest, (_, value) => (isObject(value) ? sorted(value) : value));

/** @param {unknown} x @returns {x is Record<string, unknown>} */
const isObject = (x) => typeof x === 'object' && x !== null && !Array.isArray(x);

/** @param {Record<string, unknown>} object */
const sorted = (object) => Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));

/** How far it has come: no step is the same after one more piece of the run. @param {Kept} kept */
export const reached = ({ told }) => told.length;

/** The training worker crashed, and the run goes on. @param {string} why */
export const crashed = (why) => message('keeping.crashed', { why });

/** It crashed again where it had crashed before. @param {string} why */
export const crashedAgain = (why) => message('keeping.crashed_again', { why });
