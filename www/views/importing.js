// Bringing in sentences of one's own: a file chosen, dropped, or pasted as text.

import { part } from './dom.js';

/** More than this is no table for a browser tab, and would freeze it while being read. */
const MOST_BYTES = 50e6;

/**
 * @param {HTMLElement} root The section; a file can be dropped and a table pasted anywhere on it.
 * @param {(filename: string, text: string) => unknown} take
 * @param {(message: string) => void} complain
 */
export function createImport(root, take, complain) {
  const input = /** @type {HTMLInputElement} */ (part(root, 'file'));

  /** @param {File | undefined} file */
  async function read(file) {
    if (!file) return;
    if (file.size > MOST_BYTES) {
      complain(`${file.name}: has ${Math.round(file.size / 1e6)} MB; at most ${MOST_BYTES / 1e6} MB can be read here.`);
      return;
    }
    try {
      take(file.name, await file.text());
    } catch {
      complain(`${file.name}: could not be read; was it moved or is it a folder?`);
    }
  }

  part(root, 'open-file').addEventListener('click', () => input.click());
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

  // On the section or, with nothing focused, anywhere. A sentence that is pasted into a cell is left alone.
  document.addEventListener('paste', (event) => {
    const { target } = event;
    if (!(target instanceof Element) || !(root.contains(target) || target === document.body)) return;
    if (target.closest('dialog')) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    const ending = tableEnding(text);
    if (!ending) return;
    event.preventDefault();
    take(`pasted text.${ending}`, text);
  });
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
  return lines[0].includes(',') && !/[.!?]\s*$/.test(lines[0]) ? 'csv' : undefined;
}
