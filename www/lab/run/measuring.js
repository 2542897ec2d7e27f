// What is measured beside the run: what the document asks for, and what the views need.

/** @typedef {import('../../types.js').Diagnostics} Diagnostics */

/** So many times of a run are on its map besides its beginning, however long it is: each costs as much as a step or two. */
const MAP_TIMES = 6;

export class Measuring {
  #needed;
  #send;
  /** What the worker was last told, as JSON. */
  #told = '';

  /** @param {Partial<Diagnostics>} needed What the views need. @param {(diagnostics: Diagnostics) => void} send */
  constructor(needed, send) {
    this.#needed = needed;
    this.#send = send;
  }

  /** Views have come that need more. @param {Partial<Diagnostics>} needed */
  need(needed) {
    this.#needed = { ...this.#needed, ...needed };
  }

  /** What a run that is about to be configured measures; the worker is told with the rest of it. @param {Diagnostics} asked The document's. */
  begin(asked) {
    const diagnostics = this.#all(asked, 0, false);
    this.#told = JSON.stringify(diagnostics);
    return diagnostics;
  }

  /**
   * Tells the worker what to measure from now on, if it does not do so yet.
   *
   * @param {Diagnostics} asked The document's.
   * @param {number} steps Of the whole run.
   * @param {boolean} closely Whether what is measured now and then is measured in each step: one that is taken by hand is
   *   looked at closely.
   */
  observe(asked, steps, closely) {
    const diagnostics = this.#all(asked, steps, closely);
    const told = JSON.stringify(diagnostics);
    if (told === this.#told) return;
    this.#told = told;
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
