// What is wrong with the data that a page gives to a tag, in English. Loaded with them.

export default {
  notAddress: (/** @type {string} */ src) => `The attribute src="${src}" is not a valid address.`,
  notFetched: (/** @type {string} */ url, /** @type {number} */ status) =>
    `The sentences could not be fetched: the server answered ${status} for ${url}; check the attribute src.`,
  noAnswer: (/** @type {string} */ url, /** @type {boolean} */ isForeign) =>
    `The sentences could not be fetched: no server answers at ${url}; ${isForeign ? 'the other site must allow it (Access-Control-Allow-Origin)' : 'check the attribute src and the connection'}.`,
  html: (/** @type {string} */ url) =>
    `The attribute src names ${url}, which is a page of HTML and not a table or a recipe; some servers answer so for a missing file. Check the address.`,
  otherKind: (/** @type {string} */ url, /** @type {string} */ type) =>
    `The attribute src names ${url}, which is of type ${type}; it must be a table (CSV, TSV, JSON or JSONL) or a recipe (JSON).`,
  notJson: (/** @type {string} */ url, /** @type {string} */ why) => `${url} is not JSON (${why}).`,
  property: (/** @type {string} */ name) => `The property ${name}`,
  notRecipe: (/** @type {string} */ what) => `${what} is not a recipe: it must be a JSON object with fields such as data and training.`,
  noSentences: (/** @type {string} */ what, /** @type {readonly string[]} */ presets) =>
    `${what} has no sentences: its data must be a preset (${presets.join(', ')}) or a list of examples, each with a text.`,
  leftOut: (/** @type {string} */ name, /** @type {string[]} */ fields) =>
    `Ignored in ${name}, because unknown or invalid: ${fields.join(', ')}.`,
};
