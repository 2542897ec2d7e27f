// A run in an address: its recipe as JSON, deflated, in base64url, behind `#polytask=1.`: `1` is the format's version.

import { essentialsOf } from './essentials.js';

/** @typedef {import('../../types.js').Recipe} Recipe */

const VERSION = 1;

/**
 * @param {Recipe} recipe
 * @param {string | URL} page
 * @returns {Promise<string>} Address of the page that opens the recipe.
 */
export async function recipeToAddress(recipe, page) {
  const address = new URL(page);
  address.hash = `polytask=${VERSION}.${await packed(JSON.stringify(essentialsOf(recipe)))}`;
  return address.href;
}

/** Whether the part of an address from `#` on holds a run. @param {string} hash */
export const isLink = (hash) => hash.startsWith('#polytask=');

/**
 * Reads a link. What does that is loaded for the first one.
 *
 * @param {string} hash The part of an address from `#` on.
 * @param {import('../../strings/words.js').Words} words
 */
export const fromHash = async (hash, words) => (await import('./read-link.js')).fromHash(hash, words, VERSION);

/** @param {string} text */
async function packed(text) {
  const deflated = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
