// How well each task is solved: accuracy beside its baseline, macro F1, the confusion matrix, and the sentences that went
// wrong.

import { h } from '../ui/dom.js';
import { createResultCard } from './result-card.js';

/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('../types.js').Evaluation} Evaluation */
/** @typedef {Evaluation['split']} Split */
/** @typedef {Extract<RunEvent, { type: 'mistakes' }>} Mistakes */

/** @type {Split[]} */
const SPLITS = ['validation', 'train'];

/** @param {import('../lab/lab.js').Lab} lab @returns {import('../lab/views.js').View} */
export function createResults(lab) {
  const words = lab.words.results;
  const caption = h('p', { dataset: { part: 'results-caption' } });
  const radios = SPLITS.map((value) =>
    h('input', { type: 'radio', name: 'results-split', value, checked: value === 'validation' }),
  );
  const choice = h(
    'fieldset',
    { className: 'segments', dataset: { part: 'results-split' } },
    h('legend', { className: 'sr' }, words.which),
    ...radios.map((radio, i) => h('label', {}, radio, h('span', {}, words.splits[SPLITS[i]]))),
  );
  const body = h('div', { className: 'results', dataset: { part: 'results-body' } });
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-results', dataset: { part: 'results' } },
    h('header', {}, h('h3', { id: 'h-results' }, words.title), caption, choice),
    body,
  );
  /** @type {ReturnType<typeof createResultCard>[]} */
  let cards = [];
  /** @type {Partial<Record<Split, Evaluation>>} */
  let latest = {};
  /** @type {Partial<Record<Split, Mistakes>>} */
  let mistakes = {};
  /** The document's sentences now, and those of the run on show, as they were sent: only those with text. @type {string[]} */
  let edited = [];
  /** @type {string[]} */
  let sentences = [];
  let shown = false;
  /** Whether there is something to show that came since the last frame. */
  let fresh = false;

  choice.addEventListener('change', render);

  function render() {
    fresh = false;
    const split = radios.find(({ checked }) => checked)?.value === 'train' ? 'train' : 'validation';
    const evaluation = latest[split];
    const wrong = mistakes[split]?.epoch === evaluation?.epoch ? mistakes[split] : undefined;
    caption.textContent = evaluation ? words.after(evaluation.epoch) : words.notYet;
    for (const card of cards)
      card.show(evaluation?.tasks[card.task.name], wrong?.tasks[card.task.name], (row) => sentences[row] ?? words.row(row + 1));
  }

  return {
    element,

    /** Empty matrices for a run. */
    reset({ tasks, validation_examples }) {
      latest = {};
      mistakes = {};
      cards = tasks.map((task, k) => createResultCard(lab.words, task, k));
      body.replaceChildren(...cards.map((card) => card.element));
      const [heldOut, training] = radios;
      heldOut.disabled = validation_examples === 0;
      (heldOut.disabled ? training : heldOut).checked = true;
      render();
    },

    edit({ table }) {
      edited = table.examples.map(({ text }) => text).filter((text) => text.trim() !== '');
    },

    show(run) {
      // A view that came late does not know what its run's sentences were before they were changed.
      if (!shown && run.stale === 'sentences') {
        sentences = [];
        fresh = true;
      }
      shown = true;
      if (fresh) render();
    },

    take(event) {
      if (event.type === 'start') sentences = edited;
      else if (event.type === 'evaluation') latest[event.split] = event;
      else if (event.type === 'mistakes') mistakes[event.split] = event;
      else return;
      fresh = true;
    },
  };
}
