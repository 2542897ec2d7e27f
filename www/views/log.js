// The run's printout, line by line as the notebook prints it.

import { h } from '../ui/dom.js';

/** Beyond this the oldest lines go: a long run must not fill the page's memory. */
const MOST_LINES = 5000;
const COPIED_MS = 1500;
/** A reader who has scrolled this near to the end follows it, in px. */
const NEAR_END = 8;

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
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
  /** The run, or the place of one, whose lines are read. @type {import('../lab/run/types.js').Outline | undefined} */
  let shown;
  /** How many of them have been read. */
  let read = 0;

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

  /** @param {{ text: string, kind: import('../types.js').RunEvent['type'] }} printed */
  function elementsOf({ text, kind }) {
    const className = kind === 'warning' || kind === 'error' ? kind : '';
    return text.split('\n').map((line) => h('div', { className }, line));
  }

  return {
    element,

    render({ shown: { outline, printed }, started }) {
      if (outline !== shown) {
        [shown, read] = [outline, 0];
        // The lines of a run stay until the next one starts.
        if (outline === started?.event) lines.replaceChildren();
      }
      const fresh = printed.since(read);
      read = printed.length;
      if (fresh.length === 0) return;
      const atEnd = lines.scrollTop + lines.clientHeight >= lines.scrollHeight - NEAR_END;
      for (const each of fresh) {
        if (each.kind === 'epoch' && lines.childElementCount > 0) lines.append(h('div'));
        lines.append(...elementsOf(each));
      }
      while (lines.childElementCount > MOST_LINES) lines.firstElementChild?.remove();
      if (atEnd) lines.scrollTop = lines.scrollHeight;
    },

    destroy: () => clearTimeout(timer),
  };
}
