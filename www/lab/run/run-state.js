// Where a run stands, as far as its events tell. Knows neither worker nor elements.

/** @typedef {import('../../types.js').RunEvent} RunEvent */

/**
 * @typedef {object} RunState
 * @property {'none' | 'preparing' | 'ready' | 'training' | 'paused' | 'ended' | 'stopped'} status
 * @property {'' | 'train' | 'step'} queued What starts as soon as the run is prepared.
 * @property {'away' | 'loading' | 'here' | 'unreachable'} encoder `away`: not asked for yet; `unreachable`: Train asks again.
 * @property {string} missing Why this browser cannot train at all; '' if it can.
 * @property {'' | 'sentences' | 'settings'} stale What the reader changed since the run was configured.
 * @property {'' | 'playing' | 'paused' | 'over'} replay A recorded run that stands in until there is one of our own.
 * @property {number} step
 * @property {number} epoch
 * @property {number} steps Of the whole run; 0 before one is configured.
 * @property {number} epochs
 * @property {number} [loss] The latest step's total.
 * @property {boolean} comparing Whether weightings are being compared, which the run waits for.
 * @property {number} msBetween At least so long from a step's beginning to the next one's.
 * @property {number} msPerStep Mean of the latest steps; 0 before the second.
 * @property {string[]} tasks The configured run's.
 */

/** Weight of the newest step in the pace. */
const PACE = 0.2;

/** @param {string} missing @returns {RunState} */
export const noRun = (missing) => ({
  status: 'none',
  queued: '',
  encoder: 'away',
  missing,
  stale: '',
  replay: '',
  step: 0,
  epoch: 0,
  steps: 0,
  epochs: 0,
  comparing: false,
  msBetween: 0,
  msPerStep: 0,
  tasks: [],
});

/** What a state is once there is no run any more, or not yet. @type {Pick<RunState, 'status' | 'step' | 'epoch' | 'steps' | 'epochs' | 'loss'>} */
export const NOTHING = { status: 'none', step: 0, epoch: 0, steps: 0, epochs: 0, loss: undefined };

/** Takes the pace of a run from when its steps come. */
export class Pace {
  #last = 0;

  /** A pause is no step that took long. */
  rest() {
    this.#last = 0;
  }

  /** @param {number} before The mean so far. @returns {number} The mean with the step that came just now. */
  step(before) {
    const now = performance.now();
    const took = this.#last > 0 ? now - this.#last : 0;
    this.#last = now;
    if (took === 0) return before;
    return before ? before + PACE * (took - before) : took;
  }
}

/**
 * Moves a run's state on by one of its own events, recorded or live.
 *
 * @param {RunState} run
 * @param {RunEvent} event
 */
export function follow(run, event) {
  switch (event.type) {
    case 'start':
      Object.assign(run, {
        step: 0,
        epoch: 0,
        loss: undefined,
        msPerStep: 0,
        epochs: event.epochs,
        steps: event.epochs * event.steps_per_epoch,
        tasks: event.tasks.map(({ name }) => name),
      });
      break;
    case 'step':
      Object.assign(run, { step: event.step, epoch: event.epoch, loss: event.total });
      break;
    case 'paused':
      if (run.status === 'training' || run.status === 'ready') run.status = run.step > 0 ? 'paused' : 'ready';
      break;
    case 'end':
      run.status = 'ended';
      break;
  }
}
