// The dialog that adds a task, or renames, extends or removes one and its classes. Nothing changes before Apply.

import { addClass, addTask, redefineTask, removeTask } from '../lab/document/sentences.js';
import { wellFormed } from '../lab/document/well-formed.js';
import { h } from '../ui/dom.js';
import { matching } from '../ui/many/matching.js';
import { MANY } from '../ui/many/search-field.js';

/**
 * @param {HTMLDialogElement} dialog Is filled anew each time.
 * @param {import('../lab/document/store.js').Store} store
 * @param {typeof import('../strings/dialogs.en.js').default.task} words
 * @param {string} taskName If there is no task of that name, it is a new one, which Apply adds.
 * @param {(name?: string) => void} changed The tasks are others now; this one is called so, absent if it was removed.
 */
export function openTaskDialog(dialog, store, words, taskName, changed) {
  const known = store.doc.table.tasks.find(({ name }) => name === taskName);
  const task = known ?? { name: taskName, labels: [] };

  const name = h('input', { type: 'text', value: task.name, maxLength: 60, required: true });
  const complaint = h('p', { className: 'complaint', role: 'alert' });
  const classes = h('ul', { className: 'classes' });
  const finder = h('input', { type: 'search', className: 'find-class', 'aria-label': words.findClass, placeholder: words.findClass, hidden: task.labels.length <= MANY });
  const rest = h('p', { className: 'aside', role: 'status' });
  const addClassButton = h('button', { type: 'button', className: 'quiet' }, words.addClass);
  const remove = h('button', { type: 'button', className: 'quiet', hidden: !known }, words.remove);
  const cancel = h('button', { type: 'button' }, words.cancel);
  const form = h(
    'form',
    { method: 'dialog', noValidate: true },
    h('h3', {}, words.title),
    h('label', { className: 'field' }, h('span', {}, words.name), name),
    h('fieldset', {}, h('legend', {}, words.classes), finder, classes, rest, addClassButton),
    complaint,
    h(
      'div',
      { className: 'buttons' },
      remove,
      h('span', { className: 'gap' }),
      cancel,
      h('button', { type: 'submit', className: 'primary' }, words.apply),
    ),
  );

  /** Names that the reader has given to classes, '' for those that go, by the names that they had. @type {Map<string, string>} */
  const renamed = new Map();

  /** @param {string} label The class as it is now; '' for one that is being added. */
  function classRow(label) {
    const field = h('input', {
      type: 'text',
      value: renamed.get(label) ?? label,
      maxLength: 60,
      'aria-label': label ? words.classOf(label) : words.newClass,
      dataset: { was: label },
    });
    const drop = h(
      'button',
      { type: 'button', className: 'remove', 'aria-label': label ? words.removeClass(label) : words.removeNewClass },
      '×',
    );
    const item = h('li', { hidden: label !== '' && renamed.get(label) === '' }, field, drop);
    drop.addEventListener('click', () => {
      field.value = '';
      item.hidden = true;
      addClassButton.focus();
    });
    classes.append(item);
    return field;
  }

  /** Takes down what the listed fields say. */
  function note() {
    for (const { dataset, value } of classes.querySelectorAll('input')) if (dataset.was) renamed.set(dataset.was, value.trim());
  }

  /** Lists the classes that have a text in their names; of very many the first ones. */
  function listClasses() {
    note();
    for (const field of classes.querySelectorAll('input')) if (field.dataset.was) field.parentElement?.remove();
    const added = [...classes.children];
    const { found, count } = matching(task.labels, finder.value.trim());
    found.forEach(classRow);
    classes.append(...added);
    rest.textContent = count > found.length ? words.moreClasses(count - found.length) : '';
  }
  listClasses();
  finder.addEventListener('input', listClasses);
  if (task.labels.length === 0) (classRow(''), classRow(''));

  addClassButton.addEventListener('click', () => classRow('').focus());
  cancel.addEventListener('click', () => dialog.close());
  remove.addEventListener('click', () => {
    dialog.close();
    store.editTable('rows', (table) => removeTask(table, task.name));
    changed();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const newName = wellFormed(name.value.trim());
    const wrong = complaintAbout(newName);
    complaint.textContent = wrong;
    if (wrong) {
      name.focus();
      return;
    }
    note();
    const added = Array.from(classes.querySelectorAll('input')).flatMap(({ dataset, value }) => (dataset.was || !value.trim() ? [] : [value.trim()]));
    // It closes first: the browser then gives the focus back to an element that the edit may remove.
    dialog.close();
    store.editTable('rows', (table) =>
      added.reduce(
        (t, label) => addClass(t, newName, label),
        redefineTask(known ? table : addTask(table, task), task.name, newName, renamed),
      ),
    );
    changed(newName);
  });

  /** @param {string} newName */
  function complaintAbout(newName) {
    if (newName === '') return words.nameless;
    if (newName === 'text') return words.notText;
    if (newName === '__proto__') return words.notProto;
    const taken = newName !== known?.name && store.doc.table.tasks.some((other) => other.name === newName);
    return taken ? words.taken(newName) : '';
  }

  dialog.replaceChildren(form);
  dialog.setAttribute('aria-label', words.titleOf(task.name));
  dialog.showModal();
  name.select();
}
