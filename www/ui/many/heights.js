// The heights of a long table's rows, and their sums: where a row begins, and which row is at a place. Both take log₂ n steps, and so
// does changing one height (a Fenwick tree: P. M. Fenwick, “A new data structure for cumulative frequency tables”, 1994).

export class Heights {
  #heights = new Float64Array();
  /** `#sums[j]` is the sum of the heights that end at row j - 1, as many as the lowest bit of j says. */
  #sums = new Float64Array(1);

  /** @param {number} count @param {(row: number) => number} heightOf */
  fill(count, heightOf) {
    this.#heights = Float64Array.from({ length: count }, (_, row) => heightOf(row));
    this.#sums = new Float64Array(count + 1);
    for (let j = 1; j <= count; j++) {
      this.#sums[j] += this.#heights[j - 1];
      const next = j + (j & -j);
      if (next <= count) this.#sums[next] += this.#sums[j];
    }
  }

  get count() {
    return this.#heights.length;
  }

  /** The height of all rows. */
  get total() {
    return this.top(this.count);
  }

  /** @param {number} row */
  of(row) {
    return this.#heights[row];
  }

  /** @param {number} row @param {number} height */
  set(row, height) {
    const more = height - this.#heights[row];
    this.#heights[row] = height;
    for (let j = row + 1; j <= this.count; j += j & -j) this.#sums[j] += more;
  }

  /** Where a row begins: the sum of the heights before it. @param {number} row */
  top(row) {
    let sum = 0;
    for (let j = row; j > 0; j -= j & -j) sum += this.#sums[j];
    return sum;
  }

  /** The row at a place; the first or the last one for a place outside of all. @param {number} place */
  at(place) {
    let row = 0;
    let left = place;
    for (let bit = 1 << 30; bit > 0; bit >>= 1) {
      const next = row + bit;
      if (next > this.count || this.#sums[next] > left) continue;
      row = next;
      left -= this.#sums[next];
    }
    return Math.min(row, Math.max(0, this.count - 1));
  }
}
