// Questions about the run, each with a number: an answer reaches the one who asked, and nobody else.

/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {Extract<import('../../types.js').Command, { type: 'predict' | 'tokenize' | 'explain' | 'interference' }>} Question */

/**
 * @typedef {object} Open
 * @property {Question} question
 * @property {boolean} isSent
 * @property {(answer: any) => void} resolve
 * @property {(why: Error | DOMException) => void} reject
 */

export class Questions {
  /** By their numbers. @type {Map<number, Open>} */
  #open = new Map();

  /**
   * @param {number} request Its number.
   * @param {Question} question
   * @returns {Promise<any>} The event that answers it. Rejects with one sentence.
   */
  add(request, question) {
    return new Promise((resolve, reject) => this.#open.set(request, { question, isSent: false, resolve, reject }));
  }

  /** The questions that have not been sent, in order: they are, with this. @returns {[request: number, question: Question][]} */
  send() {
    const unsent = [...this.#open].filter(([, { isSent }]) => !isSent);
    for (const [, open] of unsent) open.isSent = true;
    return unsent.map(([request, { question }]) => [request, question]);
  }

  /** Whether somebody waits for the answer. @param {number | undefined} request */
  awaits(request) {
    return request !== undefined && this.#open.has(request);
  }

  /** @param {number | undefined} request @param {RunEvent} event */
  answer(request, event) {
    this.#close(request)?.resolve(event);
  }

  /** @param {number | undefined} request @param {Error} why */
  refuse(request, why) {
    this.#close(request)?.reject(why);
  }

  /** Nobody gets an answer. @param {Error | DOMException} why */
  refuseAll(why) {
    const all = [...this.#open.values()];
    this.#open.clear();
    for (const { reject } of all) reject(why);
  }

  /** @param {number | undefined} request */
  #close(request) {
    if (request === undefined) return undefined;
    const open = this.#open.get(request);
    this.#open.delete(request);
    return open;
  }
}
