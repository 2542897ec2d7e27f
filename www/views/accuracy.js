// The accuracies of a run by epoch: held-out sentences after it, training ones on the way.

import { readAlong } from '../lab/run/reading.js';
import { brief } from '../ui/brief.js';
import { createChart } from '../ui/chart.js';
import { h, TASK_COLOURS } from '../ui/dom.js';

/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('../lab/run/types.js').Outline} Outline */
/** @typedef {import('../lab/run/types.js').State} State */

/** Two ways to tell lines apart at once: by colour for the task, by dash for the kind. */
const DOTS = [2, 4];
const TICKS = 10;
/** Longest name of a task in the legend, in characters: beside it is a word for the kind of accuracy. */
const NAME = 18;

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createAccuracy(lab) {
  const words = lab.words.accuracy;
  const { n } = lab.words;
  const legend = h('ul', { className: 'legend', dataset: { part: 'accuracy-legend' } });
  const canvas = h('div', { className: 'chart low', dataset: { part: 'accuracy-chart', points: '0' } });
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-accuracy', dataset: { part: 'accuracy' } },
    h('header', {}, h('h3', { id: 'h-accuracy' }, words.title), h('p', {}, words.lead)),
    legend,
    canvas,
  );
  /** @type {ReturnType<typeof createChart> | undefined} */
  let chart;
  /** @type {string[]} */
  let tasks = [];
  let hasValidation = false;

  /** An epoch's accuracies, if the event holds some. @param {RunEvent} event */
  function accuraciesOf(event) {
    if (event.type === 'epoch') return { held: false, epoch: event.epoch, by: event.accuracies };
    if (event.type !== 'evaluation' || event.split !== 'validation') return undefined;
    const by = Object.fromEntries(Object.entries(event.tasks).map(([task, metrics]) => [task, metrics?.accuracy]));
    return { held: true, epoch: event.epoch, by };
  }

  /** @param {RunEvent} event @returns {import('../ui/chart.js').Point[]} */
  function pointsOf(event) {
    const told = accuraciesOf(event);
    if (!told) return [];
    const ys = tasks.flatMap((task) => {
      const y = told.by[task];
      if (!hasValidation) return [told.held ? undefined : y];
      return told.held ? [y, undefined] : [undefined, y];
    });
    return [{ x: told.epoch, ys }];
  }

  /** Empty axes. @param {Outline} outline @param {State} state */
  function begin(outline, { previous }) {
    chart?.destroy();
    tasks = outline.tasks.map(({ name }) => name);
    hasValidation = outline.validation_examples > 0;
    chart = createChart(canvas, legend, {
      words: lab.words,
      label: words.chart,
      lines: tasks.flatMap((task, k) => {
        const colour = `--task-${k % TASK_COLOURS}`;
        const name = brief(task, NAME);
        const training = { label: words.training(task), brief: words.training(name), colour, dash: DOTS, faint: true, points: true };
        const heldOut = { label: words.heldOut(task), brief: words.heldOut(name), colour, width: 2.25, points: true };
        return hasValidation ? [heldOut, training] : [training];
      }),
      x: [0.5, outline.epochs + 0.5],
      y: [0, 1],
      xName: words.xName,
      xTicks: epochTicks(outline.epochs),
      ghost: previous?.events.all().flatMap(pointsOf),
      ghostRecorded: previous?.recorded,
      xText: String,
      yText: n.percent,
    });
  }

  /** @param {RunEvent} event */
  function take(event) {
    for (const { x, ys } of pointsOf(event)) chart?.put(x, ys);
    const told = accuraciesOf(event);
    if (!told) return;
    const said = tasks.flatMap((task) => {
      const accuracy = told.by[task];
      return accuracy === undefined ? [] : `${task} ${n.percent(accuracy)}`;
    });
    chart?.describe(`${words.chart} ${words.told(told.epoch, told.held, said.join(', '))}`);
  }

  return { element, render: readAlong({ begin, take }), destroy: () => chart?.destroy() };
}

/** At most about ten whole epochs. @param {number} epochs */
function epochTicks(epochs) {
  const every = Math.max(1, Math.ceil(epochs / TICKS));
  return Array.from({ length: Math.floor(epochs / every) }, (_, i) => (i + 1) * every);
}
