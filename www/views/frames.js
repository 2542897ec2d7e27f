// The map's frames: the place of each sentence at some steps of a run, and everything between two of them. Pure functions.

/** @typedef {[x: number, y: number]} Point */
/** @typedef {{ x: [number, number], y: [number, number] }} Bounds The ranges that need room. */
/** @typedef {{ points: Point[], bounds: Bounds }} Picture */
/** @typedef {Extract<import('../types.js').RunEvent, { type: 'map' }>['frames']} Frames */

/**
 * The points at `position`, which may be between two frames, with room for all frames: the scale is the same at
 * every step.
 *
 * @param {Frames} frames
 * @param {number} position In [0, frames − 1].
 * @returns {Picture}
 */
export function pictureAt(frames, position) {
  const before = Math.floor(position);
  const after = Math.min(frames.length - 1, before + 1);
  const [from, to] = [pointsOf(frames[before]), pointsOf(frames[after])];
  return { points: pointsBetween(from, to, ease(position - before)), bounds: boundsOf(frames) };
}

/** @param {Picture} from @param {Picture} to Of as many points. @param {number} share In [0, 1]. @returns {Picture} */
export function between(from, to, share) {
  const gone = ease(share);
  return {
    points: pointsBetween(from.points, to.points, gone),
    bounds: { x: mixed(from.bounds.x, to.bounds.x, gone), y: mixed(from.bounds.y, to.bounds.y, gone) },
  };
}

/** Where the points were in the frames before number `n`, oldest first. @param {Frames} frames @param {number} n */
export const past = (frames, n) => frames.slice(0, n).map(pointsOf);

/**
 * The frame of a step, or the next one: of many frames every second one is left out, and the others get new numbers.
 *
 * @param {Frames} frames
 * @param {number} step
 */
export function frameOf(frames, step) {
  const found = frames.findIndex((frame) => frame.step >= step);
  return found < 0 ? frames.length - 1 : found;
}

/** @param {Frames[number]} frame */
const pointsOf = ({ points }) => /** @type {Point[]} */ (points);

/** @param {Frames} frames @returns {Bounds} */
function boundsOf(frames) {
  /** @param {0 | 1} axis @returns {[number, number]} */
  const range = (axis) => {
    const all = frames.flatMap(({ points }) => points.map((point) => point[axis]));
    return [Math.min(...all), Math.max(...all)];
  };
  return { x: range(0), y: range(1) };
}

/** @param {Point[]} from @param {Point[]} to @param {number} share */
const pointsBetween = (from, to, share) => from.map((point, i) => mixed(point, to[i], share));

/** @param {[number, number]} a @param {[number, number]} b @param {number} share @returns {[number, number]} */
const mixed = (a, b, share) => [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share];

/** Sets out and arrives gently. @param {number} share In [0, 1]. */
const ease = (share) => share * share * (3 - 2 * share);
