// uPlot in the page's colours. Both axes are fixed before the first point arrives, so nothing moves but the lines.
//
// The colours are custom properties that differ by theme, often through light-dark(), which a canvas does not know: an
// element that wears them tells what they come to.

import uPlot from '../vendor/uPlot.esm.js';
import { h } from './dom.js';

/** @typedef {import('./chart.js').ChartOptions} ChartOptions */

const FONT = '12px system-ui, sans-serif';
const SMALL = 11;
const BEHIND = { alpha: 0.4, width: 1.25 };

/**
 * @param {HTMLElement} root Holds the plot and gives it its size.
 * @param {ChartOptions} options
 * @param {(number | null)[][]} data x, then one row a line.
 * @param {(at: number | undefined) => void} onCursor The cursor stands at another point, or at none.
 */
export function createPlot(root, options, data, onCursor) {
  const { lines, ghost = [] } = options;
  const probe = h('span', { hidden: true });
  /** @type {Map<string, string>} */
  const resolved = new Map();
  root.append(probe);

  /** @param {string} name Of a custom property. */
  function colour(name) {
    const known = resolved.get(name);
    if (known !== undefined) return known;
    probe.style.color = `var(${name})`;
    const value = getComputedStyle(probe).color;
    resolved.set(name, value);
    return value;
  }

  const axis = { stroke: () => colour('--ink-2'), font: FONT, ticks: { show: false } };
  const grid = { stroke: () => colour('--rule'), width: 1 };
  const ticks = options.xTicks;
  const ghostMost = Math.max(...ghost.flatMap(({ ys }) => ys.map((y) => y ?? -Infinity)));

  /** Rules and names of the spans, under the lines, and the x axis's name in the corner. @param {uPlot} u */
  function drawFrame(u) {
    const { ctx, bbox } = u;
    const px = devicePixelRatio;
    ctx.save();
    ctx.font = `${SMALL * px}px system-ui, sans-serif`;
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
    const end = Math.max(bbox.left - 6 * px, ctx.measureText(options.xName).width);
    ctx.fillText(options.xName, end, bbox.top + bbox.height + 8 * px);
    ctx.restore();
  }

  /** The lines of the run before, under this one's. @param {uPlot} u */
  function drawGhost(u) {
    const { ctx, bbox } = u;
    const px = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.globalAlpha = BEHIND.alpha;
    ctx.lineWidth = BEHIND.width * px;
    for (const [k, line] of lines.entries()) {
      ctx.strokeStyle = colour(line.colour);
      ctx.setLineDash((line.dash ?? []).map((length) => length * px));
      ctx.beginPath();
      for (const { x, ys } of ghost) {
        const y = ys[k];
        if (y !== undefined) ctx.lineTo(u.valToPos(x, 'x', true), u.valToPos(y, 'y', true));
      }
      ctx.stroke();
    }
    ctx.restore();
  }

  const plot = new uPlot(
    {
      ...sizeOf(root),
      legend: { show: false },
      padding: [8, 10, 0, 0],
      cursor: {
        drag: { x: false, y: false, setScale: false },
        points: { size: 7 },
        y: false,
      },
      scales: {
        x: { time: false, range: () => options.x },
        y: { range: (_, __, most) => [options.y[0], roof(options.y[1], Math.max(most ?? -Infinity, ghostMost))] },
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
      hooks: { drawClear: [drawFrame, drawGhost], setCursor: [(u) => onCursor(u.cursor.idx ?? undefined)] },
    },
    /** @type {uPlot.AlignedData} */ (data),
    root,
  );

  return {
    /** Index of the point under the cursor. */
    get cursor() {
      return plot.cursor.idx ?? undefined;
    },

    /** @param {number | undefined} at Index of the point to put the cursor on; none if absent. */
    point(at) {
      const x = at === undefined ? undefined : data[0][at];
      if (typeof x === 'number') plot.setCursor({ left: plot.valToPos(x, 'x'), top: 0 });
      else plot.setCursor({ left: -10, top: -10 });
    },

    update() {
      plot.setData(/** @type {uPlot.AlignedData} */ (data));
    },

    resize() {
      plot.setSize(sizeOf(root));
    },

    recolour() {
      resolved.clear();
      plot.redraw(false, true);
    },

    destroy() {
      plot.destroy();
      probe.remove();
    },
  };
}

/** @param {HTMLElement} root */
const sizeOf = (root) => ({ width: Math.max(120, root.clientWidth), height: root.clientHeight });

/** The upper end of y: as announced, else the next half above the highest value, so that the axis seldom changes. @param {number} announced @param {number} most */
const roof = (announced, most) => (most <= announced ? announced : Math.ceil(most * 2.1) / 2);
