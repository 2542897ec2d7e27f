// When the views of a lab render its state: at most once a frame, and only as many in one as leave it time for the page.

/** @typedef {import('./run/types.js').State} State */

/**
 * A view, as far as the lab knows it.
 *
 * @typedef {object} Renders
 * @property {(state: State) => void} render Shows the state. Called when the view is added, at once after an edit, and at
 *   most once a frame after other changes.
 * @property {() => void} [destroy] The view leaves the page: what listens outside of its element must go.
 */

/** Time for views in one frame, in milliseconds; at least one renders. */
const FRAME_MS = 5;

export class Rendering {
  /** @type {Set<Renders>} */
  #views = new Set();
  /** The views that have not rendered the latest state. @type {Set<Renders>} */
  #stale = new Set();
  #state;
  #onState;
  #showSoon;

  /**
   * @param {() => State} state The latest one.
   * @param {Pick<import('./options.js').LabOptions, 'perFrame' | 'onState'>} options
   */
  constructor(state, { perFrame, onState }) {
    this.#state = state;
    this.#onState = onState;
    this.#showSoon = perFrame(() => this.#show(FRAME_MS));
  }

  /** @param {Renders} view */
  add(view) {
    this.#views.add(view);
    view.render(this.#state());
  }

  /** @param {Renders} view */
  remove(view) {
    this.#views.delete(view);
    this.#stale.delete(view);
    view.destroy?.();
  }

  /** The state has changed. @param {boolean} atOnce Whether the views render before this returns. */
  changed(atOnce) {
    for (const view of this.#views) this.#stale.add(view);
    if (atOnce) this.#show(Infinity);
    else this.#showSoon();
  }

  /**
   * Renders the views that are behind the state. At the start of a run every chart begins anew, which would hold the page up in
   * one piece: views that `ms` milliseconds do not suffice for render in the next frame.
   *
   * @param {number} ms
   */
  #show(ms) {
    const end = performance.now() + ms;
    for (const view of [...this.#stale]) {
      if (!this.#stale.delete(view)) continue; // Removed meanwhile.
      view.render(this.#state());
      if (performance.now() > end && this.#stale.size > 0) {
        this.#showSoon();
        break;
      }
    }
    this.#onState();
  }
}
