// Undo and redo: the states before the latest edits, and those after edits that were undone. A state is any value that is
// never changed in place; neither documents nor elements are known here.
//
// Edits that follow each other within a moment in the same place, such as keys pressed in one field, are one step.

/** So long after an edit another one in the same place still belongs to it, in milliseconds. */
const BURST_MS = 1500;

/** @template T */
export class History {
  /** @type {T[]} */
  #past = [];
  /** The next state to redo is the last one. @type {T[]} */
  #future = [];
  /** Where and when the latest edit was. @type {{ place?: string, at: number }} */
  #latest = { at: 0 };
  #most;
  #now;

  /**
   * @param {number} most How many steps can be undone; the oldest are forgotten first.
   * @param {() => number} [now] A clock, in milliseconds.
   */
  constructor(most, now = () => performance.now()) {
    this.#most = most;
    this.#now = now;
  }

  get canUndo() {
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  /** Forgets everything. @param {...T} past States that Undo leads to all the same, the oldest first. */
  begin(...past) {
    this.#past = past;
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
    this.#past.push(before);
    if (this.#past.length > this.#most) this.#past.shift();
  }

  /** @param {T} present @returns {T | undefined} The state one step back; nothing if there is none. */
  undo(present) {
    return this.#move(this.#past, this.#future, present);
  }

  /** @param {T} present @returns {T | undefined} The state that the latest undo left; nothing if there was an edit since. */
  redo(present) {
    return this.#move(this.#future, this.#past, present);
  }

  /** @param {T[]} from @param {T[]} to @param {T} present */
  #move(from, to, present) {
    if (from.length === 0) return undefined;
    to.push(present);
    this.#latest = { at: 0 };
    return from.pop();
  }
}
