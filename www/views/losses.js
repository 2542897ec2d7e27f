// The losses of a run by step, and the latest step's total as the sum that it is.

import { readAlong } from '../lab/run/reading.js';
import { brief } from '../ui/brief.js';
import { createChart } from '../ui/chart.js';
import { h, oncePerFrame, TASK_COLOURS, taskColour } from '../ui/dom.js';
import { addsUp, FACTOR_DIGITS } from '../ui/numbers.js';

/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {Extract<RunEvent, { type: 'step' }>} Step */
/** @typedef {import('../lab/run/types.js').Outline} Outline */
/** @typedef {import('../lab/run/types.js').State} State */

const DASHES = [7, 4];
/** The total was added up in single precision. */
const ROUNDING = 1e-4;

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createLosses(lab) {
  const words = lab.words.losses;
  const { n } = lab.words;
  const legend = h('ul', { className: 'legend', dataset: { part: 'loss-legend' } });
  const canvas = h('div', { className: 'chart', dataset: { part: 'loss-chart', points: '0' } });
  const formula = h('p', { className: 'formula', dataset: { part: 'loss-formula' } });
  const factors = h('p', { className: 'explains', hidden: true, dataset: { part: 'loss-factors' } });
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-losses', dataset: { part: 'losses' } },
    h('header', {}, h('h3', { id: 'h-losses' }, words.title), h('p', {}, words.lead)),
    formula,
    factors,
    legend,
    canvas,
  );
  /** @type {ReturnType<typeof createChart> | undefined} */
  let chart;
  /** @type {string[]} */
  let tasks = [];
  /** The recipe's factors on the losses, now and as they fitted the latest total. @type {Record<string, number>[]} */
  let weights = [{}, {}];
  /** The tasks that this run's recipe lets train; only totals of all of these are comparable. @type {string[]} */
  let training = [];
  /** @type {Step | undefined} */
  let latest;

  const showFormula = oncePerFrame(() => {
    const trained = latest ? trainedIn(latest) : tasks;
    const known = latest && [...weights, {}].find((by) => fits(latest, by));
    if (known) weights[1] = known;
    formula.replaceChildren(...equation(trained, known ?? {}, latest && !known ? undefined : latest?.losses, latest?.total));
    factors.hidden = !latest?.weights;
    if (latest?.weights) {
      const said = Object.entries(latest.weights).map(([task, factor]) => `${brief(task)} × ${n.fixed(factor, 2)}`);
      factors.textContent = words.factors(said.join(', '));
    }
  });

  /**
   * L = L_a + L_b = 0.41 + 0.22 = 0.63, of one task L = L_a = 0.41
   *
   * @param {string[]} of
   * @param {Record<string, number>} by
   * @param {Record<string, number> | undefined} losses
   * @param {number | undefined} total
   */
  function equation(of, by, losses, total) {
    const weight = (/** @type {string} */ task) => {
      const factor = by[task] ?? 1;
      return factor === 1 ? '' : `${factor.toLocaleString(lab.words.tag, { maximumSignificantDigits: FACTOR_DIGITS })} · `;
    };
    /** @param {(task: string) => (string | Node)[]} inside */
    const sum = (inside) =>
      of.flatMap((task, i) => {
        const term = h('span', { className: 'term' }, weight(task), ...inside(task));
        term.style.setProperty('--task', taskColour(tasks.indexOf(task)));
        return i === 0 ? [term] : [' + ', term];
      });
    const symbols = sum((task) => [h('var', {}, 'L'), h('sub', { dir: 'auto', title: task }, task)]);
    const figures = sum((task) => [losses ? n.figure(losses[task]) : '–']);
    const terms = losses && of.map((task) => ({ factor: by[task] ?? 1, loss: losses[task] }));
    const equals = !terms || total === undefined || addsUp(terms, total) ? '= ' : '≈ ';
    const isOne = of.length === 1 && (by[of[0]] ?? 1) === 1;
    return [
      h('span', { className: 'at' }, words.step(latest?.step)),
      h('span', {}, h('var', {}, 'L'), of.length > 0 ? ' = ' : '', ...symbols),
      ...(isOne || of.length === 0 ? [] : [h('span', {}, '= ', ...figures)]),
      h('span', {}, losses && !isOne ? equals : '= ', h('strong', {}, total === undefined ? '–' : n.figure(total))),
    ];
  }

  /** @param {RunEvent} event @returns {import('../ui/chart.js').Point[]} */
  const pointsOf = (event) =>
    event.type === 'step'
      ? [{ x: event.step, ys: [...tasks.map((task) => event.losses[task]), isWhole(event) ? event.total : undefined] }]
      : [];

  /** Whether all took part that may. @param {Step} step */
  function isWhole(step) {
    const trained = trainedIn(step);
    return training.every((task) => trained.includes(task));
  }

  /** Empty axes. @param {Outline} outline @param {State} state */
  function begin(outline, { previous }) {
    chart?.destroy();
    tasks = outline.tasks.map(({ name }) => name);
    training = tasks.filter((task) => weights[0][task] !== 0);
    latest = undefined;
    chart = createChart(canvas, legend, {
      words: lab.words,
      label: words.chart,
      lines: [
        ...tasks.map((label, k) => ({ label, colour: `--task-${k % TASK_COLOURS}` })),
        { label: words.total, colour: '--ink-3', dash: DASHES, gaps: true },
      ],
      x: [1, Math.max(2, outline.epochs * outline.steps_per_epoch)],
      // A head that knows nothing has the loss ln C: a run starts near the sum of these.
      y: [
        0,
        Math.ceil(2.3 * outline.tasks.reduce((sum, { labels }) => sum + Math.log(Math.max(2, labels.length)), 0)) / 2,
      ],
      xName: words.xName,
      // A step belongs to the epoch it completes a part of, so the rule is just before the epoch's first step.
      spans: Array.from({ length: outline.epochs }, (_, e) => ({
        x: e * outline.steps_per_epoch + 0.5,
        label: words.epoch(e + 1),
      })),
      ghost: previous?.events.all().flatMap(pointsOf),
      ghostRecorded: previous?.recorded,
      xText: (x) => (Number.isInteger(x) ? n.grouped(x) : ''),
      yText: n.figure,
    });
    showFormula();
  }

  /** @param {RunEvent} event */
  function take(event) {
    if (event.type === 'step') {
      for (const { x, ys } of pointsOf(event)) chart?.put(x, ys);
      latest = event;
      showFormula();
    } else if (event.type === 'epoch') {
      const said = Object.entries(event.losses).map(([task, loss]) => `${task} ${n.figure(loss)}`);
      chart?.describe(`${words.chart} ${words.mean(event.epoch, said.join(', '), n.figure(event.total))}`);
    }
  }
  const follow = readAlong({ begin, take });

  return {
    element,

    render(state) {
      weights[0] = state.document.doc?.recipe.training.task_weight ?? {};
      follow(state);
    },

    destroy: () => chart?.destroy(),
  };
}

/** The tasks that a step trained, in the run's order. @param {Step} step */
const trainedIn = ({ losses, trained }) => Object.keys(losses).filter((task) => !trained || trained.includes(task));

/** Whether a step's total is the sum of its losses with these weights. @param {Step | undefined} step @param {Record<string, number>} by */
function fits(step, by) {
  if (!step) return false;
  const sum = trainedIn(step).reduce((sum, task) => sum + (by[task] ?? 1) * step.losses[task], 0);
  return Math.abs(sum - step.total) <= ROUNDING * Math.max(1, Math.abs(step.total));
}
