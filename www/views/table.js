// The table of sentences: one row a sentence, one column of labels a task, every cell editable in place.
//
// Rows are made as they scroll near, so that a file of thousands costs no more than a screenful.

import { h, part, taskColour } from './dom.js';
import { addClass, addRow, addTask, freshTaskName, removeRow, setLabel, setText } from './sentences.js';
import { openTaskDialog } from './task-dialog.js';

/** @typedef {import('./store.js').Store} Store */

const ROWS_AT_ONCE = 40;
/** Value of the choice that asks for a new class. No label can be equal to it: files cannot hold U+0000 as text. */
const NEW_CLASS = '\u0000';

/**
 * @param {HTMLElement} root
 * @param {Store} store
 */
export function createTable(root, store) {
  const scroller = part(root, 'table-scroll');
  const head = part(root, 'table-head');
  const body = /** @type {HTMLTableSectionElement} */ (part(root, 'table-body'));
  const more = part(root, 'table-more');
  const summary = part(root, 'table-summary');
  const dialog = /** @type {HTMLDialogElement} */ (part(root, 'task-dialog'));
  const undo = /** @type {HTMLButtonElement} */ (part(root, 'undo'));
  /** For each row, whether the run holds it out; empty while no run matches the table. @type {boolean[]} */
  let heldOut = [];

  function render({ keepPlace = false } = {}) {
    const { table } = store.doc;
    const shown = keepPlace ? Math.max(body.rows.length, ROWS_AT_ONCE) : ROWS_AT_ONCE;
    const top = keepPlace ? scroller.scrollTop : 0;
    head.replaceChildren(
      h('th', { className: 'n', scope: 'col' }, h('span', { className: 'sr' }, 'Row')),
      h('th', { className: 'text', scope: 'col' }, 'Sentence'),
      ...table.tasks.map((task, k) => headCell(task.name, k)),
      h('th', { className: 'x', scope: 'col' }, h('span', { className: 'sr' }, 'Remove')),
    );
    root.style.setProperty('--label-columns', String(table.tasks.length));
    body.replaceChildren();
    renderRows(shown);
    scroller.scrollTop = top;
    summarise();
  }

  /** @param {string} name @param {number} k */
  function headCell(name, k) {
    const button = h(
      'button',
      { type: 'button', className: 'task-name', title: 'Rename or remove this task and its classes' },
      name,
    );
    button.addEventListener('click', () => openTaskDialog(dialog, store, name));
    const cell = h('th', { scope: 'col', className: 'label' }, button);
    cell.style.setProperty('--task', taskColour(k));
    return cell;
  }

  /** @param {number} count */
  function renderRows(count) {
    const { table } = store.doc;
    const from = body.rows.length;
    const rows = table.examples.slice(from, from + count).map((_, i) => row(from + i));
    body.append(...rows);
    more.hidden = body.rows.length >= table.examples.length;
  }

  /** @param {number} i */
  function row(i) {
    const { tasks, examples } = store.doc.table;
    const { text, labels } = examples[i];
    const field = h('textarea', { value: text, rows: 1, spellcheck: false, 'aria-label': `Sentence ${i + 1}` });
    // The twin holds the same text and gives the field its height; see .grow in sentences.css.
    const grow = h('div', { className: 'grow', dataset: { twin: text } }, field);
    const element = h(
      'tr',
      { role: 'row' },
      h('td', { className: 'n', role: 'cell' }, String(i + 1)),
      h('td', { className: 'text', role: 'cell' }, grow),
      ...tasks.map((task, k) => {
        const cell = h('td', { className: 'label', role: 'cell' }, choice(task, labels[task.name] ?? '', i));
        cell.style.setProperty('--task', taskColour(k));
        return cell;
      }),
      h(
        'td',
        { className: 'x', role: 'cell' },
        h('button', { type: 'button', className: 'remove', 'aria-label': `Remove sentence ${i + 1}` }, '×'),
      ),
    );
    mark(element, i);
    return element;
  }

  /** @param {import('./types.js').Task} task @param {string} label @param {number} i */
  function choice(task, label, i) {
    const select = h('select', { 'aria-label': `${task.name} of sentence ${i + 1}`, dataset: { task: task.name } });
    select.append(h('option', { value: '' }, '—'));
    for (const name of task.labels) select.append(h('option', { value: name }, name));
    select.append(h('option', { value: NEW_CLASS }, 'New class…'));
    select.value = label;
    select.classList.toggle('blank', label === '');
    return select;
  }

  /** @param {HTMLTableRowElement} element @param {number} i */
  function mark(element, i) {
    const held = heldOut[i] ?? false;
    element.classList.toggle('held-out', held);
    const cell = element.cells[0];
    cell.title = held ? 'Held out: never trained on, only used to measure.' : '';
    cell.setAttribute('aria-label', held ? `${i + 1}, held out` : String(i + 1));
  }

  function summarise() {
    const { examples, tasks, name, preset } = store.doc.table;
    const held = heldOut.filter(Boolean).length;
    const parts = [
      `${examples.length} ${examples.length === 1 ? 'sentence' : 'sentences'}`,
      `${tasks.length} ${tasks.length === 1 ? 'task' : 'tasks'}`,
    ];
    summary.replaceChildren(parts.join(', '));
    if (held > 0) summary.append(', ', h('span', { className: 'held-out-key' }, `${held} held out`));
    if (!preset) summary.append(h('span', { className: 'edited' }, ` · edited from ${name}`));
    undo.disabled = !store.canUndo;
  }

  /** @param {HTMLElement} element */
  const rowOf = (element) => /** @type {HTMLTableRowElement} */ (element.closest('tr')).sectionRowIndex;

  /** Turns the select into a field for the new class's name. @param {HTMLSelectElement} select */
  function askForClass(select) {
    const i = rowOf(select);
    const task = String(select.dataset.task);
    const field = h('input', {
      type: 'text',
      className: 'new-class',
      'aria-label': `New class of ${task}`,
      maxLength: 60,
    });
    const close = (/** @type {boolean} */ keep) => {
      const label = keep ? field.value.trim() : '';
      field.replaceWith(select);
      select.value = store.doc.table.examples[i].labels[task] ?? '';
      if (label) store.editTable('rows', (table) => setLabel(addClass(table, task, label), i, task, label));
      focusChoice(i, task);
    };
    let open = true;
    const closeOnce = (/** @type {boolean} */ keep) => {
      if (!open) return;
      open = false;
      close(keep);
    };
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') closeOnce(true);
      if (event.key === 'Escape') closeOnce(false);
    });
    field.addEventListener('blur', () => closeOnce(true));
    select.replaceWith(field);
    field.focus();
  }

  /** @param {number} i @param {string} task */
  function focusChoice(i, task) {
    for (const select of body.rows[i]?.querySelectorAll('select') ?? [])
      if (select.dataset.task === task) select.focus();
  }

  body.addEventListener('input', ({ target }) => {
    if (target instanceof HTMLTextAreaElement && target.parentElement) target.parentElement.dataset.twin = target.value;
  });

  body.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLTextAreaElement) {
      const i = rowOf(target);
      const text = target.value.replace(/\s*\n\s*/g, ' ').trim();
      store.editTable('cell', (table) => setText(table, i, text));
    } else if (target instanceof HTMLSelectElement) {
      if (target.value === NEW_CLASS) return askForClass(target);
      target.classList.toggle('blank', target.value === '');
      const { value, dataset } = target;
      const i = rowOf(target);
      store.editTable('cell', (table) => setLabel(table, i, String(dataset.task), value));
    }
  });

  body.addEventListener('click', ({ target }) => {
    if (!(target instanceof HTMLElement) || !target.matches('.remove')) return;
    const i = rowOf(target);
    store.editTable('rows', (table) => removeRow(table, i));
    const next = body.rows[Math.min(i, body.rows.length - 1)];
    /** @type {HTMLElement | null | undefined} */ (next?.querySelector('.remove'))?.focus();
  });

  // Enter ends the sentence and goes on to the next: a sentence has no line breaks.
  body.addEventListener('keydown', (event) => {
    const { target } = event;
    if (event.key !== 'Enter' || event.isComposing || !(target instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    const next = body.rows[rowOf(target) + 1]?.querySelector('textarea');
    if (next) next.focus();
    else target.blur();
  });

  part(root, 'add-row').addEventListener('click', () => {
    store.editTable('rows', (table) => addRow(table));
    scroller.scrollTop = 0;
    body.rows[0]?.querySelector('textarea')?.focus();
  });

  part(root, 'add-task').addEventListener('click', () => {
    const name = freshTaskName(store.doc.table);
    store.editTable('rows', (table) => addTask(table, { name, labels: [] }));
    openTaskDialog(dialog, store, name);
  });

  undo.addEventListener('click', () => store.undo());

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

  store.subscribe((_, change) => {
    if (change === 'data') render();
    else if (change === 'rows') render({ keepPlace: true });
    else if (change === 'cell') summarise();
    undo.disabled = !store.canUndo;
  });

  return {
    /** Marks the held-out rows; an empty list unmarks all. @param {boolean[]} flags */
    setHeldOut(flags) {
      heldOut = flags;
      for (const [i, element] of Array.from(body.rows).entries()) mark(element, i);
      summarise();
    },
  };
}
