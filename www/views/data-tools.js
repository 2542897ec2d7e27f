// The buttons for the check of the data and for the sentence to label next. Each view is loaded at the first click.

import { labelOf } from '../lab/document/sentences.js';
import { h } from '../ui/dom.js';
import { late } from '../ui/late.js';

/** @typedef {import('../lab/document/sentences.js').Table} Table */

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {(row: number) => void} showRow Shows a row of the table, counted from 0.
 */
export function createDataTools(lab, showRow) {
  const words = lab.words.sentences;
  const check = h('button', { type: 'button', dataset: { part: 'check-data' } }, words.check);
  const next = h('button', { type: 'button', hidden: true, dataset: { part: 'label-next' } }, words.labelNext);
  const findings = h('section', { className: 'findings', hidden: true, 'aria-labelledby': 'h-findings', dataset: { part: 'findings' } });
  const dialog = h('dialog', { className: 'dialog label-next', 'aria-labelledby': 'h-label-next', dataset: { part: 'label-next-dialog' } });
  const notLoaded = (/** @type {string} */ what) => () => lab.notices.error(lab.words.lab.notLoaded(what));
  const checking = late(async () => (await import('./check.js')).createCheck(lab, findings, showRow, () => check.focus()), notLoaded(words.check));
  const labelling = late(async () => (await import('./label-next.js')).createLabelNext(lab, dialog), notLoaded(words.labelNext));

  /** The name of the set of sentences that was shown last. */
  let shownName = '';

  check.addEventListener('click', async () => (await checking())?.());
  next.addEventListener('click', async () => (await labelling())?.());
  // With the last label given, there is no button any more that the focus could return to.
  dialog.addEventListener('close', () => next.hidden && check.focus());

  return {
    buttons: [check, next],
    findings,
    dialog,

    /** @param {Table} table */
    edit(table) {
      // Findings of other sentences mean nothing.
      if (table.name !== shownName) findings.hidden = true;
      shownName = table.name;
      const isOpen = hasBlanks(table);
      if (!isOpen && next.matches(':focus')) check.focus();
      next.hidden = !isOpen;
    },
  };
}

/** Whether a sentence has no label for some task. @param {Table} table */
const hasBlanks = ({ tasks, examples }) => examples.some((example) => tasks.some(({ name }) => labelOf(example, name) === ''));
