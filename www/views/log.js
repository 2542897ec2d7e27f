// The run's printout, line by line as the notebook prints it.

import { h } from '../ui/dom.js';

/** Beyond this the oldest lines go: a long run must not fill the page's memory. */
const MOST_LINES = 5000;
const COPIED_MS = 1500;
/** Who scrolled to so near the end follows it. */
const NEAR_END = 8;

/** @param {import('../lab/lab.js').Lab} lab @returns {import('../lab/views.js').View} */
export function createLog(lab) {
  const words = lab.words.log;
  const copy = h('button', { type: 'button', className: 'quiet', dataset: { part: 'copy-log' } }, words.copy);
  const lines = h('div', {
    className: 'log-lines',
    tabIndex: 0,
    role: 'region',
    'aria-label': words.label,
    dataset: { part: 'log-lines', empty: words.empty },
  });
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-log', dataset: { part: 'log' } },
    h('header', {}, h('h3', { id: 'h-log' }, words.title), h('p', {}, words.lead), copy),
    lines,
  );
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** What has been printed since the last frame: where one reads is asked once for all of it. @type {HTMLElement[]} */
  let fresh = [];

  copy.addEventListener('click', async () => {
    const text = Array.from(lines.children, (line) => line.textContent).join('\n');
    const copied = await navigator.clipboard?.writeText(text).then(
      () => true,
      () => false,
    );
    copy.textContent = copied ? words.copied : words.notCopied;
    clearTimeout(timer);
    timer = setTimeout(() => (copy.textContent = words.copy), COPIED_MS);
  });

  return {
    element,

    take(event) {
      if (event.type !== 'start') return;
      lines.replaceChildren();
      fresh = [];
    },

    print(text, kind) {
      if (kind === 'epoch' && lines.childElementCount + fresh.length > 0) fresh.push(h('div'));
      const className = kind === 'warning' || kind === 'error' ? kind : '';
      for (const line of text.split('\n')) fresh.push(h('div', { className }, line));
    },

    show() {
      if (fresh.length === 0) return;
      const atEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - NEAR_END;
      lines.append(...fresh);
      fresh = [];
      while (lines.childElementCount > MOST_LINES) lines.firstElementChild?.remove();
      if (atEnd) lines.scrollTop = lines.scrollHeight;
    },

    destroy: () => clearTimeout(timer),
  };
}
