// The numbers behind a chart: a table that opens under it, is filled when it is first opened, and then keeps up with the
// chart once a second.

import { brief } from './brief.js';
import { h } from './dom.js';

const KEEP_UP_MS = 1000;
/** So many rows are made at a time: a run may have tens of thousands of steps. */
const ROWS_AT_ONCE = 500;

/**
 * @typedef {object} DataTableOptions
 * @property {string} summary What opens it.
 * @property {string} caption
 * @property {string[]} columns Their names; the first is that of the rows' heads.
 * @property {string[]} [heads] What is shown of these; absent: their beginnings.
 * @property {() => number} length How many rows there are.
 * @property {(i: number) => string[]} row The i-th row's cells.
 * @property {boolean} [open]
 */

/** @param {DataTableOptions} options */
export function createDataTable({ summary, caption, columns, heads = columns.map((name) => brief(name)), length, row, open = false }) {
  const body = h('tbody');
  const head = h('tr', {}, ...columns.map((title, i) => h('th', { scope: 'col', title }, heads[i])));
  const table = h('table', {}, h('caption', { className: 'sr' }, caption), h('thead', {}, head), body);
  const element = h(
    'details',
    { className: 'data-table', open },
    h('summary', {}, summary),
    h('div', { className: 'data-scroll', tabIndex: 0, role: 'region', 'aria-label': caption }, table),
  );
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** Rows from here on are missing or have other numbers by now. */
  let stale = 0;

  function render() {
    clearTimeout(timer);
    timer = undefined;
    if (!element.open) return;
    const end = Math.min(length(), stale + ROWS_AT_ONCE);
    for (let i = stale; i < end; i++) {
      const cells = row(i);
      const line = body.rows[i] ?? body.appendChild(emptyRow(cells.length));
      for (const [c, text] of cells.entries())
        if (line.cells[c].textContent !== text) line.cells[c].textContent = text;
    }
    stale = end;
    if (end < length()) timer = setTimeout(render);
  }

  element.addEventListener('toggle', render);

  return {
    element,

    /** There are other numbers, or more. @param {number} [from] The first row that is concerned. */
    changed(from = 0) {
      stale = Math.min(stale, from);
      if (element.open) timer ??= setTimeout(render, KEEP_UP_MS);
    },

    destroy() {
      clearTimeout(timer);
    },
  };
}

/** @param {number} cells */
const emptyRow = (cells) =>
  h('tr', {}, h('th', { scope: 'row' }), ...Array.from({ length: cells - 1 }, () => h('td')));
