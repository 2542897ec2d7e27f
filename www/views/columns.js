// The dialog for a file's columns: what each is for, how many classes it has, why one is no task, and the first rows.

import { lacking } from '../lab/document/columns.js';
import { h } from '../ui/dom.js';
import { addStyleSheet } from '../ui/styles.js';

/** @typedef {import('../lab/document/columns.js').Choosing} Choosing */
/** @typedef {import('../lab/document/columns.js').Role} Role */

/** @type {Role[]} */
const ROLES = ['text', 'task', 'other'];
/** So many of a file's notes are shown: the first say how it was read. */
const MOST_NOTES = 5;
/** So many columns have a place in the dialog. A file with more is no table of sentences. */
const MOST_COLUMNS = 200;

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {HTMLDialogElement} dialog
 */
export async function createColumns(lab, dialog) {
  const [own] = await Promise.all([
    lab.words.tag === 'de' ? import('../strings/columns.de.js') : import('../strings/columns.en.js'),
    addStyleSheet(dialog.getRootNode(), '../styles/columns.css'),
  ]);
  const words = /** @type {typeof import('../strings/columns.en.js').default} */ (own.default);
  const { n } = lab.words;
  /** What the dialog shows. @type {Choosing['inspection'] | undefined} */
  let drawn;
  /** @type {HTMLSelectElement[]} */
  let selects = [];
  const complaint = h('p', { className: 'complaint', role: 'status' });
  const apply = h('button', { type: 'submit', className: 'primary' });

  /** @param {Choosing} choosing */
  function open({ file, inspection, roles }) {
    const { columns, rows, blank_rows, preview, notes } = inspection;
    const shown = columns.slice(0, MOST_COLUMNS);
    selects = shown.map(({ name }, i) => {
      const select = h(
        'select',
        { 'aria-label': words.roleOf(name || words.unnamed(i + 1)) },
        ...ROLES.map((role) => h('option', { value: role, selected: role === roles[i] }, words.roles[role])),
      );
      select.addEventListener('change', () => lab.sources.giveRole(i, /** @type {Role} */ (select.value)));
      return select;
    });
    const told = [...notes.slice(0, MOST_NOTES).map((note) => lab.words.sentence(note)), ...(blank_rows > 0 ? [words.blankRows(blank_rows)] : [])];
    const cancel = h('button', { type: 'button' }, words.cancel);
    cancel.addEventListener('click', () => dialog.close());
    const form = h(
      'form',
      { method: 'dialog' },
      h('h3', { id: 'h-columns' }, words.title(file.name)),
      h('p', { className: 'aside' }, words.size(rows, columns.length)),
      h('ul', { className: 'column-notes' }, ...told.map((note) => h('li', {}, note))),
      h('ul', { className: 'column-list' }, ...shown.map((column, i) => entry(column, i))),
      h('h4', { id: 'h-preview' }, words.preview),
      h(
        'div',
        { className: 'preview', tabIndex: 0, role: 'region', 'aria-labelledby': 'h-preview' },
        h(
          'table',
          {},
          h('thead', {}, h('tr', {}, ...shown.map(({ name }, i) => h('th', { scope: 'col', dir: 'auto', dataset: { column: i } }, name || words.unnamed(i + 1))))),
          h('tbody', {}, ...preview.map((cells) => h('tr', {}, ...shown.map((_, i) => h('td', { dir: 'auto', dataset: { column: i } }, cells[i] ?? ''))))),
        ),
      ),
      complaint,
      h('div', { className: 'buttons' }, h('span', { className: 'gap' }), cancel, apply),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      lab.sources.readChosen((message) => (complaint.textContent = message));
    });
    dialog.replaceChildren(form);
    if (!dialog.open) dialog.showModal();
    (selects.find((_, i) => roles[i] === 'text') ?? selects[0])?.focus();
  }

  /** @param {Choosing['inspection']['columns'][number]} column @param {number} i */
  function entry({ name, filled, classes, examples, why }, i) {
    return h(
      'li',
      { dataset: { column: i } },
      h('strong', { dir: 'auto', className: 'cut', title: name }, name || words.unnamed(i + 1)),
      selects[i],
      h('span', { className: 'counts' }, words.counts(classes, filled)),
      h('span', { dir: 'auto', className: 'cut values', title: examples.join('\n') }, examples.join(' · ')),
      ...(why ? [h('span', { className: 'why' }, words.noTask(lab.words.sentence(why)))] : []),
    );
  }

  return (/** @type {Choosing} */ choosing) => {
    if (choosing.inspection !== drawn || !dialog.open) {
      drawn = choosing.inspection;
      open(choosing);
    }
    for (const [i, select] of selects.entries()) select.value = choosing.roles[i];
    for (const element of dialog.querySelectorAll('[data-column]'))
      if (element instanceof HTMLElement) element.dataset.role = choosing.roles[Number(element.dataset.column)];
    const lack = lacking(choosing);
    complaint.textContent = lack ? words.lacks[lack] : '';
    apply.disabled = lack !== '';
    apply.textContent = words.apply(choosing.inspection.rows);
  };
}
