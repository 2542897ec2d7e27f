// A recipe for a link, without its default values; and names for sentences about what a recipe has.

import { POOLING, SEED, TRAINING } from './limits.js';

/** @typedef {import('../../types.js').Recipe} Recipe */

/** Of a recipe that names none, such as the first links'. */
export const ENCODER = 'all-MiniLM-L6-v2';
/** Of a task, a class or a field. */
export const LONGEST_NAME = 200;
/** At most so many of a link's unknown fields are named. */
const MOST_NAMED = 5;

/**
 * The parts of a recipe that differ from the defaults. A link leaves out what is measured beside a run.
 *
 * @param {Recipe} recipe
 */
export function essentialsOf({ data, tasks, validation, encoder, pooling, training, seed }) {
  const settings = Object.entries(TRAINING).flatMap(([name, { usual }]) => {
    const value = training[/** @type {keyof typeof training} */ (name)] ?? undefined;
    return JSON.stringify(value) === JSON.stringify(usual) ? [] : [[name, value]];
  });
  return {
    data,
    ...(tasks.length > 0 && { tasks }),
    validation,
    ...(encoder !== ENCODER && { encoder }),
    ...(pooling !== POOLING.usual && { pooling }),
    training: Object.fromEntries(settings),
    ...(seed !== SEED.usual && { seed }),
  };
}

/** Names for a sentence: not all of very many, and not all of very long ones. @param {string[]} fields */
export function named(fields) {
  const names = fields.map((field) => (field.length > LONGEST_NAME ? `${field.slice(0, LONGEST_NAME)}…` : field));
  return names.length > MOST_NAMED ? [...names.slice(0, MOST_NAMED), '…'] : names;
}
