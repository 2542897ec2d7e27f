// Numbers as English and German write them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addsUp, numbers } from '../../www/ui/numbers.js';

const [english, german] = [numbers('en'), numbers('de')];

test('three significant digits, with a minus as wide as a plus', () => {
  for (const [x, en, de] of [
    [0, '0', '0'],
    [1.2345, '1.23', '1,23'],
    [-0.5, '−0.500', '−0,500'],
    [0.001, '0.00100', '0,00100'],
    [0.0000179, '1.79e−5', '1,79e−5'],
    [-0.0000179, '−1.79e−5', '−1,79e−5'],
    [45_778, '4.58e4', '4,58e4'],
  ])
    assert.deepEqual([english.digits(x), german.digits(x)], [en, de]);
});

test('a change has its sign', () => {
  assert.deepEqual([0.25, -0.25, 0].map(english.signed), ['+0.250', '−0.250', '0']);
});

test('0 % and 100 % mean none and all', () => {
  for (const [x, en] of [[0, '0 %'], [1e-9, '0.1 %'], [0.05, '5.0 %'], [0.5, '50 %'], [0.989, '99 %'], [0.9999, '99.9 %'], [1, '100 %']])
    assert.equal(english.percent(x), en, `${x}`);
  assert.equal(german.percent(0.05), '5,0 %');
});

test('a cosine has its sign if it shows', () => {
  assert.deepEqual([0.004, -0.004, 0.005, 1, -0.25].map(english.cosine), ['0.00', '0.00', '+0.01', '+1.00', '−0.25']);
  assert.equal(german.cosine(-0.25), '−0,25');
});

test('thousands are parted, and bytes are megabytes', () => {
  assert.deepEqual([english.grouped(90_868_376), german.grouped(90_868_376)], ['90,868,376', '90.868.376']);
  assert.deepEqual([english.megabytes(91_349_504), german.megabytes(91_349_504)], ['91.3', '91,3']);
});

test('a loss takes no more than seven characters, whatever it is', () => {
  const losses = [0, 0.693, 9.999, 999.99, 999.996, 45_778.4, 99_999.4, 99_999.9, 1.2e9, 3.4e38];
  assert.deepEqual(losses.map(english.figure), ['0.00', '0.69', '10.00', '999.99', '1,000', '45,778', '99,999', '1.00e5', '1.20e9', '3.40e38']);
  assert.equal(german.figure(45_778.4), '45.778');
});

test('a sum is equal to its total only where the numbers as they are shown add up', () => {
  const one = (...losses) => losses.map((loss) => ({ factor: 1, loss }));
  for (const [terms, total, equal, why] of [
    [one(0.12, 0.34), 0.46, true, '0.12 + 0.34 = 0.46'],
    [one(0.124, 0.344), 0.468, false, '0.12 + 0.34 ≈ 0.47'],
    [one(1000.6, 2000.6), 3001.2, false, '1,001 + 2,001 ≈ 3,001'],
    [one(1000.2, 2000.2), 3000.4, true, '1,000 + 2,000 = 3,000'],
    [one(1000, 0.34), 1000.34, false, '1,000 + 0.34 ≈ 1,000'],
    [one(1.2e9, 2.4e9), 3.6e9, true, '1.20e9 + 2.40e9 = 3.60e9'],
    [one(1.204e9, 2.404e9), 3.608e9, false, '1.20e9 + 2.40e9 ≈ 3.61e9'],
    [[{ factor: 0.5, loss: 1.15 }], 0.575, false, '0.5 · 1.15 ≈ 0.57'],
    [[{ factor: 0.5, loss: 1.14 }], 0.57, true, '0.5 · 1.14 = 0.57'],
    [[{ factor: 1 / 3, loss: 3 }], 1, false, '0.333 · 3.00 ≈ 1.00'],
    [one(0.1, 0.2), 0.3, true, 'in binary 0.1 + 0.2 is not 0.3'],
    [one(NaN, 1), NaN, false, 'a diverged run'],
  ])
    assert.equal(addsUp(terms, total), equal, why);
});
