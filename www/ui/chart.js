// A line chart: the plot, a legend with the values at the cursor, and a table of the numbers. For the keyboard and screen
// readers it is a slider: keys move the cursor from point to point, and the slider's value text has the values there.

import { brief } from './brief.js';
import { createDataTable } from './data-table.js';
import { h, oncePerFrame } from './dom.js';
import { createPlot } from './plot.js';

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {string} [brief] The label with long names shortened.
 * @property {string} colour Name of a CSS custom property, such as `--task-0`.
 * @property {number[]} [dash]
 * @property {number} [width]
 * @property {boolean} [points] Whether to mark each point, if there is room.
 * @property {boolean} [gaps] Whether a missing value interrupts the line; otherwise the line connects the values around it.
 * @property {boolean} [faint] Whether the line is drawn faintly, as background for the main one.
 */

/** Values at an x, in the order of the lines. @typedef {{ x: number, ys: (number | undefined)[] }} Point */

/**
 * @typedef {object} ChartOptions
 * @property {import('../strings/words.js').Words} words
 * @property {string} label What the chart shows, in a sentence.
 * @property {Line[]} lines
 * @property {[number, number]} x
 * @property {[number, number]} y Range of the y axis; higher values extend it.
 * @property {[number, number]} [band] Range of y that is shaded.
 * @property {string} xName The unit of x, shown in the corner of the axes.
 * @property {number[]} [xTicks] Positions of the x axis's labels; absent: uPlot chooses.
 * @property {{ x: number, label: string }[]} [spans] Sections of x, each beginning at its `x`, separated by vertical rules.
 * @property {Point[]} [ghost] The previous run's points, drawn faintly behind this run's.
 * @property {boolean} [ghostRecorded] Whether the previous run is the recorded one.
 * @property {(x: number) => string} xText
 * @property {(y: number) => string} yText
 */

/** Points by which each key moves the cursor. @type {Record<string, number>} */
const KEYS = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowDown: -1,
  ArrowUp: 1,
  PageDown: -10,
  PageUp: 10,
  Home: -Infinity,
  End: Infinity,
};

/**
 * @param {HTMLElement} canvasRoot Holds the plot and sets its size; the table is inserted after it.
 * @param {HTMLElement} legendRoot
 * @param {ChartOptions} options
 */
export function createChart(canvasRoot, legendRoot, options) {
  const { lines, label, words, xName, xText, yText } = options;
  /** The xs, then one row of values for each line. @type {(number | null)[][]} */
  const data = [[], ...lines.map(() => [])];
  let gone = false;

  const text = (/** @type {number | null | undefined} */ y) => (y === undefined || y === null ? '–' : yText(y));
  /** @param {number} at Index of a point. */
  const valuesAt = (at) => lines.map((_, k) => text(data[k + 1][at]));
  const latest = () => lines.map((_, k) => text(data[k + 1].findLast((y) => y !== null)));

  const legend = buildLegend(legendRoot, options);
  const plot = createPlot(canvasRoot, options, data, show);
  const table = createDataTable({
    summary: words.chart.table,
    caption: label,
    columns: [xName, ...lines.map((line) => line.label)],
    heads: [xName, ...lines.map((line) => line.brief ?? brief(line.label))],
    length: () => data[0].length,
    row: (i) => [xText(Number(data[0][i])), ...valuesAt(i)],
    open: tableBehind(canvasRoot)?.open,
  });
  tableBehind(canvasRoot)?.remove();
  canvasRoot.after(table.element);

  /** @param {number | undefined} at Index of the point under the cursor; absent: the latest values. */
  function show(at) {
    const x = at === undefined ? data[0].at(-1) : data[0][at];
    legend.show(typeof x === 'number' ? xText(x) : '–', at === undefined ? latest() : valuesAt(at), at !== undefined);
  }

  /** Describes the cursor's position and values to screen readers. */
  function say() {
    const at = plot.cursor ?? data[0].length - 1;
    const x = data[0][at];
    canvasRoot.setAttribute('aria-valuenow', String(x ?? options.x[0]));
    const values = x === undefined ? [] : valuesAt(at).map((value, k) => `${lines[k].label} ${value}`);
    canvasRoot.setAttribute(
      'aria-valuetext',
      typeof x === 'number' ? `${xName} ${xText(x)}: ${values.join(', ')}` : words.chart.empty,
    );
  }

  /** @param {KeyboardEvent} event */
  function onKey(event) {
    const by = KEYS[event.key];
    if (by === undefined && event.key !== 'Escape') return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const last = data[0].length - 1;
    const at = by === undefined ? undefined : Math.max(0, Math.min(last, (plot.cursor ?? last) + by));
    plot.point(at);
    say();
  }
  const onBlur = () => plot.point(undefined);

  const draw = oncePerFrame(() => {
    if (gone) return;
    plot.update();
    show(plot.cursor);
  });
  const resize = new ResizeObserver(oncePerFrame(() => !gone && plot.resize()));
  resize.observe(canvasRoot);
  canvasRoot.addEventListener('keydown', onKey);
  canvasRoot.addEventListener('focus', say);
  canvasRoot.addEventListener('blur', onBlur);

  for (const [name, value] of Object.entries({
    role: 'slider',
    part: 'chart',
    tabindex: 0,
    'aria-label': label,
    'aria-roledescription': words.chart.role,
    'aria-readonly': true,
    'aria-valuemin': options.x[0],
    'aria-valuemax': options.x[1],
  }))
    canvasRoot.setAttribute(name, String(value));
  say();
  count();

  /** Shows the number of points to tests and embedding pages. */
  function count() {
    canvasRoot.dataset.points = String(data[0].length);
  }

  return {
    data,

    /**
     * Sets the values at `x`; a line whose value is undefined gets no point there. New points come in ascending order of x.
     *
     * @param {number} x
     * @param {(number | undefined)[]} ys In the order of the lines.
     */
    put(x, ys) {
      const [xs, ...rows] = data;
      const last = xs.at(-1);
      // An x below the last one exists already: a run that returned to its best epoch measures it again.
      if (typeof last !== 'number' || last < x) {
        xs.push(x);
        for (const row of rows) row.push(null);
      }
      const at = xs.lastIndexOf(x);
      for (const [i, y] of ys.entries()) if (y !== undefined) rows[i][at] = y;
      count();
      table.changed(at);
      draw();
    },

    /** @param {string} label */
    describe(label) {
      canvasRoot.setAttribute('aria-label', label);
    },

    /** Leaves the table in place: the next chart in this place removes it, and opens its own if this one was open. */
    destroy() {
      gone = true;
      resize.disconnect();
      canvasRoot.removeEventListener('keydown', onKey);
      canvasRoot.removeEventListener('focus', say);
      canvasRoot.removeEventListener('blur', onBlur);
      table.destroy();
      plot.destroy();
    },
  };
}

/** @param {HTMLElement} root */
function tableBehind(root) {
  const next = root.nextElementSibling;
  return next instanceof HTMLDetailsElement && next.classList.contains('data-table') ? next : undefined;
}

/**
 * Builds the legend: the x of the shown values, each line with its value, and an entry for the faint lines.
 *
 * @param {HTMLElement} root
 * @param {ChartOptions} options
 */
function buildLegend(root, { lines, words, xName, ghost = [], ghostRecorded }) {
  const at = h('span', { className: 'value' }, '–');
  const values = lines.map(() => h('output', { className: 'value', 'aria-live': 'off' }, '–'));
  const entries = lines.map((line, i) => {
    const swatch = swatchOf(line.colour);
    swatch.classList.toggle('dashed', line.dash !== undefined);
    return h('li', {}, swatch, h('span', { dir: 'auto', className: 'name', title: line.label }, line.brief ?? line.label), values[i]);
  });
  const faint = swatchOf('--ink-3');
  faint.classList.add('ghost');
  const name = ghostRecorded ? words.chart.recorded : words.chart.before;
  // The entry takes its space from the start, so that nothing moves when a second run begins.
  const before = h('li', { className: 'ghost' }, faint, h('span', { className: 'name' }, name));
  before.classList.toggle('absent', ghost.length === 0);
  root.replaceChildren(h('li', { className: 'at' }, xName, at), ...entries, before);

  return {
    /** @param {string} x @param {string[]} ys @param {boolean} pointed Whether they are the values at the cursor. */
    show(x, ys, pointed) {
      root.classList.toggle('pointed', pointed);
      if (at.textContent !== x) at.textContent = x;
      for (const [i, element] of values.entries()) if (element.textContent !== ys[i]) element.textContent = ys[i];
    },
  };
}

/** @param {string} colour */
function swatchOf(colour) {
  const swatch = h('span', { className: 'swatch', 'aria-hidden': 'true' });
  swatch.style.setProperty('--colour', `var(${colour})`);
  return swatch;
}
