// Code for the reader to copy.

import { h } from '../ui/dom.js';

const COPIED_MS = 1500;

/** @typedef {import('../strings/words.js').Words['share']} ShareWords */

/**
 * A piece of code with the button that copies it.
 *
 * @param {ShareWords} words
 * @param {string} what Name of the code, for screen readers.
 * @param {HTMLElement} element Holds the code.
 */
export function code(words, what, element) {
  const select = () => getSelection()?.selectAllChildren(element);
  return h(
    'div',
    { className: 'share-line' },
    h('pre', { tabIndex: 0, role: 'region', 'aria-label': what }, element),
    copies(words, what, () => element.textContent ?? '', select),
  );
}

/**
 * A button that copies.
 *
 * @param {ShareWords} words
 * @param {string} what
 * @param {() => string} text
 * @param {() => void} select For where the clipboard is not to be had: an insecure page, some frames.
 */
export function copies(words, what, text, select) {
  const said = h('span', { 'aria-live': 'polite' }, words.copy);
  const button = h('button', { type: 'button', 'aria-label': `${words.copy}: ${what}` }, said);
  button.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(text());
      said.textContent = words.copied;
    } catch {
      select();
      said.textContent = words.byHand;
    }
    setTimeout(() => (said.textContent = words.copy), COPIED_MS);
  });
  return button;
}

/** A word of a command, as shells read it. @param {string} word */
export const shellWord = (word) => `'${word.replaceAll("'", "'\\''")}'`;
