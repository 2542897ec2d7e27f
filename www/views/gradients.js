// How the gradients of two tasks lay in the latest measured step: arrows, numbers, layer by layer, and over the steps.

import { createArrows } from './arrows.js';
import { createChart } from './chart.js';
import { cosineText, digits, h, oncePerFrame, part, percent, signed, taskColour } from './dom.js';
import { planeOf } from './plane.js';

/** @typedef {import('./types.js').Gradients} Gradients */
/** @typedef {import('./types.js').Recipe} Recipe */
/** @typedef {{ step: number, tasks: string[], cosines: number[][] }} Past */

/** In a run of at most so many steps the chart marks each. */
const MARKED = 30;
const LEGEND = [
  { name: 'combined', dashed: false, what: 'what the weighting makes of all tasks, Σ w·g' },
  { name: 'step', dashed: true, what: 'the way the step went, as −Δθ: its direction only, not its length' },
];
const COLOUR = { combined: 'var(--ink)', step: 'var(--ink-2)' };

/**
 * @param {HTMLElement} root
 * @param {(every: number) => void} observe Measures in every so many steps from now on; 0: never.
 */
export function createGradients(root, observe) {
  const measure = /** @type {HTMLInputElement} */ (part(root, 'observe'));
  const svg = /** @type {SVGSVGElement} */ (root.querySelector('svg.arrows'));
  const arrows = createArrows(svg);
  const legend = part(root, 'gradients-legend');
  const picker = part(root, 'pair');
  const selects = /** @type {HTMLSelectElement[]} */ ([part(root, 'pair-a'), part(root, 'pair-b')]);
  const caption = part(root, 'gradients-caption');
  const empty = part(root, 'gradients-empty');
  const numbers = part(root, 'gradients-numbers');
  const layers = part(root, 'gradients-layers');
  /** The run's tasks, and the two of them that are shown. @type {string[]} */
  let tasks = [];
  /** @type {[string, string]} */
  let pair = ['', ''];
  /** The latest measurement that has both. @type {Gradients | undefined} */
  let latest;
  /** What is to be said of the latest step, if it has no such measurement. */
  let remark = '';
  /** The latest measurement of all. @type {Gradients | undefined} */
  let newest;
  /** Of all measurements of the run what the chart shows. @type {Past[]} */
  let history = [];
  /** @type {ReturnType<typeof createChart> | undefined} */
  let chart;
  /** @type {import('./plots.js').Outline | undefined} */
  let outline;

  measure.addEventListener('change', () => {
    observe(measure.checked ? 1 : 0);
    remark = '';
    render();
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
      render();
    });

  const colour = (/** @type {string} */ task) => taskColour(Math.max(0, tasks.indexOf(task)));
  const hasPair = (/** @type {{ tasks: string[] }} */ event) => pair.every((task) => event.tasks.includes(task));

  /** Shows a measurement if it has both tasks, and says so if not. @param {Gradients} event */
  function accept(event) {
    if (hasPair(event)) latest = event;
    remark = hasPair(event) ? '' : `Step ${event.step} was not on both tasks.`;
  }

  /** The legend and the chart of the two tasks that are chosen. */
  function showPair() {
    for (const [i, select] of selects.entries()) select.value = pair[i];
    legend.replaceChildren(
      ...pair.map((task, i) => entry('AB'[i], task, colour(task))),
      ...LEGEND.map(({ name, what, dashed }) => entry(name, what, COLOUR[/** @type {'step'} */ (name)], dashed)),
    );
    chart?.destroy();
    chart = undefined;
    if (!outline) return;
    const steps = outline.epochs * outline.steps_per_epoch;
    chart = createChart(part(root, 'cosine-chart'), part(root, 'cosine-legend'), {
      label: 'Cosine of the angle between the two gradients, by step. No steps yet.',
      lines: [{ label: 'cosine', colour: '--ink-2', points: steps <= MARKED }],
      x: [1, Math.max(2, steps)],
      y: [-1, 1],
      xName: 'step',
      xText: (x) => (Number.isInteger(x) ? String(x) : ''),
      yText: cosineText,
    });
    for (const past of history.filter(hasPair)) plot(past);
  }

  /** @param {Past} past */
  function plot({ step, tasks: present, cosines }) {
    const [a, b] = pair.map((task) => present.indexOf(task));
    const cosine = cosines[a][b];
    chart?.put(step, [cosine]);
    chart?.describe(
      `Cosine of the angle between the gradients of ${pair[0]} and ${pair[1]}, by step. Step ${step}: ${cosine.toFixed(2)}.`,
    );
  }

  const hint = () =>
    measure.checked
      ? 'Train, or take a step: the arrows come with the next one.'
      : 'Switch the measuring on, then train or take a step.';

  const render = oncePerFrame(() => {
    empty.hidden = latest !== undefined;
    empty.textContent = tasks.length < 2 ? 'One task alone has nobody to fight with.' : remark || hint();
    if (!latest) {
      caption.textContent = measure.checked ? 'none measured yet' : 'not measured';
      arrows.draw([]);
      svg.setAttribute('aria-label', 'Arrows of two tasks’ gradients. None measured yet.');
      numbers.replaceChildren(h('p', { className: 'verdict' }), table(pair, colour), facts(['–', '–', '–', '–']));
      layers.replaceChildren();
      return;
    }
    const [a, b] = pair.map((task) => /** @type {Gradients} */ (latest).tasks.indexOf(task));
    const plane = planeOf(latest, a, b);
    const moved = latest.update.norm > 0;
    caption.textContent = `${remark && `${remark} Shown: `}step ${latest.step}`;
    arrows.draw(
      [
        { name: 'A', colour: colour(pair[0]), to: plane.gradients[0] },
        { name: 'B', colour: colour(pair[1]), to: plane.gradients[1] },
        { name: 'combined', colour: COLOUR.combined, to: plane.combined },
        { name: 'step', colour: COLOUR.step, to: [-plane.change[0], -plane.change[1]], dashed: true, unscaled: true },
      ],
      plane.angle,
    );
    const said = verdict(plane.cosine, plane.angle);
    svg.setAttribute(
      'aria-label',
      `Arrows of the gradients of ${pair[0]} and ${pair[1]} in step ${latest.step}. ${said.short} The numbers are in the table beside it.`,
    );
    numbers.replaceChildren(
      h('p', { className: 'verdict' }, h('strong', {}, said.short), said.long),
      table(pair, colour, latest, [a, b]),
      facts([
        digits(plane.cosine),
        digits(latest.combined_norm),
        moved ? digits(latest.update.norm) : '0 (learning rate 0)',
        moved ? percent(plane.share) : '–',
      ]),
    );
    layers.replaceChildren(...Object.entries(latest.layers).map(([layer, { cosines }]) => bar(layer, cosines[a][b])));
  });

  /** Nothing measured yet of a run. @param {import('./plots.js').Outline} next */
  function reset(next) {
    outline = next;
    tasks = next.tasks.map(({ name }) => name);
    const kept = pair[0] !== pair[1] && pair.every((task) => tasks.includes(task));
    if (!kept) pair = [tasks[0] ?? '', tasks[1] ?? ''];
    picker.hidden = tasks.length < 3;
    for (const select of selects) select.replaceChildren(...tasks.map((task) => h('option', { value: task }, task)));
    latest = undefined;
    remark = '';
    newest = undefined;
    history = [];
    showPair();
    render();
  }

  return {
    reset,

    /** @param {Recipe} recipe */
    show({ diagnostics }) {
      const on = diagnostics.gradients_every > 0;
      if (measure.checked === on) return;
      measure.checked = on;
      render();
    },

    /** @param {import('./types.js').RunEvent} event */
    take(event) {
      switch (event.type) {
        case 'start':
          reset(event);
          break;
        case 'gradients':
          newest = event;
          accept(event);
          history.push({ step: event.step, tasks: event.tasks, cosines: event.whole.cosines });
          if (hasPair(event)) plot(history[history.length - 1]);
          render();
          break;
        case 'step':
          if (!measure.checked || newest?.step === event.step) break;
          remark = `Nothing to measure in step ${event.step}: nothing that the tasks share trained.`;
          render();
          break;
      }
    },
  };
}

/** What a cosine means. @param {number} cosine @param {number} angle */
function verdict(cosine, angle) {
  const degrees = `${angle.toFixed(1)}°`;
  if (cosine < 0)
    return {
      short: `Conflict: ${degrees} apart.`,
      long: ' To first order, a step against one gradient alone raises the other task’s loss.',
    };
  return {
    short: `No conflict: ${degrees} apart.`,
    long: ' To first order, a step against one gradient alone does not raise the other task’s loss.',
  };
}

/**
 * The numbers of the two gradients.
 *
 * @param {[string, string]} pair
 * @param {(task: string) => string} colour
 * @param {Gradients} [event]
 * @param {number[]} [at] The two in the event.
 */
function table(pair, colour, event, at = []) {
  const value = (x = NaN) => (event ? digits(x) : '–');
  const change = (x = NaN) => (event ? signed(x) : '–');
  const rows = /** @type {[string, string[]][]} */ ([
    ['Length ‖g‖', at.map((i) => value(event?.whole.norms[i]))],
    ['Weight w', at.map((i) => value(event?.weights[i]))],
    ['First-order change of its loss', at.map((i) => change(event?.update.products[i]))],
  ]);
  const head = pair.map((task, i) => {
    const cell = h('th', { scope: 'col', title: task }, h('span', { className: 'letter' }, 'AB'[i]), ` ${task}`);
    cell.style.setProperty('--task', colour(task));
    return cell;
  });
  return h(
    'table',
    { className: 'figures-table' },
    h('caption', { className: 'sr' }, `Gradients of ${pair[0]} and ${pair[1]}`),
    h('thead', {}, h('tr', {}, h('td'), ...head)),
    h(
      'tbody',
      {},
      ...rows.map(([name, cells]) =>
        h('tr', {}, h('th', { scope: 'row' }, name), ...pair.map((_, i) => h('td', {}, cells[i] ?? '–'))),
      ),
    ),
  );
}

const FACTS = ['Cosine', 'Combined length ‖Σ w·g‖', 'Length of the step ‖Δθ‖', 'Share of the step in this plane'];

/** @param {string[]} values In the order of the names. */
const facts = (values) =>
  h('dl', { className: 'facts' }, ...FACTS.map((name, i) => h('div', {}, h('dt', {}, name), h('dd', {}, values[i]))));

/** A layer's cosine as a bar to the right of the middle, or to the left. @param {string} layer @param {number} cosine */
function bar(layer, cosine) {
  const fill = h('span', { className: cosine < 0 ? 'against' : 'along' });
  fill.style.setProperty('--length', String(Math.abs(cosine)));
  return h(
    'li',
    {},
    h('span', { className: 'name' }, layer),
    h('span', { className: 'balance', 'aria-hidden': 'true' }, fill),
    h('span', { className: 'value' }, cosineText(cosine)),
  );
}

/** @param {string} name @param {string} what @param {string} colour @param {boolean} [dashed] */
function entry(name, what, colour, dashed = false) {
  const swatch = h('span', { className: dashed ? 'swatch dashed' : 'swatch', 'aria-hidden': 'true' });
  swatch.style.setProperty('--colour', colour);
  return h('li', {}, swatch, h('span', { className: 'what', title: what }, h('strong', {}, name), ` ${what}`));
}
