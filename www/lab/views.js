// The views of a lab: who is told what. A view that comes late is told what it missed.

/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('../types.js').Start} Start */
/** @typedef {import('./run/run-state.js').RunState} RunState */
/** @typedef {import('./document/store.js').Doc} Doc */
/** @typedef {import('./document/store.js').Change} Change */

/** What must be known of a run to draw its axes. @typedef {Pick<Start, 'tasks' | 'epochs' | 'steps_per_epoch' | 'validation_examples'>} Outline */

/**
 * A part of the page that shows a lab, and that the reader may work it by. Everything but the element may be absent.
 *
 * @typedef {object} View
 * @property {HTMLElement} element
 * @property {(outline: Outline) => void} [reset] Another run is about to come: empty axes, tables and bars for it.
 * @property {(event: RunEvent) => void} [take] Something happened in the run on show. A `start` comes after its `reset`.
 * @property {(run: RunState, doc: Doc | undefined) => void} [show] The run's state, or what is edited, is another.
 * @property {(doc: Doc, change: Change) => void} [edit] The document changed.
 * @property {(flags: boolean[]) => void} [heldOut] Which of the document's sentences the run holds out; empty: none known.
 * @property {(gone: boolean) => void} [forget] What was asked will not be answered. `gone`: nor will anything: there is no run.
 * @property {(text: string) => void} [point] The reader points at a sentence, by cursor or focus, or writes it.
 * @property {(text: string, kind: RunEvent['type']) => void} [print] Lines of the notebook's printout.
 * @property {(why: string) => void} [stopComparing] The comparison was broken off.
 * @property {() => void} [destroy] The view leaves the page: whatever listens outside of its element must go.
 */

/** So many events of a run are kept for views that come late. */
const KEPT = 50_000;

export class Views {
  /** @type {Set<View>} */
  #views = new Set();
  /** @type {Outline | undefined} */
  #outline;
  /** @type {boolean[]} */
  #heldOut = [];
  /** The run on show so far. @type {RunEvent[]} */
  history = [];
  /** Whether that is a recording. */
  recorded = false;
  /** The run before, if it had the same tasks: charts draw it faintly behind. @type {RunEvent[]} */
  previous = [];
  /** Whether that was one. */
  previousRecorded = false;
  /** The latest that was told of the encoder, which is no part of a run. @type {RunEvent | undefined} */
  #encoder;
  /** What was printed of it. @type {[text: string, kind: RunEvent['type']][]} */
  printed = [];

  /**
   * @param {View} view
   * @param {RunState} run
   * @param {Doc | undefined} doc
   */
  add(view, run, doc) {
    this.#views.add(view);
    if (doc) view.edit?.(doc, 'data');
    if (this.#outline) view.reset?.(this.#outline);
    if (this.#encoder) view.take?.(this.#encoder);
    for (const event of this.history) view.take?.(event);
    for (const [text, kind] of this.printed) view.print?.(text, kind);
    view.heldOut?.(this.#heldOut);
    view.show?.(run, doc);
  }

  /** @param {string} text @param {RunEvent['type']} kind */
  print(text, kind) {
    this.printed.push([text, kind]);
    for (const view of this.#views) view.print?.(text, kind);
  }

  /** @param {string} text */
  point(text) {
    for (const view of this.#views) view.point?.(text);
  }

  /** @param {string} why */
  stopComparing(why) {
    for (const view of this.#views) view.stopComparing?.(why);
  }

  /** @param {View} view */
  remove(view) {
    this.#views.delete(view);
    view.destroy?.();
  }

  /** @param {Outline} outline */
  reset(outline) {
    this.#outline = outline;
    for (const view of this.#views) view.reset?.(outline);
  }

  /** @param {RunEvent} event */
  take(event) {
    if (event.type === 'start') {
      // A run that took no step leaves nothing to be seen behind the next.
      const last = this.history.some(({ type }) => type === 'step') ? this.history : this.previous;
      if (last === this.history) this.previousRecorded = this.recorded;
      this.previous = sameTasks(last[0], event) ? last : [];
      this.history = [];
      this.recorded = false;
      this.reset(event);
    }
    if (event.type === 'progress' || event.type === 'loaded') this.#encoder = event;
    else if (this.history.length < KEPT && event.type !== 'phase') this.history.push(event);
    for (const view of this.#views) view.take?.(event);
  }

  /** The run on show is none any more. */
  forgetRun() {
    this.history = [];
    this.recorded = false;
    this.previous = [];
    this.printed = [];
  }

  /** Another comparison begins. */
  forgetComparison() {
    this.history = this.history.filter(({ type }) => type !== 'compared' && type !== 'comparison');
  }

  /** @param {RunState} run @param {Doc | undefined} doc */
  show(run, doc) {
    for (const view of this.#views) view.show?.(run, doc);
  }

  /** @param {Doc} doc @param {Change} change */
  edit(doc, change) {
    for (const view of this.#views) view.edit?.(doc, change);
  }

  /** @param {boolean[]} flags */
  heldOut(flags) {
    this.#heldOut = flags;
    for (const view of this.#views) view.heldOut?.(flags);
  }

  /** @param {boolean} [gone] */
  forget(gone = false) {
    for (const view of this.#views) view.forget?.(gone);
  }
}

/** @param {RunEvent | undefined} a @param {RunEvent} b */
const sameTasks = (a, b) =>
  a?.type === 'start' && b.type === 'start' && JSON.stringify(a.tasks) === JSON.stringify(b.tasks);
