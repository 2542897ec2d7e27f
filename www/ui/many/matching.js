// The choices that a reader may mean by a part of a name.

/** So many choices are listed at once; typing finds the others. */
const MOST = 50;
/**
 * The choices that contain a text, whatever its case: those that begin with it first.
 *
 * @param {string[]} choices
 * @param {string} text All choices contain ''.
 * @param {number} [most]
 * @returns {{ found: string[], count: number }} At most `most` of them, and how many there are.
 */
export function matching(choices, text, most = MOST) {
  const wanted = text.toLowerCase();
  /** @type {string[]} */
  const first = [];
  /** @type {string[]} */
  const others = [];
  for (const choice of choices) {
    const at = choice.toLowerCase().indexOf(wanted);
    if (at === 0) first.push(choice);
    else if (at > 0) others.push(choice);
  }
  return { found: [...first.slice(0, most), ...others.slice(0, Math.max(0, most - first.length))], count: first.length + others.length };
}

