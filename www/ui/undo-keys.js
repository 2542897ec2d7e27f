// Ctrl+Z undoes the latest edit, Ctrl+Shift+Z or Ctrl+Y redoes it; on a Mac with Cmd.

/** Inputs in which nothing is typed, and so nothing undone. */
const NOT_TYPED = new Set(['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit']);

/**
 * @param {HTMLElement} root Listens while the focus is in it, but not in a field, which has an Undo of its own, or in a
 *   dialog, whose entries are no edits yet.
 * @param {import('../lab/document/store.js').Store} store
 */
export function listenForUndo(root, store) {
  root.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey === event.metaKey) return;
    const key = event.key.toLowerCase();
    if (key !== 'z' && (key !== 'y' || event.shiftKey)) return;
    const [target] = event.composedPath();
    if (!store.isOpen || !(target instanceof HTMLElement) || hasOwnUndo(target) || target.closest('dialog')) return;
    event.preventDefault();
    if (key === 'y' || event.shiftKey) store.redo();
    else store.undo();
    // Where the edit took what had the focus off the page, the next key must still come here.
    if (document.activeElement !== document.body) return;
    root.tabIndex = -1;
    root.focus({ preventScroll: true });
  });
}

/** @param {HTMLElement} element */
function hasOwnUndo(element) {
  if (element instanceof HTMLInputElement) return !element.readOnly && !NOT_TYPED.has(element.type);
  return element instanceof HTMLTextAreaElement || element.isContentEditable;
}
