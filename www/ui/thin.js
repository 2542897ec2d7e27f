// Lines with more points than there are pixels across, as one upright stroke a pixel. Knows numbers, and nothing of charts.

/** @typedef {(number | null | undefined)[]} Values Of a line, one for each x. */
/** From the lowest to the highest value in a column of pixels, which count from 0. @typedef {{ at: number, low: number, high: number }} Stroke */

/** The highest value; -Infinity if there is none. As many as a run has steps would overflow the stack as arguments. @param {Values} ys */
export function mostOf(ys) {
  let most = -Infinity;
  for (const y of ys) if (y !== null && y !== undefined && y > most) most = y;
  return most;
}

/**
 * A line's strokes from left to right. Each reaches to where the one before it ended, so that they look like the line.
 *
 * @param {number[]} xs Ascending.
 * @param {Values} ys
 * @param {object} options
 * @param {[number, number]} options.range Of x.
 * @param {number} options.columns How many pixels are across.
 * @param {boolean} options.gaps Whether the line ends where a value is missing; else it leads on to the next.
 * @returns {Stroke[]}
 */
export function strokesOf(xs, ys, { range: [from, to], columns, gaps }) {
  /** @type {Stroke[]} */
  const strokes = [];
  /** The value that the line leads on from. @type {number | undefined} */
  let last;
  /** @type {Stroke | undefined} */
  let stroke;
  const perX = (columns - 1) / (to - from);

  for (let i = 0; i < xs.length; i++) {
    const y = ys[i];
    if (y === null || y === undefined) {
      if (gaps) last = undefined;
      continue;
    }
    const at = Math.round((xs[i] - from) * perX);
    if (stroke?.at !== at) {
      if (last !== undefined && stroke) bridge(stroke.at, last, at, y);
      stroke = { at, low: y, high: y };
      strokes.push(stroke);
    }
    stroke.low = Math.min(stroke.low, y, last ?? y);
    stroke.high = Math.max(stroke.high, y, last ?? y);
    last = y;
  }
  return strokes;

  /** Columns without a point, between two that have some. @param {number} a @param {number} ya @param {number} b @param {number} yb */
  function bridge(a, ya, b, yb) {
    for (let at = a + 1; at < b; at++) {
      const [before, y] = [at - 1, at].map((column) => ya + ((yb - ya) * (column - a)) / (b - a));
      strokes.push({ at, low: Math.min(before, y), high: Math.max(before, y) });
      last = y;
    }
  }
}
