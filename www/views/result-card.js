// One task's results. A click on a cell of its confusion matrix picks the sentences that the cell counts.

import { brief } from '../ui/brief.js';
import { h, taskColour } from '../ui/dom.js';
import { mostOf } from '../ui/thin.js';
import { createMistakes } from './mistakes.js';
import { createReliability } from './reliability.js';

/** Nobody can read a matrix of more classes, and its cells, whose number grows with their square, would slow the page down. */
const MOST_CLASSES = 40;

/** An accuracy whose interval is wider than this is shown with it. */
const WIDE = 0.1;

/** @typedef {import('../types.js').Task} Task */
/** @typedef {import('../types.js').Evaluation['tasks'][string]} Metrics */
/** @typedef {import('./mistakes.js').Mistake} Mistake */

/**
 * @param {import('../strings/words.js').Words} allWords
 * @param {Task} task
 * @param {number} k
 */
export function createResultCard(allWords, task, k) {
  const { n, results: words } = allWords;
  const right = h('strong');
  const baseline = h('span');
  const interval = h('small');
  const reliability = createReliability(allWords);
  const list = createMistakes(allWords, task.name, () => pick(undefined));
  /** The true and the predicted class that are picked. @type {[number, number] | undefined} */
  let picked;
  /** @type {Parameters<typeof show>} */
  let latest = [undefined, undefined, String, false];

  /** Rows are the true classes, columns the predicted ones; none of a task that has too many. */
  const isLegible = task.labels.length <= MOST_CLASSES;
  const classes = isLegible ? task.labels : [];
  const cells = classes.map((truth, t) =>
    classes.map((said, p) => {
      const title = t === p ? words.rightly(truth) : words.taken(truth, said);
      const count = t === p ? h('span') : h('button', { type: 'button', disabled: true, 'aria-pressed': false });
      count.addEventListener('click', () => pick(picked?.[0] === t && picked[1] === p ? undefined : [t, p]));
      return { count, title, element: h('td', { title, className: t === p ? 'right' : '' }, count) };
    }),
  );
  const matrix = h(
    'table',
    { className: 'matrix' },
    h('caption', { className: 'sr' }, words.matrix(task.name)),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('td', { className: 'corner' }, words.corner),
        ...classes.map((label) => h('th', { scope: 'col', title: label }, label)),
      ),
    ),
    h(
      'tbody',
      {},
      ...classes.map((label, t) =>
        h('tr', {}, h('th', { scope: 'row', title: label }, label), ...cells[t].map((cell) => cell.element)),
      ),
    ),
  );
  const element = h(
    'article',
    { className: 'result' },
    h('h4', { className: 'cut', title: task.name }, task.name),
    h('p', { className: 'figures' }, right, interval, baseline),
    isLegible
      ? h('div', { className: 'matrix-scroll' }, matrix)
      : h('p', { className: 'aside' }, words.noMatrix(task.labels.length, MOST_CLASSES)),
    reliability.element,
    list.element,
  );
  element.style.setProperty('--task', taskColour(k));

  /** @param {[number, number] | undefined} which */
  function pick(which) {
    picked = which;
    show(...latest);
  }

  /**
   * @param {Metrics | undefined} metrics `null`: none of the sentences is labelled for the task.
   * @param {Mistake[] | undefined} mistakes
   * @param {(row: number) => string} textOf
   * @param {boolean} isHeldOut Whether the sentences are held out: only of those an accuracy holds for new ones.
   */
  function show(metrics, mistakes, textOf, isHeldOut) {
    latest = [metrics, mistakes, textOf, isHeldOut];
    right.textContent = metrics === null ? words.noLabels : words.right(metrics ? n.percent(metrics.accuracy) : '–');
    const [low, high] = metrics?.interval ?? [0, 0];
    interval.textContent = isHeldOut && high - low > WIDE ? words.interval(n.percent(low), n.percent(high)) : '';
    reliability.show(metrics?.calibration);
    baseline.textContent = '';
    if (metrics) {
      const { label, share } = commonest(task, metrics.confusion);
      baseline.textContent = words.baseline(n.percent(share), brief(label), n.fixed(metrics.macro_f1, 2));
      baseline.title = label;
    }
    for (const [t, row] of cells.entries()) {
      const counts = metrics?.confusion[t];
      const total = counts ? sum(counts) : 0;
      for (const [p, cell] of row.entries()) {
        const count = counts?.[p];
        cell.count.textContent = count === undefined ? '' : n.grouped(count);
        cell.element.classList.toggle('none', !count);
        cell.element.style.setProperty('--share', String(total && count ? count / total : 0));
        if (!(cell.count instanceof HTMLButtonElement)) continue;
        cell.count.disabled = !count || !mistakes;
        cell.count.setAttribute('aria-label', `${count ?? ''} ${cell.title}`);
        cell.count.setAttribute('aria-pressed', String(picked?.[0] === t && picked[1] === p));
      }
    }
    const pair = picked?.map((c) => task.labels[c]);
    list.show(mistakes, metrics ? wrongOf(metrics.confusion) : undefined, pair && { label: pair[0], said: pair[1] }, textOf);
  }

  return { task, element, show };
}

/** The baseline of an accuracy: the commonest class, and its share. @param {Task} task @param {number[][]} confusion */
function commonest(task, confusion) {
  const counts = confusion.map(sum);
  const most = mostOf(counts);
  return { label: task.labels[counts.indexOf(most)], share: most / Math.max(1, sum(counts)) };
}

/** How many sentences went wrong. @param {number[][]} confusion */
const wrongOf = (confusion) => sum(confusion.flatMap((row, t) => row.filter((_, p) => p !== t)));

/** @param {number[]} xs */
const sum = (xs) => xs.reduce((a, b) => a + b, 0);
