// The errors and warnings that only the worker makes, and the errors that end it.

import english from '../strings/worker-errors.en.js';
import { messagesOf } from './failure.js';

export const { message, failure } = messagesOf(english);

/**
 * Whether an error is a trap, a stack overflow or a failure to grow memory: the wasm instance's state is unknown afterwards.
 *
 * @param {unknown} error
 */
export function isFatal(error) {
  return (
    error instanceof WebAssembly.RuntimeError ||
    error instanceof RangeError ||
    (error instanceof Error && error.name === 'InternalError')
  );
}
