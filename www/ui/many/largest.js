// The largest of many numbers, without sorting all of them: a head may have thousands of classes and answers with every key.

/**
 * @param {number[]} xs
 * @param {number} most
 * @returns {number[]} The places of the `most` largest, the largest first; among equals the first.
 */
export function largest(xs, most) {
  /** @type {number[]} */
  const best = [];
  for (const [i, x] of xs.entries()) {
    if (best.length === most && x <= xs[best[most - 1]]) continue;
    const at = best.findIndex((j) => xs[j] < x);
    best.splice(at < 0 ? best.length : at, 0, i);
    best.length = Math.min(best.length, most);
  }
  return best;
}
