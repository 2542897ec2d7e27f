// Edits of the sentences and their labels, as functions from one value to the next. Nothing is changed in place, so an
// older value can be kept for Undo, and comparing two references tells whether anything changed.

import { wellFormed } from './well-formed.js';

/** @typedef {import('../../types.js').Task} Task */
/** @typedef {import('../../types.js').InlineExample} InlineExample */

/**
 * The sentences and tasks in the table. `preset` says that the sentences are a built-in set as it came; the first edit makes it null.
 *
 * @typedef {object} Table
 * @property {import('../../types.js').Preset | null} preset
 * @property {string} name Where the sentences came from, for people.
 * @property {boolean} [edited] Whether the reader has changed them since.
 * @property {Task[]} tasks
 * @property {InlineExample[]} examples
 */

/**
 * @param {Table} table
 * @param {Partial<Pick<Table, 'tasks' | 'examples'>>} change
 * @returns {Table}
 */
const edited = (table, change) => ({ ...table, preset: null, edited: true, ...change });

/**
 * @template T
 * @param {T[]} xs
 * @param {number} i
 * @param {T} x
 */
const replaced = (xs, i, x) => xs.map((old, j) => (j === i ? x : old));

/**
 * An example's label for a task, '' if it has none. A task may be called `constructor`, which every object has.
 *
 * @type {(example: InlineExample | undefined, task: string) => string}
 */
export const labelOf = (example, task) => (example && Object.hasOwn(example.labels, task) ? example.labels[task] : '');

/** The rows that are sent to a run: one that was added and not yet written is no sentence. @type {(table: Pick<Table, 'examples'>) => InlineExample[]} */
export const sentencesOf = ({ examples }) => examples.filter(({ text }) => text.trim() !== '');

/** @type {(table: Table, row: number, text: string) => Table} */
export const setText = (table, row, text) =>
  edited(table, { examples: replaced(table.examples, row, { ...table.examples[row], text: wellFormed(text) }) });

/** An empty `label` means "not labelled for this task". @type {(table: Table, row: number, task: string, label: string) => Table} */
export function setLabel(table, row, task, label) {
  return edited(table, { examples: replaced(table.examples, row, labelled(table.examples[row], task, wellFormed(label))) });
}

/** Adds a row at the top, where the reader is. @type {(table: Table, text?: string) => Table} */
export const addRow = (table, text = '') => edited(table, { examples: [{ text: wellFormed(text), labels: {} }, ...table.examples] });

/** @type {(table: Table, row: number) => Table} */
export const removeRow = (table, row) => edited(table, { examples: table.examples.filter((_, i) => i !== row) });

/** Adds a class to a task if it is not there. @type {(table: Table, task: string, label: string) => Table} */
export function addClass(table, task, label) {
  const added = wellFormed(label);
  const tasks = table.tasks.map((t) =>
    t.name === task && !t.labels.includes(added) ? { ...t, labels: [...t.labels, added] } : t,
  );
  return edited(table, { tasks });
}

/** @type {(table: Table, task: Task) => Table} */
export const addTask = (table, { name, labels }) =>
  edited(table, { tasks: [...table.tasks, { name: wellFormed(name), labels: labels.map(wellFormed) }] });

/** Removes the column and its labels. @type {(table: Table, task: string) => Table} */
export function removeTask(table, task) {
  return edited(table, {
    tasks: table.tasks.filter((t) => t.name !== task),
    examples: table.examples.map((example) => labelled(example, task, '')),
  });
}

/**
 * Renames a task and its classes and drops classes, in one go. A dropped class's sentences become unlabelled; two classes
 * renamed to the same name become one.
 *
 * @param {Table} table
 * @param {string} task
 * @param {string} name The task's new name.
 * @param {Map<string, string>} classes Old label to new label; a new label of '' drops the class.
 * @returns {Table}
 */
export function redefineTask(table, task, name, classes) {
  const become = (/** @type {string} */ label) => wellFormed(classes.get(label) ?? label);
  const named = wellFormed(name);
  return edited(table, {
    tasks: table.tasks.map((t) =>
      t.name === task ? { name: named, labels: [...new Set(t.labels.map(become).filter(Boolean))] } : t,
    ),
    examples: table.examples.map((example) => {
      const label = labelOf(example, task);
      return label === '' ? example : labelled(labelled(example, task, ''), named, become(label));
    }),
  });
}

/**
 * @param {InlineExample} example
 * @param {string} task
 * @param {string} label
 * @returns {InlineExample}
 */
function labelled(example, task, label) {
  const labels = { ...example.labels };
  if (label) labels[task] = label;
  else delete labels[task];
  return { ...example, labels };
}

/**
 * A name that no task has yet.
 *
 * @param {Table} table
 * @param {(number: number) => string} [nameOf]
 */
export function freshTaskName(table, nameOf = (number) => `task ${number}`) {
  let n = table.tasks.length + 1;
  while (table.tasks.some((task) => task.name === nameOf(n))) n += 1;
  return nameOf(n);
}
