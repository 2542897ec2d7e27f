// Makes a document one that can be trained: without the label columns that are not wanted, and with a warm-up that ends in time.

import { labelOf } from './sentences.js';

/** @typedef {import('./store.js').Doc} Doc */

/**
 * Drops the label columns that are not wanted; if none of the wanted ones is there, keeps all.
 *
 * @param {Doc['table']} table
 * @param {string[]} wanted
 */
export function onlyTasks(table, wanted) {
  const tasks = table.tasks.filter(({ name }) => wanted.includes(name));
  if (tasks.length === 0 || tasks.length === table.tasks.length) return table;
  const names = tasks.map(({ name }) => name);
  const only = (/** @type {Record<string, string>} */ labels) =>
    Object.fromEntries(Object.entries(labels).filter(([task]) => names.includes(task)));
  const examples = table.examples.map((example) => ({ ...example, labels: only(example.labels) }));
  return { ...table, preset: null, tasks, examples };
}

/**
 * A warm-up that outlasts the run is refused, so where the settings come from other sentences and these are too few for
 * theirs, or the page wants fewer epochs, it takes half of the run.
 *
 * @param {Doc} doc
 * @returns {Doc}
 */
export function withRoomForWarmup(doc) {
  const { table, recipe } = doc;
  const { epochs, batch_size, warmup, gradient_accumulation_steps } = recipe.training;
  const { validation } = recipe;
  const held = validation && 'fraction' in validation ? validation.fraction : 0;
  // A sentence without a label trains nothing.
  const sentences = table.examples.filter((example) => table.tasks.some(({ name }) => labelOf(example, name))).length;
  const steps = epochs * Math.ceil((sentences * (1 - held)) / (batch_size * gradient_accumulation_steps));
  if (warmup <= steps) return doc;
  return { table, recipe: { ...recipe, training: { ...recipe.training, warmup: Math.floor(steps / 2) } } };
}
