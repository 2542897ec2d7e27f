// Makes the sentence of an error or a warning, in one language, from its code and its parameters.

/** @typedef {import('../types.js').Message} Message */
/** @typedef {Message['params'][string]} Param */

/** Where a parameter goes in a template: `{name}`, or with a format `{name:size}`. */
const HOLE = /\{(\w+)(?::(\?|\w+))?\}/g;

/**
 * @param {Record<string, string>} table Code to template. A template names its parameters in braces: `{name}` as it is,
 *   `{name:?}` a text in quotes; of numbers, `{name:e}` 1e-3, `{name:grouped}` 1,234 and `{name:size}`, bytes, 1.2 GB.
 * @param {string} locale How numbers are written.
 * @returns {(message: Message) => string} Gives the English sentence where the table does not have the code.
 */
export function sentences(table, locale) {
  /** The decimal point. Asked for when it is needed: the first question about a language takes 40 ms. @type {string | undefined} */
  let point;

  /** @param {Param} value @param {string} [format] */
  function written(value, format) {
    if (typeof value === 'object') return sentence(value);
    // NaN and infinity come as text.
    if (typeof value === 'string') return format === '?' ? JSON.stringify(value) : value;
    return format === 'grouped' ? value.toLocaleString(locale) : number(value, format).replace('.', () => (point ??= (1.5).toLocaleString(locale)[1]));
  }

  /** @param {Message} message @returns {string} */
  function sentence({ code, params, message }) {
    if (!Object.hasOwn(table, code)) return message;
    const said = table[code].replaceAll(HOLE, (_, name, format) => written(params[name], format));
    return params.place === undefined ? said : `${written(params.place)}: ${said}`;
  }

  return sentence;
}

/** A number as Rust writes it in English sentences (src/error.rs). @param {number} x @param {string} [format] */
function number(x, format) {
  if (format === 'e') return x.toExponential().replace('+', '');
  if (format !== 'size') return String(x);
  if (x >= 1e12) return `${(x / 1e12).toFixed(1)} TB`;
  return x >= 1e9 ? `${(x / 1e9).toFixed(1)} GB` : `${(x / 1e6).toFixed(0)} MB`;
}
