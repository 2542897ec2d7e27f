// Errors and warnings of the modules that are loaded only when an encoder is not beside the page's scripts.

import english from '../../strings/elsewhere.en.js';
import { sentences } from '../../strings/sentences.js';
import { Failure } from '../failure.js';

/** @typedef {import('../../types.js').Message} Message */
/** @typedef {keyof typeof english} Code */

const inEnglish = sentences(english, 'en-GB');

/** @param {Code} code @param {Message['params']} [params] @returns {Message} */
export const message = (code, params = {}) => ({ code, params, message: inEnglish({ code, params, message: '' }) });

/** @param {Code} code @param {Message['params']} [params] */
export const failure = (code, params) => new Failure(message(code, params));
