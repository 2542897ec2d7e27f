// Questions about the run, each with a number: an answer reaches the one who asked, and nobody else.

/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {Extract<RunEvent, { type: 'encoded' }>} Encoded */
/** @typedef {import('../../types.js').Command} Command */
/** @typedef {Extract<Command, { type: 'predict' | 'tokenize' | 'explain' | 'interference' | 'check' | 'label_next' | 'classify' }>} Question */
/**
 * The event that answers each.
 *
 * @typedef {object} Answers
 * @property {import('../../types.js').Prediction} predict
 * @property {import('./types.js').Tokens} tokenize
 * @property {import('./types.js').Saliency} explain
 * @property {Extract<RunEvent, { type: 'interference' }>} interference
 * @property {Extract<RunEvent, { type: 'findings' }>} check
 * @property {Extract<RunEvent, { type: 'label_next' }>} label_next
 * @property {Extract<RunEvent, { type: 'classified' }>} classify
 */

/** Questions about the sentences: they need the encoder and no run. @type {Set<Command['type']>} */
export const ABOUT_DATA = new Set(['check', 'label_next']);

/**
 * @typedef {object} Open
 * @property {Question} question
 * @property {boolean} isSent
 * @property {(encoded: Encoded) => void} [progress]
 * @property {(answer: any) => void} resolve
 * @property {(why: Error | DOMException) => void} reject
 */

export class Questions {
  /** By their numbers. @type {Map<number, Open>} */
  #open = new Map();
  /** Those who wait for the run's end. @type {PromiseWithResolvers<void>[]} */
  #ends = [];

  /**
   * @param {number} request Its number.
   * @param {Question} question
   * @param {(encoded: Encoded) => void} [progress] Hears how far the worker has come.
   * @returns {Promise<any>} The event that answers it. Rejects with one sentence.
   */
  add(request, question, progress) {
    return new Promise((resolve, reject) => this.#open.set(request, { question, isSent: false, progress, resolve, reject }));
  }

  /**
   * The questions that have not been sent and can be, in order: they are, with this.
   *
   * @param {boolean} hasRun Whether there is a run to ask. Questions about the sentences need none.
   * @returns {[request: number, question: Question][]}
   */
  send(hasRun) {
    const unsent = [...this.#open].filter(([, { isSent, question }]) => !isSent && (hasRun || ABOUT_DATA.has(question.type)));
    for (const [, open] of unsent) open.isSent = true;
    return unsent.map(([request, { question }]) => [request, question]);
  }

  /** Whether somebody waits for the answer. @param {number | undefined} request */
  awaits(request) {
    return request !== undefined && this.#open.has(request);
  }

  /** @param {number} request @param {RunEvent} event The answer, or how far the worker has come with it. */
  answer(request, event) {
    if (event.type === 'encoded') this.#open.get(request)?.progress?.(event);
    else this.#close(request)?.resolve(event);
  }

  /** @param {number | undefined} request @param {Error | DOMException} why */
  refuse(request, why) {
    this.#close(request)?.reject(why);
  }

  /** Resolves when the run ends. Rejects when it cannot begin or go on. @returns {Promise<void>} */
  end() {
    const waiting = Promise.withResolvers();
    // The reader sees why it cannot: a page that does not wait has no use for an error on its console.
    waiting.promise.catch(() => {});
    this.#ends.push(waiting);
    return waiting.promise;
  }

  /** The run has ended, or will not. @param {Error | DOMException} [why] Why it will not. */
  ended(why) {
    for (const { resolve, reject } of this.#ends.splice(0)) why ? reject(why) : resolve();
  }

  /** Nobody gets an answer. @param {Error | DOMException} why */
  refuseAll(why) {
    for (const request of [...this.#open.keys()]) this.refuse(request, why);
    this.ended(why);
  }

  /** Nobody who asked the run gets an answer; those who asked about the sentences still do. @param {Error | DOMException} why */
  refuseOfRun(why) {
    for (const [request, { question }] of [...this.#open]) if (!ABOUT_DATA.has(question.type)) this.refuse(request, why);
    this.ended(why);
  }

  /** @param {number | undefined} request */
  #close(request) {
    if (request === undefined) return undefined;
    const open = this.#open.get(request);
    this.#open.delete(request);
    return open;
  }
}
