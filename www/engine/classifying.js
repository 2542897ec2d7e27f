// A file that a run's model classifies, sentence by sentence, and that is written with the answers as often as the reader likes.

import { breathe } from './breathe.js';
import { failure } from './worker-failure.js';

/** @typedef {import('../types.js').Classification} Classification */
/** @typedef {Extract<import('../types.js').Command, { type: 'classify' }>} Classify */

export class Classifying {
  #polytask;
  #say;
  /** The file that was classified last. @type {Classification | undefined} */
  #classification;
  /** Number of the latest file to classify. An earlier one stops at its next `await`. */
  #latest = 0;

  /** @param {Promise<import('../types.js').Polytask>} polytask @param {import('./runner.js').Say} say */
  constructor(polytask, say) {
    this.#polytask = polytask;
    this.#say = say;
  }

  /**
   * Answers `classify`.
   *
   * @param {Classify} command
   * @param {import('../types.js').Session} session
   * @param {() => boolean} changed Whether the session's model has changed since the command came.
   * @param {number} [request]
   */
  async classify({ name, bytes, text, trained }, session, changed, request) {
    const { Classification } = await this.#polytask;
    this.forget();
    const mine = this.#latest;
    const file = new Classification(session, name, bytes, text, trained);
    this.#classification = file;
    while (!file.advance(session)) {
      this.#say({ type: 'encoded', done: file.done, sentences: file.sentences }, 'classify', undefined, request);
      await breathe();
      if (mine !== this.#latest) throw failure('run.superseded');
      // The answers must be those of one model.
      if (changed()) throw failure('run.replaced');
    }
    this.#say({ type: 'classified', ...file.classified() }, 'classify', undefined, request);
  }

  /**
   * The file that was classified last, with the answers' columns beside its own.
   *
   * @param {import('../types.js').Written} written
   * @param {number | undefined} threshold An answer below it is blank.
   * @param {boolean} all Whether to write the probabilities of all classes.
   * @returns {Uint8Array}
   */
  write(written, threshold, all) {
    if (!this.#classification) throw failure('run.nothing_classified');
    return this.#classification.write(written, threshold, all);
  }

  /** Stops classifying and frees the file. */
  forget() {
    this.#latest += 1;
    this.#classification?.free();
    this.#classification = undefined;
  }
}
