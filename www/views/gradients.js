// How the gradients of two tasks lay in the latest measured step: arrows, numbers, layer by layer, and over the steps.

import { createArrows } from './arrows.js';
import { facts, INDEPENDENT, kindOf, layerBar, legendEntry, pairTable } from './gradient-figures.js';
import { createChart } from '../ui/chart.js';
import { readAlong } from '../lab/run/reading.js';
import { h, oncePerFrame, taskColour } from '../ui/dom.js';
import { planeOf } from './plane.js';

/** @typedef {import('../types.js').Gradients} Gradients */
/** @typedef {{ step: number, tasks: string[], cosines: number[][] }} Past */

/** In runs of at most this many steps the chart marks each. */
const MARKED = 30;
const COLOUR = { combined: 'var(--ink)', step: 'var(--ink-2)' };

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createGradients(lab) {
  const words = lab.words.gradients;
  const { n } = lab.words;
  const measure = h('input', { type: 'checkbox', role: 'switch', disabled: true, dataset: { part: 'observe' } });
  const selects = [
    h('select', { 'aria-label': words.task('A'), dataset: { part: 'pair-a' } }),
    h('select', { 'aria-label': words.task('B'), dataset: { part: 'pair-b' } }),
  ];
  const picker = h(
    'fieldset',
    { className: 'pair', hidden: true, dataset: { part: 'pair' } },
    h('legend', { className: 'sr' }, words.whichTwo),
    ...selects.map((select, i) => h('label', {}, `${'AB'[i]} `, select)),
  );
  const caption = h('p', { dataset: { part: 'gradients-caption' } });
  const arrows = createArrows((length) =>
    length.toLocaleString(lab.words.tag, { maximumSignificantDigits: 2, useGrouping: false }),
  );
  const empty = h('p', { className: 'empty', dataset: { part: 'gradients-empty' } });
  const legend = h('ul', { className: 'arrow-legend', dataset: { part: 'gradients-legend' } });
  const numbers = h('div', { className: 'gradients-numbers', dataset: { part: 'gradients-numbers' } });
  const layers = h('ul', { 'aria-labelledby': 'h-layers', dataset: { part: 'gradients-layers' } });
  const chartLegend = h('ul', { className: 'legend', dataset: { part: 'cosine-legend' } });
  const chartRoot = h('div', { className: 'chart low', dataset: { part: 'cosine-chart', points: '0' } });
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-gradients', dataset: { part: 'gradients' } },
    h(
      'header',
      {},
      h('h3', { id: 'h-gradients' }, words.title),
      h('label', { className: 'switch' }, measure, ` ${words.measure}`),
      picker,
      caption,
    ),
    h(
      'div',
      { className: 'gradients' },
      h('figure', {}, h('div', { className: 'stage' }, arrows.element, empty), h('figcaption', {}, legend)),
      numbers,
      h(
        'div',
        { className: 'gradients-cosines' },
        h(
          'div',
          { className: 'gradients-layers' },
          h('h4', { id: 'h-layers' }, words.layers),
          h('p', { className: 'ends', 'aria-hidden': 'true' }, h('span', {}, words.against), h('span', {}, words.along)),
          layers,
        ),
        h('div', {}, h('h4', {}, words.steps), chartLegend, chartRoot, h('p', { className: 'explains' }, words.band)),
      ),
    ),
  );
  /** The run's tasks, and the two of them that are shown. @type {string[]} */
  let tasks = [];
  /** @type {[string, string]} */
  let pair = ['', ''];
  /** The latest measurement that has both. @type {Gradients | undefined} */
  let latest;
  /** A remark on the latest step, if it has no such measurement. */
  let remark = '';
  /** The latest measurement of all. @type {Gradients | undefined} */
  let newest;
  /** The chart's part of all measurements of the run. @type {Past[]} */
  let history = [];
  /** @type {ReturnType<typeof createChart> | undefined} */
  let chart;
  /** @type {import('../lab/run/types.js').Outline | undefined} */
  let outline;

  /** Whether a step of the reader's own run is to be measured. @param {number} step */
  function isDue(step) {
    const every = everyOf(lab.state);
    return lab.state.replay.is === '' && every > 0 && (step - 1) % every === 0;
  }

  measure.addEventListener('change', () => {
    lab.store.observe({ ...lab.store.doc.recipe.diagnostics, gradients_every: measure.checked ? 1 : 0 });
    remark = '';
    draw();
  });
  for (const [i, select] of selects.entries())
    select.addEventListener('change', () => {
      const before = pair[i];
      pair[i] = select.value;
      if (pair[0] === pair[1]) pair[1 - i] = before;
      latest = undefined;
      remark = '';
      if (newest) accept(newest);
      showPair();
      draw();
    });

  const colour = (/** @type {string} */ task) => taskColour(Math.max(0, tasks.indexOf(task)));
  const hasPair = (/** @type {{ tasks: string[] }} */ event) => pair.every((task) => event.tasks.includes(task));

  /** Shows a measurement if it has both tasks, and says so if not. @param {Gradients} event */
  function accept(event) {
    if (hasPair(event)) latest = event;
    remark = hasPair(event) ? '' : words.notBoth(event.step);
  }

  /** The legend and the chart of the two tasks that are chosen. */
  function showPair() {
    for (const [i, select] of selects.entries()) select.value = pair[i];
    legend.replaceChildren(
      ...pair.map((task, i) => legendEntry('AB'[i], task, colour(task), { isName: true })),
      legendEntry(words.combined, words.combinedWhat, COLOUR.combined),
      legendEntry(words.step, words.stepWhat, COLOUR.step, { dashed: true }),
    );
    chart?.destroy();
    chart = undefined;
    if (!outline) return;
    const steps = outline.epochs * outline.steps_per_epoch;
    const { previous } = lab.state;
    const before = (previous?.events.all() ?? []).flatMap((event) => (event.type === 'gradients' && hasPair(event) ? [pastOf(event)] : []));
    chart = createChart(chartRoot, chartLegend, {
      words: lab.words,
      label: words.chartEmpty,
      lines: [{ label: words.cosine, colour: '--ink-2', points: steps <= MARKED }],
      x: [1, Math.max(2, steps)],
      y: [-1, 1],
      band: [-INDEPENDENT, INDEPENDENT],
      xName: words.step,
      xText: (x) => (Number.isInteger(x) ? n.grouped(x) : ''),
      yText: n.cosine,
      ghost: before.map((past) => ({ x: past.step, ys: [cosineIn(past)] })),
      ghostRecorded: previous?.recorded,
    });
    for (const past of history.filter(hasPair)) plot(past);
  }

  /** @param {Past} past */
  function plot(past) {
    const cosine = cosineIn(past);
    chart?.put(past.step, [cosine]);
    chart?.describe(words.chart(pair[0], pair[1], past.step, n.fixed(cosine, 2)));
  }

  /** The cosine of the two that are chosen. @param {Past} past */
  function cosineIn({ tasks: present, cosines }) {
    const [a, b] = pair.map((task) => present.indexOf(task));
    return cosines[a][b];
  }

  const draw = oncePerFrame(() => {
    empty.hidden = latest !== undefined;
    empty.textContent = tasks.length < 2 ? words.oneTask : remark || (measure.checked ? words.hintOn : words.hintOff);
    if (!latest) {
      caption.textContent = measure.checked ? words.noneYet : words.notMeasured;
      arrows.draw([]);
      arrows.element.setAttribute('aria-label', words.arrowsEmpty);
      numbers.replaceChildren(h('p', { className: 'verdict' }), pairTable(lab.words, pair, colour), facts(lab.words));
      layers.replaceChildren();
      return;
    }
    const [a, b] = pair.map((task) => /** @type {Gradients} */ (latest).tasks.indexOf(task));
    const plane = planeOf(latest, a, b);
    caption.textContent = remark ? words.shown(remark, latest.step) : words.ofStep(latest.step);
    arrows.draw(
      [
        { id: 'A', name: 'A', colour: colour(pair[0]), to: plane.gradients[0] },
        { id: 'B', name: 'B', colour: colour(pair[1]), to: plane.gradients[1] },
        { id: 'combined', name: words.combined, colour: COLOUR.combined, to: plane.combined },
        {
          id: 'step',
          name: words.step,
          colour: COLOUR.step,
          to: [-plane.change[0], -plane.change[1]],
          dashed: true,
          unscaled: true,
        },
      ],
      plane.angle,
    );
    const degrees = `${n.fixed(plane.angle, 1)}°`;
    const verdict = words.verdicts[kindOf(plane.cosine)];
    const said = verdict.says(degrees);
    arrows.element.setAttribute('aria-label', words.arrows(pair[0], pair[1], latest.step, said));
    numbers.replaceChildren(
      h('p', { className: 'verdict' }, h('strong', {}, said), ` ${verdict.means}`),
      pairTable(lab.words, pair, colour, latest, [a, b]),
      facts(lab.words, latest, plane),
    );
    layers.replaceChildren(
      ...Object.entries(latest.layers).map(([layer, { cosines }]) => layerBar(lab.words, layer, cosines[a][b])),
    );
  });

  const follow = readAlong({
    begin(next) {
      outline = next;
      tasks = next.tasks.map(({ name }) => name);
      const kept = pair[0] !== pair[1] && pair.every((task) => tasks.includes(task));
      if (!kept) pair = [tasks[0] ?? '', tasks[1] ?? ''];
      picker.hidden = tasks.length < 3;
      for (const select of selects) select.replaceChildren(...tasks.map((task) => h('option', { dir: 'auto', value: task }, task)));
      latest = newest = undefined;
      remark = '';
      history = [];
      showPair();
      draw();
    },

    take(event, late) {
      if (event.type === 'gradients') {
        newest = event;
        accept(event);
        history.push(pastOf(event));
        if (hasPair(event)) plot(history[history.length - 1]);
        draw();
      } else if (event.type === 'step' && !late && isDue(event.step) && newest?.step !== event.step) {
        // Recorded steps, and those before this view, may have been measured differently.
        remark = words.nothingShared(event.step);
        draw();
      }
    },
  });

  return {
    element,

    render(state) {
      follow(state);
      const { doc } = state.document;
      measure.disabled = doc === undefined;
      const on = everyOf(state) > 0;
      if (measure.checked === on) return;
      measure.checked = on;
      draw();
    },

    destroy: () => chart?.destroy(),
  };
}

/** Steps from one measurement to the next; 0: none. @param {import('../lab/run/types.js').State} state */
const everyOf = ({ document: { doc } }) => doc?.recipe.diagnostics?.gradients_every ?? 0;

/** The part of a measurement that the chart needs. @param {Gradients} event @returns {Past} */
const pastOf = ({ step, tasks, whole }) => ({ step, tasks, cosines: whole.cosines });
