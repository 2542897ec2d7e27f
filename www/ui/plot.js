// A uPlot chart in the page's colours. Both axes are fixed before the first point arrives, so that only the lines move.
//
// The colours are custom properties that depend on the theme, often through light-dark(), which a canvas does not support:
// colours.js resolves them and reports changes.

import uPlot from '../vendor/uPlot.esm.js';
import { createColours } from './colours.js';
import { h } from './dom.js';
import { mostOf, strokesOf } from './thin.js';

/** @typedef {import('./chart.js').ChartOptions} ChartOptions */

const FONT = '12px system-ui, sans-serif';
const SMALL = 11;
/** Draws a line that has no more points than there are pixels. */
const path = /** @type {uPlot.Series.PathBuilder} */ (uPlot.paths.linear?.());
/** The y axis's usual width, and the gap between its numbers and the plot, in px. */
const [AXIS, GAP] = [44, 6];
const GHOST = { alpha: 0.4, width: 1.25 };
/** Minimum width of a span in px for its rule and for its name. */
const RULES_APART = 4;
const NAME_ROOM = 64;
/** Diameter in px of a marked point, and of a point without a line to it. */
const [MARK, LONE] = [7, 5];

/**
 * @param {HTMLElement} root Holds the plot and sets its size.
 * @param {ChartOptions} options
 * @param {(number | null)[][]} data The xs, then one row of values for each line.
 * @param {(at: number | undefined) => void} onCursor Called with the index of the point at the cursor; undefined for none.
 */
export function createPlot(root, options, data, onCursor) {
  const { lines, ghost = [] } = options;
  const colours = createColours(root, () => plot.batch(() => plot.redraw(false, true)));
  const colour = colours.of;

  const axis = { stroke: () => colour('--ink-2'), font: FONT, ticks: { show: false } };
  const grid = { stroke: () => colour('--rule'), width: 1 };
  const ticks = options.xTicks;
  const ghostMost = mostOf(ghost.map(({ ys }) => mostOf(ys)));
  /** The previous run in the form of `data`. */
  const ghostData = [ghost.map(({ x }) => x), ...lines.map((_, k) => ghost.map(({ ys }) => ys[k]))];
  /** The previous run's drawing, reused until its `key` changes. @type {{ canvas: HTMLCanvasElement, key: string } | undefined} */
  let ghostImage;

  /** Shades the band, under the grid. @param {uPlot} u */
  function drawBand({ ctx, bbox, valToPos }) {
    if (!options.band) return;
    const [low, high] = options.band.map((y) => valToPos(y, 'y', true));
    ctx.save();
    ctx.fillStyle = colour('--sunk');
    ctx.fillRect(bbox.left, high, bbox.width, low - high);
    ctx.restore();
  }

  /** Draws the spans' rules and names, over the grid and under the lines, and the x axis's name in the corner. @param {uPlot} u */
  function drawSpans(u) {
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
    const apart = bbox.width / px / Math.max(1, spans.length);
    const names = [];
    for (const [i, { x, label }] of (apart > RULES_APART ? spans : []).entries()) {
      const at = Math.round(u.valToPos(x, 'x', true));
      if (i > 0) {
        ctx.beginPath();
        ctx.moveTo(at, bbox.top);
        ctx.lineTo(at, bbox.top + bbox.height);
        ctx.stroke();
      }
      if (apart > NAME_ROOM) names.push({ label, x: Math.max(at, bbox.left) + 5 * px });
    }
    // An outline in the background colour keeps the grid's lines away from a name.
    ctx.lineJoin = 'round';
    ctx.lineWidth = 3 * px;
    ctx.strokeStyle = colour('--surface');
    for (const { label, x } of names) {
      ctx.strokeText(label, x, bbox.top + 2 * px);
      ctx.fillText(label, x, bbox.top + 2 * px);
    }
    ctx.textAlign = 'right';
    const end = Math.max(bbox.left - 6 * px, ctx.measureText(options.xName).width);
    ctx.fillText(options.xName, end, bbox.top + bbox.height + 8 * px);
    ctx.restore();
  }

  /** Draws the previous run's lines, under this run's. @param {uPlot} u */
  function drawGhost(u) {
    const { left, top, width, height } = u.bbox;
    if (ghost.length === 0 || width <= 0 || height <= 0) return; // A hidden chart has no height.
    // Everything that changes a point's position or a line's colour.
    const key = [left, top, width, height, u.scales.y.max, ...lines.map((line) => colour(line.colour))].join(' ');
    if (ghostImage?.key !== key) ghostImage = { canvas: paintGhost(u), key };
    u.ctx.save();
    u.ctx.globalAlpha = GHOST.alpha;
    u.ctx.drawImage(ghostImage.canvas, 0, 0);
    u.ctx.restore();
  }

  /** @param {uPlot} u */
  function paintGhost(u) {
    const { left, top, width, height } = u.bbox;
    const px = devicePixelRatio;
    const canvas = h('canvas', { width: u.ctx.canvas.width, height: u.ctx.canvas.height });
    const ctx = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.lineWidth = GHOST.width * px;
    ctx.lineCap = 'round';
    const [xs, ...rows] = ghostData;
    for (const [k, line] of lines.entries()) {
      ctx.strokeStyle = ctx.fillStyle = colour(line.colour);
      if (isDense(u, xs.length)) {
        drawDense(u, ctx, /** @type {number[]} */ (xs), rows[k], line, GHOST.width);
        continue;
      }
      ctx.setLineDash((line.dash ?? []).map((length) => length * px));
      ctx.beginPath();
      let drawing = false;
      for (const [i, y] of rows[k].entries()) {
        if (y === undefined) {
          drawing &&= !line.gaps;
          continue;
        }
        const at = /** @type {const} */ ([u.valToPos(Number(xs[i]), 'x', true), u.valToPos(y, 'y', true)]);
        if (!drawing) ctx.moveTo(...at);
        ctx.lineTo(...at); // Right after `moveTo` it draws a dot, for a point without neighbours.
        drawing = true;
      }
      ctx.stroke();
    }
    return canvas;
  }

  /** Whether a line has too many points for a path: one with several points in each pixel takes 0.1 s to draw. @param {uPlot} u @param {number} points */
  const isDense = (u, points) => points > u.bbox.width / 2;

  /**
   * Draws a line as one vertical stroke for each column of pixels.
   *
   * @param {uPlot} u @param {CanvasRenderingContext2D} ctx Its fill style is the line's colour.
   * @param {number[]} xs @param {import('./thin.js').Values} ys @param {import('./chart.js').Line} line @param {number} width
   */
  function drawDense(u, ctx, xs, ys, line, width) {
    const thick = width * devicePixelRatio;
    const strokes = strokesOf(xs, ys, { range: options.x, columns: Math.round(u.bbox.width), gaps: line.gaps ?? false });
    for (const { at, low, high } of strokes) {
      const [top, foot] = [u.valToPos(high, 'y', true), u.valToPos(low, 'y', true)];
      ctx.fillRect(Math.round(u.bbox.left) + at, top - thick / 2, 1, foot - top + thick);
    }
  }

  /** @type {uPlot.Series.PathBuilder} */
  const pathOf = (u, k, from, to) => (isDense(u, data[0].length) ? null : path(u, k, from, to));

  /** Draws a line of this run, if it has too many points for a path. @param {uPlot} u @param {number} k The line's row in the data. */
  function drawLine(u, k) {
    if (!isDense(u, data[0].length)) return;
    const { ctx, bbox } = u;
    const line = lines[k - 1];
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.globalAlpha = alphaOf(line);
    ctx.fillStyle = colour(line.colour);
    drawDense(u, ctx, /** @type {number[]} */ (data[0]), data[k], line, widthOf(line));
    ctx.restore();
  }

  /**
   * Indices of the points to mark; null for all. If there is no room to mark all, only points without a line to them.
   *
   * @param {uPlot} u @param {number} k The line's row in the data.
   */
  function marked(u, k) {
    const line = lines[k - 1];
    const ys = data[k];
    if (isDense(u, ys.length)) return [];
    if (line.points && ys.length * MARK < u.bbox.width / devicePixelRatio) return null;
    const [least, end] = [ys.findIndex(isNumber), ys.findLastIndex(isNumber)];
    if (least < 0) return [];
    // The first points of a long run fall into one pixel: no line is visible yet.
    const [left, right] = [least, end].map((i) => u.valToPos(Number(data[0][i]), 'x'));
    if (right - left < LONE) return [end];
    if (!line.gaps) return [];
    const lone = [];
    for (let i = least; i <= end; i++) if (isNumber(ys[i]) && !isNumber(ys[i - 1]) && !isNumber(ys[i + 1])) lone.push(i);
    return lone;
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
        { ...axis, grid, size: roomOf, gap: GAP, values: (_, ys) => ys.map(options.yText), space: 36 },
      ],
      series: [
        {},
        ...lines.map((line) => ({
          label: line.label,
          stroke: () => colour(line.colour),
          width: widthOf(line),
          alpha: alphaOf(line),
          dash: line.dash,
          paths: pathOf,
          spanGaps: !line.gaps,
          points: {
            show: true,
            size: line.points ? MARK : LONE,
            fill: () => colour(line.faint ? '--surface' : line.colour),
            filter: marked,
          },
        })),
      ],
      hooks: { drawClear: [drawBand, drawGhost], drawAxes: [drawSpans], drawSeries: [drawLine], setCursor: [(u) => onCursor(u.cursor.idx ?? undefined)] },
    },
    /** @type {uPlot.AlignedData} */ (data),
    root,
  );
  // batch() draws at once, here and below. Without it uPlot draws after all that was called in this frame, and oncePerFrame (dom.js)
  // does not count the time.
  plot.batch(() => {});

  return {
    /** Index of the point at the cursor. */
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
      plot.batch(() => plot.setData(/** @type {uPlot.AlignedData} */ (data)));
    },

    resize() {
      colours.forget();
      plot.batch(() => plot.setSize(sizeOf(root)));
    },

    destroy() {
      plot.destroy();
      colours.destroy();
    },
  };
}

/** @param {import('./chart.js').Line} line */
const widthOf = ({ width }) => width ?? 1.75;
/** @param {import('./chart.js').Line} line */
const alphaOf = ({ faint }) => (faint ? 0.65 : 1);

/** @param {HTMLElement} root */
const sizeOf = (root) => ({ width: Math.max(120, root.clientWidth), height: root.clientHeight });

/** The y axis's upper end: as announced, or a multiple of 0.5 above the highest value, so that it seldom changes. @param {number} announced @param {number} most */
const roof = (announced, most) => (most <= announced ? announced : Math.ceil(most * 2.1) / 2);

/** @param {number | null | undefined} y */
const isNumber = (y) => y !== null && y !== undefined;

/** Width of the y axis: that of its longest number, but at least `AXIS`, so that it seldom changes. @param {uPlot} u @param {string[] | null} texts */
function roomOf(u, texts) {
  u.ctx.save();
  u.ctx.font = FONT;
  const widest = mostOf((texts ?? []).map((text) => u.ctx.measureText(text).width));
  u.ctx.restore();
  return Math.max(AXIS, Math.ceil(widest) + GAP + 4);
}
