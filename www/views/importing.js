// Bringing in sentences of one's own: a file chosen, dropped, or pasted as text.

import { h } from '../ui/dom.js';

/** More than this is no table for a browser tab, and would freeze it while being read. */
const MOST_BYTES = 50e6;

/**
 * Takes a table. Resolves whether it was taken; if not, `complain` hears what is wrong with it.
 *
 * @typedef {(file: import('../lab/document/columns.js').TableFile, complain?: (message: string) => void) => Promise<boolean>} TakeTable
 */

/**
 * @param {HTMLElement} root The section; a file can be dropped and a table pasted anywhere on it.
 * @param {import('../strings/words.js').Words} words
 * @param {TakeTable} take
 * @param {(message: string) => void} complain
 * @param {(dialog: HTMLDialogElement, use: import('./paste-dialog.js').UseText) => void} openPaste Opens the dialog for a table as text.
 */
export function createImport(root, { sentences: words, n }, take, complain, openPaste) {
  const input = h('input', {
    type: 'file',
    accept: '.csv,.tsv,.tab,.txt,.json,.jsonl,.ndjson,text/csv,text/tab-separated-values,application/json,application/jsonl',
    hidden: true,
    dataset: { part: 'file' },
  });
  const open = h('button', { type: 'button', dataset: { part: 'open-file' } }, words.open);
  const paste = h('button', { type: 'button', dataset: { part: 'paste' } }, words.paste);

  /** @param {File | undefined} file */
  async function read(file) {
    if (!file) return;
    if (file.size > MOST_BYTES) {
      complain(words.tooBig(file.name, n.fixed(file.size / 1e6, 0), n.fixed(MOST_BYTES / 1e6, 0)));
      return;
    }
    const content = await file.arrayBuffer().catch(() => complain(words.unreadable(file.name)));
    if (content) await take({ name: file.name, bytes: new Uint8Array(content) });
  }

  /** @param {string} ending @param {string} text */
  const pasted = (ending, text) => ({ name: words.pasted(ending), bytes: new TextEncoder().encode(text) });

  open.addEventListener('click', () => input.click());
  input.addEventListener('change', async () => {
    await read(input.files?.[0]);
    input.value = ''; // So that the same file can be chosen again after it was corrected.
  });

  root.addEventListener('dragover', (event) => {
    if (!event.dataTransfer?.types.includes('Files')) return;
    event.preventDefault();
    root.classList.add('dropping');
  });
  root.addEventListener('dragleave', (event) => {
    if (event.relatedTarget instanceof Node && root.contains(event.relatedTarget)) return;
    root.classList.remove('dropping');
  });
  root.addEventListener('drop', (event) => {
    root.classList.remove('dropping');
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    read(event.dataTransfer.files[0]);
  });

  // On the section or, with nothing focused, while it is on the screen. A sentence pasted into a cell is left alone.
  /** @param {ClipboardEvent} event */
  function onPaste(event) {
    const target = event.composedPath()[0];
    if (event.defaultPrevented || !(target instanceof Element) || target.closest('dialog')) return;
    if (!root.contains(target) && !(target === document.body && isOnScreen(root))) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    const ending = tableEnding(text);
    if (!ending) return;
    event.preventDefault();
    take(pasted(ending, text));
  }
  document.addEventListener('paste', onPaste);

  const dialog = h('dialog', { className: 'dialog', 'aria-labelledby': 'h-paste', dataset: { part: 'paste-dialog' } });
  paste.addEventListener('click', () =>
    openPaste(dialog, (text, complain) => {
      const ending = tableEnding(text);
      return ending ? take(pasted(ending, text), complain) : undefined;
    }),
  );

  return {
    buttons: [open, paste],
    /** Elements that show only when they are needed. */
    hidden: [input, dialog],
    destroy: () => document.removeEventListener('paste', onPaste),
  };
}

/** @param {Element} element */
function isOnScreen(element) {
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > 0 && top < innerHeight;
}

/**
 * Which kind of table a pasted text is, if it is one at all: several lines, the first of which has separators.
 *
 * @param {string} text
 */
function tableEnding(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length < 2) return undefined;
  if (lines.every((line) => line.trimStart().startsWith('{'))) return 'jsonl';
  if (lines[0].includes('\t')) return 'tsv';
  return /[,;]/.test(lines[0]) && !/[.!?]\s*$/.test(lines[0]) ? 'csv' : undefined;
}
