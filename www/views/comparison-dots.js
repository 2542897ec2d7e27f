// A comparison as small multiples: a plot for each way to train, all on one scale, a column for each task.
//
// A dot is one seed's held-out accuracy, a bar their mean. Behind them, the same in every plot, are the accuracies of each
// task trained alone (a line) and of the commonest class (dotted). The plots are empty before the first run ends,
// and their lower end moves once at most, so that nothing jumps.

import { h, taskColour } from '../ui/dom.js';
import { gain } from './comparison-table.js';
import { isSame, lineOf, titleOf } from './contenders.js';

/** @typedef {import('../strings/words.js').Words} Words */
/** @typedef {import('../types.js').Compared} Compared */
/** @typedef {import('../types.js').ComparisonRow} Row */
/** @typedef {{ seed: number, accuracy: number }} Dot */

/** Lower end of the scale, unless an accuracy is below it. */
const FLOOR = 0.25;
/** Distance from one seed's dot to the next, and the most from the first to the last, in px. */
const APART = 10;
const SPREAD = 32;

/**
 * @param {Words} words
 * @param {string[]} tasks
 * @param {number[]} seeds
 * @param {Row[]} rows As {@link import('./contenders.js').soFar} or the end has them.
 * @param {Compared[]} runs
 */
export function comparisonDots(words, tasks, seeds, rows, runs) {
  /** @param {Row} row @param {string} task @returns {Dot[]} */
  const dots = ({ contender }, task) =>
    runs
      .filter((run) => isSame(run.contender, contender) && (run.task === undefined || run.task === task))
      .flatMap(({ seed, tasks: figures }) => (figures[task] ? [{ seed, accuracy: figures[task].accuracy }] : []));
  const mean = (/** @type {Row | undefined} */ row, /** @type {string} */ task) => row?.accuracy[task]?.mean;

  const majority = rows.find(({ contender }) => contender === 'majority');
  const alone = rows.find(({ contender }) => contender === 'single_task');
  const all = tasks.flatMap((task) => [
    ...rows.flatMap((row) => dots(row, task).map(({ accuracy }) => accuracy)),
    mean(majority, task) ?? 1,
  ]);
  const floor = Math.min(...all) < FLOOR ? 0 : FLOOR;
  const height = (/** @type {number} */ accuracy) => String((accuracy - floor) / (1 - floor));
  const ticks = [0, 0.25, 0.5, 0.75, 1].filter((tick) => tick >= floor);
  const apart = Math.min(APART, SPREAD / Math.max(1, seeds.length - 1));

  /** @param {string} className @param {number | undefined} accuracy @param {string} [title] */
  const mark = (className, accuracy, title) => {
    if (accuracy === undefined) return [];
    const made = h('span', { className, title });
    made.style.setProperty('--y', height(accuracy));
    return [made];
  };

  /** @param {Row} row @param {string} task @param {number} k */
  function column(row, task, k) {
    const made = h(
      'div',
      { className: 'dots-column' },
      ...mark('dots-majority', mean(majority, task)),
      ...mark('dots-alone', row === alone ? undefined : mean(alone, task)),
      ...mark('dots-mean', mean(row, task)),
      ...dots(row, task).map(({ seed, accuracy }) => {
        const [dot] = mark('dot', accuracy, words.compare.dot(seed, words.n.percent(accuracy)));
        dot.style.setProperty('--x', `${(seeds.indexOf(seed) - (seeds.length - 1) / 2) * apart}px`);
        return dot;
      }),
    );
    made.style.setProperty('--task', taskColour(k));
    return made;
  }

  /** @param {Row} row */
  function plot(row) {
    const [title, line] = [titleOf(words, row.contender), lineOf(words, row.contender)];
    const figures = tasks.flatMap((task) => {
      const share = mean(row, task);
      if (share === undefined) return [];
      const xs = dots(row, task).map(({ accuracy }) => accuracy);
      return [
        words.compare.said(task, words.n.percent(share), words.n.percent(Math.min(...xs)), words.n.percent(Math.max(...xs)), xs.length),
      ];
    });
    const names = tasks.map((task, k) => {
      const name = h('span', { dir: 'auto', title: task }, task);
      name.style.setProperty('--task', taskColour(k));
      return name;
    });
    return h(
      'li',
      { dataset: { contender: typeof row.contender === 'object' ? row.contender.weighting : row.contender } },
      h('p', { className: 'dots-title' }, title),
      h('p', { className: 'dots-gain', title: line }, row.delta_m ? `Δm ${gain(words, row.delta_m, row.finished)}` : line),
      h(
        'div',
        { className: 'dots-plot', role: 'img', 'aria-label': `${title}: ${figures.join('; ') || words.compare.noneYet}` },
        h(
          'div',
          { className: 'dots-scale', 'aria-hidden': 'true' },
          ...ticks.flatMap((tick) => {
            const [made] = mark('dots-tick', tick);
            made.append(h('span', {}, String(100 * tick)));
            return [made];
          }),
        ),
        h('div', { className: 'dots-columns' }, ...tasks.map((task, k) => column(row, task, k))),
      ),
      h('p', { className: 'dots-names', 'aria-hidden': 'true' }, ...names),
    );
  }

  const list = h('ul', { className: 'dots' }, ...rows.filter((row) => row !== majority).map(plot));
  list.style.setProperty('--tasks', String(tasks.length));
  return list;
}

/** The key to dots and lines. @param {Words} words */
export const dotsKey = ({ compare: words }) =>
  h(
    'ul',
    { className: 'dots-key' },
    ...[
      ['dot', words.keyDot],
      ['dots-mean', words.keyMean],
      ['dots-alone', words.keyAlone],
      ['dots-majority', words.keyMajority],
    ].map(([className, text]) => h('li', {}, h('span', { className, 'aria-hidden': 'true' }), ` ${text}`)),
  );
