// One sentence after the other to label, the most useful first, by its labels' numbers.

import { labelOf, setLabel } from '../lab/document/sentences.js';
import { brief } from '../ui/brief.js';
import { h, taskColour } from '../ui/dom.js';
import { ownData, whyNot } from './own-data.js';

/** @typedef {import('../types.js').InlineExample} InlineExample */
/** @typedef {import('../types.js').LabelNext['candidates'][number]} Candidate */
/** @typedef {import('../types.js').Task} Task */
/** A sentence, and the guesses for its tasks without a label. @typedef {{ example: InlineExample, guesses: Candidate['tasks'] }} Offered */

/** So many sentences are chosen at a time; then the labels given so far help to choose the next. */
const AT_ONCE = 10;
/** The number keys. */
const KEYS = 9;

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {HTMLDialogElement} dialog
 * @returns {Promise<() => void>} Opens it.
 */
export async function createLabelNext(lab, dialog) {
  const own = await ownData(lab, dialog);
  const words = own.next;
  const { store } = lab;
  const { n } = lab.words;
  /** The sentences to offer, the next one first. @type {Offered[]} */
  let queue = [];
  /** Texts that the reader skipped since the dialog was opened. @type {Set<string>} */
  const skipped = new Set();
  /** Labels given and sentences skipped, the latest last; each with the sentence before it. @type {(Offered & { skipped: boolean })[]} */
  let done = [];
  /** The sentence on show, and its row. @type {Offered & { row: number } | undefined} */
  let shown;
  /** Number of the latest question. */
  let latest = 0;

  const sentence = h('blockquote', { dir: 'auto', id: 'label-next-sentence', dataset: { part: 'label-next-sentence' } });
  const choices = h('div', { className: 'choices-of-tasks' });
  const status = h('p', { className: 'aside', role: 'status', dataset: { part: 'label-next-status' } });
  const skip = h('button', { type: 'button', dataset: { part: 'label-next-skip' } }, words.skip);
  const undo = h('button', { type: 'button', dataset: { part: 'label-next-undo' } }, words.undo);
  const train = h('button', { type: 'button', className: 'primary', dataset: { part: 'label-next-train' } }, words.train);
  const close = h('button', { type: 'button' }, own.close);
  dialog.replaceChildren(
    h('h3', { id: 'h-label-next' }, words.title),
    h('p', { className: 'aside' }, words.about),
    sentence,
    choices,
    status,
    h('div', { className: 'buttons' }, skip, undo, h('span', { className: 'gap' }), close, train),
  );

  skip.addEventListener('click', () => {
    if (!shown) return;
    done.push({ example: shown.example, guesses: shown.guesses, skipped: true });
    skipped.add(shown.example.text);
    show();
  });
  undo.addEventListener('click', () => {
    const last = done.pop();
    if (!last) return;
    latest += 1; // A choice that is under way is of no use any more.
    if (last.skipped) skipped.delete(last.example.text);
    else store.undo();
    if (shown) queue.unshift(shown);
    queue.unshift(last);
    show();
  });
  close.addEventListener('click', () => dialog.close());
  train.addEventListener('click', () => {
    dialog.close();
    lab.train();
  });
  dialog.addEventListener('close', () => {
    latest += 1;
    shown = undefined;
  });
  dialog.addEventListener('keydown', (event) => {
    if (event.repeat || event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey || event.altKey) return;
    const number = Number(event.key);
    const button = number >= 1 && number <= KEYS ? choices.querySelectorAll('fieldset:first-child button')[number - 1] : undefined;
    if (!(button instanceof HTMLElement)) return;
    event.preventDefault();
    event.stopPropagation(); // A host page may have keys of its own.
    button.click();
  });

  /** Offers the next sentence, once there is one. */
  async function show() {
    shown = undefined;
    for (let next = queue.shift(); next && !shown; next = queue.shift()) {
      const { example, guesses } = next;
      const row = rowOf(example.text);
      if (row >= 0 && !skipped.has(example.text) && open(row).length > 0) shown = { row, example, guesses };
      else continue;
      break;
    }
    if (shown) draw(shown);
    else await choose();
  }

  /** The row of a sentence without all its labels; -1 if there is none. @param {string} text */
  const rowOf = (text) => store.doc.table.examples.findIndex((example, row) => example.text === text && open(row).length > 0);

  /** The tasks that a row has no label for. @param {number} row @returns {Task[]} */
  const open = (row) => store.doc.table.tasks.filter(({ name, labels }) => labels.length > 0 && labelOf(store.doc.table.examples[row], name) === '');

  const left = () => store.doc.table.examples.filter(({ text }, row) => text.trim() !== '' && open(row).length > 0).length;

  /** Has the worker choose the next sentences. */
  async function choose() {
    const mine = ++latest;
    const { tasks } = store.doc.table;
    sentence.textContent = '';
    choices.replaceChildren();
    skip.disabled = true;
    undo.disabled = done.length === 0;
    const rest = left();
    const none = tasks.every(({ labels }) => labels.length === 0) ? words.noTask : rest === 0 ? words.done : '';
    status.textContent = none || own.encoder;
    // The labels that had the focus are gone.
    (none === words.done ? train : close).focus();
    if (none) return;
    try {
      const { recipe, examples = [] } = lab;
      // As many more as were skipped: those come first again.
      const { candidates } = await lab.ask({ type: 'label_next', recipe, n: AT_ONCE + skipped.size }, (encoded) => {
        if (mine === latest) status.textContent = own.encoded(encoded.done, encoded.sentences);
      });
      if (mine !== latest) return;
      queue = candidates.map(({ row, tasks: guesses }) => ({ example: examples[row], guesses })).filter(({ example }) => !skipped.has(example.text));
      if (queue.length > 0) show();
      else status.textContent = words.allSkipped;
    } catch (error) {
      if (mine === latest) status.textContent = whyNot(error);
    }
  }

  /** @param {NonNullable<typeof shown>} of */
  function draw({ row, example, guesses }) {
    sentence.textContent = example.text;
    skip.disabled = false;
    undo.disabled = done.length === 0;
    status.textContent = words.left(done.filter((one) => !one.skipped).length, left());
    const { tasks } = store.doc.table;
    choices.replaceChildren(
      ...open(row).map((task, i) => {
        const guess = guesses.find((one) => one.task === task.name);
        return choice(task, tasks.indexOf(task), guess, i === 0);
      }),
    );
    // Enter takes the guess.
    const [first] = Array.from(choices.querySelectorAll('fieldset'));
    /** @type {HTMLElement | null | undefined} */ (first?.querySelector('.guess') ?? first?.querySelector('button'))?.focus();
  }

  /**
   * The labels of a task. Only the first task's have numbers.
   *
   * @param {Task} task
   * @param {number} k
   * @param {Candidate['tasks'][number] | undefined} guess
   * @param {boolean} isFirst
   */
  function choice(task, k, guess, isFirst) {
    const buttons = h('div', { className: 'labels' });
    const guessed = guess?.label ?? undefined;
    const fill = (/** @type {string[]} */ labels) =>
      buttons.replaceChildren(
        ...labels.slice(0, KEYS).map((label, i) => {
          const p = label === guessed && guess?.probability ? h('small', {}, words.guess(n.percent(guess.probability))) : '';
          const button = h(
            'button',
            { type: 'button', title: label, className: label === guessed ? 'guess' : '' },
            ...(isFirst ? [h('kbd', {}, String(i + 1))] : []),
            h('span', { dir: 'auto' }, brief(label)),
            p,
          );
          button.addEventListener('click', () => give(task.name, label));
          return button;
        }),
      );
    const isMany = task.labels.length > KEYS;
    // Of many labels the guess comes first; of few each keeps its place.
    const ordered = isMany && guessed !== undefined ? [guessed, ...task.labels.filter((label) => label !== guessed)] : task.labels;
    fill(ordered);
    const find = h('input', { type: 'search', placeholder: words.find(task.labels.length), 'aria-label': words.find(task.labels.length) });
    find.addEventListener('input', () => {
      const part = find.value.trim().toLowerCase();
      fill(ordered.filter((label) => label.toLowerCase().includes(part)));
    });
    find.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      buttons.querySelector('button')?.click();
    });
    const set = h('fieldset', { 'aria-describedby': 'label-next-sentence' }, h('legend', { dir: 'auto' }, task.name), ...(isMany ? [find] : []), buttons);
    set.style.setProperty('--task', taskColour(k));
    return set;
  }

  /** @param {string} task @param {string} label */
  function give(task, label) {
    if (!shown) return;
    const { row, guesses } = shown;
    done.push({ example: store.doc.table.examples[row], guesses, skipped: false });
    store.editTable('rows', (table) => setLabel(table, row, task, label));
    const example = store.doc.table.examples[row];
    if (open(row).length > 0) {
      shown = { row, example, guesses };
      draw(shown);
    } else show();
  }

  return () => {
    queue = [];
    done = [];
    skipped.clear();
    dialog.showModal();
    choose();
  };
}
