// The page "Embed it": applies the reader's language and colours, writes this site's address into the snippets, and gives each
// snippet a Copy button.

import { listenForLanguages, listenForThemes } from './choices.js';
import { h } from './ui/dom.js';

listenForThemes();

for (const address of document.querySelectorAll('.address')) address.textContent = new URL('./', location.href).href;

/** A live region: screen readers read its text aloud. */
const said = h('p', { className: 'sr', role: 'status' });
document.body.append(said);

/** The Copy button. It contains all of its texts, of which one is shown at a time. */
const button = /** @type {HTMLTemplateElement} */ (document.querySelector('#copy')).content.querySelector('button');

for (const snippet of document.querySelectorAll('pre')) {
  const copy = /** @type {HTMLButtonElement} */ (button?.cloneNode(true));
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(snippet.textContent ?? '');
      tell(copy, 'copied');
    } catch {
      // Only pages on https or localhost may write to the clipboard.
      getSelection()?.selectAllChildren(snippet);
      tell(copy, 'selected');
    }
  });
  const frame = h('div', { className: 'snippet' });
  snippet.replaceWith(frame);
  frame.append(snippet, copy);
  // Lets the keyboard scroll the snippet.
  snippet.tabIndex = 0;
}

// Called after the buttons are in the page, so that their texts are translated too.
listenForLanguages({ de: async () => (await import('./strings/embed.de.js')).default });

/** @param {HTMLElement} copy @param {string} key The text to show for a moment. */
function tell(copy, key) {
  said.textContent = `${show(copy, key)}.`;
  setTimeout(() => {
    show(copy, 'copy');
    said.textContent = '';
  }, 1500);
}

/** @param {HTMLElement} copy @param {string} key @returns The button's text. */
function show(copy, key) {
  const texts = /** @type {NodeListOf<HTMLElement>} */ (copy.querySelectorAll('[data-s]'));
  for (const text of texts) text.hidden = text.dataset.s !== key;
  return [...texts].find((text) => !text.hidden)?.textContent;
}
