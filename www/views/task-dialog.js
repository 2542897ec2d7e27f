// The dialog that renames, extends or removes one task and its classes.

import { h } from './dom.js';
import { addClass, redefineTask, removeTask } from './sentences.js';

/**
 * @param {HTMLDialogElement} dialog Is filled anew each time.
 * @param {import('./store.js').Store} store
 * @param {string} taskName
 */
export function openTaskDialog(dialog, store, taskName) {
  const task = store.doc.table.tasks.find(({ name }) => name === taskName);
  if (!task) return;

  const name = h('input', { type: 'text', value: task.name, maxLength: 60, required: true });
  const complaint = h('p', { className: 'complaint', role: 'alert' });
  const classes = h('ul', { className: 'classes' });
  const addClassButton = h('button', { type: 'button', className: 'quiet' }, 'Add a class');
  const remove = h('button', { type: 'button', className: 'quiet' }, 'Remove task');
  const cancel = h('button', { type: 'button' }, 'Cancel');
  const form = h(
    'form',
    { method: 'dialog', noValidate: true },
    h('h3', {}, 'Task'),
    h('label', { className: 'field' }, h('span', {}, 'Name'), name),
    h('fieldset', {}, h('legend', {}, 'Classes'), classes, addClassButton),
    complaint,
    h(
      'div',
      { className: 'buttons' },
      remove,
      h('span', { className: 'gap' }),
      cancel,
      h('button', { type: 'submit', className: 'primary' }, 'Apply'),
    ),
  );

  /** @param {string} label The class as it is now; '' for one that is being added. */
  function classRow(label) {
    const field = h('input', {
      type: 'text',
      value: label,
      maxLength: 60,
      'aria-label': label ? `Class ${label}` : 'New class',
      dataset: { was: label },
    });
    const drop = h(
      'button',
      { type: 'button', className: 'remove', 'aria-label': label ? `Remove class ${label}` : 'Remove new class' },
      '×',
    );
    const item = h('li', {}, field, drop);
    drop.addEventListener('click', () => {
      field.value = '';
      item.hidden = true;
      addClassButton.focus();
    });
    classes.append(item);
    return field;
  }
  task.labels.forEach(classRow);
  if (task.labels.length === 0) (classRow(''), classRow(''));

  addClassButton.addEventListener('click', () => classRow('').focus());
  cancel.addEventListener('click', () => dialog.close());
  remove.addEventListener('click', () => {
    dialog.close();
    store.editTable('rows', (table) => removeTask(table, task.name));
  });
  form.addEventListener('submit', (event) => {
    const newName = name.value.trim();
    const wrong = complaintAbout(newName);
    complaint.textContent = wrong;
    if (wrong) {
      event.preventDefault();
      name.focus();
      return;
    }
    /** @type {Map<string, string>} */
    const renamed = new Map();
    /** @type {string[]} */
    const added = [];
    for (const field of classes.querySelectorAll('input')) {
      const label = field.value.trim();
      if (field.dataset.was) renamed.set(field.dataset.was, label);
      else if (label) added.push(label);
    }
    store.editTable('rows', (table) =>
      added.reduce((t, label) => addClass(t, newName, label), redefineTask(table, task.name, newName, renamed)),
    );
  });

  /** @param {string} newName */
  function complaintAbout(newName) {
    if (newName === '') return 'A task needs a name.';
    if (newName === 'text') return '“text” is the name of the sentence column; choose another.';
    const taken = newName !== task?.name && store.doc.table.tasks.some((other) => other.name === newName);
    return taken ? `There is a task named “${newName}” already; choose another name.` : '';
  }

  dialog.replaceChildren(form);
  dialog.setAttribute('aria-label', `Task ${task.name}`);
  dialog.showModal();
  name.select();
}
