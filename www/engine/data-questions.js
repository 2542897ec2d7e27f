// Questions about a run's data: which sentences and labels are doubtful, and which sentence to label next. Both are answered from
// the sentences' vectors, which are kept for the next question.

import { breathe } from './breathe.js';
import { failure, isFatal } from './worker-failure.js';

/** @typedef {import('../types.js').Command} Command */
/** @typedef {import('../types.js').DataCheck} DataCheck */
/** @typedef {import('./runner.js').Recipe} Recipe */

export class DataQuestions {
  #polytask;
  #encoder;
  #say;
  /** The sentences as the encoder sees them. @type {DataCheck | undefined} */
  #dataCheck;
  /** Number of the latest question. An earlier one stops at its next `await`. */
  #latest = 0;

  /**
   * @param {Promise<import('../types.js').Polytask>} polytask
   * @param {import('./run-encoder.js').RunEncoder} encoder
   * @param {import('./runner.js').Say} say
   */
  constructor(polytask, encoder, say) {
    this.#polytask = polytask;
    this.#encoder = encoder;
    this.#say = say;
  }

  /** Answers `check`. @param {Recipe} recipe @param {number} [request] */
  async check(recipe, request) {
    const mine = ++this.#latest;
    const check = await this.#checkOf(recipe, mine, 'check', request);
    const findings = check.findings();
    findings.near_duplicates = await this.#searched(() => check.near_duplicates(), mine);
    for (let task = 0; task < check.tasks; task++)
      findings.label_errors.push(await this.#searched(() => check.label_errors(task), mine));
    this.#say({ type: 'findings', ...findings }, 'check', undefined, request);
  }

  /** Answers `label_next`. @param {Recipe} recipe @param {number} n Number of sentences. @param {number} [request] */
  async labelNext(recipe, n, request) {
    const check = await this.#checkOf(recipe, ++this.#latest, 'label_next', request);
    this.#say({ type: 'label_next', ...check.label_next(n) }, 'label_next', undefined, request);
  }

  /** Stops a question and frees the sentences' vectors: they are of another encoder, or of no use any more. */
  forget() {
    this.#latest += 1;
    this.#dataCheck?.free();
    this.#dataCheck = undefined;
  }

  /**
   * The sentences of `recipe` as the encoder sees them. The vectors of an earlier question are used again if the sentences
   * are the same.
   *
   * @param {Recipe} recipe
   * @param {number} mine Number of the question.
   * @param {Command['type']} of
   * @param {number} [request]
   * @returns {Promise<DataCheck>} Rejects if another question takes its place.
   */
  async #checkOf(recipe, mine, of, request) {
    if (!this.#dataCheck?.relabel(recipe)) {
      this.#dataCheck?.free();
      this.#dataCheck = undefined;
      const made = await this.#encoder.undamaged(() => this.#makeCheck(recipe, mine));
      this.#dataCheck = made;
    }
    const check = this.#dataCheck;
    for (let done = check.advance(); done < check.sentences; done = check.advance()) {
      this.#sayEncoded(done, check.sentences, of, request);
      await breathe();
      this.#assertLatest(mine);
    }
    this.#sayEncoded(check.sentences, check.sentences, of, request);
    return check;
  }

  /** @param {Recipe} recipe @param {number} mine @returns {Promise<DataCheck>} */
  async #makeCheck(recipe, mine) {
    const { DataCheck } = await this.#polytask;
    const { pieces, small } = await this.#encoder.read();
    this.#assertLatest(mine);
    const check = new DataCheck(recipe, ...small);
    try {
      for await (const piece of pieces) {
        this.#assertLatest(mine);
        check.receive(piece);
      }
      this.#assertLatest(mine);
      check.begin();
      return check;
    } catch (error) {
      if (!isFatal(error)) check.free();
      throw error;
    }
  }

  /**
   * The result of a search that is made piece by piece.
   *
   * @template T
   * @param {() => T | undefined} search Does the next piece. Returns the result after the last one.
   * @param {number} mine Number of the question.
   * @returns {Promise<T>}
   */
  async #searched(search, mine) {
    for (;;) {
      await breathe();
      this.#assertLatest(mine);
      const found = search();
      if (found) return found;
    }
  }

  /** Throws if another question has taken this one's place. @param {number} mine */
  #assertLatest(mine) {
    if (mine !== this.#latest) throw failure('run.superseded');
  }

  /** @param {number} done @param {number} sentences @param {Command['type']} of @param {number} [request] */
  #sayEncoded(done, sentences, of, request) {
    this.#say({ type: 'encoded', done, sentences }, of, undefined, request);
  }
}
