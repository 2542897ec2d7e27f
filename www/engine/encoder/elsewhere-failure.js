// Errors and warnings of the modules that are loaded only when an encoder is not beside the page's scripts.

import english from '../../strings/elsewhere.en.js';
import { messagesOf } from '../failure.js';

export const { message, failure } = messagesOf(english);
