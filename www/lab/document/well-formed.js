// Text as Rust will read it. A JavaScript string may hold half of a character (a lone surrogate: an emoji that was cut in two),
// which becomes U+FFFD on its way into the module. Text that enters a lab is changed in the same way, so that a sentence, a
// label or a name that comes back from the module equals the one that was sent.

/**
 * A text with U+FFFD in place of each half character: what browsers call a USVString. What is no text stays, to be refused by the
 * module.
 *
 * @param {string} text
 */
export const wellFormed = (text) => (typeof text === 'string' ? text.toWellFormed() : text);

/** No value of a recipe is nested more deeply. */
const DEEPEST = 10;

/**
 * The same for every text, and every key, of a JSON value, in which `"\ud83d"` is such a half. Leaves out what is nested so deeply
 * that it would exhaust the stack.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
export function wellFormedJson(value, depth = 0) {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === DEEPEST) return undefined;
  const inside = (/** @type {unknown} */ inner) => wellFormedJson(inner, depth + 1);
  if (Array.isArray(value)) return value.map(inside);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [wellFormed(key), inside(inner)]));
}
