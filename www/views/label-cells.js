// The fields for labels in the table of sentences: a select where a task has few classes, and where it has many, a field that finds one.

import { addClass, labelOf, setLabel } from '../lab/document/sentences.js';
import { h, taskColour } from '../ui/dom.js';
import { createSearch, MANY, searchField } from '../ui/many/search-field.js';

/** Value of the option “New class…”. No label is equal to it: neither files nor links let U+0000 through. */
const NEW_CLASS = '\u0000';

/** @typedef {HTMLSelectElement | HTMLInputElement} Field */

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {HTMLElement} body The table's.
 * @param {(element: Element) => number} rowOf The row, from 0, that an element of the table belongs to.
 * @param {(row: number, task: string) => Field | undefined} fieldOf
 */
export function createLabelCells(lab, body, rowOf, fieldOf) {
  const { sentences: words } = lab.words;
  const { store } = lab;
  /** Puts the select back in whose place a new class is being named. @type {((keep: boolean) => void) | undefined} */
  let endNaming;

  const search = createSearch(body, {
    id: 'classes-found',
    words: lab.words.search,
    canAdd: true,
    choicesOf: ({ dataset }) => classesOf(String(dataset.task)),
    valueOf: (field) => labelOf(store.doc.table.examples[rowOf(field)], String(field.dataset.task)),
    pick: give,
  });

  /** @param {string} task */
  const classesOf = (task) => store.doc.table.tasks.find(({ name }) => name === task)?.labels ?? [];

  /** @param {string} label */
  const option = (label) => h('option', { dir: 'auto', value: label }, label || '—');

  /** @param {Field} field @param {string} label @param {boolean} isNew */
  function give(field, label, isNew) {
    const task = String(field.dataset.task);
    const row = rowOf(field);
    showLabel(field, label);
    if (isNew) store.editTable('rows', (table) => setLabel(addClass(table, task, label), row, task, label));
    else store.editTable('cell', (table) => setLabel(table, row, task, label));
  }

  /**
   * Shows a label. Until `fill` was called, it is a select's only option.
   *
   * @param {Field} field
   * @param {string} label
   */
  function showLabel(field, label) {
    const isOption = field instanceof HTMLSelectElement && !field.dataset.filled;
    // A row that takes another's place often has the same label: what a select shows is dear to lay out.
    if (isOption && field.length === 1 && field.value === label) return;
    if (isOption) {
      const [only = field.appendChild(h('option'))] = field.options;
      only.value = label;
      only.textContent = label || '—';
      while (field.options.length > 1) field.lastElementChild?.remove();
    }
    field.value = field.title = label;
    field.classList.toggle('blank', label === '');
  }

  /** Gives a select all its options, once. @param {HTMLSelectElement} select */
  function fill(select) {
    if (select.dataset.filled) return;
    const label = select.value;
    select.replaceChildren(...['', ...classesOf(String(select.dataset.task))].map(option), h('option', { value: NEW_CLASS }, words.newClass));
    select.value = label;
    select.dataset.filled = 'true';
  }

  /** Turns the select into a field for the new class's name. @param {HTMLSelectElement} select */
  function askForClass(select) {
    const row = rowOf(select);
    const task = String(select.dataset.task);
    const field = h('input', { type: 'text', className: 'new-class', 'aria-label': words.newClassOf(task), maxLength: 60 });
    endNaming = (keep) => {
      endNaming = undefined;
      const label = keep ? field.value.trim() : '';
      field.replaceWith(select);
      // The table may have been replaced meanwhile.
      const example = store.doc.table.examples[row];
      showLabel(select, labelOf(example, task));
      if (label && example) store.editTable('rows', (table) => setLabel(addClass(table, task, label), row, task, label));
      fieldOf(row, task)?.focus();
    };
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') endNaming?.(true);
      if (event.key === 'Escape') endNaming?.(false);
    });
    field.addEventListener('blur', () => endNaming?.(true));
    select.replaceWith(field);
    field.focus();
  }

  // A select needs its options as soon as it is pressed or focused: keys choose in a focused select without opening it.
  for (const type of ['pointerdown', 'focusin'])
    body.addEventListener(type, ({ target }) => {
      if (target instanceof HTMLSelectElement) fill(target);
    });
  body.addEventListener('change', ({ target }) => {
    if (!(target instanceof HTMLSelectElement)) return;
    if (target.value === NEW_CLASS) askForClass(target);
    else give(target, target.value, false);
  });

  return {
    /** Of the fields that find a class. */
    search,

    /** @param {import('../types.js').Task} task @param {number} k */
    cell({ name, labels }, k) {
      const dataset = { task: name };
      const isMany = labels.length > MANY;
      if (isMany) search.need();
      const field = isMany ? searchField({ dataset, placeholder: '—' }) : h('select', { dir: 'auto', dataset });
      const element = h('td', { className: 'label', role: 'cell' }, field);
      element.style.setProperty('--task', taskColour(k));
      return element;
    },

    /** Shows another row's label in a field. @param {Field} field @param {number} row */
    show(field, row) {
      const task = String(field.dataset.task);
      field.setAttribute('aria-label', words.labelOf(task, row + 1));
      delete field.dataset.filled; // The task's classes may be others by now.
      showLabel(field, labelOf(store.doc.table.examples[row], task));
    },

    showLabel,

    /** Before rows are filled anew: no class is being named any more. */
    endNaming: () => endNaming?.(false),
  };
}
