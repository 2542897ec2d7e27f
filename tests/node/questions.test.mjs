// Questions about a run and their answers, told apart by number. No browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Questions } from '../../www/lab/run/questions.js';

const ask = (questions, ...texts) => texts.map((text, i) => questions.add(i + 1, { type: 'predict', text }));
const answer = (text) => ({ type: 'prediction', text, tasks: {} });
/** The sentence that each promise is answered with, or why it is not. @param {Promise<{ text: string }>[]} promises */
const outcomes = async (promises) =>
  (await Promise.allSettled(promises)).map(({ value, reason }) => value?.text ?? reason.message);

test('an answer reaches the one who asked, in whatever order answers come', async () => {
  const questions = new Questions();
  const asked = ask(questions, 'a', 'b', 'a');
  questions.answer(3, answer('the second a'));
  questions.answer(2, answer('b'));
  questions.answer(1, answer('the first a'));
  assert.deepEqual(await outcomes(asked), ['the first a', 'b', 'the second a']);
});

test('a question that cannot be answered keeps no other from its answer', async () => {
  const questions = new Questions();
  const asked = ask(questions, 'a', 'a', 'b');
  questions.refuse(1, new Error('not this one'));
  questions.answer(2, answer('a'));
  questions.answer(3, answer('b'));
  assert.deepEqual(await outcomes(asked), ['not this one', 'a', 'b']);
});

test('each question is sent once', () => {
  const questions = new Questions();
  ask(questions, 'a', 'b');
  assert.deepEqual(questions.send(true), [[1, { type: 'predict', text: 'a' }], [2, { type: 'predict', text: 'b' }]]);
  questions.add(3, { type: 'interference' });
  assert.deepEqual(questions.send(true), [[3, { type: 'interference' }]]);
  assert.deepEqual(questions.send(true), []);
});

test('without a run, only questions about the sentences are sent', () => {
  const questions = new Questions();
  ask(questions, 'a');
  questions.add(2, { type: 'label_next', n: 3 });
  assert.deepEqual(questions.send(false), [[2, { type: 'label_next', n: 3 }]]);
  assert.deepEqual(questions.send(true), [[1, { type: 'predict', text: 'a' }]]);
});

test('how far the worker has come is no answer yet', async () => {
  const questions = new Questions();
  const heard = [];
  const asked = questions.add(1, { type: 'check' }, ({ done }) => heard.push(done));
  questions.answer(1, { type: 'encoded', done: 32, sentences: 64 });
  questions.answer(1, { type: 'findings' });
  questions.answer(1, { type: 'encoded', done: 64, sentences: 64 });
  assert.deepEqual([await asked, heard], [{ type: 'findings' }, [32]]);
});

test('when there is no run any more, nobody gets an answer, and one that comes late reaches nobody', async () => {
  const questions = new Questions();
  const asked = ask(questions, 'a', 'b');
  assert.deepEqual([questions.awaits(1), questions.awaits(3), questions.awaits(undefined)], [true, false, false]);
  questions.refuseAll(new Error('no run'));
  assert.equal(questions.awaits(1), false);
  questions.answer(1, answer('a'));
  assert.deepEqual(await outcomes(asked), ['no run', 'no run']);
  assert.deepEqual(questions.send(true), []);
});
