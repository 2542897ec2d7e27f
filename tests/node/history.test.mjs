// What Undo and Redo give back, and which edits are one step.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { History } from '../../www/lab/document/history.js';

/** A text that is edited, with its history and a clock that the test moves. */
function editor(most = Infinity) {
  let time = 0;
  const history = new History(most, (text) => text.length, () => time);
  return {
    text: '',
    history,
    /** Goes on by a key after so many milliseconds. */
    type(letters, place, ms = 100) {
      for (const letter of letters) {
        time += ms;
        history.edit(this.text, place);
        this.text += letter;
      }
    },
    go(way) {
      const text = history[way](this.text);
      if (text === undefined) return false;
      this.text = text;
      return true;
    },
  };
}

test('what is typed into one field in one go is one step', () => {
  const one = editor();
  one.type('12345', 'epochs');
  assert.equal(one.text, '12345');
  assert.ok(one.go('undo'));
  assert.equal(one.text, '');
  assert.equal(one.go('undo'), false);
  assert.ok(one.go('redo'));
  assert.equal(one.text, '12345');
  assert.equal(one.go('redo'), false);
});

test('another field, a pause and an edit without a place each begin another step', () => {
  const one = editor();
  one.type('ab', 'epochs');
  one.type('cd', 'seed');
  one.type('e', 'seed', 2000);
  one.type('fg', undefined);
  const seen = [];
  while (one.go('undo')) seen.push(one.text);
  assert.deepEqual(seen, ['abcdef', 'abcde', 'abcd', 'ab', '']);
});

test('a burst may last: only the gap between two edits counts', () => {
  const one = editor();
  one.type('x'.repeat(50), 'epochs', 1400);
  one.go('undo');
  assert.equal(one.text, '');
});

test('an edit after Undo leaves nothing to redo, and is no part of the burst before', () => {
  const one = editor();
  one.type('ab', 'epochs');
  one.go('undo');
  one.type('c', 'epochs');
  assert.equal(one.history.canRedo, false);
  one.go('undo');
  assert.equal(one.text, '');
  assert.equal(one.history.canUndo, false);
});

test('thousands of steps can be undone', () => {
  const one = editor();
  one.type('x'.repeat(5000), undefined);
  while (one.go('undo'));
  assert.equal(one.text, '');
  assert.equal(one.history.isAtCut, false);
  while (one.go('redo'));
  assert.equal(one.text.length, 5000);
});

test('where there is no room for all, the oldest steps are forgotten, and it says so where they end', () => {
  const one = editor(50_000);
  one.type('x'.repeat(500), undefined);
  while (one.go('undo'));
  // The states that are kept have 388 to 499 letters, 49,672 together; the one before them would not fit.
  assert.equal(one.text.length, 500 - 112);
  assert.equal(one.history.isAtCut, true);
  while (one.go('redo'));
  assert.equal(one.text.length, 500);
  assert.equal(one.history.isAtCut, false);
});

test('a hundred steps can be undone however large they are', () => {
  const one = editor(1);
  one.type('x'.repeat(300), undefined);
  while (one.go('undo'));
  assert.equal(one.text.length, 200);
});

test('beginning anew forgets all but what it is given', () => {
  const one = editor();
  one.type('abc', undefined);
  one.go('undo');
  one.history.begin('from the visit before');
  assert.equal(one.history.canRedo, false);
  assert.ok(one.go('undo'));
  assert.equal(one.text, 'from the visit before');
  assert.equal(one.history.canUndo, false);
});
