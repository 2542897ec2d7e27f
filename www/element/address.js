// Reads the run that the page's address contains (a shared link).

import { fromHash, isLink } from '../lab/recipe/link.js';

/** @typedef {import('../strings/words.js').Words} Words */

/**
 * Reads the run from the address's hash, if there is one, and removes it from the address.
 *
 * @param {Words} words
 * @returns {Promise<import('../lab/recipe/read-link.js').Linked | undefined>}
 */
export async function fromAddress(words) {
  const { hash, pathname, search } = location;
  if (!isLink(hash)) return undefined;
  history.replaceState(history.state, '', pathname + search);
  return fromHash(hash, words);
}
