// The watch over a worker: it tells of the worker's end once, and of nothing when it was stopped.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { watch } from '../../www/engine/lifeline.js';

/** Gives the lock that was asked for last, whether or not its signal was aborted. @type {() => void} */
let give;
const request = (_name, _options, work) => new Promise((resolve) => (give = () => resolve(work())));
Object.defineProperty(globalThis, 'navigator', { value: { locks: { request } }, configurable: true });

test('the end of a watched worker is told, and not of one that is watched no more', () => {
  const ended = [];
  watch('one', () => ended.push('one'));
  give();
  assert.deepEqual(ended, ['one']);
  const stop = watch('two', () => ended.push('two'));
  stop();
  give();
  assert.deepEqual(ended, ['one']);
});
