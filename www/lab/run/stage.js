// A recorded run on show, until there is one of the reader's own.

import { follow, NOTHING } from './run-state.js';

/** @typedef {import('./replay.js').Replay} Replay */

export class Stage {
  #run;
  #views;
  #changed;
  /** @type {Replay | undefined} */
  #replay;

  /**
   * @param {import('./run-state.js').RunState} run
   * @param {import('../views.js').Views} views
   * @param {() => void} changed Called when the state is another.
   */
  constructor(run, views, changed) {
    this.#run = run;
    this.#views = views;
    this.#changed = changed;
  }

  /**
   * @param {Replay} replay
   * @param {(heldOut: boolean[]) => void} mark
   */
  play(replay, mark) {
    this.#replay = replay;
    this.#run.replay = 'playing';
    replay.play(
      (event, text) => {
        // Its end is no end of the reader's run, which is yet to come.
        if (event.type !== 'end') follow(this.#run, event);
        if (event.type === 'start') mark(event.held_out);
        if (text) this.#views.print(text, event.type);
        this.#views.take(event);
        this.#changed();
      },
      () => {
        this.#run.replay = 'over';
        this.#changed();
      },
    );
  }

  pause() {
    if (this.#run.replay !== 'playing') return;
    this.#replay?.pause();
    this.#run.replay = 'paused';
  }

  playOn() {
    if (this.#run.replay !== 'paused') return;
    this.#run.replay = 'playing';
    this.#replay?.resume();
  }

  /** The recording goes: what is on show from now on is the reader's own. @returns {boolean} Whether there was one. */
  end() {
    if (!this.#replay) return false;
    this.#replay.stop();
    this.#replay = undefined;
    this.#views.forgetRun();
    this.#views.heldOut([]);
    Object.assign(this.#run, NOTHING, { replay: '' });
    return true;
  }

  /** The reader's own run takes the recording's place, which stays behind it. */
  leave() {
    if (!this.#replay) return;
    this.#views.history = this.#replay.events;
    this.#views.recorded = true;
    this.#replay.stop();
    this.#replay = undefined;
    this.#run.replay = '';
  }
}
