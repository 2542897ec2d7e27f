// One task's results. A click on a count of its confusions picks the sentences that it counts.

import { brief } from '../ui/brief.js';
import { h, taskColour } from '../ui/dom.js';
import { cellsOf, supports } from './confusion-cells.js';
import { createConfusionMatrix } from './confusion-matrix.js';
import { createMistakes } from './mistakes.js';
import { createReliability } from './reliability.js';

/** Nobody can read a matrix of more classes, and its cells, whose number grows with their square, would slow the page down. */
const MOST_CLASSES = 25;

/** An accuracy whose interval is wider than this is shown with it. */
const WIDE = 0.1;

/** @typedef {import('../types.js').Task} Task */
/** @typedef {import('../types.js').Evaluation['tasks'][string]} Metrics */
/** @typedef {import('./mistakes.js').Mistake} Mistake */
/** @typedef {import('./confusion-cells.js').Cell} Cell */

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

  const place = h('div', { className: 'matrix-scroll' });
  /** Shows the counts, as soon as it is loaded. @type {{ show: (cells: Cell[] | undefined, picked: [number, number] | undefined, canPick: boolean) => void } | undefined} */
  let confusions;
  const isMany = task.labels.length > MOST_CLASSES;
  if (isMany) import('./confusion-list.js').then(({ createConfusionList }) => put(createConfusionList(allWords, task, k, toggle)), () => {});
  else put(createConfusionMatrix(allWords, task, toggle));

  /** @param {{ element: HTMLElement } & NonNullable<typeof confusions>} made */
  function put(made) {
    confusions = made;
    place.classList.toggle('open', isMany);
    place.replaceChildren(made.element);
    if (isMany) show(...latest);
  }

  const element = h(
    'article',
    { className: 'result' },
    h('h4', { dir: 'auto', className: 'cut', title: task.name }, task.name),
    h('p', { className: 'figures' }, right, interval, baseline),
    place,
    reliability.element,
    list.element,
  );
  element.style.setProperty('--task', taskColour(k));

  /** Picks a cell, or none if it is picked. @param {{ truth: number, said: number }} cell */
  function toggle({ truth, said }) {
    pick(picked?.[0] === truth && picked[1] === said ? undefined : [truth, said]);
  }

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
    const cells = metrics ? cellsOf(metrics) : undefined;
    right.textContent = metrics === null ? words.noLabels : words.right(metrics ? n.percent(metrics.accuracy) : '–');
    const [low, high] = metrics?.interval ?? [0, 0];
    interval.textContent = isHeldOut && high - low > WIDE ? words.interval(n.percent(low), n.percent(high)) : '';
    reliability.show(metrics?.calibration);
    baseline.textContent = '';
    if (metrics && cells) {
      const { label, share } = commonest(task, cells);
      baseline.textContent = words.baseline(n.percent(share), brief(label), n.fixed(metrics.macro_f1, 2));
      baseline.title = label;
    }
    confusions?.show(cells, picked, mistakes !== undefined);
    const pair = picked?.map((c) => task.labels[c]);
    list.show(mistakes, cells && wrongOf(cells), pair && { label: pair[0], said: pair[1] }, textOf);
  }

  return { task, element, show };
}

/** The baseline of an accuracy: the commonest class, and its share. @param {Task} task @param {Cell[]} cells */
function commonest(task, cells) {
  const counts = supports(cells);
  // Among equals the first class.
  const [most, count] = [...counts].reduce((best, next) => (next[1] > best[1] || (next[1] === best[1] && next[0] < best[0]) ? next : best), [0, 0]);
  return { label: task.labels[most], share: count / Math.max(1, sum(counts.values())) };
}

/** How many sentences went wrong. @param {Cell[]} cells */
const wrongOf = (cells) => sum(cells.flatMap(({ truth, said, count }) => (truth === said ? [] : [count])));

/** @param {Iterable<number>} xs */
const sum = (xs) => Array.from(xs).reduce((a, b) => a + b, 0);
