// The run in the page's address.

import { fromHash, isLink } from '../lab/recipe/link.js';

/** @typedef {import('../strings/words.js').Words} Words */

/**
 * The run of the page's address, if it names one; the address is without it afterwards.
 *
 * @param {Words} words
 * @returns {Promise<import('../lab/recipe/link.js').Linked | undefined>}
 */
export async function fromAddress(words) {
  const { hash, pathname, search } = location;
  if (!isLink(hash)) return undefined;
  history.replaceState(history.state, '', pathname + search);
  return fromHash(hash, words);
}
