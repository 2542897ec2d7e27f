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
/** So much, in px, the body's height may be off while its last row is far. */
const ROUGH = 100;

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
  /** Of the body, as it was written last. */
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
  /** The frame in which the elements are put into order. */
  let sorting = 0;

  const focused = () => body.querySelector(':scope > :focus-within');

  /** The rows that are to have an element, in order. @param {number} scrollTop @param {number} clientHeight */
  function wanted(scrollTop, clientHeight) {
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

  /**
   * Gives each row that is wanted an element.
   *
   * @param {number} scrollTop
   * @param {number} clientHeight
   * @returns {number[]} The rows that had none.
   */
  function mount(scrollTop, clientHeight) {
    const rows = wanted(scrollTop, clientHeight);
    const isWanted = new Set(rows);
    for (const [row, element] of shown) if (!isWanted.has(row)) leave(row, element);
    const fresh = rows.filter((row) => !shown.has(row));
    for (const row of fresh) {
      const element = spare.shift() ?? made();
      shown.set(row, element);
      rowOf.set(element, row);
      fill(element, row);
      if (!element.isConnected) body.append(element);
    }
    for (const element of spare) element.remove();
    if (fresh.length > 0) sortLater();
    return fresh;
  }

  /** Puts the elements into the order of their rows, which Tab follows. What has the focus would lose it if it were moved: others are. */
  function sort() {
    cancelAnimationFrame(sorting);
    const focus = focused();
    let next = body.firstElementChild;
    for (const [, element] of Array.from(shown).sort(([one], [other]) => one - other)) {
      while (element === focus && next && next !== focus) {
        const later = next;
        next = next.nextElementSibling;
        body.append(later);
      }
      if (element === next) next = next.nextElementSibling;
      else body.insertBefore(element, next);
    }
  }

  /** A row that is moved in the document is laid out anew, which takes as long as all else, so they wait until scrolling rests. */
  function sortLater() {
    cancelAnimationFrame(sorting);
    sorting = requestAnimationFrame(() => (sorting = requestAnimationFrame(sort)));
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

  /** Writes only what has changed. The body's height matters little before its end is near. */
  function place() {
    const mayBeOff = heights.count > FEW && !shown.has(heights.count - 1) ? ROUGH : 0;
    if (Math.abs(heights.total - total) > mayBeOff) body.style.height = `${(total = heights.total)}px`;
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

  /**
   * Keeps the row that the reader looks at where it is on the screen while heights before it change.
   *
   * @param {number} scrollTop
   * @param {() => void} change
   * @returns {number} What is scrolled to then.
   */
  function hold(scrollTop, change) {
    const anchor = heights.at(scrollTop);
    const before = heights.top(anchor);
    change();
    place();
    const moved = heights.top(anchor) - before;
    if (Math.abs(moved) <= SAME) return scrollTop;
    scroller.scrollTop = scrollTop + moved;
    return scroller.scrollTop;
  }

  /**
   * Shows the rows of the place that is scrolled to. What is asked of the layout after something was changed has the browser lay all
   * out once more, so the rows get their places before they are measured, and the scroller is asked once.
   */
  function update() {
    let { scrollTop, clientHeight } = scroller;
    if (clientHeight === 0) return; // Out of sight, where nothing has a height.
    // Rows that are lower than it was assumed leave room for others.
    for (let isOther = true; isOther; ) {
      const fresh = mount(scrollTop, clientHeight);
      if (fresh.length === 0) break;
      place();
      scrollTop = hold(scrollTop, () => {
        isOther = measure(fresh);
        assume();
      });
    }
  }

  /** Measures all elements anew: rows are of another width or size. */
  function renew() {
    if (scroller.clientHeight === 0) return;
    hold(scroller.scrollTop, () => {
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
  scroller.addEventListener('keydown', sort, { capture: true });

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
      sort();
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
      sort();
      return shown.get(row);
    },

    destroy() {
      resized.disconnect();
      if (frame !== undefined) cancelAnimationFrame(frame);
      cancelAnimationFrame(sorting);
    },
  };
}
