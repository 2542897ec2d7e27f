// Keys that are used inside the element do not leave it. Documentation systems listen for single keys on the document, where they
// see the element and not the field in it: a "/" in a sentence would open their search, an arrow would turn their page.

/** Keys that work in buttons, charts, tables and whatever scrolls. */
const USED = new Set(['Enter', ' ', 'ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown']);

/** @param {ShadowRoot} root Its own listeners hear the keys as before; calling this again changes nothing. */
export function keepKeys(root) {
  for (const type of ['keydown', 'keypress', 'keyup']) root.addEventListener(type, keep);
}

/** @param {Event} event */
function keep(event) {
  const { key, ctrlKey, metaKey, altKey, target, currentTarget, defaultPrevented } = /** @type {KeyboardEvent} */ (event);
  // Elements that the page put between the tags are the page's own: their keys go on.
  if (ctrlKey || metaKey || altKey || !(target instanceof Element) || target.getRootNode() !== currentTarget) return;
  const types = target.matches('input, select, textarea') && (key.length === 1 || key === 'Backspace' || key === 'Delete');
  const isFree = key === 'Tab' || key === 'Escape';
  if (types || USED.has(key) || (defaultPrevented && !isFree)) event.stopPropagation();
}
