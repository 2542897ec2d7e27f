// The sentences: which set, the table, and every way to change it.

import { freshTaskName } from '../lab/document/sentences.js';
import { readAlong, readEdits } from '../lab/run/reading.js';
import { heldOut, staleness } from '../lab/run/select.js';
import { h } from '../ui/dom.js';
import { late } from '../ui/late.js';
import { createColumnChooser } from './choose-columns.js';
import { createDataTools } from './data-tools.js';
import { createImport } from './importing.js';
import { createPainting } from './painting.js';
import { createPresetPicker } from './preset-picker.js';
import { createTable } from './table.js';

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createSentences(lab) {
  const words = lab.words.sentences;
  const { store } = lab;
  const dialog = h('dialog', { className: 'dialog', dataset: { part: 'task-dialog' } });
  const dialogs = async () => (await import('./dialogs.js')).createDialogs(lab);
  const notLoaded = (/** @type {string} */ what) => () => lab.notices.error(lab.words.lab.notLoaded(what));
  const [editing, pasting] = [late(dialogs, notLoaded(words.addTask)), late(dialogs, notLoaded(words.paste))];
  const editTask = async (/** @type {string} */ task) =>
    (await editing())?.openTask(dialog, task, (name) => {
      if (!table.focusTask(name)) newTask.focus();
    });

  const columns = createColumnChooser(lab);
  const presets = createPresetPicker(lab);
  const painting = createPainting(lab.words, (brush, byKeyboard) => table.setBrush(brush, byKeyboard));
  const table = createTable(lab, { editTask, painted: (row, label) => painting.done(row + 1, label) });
  const tools = createDataTools(lab, (row) => table.show(row));
  const addRow = h('button', { type: 'button', dataset: { part: 'add-row' } }, words.addRow);
  const newTask = h('button', { type: 'button', dataset: { part: 'add-task' } }, words.addTask);
  const skip = h('button', { type: 'button', className: 'skip-table', dataset: { part: 'skip-table' } }, words.skipTable);
  const undo = h('button', { type: 'button', disabled: true, dataset: { part: 'undo' } }, words.undo);
  const redo = h('button', { type: 'button', disabled: true, dataset: { part: 'redo' } }, words.redo);
  const element = h(
    'section',
    { className: 'panel', part: 'panel', inert: true, 'aria-labelledby': 'h-sentences', dataset: { part: 'sentences' } },
    h('header', {}, h('h3', { id: 'h-sentences' }, words.title), h('p', {}, words.line)),
  );
  const importing = createImport(
    element,
    lab.words,
    async (...file) => store.isOpen && (await lab.sources.read(...file)),
    lab.notices.error,
    async (...opening) => (await pasting())?.openPaste(...opening),
  );
  element.append(
    presets.element,
    painting.element,
    skip,
    table.scroller,
    table.list,
    table.summary,
    h('div', { className: 'toolbar' }, addRow, newTask, ...importing.buttons, columns.button, undo, redo, ...tools.buttons),
    tools.findings,
    h('p', { className: 'aside' }, words.own),
    dialog,
    columns.dialog,
    tools.dialog,
    ...importing.hidden,
  );
  /** The step whose sentences are marked, and which these are. @type {{ step: number, rows: number[] }} */
  let batch = { step: 0, rows: [] };
  /** The rows with text, by their numbers in a run on these sentences. @type {{ of?: object, rows: number[] }} */
  let sent = { rows: [] };

  skip.addEventListener('click', () => addRow.focus());
  addRow.addEventListener('click', () => table.addRow());
  newTask.addEventListener('click', () => editTask(freshTaskName(store.doc.table, words.freshTask)));
  undo.addEventListener('click', () => store.undo());
  redo.addEventListener('click', () => store.redo());
  element.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') painting.stop(true);
  });

  /** @param {number} step @param {number[]} rows Numbers of sentences that were sent: those with text. */
  function markBatch(step, rows) {
    batch = { step, rows: batch.step === step ? [...batch.rows, ...rows] : rows };
    const { examples } = store.doc.table;
    if (sent.of !== examples) sent = { of: examples, rows: examples.flatMap(({ text }, i) => (text.trim() === '' ? [] : [i])) };
    table.setBatch(batch.rows.map((row) => sent.rows[row]));
  }

  function unmarkBatch() {
    if (batch.rows.length === 0) return;
    batch = { step: 0, rows: [] };
    table.setBatch([]);
  }

  const followEdits = readEdits((doc, change) => {
    presets.edit(doc);
    tools.edit(doc.table);
    table.edit(change);
    painting.edit(doc);
    redo.disabled = !store.canRedo;
    // The focus would be lost with the last edit that can be undone or redone.
    if (!store.canUndo && undo.matches(':focus')) importing.buttons.at(-1)?.focus();
    if (store.isAtCut && !undo.disabled) lab.notices.notice(words.undoEnds);
    undo.disabled = !store.canUndo;
    if (redo.disabled && redo.matches(':focus')) undo.focus();
  });
  const followRun = readAlong({
    begin: unmarkBatch,
    take(event, late) {
      if (event.type === 'phase' && event.name === 'batch' && !late) markBatch(event.step, event.rows);
      // The marks stay after their step, until there is another one.
      if (event.type === 'end' || (event.type === 'step' && event.step > batch.step)) unmarkBatch();
    },
  });

  return {
    element,

    render(state) {
      element.inert = state.document.doc === undefined;
      followEdits(state);
      columns.render(state);
      followRun(state);
      if (staleness(state) === 'sentences') unmarkBatch();
      table.setHeldOut(heldOut(state));
    },

    destroy() {
      table.destroy();
      painting.destroy();
      importing.destroy();
    },
  };
}
