// A task's confusion matrix by the cells in which there is something: of many classes nearly all cells are empty.

/**
 * @typedef {object} Cell
 * @property {number} truth The true class.
 * @property {number} said The predicted class.
 * @property {number} count How many sentences; at least one.
 */

/**
 * @param {{ confusion: number[][] | { cells: [truth: number, said: number, count: number][] } }} metrics Rust writes a large matrix by
 *   its cells.
 * @returns {Cell[]} The largest first.
 */
export function cellsOf({ confusion }) {
  const cells = Array.isArray(confusion)
    ? confusion.flatMap((row, truth) => row.flatMap((count, said) => (count > 0 ? [{ truth, said, count }] : [])))
    : confusion.cells.map(([truth, said, count]) => ({ truth, said, count }));
  return cells.sort((a, b) => b.count - a.count);
}

/** How many sentences of each class there are, by the class. @param {Cell[]} cells @returns {Map<number, number>} */
export function supports(cells) {
  const counts = new Map();
  for (const { truth, count } of cells) counts.set(truth, (counts.get(truth) ?? 0) + count);
  return counts;
}
