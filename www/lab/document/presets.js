// The built-in sets of sentences. Their titles, and sentences to try, are in the tables of strings.

/** @typedef {import('../../types.js').Preset} Preset */

/**
 * The preset of a first visit. A run on it takes about a minute and shows what the page is about: dozens of steps in
 * which two losses fall together, accuracy on held-out sentences rising from chance, and a head that then gets a new
 * sentence right. The notebook's own four sentences are over after three steps and hold nothing out.
 *
 * @type {Preset}
 */
export const FIRST_PRESET = { name: 'topic-sentiment' };

/** Simplest first. */
export const PRESET_NAMES = /** @type {const} */ (['notebook', 'topic-sentiment', 'tickets']);

/** @typedef {typeof PRESET_NAMES[number]} PresetName */
