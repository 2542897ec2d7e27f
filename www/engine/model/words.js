// The words about models in a language.

/** @typedef {typeof import('../../strings/model.en.js').default} ModelWords */

/** @param {string} tag The language's. @returns {Promise<ModelWords>} */
export const modelWords = async (tag) => (await (tag === 'de' ? import('../../strings/model.de.js') : import('../../strings/model.en.js'))).default;
