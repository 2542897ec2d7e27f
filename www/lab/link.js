// A run in an address: the recipe as JSON, deflated, in base64url, behind `#polytask=1.`: `1` is the format's version.

/** @typedef {import('./sources.js').Wish} Wish */
/** @typedef {import('../types.js').Recipe} Recipe */

/**
 * The run of the page's address, if it names one.
 *
 * @param {import('../strings/words.js').Words} words
 * @returns {Promise<Pick<Wish, 'recipe' | 'recipeName' | 'notice'> | undefined>}
 */
export async function fromAddress(words) {
  return undefined;
}
