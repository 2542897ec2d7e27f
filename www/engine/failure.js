// Errors and warnings of the engine, in the form that Rust gives its own: a code, parameters, and the sentence in English.

import english from '../strings/errors.en.js';
import { sentences } from '../strings/sentences.js';

/** @typedef {import('../types.js').Message} Message */
/** @typedef {keyof typeof english} Code */

const inEnglish = sentences(english, 'en-GB');

/**
 * @param {Code} code
 * @param {Message['params']} [params]
 * @returns {Message}
 */
export function message(code, params = {}) {
  return { code, params, message: inEnglish({ code, params, message: '' }) };
}

/** An error that each language has a sentence for. */
export class Failure extends Error {
  /** @param {Message} message */
  constructor({ code, params, message }) {
    super(message);
    this.code = code;
    this.params = params;
  }
}

/**
 * A {@link Failure} of the engine's own.
 *
 * @param {Code} code
 * @param {Message['params']} [params]
 */
export const failure = (code, params) => new Failure(message(code, params));

/**
 * The message of anything that was thrown: a {@link Failure}, an error of Rust's, which has the same fields, or any other.
 *
 * @param {unknown} thrown
 * @returns {Message}
 */
export function messageOf(thrown) {
  if (!(thrown instanceof Error)) return message('unexpected', { why: String(thrown) });
  const { code, params } = /** @type {Partial<Message>} */ (/** @type {unknown} */ (thrown));
  // A DOMException has a code too: a number.
  if (typeof code === 'string' && params) return { code, params, message: thrown.message };
  return message('unexpected', { why: thrown.message });
}
