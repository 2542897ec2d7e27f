// The table of a comparison: a row for each way to train, a column for each task. It fills up as runs end.

import { h, taskColour } from '../ui/dom.js';
import { lineOf, titleOf } from './contenders.js';

/** @typedef {import('../strings/words.js').Words} Words */
/** @typedef {import('../types.js').ComparisonRow} Row */
/** @typedef {import('../types.js').Spread} Spread */

/**
 * @param {Words} words
 * @param {string[]} tasks
 * @param {number} seeds How many a row is to be the mean of.
 * @param {Row[]} rows
 */
export function comparisonTable(words, tasks, seeds, rows) {
  const heads = tasks.map((task, k) => {
    const cell = h('th', { scope: 'col', dir: 'auto', title: task }, task);
    cell.style.setProperty('--task', taskColour(k));
    return cell;
  });
  return h(
    'table',
    { className: 'comparison' },
    h('caption', { className: 'sr' }, words.compare.tableCaption),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col', className: 'corner' }, words.compare.corner),
        ...heads,
        h('th', { scope: 'col', title: words.compare.deltaTitle }, 'Δm'),
      ),
    ),
    h('tbody', {}, ...rows.map((row) => tableRow(words, row, tasks, seeds))),
  );
}

/** @param {Words} words @param {Row} row @param {string[]} tasks @param {number} seeds */
function tableRow(words, { contender, finished, accuracy, macro_f1, delta_m }, tasks, seeds) {
  const { n } = words;
  const some = finished > 0 && finished < seeds ? words.compare.someSeeds(finished, seeds) : '';
  const weighting = typeof contender === 'object';
  const two = (/** @type {number} */ x) => n.fixed(x, 2);
  return h(
    'tr',
    { className: weighting ? 'weighting' : 'measure' },
    h('th', { scope: 'row' }, titleOf(words, contender), h('small', {}, `${lineOf(words, contender)}${some}`)),
    ...tasks.map((task) => {
      if (!accuracy[task]) return h('td', { className: 'none' }, '–', h('small', {}, '\u00a0'));
      return h(
        'td',
        {},
        plusMinus(accuracy[task], finished, n.percent, (x) => n.fixed(100 * x, 1)),
        h('small', {}, `F1 ${plusMinus(macro_f1[task], finished, two, two)}`),
      );
    }),
    h(
      'td',
      {},
      delta_m ? gain(words, delta_m, finished) : '–',
      h('small', {}, contender === 'single_task' ? words.compare.measure : '\u00a0'),
    ),
  );
}

/** @param {Spread} spread @param {number} seeds One has no deviation. @param {(x: number) => string} mean @param {(x: number) => string} deviation */
const plusMinus = (spread, seeds, mean, deviation) =>
  `${mean(spread.mean)}${seeds > 1 ? ` ± ${deviation(spread.deviation)}` : ''}`;

/** The gain over each task alone. @param {Words} words @param {Spread} delta In per cent. @param {number} seeds */
export const gain = ({ n }, delta, seeds) =>
  plusMinus(
    delta,
    seeds,
    (x) => `${x > 0 ? '+' : ''}${n.fixed(x, 1)} %`,
    (x) => n.fixed(x, 1),
  );
