// How well each task is solved: the verdict at the end, accuracy beside its baseline, macro F1, the confusion matrix, how far
// the confidences can be believed, and the sentences that went wrong.

import { readAlong } from '../lab/run/reading.js';
import { h } from '../ui/dom.js';
import { createResultCard } from './result-card.js';
import { createVerdicts } from './verdicts.js';

/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('../types.js').Evaluation} Evaluation */
/** @typedef {Evaluation['split']} Split */
/** @typedef {Extract<RunEvent, { type: 'mistakes' }>} Mistakes */

/** @type {Split[]} */
const SPLITS = ['validation', 'train'];

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
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
  const verdicts = createVerdicts(lab);
  const body = h('div', { className: 'results', dataset: { part: 'results-body' } });
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-results', dataset: { part: 'results' } },
    h('header', {}, h('h3', { id: 'h-results' }, words.title), caption, choice),
    verdicts.element,
    body,
  );
  /** @type {ReturnType<typeof createResultCard>[]} */
  let cards = [];
  /** @type {Partial<Record<Split, Evaluation>>} */
  let latest = {};
  /** @type {Partial<Record<Split, Mistakes>>} */
  let mistakes = {};

  choice.addEventListener('change', draw);

  function draw() {
    const sentences = lab.state.started?.examples ?? [];
    const split = radios.find(({ checked }) => checked)?.value === 'train' ? 'train' : 'validation';
    const evaluation = latest[split];
    const wrong = mistakes[split]?.epoch === evaluation?.epoch ? mistakes[split] : undefined;
    caption.textContent = evaluation ? words.after(evaluation.epoch) + (evaluation.sample ? words.sample(lab.words.n.grouped(evaluation.sample)) : '') : words.notYet;
    const textOf = (/** @type {number} */ row) => sentences[row]?.text ?? words.row(row + 1);
    for (const { task, show } of cards) show(evaluation?.tasks[task.name], wrong?.tasks[task.name], textOf, split === 'validation');
  }

  /** Empty matrices for a run. @param {import('../lab/run/types.js').Outline} outline */
  function begin({ tasks, validation_examples }) {
    verdicts.begin(tasks);
    latest = {};
    mistakes = {};
    cards = tasks.map((task, k) => createResultCard(lab.words, task, k));
    body.replaceChildren(...cards.map((card) => card.element));
    const [heldOut, training] = radios;
    heldOut.disabled = validation_examples === 0;
    (heldOut.disabled ? training : heldOut).checked = true;
    isFresh = true;
  }

  /** @param {RunEvent} event */
  function take(event) {
    if (event.type === 'evaluation') latest[event.split] = event;
    else if (event.type === 'mistakes') mistakes[event.split] = event;
    else {
      if (event.type === 'verdict') verdicts.take(event);
      return;
    }
    isFresh = true;
  }

  const follow = readAlong({ begin, take });
  /** Whether there is something to draw that came with this state. */
  let isFresh = false;

  return {
    element,

    render(state) {
      isFresh = false;
      follow(state);
      if (isFresh) draw();
      verdicts.render(state);
    },
  };
}
