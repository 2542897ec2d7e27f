// Points in a plane, each with a marker of its class; one of them can be pointed at, by pointer or arrow keys. Both axes
// have one scale. Knows neither sentences nor frames.

import { h, s } from '../ui/dom.js';

/** @typedef {import('./frames.js').Point} Point */
/** @typedef {import('./frames.js').Bounds} Bounds */

/**
 * @typedef {object} Marker
 * @property {string} shape Path data in a square of 16 about the origin.
 * @property {boolean} hollow
 */

/**
 * The classes' markers, told apart in black and white too. @type {Marker[]}
 */
const MARKERS = [
  { shape: 'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0-10 0z', hollow: false },
  { shape: 'M0-6.2L6.2 0L0 6.2L-6.2 0z', hollow: true },
  { shape: 'M0-5.8L5.6 4.4L-5.6 4.4z', hollow: false },
  { shape: 'M-4.4-4.4h8.8v8.8h-8.8z', hollow: true },
  { shape: 'M-1.6-5.6h3.2v4h4v3.2h-4v4h-3.2v-4h-4v-3.2h4z', hollow: false },
  { shape: 'M0 5.8L5.6-4.4L-5.6-4.4z', hollow: true },
];
/** Marker of a point without a class. @type {Marker} */
const NONE = { shape: 'M-2.2 0a2.2 2.2 0 1 0 4.4 0a2.2 2.2 0 1 0-4.4 0z', hollow: false };
/** Room about the outermost points, and how near a pointer must come to one. */
const [MARGIN, NEAR] = [16, 28];
/** How many of a point's earlier places are drawn. */
const TAIL = 4;
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** @param {number} c The class; -1: none. */
const markerOf = (c) => (c < 0 ? NONE : MARKERS[c % MARKERS.length]);

/**
 * A marker as in the plane, for a legend.
 *
 * @param {number} c
 * @param {number} of How many classes there are.
 */
export function markerIcon(c, of) {
  const icon = s('svg', { class: 'marker-icon', viewBox: '-8 -8 16 16', 'aria-hidden': 'true' });
  icon.append(dress(s('path', { d: markerOf(c).shape }), c, of));
  return icon;
}

/** Gives a marker its class's look. @param {SVGElement} mark @param {number} c @param {number} of */
function dress(mark, c, of) {
  mark.setAttribute('class', `marker ${c < 0 ? 'none' : markerOf(c).hollow ? 'hollow' : 'solid'}`);
  // From one end of the task's shades to the other.
  mark.style.setProperty('--shade', String(of > 1 ? (2 * Math.max(0, c)) / (of - 1) - 1 : 0));
  return mark;
}

/**
 * @param {object} options
 * @param {(i: number) => string} options.name A point's description.
 * @param {(i: number | undefined, at: Point, size: { width: number, height: number }) => void} options.point Which is
 *   pointed at, and where it is on the stage.
 */
export function createScatter({ name, point }) {
  const trails = s('g', { class: 'trails', 'aria-hidden': 'true' });
  const marks = s('g', { role: 'none' });
  const ring = s('circle', { class: 'ring', r: 11, 'aria-hidden': 'true' });
  const axes = s('path', { class: 'axes', 'aria-hidden': 'true' });
  const svg = s('svg', { role: 'none', class: 'scatter' }, axes, trails, ring, marks);
  const element = h('div', { className: 'map-points', role: 'listbox', tabIndex: 0 }, svg);
  ring.style.display = 'none';

  /** @type {SVGElement[]} */
  let dots = [];
  /** @type {SVGElement[]} */
  let paths = [];
  /** On the stage. @type {Point[]} */
  let at = [];
  let size = { width: 0, height: 0 };
  /** @type {{ points: Point[], bounds: Bounds, past: Point[][] } | undefined} */
  let drawn;
  /** @type {number | undefined} */
  let active;

  /** From the plane to the stage: y points up there, and down here. */
  function projection() {
    const { x, y } = drawn?.bounds ?? { x: [0, 1], y: [0, 1] };
    const [width, height] = [x[1] - x[0] || 1, y[1] - y[0] || 1];
    const scale = Math.max(0, Math.min((size.width - 2 * MARGIN) / width, (size.height - 2 * MARGIN) / height));
    return (/** @type {Point} */ [px, py]) => /** @type {Point} */ ([
      size.width / 2 + (px - (x[0] + x[1]) / 2) * scale,
      size.height / 2 - (py - (y[0] + y[1]) / 2) * scale,
    ]);
  }

  function place() {
    if (!drawn || size.width === 0) return;
    const project = projection();
    at = drawn.points.map(project);
    for (const [i, [x, y]] of at.entries()) {
      dots[i].setAttribute('transform', `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
      trail(i);
    }
    const [ox, oy] = project([0, 0]);
    axes.setAttribute('d', `M0 ${oy.toFixed(1)}H${size.width}M${ox.toFixed(1)} 0V${size.height}`);
    mark();
  }

  /** Where a point comes from: of the one pointed at all its way, of the others the end of it. @param {number} i */
  function trail(i) {
    const project = projection();
    const steps = drawn?.past.slice(i === active ? 0 : -TAIL) ?? [];
    const way = [...steps.map((frame) => project(frame[i])), at[i]];
    paths[i].setAttribute('points', way.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(' '));
  }

  function mark() {
    for (const list of [dots, paths])
      for (const [i, one] of list.entries()) one.classList.toggle('active', i === active);
    for (const [i, dot] of dots.entries()) dot.setAttribute('aria-selected', String(i === active));
    ring.style.display = active === undefined ? 'none' : '';
    if (active === undefined) {
      element.removeAttribute('aria-activedescendant');
      return;
    }
    const [x, y] = at[active];
    ring.setAttribute('cx', String(x));
    ring.setAttribute('cy', String(y));
    element.setAttribute('aria-activedescendant', dots[active].id);
  }

  /** @param {number | undefined} i */
  function activate(i) {
    const before = active;
    active = i;
    if (before !== i) for (const one of [before, i]) if (one !== undefined) trail(one);
    mark();
    point(i, i === undefined ? [0, 0] : at[i], size);
  }

  /** @param {Point} from @param {(dx: number, dy: number) => number} distance @param {number} [most] Beyond it there is none. */
  function nearest([x, y], distance, most = Infinity) {
    /** @type {number | undefined} */
    let best;
    let least = most;
    for (const [i, [px, py]] of at.entries()) {
      const d = distance(px - x, py - y);
      if (d < least) [best, least] = [i, d];
    }
    return best;
  }

  /** @param {PointerEvent} event */
  function pointAt({ clientX, clientY }) {
    const { left, top } = element.getBoundingClientRect();
    activate(nearest([clientX - left, clientY - top], Math.hypot, NEAR));
  }
  element.addEventListener('pointermove', pointAt);
  element.addEventListener('pointerdown', pointAt);
  // A lifted finger leaves too, and then the reader wants to read about the point.
  element.addEventListener('pointerleave', ({ pointerType }) => {
    if (pointerType !== 'touch') activate(undefined);
  });
  element.addEventListener('blur', () => activate(undefined));
  element.addEventListener('keydown', (event) => {
    const arrow = ARROWS[event.key];
    if (event.key === 'Escape') return activate(undefined);
    if (!arrow || at.length === 0) return;
    event.preventDefault();
    if (active === undefined) return activate(nearest([size.width / 2, size.height / 2], Math.hypot));
    // The nearest point ahead; one off to the side only if there is none ahead.
    const [ax, ay] = arrow;
    const next = nearest(at[active], (x, y) => {
      const ahead = ax * x + ay * y;
      return ahead > 0 ? ahead + 2 * Math.abs(ay * x - ax * y) : Infinity;
    });
    if (next !== undefined) activate(next);
  });

  const resize = new ResizeObserver(() => {
    size = { width: element.clientWidth, height: element.clientHeight };
    svg.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
    place();
  });
  resize.observe(element);

  return {
    element,

    /**
     * Makes other points, one for each class number.
     *
     * @param {number[]} classes -1: of none.
     * @param {number} of How many classes there are.
     */
    dress(classes, of) {
      if (classes.length !== dots.length) {
        active = undefined;
        drawn = undefined;
        dots = classes.map((_, i) => s('path', { role: 'option', id: `point-${i}`, 'aria-selected': 'false' }));
        paths = classes.map(() => s('polyline'));
        marks.replaceChildren(...dots);
        trails.replaceChildren(...paths);
        activate(undefined);
      }
      for (const [i, c] of classes.entries()) {
        dress(dots[i], c, of).setAttribute('d', markerOf(c).shape);
        dots[i].setAttribute('aria-label', name(i));
        paths[i].style.setProperty('--shade', dots[i].style.getPropertyValue('--shade'));
      }
    },

    /**
     * @param {Point[]} points
     * @param {Bounds} bounds The ranges that need room.
     * @param {Point[][]} past Where they were, oldest first.
     */
    draw(points, bounds, past) {
      drawn = { points, bounds, past };
      place();
      if (active !== undefined) point(active, at[active], size);
    },

    destroy: () => resize.disconnect(),
  };
}
