// Very long lines, as one stroke a pixel.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mostOf, strokesOf } from '../../www/ui/thin.js';

const LONG = 48_000;

test('the highest of 10⁶ values, and of none', () => {
  const many = Array.from({ length: 1_000_000 }, (_, i) => (i === 777_777 ? 2 : i % 2 ? null : 1));
  assert.equal(mostOf(many), 2);
  assert.equal(mostOf([]), -Infinity);
  assert.equal(mostOf([null, undefined, -3]), -3);
});

test('a long line is one stroke a pixel, from its lowest to its highest value there, and joined to the one before', () => {
  const xs = Array.from({ length: LONG }, (_, i) => i);
  const ys = xs.map((x) => (x === 30_001 ? 9 : Math.sin(x / 700)));
  const options = { range: [0, LONG], columns: 500, gaps: true };
  const strokes = strokesOf(xs, ys, options);
  assert.deepEqual(strokes.map(({ at }) => at), Array.from({ length: 500 }, (_, at) => at));
  assert.deepEqual(strokes.filter(({ high }) => high > 1).map(({ high }) => high), [9], 'one step that stands out');
  for (const [i, { low, high }] of strokes.slice(1).entries())
    assert.ok(low <= strokes[i].high && high >= strokes[i].low, `column ${i + 1} is joined to the one before`);

  const some = xs.map((x) => (x > 10_000 && x < 20_000 ? undefined : x / LONG));
  const columns = (gaps) => strokesOf(xs, some, { ...options, gaps }).length;
  assert.ok(columns(true) < 400);
  assert.equal(columns(false), 500, 'a line without gaps leads on');
  assert.deepEqual(strokesOf([0, 4], [0, 4], { range: [0, 4], columns: 5, gaps: false }), [
    { at: 0, low: 0, high: 0 },
    ...[1, 2, 3, 4].map((at) => ({ at, low: at - 1, high: at })),
  ]);
  assert.deepEqual(strokesOf([], [], options), []);
});
