// A recorded run: a real one's sentences, recipe and events, played back until there is one of the reader's own.

/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {import('../../types.js').Recipe} Recipe */
/** @typedef {import('../document/store.js').Doc} Doc */

/** @typedef {{ recipe: Recipe, sentences: import('../../types.js').Sentences, events: RunEvent[], printed: [at: number, text: string][] }} Recording build/record.mjs writes it. */

/** From one recorded step to the next: a few times as fast as training, so that one sees the whole of it. */
const STEP_MS = 250;

export class Replay {
  #recording;
  #printed;
  #at = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** @type {(event: RunEvent, text?: string) => void} */
  #take = () => {};
  #over = () => {};

  /** @param {Recording} recording */
  constructor(recording) {
    this.#recording = recording;
    this.#printed = new Map(recording.printed);
  }

  /** @param {string} url @returns {Promise<Replay | undefined>} Nothing where it cannot be had: one can do without. */
  static async fetch(url) {
    try {
      const response = await fetch(url);
      return response.ok ? new Replay(await response.json()) : undefined;
    } catch {
      return undefined;
    }
  }

  get events() {
    return this.#recording.events;
  }

  get recipe() {
    return this.#recording.recipe;
  }

  get sentences() {
    return this.#recording.sentences;
  }

  /** Whether a document is the recorded one, but for the measurements beside the run. @param {Doc} doc */
  shows({ table: { preset }, recipe }) {
    const { training, seed, pooling } = this.#recording.recipe;
    const own = 'preset' in this.#recording.recipe.data ? this.#recording.recipe.data.preset.name : undefined;
    // The same bits everywhere or not: one sees no difference between the curves.
    const essence = (/** @type {import('../../types.js').Training} */ training) => JSON.stringify({ ...training, reproducible: false });
    return preset?.name === own && recipe.seed === seed && recipe.pooling === pooling && essence(recipe.training) === essence(training);
  }

  /**
   * @param {(event: RunEvent, text?: string) => void} take `text`: the event's lines in the notebook's printout.
   * @param {() => void} over Called after the last event.
   */
  play(take, over) {
    this.#take = take;
    this.#over = over;
    this.resume();
  }

  resume() {
    clearTimeout(this.#timer);
    const { events } = this.#recording;
    // All up to the next step, and that step.
    for (let step = false; !step && this.#at < events.length; this.#at++) {
      const event = events[this.#at];
      this.#take(event, this.#printed.get(this.#at));
      step = event.type === 'step';
    }
    if (this.#at >= events.length) this.#over();
    else this.#timer = setTimeout(() => this.resume(), STEP_MS);
  }

  pause() {
    clearTimeout(this.#timer);
  }

  stop() {
    clearTimeout(this.#timer);
    this.#take = () => {};
    this.#over = () => {};
  }
}
