// What the parts that work on the reader's own data share: their words, their style sheet, and how far the worker has come.

import { addStyleSheet } from '../ui/styles.js';

/** @typedef {typeof import('../strings/own-data.en.js').default} OwnWords */

/**
 * @param {import('../lab/lab.js').Lab} lab
 * @param {Node} element Where the style sheet is wanted.
 * @returns {Promise<OwnWords>}
 */
export async function ownData(lab, element) {
  const [own] = await Promise.all([
    lab.words.tag === 'de' ? import('../strings/own-data.de.js') : import('../strings/own-data.en.js'),
    addStyleSheet(element.getRootNode(), '../styles/own-data.css'),
  ]);
  return own.default;
}

/**
 * Why a question has no answer, as a sentence; '' if nobody waits for it any more.
 *
 * @param {unknown} error
 */
export const whyNot = (error) => (error instanceof Error && error.name !== 'AbortError' ? error.message : '');
