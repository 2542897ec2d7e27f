// Arrows from one point, to scale, with rings as a ruler. Knows vectors and colours, and nothing of gradients.

import { s } from '../ui/dom.js';

/** @typedef {import('./plane.js').Vector} Vector */

/**
 * @typedef {object} Arrow
 * @property {string} id Value of `data-arrow`, by which tests find it.
 * @property {string} name Text at its tip.
 * @property {string} colour A CSS colour.
 * @property {Vector} to
 * @property {boolean} [dashed]
 * @property {boolean} [unscaled] Only its direction counts: it is drawn at a length of its own.
 */

/** The drawing's size in its own units; CSS gives it the page's. */
const [WIDTH, HEIGHT] = [360, 290];
/** The origin of all arrows. Two gradients lie in the upper half; the lower one is room for a step that went astray. */
const [CX, CY] = [WIDTH / 2, 196];
/** Length of the longest arrow, and of one that is not to scale. */
const LONGEST = 148;
const UNSCALED = 92;
const HEAD = 9;
/** Of a name, in px. */
const LINE_HEIGHT = 15;
/** How many points of an arrow are tested against a name that might hide it. */
const POINTS = 40;

/** @param {(length: number) => string} lengthText A ring's label. */
export function createArrows(lengthText) {
  const element = s('svg', { class: 'arrows', role: 'img', viewBox: `0 0 ${WIDTH} ${HEIGHT}` });

  return {
    element,

    /**
     * @param {Arrow[]} arrows The later ones lie above.
     * @param {number} [angle] Between the first two, in degrees.
     */
    draw(arrows, angle) {
      const most = Math.max(...arrows.filter(({ unscaled }) => !unscaled).map(({ to }) => Math.hypot(...to)), 0);
      const scale = most > 0 ? LONGEST / most : 0;
      const tips = arrows.map((arrow) => tip(arrow, scale)).map((at, i) => ({ ...arrows[i], at }));
      const visible = tips.filter(({ at }) => Math.hypot(at[0] - CX, at[1] - CY) > 0.5);
      element.dataset.scale = String(scale);
      element.replaceChildren(
        ...(scale > 0 ? rings(most, scale, lengthText) : []),
        ...(visible.length > 0 ? [s('circle', { class: 'origin', cx: CX, cy: CY, r: 2.5 })] : []),
        ...visible.map(line),
        ...(angle !== undefined && visible.length > 1 ? arc(angle) : []),
        ...labels(visible, angle),
      );
    },
  };
}

/** Where an arrow ends in the drawing, whose y points down. @param {Arrow} arrow @param {number} scale @returns {Vector} */
function tip({ to: [x, y], unscaled }, scale) {
  const length = Math.hypot(x, y);
  const factor = unscaled ? (length > 0 ? UNSCALED / length : 0) : scale;
  return [CX + x * factor, CY - y * factor];
}

/** Circles at round lengths, each with its length. @param {number} most @param {number} scale @param {(length: number) => string} lengthText */
function rings(most, scale, lengthText) {
  const every = round(most / 2.5);
  const count = Math.floor(most / every + 1e-9);
  return Array.from({ length: count }, (_, i) => (i + 1) * every).flatMap((length) => {
    const ring = s('circle', { class: 'ring', cx: CX, cy: CY, r: length * scale });
    const text = s('text', { class: 'ring-text', x: CX - length * scale, y: CY + 13, 'text-anchor': 'middle' }, lengthText(length));
    return [ring, text];
  });
}

/** The round number (1, 2 or 5, times a power of 10) next above `x`. @param {number} x */
function round(x) {
  const power = 10 ** Math.floor(Math.log10(x));
  return power * ([1, 2, 5].find((digit) => digit * power >= x) ?? 10);
}

/** @param {Arrow & { at: Vector }} arrow */
function line({ id, colour, dashed, at: [x, y] }) {
  const length = Math.hypot(x - CX, y - CY);
  const [ux, uy] = [(x - CX) / length, (y - CY) / length];
  const head = Math.min(HEAD, length / 2);
  const [bx, by] = [x - ux * head, y - uy * head];
  const half = 0.45 * head;
  const group = s('g', { class: dashed ? 'arrow dashed' : 'arrow', 'data-arrow': id, 'data-x': x, 'data-y': y });
  group.style.setProperty('--colour', colour);
  group.append(
    s('line', { x1: CX, y1: CY, x2: bx, y2: by }),
    s('path', { d: `M${x} ${y}L${bx - uy * half} ${by + ux * half}L${bx + uy * half} ${by - ux * half}z` }),
  );
  return group;
}

/**
 * The arc between the x axis and the direction at `angle`, with its degrees: inside it near the x axis, away from what lies
 * in the middle, or under the axis if it is too narrow for that.
 *
 * @param {number} angle
 */
function arc(angle) {
  const r = 24;
  const radians = (angle * Math.PI) / 180;
  const { x, y } = degreesAt(angle);
  const text = s('text', { class: 'angle', x, y: y + 4, 'text-anchor': 'middle' }, `${Math.round(angle)}°`);
  const end = `${CX + r * Math.cos(radians)} ${CY - r * Math.sin(radians)}`;
  return [s('path', { class: 'arc', d: `M${CX + r} ${CY}A${r} ${r} 0 0 0 ${end}` }), text];
}

/** Where the degrees stand. @param {number} angle @returns {Box} */
const degreesAt = (angle) => ({ x: CX + 44, y: angle > 45 ? CY - 11 : CY + 13, width: 34 });

/** Directions from a tip to its name, in eighths of a turn from the arrow's own: the first that is free is taken. */
const TURNS = [0, 1, -1, 2, -2, 3, -3];

/** The names at their tips: beyond them where that is free, else beside them. @param {(Arrow & { at: Vector })[]} arrows @param {number} [angle] */
function labels(arrows, angle) {
  const placed = angle === undefined ? [] : [degreesAt(angle)];
  return arrows.map(({ name, colour, at: [x, y] }) => {
    const width = 8 * name.length + 6;
    const direction = Math.atan2(y - CY, x - CX);
    const places = TURNS.map((turn) => {
      const side = direction + (turn * Math.PI) / 4;
      return {
        x: clamp(x + Math.cos(side) * (6 + width / 2), width / 2, WIDTH - width / 2),
        y: clamp(y + Math.sin(side) * 14, 8, HEIGHT - 8),
        width,
      };
    });
    const covered = places.map((place) => hidden(place, placed, arrows));
    const place = places[covered.indexOf(Math.min(...covered))];
    placed.push(place);
    const text = s('text', { class: 'tip', x: place.x, y: place.y + 4, 'text-anchor': 'middle' }, name);
    text.style.setProperty('--colour', colour);
    return text;
  });
}

/** A name's place, by its middle. @typedef {{ x: number, y: number, width: number }} Box */

/** How much a name would hide: another name is worse than a stretch of an arrow. @param {Box} box @param {Box[]} names @param {{ at: Vector }[]} arrows */
function hidden(box, names, arrows) {
  const over = names.filter(
    ({ x, y, width }) => Math.abs(x - box.x) < (width + box.width) / 2 && Math.abs(y - box.y) < LINE_HEIGHT,
  );
  const points = arrows.flatMap(({ at: [x, y] }) =>
    Array.from({ length: POINTS + 1 }, (_, i) => [CX + ((x - CX) * i) / POINTS, CY + ((y - CY) * i) / POINTS]),
  );
  const crossed = points.filter(
    ([x, y]) => Math.abs(x - box.x) < box.width / 2 && Math.abs(y - box.y) < LINE_HEIGHT / 2,
  );
  return over.length * 2 * POINTS + crossed.length;
}

/** @param {number} x @param {number} least @param {number} most */
const clamp = (x, least, most) => Math.min(most, Math.max(least, x));
