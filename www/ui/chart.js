// One line chart: uPlot in the page's colours, with a legend of its own that shows the values under the cursor.
//
// Both axes are fixed before the first point arrives, so nothing moves but the lines. Colours are read from CSS custom
// properties each time it draws, so light and dark follow the reader's preference without a reload.

import uPlot from '../vendor/uPlot.esm.js';
import { h, oncePerFrame } from './dom.js';

/**
 * @typedef {object} Line
 * @property {string} label
 * @property {string} colour Name of a CSS custom property, such as `--task-0`.
 * @property {number[]} [dash]
 * @property {number} [width]
 * @property {boolean} [points] Mark each point.
 * @property {boolean} [faint] For lines that lie behind the one that matters.
 */

/**
 * @typedef {object} ChartOptions
 * @property {string} label What the chart shows, for those who cannot see it.
 * @property {Line[]} lines
 * @property {[number, number]} x
 * @property {[number, number]} y Its upper end gives way to higher values.
 * @property {string} xName What x counts; stands in the corner of the axes.
 * @property {number[]} [xTicks] Where x is labelled; absent: uPlot's choice.
 * @property {{ x: number, label: string }[]} [spans] Stretches of x, each from its `x` on, that are told apart by rules.
 * @property {(x: number) => string} xText
 * @property {(y: number) => string} yText
 */

const FONT = '12px system-ui, sans-serif';

/**
 * @param {HTMLElement} canvasRoot Holds the chart and gives it its size.
 * @param {HTMLElement} legendRoot
 * @param {ChartOptions} options
 */
export function createChart(canvasRoot, legendRoot, options) {
  const { lines } = options;
  /** @type {(number | null)[][]} x, then one row a line. */
  const data = [[], ...lines.map(() => [])];
  const values = buildLegend(legendRoot, lines);
  const style = getComputedStyle(canvasRoot);
  const colour = (/** @type {string} */ name) => style.getPropertyValue(name).trim();

  const axis = { stroke: () => colour('--ink-2'), font: FONT, ticks: { show: false } };
  const grid = { stroke: () => colour('--rule'), width: 1 };
  const ticks = options.xTicks;

  /** Rules and names of the spans, under the lines, and the x axis's name in the corner. @param {uPlot} u */
  function drawFrame(u) {
    const { ctx, bbox } = u;
    const px = devicePixelRatio;
    ctx.save();
    ctx.font = `${11 * px}px system-ui, sans-serif`;
    ctx.fillStyle = colour('--ink-3');
    ctx.strokeStyle = colour('--rule-strong');
    ctx.lineWidth = px;
    ctx.textBaseline = 'top';
    ctx.textAlign = 'left';
    ctx.setLineDash([]);
    const spans = options.spans ?? [];
    const roomy = bbox.width / Math.max(1, spans.length) > 64 * px;
    for (const [i, { x, label }] of spans.entries()) {
      const at = Math.round(u.valToPos(x, 'x', true));
      if (i > 0) {
        ctx.beginPath();
        ctx.moveTo(at, bbox.top);
        ctx.lineTo(at, bbox.top + bbox.height);
        ctx.stroke();
      }
      if (roomy) ctx.fillText(label, Math.max(at, bbox.left) + 5 * px, bbox.top + 2 * px);
    }
    ctx.textAlign = 'right';
    ctx.fillText(options.xName, bbox.left - 6 * px, bbox.top + bbox.height + 8 * px);
    ctx.restore();
  }

  const plot = new uPlot(
    {
      ...sizeOf(canvasRoot),
      legend: { show: false },
      padding: [8, 10, 0, 0],
      cursor: {
        drag: { x: false, y: false, setScale: false },
        points: { size: 7 },
        y: false,
      },
      scales: {
        x: { time: false, range: () => options.x },
        y: { range: (_, __, most) => [options.y[0], roof(options.y[1], most)] },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 28,
          gap: 6,
          ...(ticks && { splits: () => ticks }),
          values: (_, xs) => xs.map(options.xText),
          space: 48,
        },
        { ...axis, grid, size: 44, gap: 6, values: (_, ys) => ys.map(options.yText), space: 36 },
      ],
      series: [
        {},
        ...lines.map((line) => ({
          label: line.label,
          stroke: () => colour(line.colour),
          width: line.width ?? 1.75,
          alpha: line.faint ? 0.65 : 1,
          dash: line.dash,
          spanGaps: true,
          points: line.points
            ? { show: true, size: 7, fill: () => colour(line.faint ? '--surface' : line.colour) }
            : { show: false },
        })),
      ],
      hooks: { drawClear: [drawFrame], setCursor: [(u) => showValues(u.cursor.idx ?? undefined)] },
    },
    /** @type {uPlot.AlignedData} */ (data),
    canvasRoot,
  );

  /** @param {number} [at] Index of a point; absent: the latest. */
  function showValues(at) {
    for (const [i, element] of values.entries()) {
      const row = data[i + 1];
      const y = at === undefined ? row.findLast((value) => value !== null) : row[at];
      const text = y === undefined || y === null ? '–' : options.yText(y);
      if (element.textContent !== text) element.textContent = text;
    }
  }

  const draw = oncePerFrame(() => {
    plot.setData(/** @type {uPlot.AlignedData} */ (data));
    showValues(plot.cursor.idx ?? undefined);
  });
  const resize = new ResizeObserver(oncePerFrame(() => plot.setSize(sizeOf(canvasRoot))));
  resize.observe(canvasRoot);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const recolour = () => plot.redraw(false, true);
  dark.addEventListener('change', recolour);

  canvasRoot.setAttribute('role', 'img');
  canvasRoot.setAttribute('aria-label', options.label);
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
      draw();
    },

    /** @param {string} label */
    describe(label) {
      canvasRoot.setAttribute('aria-label', label);
    },

    destroy() {
      resize.disconnect();
      dark.removeEventListener('change', recolour);
      plot.destroy();
    },
  };
}

/** @param {HTMLElement} root */
const sizeOf = (root) => ({ width: Math.max(120, root.clientWidth), height: root.clientHeight });

/** The upper end of y: as announced, else the next half above the highest value, so that the axis seldom changes. @param {number} announced @param {number | null} most */
const roof = (announced, most) => (most === null || most <= announced ? announced : Math.ceil(most * 2.1) / 2);

/**
 * @param {HTMLElement} root
 * @param {Line[]} lines
 * @returns {HTMLElement[]} Where each line's value goes.
 */
function buildLegend(root, lines) {
  const values = lines.map(() => h('output', { className: 'value', 'aria-live': 'off' }, '–'));
  root.replaceChildren(
    ...lines.map((line, i) => {
      const swatch = h('span', { className: 'swatch', 'aria-hidden': 'true' });
      swatch.style.setProperty('--colour', `var(${line.colour})`);
      swatch.classList.toggle('dashed', line.dash !== undefined);
      return h('li', {}, swatch, h('span', { className: 'name' }, line.label), values[i]);
    }),
  );
  return values;
}
