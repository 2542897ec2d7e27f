// The table of sentences: one row a sentence, one column of labels a task, every cell editable in place.
//
// Rows are created when they scroll near, so a file of thousands of rows costs no more than a screenful. A cell's select gets
// its options when it is about to open, so a task with hundreds of classes costs no more than one with two.

import { addClass, addRow, labelOf, removeRow, setLabel, setText } from '../lab/document/sentences.js';
import { h, taskColour } from '../ui/dom.js';

/** @typedef {import('./painting.js').Brush} Brush The label that a click in the table gives, and its task. */

const ROWS_AT_ONCE = 40;
/** Value of the option “New class…”. No label is equal to it: neither files nor links let U+0000 through. */
const NEW_CLASS = '\u0000';

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {object} options
 * @param {(task: string) => void} options.editTask Opens the dialog that renames or removes a task and its classes.
 * @param {(row: number, label: string) => void} options.painted The brush has given a label to a row, counted from 0.
 */
export function createTable(lab, { editTask, painted }) {
  const words = lab.words.sentences;
  const { store } = lab;
  const head = h('tr', { role: 'row', dataset: { part: 'table-head' } });
  const body = h('tbody', { role: 'rowgroup', dataset: { part: 'table-body' } });
  /** The end of the rows created so far: when it scrolls near, more are created. */
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
  /** The name of the set of sentences that the rows show. */
  let shownName = '';

  // ---- drawing

  /** Creates the table anew. @param {boolean} keepPlace Whether to keep the scroll position and as many rows as there are. */
  function render(keepPlace) {
    const { tasks } = store.doc.table;
    const shown = keepPlace ? Math.max(body.rows.length, ROWS_AT_ONCE) : ROWS_AT_ONCE;
    const top = keepPlace ? scroller.scrollTop : 0;
    shownName = store.doc.table.name;
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
    showLabel(select, label);
    return cell;
  }

  /**
   * Shows a label. Until `fill` was called, it is the select's only option.
   *
   * @param {HTMLSelectElement} select
   * @param {string} label
   */
  function showLabel(select, label) {
    if (!select.dataset.filled) select.replaceChildren(option(label));
    select.value = select.title = label;
    select.classList.toggle('blank', label === '');
  }

  /** Gives a select all its options, once. @param {HTMLSelectElement} select */
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

  /**
   * Shows whether row `i` is held out and whether the current step trains on it.
   *
   * @param {HTMLTableRowElement} element
   * @param {number} i
   */
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
      showLabel(select, labelOf(example, task));
      if (label && example) store.editTable('rows', (table) => setLabel(addClass(table, task, label), i, task, label));
      selectOf(i, task)?.focus();
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
  const selectOf = (i, task) =>
    Array.from(body.rows[i]?.querySelectorAll('select') ?? []).find(({ dataset }) => dataset.task === task);

  /** Gives row `i` the brush's label. @param {number} i */
  function paint(i) {
    if (!brush) return;
    const { task, label } = brush;
    if (labelOf(store.doc.table.examples[i], task) !== label) {
      store.editTable('cell', (table) => setLabel(table, i, task, label));
      const select = selectOf(i, task);
      if (select) showLabel(select, label);
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
      showLabel(target, value);
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
      // While the reader holds a brush, the keys that would open the select paint and move instead.
      const move = { ArrowDown: 1, ArrowUp: -1 }[key];
      if (move === undefined && key !== ' ' && key !== 'Enter') return;
      event.preventDefault();
      if (move === undefined) paint(rowOf(target));
      else selectOf(rowOf(target) + move, String(target.dataset.task))?.focus();
    }
  });

  // A select needs its options as soon as it is pressed or focused: keys choose in a focused select without opening it.
  for (const type of ['pointerdown', 'focusin'])
    body.addEventListener(type, ({ target }) => {
      if (target instanceof HTMLSelectElement) fill(target);
    });

  // Tells the other views which sentence is under the pointer or has the focus.
  for (const type of ['pointerover', 'focusin'])
    body.addEventListener(type, ({ target }) => {
      const field = target instanceof Element ? target.closest('tr')?.querySelector('textarea') : null;
      if (field) lab.point(field.value);
    });

  const nearEnd = new IntersectionObserver(
    (entries) => {
      if (!store.isOpen || !entries.at(-1)?.isIntersecting) return;
      renderRows(ROWS_AT_ONCE);
      // An observer reports only changes. If the new end is near as well, nothing changes: observing it anew reports it.
      nearEnd.unobserve(more);
      nearEnd.observe(more);
    },
    { root: scroller, rootMargin: '600px' },
  );
  nearEnd.observe(more);

  return {
    scroller,
    summary,

    /** Adds a blank row at the top of the table and focuses its sentence. */
    addRow() {
      store.editTable('rows', (table) => addRow(table));
      scroller.scrollTop = 0;
      body.rows[0]?.querySelector('textarea')?.focus();
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
      for (const select of body.querySelectorAll('select'))
        select.parentElement?.classList.toggle('paintable', select.dataset.task === next?.task);
      if (!next || !focus) return;
      const top = scroller.getBoundingClientRect().top + head.offsetHeight;
      const first = Array.from(body.rows).findIndex((row) => row.getBoundingClientRect().top >= top - 1);
      selectOf(first, next.task)?.focus({ preventScroll: true });
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
      for (const [i, element] of Array.from(body.rows).entries()) mark(element, i);
      summarise();
    },

    /** Marks the rows of the step being executed. @param {number[]} rows */
    setBatch(rows) {
      if (rows.length === 0 && batch.size === 0) return;
      const touched = new Set([...batch, ...rows]);
      batch = new Set(rows);
      // There may be many steps a second: only rows whose mark can have changed are touched.
      for (const i of touched) if (body.rows[i]) mark(body.rows[i], i);
      summarise();
    },

    destroy: () => nearEnd.disconnect(),
  };
}
