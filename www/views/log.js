// The run's printout, line by line as the notebook prints it.

import { h, part } from './dom.js';

/** Beyond this the oldest lines go: a long run must not fill the page's memory. */
const MOST_LINES = 5000;

/** @param {HTMLElement} root */
export function createLog(root) {
  const lines = part(root, 'log-lines');
  const copy = part(root, 'copy-log');

  copy.addEventListener('click', async () => {
    const text = Array.from(lines.children, (line) => line.textContent).join('\n');
    await navigator.clipboard?.writeText(text).catch(() => {});
    copy.textContent = 'Copied';
    setTimeout(() => (copy.textContent = 'Copy'), 1500);
  });

  return {
    /** @param {string} text One or several lines. @param {'' | 'paragraph' | 'warning' | 'error'} [kind] A paragraph has an empty line before it. */
    print(text, kind = '') {
      const atEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - 8;
      if (kind === 'paragraph' && lines.childElementCount > 0) lines.append(h('div'));
      for (const line of text.split('\n')) lines.append(h('div', { className: kind }, line));
      while (lines.childElementCount > MOST_LINES) lines.firstElementChild?.remove();
      if (atEnd) lines.scrollTop = lines.scrollHeight;
    },

    clear: () => lines.replaceChildren(),
  };
}
