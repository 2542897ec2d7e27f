// The table of sentences: one row a sentence, one column of labels a task, every cell editable in place.
//
// Only rows on the screen and some around them have elements (ui/many/rows.js), and a cell gets its choices when it is about to open
// (label-cells.js), so neither thousands of sentences nor thousands of classes cost more than a screenful.

import { addRow, labelOf, removeRow, setLabel, setText } from '../lab/document/sentences.js';
import { h, taskColour } from '../ui/dom.js';
import { createRows } from '../ui/many/rows.js';
import { MANY } from '../ui/many/search-field.js';
import { createLabelCells } from './label-cells.js';

/** @typedef {import('./painting.js').Brush} Brush The label that a click in the table gives, and its task. */
/** @typedef {import('./label-cells.js').Field} Field */
/** The elements of a row. @typedef {{ number: HTMLElement, text: HTMLTextAreaElement, twin: HTMLElement, fields: Field[], remover: HTMLElement }} Parts */

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {object} options
 * @param {(task: string) => void} options.editTask Opens the dialog that renames or removes a task and its classes.
 * @param {(row: number, label: string) => void} options.painted The brush has given a label to a row, counted from 0.
 */
export function createTable(lab, { editTask, painted }) {
  const words = lab.words.sentences;
  const { store } = lab;
  const head = h('tr', { role: 'row', 'aria-rowindex': 1, dataset: { part: 'table-head' } });
  const body = h('tbody', { role: 'rowgroup', dataset: { part: 'table-body' } });
  const table = h(
    'table',
    { className: 'sentences', role: 'table', 'aria-describedby': 'table-summary' },
    h('thead', { role: 'rowgroup' }, head),
    body,
  );
  const scroller = h(
    'div',
    { className: 'table-scroll', tabIndex: 0, role: 'region', 'aria-label': words.table, dataset: { part: 'table-scroll' } },
    table,
  );
  const summary = h('p', { className: 'summary', id: 'table-summary', dataset: { part: 'table-summary' } }, '\u00a0');
  /** For each row, whether the run holds it out; empty while no run matches the table. @type {boolean[]} */
  let heldOut = [];
  let heldOutCount = 0;
  /** The rows that the step being executed trains on. @type {Set<number>} */
  let batch = new Set();
  /** @type {Brush | undefined} */
  let brush;
  /** The name of the set of sentences that the rows show. */
  let shownName = '';
  /** The columns that the rows' elements have, as JSON. */
  let columns = '';
  /** @type {WeakMap<HTMLElement, Parts>} */
  const partsOf = new WeakMap();

  const rows = createRows({ scroller, body, make, fill, keyOf: (row) => store.doc.table.examples[row] });
  const rowOf = (/** @type {Element} */ element) => rows.rowOf(element);
  const labels = createLabelCells(lab, body, rowOf, fieldOf);

  // ---- drawing

  /** Shows the document anew. @param {boolean} keepPlace Whether to keep the scroll position. */
  function render(keepPlace) {
    const { tasks, examples, name } = store.doc.table;
    labels.endNaming();
    shownName = name;
    head.replaceChildren(
      h('th', { className: 'n', scope: 'col', role: 'columnheader' }, h('span', { className: 'sr' }, words.row)),
      h('th', { className: 'text', scope: 'col', role: 'columnheader' }, words.text),
      ...tasks.map((task, k) => headCell(task.name, k)),
      h('th', { className: 'x', scope: 'col', role: 'columnheader' }, h('span', { className: 'sr' }, words.removeColumn)),
    );
    table.style.setProperty('--label-columns', String(tasks.length));
    table.style.setProperty('--digits', String(String(examples.length).length));
    table.setAttribute('aria-rowcount', String(examples.length + 1));
    const next = JSON.stringify(tasks.map((task) => [task.name, task.labels.length > MANY]));
    rows.reset(examples.length, { top: !keepPlace, remake: next !== columns });
    columns = next;
    summarise();
  }

  /** @param {string} task @param {number} k */
  function headCell(task, k) {
    const button = h('button', { type: 'button', dir: 'auto', className: 'task-name', title: `${task}\n${words.editTask}` }, task);
    button.addEventListener('click', () => editTask(task));
    const cell = h('th', { scope: 'col', role: 'columnheader', className: 'label' }, button);
    cell.style.setProperty('--task', taskColour(k));
    return cell;
  }

  /** A row's element, for any row. */
  function make() {
    const number = h('td', { className: 'n', role: 'cell' });
    const text = h('textarea', { rows: 1, spellcheck: false });
    // The twin holds the same text and gives the field its height; see .grow in sentences.css.
    const twin = h('div', { className: 'grow' }, text);
    const cells = store.doc.table.tasks.map((task, k) => labels.cell(task, k));
    const remover = h('button', { type: 'button', className: 'remove' }, '×');
    const element = h(
      'tr',
      { role: 'row' },
      number,
      h('td', { className: 'text', role: 'cell' }, twin),
      ...cells,
      h('td', { className: 'x', role: 'cell' }, remover),
    );
    const fields = cells.map((cell) => /** @type {Field} */ (cell.firstElementChild));
    partsOf.set(element, { number, text, twin, fields, remover });
    return element;
  }

  /** @param {HTMLElement} element @param {number} row */
  function fill(element, row) {
    const example = store.doc.table.examples[row];
    const { number, text, twin, fields, remover } = parts(element);
    element.setAttribute('aria-rowindex', String(row + 2));
    number.textContent = String(row + 1);
    text.value = twin.dataset.twin = example.text;
    text.setAttribute('aria-label', words.textOf(row + 1));
    for (const field of fields) labels.show(field, row);
    showPaintable(fields);
    remover.setAttribute('aria-label', words.remove(row + 1));
    mark(element, row);
  }

  const parts = (/** @type {HTMLElement} */ element) => /** @type {Parts} */ (partsOf.get(element));

  /** The field of a row's label, if the row has an element. @param {number} row @param {string} task */
  function fieldOf(row, task) {
    const element = rows.shown.get(row);
    return element && parts(element).fields.find(({ dataset }) => dataset.task === task);
  }

  /** Marks the cells that the brush gives a label to. @param {Field[]} fields */
  function showPaintable(fields) {
    for (const field of fields) field.parentElement?.classList.toggle('paintable', field.dataset.task === brush?.task);
  }

  /**
   * Shows whether a row is held out and whether the current step trains on it.
   *
   * @param {HTMLElement} element
   * @param {number} row
   */
  function mark(element, row) {
    const held = heldOut[row] ?? false;
    const trains = batch.has(row);
    element.classList.toggle('held-out', held);
    element.classList.toggle('in-batch', trains);
    const { number: cell } = parts(element);
    const spoken = held ? words.rowHeldOut(row + 1) : String(row + 1);
    cell.title = held ? words.heldOut : '';
    cell.setAttribute('aria-label', trains ? words.rowInBatch(spoken) : spoken);
  }

  function summarise() {
    if (!store.isOpen) return;
    const { examples, tasks, name, preset, edited } = store.doc.table;
    summary.replaceChildren(words.countOf(examples.length, tasks.length));
    if (heldOutCount > 0) summary.append(', ', h('span', { className: 'held-out-key' }, words.heldOutCount(heldOutCount)));
    if (batch.size > 0) summary.append(', ', h('span', { className: 'in-batch-key' }, words.inBatchCount(batch.size)));
    if (!preset) summary.append(h('span', { dir: 'auto', className: 'edited' }, edited ? words.edited(name) : words.from(name)));
  }

  // ---- editing

  /** Gives a row the brush's label. @param {number} row */
  function paint(row) {
    if (!brush) return;
    const { task, label } = brush;
    if (labelOf(store.doc.table.examples[row], task) !== label) {
      store.editTable('cell', (table) => setLabel(table, row, task, label));
      const field = fieldOf(row, task);
      if (field) labels.showLabel(field, label);
    }
    painted(row, label);
  }

  body.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLTextAreaElement)) return;
    if (target.parentElement) target.parentElement.dataset.twin = target.value;
    rows.changed(rowOf(target));
    lab.point(target.value);
  });

  body.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLTextAreaElement)) return;
    const row = rowOf(target);
    const text = target.value.replace(/\s*\n\s*/g, ' ').trim();
    store.editTable('cell', (table) => setText(table, row, text));
  });

  body.addEventListener('click', (event) => {
    const { target } = event;
    if (!(target instanceof Element)) return;
    const row = rowOf(target);
    if (target.closest('.paintable')) {
      event.preventDefault();
      return paint(row);
    }
    if (!target.matches('.remove')) return;
    store.editTable('rows', (table) => removeRow(table, row));
    const next = rows.reveal(Math.min(row, store.doc.table.examples.length - 1));
    if (next) parts(next).remover.focus();
  });

  body.addEventListener('keydown', (event) => {
    const { target, key } = event;
    if (target instanceof HTMLTextAreaElement && key === 'Enter' && !event.isComposing) {
      // Enter ends the sentence and goes on to the next: a sentence has no line breaks.
      event.preventDefault();
      const next = rows.reveal(rowOf(target) + 1);
      if (next) parts(next).text.focus();
      else target.blur();
    } else if (target instanceof HTMLElement && target.dataset.task !== undefined && target.closest('.paintable')) {
      // While the reader holds a brush, the keys that would open the field paint and move instead.
      const move = { ArrowDown: 1, ArrowUp: -1 }[key];
      if (move === undefined && key !== ' ' && key !== 'Enter') return;
      event.preventDefault();
      const row = rowOf(target);
      if (move === undefined) paint(row);
      else if (rows.reveal(row + move)) fieldOf(row + move, target.dataset.task)?.focus({ preventScroll: true });
    }
  });
  // Tells the other views which sentence is under the pointer or has the focus.
  for (const type of ['pointerover', 'focusin'])
    body.addEventListener(type, ({ target }) => {
      const field = target instanceof Element ? target.closest('tr')?.querySelector('textarea') : null;
      if (field) lab.point(field.value);
    });

  return {
    scroller,
    summary,
    /** The list of classes that a field in the table may open; it stands beside the table. */
    list: labels.search.element,

    /** Adds a blank row at the top of the table and focuses its sentence. */
    addRow() {
      store.editTable('rows', (table) => addRow(table));
      const first = rows.reveal(0);
      if (first) parts(first).text.focus();
    },

    /** Scrolls a row onto the screen and focuses its sentence. @param {number} row */
    show(row) {
      const element = rows.reveal(row);
      if (element) parts(element).text.focus();
    },

    /** Focuses a task's button in the table's head. @param {string | undefined} task @returns {boolean} Whether there is one. */
    focusTask(task) {
      const button = Array.from(head.querySelectorAll('button')).find(({ textContent }) => textContent === task);
      button?.focus();
      return button !== undefined;
    },

    /**
     * The reader took a brush up, or put it down.
     *
     * @param {Brush | undefined} next
     * @param {boolean} focus Whether to focus the brush's task in the first row on show.
     */
    setBrush(next, focus) {
      brush = next;
      for (const element of rows.shown.values()) showPaintable(parts(element).fields);
      if (!next || !focus) return;
      const top = scroller.getBoundingClientRect().top + head.offsetHeight;
      const [first = -1] = Array.from(rows.shown).flatMap(([row, element]) => (element.getBoundingClientRect().top >= top - 1 ? [row] : [])).sort((a, b) => a - b);
      fieldOf(first, next.task)?.focus({ preventScroll: true });
    },

    /** Shows an edit of the document. @param {import('../lab/document/store.js').Change} change */
    edit(change) {
      // An undo within the same set of sentences keeps the scroll position.
      if (change === 'data') render(store.doc.table.name === shownName);
      else if (change === 'rows') render(true);
      else if (change === 'cell') summarise();
    },

    /** Marks the held-out rows; an empty list unmarks all. @param {boolean[]} flags */
    setHeldOut(flags) {
      if (flags === heldOut) return;
      heldOut = flags;
      heldOutCount = flags.filter(Boolean).length;
      for (const [row, element] of rows.shown) mark(element, row);
      summarise();
    },

    /** Marks the rows of the step being executed. @param {number[]} next */
    setBatch(next) {
      if (next.length === 0 && batch.size === 0) return;
      const touched = new Set([...batch, ...next]);
      batch = new Set(next);
      // There may be many steps a second: only rows whose mark can have changed are touched.
      for (const [row, element] of rows.shown) if (touched.has(row)) mark(element, row);
      summarise();
    },

    destroy() {
      rows.destroy();
      labels.search.destroy();
    },
  };
}
