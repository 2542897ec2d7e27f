// The languages that there are strings for. A table is loaded when it is first needed.

/** @typedef {import('../strings/words.js').Words} Words */

/** @type {Record<string, () => Promise<{ default: Words }>>} */
const TABLES = {
  en: () => import('../strings/en.js'),
  de: () => import('../strings/de.js'),
};

/** Their tags. */
export const LANGUAGES = Object.keys(TABLES);

/** @param {string} tag One of {@link LANGUAGES}. @returns {Promise<Words>} */
export const tableOf = async (tag) => (await TABLES[tag]()).default;
