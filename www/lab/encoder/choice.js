// The encoder that the reader or a link chose last, from visit to visit. A lab without a name remembers it as long as it lives.

/**
 * @typedef {object} Remembered
 * @property {string} [wanted] The address of the encoder that the page wanted then. If it wants another now, the choice is void.
 * @property {string} [address] The address of the chosen one.
 * @property {{ address?: string, pooling?: string, tasks?: string, file?: string }} [pooled] The latest encoder that declared a pooling,
 *   and which; or the latest saved model, its tasks, and the name of its zip or folder.
 */

export class EncoderChoice {
  #key;
  /** @type {Remembered} */
  #kept = {};

  /** @param {string} [run] The lab's name. */
  constructor(run) {
    this.#key = run === undefined ? undefined : `polytask:${run}:encoder`;
    try {
      this.#kept = JSON.parse((this.#key && localStorage.getItem(this.#key)) || '{}') ?? {};
    } catch {
      // There is no storage, or what is in it is not ours.
    }
  }

  /** The address that was chosen for a page that wants this one; undefined if none was. @param {string} wanted */
  begin(wanted) {
    if (this.#kept.wanted !== wanted) this.#kept = { wanted };
    return this.#kept.address;
  }

  /** @param {string | undefined} address */
  set address(address) {
    this.#write({ ...this.#kept, address });
  }

  get pooled() {
    return this.#kept.pooled ?? {};
  }

  set pooled(pooled) {
    this.#write({ ...this.#kept, pooled });
  }

  /** Whether the encoder is a saved model with heads for these tasks. @param {string} address @param {import('../../types.js').Task[]} tasks */
  hasHeads(address, tasks) {
    const { pooled } = this;
    return pooled.address === address && pooled.tasks === JSON.stringify(tasks);
  }

  /** The name of the zip or folder that the encoder is, if it is a saved model with heads for these tasks. @param {string} address @param {import('../../types.js').Task[]} tasks */
  modelFile(address, tasks) {
    return this.hasHeads(address, tasks) ? this.pooled.file : undefined;
  }

  /** @param {Remembered} kept */
  #write(kept) {
    if (JSON.stringify(kept) === JSON.stringify(this.#kept)) return;
    this.#kept = kept;
    try {
      if (this.#key) localStorage.setItem(this.#key, JSON.stringify(kept));
    } catch {
      // The choice lasts as long as the page.
    }
  }
}
