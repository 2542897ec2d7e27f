// The errors and warnings that only the worker makes.

import english from '../strings/worker-errors.en.js';
import { messagesOf } from './failure.js';

export const { message, failure } = messagesOf(english);
