// A run in an address: its recipe as JSON, deflated, in base64url, behind `#polytask=1.`: `1` is the format's version.
//
// A link may come from anybody, so only its known and valid fields are taken over (known-recipe.js), and no more of it is
// inflated than a page can bear.

import { essentialsOf } from './essentials.js';

/** @typedef {import('../document/sources.js').Wish} Wish */
/** @typedef {import('../../types.js').Recipe} Recipe */
/** @typedef {import('../../strings/words.js').Words} Words */
/** @typedef {Pick<Wish, 'recipe' | 'recipeName' | 'notice'>} Linked */

const VERSION = 1;
const LINK = /^#polytask=(\d{1,9})\.(.*)$/s;
/** Most bytes of a link's JSON: thousands of sentences. A link that inflates to more was made to hang the page. */
const MOST_BYTES = 5e6;

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
 * @param {string} hash The part of an address from `#` on.
 * @param {Words} words
 * @returns {Promise<Linked>} Without a recipe if there is none to be read; the notice says why.
 */
export async function fromHash(hash, { tag, sources, n }) {
  const [, version = '', data = ''] = LINK.exec(hash) ?? [];
  const isFuture = Number(version) > VERSION;
  const { knownRecipe, linkWords } = await import('./known-recipe.js');
  const say = await linkWords(tag);
  const unreadable = isFuture ? say.futureUnreadable(version) : say.damaged;
  let read;
  try {
    read = knownRecipe(JSON.parse(await unpacked(data)));
  } catch (error) {
    return { notice: error instanceof TooLarge ? say.tooLarge(n.fixed(MOST_BYTES / 1e6, 0)) : unreadable };
  }
  if (!read) return { notice: unreadable };
  const { recipe, unknown, crowded } = read;
  const notices = [
    ...(isFuture ? [say.future(version)] : []),
    ...(unknown.length > 0 ? [say.unknown(unknown)] : []),
    ...(crowded.length > 0 ? [sources.crowded(crowded)] : []),
  ];
  return { recipe, recipeName: say.name, notice: notices.join(' ') || undefined };
}

class TooLarge extends Error {}

/** @param {string} text */
async function packed(text) {
  const deflated = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  const bytes = new Uint8Array(await new Response(deflated).arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

/** @param {string} data */
async function unpacked(data) {
  const bytes = Uint8Array.from(atob(data.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const reader = inflated.getReader();
  let text = '';
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > MOST_BYTES) {
      reader.cancel().catch(() => {});
      throw new TooLarge();
    }
    text += decoder.decode(value, { stream: true });
  }
}
