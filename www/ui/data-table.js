// The table of a chart's numbers. It is filled when the reader opens it; while it is open, it follows the chart once a second.

import { brief } from './brief.js';
import { h } from './dom.js';

const UPDATE_MS = 1000;
/** Number of rows made at a time: a run may have tens of thousands of steps. */
const ROWS_AT_ONCE = 500;

/**
 * @typedef {object} DataTableOptions
 * @property {string} summary Text of the control that opens the table.
 * @property {string} caption
 * @property {string[]} columns Names of the columns; the first column holds the row headers.
 * @property {string[]} [heads] Short names to show; absent: the beginnings of `columns`.
 * @property {() => number} length Number of rows.
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
  /** Index of the first row that is missing or outdated. */
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

    /** Call it when rows were added or changed. @param {number} [from] Index of the first such row. */
    changed(from = 0) {
      stale = Math.min(stale, from);
      if (element.open) timer ??= setTimeout(render, UPDATE_MS);
    },

    destroy() {
      clearTimeout(timer);
    },
  };
}

/** @param {number} cells */
const emptyRow = (cells) =>
  h('tr', {}, h('th', { dir: 'auto', scope: 'row' }), ...Array.from({ length: cells - 1 }, () => h('td', { dir: 'auto' })));
