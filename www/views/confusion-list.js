// The confusions of a task with many classes, whose matrix nobody could read: the most frequent ones, and those of a class that the
// reader looks for.

import { brief } from '../ui/brief.js';
import { h } from '../ui/dom.js';
import { createSearch, searchField } from '../ui/many/search-field.js';
import { supports } from './confusion-cells.js';

/** @typedef {import('./confusion-cells.js').Cell} Cell */

/** So many cells are listed. */
const MOST = 8;

/**
 * @param {import('../strings/words.js').Words} words
 * @param {import('../types.js').Task} task
 * @param {number} k
 * @param {(cell: Cell) => void} pick Called when the reader wants to see a cell's sentences.
 */
export function createConfusionList({ n, results: words, search }, task, k, pick) {
  const body = h('tbody');
  const rest = h('p', { className: 'aside' });
  const field = searchField({ className: 'find', placeholder: words.findClass(task.labels.length), 'aria-label': words.classOf(task.name) });
  const finder = h('div', {}, field);
  const said = h('p', { className: 'aside', role: 'status' });
  const list = createSearch(finder, {
    id: `confused-found-${k}`,
    words: search,
    choicesOf: () => task.labels,
    valueOf: () => (chosen === undefined ? '' : task.labels[chosen]),
    pick(_, label) {
      chosen = label === '' ? undefined : task.labels.indexOf(label);
      draw();
    },
  });
  const caption = h('caption');
  const element = h(
    'div',
    { className: 'confusions', dataset: { part: 'confusions' } },
    finder,
    list.element,
    said,
    h(
      'table',
      {},
      caption,
      h('thead', {}, h('tr', {}, ...[words.truth, words.predicted, words.count].map((name) => h('th', { scope: 'col' }, name)))),
      body,
    ),
    rest,
  );
  list.need();
  /** The class that the reader looks at. @type {number | undefined} */
  let chosen;
  /** @type {Cell[] | undefined} */
  let cells;
  /** @type {[truth: number, said: number] | undefined} */
  let picked;
  let canPick = false;

  /** @param {Cell} cell */
  function line(cell) {
    const [truth, predicted] = [task.labels[cell.truth], task.labels[cell.said]];
    const isRight = cell.truth === cell.said;
    const title = isRight ? words.rightly(truth) : words.taken(truth, predicted);
    const isPicked = picked?.[0] === cell.truth && picked[1] === cell.said;
    const count = isRight
      ? h('span', {}, n.grouped(cell.count))
      : h('button', { type: 'button', disabled: !canPick, 'aria-pressed': isPicked, 'aria-label': `${n.grouped(cell.count)} ${title}` }, n.grouped(cell.count));
    count.addEventListener('click', () => pick(cell));
    return h(
      'tr',
      { className: isRight ? 'right' : '' },
      h('th', { scope: 'row', title: truth }, brief(truth)),
      h('td', { title: predicted }, brief(predicted)),
      h('td', {}, count),
    );
  }

  function draw() {
    const own = cells?.filter(({ truth, said }) => (chosen === undefined ? truth !== said : truth === chosen || said === chosen)) ?? [];
    caption.textContent = chosen === undefined ? words.confusions : words.confusionsOf(brief(task.labels[chosen]));
    body.replaceChildren(...own.slice(0, MOST).map(line));
    rest.textContent = own.length > MOST ? words.moreCells(own.length - MOST) : cells && own.length === 0 ? words.noCells : '';
    said.textContent = '';
    if (chosen === undefined || !cells) return;
    const right = own.find((cell) => cell.truth === cell.said)?.count ?? 0;
    said.textContent = words.recall(n.grouped(right), supports(cells).get(chosen) ?? 0);
  }
  draw();

  return {
    element,

    /** @param {Cell[] | undefined} next @param {[number, number] | undefined} pair The picked one. @param {boolean} pickable */
    show(next, pair, pickable) {
      [cells, picked, canPick] = [next, pair, pickable];
      draw();
    },
  };
}
