// The table of sentences: one row a sentence, one column of labels a task, every cell editable in place.
//
// Rows are made as they scroll near, so that a file of thousands costs no more than a screenful; and a cell's choices when
// it is about to open, so that a task of hundreds of classes costs no more than one of two.

import { addClass, addRow, labelOf, removeRow, setLabel, setText } from '../lab/document/sentences.js';
import { h, taskColour } from '../ui/dom.js';

/** @typedef {import('./painting.js').Brush} Brush */

const ROWS_AT_ONCE = 40;
/** Value of the choice that asks for a new class. No label can be equal to it: neither files nor links bring U+0000 in. */
const NEW_CLASS = '\u0000';

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {object} options
 * @param {(task: string) => void} options.editTask Renames or removes a task and its classes.
 * @param {(row: number, label: string) => void} options.painted The brush gave a label to a row, counted from 0.
 */
export function createTable(lab, { editTask, painted }) {
  const words = lab.words.sentences;
  const { store } = lab;
  const head = h('tr', { role: 'row', dataset: { part: 'table-head' } });
  const body = h('tbody', { role: 'rowgroup', dataset: { part: 'table-body' } });
  const more = h('div', { className: 'more', hidden: true, dataset: { part: 'table-more' } });
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
    more,
  );
  const summary = h('p', { className: 'summary', id: 'table-summary', dataset: { part: 'table-summary' } }, '\u00a0');
  /** For each row, whether the run holds it out; empty while no run matches the table. @type {boolean[]} */
  let heldOut = [];
  /** The rows that the step being executed trains on. @type {Set<number>} */
  let batch = new Set();
  /** @type {Brush | undefined} */
  let brush;
  /** The name of the sentences on show. */
  let name = '';

  // ---- drawing

  /** @param {boolean} keepPlace */
  function render(keepPlace) {
    const { tasks } = store.doc.table;
    const shown = keepPlace ? Math.max(body.rows.length, ROWS_AT_ONCE) : ROWS_AT_ONCE;
    const top = keepPlace ? scroller.scrollTop : 0;
    name = store.doc.table.name;
    head.replaceChildren(
      h('th', { className: 'n', scope: 'col' }, h('span', { className: 'sr' }, words.row)),
      h('th', { className: 'text', scope: 'col' }, words.text),
      ...tasks.map((task, k) => headCell(task.name, k)),
      h('th', { className: 'x', scope: 'col' }, h('span', { className: 'sr' }, words.removeColumn)),
    );
    table.style.setProperty('--label-columns', String(tasks.length));
    body.replaceChildren();
    renderRows(shown);
    scroller.scrollTop = top;
    summarise();
  }

  /** @param {string} task @param {number} k */
  function headCell(task, k) {
    const button = h('button', { type: 'button', className: 'task-name', title: `${task}\n${words.editTask}` }, task);
    button.addEventListener('click', () => editTask(task));
    const cell = h('th', { scope: 'col', className: 'label' }, button);
    cell.style.setProperty('--task', taskColour(k));
    return cell;
  }

  /** @param {number} count */
  function renderRows(count) {
    const { examples } = store.doc.table;
    const from = body.rows.length;
    const rows = examples.slice(from, from + count).map((_, i) => row(from + i));
    body.append(...rows);
    more.hidden = body.rows.length >= examples.length;
  }

  /** @param {number} i */
  function row(i) {
    const { tasks, examples } = store.doc.table;
    const { text } = examples[i];
    const field = h('textarea', { value: text, rows: 1, spellcheck: false, 'aria-label': words.textOf(i + 1) });
    // The twin holds the same text and gives the field its height; see .grow in sentences.css.
    const grow = h('div', { className: 'grow', dataset: { twin: text } }, field);
    const remove = h('button', { type: 'button', className: 'remove', 'aria-label': words.remove(i + 1) }, '×');
    const element = h(
      'tr',
      { role: 'row' },
      h('td', { className: 'n', role: 'cell' }, String(i + 1)),
      h('td', { className: 'text', role: 'cell' }, grow),
      ...tasks.map((task, k) => labelCell(task, labelOf(examples[i], task.name), i, k)),
      h('td', { className: 'x', role: 'cell' }, remove),
    );
    mark(element, i);
    return element;
  }

  /** @param {import('../types.js').Task} task @param {string} label @param {number} i @param {number} k */
  function labelCell(task, label, i, k) {
    const select = h('select', { 'aria-label': words.labelOf(task.name, i + 1), dataset: { task: task.name } });
    const cell = h('td', { className: 'label', role: 'cell' }, select);
    cell.style.setProperty('--task', taskColour(k));
    cell.classList.toggle('paintable', task.name === brush?.task);
    put(select, label);
    return cell;
  }

  /** Shows a label, which is the only choice before the select was about to open. @param {HTMLSelectElement} select @param {string} label */
  function put(select, label) {
    if (!select.dataset.filled) select.replaceChildren(option(label));
    select.value = select.title = label;
    select.classList.toggle('blank', label === '');
  }

  /** Gives a select all its choices. @param {HTMLSelectElement} select */
  function fill(select) {
    const task = store.doc.table.tasks.find(({ name }) => name === select.dataset.task);
    if (!task || select.dataset.filled) return;
    const label = select.value;
    select.replaceChildren(...['', ...task.labels].map(option), h('option', { value: NEW_CLASS }, words.newClass));
    select.value = label;
    select.dataset.filled = 'true';
  }

  /** @param {string} label */
  const option = (label) => h('option', { value: label }, label || '—');

  /** @param {HTMLTableRowElement} element @param {number} i */
  function mark(element, i) {
    const held = heldOut[i] ?? false;
    const trains = batch.has(i);
    element.classList.toggle('held-out', held);
    element.classList.toggle('in-batch', trains);
    const cell = element.cells[0];
    const spoken = held ? words.rowHeldOut(i + 1) : String(i + 1);
    cell.title = held ? words.heldOut : '';
    cell.setAttribute('aria-label', trains ? words.rowInBatch(spoken) : spoken);
  }

  function summarise() {
    if (!store.isOpen) return;
    const { examples, tasks, name, preset, edited } = store.doc.table;
    const held = heldOut.filter(Boolean).length;
    summary.replaceChildren(words.countOf(examples.length, tasks.length));
    if (held > 0) summary.append(', ', h('span', { className: 'held-out-key' }, words.heldOutCount(held)));
    if (batch.size > 0) summary.append(', ', h('span', { className: 'in-batch-key' }, words.inBatchCount(batch.size)));
    if (!preset) summary.append(h('span', { className: 'edited' }, edited ? words.edited(name) : words.from(name)));
  }

  // ---- editing

  /** @param {Element} element */
  const rowOf = (element) => /** @type {HTMLTableRowElement} */ (element.closest('tr')).sectionRowIndex;

  /** Turns the select into a field for the new class's name. @param {HTMLSelectElement} select */
  function askForClass(select) {
    const i = rowOf(select);
    const task = String(select.dataset.task);
    const field = h('input', { type: 'text', className: 'new-class', 'aria-label': words.newClassOf(task), maxLength: 60 });
    let open = true;
    const close = (/** @type {boolean} */ keep) => {
      if (!open) return;
      open = false;
      const label = keep ? field.value.trim() : '';
      field.replaceWith(select);
      // The table may have been replaced meanwhile.
      const example = store.doc.table.examples[i];
      put(select, labelOf(example, task));
      if (label && example) store.editTable('rows', (table) => setLabel(addClass(table, task, label), i, task, label));
      choiceOf(i, task)?.focus();
    };
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') close(true);
      if (event.key === 'Escape') close(false);
    });
    field.addEventListener('blur', () => close(true));
    select.replaceWith(field);
    field.focus();
  }

  /** @param {number} i @param {string} task */
  const choiceOf = (i, task) =>
    Array.from(body.rows[i]?.querySelectorAll('select') ?? []).find(({ dataset }) => dataset.task === task);

  /** Gives row `i` the brush's label. @param {number} i */
  function paint(i) {
    if (!brush) return;
    const { task, label } = brush;
    if (labelOf(store.doc.table.examples[i], task) !== label) {
      store.editTable('cell', (table) => setLabel(table, i, task, label));
      const select = choiceOf(i, task);
      if (select) put(select, label);
    }
    painted(i, label);
  }

  body.addEventListener('input', ({ target }) => {
    if (!(target instanceof HTMLTextAreaElement)) return;
    if (target.parentElement) target.parentElement.dataset.twin = target.value;
    lab.point(target.value);
  });

  body.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLTextAreaElement) {
      const i = rowOf(target);
      const text = target.value.replace(/\s*\n\s*/g, ' ').trim();
      store.editTable('cell', (table) => setText(table, i, text));
    } else if (target instanceof HTMLSelectElement) {
      if (target.value === NEW_CLASS) return askForClass(target);
      const { value, dataset } = target;
      const i = rowOf(target);
      put(target, value);
      store.editTable('cell', (table) => setLabel(table, i, String(dataset.task), value));
    }
  });

  body.addEventListener('click', ({ target }) => {
    if (!(target instanceof Element)) return;
    const i = rowOf(target);
    if (target.closest('.paintable')) return paint(i);
    if (!target.matches('.remove')) return;
    store.editTable('rows', (table) => removeRow(table, i));
    const next = body.rows[Math.min(i, body.rows.length - 1)];
    /** @type {HTMLElement | null | undefined} */ (next?.querySelector('.remove'))?.focus();
  });

  body.addEventListener('keydown', (event) => {
    const { target, key } = event;
    if (target instanceof HTMLTextAreaElement && key === 'Enter' && !event.isComposing) {
      // Enter ends the sentence and goes on to the next: a sentence has no line breaks.
      event.preventDefault();
      const next = body.rows[rowOf(target) + 1]?.querySelector('textarea');
      if (next) next.focus();
      else target.blur();
    } else if (target instanceof HTMLSelectElement && target.closest('.paintable')) {
      // With the brush up, the keys that would open the choice paint and move instead.
      const by = { ArrowDown: 1, ArrowUp: -1 }[key];
      if (by === undefined && key !== ' ' && key !== 'Enter') return;
      event.preventDefault();
      if (by === undefined) paint(rowOf(target));
      else choiceOf(rowOf(target) + by, String(target.dataset.task))?.focus();
    }
  });

  // A select opens after it was pressed or has the focus, and with the focus keys choose without opening it.
  for (const type of ['pointerdown', 'focusin'])
    body.addEventListener(type, ({ target }) => {
      if (target instanceof HTMLSelectElement) fill(target);
    });

  // Other views show the sentence under the cursor or with the focus.
  for (const type of ['pointerover', 'focusin'])
    body.addEventListener(type, ({ target }) => {
      const field = target instanceof Element ? target.closest('tr')?.querySelector('textarea') : null;
      if (field) lab.point(field.value);
    });

  const nearEnd = new IntersectionObserver(
    (entries) => {
      if (!store.isOpen || !entries.at(-1)?.isIntersecting) return;
      renderRows(ROWS_AT_ONCE);
      // An observer tells of changes only, and a fast reader may be at the new end already: ask afresh.
      nearEnd.unobserve(more);
      nearEnd.observe(more);
    },
    { root: scroller, rootMargin: '600px' },
  );
  nearEnd.observe(more);

  return {
    scroller,
    summary,

    /** A blank row, first in the table, ready to be written. */
    addRow() {
      store.editTable('rows', (table) => addRow(table));
      scroller.scrollTop = 0;
      body.rows[0]?.querySelector('textarea')?.focus();
    },

    /** Goes to a task's button. @param {string | undefined} task @returns {boolean} Whether there is one. */
    focusTask(task) {
      const button = Array.from(head.querySelectorAll('button')).find(({ textContent }) => textContent === task);
      button?.focus();
      return button !== undefined;
    },

    /** @param {Brush | undefined} next @param {boolean} focus Whether to go to the first row on show. */
    setBrush(next, focus) {
      brush = next;
      for (const select of body.querySelectorAll('select'))
        select.parentElement?.classList.toggle('paintable', select.dataset.task === next?.task);
      if (!next || !focus) return;
      const top = scroller.getBoundingClientRect().top + head.offsetHeight;
      const first = Array.from(body.rows).findIndex((row) => row.getBoundingClientRect().top >= top - 1);
      choiceOf(first, next.task)?.focus({ preventScroll: true });
    },

    /** @param {import('../lab/document/store.js').Change} change */
    edit(change) {
      // An undo within the same sentences leaves the reader where they are.
      if (change === 'data') render(store.doc.table.name === name);
      else if (change === 'rows') render(true);
      else if (change === 'cell') summarise();
    },

    /** Marks the held-out rows; an empty list unmarks all. @param {boolean[]} flags */
    setHeldOut(flags) {
      if (flags === heldOut) return;
      heldOut = flags;
      for (const [i, element] of Array.from(body.rows).entries()) mark(element, i);
      summarise();
    },

    /** Marks the rows of the step being executed. @param {number[]} rows */
    setBatch(rows) {
      if (rows.length === 0 && batch.size === 0) return;
      const touched = new Set([...batch, ...rows]);
      batch = new Set(rows);
      // Many a step a second: no other row is looked at.
      for (const i of touched) if (body.rows[i]) mark(body.rows[i], i);
      summarise();
    },

    destroy: () => nearEnd.disconnect(),
  };
}
