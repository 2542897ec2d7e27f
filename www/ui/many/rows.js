// The rows of a long table: elements for those on the screen and some around them, which are filled anew as one scrolls. A table of
// a hundred thousand rows so costs no more than one of forty.
//
// Rows stand at absolute places in a body that is as high as all of them, since their heights differ: of a row that was never on the
// screen the mean of the others is assumed, and where that turns out wrong, what the reader looks at stays in place. A row that has
// the focus keeps its element wherever one scrolls, and so do its neighbours, so that Tab leads to them.

import { Heights } from './heights.js';

/** All rows of a table that has no more have an element: the browser's search finds them. */
const FEW = 40;
/** Rows beyond the screen on either side: frames in which one scrolls fast show no gap. */
const MARGIN = 6;
/** Assumed before any row was measured, in px. */
const USUAL_HEIGHT = 36;
/** Differences below this, in px, are rounding. */
const SAME = 0.25;

/**
 * @typedef {object} RowsOptions
 * @property {HTMLElement} scroller Contains the table.
 * @property {HTMLElement} body Is empty at first.
 * @property {() => HTMLElement} make Makes an element for any row.
 * @property {(element: HTMLElement, row: number) => void} fill Shows a row in an element that may have shown another one.
 * @property {(row: number) => object} keyOf An object that stays the same as long as the row's content does.
 */

/** @param {RowsOptions} options */
export function createRows({ scroller, body, make, fill, keyOf }) {
  const heights = new Heights();
  /** Heights that were measured at the width that the rows have. @type {WeakMap<object, number>} */
  let measured = new WeakMap();
  /** Assumed of the others. Absent until some are measured. @type {number | undefined} */
  let usual;
  /** Of the scroller. */
  let [width, height] = [0, 0];
  /** Of the body. */
  let total = -1;
  /** The rows that have an element. @type {Map<number, HTMLElement>} */
  const shown = new Map();
  /** @type {WeakMap<Element, number>} */
  const rowOf = new WeakMap();
  /** Where each element stands. @type {WeakMap<HTMLElement, number>} */
  const tops = new WeakMap();
  /** Elements without a row. @type {HTMLElement[]} */
  let spare = [];
  /** @type {number | undefined} */
  let frame;

  const focused = () => body.querySelector(':scope > :focus-within');

  /** The rows that are to have an element, in order. */
  function wanted() {
    const { scrollTop, clientHeight } = scroller;
    const last = heights.count - 1;
    const isShort = heights.count <= FEW;
    const from = isShort ? 0 : Math.max(0, heights.at(scrollTop) - MARGIN);
    const to = isShort ? last : Math.min(last, heights.at(scrollTop + clientHeight) + MARGIN);
    const rows = new Set(Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i));
    const focus = rowOf.get(/** @type {Element} */ (focused()));
    if (focus !== undefined) for (const row of [focus - 1, focus, focus + 1]) if (row >= 0 && row <= last) rows.add(row);
    return [...rows].sort((a, b) => a - b);
  }

  /** @param {number} row @param {HTMLElement} element */
  function leave(row, element) {
    shown.delete(row);
    rowOf.delete(element);
    spare.push(element);
  }

  function made() {
    const element = make();
    resized.observe(element);
    return element;
  }

  /** Gives each row that is wanted an element. @returns {number[]} The rows that had none. */
  function mount() {
    const rows = wanted();
    const isWanted = new Set(rows);
    for (const [row, element] of shown) if (!isWanted.has(row)) leave(row, element);
    const fresh = [];
    /** @type {Element | null} */
    let next = body.firstElementChild;
    for (const row of rows) {
      const known = shown.get(row);
      const element = known ?? spare.shift() ?? made();
      if (!known) {
        shown.set(row, element);
        rowOf.set(element, row);
        fill(element, row);
        fresh.push(row);
        // After a jump, all elements stay where they are.
        if (element !== next) body.insertBefore(element, next);
      }
      next = element.nextElementSibling;
    }
    for (const element of spare) element.remove();
    return fresh;
  }

  /** @param {Iterable<number>} rows @returns {boolean} Whether one is of another height than was known. */
  function measure(rows) {
    let isOther = false;
    for (const row of rows) {
      const { height } = /** @type {HTMLElement} */ (shown.get(row)).getBoundingClientRect();
      measured.set(keyOf(row), height);
      if (Math.abs(height - heights.of(row)) < SAME) continue;
      heights.set(row, height);
      isOther = true;
    }
    return isOther;
  }

  /** Writes only what has changed: a style that is set makes a browser lay the row out anew, even if it is the same. */
  function place() {
    if (total !== heights.total) body.style.height = `${(total = heights.total)}px`;
    for (const [row, element] of shown) {
      const top = Math.round(64 * heights.top(row)) / 64; // in the steps that browsers lay out in
      if (tops.get(element) === top) continue;
      element.style.top = `${top}px`;
      tops.set(element, top);
    }
  }

  const heightOf = (/** @type {number} */ row) => measured.get(keyOf(row)) ?? usual ?? USUAL_HEIGHT;

  /** Takes the mean of the first rows that are measured for the height of all others. */
  function assume() {
    if (usual !== undefined || shown.size === 0) return;
    usual = [...shown.keys()].reduce((sum, row) => sum + heights.of(row), 0) / shown.size;
    heights.fill(heights.count, heightOf);
  }

  /** Keeps the row that the reader looks at where it is on the screen while heights before it change. @param {() => void} change */
  function hold(change) {
    const anchor = heights.at(scroller.scrollTop);
    const before = heights.top(anchor);
    change();
    place();
    const moved = heights.top(anchor) - before;
    if (Math.abs(moved) > SAME) scroller.scrollTop += moved;
  }

  /** Shows the rows of the place that is scrolled to. */
  function update() {
    if (scroller.clientHeight === 0) return; // Out of sight, where nothing has a height.
    // Rows that are lower than it was assumed leave room for others.
    for (let isOther = true; isOther; ) {
      const fresh = mount();
      if (fresh.length === 0) break;
      hold(() => {
        isOther = measure(fresh);
        assume();
      });
    }
  }

  /** Measures all elements anew: rows are of another width or size. */
  function renew() {
    if (scroller.clientHeight === 0) return;
    hold(() => {
      forget();
      measure(shown.keys());
      assume();
    });
    update();
  }

  function forget() {
    measured = new WeakMap();
    usual = undefined;
  }

  // Measured in the next frame: an observer that resizes what it observes is an error.
  const resized = new ResizeObserver((entries) => {
    let isOther = shown.size === 0;
    for (const { target, borderBoxSize } of entries) {
      const [{ blockSize, inlineSize }] = borderBoxSize;
      const row = rowOf.get(target);
      if (row !== undefined) isOther ||= Math.abs(blockSize - heights.of(row)) > 1;
      if (target !== scroller) continue;
      isOther ||= inlineSize !== width || blockSize !== height;
      [width, height] = [inlineSize, blockSize];
    }
    if (isOther)
      frame ??= requestAnimationFrame(() => {
        frame = undefined;
        renew();
      });
  });
  resized.observe(scroller);
  scroller.addEventListener('scroll', update, { passive: true });

  return {
    /** The elements on the page, by row. @type {ReadonlyMap<number, HTMLElement>} */
    shown,

    /** The row that an element inside of it belongs to. @param {Element} element @returns {number} -1 if to none. */
    rowOf: (element) => rowOf.get(/** @type {Element} */ (element.closest('tr'))) ?? -1,

    /**
     * Shows another content: all rows are filled anew.
     *
     * @param {number} count
     * @param {{ top?: boolean, remake?: boolean }} [options] `top`: scrolls to the first row; `remake`: the elements do not fit it.
     */
    reset(count, { top = false, remake = false } = {}) {
      if (remake) {
        for (const element of [...shown.values(), ...spare]) {
          resized.unobserve(element);
          element.remove();
        }
        shown.clear();
        spare = [];
        forget();
      }
      if (top) scroller.scrollTop = 0;
      heights.fill(count, heightOf);
      for (const [row, element] of shown) {
        if (row < count) fill(element, row);
        else leave(row, element);
      }
      if (shown.size > 0) measure(shown.keys());
      place();
      update();
      for (const element of spare) element.remove(); // Where the table is out of sight, nothing else does.
    },

    /** The height of a row may have changed. @param {number} row */
    changed(row) {
      if (shown.has(row) && measure([row])) place();
    },

    /**
     * Scrolls a row onto the screen.
     *
     * @param {number} row
     * @returns {HTMLElement | undefined} Its element; undefined if there is no such row.
     */
    reveal(row) {
      if (row < 0 || row >= heights.count) return undefined;
      const head = body.getBoundingClientRect().top - scroller.getBoundingClientRect().top + scroller.scrollTop;
      const [top, bottom] = [heights.top(row), heights.top(row + 1)];
      const { scrollTop, clientHeight } = scroller;
      if (top < scrollTop) scroller.scrollTop = top;
      else if (bottom > scrollTop + clientHeight - head) scroller.scrollTop = bottom - clientHeight + head;
      update();
      return shown.get(row);
    },

    destroy() {
      resized.disconnect();
      if (frame !== undefined) cancelAnimationFrame(frame);
    },
  };
}
