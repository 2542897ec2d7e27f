// Errors of saved models in a page of one's own.

import english from '../../strings/saved-model.en.js';
import { messagesOf } from '../failure.js';

export const { failure } = messagesOf(english);
