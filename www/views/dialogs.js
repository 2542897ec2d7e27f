// The dialogs over the sentences, with their words. Loaded for the first of them.

import { openPasteDialog } from './paste-dialog.js';
import { openTaskDialog } from './task-dialog.js';

/** @param {import('../lab/lab.js').Lab} lab */
export async function createDialogs({ store, words: { tag } }) {
  const { task, paste } = /** @type {typeof import('../strings/dialogs.en.js').default} */ (
    (await (tag === 'de' ? import('../strings/dialogs.de.js') : import('../strings/dialogs.en.js'))).default
  );
  return {
    /** @param {HTMLDialogElement} dialog @param {string} name @param {(name?: string) => void} changed */
    openTask: (dialog, name, changed) => openTaskDialog(dialog, store, task, name, changed),

    /** @param {HTMLDialogElement} dialog @param {import('./paste-dialog.js').UseText} use */
    openPaste: (dialog, use) => openPasteDialog(dialog, paste, use),
  };
}
