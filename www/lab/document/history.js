// Undo and redo: the states before the latest edits, and those after edits that were undone. A state is any value that is
// never changed in place; neither documents nor elements are known here.
//
// Edits that follow each other within a moment in the same place, such as keys pressed in one field, are one step.

/** So long after an edit another one in the same place still belongs to it, in milliseconds. */
const BURST_MS = 1500;

/** So many steps can be undone, however much room they take. */
const LEAST = 100;

/** @template T */
export class History {
  /** @type {T[]} */
  #past = [];
  /** The next state to redo is the last one. @type {T[]} */
  #future = [];
  /** Where and when the latest edit was. @type {{ place?: string, at: number }} */
  #latest = { at: 0 };
  /** The room that the past takes. */
  #size = 0;
  /** Whether steps have been forgotten. */
  #isCut = false;
  #most;
  #sizeOf;
  #now;

  /**
   * @param {number} most The room for states that can be undone to. The oldest are forgotten first, but never the latest hundred.
   * @param {(state: T) => number} sizeOf How much of it a state takes.
   * @param {() => number} [now] A clock, in milliseconds.
   */
  constructor(most, sizeOf, now = () => performance.now()) {
    this.#most = most;
    this.#sizeOf = sizeOf;
    this.#now = now;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  /** Whether nothing can be undone any more though there were edits. */
  get isAtCut() {
    return this.#isCut && !this.canUndo;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Forgets everything. @param {...T} past States that Undo leads to all the same, the oldest first. */
  begin(...past) {
    this.#past = past;
    this.#size = past.reduce((sum, state) => sum + this.#sizeOf(state), 0);
    this.#isCut = false;
    this.#future = [];
    this.#latest = { at: 0 };
  }

  /**
   * Takes note of an edit.
   *
   * @param {T} before The state before it.
   * @param {string} [place] Where it was made; absent: it is a step of its own.
   */
  edit(before, place) {
    const at = this.#now();
    const goesOn = place !== undefined && place === this.#latest.place && at - this.#latest.at <= BURST_MS;
    this.#latest = { place, at };
    this.#future = [];
    if (goesOn) return;
    this.#remember(before);
    while (this.#size > this.#most && this.#past.length > LEAST) {
      this.#size -= this.#sizeOf(/** @type {T} */ (this.#past.shift()));
      this.#isCut = true;
    }
  }

  /** @param {T} state */
  #remember(state) {
    this.#past.push(state);
    this.#size += this.#sizeOf(state);
  }

  /** @param {T} present @returns {T | undefined} The state one step back; nothing if there is none. */
  undo(present) {
    const state = this.#past.pop();
    if (state === undefined) return undefined;
    this.#size -= this.#sizeOf(state);
    this.#future.push(present);
    this.#latest = { at: 0 };
    return state;
  }

  /** @param {T} present @returns {T | undefined} The state that the latest undo left; nothing if there was an edit since. */
  redo(present) {
    const state = this.#future.pop();
    if (state === undefined) return undefined;
    this.#remember(present);
    this.#latest = { at: 0 };
    return state;
  }
}
