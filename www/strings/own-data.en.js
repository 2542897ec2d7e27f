// Words for the check of the data, for labelling and for classifying a file, in English. Loaded with them.

import { numbers } from '../ui/numbers.js';

const n = numbers('en-GB');
const count = (/** @type {number} */ of, /** @type {string} */ one, /** @type {string} */ many = `${one}s`) => `${n.grouped(of)} ${of === 1 ? one : many}`;

export default {
  close: 'Close',
  encoder: 'Waiting for the encoder…',
  encoded: (/** @type {number} */ done, /** @type {number} */ all) => `Reading sentence ${n.grouped(done)} of ${n.grouped(all)}…`,
  judging: 'Looking for label errors…',

  check: {
    title: 'What the check found',
    counts: (/** @type {string} */ task, /** @type {number} */ labelled, /** @type {number} */ blank, /** @type {number} */ classes) =>
      `${task}: ${count(labelled, 'label')} of ${count(classes, 'class', 'classes')}${blank > 0 ? `, ${n.grouped(blank)} blank` : ''}`,
    none: 'Nothing doubtful was found.',
    kinds: (/** @type {number} */ kinds) => `${count(kinds, 'kind')} of findings.`,
    notFetched: 'The encoder was not fetched. Check again to fetch it.',
    unjudged: (/** @type {string} */ task) => `${task}: too few labels to look for wrong ones.`,
    onBothSides: (/** @type {number} */ of) => `${count(of, 'held-out sentence')} also among the training sentences`,
    more: (/** @type {number} */ more) => `and ${n.grouped(more)} more`,
    again: 'Check again',
    gone: 'The sentence has changed since the check.',
    all: (/** @type {number} */ of, /** @type {number} */ next) => (next === of ? `Show all ${n.grouped(of)}` : `Show ${n.grouped(next)} of ${n.grouped(of)}`),
    errors: (/** @type {number} */ of, /** @type {string} */ task) => `${count(of, 'label')} of ${task} worth a second look`,
    errorsHint: (/** @type {string} */ percent) =>
      `Small models that did not see the sentence expect another label. They predict ${percent} of the labels; some suspects are right as they are.`,
    unsure: (/** @type {string} */ task, /** @type {string} */ accuracy, /** @type {string} */ commonest) =>
      `${task}: the check cannot tell wrong labels from right ones here. The encoder predicts ${accuracy} of the labels, the commonest one alone makes ${commonest}.`,
    is: (/** @type {string} */ label, /** @type {string} */ p) => `is “${label}” (${p})`,
    use: (/** @type {string} */ label, /** @type {string} */ p) => `Use “${label}” (${p})`,
    keep: 'Keep',
    contradictions: (/** @type {number} */ of, /** @type {string} */ task) => `${count(of, 'sentence')} with different labels for ${task}`,
    duplicates: (/** @type {number} */ of) => `${count(of, 'sentence')} more than once`,
    nearDuplicates: (/** @type {number} */ of) => `${count(of, 'group')} of nearly the same sentences`,
    lookAlikes: (/** @type {number} */ of) => `${count(of, 'label')} that ${of === 1 ? 'looks' : 'look'} like another`,
    lookAlike: (/** @type {string} */ task, /** @type {string} */ label, /** @type {string} */ like) => `${task}: is “${label}” the same as “${like}”?`,
    merge: (/** @type {string} */ like) => `Make it “${like}”`,
    lone: (/** @type {number} */ of) => `${count(of, 'label')} with a single sentence`,
    loneOf: (/** @type {string} */ task, /** @type {string} */ label) => `${task}: ${label}`,
    unknown: (/** @type {number} */ of) => `${count(of, 'sentence')} of which the encoder knows no word`,
    empty: (/** @type {number} */ of) => `${count(of, 'sentence')} without any token`,
    cut: (/** @type {number} */ of) => `${count(of, 'sentence')} cut to the longest length`,
    unlabelled: (/** @type {number} */ of) => `${count(of, 'sentence')} without any label`,
  },

  next: {
    title: 'Label the next one',
    about: 'The sentences whose labels help most come first. Press the number of a label.',
    noTask: 'There is no task yet: add one with its classes first.',
    done: 'Every sentence has its labels.',
    allSkipped: 'You have skipped all that are left. Close this and open it again to see them once more.',
    left: (/** @type {number} */ labelled, /** @type {number} */ left) => `${count(labelled, 'label')} given, ${count(left, 'sentence')} left`,
    guess: (/** @type {string} */ p) => `guess, ${p}`,
    find: (/** @type {number} */ classes) => `Find one of ${n.grouped(classes)} labels`,
    skip: 'Skip',
    undo: 'Undo',
    train: 'Train',
  },

  classify: {
    title: (/** @type {string} */ file) => `Answers for ${file}`,
    untitled: 'Classify a file',
    about: 'CSV, TSV, JSON or JSONL with a column of sentences, or a text file with one sentence a line. It stays on your machine.',
    choose: 'Choose a file…',
    tooBig: (/** @type {string} */ file, /** @type {string} */ most) => `${file} is too large: at most ${most} MB can be read here. The command line has no such limit.`,
    unreadable: (/** @type {string} */ file) => `${file}: could not be read; was it moved or is it a folder?`,
    column: 'The sentences are in',
    classified: (/** @type {number} */ done, /** @type {number} */ all) => `${n.grouped(done)} of ${count(all, 'sentence')}…`,
    rows: (/** @type {number} */ rows) => count(rows, 'row'),
    blank: (/** @type {number} */ blank) => `${n.grouped(blank)} left blank`,
    row: 'Row',
    text: 'Sentence',
    stopped: 'Stopped. Choose the file again.',
    paused: 'Training is paused.',
    table: 'The rows with their answers',
    threshold: 'Leave blank below',
    notThreshold: 'Leave blank below: give a probability from 0 to 1.',
    all: 'All probabilities',
    format: 'Format',
    download: 'Download',
  },
};
