// Says in another language what the worker says in English. Rust and the worker compose whole sentences, the same for every
// face; a table gives each of them in the language of the page, with `{name}` for what varies, and
// `{#name}` for what varies and is a figure.

/** Names in quotes, one or several: the reader's own, not ours to translate. */
const QUOTED = /^"(?:[^"\\]|\\.)*"(?:, "(?:[^"\\]|\\.)*")*$/;
/** A figure as English writes it, with its unit. */
const FIGURE = '-?\\d[\\d,]*(?:\\.\\d+)?(?: [TGM]B)?';
/** Where, and what: parted by the first colon that stands in no quotes. */
const PLACE_AND_WRONG = /^((?:"(?:[^"\\]|\\.)*"|[^"])*?): ([^]*)$/;
const HOLE = /\{(#?\w+)\}/g;
const isFigure = new RegExp(`^${FIGURE}$`);

/**
 * @param {Record<string, string>} table English to the other language. What stands for `{name}` is translated likewise
 *   where the table has it, so that a sentence may be put together from parts.
 * @param {{ group: string, point: string }} marks What parts thousands, and what decimals.
 * @returns {(text: string) => string} Gives back what the table does not have.
 */
export function translator(table, { group, point }) {
  const rules = Object.entries(table).map(([from, to]) => ({
    pattern: new RegExp(`^${from.split(HOLE).map((part, i) => (i % 2 ? `(${part.startsWith('#') ? FIGURE : '[^]*?'})` : escaped(part))).join('')}$`),
    names: Array.from(from.matchAll(HOLE), ([, name]) => name),
    to,
    said: from.replaceAll(HOLE, '').length,
    // What begins with a hole would take a place for part of it, unless it has the colon itself.
    withPlace: !from.startsWith('{') || from.includes(': '),
  }));
  // Of several that fit, the one that says most by itself.
  rules.sort((one, other) => other.said - one.said);
  const [whole, parts] = [rules.filter(({ withPlace }) => withPlace), rules.filter(({ withPlace }) => !withPlace)];

  const mark = (/** @type {string} */ sign) => (sign === ',' ? group : point);

  /** @param {typeof rules} some @param {string} text */
  function first(some, text) {
    for (const { pattern, names, to } of some) {
      const found = pattern.exec(text);
      if (found) return to.replaceAll(HOLE, (_, name) => translate(found[names.indexOf(name) + 1]));
    }
    return undefined;
  }

  /** @param {string} text @returns {string} */
  function translate(text) {
    if (QUOTED.test(text)) return text;
    if (isFigure.test(text)) return text.replaceAll(/[,.]/g, mark);
    const said = first(whole, text);
    if (said !== undefined) return said;
    const placed = PLACE_AND_WRONG.exec(text);
    if (placed) return `${translate(placed[1])}: ${translate(placed[2])}`;
    return first(parts, text) ?? text;
  }
  return translate;
}

/** @param {string} text */
const escaped = (text) => text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
