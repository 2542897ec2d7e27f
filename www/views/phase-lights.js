// The parts of a step, one after the other, each long enough to be seen: a real one may be over in a millisecond.

/** @typedef {Extract<import('../types.js').RunEvent, { type: 'phase' }>} Phase */

/** How long each is shown at least. @type {Record<Phase['name'], number>} */
const LASTS = { batch: 350, forward: 800, losses: 500, backward: 800, update: 500 };

/** @param {(phase: Phase | undefined) => void} show Called with each in turn, and with nothing when the last is over. */
export function createPhaseLights(show) {
  /** @type {Phase[]} */
  let waiting = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  function next() {
    const phase = waiting.shift();
    timer = phase && setTimeout(next, LASTS[phase.name]);
    show(phase);
  }

  return {
    /** @param {Phase} phase */
    queue(phase) {
      // Another batch: the rest of the one before is left out.
      if (phase.name === 'batch') waiting = [];
      waiting.push(phase);
      if (timer === undefined) next();
    },

    clear() {
      clearTimeout(timer);
      timer = undefined;
      waiting = [];
    },
  };
}
