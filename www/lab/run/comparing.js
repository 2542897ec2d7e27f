// Weightings compared beside the run, which waits meanwhile: what is compared, and until when.

import { recipeOf } from '../document/store.js';

/** @typedef {import('../../types.js').Weighting} Weighting */
/** What a comparison trains with. @typedef {{ weightings: Weighting[], seeds: number[], tasks: string[] }} Plan */

export class Comparing {
  #lab;
  #send;
  #changed;
  /** Why it is being broken off, until it is. */
  #cancelled = '';
  /** What is being compared, or was last. @type {Plan | undefined} */
  plan;

  /**
   * @param {import('../lab.js').Lab} lab
   * @param {(command: import('../../types.js').Command) => void} send
   * @param {() => void} changed Called when one begins and when it is over.
   */
  constructor(lab, send, changed) {
    this.#lab = lab;
    this.#send = send;
    this.#changed = changed;
  }

  /**
   * Trains with each of the weightings, beside the run.
   *
   * @param {Weighting[]} weightings
   * @param {number} count How many seeds, from the recipe's on.
   */
  start(weightings, count) {
    const { store, notices, words, run, views } = this.#lab;
    notices.clear();
    const { table, recipe } = store.doc;
    const fraction = recipe.validation && 'fraction' in recipe.validation ? recipe.validation.fraction : 1;
    const wrong = store.wrong() || (fraction === 0 ? words.lab.nothingHeldOut : '');
    if (wrong) {
      notices.error(wrong);
      return;
    }
    const seeds = Array.from({ length: count }, (_, i) => recipe.seed + i);
    this.plan = { weightings, seeds, tasks: table.tasks.map(({ name }) => name) };
    views.forgetComparison();
    // The worker leaves the training as soon as it hears of the comparison.
    if (run.status === 'training') run.status = 'paused';
    run.comparing = true;
    this.#send({ type: 'compare', recipe: recipeOf(store.doc), weightings, seeds });
    this.#changed();
  }

  /** Breaks it off. It is over when the worker says so: what was started before that would be taken for paused. */
  cancel() {
    if (!this.#lab.run.comparing) return;
    this.#cancelled = this.#lab.words.lab.comparisonCancelled;
    this.#send({ type: 'pause' });
  }

  /** It is over already, whatever the worker is at. @param {string} why A sentence. */
  breakOff(why) {
    if (this.#lab.run.comparing) this.#lab.views.stopComparing(why);
    this.#over();
  }

  /** @param {import('../../types.js').RunEvent} event */
  follow({ type }) {
    if (type === 'comparison' && !this.#cancelled) this.#over();
    if (type === 'paused' && this.#cancelled) this.breakOff(this.#cancelled);
  }

  #over() {
    if (!this.#lab.run.comparing) return;
    this.#lab.run.comparing = false;
    this.#cancelled = '';
    this.#changed();
  }
}
