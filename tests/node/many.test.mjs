// What the page needs for much: places of rows of different heights, choices that are found, the largest of many. No browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Heights } from '../../www/ui/many/heights.js';
import { largest } from '../../www/ui/many/largest.js';
import { matching } from '../../www/ui/many/matching.js';
import { cellsOf, supports } from '../../www/views/confusion-cells.js';

/** Numbers that look random and are the same each time (Lehmer 1951). */
function numbers(count, seed = 7) {
  let x = seed;
  return Array.from({ length: count }, () => (x = (x * 48271) % 2147483647));
}

test('rows begin where the heights before them end, and the row at a place is found, also after some have changed', () => {
  for (const count of [0, 1, 2, 3, 7, 8, 9, 1000]) {
    const plain = numbers(count).map((x) => 20 + (x % 50));
    const heights = new Heights();
    heights.fill(count, (row) => plain[row]);
    for (let change = 0; change < 20; change++) {
      const tops = plain.reduce((sums, height) => [...sums, sums.at(-1) + height], [0]);
      assert.equal(heights.total, tops.at(-1));
      for (let row = 0; row <= count; row += 1 + (count >> 6)) assert.equal(heights.top(row), tops[row], `row ${row} of ${count}`);
      for (const place of [-5, 0, 19.5, tops.at(-1) / 3, tops.at(-1) - 1, tops.at(-1), 1e9]) {
        const under = tops.findLastIndex((top) => top <= place);
        assert.equal(heights.at(place), Math.max(0, Math.min(count - 1, under)), `${place} of ${count}`);
      }
      if (count === 0) break;
      const [row, height] = [numbers(1, change + 1)[0] % count, 10 + change];
      plain[row] = height;
      heights.set(row, height);
      assert.equal(heights.of(row), height);
    }
  }
});

test('choices are found by a part of their names, whatever the case; those that begin with it come first', () => {
  const choices = ['Refund late', 'late', 'Lateness', 'card', 'translate'];
  assert.deepEqual(matching(choices, 'LATE'), { found: ['late', 'Lateness', 'Refund late', 'translate'], count: 4 });
  assert.deepEqual(matching(choices, 'late', 3), { found: ['late', 'Lateness', 'Refund late'], count: 4 });
  assert.deepEqual(matching(choices, 'late', 1), { found: ['late'], count: 4 });
  assert.deepEqual(matching(choices, '', 2), { found: ['Refund late', 'late'], count: 5 });
  assert.deepEqual(matching(choices, 'x'), { found: [], count: 0 });
});

test('the largest of many are those that sorting gives; among equals the first', () => {
  for (const xs of [[], [3], [1, 1, 1], [0.2, 0.5, 0.2, 0.1], numbers(500).map((x) => x % 90)])
    for (const most of [1, 2, 6, 1000]) {
      const sorted = xs.map((_, i) => i).sort((a, b) => xs[b] - xs[a] || a - b);
      assert.deepEqual(largest(xs, most), sorted.slice(0, most), `${most} of ${xs.length}`);
    }
});

test('a confusion matrix and its cells are read alike, the largest cell first', () => {
  const cells = [
    { truth: 2, said: 0, count: 9 },
    { truth: 0, said: 0, count: 4 },
    { truth: 2, said: 2, count: 1 },
  ];
  assert.deepEqual(cellsOf({ confusion: [[4, 0, 0], [0, 0, 0], [9, 0, 1]] }), cells);
  assert.deepEqual(cellsOf({ confusion: { classes: 3, cells: [[0, 0, 4], [2, 0, 9], [2, 2, 1]] } }), cells);
  assert.deepEqual([...supports(cells)], [[2, 10], [0, 4]]);
});
