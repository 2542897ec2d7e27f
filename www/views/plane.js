// The plane of two tasks' gradients. Two vectors span a plane, so their lengths and angle are drawn exactly.
//
// The x axis lies along g_a, and g_b is on the side of positive y:
//
//   g_a = (‖g_a‖, 0)      g_b = ‖g_b‖·(cos θ, sin θ)
//
// Of any other vector v only the products with the two are needed to know its projection on the plane:
//
//   x = v·g_a/‖g_a‖       y = (v·g_b/‖g_b‖ − x·cos θ)/sin θ

/** @typedef {import('../types.js').Gradients} Gradients */
/** @typedef {[x: number, y: number]} Vector */

/** Below this sine two gradients count as one direction, and nothing is known at right angles to it. */
const FLAT = 1e-5;

/**
 * @param {Gradients} event
 * @param {number} a Which of the event's tasks.
 * @param {number} b Another.
 */
export function planeOf({ whole: { gram, norms, cosines }, weights, update }, a, b) {
  const cosine = cosines[a][b];
  const sine = Math.sqrt((1 - cosine) * (1 + cosine));

  /** @param {number} productA @param {number} productB @returns {Vector} */
  function project(productA, productB) {
    const x = norms[a] > 0 ? productA / norms[a] : 0;
    const along = norms[b] > 0 ? productB / norms[b] : 0;
    return [x, sine > FLAT ? (along - x * cosine) / sine : 0];
  }

  const gradients = /** @type {[Vector, Vector]} */ ([
    [norms[a], 0],
    [norms[b] * cosine, norms[b] * sine],
  ]);
  // With two tasks this is their sum and needs no projection; others' gradients count with their parts in the plane.
  const terms = weights.map((weight, i) => {
    const [x, y] = i === a ? gradients[0] : i === b ? gradients[1] : project(gram[i][a], gram[i][b]);
    return [weight * x, weight * y];
  });
  const change = project(update.products[a], update.products[b]);
  const both = weights.length === 2;
  return {
    gradients,
    /** Σ wᵢgᵢ. @type {Vector} */
    combined: [sum(terms.map(([x]) => x)), sum(terms.map(([, y]) => y))],
    /** Δθ, the step that was taken. */
    change,
    /** How much of Δθ's length is in the plane, in [0, 1]. */
    share: both ? update.share : update.norm > 0 ? Math.min(1, Math.hypot(...change) / update.norm) : 0,
    cosine,
    /** In degrees. */
    angle: (Math.acos(cosine) * 180) / Math.PI,
  };
}

/** @param {number[]} xs */
const sum = (xs) => xs.reduce((a, b) => a + b, 0);
