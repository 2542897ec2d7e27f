// Who waits for which sentence's classification.

/** @typedef {import('../../types.js').Prediction} Prediction */

export class Answers {
  /** @type {Map<string, { resolve: (prediction: Prediction) => void, reject: (error: Error | DOMException) => void }[]>} */
  #waiting = new Map();

  /** @param {string} text @returns {Promise<Prediction>} */
  wait(text) {
    return new Promise((resolve, reject) => {
      this.#waiting.set(text, [...(this.#waiting.get(text) ?? []), { resolve, reject }]);
    });
  }

  /** Whether somebody waits for a sentence's answer already. @param {string} text */
  awaits(text) {
    return this.#waiting.has(text);
  }

  /** The sentences that are waited for, in the order in which they were asked for. */
  texts() {
    return [...this.#waiting.keys()];
  }

  /** @param {Prediction} prediction */
  give(prediction) {
    for (const { resolve } of this.#waiting.get(prediction.text) ?? []) resolve(prediction);
    this.#waiting.delete(prediction.text);
  }

  /** The worker answers in order: what could not be answered is the sentence that waits longest. @param {Error} why */
  refuseOldest(why) {
    const [oldest] = this.#waiting;
    if (!oldest) return;
    const [text, waiting] = oldest;
    this.#waiting.delete(text);
    for (const { reject } of waiting) reject(why);
  }

  /** Nobody gets an answer. @param {Error | DOMException} why */
  refuse(why) {
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const { reject } of waiting) reject(why);
  }
}
