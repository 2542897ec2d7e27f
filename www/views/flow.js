// The pictures of the model's stages: one line for each token, from its row of the embedding table through the layers into
// the sentence vector, and from there one branch for each task. Knows geometry, and nothing of runs.
//
// All pictures are 100 units long and 100 wide and are stretched to their place; a line leaves one where it enters the
// next. Each is drawn twice, across the page and down it, and CSS shows the one that fits.

import { s } from '../ui/dom.js';

/** @typedef {[along: number, across: number]} Point */
/** @typedef {(...pieces: (string | Point)[]) => string} Pen Makes a path's `d`; a point is turned with the picture. */

/** Largest distance between two lines. */
const PITCH = 9;
/** Place of the embedding table along its picture. */
const TABLE = { from: 36, to: 64 };
/** Where, in a layer, attention begins and ends and where the small network does: shares of the layer's length. */
const LAYER = { attention: [0.06, 0.6], network: [0.66, 0.94] };

/**
 * Places of `count` lines across the pictures.
 *
 * @param {number} count
 */
export function lanes(count) {
  const pitch = Math.min(100 / count, PITCH);
  return Array.from({ length: count }, (_, i) => 50 + (i - (count - 1) / 2) * pitch);
}

/**
 * From each lane to the token's row in the table and back; straight through where the rows are not known.
 *
 * @param {number[]} across
 * @param {number[]} [rows] Each token's place in the table, in [0, 1].
 */
export function embeddingPicture(across, rows) {
  return bothWays((d) => [
    s('path', {
      class: 'table',
      d: d('M', [TABLE.from, 1], 'L', [TABLE.to, 1], 'L', [TABLE.to, 99], 'L', [TABLE.from, 99], 'Z'),
    }),
    ...across.map((lane, i) => {
      const row = rows ? 2 + 96 * rows[i] : lane;
      return line(i, d(...curve([0, lane], [TABLE.from, row]), 'L', [TABLE.to, row], ...curve([TABLE.to, row], [100, lane])));
    }),
    ...(rows ?? []).map((row, i) =>
      s('path', { class: 'line lit', 'data-token': i, d: d('M', [TABLE.from, 2 + 96 * row], 'L', [TABLE.to, 2 + 96 * row]) }),
    ),
  ]);
}

/**
 * The layers: in each a web, since every token looks at all others, and a lens on each line, since the small network widens
 * each token's vector by itself.
 *
 * @param {number[]} across
 * @param {boolean[]} layers Whether each is drawn; not: it stands for any number of them.
 */
export function layersPicture(across, layers) {
  const length = 100 / layers.length;
  const half = Math.min(0.3 * (across.length > 1 ? across[1] - across[0] : PITCH), 2);
  const at = (/** @type {number} */ layer, /** @type {number} */ share) => (layer + share) * length;
  return bothWays((d) => [
    ...across.map((lane, i) => line(i, d('M', [0, lane], 'L', [100, lane]))),
    ...layers.flatMap((drawn, layer) => {
      if (!drawn) return [];
      const [a, b] = LAYER.attention.map((share) => at(layer, share));
      const [f, g] = LAYER.network.map((share) => at(layer, share));
      const threads = across.flatMap((from) => across.flatMap((to) => ['M', point(a, from), 'L', point(b, to)]));
      const lenses = across.flatMap((lane) => [
        ...['M', point(f, lane), 'Q', point((f + g) / 2, lane - 2 * half)],
        ...[point(g, lane), 'Q', point((f + g) / 2, lane + 2 * half), point(f, lane), 'Z'],
      ]);
      const looks = across.map((lane, i) =>
        s('path', {
          class: 'looks',
          'data-token': i,
          d: d(...across.flatMap((from) => ['M', point(a, from), 'L', point(b, lane)])),
        }),
      );
      return [s('path', { class: 'web', d: d(...threads) }), s('path', { class: 'lenses', d: d(...lenses) }), ...looks];
    }),
  ]);
}

/**
 * All lines become one, or the first goes on and the others end.
 *
 * @param {number[]} across
 * @param {boolean} all
 */
export function poolingPicture(across, all) {
  return bothWays((d) => [
    ...across.map((lane, i) =>
      line(i, all || i === 0 ? d(...curve([0, lane], [72, 50])) : d('M', [0, lane], 'L', [24, lane])),
    ),
    s('path', { class: 'vector', d: d('M', [72, 50], 'L', [100, 50]) }),
  ]);
}

/**
 * One line becomes one for each task, which ends in the middle of the task's room.
 *
 * @param {string[]} colours
 * @param {number[]} rooms How much of the whole each task takes up.
 */
export function forkPicture(colours, rooms) {
  const share = 100 / rooms.reduce((sum, room) => sum + room, 0);
  const middle = (/** @type {number} */ k) => share * (rooms.slice(0, k).reduce((sum, room) => sum + room, 0) + rooms[k] / 2);
  return bothWays((d) =>
    colours.map((colour, k) => {
      const branch = s('path', { class: 'branch', d: d(...curve([0, 50], [100, middle(k)])) });
      branch.style.setProperty('--task', colour);
      return branch;
    }),
  );
}

/** @type {(along: number, across: number) => Point} */
const point = (along, across) => [along, across];

/** A line that leaves and arrives straight. @type {(from: Point, to: Point) => (string | Point)[]} */
function curve(from, to) {
  const middle = (from[0] + to[0]) / 2;
  return ['M', from, 'C', [middle, from[1]], [middle, to[1]], to];
}

/** @param {number} token @param {string} d */
const line = (token, d) => s('path', { class: 'line', 'data-token': token, d });

/** @param {(d: Pen) => SVGElement[]} draw */
function bothWays(draw) {
  // Thousands of points: `toFixed` would take longer than all else.
  const round = (/** @type {number} */ x) => Math.round(10 * x) / 10;
  return [false, true].map((down) => {
    /** @type {Pen} */
    const pen = (...pieces) => {
      const [first, second] = down ? [1, 0] : [0, 1];
      let path = '';
      for (const piece of pieces) {
        path += typeof piece === 'string' ? `${piece} ` : `${round(piece[first])} ${round(piece[second])} `;
      }
      return path;
    };
    return s(
      'svg',
      { class: down ? 'down' : 'across', viewBox: '0 0 100 100', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
      ...draw(pen),
    );
  });
}
