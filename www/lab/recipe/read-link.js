// Reads a run from an address: see link.js.
//
// A link may come from anybody, so only its known and valid fields are taken over (known-recipe.js), and no more of it is
// inflated than a page can bear.

/** @typedef {import('../document/sources.js').Wish} Wish */
/** @typedef {import('../../strings/words.js').Words} Words */
/** @typedef {Pick<Wish, 'recipe' | 'recipeName' | 'notice'>} Linked */

const LINK = /^#polytask=(\d{1,9})\.(.*)$/s;
/** Most bytes of a link's JSON: thousands of sentences. A link that inflates to more was made to hang the page. */
const MOST_BYTES = 5e6;

/**
 * @param {string} hash The part of an address from `#` on.
 * @param {Words} words
 * @param {number} latest The latest version of the format.
 * @returns {Promise<Linked>} Without a recipe if there is none to be read; the notice says why.
 */
export async function fromHash(hash, { tag, sources, n }, latest) {
  const [, version = '', data = ''] = LINK.exec(hash) ?? [];
  const isFuture = Number(version) > latest;
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
