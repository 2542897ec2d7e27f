// The measurements beside the run: those that the document asks for, and those that the views need.

/** @typedef {import('../../types.js').Diagnostics} Diagnostics */

/** Frames of a run's map besides the first, however long the run: each costs as much as a step or two. */
const MAP_TIMES = 6;

export class Measuring {
  #needed;
  #send;
  /** The measurements that the worker was last asked for, as JSON. */
  #asked = '';

  /** @param {Partial<Diagnostics>} needed Measurements that the views need. @param {(diagnostics: Diagnostics) => void} send */
  constructor(needed, send) {
    this.#needed = needed;
    this.#send = send;
  }

  /** Views have come that need more. @param {Partial<Diagnostics>} needed */
  need(needed) {
    this.#needed = { ...this.#needed, ...needed };
  }

  /** The measurements of a run that is about to be configured; the worker gets them with its recipe. @param {Diagnostics} asked The document's. */
  begin(asked) {
    const diagnostics = this.#all(asked, 0, false);
    this.#asked = JSON.stringify(diagnostics);
    return diagnostics;
  }

  /** The worker makes these for a run that goes on. @param {import('../../types.js').Resumed['measured']} diagnostics */
  measures(diagnostics) {
    this.#asked = JSON.stringify(diagnostics);
  }

  /**
   * Asks the worker for these measurements from now on, if it does not make them yet.
   *
   * @param {Diagnostics} asked The document's.
   * @param {number} steps Of the whole run.
   * @param {boolean} closely Whether to measure each step: the reader looks closely at one that they take by hand.
   */
  observe(asked, steps, closely) {
    const diagnostics = this.#all(asked, steps, closely);
    const wanted = JSON.stringify(diagnostics);
    if (wanted === this.#asked) return;
    this.#asked = wanted;
    this.#send(diagnostics);
  }

  /** @param {Diagnostics} asked @param {number} steps 0 before they are known. @param {boolean} closely @returns {Diagnostics} */
  #all(asked, steps, closely) {
    const { gradients_every } = asked;
    const { map_every } = this.#needed;
    return {
      ...asked,
      ...this.#needed,
      gradients_every: closely ? Math.min(1, gradients_every) : gradients_every,
      ...(map_every && { map_every: mapEvery(steps) }),
    };
  }
}

/** Steps from one frame of the map to the next, in a run of `steps` steps. @param {number} steps */
export const mapEvery = (steps) => Math.max(1, Math.ceil(steps / MAP_TIMES));
