// Arrows from one point, to scale, with rings as a ruler. Knows vectors and colours, and nothing of gradients.

import { s } from '../ui/dom.js';

/** @typedef {import('./plane.js').Vector} Vector */

/**
 * @typedef {object} Arrow
 * @property {string} id Stands in `data-arrow`, for those who look from outside.
 * @property {string} name Stands at its tip.
 * @property {string} colour A CSS colour.
 * @property {Vector} to
 * @property {boolean} [dashed]
 * @property {boolean} [unscaled] Only its direction counts: it is drawn at a length of its own.
 */

/** The drawing's size in its own units; CSS gives it the page's. */
const [WIDTH, HEIGHT] = [360, 290];
/** Where all arrows begin. Two gradients lie in the upper half; what is below is the room for a step that went astray. */
const [CX, CY] = [WIDTH / 2, 196];
/** How long the longest arrow is, and how long one that is not to scale. */
const LONGEST = 148;
const UNSCALED = 92;
const HEAD = 9;

/** @param {(length: number) => string} lengthText What stands at a ring. */
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
        ...labels(visible),
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
  const [x, y] = angle > 45 ? [CX + 44, CY - 7] : [CX + 44, CY + 17];
  const text = s('text', { class: 'angle', x, y, 'text-anchor': 'middle' }, `${Math.round(angle)}°`);
  const end = `${CX + r * Math.cos(radians)} ${CY - r * Math.sin(radians)}`;
  return [s('path', { class: 'arc', d: `M${CX + r} ${CY}A${r} ${r} 0 0 0 ${end}` }), text];
}

/** The names, a little beyond the tips, none over another. @param {(Arrow & { at: Vector })[]} arrows */
function labels(arrows) {
  /** @type {{ x: number, y: number, width: number }[]} */
  const placed = [];
  return arrows.map(({ name, colour, at: [x, y] }) => {
    const length = Math.hypot(x - CX, y - CY);
    const width = 9 * name.length + 6;
    const place = {
      x: clamp(x + ((x - CX) / length) * (6 + width / 2), width / 2, WIDTH - width / 2),
      y: clamp(y + ((y - CY) / length) * 14 + 4, 12, HEIGHT - 4),
      width,
    };
    const clashes = () =>
      placed.some(
        (other) => Math.abs(other.x - place.x) < (width + other.width) / 2 && Math.abs(other.y - place.y) < 15,
      );
    for (let tries = 0; tries < 8 && clashes(); tries++) place.y += place.y > HEIGHT - 30 ? -45 : 15;
    placed.push(place);
    const text = s('text', { class: 'tip', x: place.x, y: place.y, 'text-anchor': 'middle' }, name);
    text.style.setProperty('--colour', colour);
    return text;
  });
}

/** @param {number} x @param {number} least @param {number} most */
const clamp = (x, least, most) => Math.min(most, Math.max(least, x));
