// Ctrl+Z undoes the latest edit, Ctrl+Shift+Z or Ctrl+Y redoes it; on a Mac with Cmd.

/** Types of inputs without text, which have no Undo of their own. */
const NOT_TYPED = new Set(['button', 'checkbox', 'color', 'file', 'image', 'radio', 'range', 'reset', 'submit']);

/**
 * @param {HTMLElement} root The keys work while the focus is inside it, but not in a text field, which has its own Undo, or in
 *   a dialog, whose entries are not yet edits of the document.
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
    // If the edit removed the focused element, the focus moves to `root`, so that the next key arrives here too.
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
