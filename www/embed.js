// "Embed it": writes this site's own address into the snippets, gives each a button that copies it, and has the colours that
// the reader chose in the article.

import { h } from './ui/dom.js';

const theme = chosenTheme();
if (theme) {
  document.documentElement.dataset.theme = theme;
  for (const lab of document.querySelectorAll('polytask-lab')) lab.setAttribute('theme', theme);
}

for (const address of document.querySelectorAll('.address')) address.textContent = new URL('./', location.href).href;

/** What screen readers are told. */
const said = h('p', { className: 'sr', role: 'status' });
document.body.append(said);

for (const snippet of document.querySelectorAll('pre')) {
  const copy = h('button', { type: 'button', className: 'copy' }, 'Copy');
  copy.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(snippet.textContent ?? '');
      tell(copy, 'Copied');
    } catch {
      // Only https and localhost have a clipboard to write to.
      getSelection()?.selectAllChildren(snippet);
      tell(copy, 'Selected');
    }
  });
  const frame = h('div', { className: 'snippet' });
  snippet.replaceWith(frame);
  frame.append(snippet, copy);
  // What scrolls must be in reach of the keyboard.
  snippet.tabIndex = 0;
}

/** @param {HTMLElement} button @param {string} what Stands on the button for a moment. */
function tell(button, what) {
  button.textContent = what;
  said.textContent = `${what}.`;
  setTimeout(() => {
    button.textContent = 'Copy';
    said.textContent = '';
  }, 1500);
}

/** `light` or `dark`, where storage is not denied and the reader chose. */
function chosenTheme() {
  try {
    const theme = localStorage.getItem('polytask-theme');
    return theme === 'light' || theme === 'dark' ? theme : undefined;
  } catch {
    return undefined;
  }
}
