// "Embed it": has the language and the colours that the reader chose, writes this site's own address into the snippets, and
// gives each a button that copies it.

import { listenForLanguages, listenForThemes } from './choices.js';
import { h } from './ui/dom.js';

listenForThemes();

for (const address of document.querySelectorAll('.address')) address.textContent = new URL('./', location.href).href;

/** What screen readers are told. */
const said = h('p', { className: 'sr', role: 'status' });
document.body.append(said);

/** The button, with all that it may say; one of its texts is shown. */
const button = /** @type {HTMLTemplateElement} */ (document.querySelector('#copy')).content.querySelector('button');

for (const snippet of document.querySelectorAll('pre')) {
  const copy = /** @type {HTMLButtonElement} */ (button?.cloneNode(true));
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(snippet.textContent ?? '');
      tell(copy, 'copied');
    } catch {
      // Only https and localhost have a clipboard to write to.
      getSelection()?.selectAllChildren(snippet);
      tell(copy, 'selected');
    }
  });
  const frame = h('div', { className: 'snippet' });
  snippet.replaceWith(frame);
  frame.append(snippet, copy);
  // What scrolls must be in reach of the keyboard.
  snippet.tabIndex = 0;
}

// Only now: the buttons' texts are translated too.
listenForLanguages({ de: async () => (await import('./strings/embed.de.js')).default });

/** @param {HTMLElement} copy @param {string} key Which of its texts stands on the button for a moment. */
function tell(copy, key) {
  said.textContent = `${show(copy, key)}.`;
  setTimeout(() => {
    show(copy, 'copy');
    said.textContent = '';
  }, 1500);
}

/** @param {HTMLElement} copy @param {string} key @returns What the button now says. */
function show(copy, key) {
  const texts = /** @type {NodeListOf<HTMLElement>} */ (copy.querySelectorAll('[data-s]'));
  for (const text of texts) text.hidden = text.dataset.s !== key;
  return [...texts].find((text) => !text.hidden)?.textContent;
}
