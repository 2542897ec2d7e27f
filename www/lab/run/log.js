// A list that only grows at its end. Each addition makes another list; the items of both are in one array, so that a run of
// thousands of events is not copied for each of them.

/** How many items are kept from the beginning, and how many of the latest at least: a view that reads along misses none. */
const [FIRST, LATEST] = [50_000, 10_000];

/** @template T */
export class Log {
  #items;
  /** How many items are in this list; the array may hold those of later lists behind them. */
  #size;
  /** How many were left out between the first and the latest. */
  #cut;

  /** @param {T[]} [items] @param {number} [size] @param {number} [cut] */
  constructor(items = [], size = items.length, cut = 0) {
    this.#items = items;
    this.#size = size;
    this.#cut = cut;
  }

  /** How many items have been added. */
  get length() {
    return this.#size + this.#cut;
  }

  /** @param {T} item @returns {Log<T>} */
  with(item) {
    let [items, cut] = [this.#items, this.#cut];
    if (this.#size >= FIRST + 2 * LATEST) {
      items = [...items.slice(0, FIRST), ...items.slice(this.#size - LATEST, this.#size)];
      cut += LATEST;
    } else if (items.length > this.#size) {
      items = items.slice(0, this.#size); // Another list has grown from this one.
    }
    items.push(item);
    return new Log(items, items.length, cut);
  }

  /** The items from number `n` on, without those that were left out. @param {number} n @returns {T[]} */
  since(n) {
    return this.#items.slice(n <= FIRST ? n : Math.max(FIRST, n - this.#cut), this.#size);
  }

  /** All items, without those that were left out. */
  all() {
    return this.since(0);
  }
}
