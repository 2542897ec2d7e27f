// The plane of two gradients, against vectors whose every coordinate is known. Needs no browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planeOf } from '../../www/views/plane.js';

const dot = (u, v) => u.reduce((sum, x, i) => sum + x * v[i], 0);
const norm = (u) => Math.sqrt(dot(u, u));
const scaled = (u, factor) => u.map((x) => factor * x);
const minus = (u, v) => u.map((x, i) => x - v[i]);
const plus = (u, v) => u.map((x, i) => x + v[i]);
const near = (x, y) => assert.ok(Math.abs(x - y) < 1e-9, `${x}, not ${y}`);

/** As src/measure/geometry.rs makes it. */
function eventOf(gradients, weights, change) {
  const gram = gradients.map((u) => gradients.map((v) => dot(u, v)));
  const norms = gradients.map(norm);
  const cosines = gram.map((row, i) => row.map((x, j) => (norms[i] * norms[j] > 0 ? x / (norms[i] * norms[j]) : 0)));
  const update = { norm: norm(change), products: gradients.map((g) => dot(change, g)), coefficients: [], share: 0.5 };
  return { whole: { gram, norms, cosines, conflict: false }, weights, update };
}

test('of three tasks, two: everything is projected on their plane', () => {
  const gradients = [
    [2, 0, 1, 0, -1],
    [-1, 1, 0.5, 3, 0],
    [0.5, -2, 1, 1, 4],
  ];
  const weights = [0.5, 2, 1.25];
  const change = [-0.1, 0.3, 0.2, -0.4, 0.05];
  const [a, b] = [2, 0];
  const plane = planeOf(eventOf(gradients, weights, change), a, b);

  // An orthonormal basis of the plane, by Gram and Schmidt.
  const e1 = scaled(gradients[a], 1 / norm(gradients[a]));
  const rest = minus(gradients[b], scaled(e1, dot(gradients[b], e1)));
  const e2 = scaled(rest, 1 / norm(rest));
  const at = (v) => [dot(v, e1), dot(v, e2)];
  const combined = gradients.map((g, i) => scaled(g, weights[i])).reduce(plus);
  for (const [found, vector] of [
    [plane.gradients[0], gradients[a]],
    [plane.gradients[1], gradients[b]],
    [plane.combined, combined],
    [plane.change, change],
  ])
    for (const i of [0, 1]) near(found[i], at(vector)[i]);
  near(plane.share, Math.hypot(...at(change)) / norm(change));
  near(
    plane.angle,
    (Math.acos(dot(gradients[a], gradients[b]) / norm(gradients[a]) / norm(gradients[b])) * 180) / Math.PI,
  );
});

test('gradients of one direction, of none, and a step that did not move', () => {
  const parallel = planeOf(
    eventOf(
      [
        [1, 2],
        [2, 4],
      ],
      [1, 1],
      [0, 0],
    ),
    0,
    1,
  );
  assert.deepEqual([parallel.angle < 1e-5, parallel.change], [true, [0, 0]]);
  near(parallel.combined[0], 3 * Math.sqrt(5));
  const none = planeOf(
    eventOf(
      [
        [0, 0],
        [3, 4],
      ],
      [1, 1],
      [-3, -4],
    ),
    0,
    1,
  );
  assert.deepEqual(none.gradients[0], [0, 0]);
  near(Math.hypot(...none.combined), 5);
  near(Math.hypot(...none.change), 5);
});
