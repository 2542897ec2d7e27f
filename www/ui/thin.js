// Reduces a line with more points than the plot has columns of pixels to one vertical stroke for each column.

/** A line's values, one for each x. @typedef {(number | null | undefined)[]} Values */
/** The lowest and the highest value in column `at` of the pixels, which are counted from 0. @typedef {{ at: number, low: number, high: number }} Stroke */

/** The highest value; -Infinity if there is none. `Math.max(...ys)` would overflow the stack for a long run. @param {Values} ys */
export function mostOf(ys) {
  let most = -Infinity;
  for (const y of ys) if (y !== null && y !== undefined && y > most) most = y;
  return most;
}

/**
 * A line's strokes from left to right. Each extends to the previous stroke's last value, so that together they look like the
 * line.
 *
 * @param {number[]} xs Ascending.
 * @param {Values} ys
 * @param {object} options
 * @param {[number, number]} options.range The x axis's range.
 * @param {number} options.columns The plot's width in pixels.
 * @param {boolean} options.gaps Whether a missing value interrupts the line; otherwise the line connects the values around it.
 * @returns {Stroke[]}
 */
export function strokesOf(xs, ys, { range: [from, to], columns, gaps }) {
  /** @type {Stroke[]} */
  const strokes = [];
  /** The previous value; undefined after a gap. @type {number | undefined} */
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

  /** Adds strokes for the columns without points between columns a and b. @param {number} a @param {number} ya @param {number} b @param {number} yb */
  function bridge(a, ya, b, yb) {
    for (let at = a + 1; at < b; at++) {
      const [before, y] = [at - 1, at].map((column) => ya + ((yb - ya) * (column - a)) / (b - a));
      strokes.push({ at, low: Math.min(before, y), high: Math.max(before, y) });
      last = y;
    }
  }
}
