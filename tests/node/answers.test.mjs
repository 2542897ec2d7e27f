// Who waits for which sentence's classification, without a browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Answers } from '../../www/lab/run/answers.js';

/** What becomes of promises: the sentence that was answered, or why none was. @param {Promise<{ text: string }>[]} promises */
const outcomes = async (promises) =>
  (await Promise.allSettled(promises)).map(({ value, reason }) => value?.text ?? reason.message);

test('each who waits for a sentence gets its answer', async () => {
  const answers = new Answers();
  const waiting = ['a', 'b', 'a'].map((text) => answers.wait(text));
  assert.deepEqual(answers.texts(), ['a', 'b']);
  answers.give({ text: 'b', tasks: {} });
  answers.give({ text: 'a', tasks: {} });
  assert.deepEqual(await outcomes(waiting), ['a', 'b', 'a']);
  assert.equal(answers.awaits('a'), false);
});

test('a sentence that cannot be answered is the one that waits longest; the others still get theirs', async () => {
  const answers = new Answers();
  answers.refuseOldest(new Error('nobody waits'));
  const waiting = ['a', 'b', 'a', 'c'].map((text) => answers.wait(text));
  answers.refuseOldest(new Error('not this one'));
  answers.give({ text: 'b', tasks: {} });
  answers.give({ text: 'c', tasks: {} });
  assert.deepEqual(await outcomes(waiting), ['not this one', 'b', 'not this one', 'c']);
});

test('when there is no run any more, nobody gets one', async () => {
  const answers = new Answers();
  const waiting = ['a', 'b'].map((text) => answers.wait(text));
  answers.refuse(new Error('no run'));
  assert.deepEqual(await outcomes(waiting), ['no run', 'no run']);
  assert.deepEqual(answers.texts(), []);
});
