// The words of the dialog for a file's columns, in English. Loaded with it.

import { numbers } from '../ui/numbers.js';

const n = numbers('en-US');
const count = (/** @type {number} */ of, /** @type {string} */ one) => `${n.grouped(of)} ${one}${of === 1 ? '' : 's'}`;

export default {
  title: (/** @type {string} */ file) => `Columns of ${file}`,
  size: (/** @type {number} */ rows, /** @type {number} */ columns) =>
    `${count(rows, 'row')}, ${count(columns, 'column')}. Say which one holds the sentences and which are tasks; nothing changes before Import.`,
  roleOf: (/** @type {string} */ column) => `${column} is`,
  roles: { text: 'Sentence', task: 'Task', other: 'Leave out' },
  unnamed: (/** @type {number} */ column) => `column ${column}`,
  counts: (/** @type {number} */ classes, /** @type {number} */ filled) =>
    `${n.grouped(classes)} different ${classes === 1 ? 'value' : 'values'} in ${count(filled, 'row')}`,
  noTask: (/** @type {string} */ why) => `Not a task: ${why}`,
  blankRows: (/** @type {number} */ rows) => `${count(rows, 'blank row')} left out.`,
  preview: 'The first rows',
  cancel: 'Cancel',
  apply: (/** @type {number} */ rows) => `Import ${count(rows, 'row')}`,
  lacks: {
    text: 'No column holds the sentences yet.',
    task: 'No column is a task yet.',
    names: 'A column without a name, or with the name of another one, cannot be told apart: name it in the file, or leave it out.',
  },
};
