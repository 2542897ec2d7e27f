// The table of a comparison: a row for each way to train, a column for each task. It fills up as runs end.

import { h, percent, taskColour } from './dom.js';
import { WEIGHTINGS } from './weightings.js';

/** @typedef {import('./types.js').Comparison} Comparison */
/** @typedef {import('./types.js').ComparisonRow} Row */
/** @typedef {import('./types.js').Compared} Compared */
/** @typedef {import('./types.js').Contender} Contender */
/** @typedef {import('./types.js').Spread} Spread */
/** @typedef {import('./types.js').Weighting} Weighting */

/** A contender in the page's words. @param {Contender} contender */
export function titleOf(contender) {
  if (typeof contender === 'object') return WEIGHTINGS[contender.weighting].title;
  return { majority: 'Commonest class', linear_probe: 'Linear probe', single_task: 'Each task alone' }[contender];
}

/** @param {Contender} contender */
function lineOf(contender) {
  if (typeof contender === 'object') return 'all tasks together';
  return {
    majority: 'always the same answer',
    linear_probe: 'heads on the frozen encoder',
    single_task: 'an encoder for each',
  }[contender];
}

/** All rows of a comparison, first to last. @param {Weighting[]} weightings @returns {Contender[]} */
export const contendersOf = (weightings) => [
  'majority',
  'linear_probe',
  'single_task',
  ...weightings.map((weighting) => ({ weighting })),
];

/**
 * The rows as far as the runs so far tell. What needs several runs, the commonest class and Δm, comes with the end.
 *
 * @param {Contender[]} contenders
 * @param {string[]} tasks
 * @param {Compared[]} runs
 * @returns {Row[]}
 */
export function soFar(contenders, tasks, runs) {
  return contenders.map((contender) => {
    const own = runs.filter((run) => !run.failure && titleOf(run.contender) === titleOf(contender));
    const spreads = (/** @type {'accuracy' | 'macro_f1'} */ figure) =>
      Object.fromEntries(
        tasks.flatMap((task) => {
          const xs = own
            .filter((run) => run.task === undefined || run.task === task)
            .flatMap((run) => run.tasks[task]?.[figure] ?? []);
          return xs.length > 0 ? [[task, spread(xs)]] : [];
        }),
      );
    const parts = contender === 'single_task' ? tasks.length : 1;
    return {
      contender,
      finished: Math.floor(own.length / parts),
      accuracy: spreads('accuracy'),
      macro_f1: spreads('macro_f1'),
    };
  });
}

/** Mean and sample standard deviation. @param {number[]} xs @returns {Spread} */
function spread(xs) {
  const mean = xs.reduce((a, b) => a + b) / xs.length;
  const squares = xs.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, deviation: xs.length > 1 ? Math.sqrt(squares / (xs.length - 1)) : 0 };
}

/**
 * @param {string[]} tasks
 * @param {number} seeds How many a row is to be the mean of.
 * @param {Row[]} rows
 */
export function comparisonTable(tasks, seeds, rows) {
  const heads = tasks.map((task, k) => {
    const cell = h('th', { scope: 'col', title: task }, task);
    cell.style.setProperty('--task', taskColour(k));
    return cell;
  });
  return h(
    'table',
    { className: 'comparison' },
    h(
      'caption',
      { className: 'sr' },
      'Held-out accuracy of each way to train, mean and deviation over the seeds, macro F1 below it, and the mean gain over each task alone',
    ),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('th', { scope: 'col', className: 'corner' }, 'accuracy, macro F1'),
        ...heads,
        h('th', { scope: 'col', title: 'mean relative gain in accuracy over each task alone' }, 'Δm'),
      ),
    ),
    h('tbody', {}, ...rows.map((row) => tableRow(row, tasks, seeds))),
  );
}

/** @param {Row} row @param {string[]} tasks @param {number} seeds */
function tableRow({ contender, finished, accuracy, macro_f1, delta_m }, tasks, seeds) {
  const some = finished > 0 && finished < seeds ? `, ${finished} of ${seeds} seeds` : '';
  const weighting = typeof contender === 'object';
  return h(
    'tr',
    { className: weighting ? 'weighting' : 'measure' },
    h('th', { scope: 'row' }, titleOf(contender), h('small', {}, `${lineOf(contender)}${some}`)),
    ...tasks.map((task) => {
      if (!accuracy[task]) return h('td', { className: 'none' }, '–', h('small', {}, '\u00a0'));
      return h(
        'td',
        {},
        plusMinus(accuracy[task], finished, percent, (x) => (100 * x).toFixed(1)),
        h('small', {}, `F1 ${plusMinus(macro_f1[task], finished, two, two)}`),
      );
    }),
    h(
      'td',
      {},
      delta_m ? plusMinus(delta_m, finished, gain, (x) => x.toFixed(1)) : '–',
      h('small', {}, contender === 'single_task' ? 'the measure' : '\u00a0'),
    ),
  );
}

/** @param {Spread} spread @param {number} seeds One has no deviation. @param {(x: number) => string} mean @param {(x: number) => string} deviation */
const plusMinus = (spread, seeds, mean, deviation) =>
  `${mean(spread.mean)}${seeds > 1 ? ` ± ${deviation(spread.deviation)}` : ''}`;

/** @param {number} x */
const two = (x) => x.toFixed(2);

/** @param {number} x In per cent. */
const gain = (x) => `${x > 0 ? '+' : x < 0 ? '−' : ''}${Math.abs(x).toFixed(1)} %`;
