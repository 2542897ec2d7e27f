// The words of the dialogs over the sentences, in English. Loaded with them.

import { numbers } from '../ui/numbers.js';

const n = numbers('en-US');

export default {
  task: {
    title: 'Task',
    titleOf: (/** @type {string} */ task) => `Task ${task}`,
    name: 'Name',
    classes: 'Classes',
    classOf: (/** @type {string} */ label) => `Class ${label}`,
    newClass: 'New class',
    addClass: 'Add a class',
    removeClass: (/** @type {string} */ label) => `Remove class ${label}`,
    removeNewClass: 'Remove new class',
    findClass: 'Find a class',
    moreClasses: (/** @type {number} */ left) => `${n.grouped(left)} more: type a part of the name`,
    remove: 'Remove task',
    cancel: 'Cancel',
    apply: 'Apply',
    nameless: 'A task needs a name.',
    notText: '“text” is the name of the sentence column; choose another.',
    notProto: 'JavaScript reserves the name “__proto__”; choose another.',
    taken: (/** @type {string} */ name) => `There is already a task named “${name}”; choose another name.`,
  },

  paste: {
    title: 'Paste a table',
    line: 'CSV, TSV or JSONL, with a header: a column of sentences, and one column for each task. It replaces all sentences.',
    field: 'The table',
    cancel: 'Cancel',
    apply: 'Use it',
    notATable: 'This is not a table yet: it needs a header line with several columns, and a line for each sentence.',
  },
};
