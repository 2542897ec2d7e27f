// The dialog for a table that is pasted as text.

import { h } from '../ui/dom.js';

/**
 * Takes a table as text. Resolves whether it was taken; if not, `complain` hears what is wrong with it. Undefined if the text is no table.
 *
 * @typedef {(text: string, complain: (message: string) => void) => Promise<boolean> | undefined} UseText
 */

/**
 * @param {HTMLDialogElement} dialog Is filled anew each time.
 * @param {typeof import('../strings/dialogs.en.js').default.paste} words
 * @param {UseText} use
 */
export function openPasteDialog(dialog, words, use) {
  const field = h('textarea', { rows: 8, spellcheck: false, wrap: 'off', 'aria-label': words.field });
  const complaint = h('p', { className: 'complaint', role: 'alert' });
  const close = h('button', { type: 'button' }, words.cancel);
  const form = h(
    'form',
    { method: 'dialog' },
    h('h3', { id: 'h-paste' }, words.title),
    h('p', { className: 'aside' }, words.line),
    field,
    complaint,
    h(
      'div',
      { className: 'buttons' },
      h('span', { className: 'gap' }),
      close,
      h('button', { type: 'submit', className: 'primary' }, words.apply),
    ),
  );
  close.addEventListener('click', () => dialog.close());
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const taking = use(field.value, (message) => (complaint.textContent = message));
    complaint.textContent = taking ? '' : words.notATable;
    if (await taking) dialog.close();
    else field.focus();
  });
  dialog.replaceChildren(form);
  dialog.showModal();
  field.focus();
}
