// One line chart: a plot, a legend that shows the values under the cursor, and the table behind it. By keyboard the cursor
// goes from point to point as on a slider, and its values are the slider's.

import { brief } from './brief.js';
import { createDataTable } from './data-table.js';
import { h, oncePerFrame } from './dom.js';
import { createPlot } from './plot.js';

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {string} [brief] The label with its names cut, if they are long.
 * @property {string} colour Name of a CSS custom property, such as `--task-0`.
 * @property {number[]} [dash]
 * @property {number} [width]
 * @property {boolean} [points] Mark each point, where there is room for it.
 * @property {boolean} [gaps] It ends where a value is missing and begins again; else it leads on to the next value.
 * @property {boolean} [faint] For lines that lie behind the one that matters.
 */

/** Values at an x, in the order of the lines. @typedef {{ x: number, ys: (number | undefined)[] }} Point */

/**
 * @typedef {object} ChartOptions
 * @property {import('../strings/words.js').Words} words
 * @property {string} label What the chart shows, in a sentence.
 * @property {Line[]} lines
 * @property {[number, number]} x
 * @property {[number, number]} y Its upper end gives way to higher values.
 * @property {[number, number]} [band] A stretch of y that is shaded.
 * @property {string} xName What x counts; stands in the corner of the axes.
 * @property {number[]} [xTicks] Where x is labelled; absent: uPlot's choice.
 * @property {{ x: number, label: string }[]} [spans] Stretches of x, each from its `x` on, that are told apart by rules.
 * @property {Point[]} [ghost] The run before; it lies faintly behind.
 * @property {boolean} [ghostRecorded] Whether that is the recording.
 * @property {(x: number) => string} xText
 * @property {(y: number) => string} yText
 */

/** How far a key moves the cursor, in points. @type {Record<string, number>} */
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
 * @param {HTMLElement} canvasRoot Holds the plot and gives it its size; the table stands behind it.
 * @param {HTMLElement} legendRoot
 * @param {ChartOptions} options
 */
export function createChart(canvasRoot, legendRoot, options) {
  const { lines, label, words, xName, xText, yText } = options;
  /** @type {(number | null)[][]} x, then one row a line. */
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

  /** Tells where the cursor is and what it is on to those who cannot see it. */
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

  /** Tells the number of points to those who look from outside (tests, embedding pages). */
  function count() {
    canvasRoot.dataset.points = String(data[0].length);
  }

  return {
    data,

    /**
     * Sets the values at `x`; absent lines get no point there. New points come in the order of x.
     *
     * @param {number} x
     * @param {(number | undefined)[]} ys In the order of the lines.
     */
    put(x, ys) {
      const [xs, ...rows] = data;
      const last = xs.at(-1);
      // An x below the last is one from before: a run that went back to its best epoch measures that once more.
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

    /** The table stays until another chart takes this one's place: that one is open if this one was. */
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
 * The x that the values belong to, each line with its value, and what the faint lines are.
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
    return h('li', {}, swatch, h('span', { className: 'name', title: line.label }, line.brief ?? line.label), values[i]);
  });
  const faint = swatchOf('--ink-3');
  faint.classList.add('ghost');
  const name = ghostRecorded ? words.chart.recorded : words.chart.before;
  // Its room is there from the start: the chart stays where it is when a second run comes.
  const before = h('li', { className: 'ghost' }, faint, h('span', { className: 'name' }, name));
  before.classList.toggle('absent', ghost.length === 0);
  root.replaceChildren(h('li', { className: 'at' }, xName, at), ...entries, before);

  return {
    /** @param {string} x @param {string[]} ys @param {boolean} pointed Whether they are those under the cursor. */
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
