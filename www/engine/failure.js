// The engine's errors and warnings, in the same form as Rust's: a code, parameters and the English sentence.

import english from '../strings/errors.en.js';
import { sentences } from '../strings/sentences.js';

/** @typedef {import('../types.js').Message} Message */

/**
 * What makes the messages of a table.
 *
 * @template {Record<string, string>} T
 * @param {T} table
 */
export function messagesOf(table) {
  const inEnglish = sentences(table, 'en-GB');
  /** @param {keyof T & string} code @param {Message['params']} [params] @returns {Message} */
  const message = (code, params = {}) => ({ code, params, message: inEnglish({ code, params, message: '' }) });
  return {
    message,
    /** Makes a {@link Failure}. @param {keyof T & string} code @param {Message['params']} [params] */
    failure: (code, params) => new Failure(message(code, params)),
  };
}

/** An error with a code, for which each language has a sentence. */
export class Failure extends Error {
  /** @param {Message} message */
  constructor({ code, params, message }) {
    super(message);
    this.code = code;
    this.params = params;
  }
}

export const { message, failure } = messagesOf(english);

/**
 * The message of a thrown value: a {@link Failure}, an error from Rust (with the same fields), or any other.
 *
 * @param {unknown} thrown
 * @returns {Message}
 */
export function messageOf(thrown) {
  if (!(thrown instanceof Error)) return message('unexpected', { why: String(thrown) });
  const { code, params } = /** @type {Partial<Message>} */ (/** @type {unknown} */ (thrown));
  // A DOMException has a `code` too, but a number.
  if (typeof code === 'string' && params) return { code, params, message: thrown.message };
  return message('unexpected', { why: thrown.message });
}
