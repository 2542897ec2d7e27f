// Edits of the table, as the page makes them, without a page.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addClass,
  addRow,
  addTask,
  freshTaskName,
  redefineTask,
  removeRow,
  removeTask,
  setLabel,
  setText,
} from '../../www/lab/document/sentences.js';

const table = Object.freeze({
  preset: { name: 'notebook' },
  name: 'Notebook',
  tasks: [
    { name: 'topic', labels: ['food', 'weather'] },
    { name: 'mood', labels: ['bad', 'good'] },
  ],
  examples: [
    { text: 'Rain.', labels: { topic: 'weather', mood: 'bad' } },
    { text: 'Cake!', labels: { topic: 'food' } },
  ],
});
const before = structuredClone(table);

test('an edit is a new value, and said to be one: the old one is untouched and no preset any more', () => {
  const edits = [
    setText(table, 0, 'Snow.'),
    setLabel(table, 0, 'mood', 'good'),
    addRow(table, 'New.'),
    removeRow(table, 0),
    addClass(table, 'topic', 'sport'),
    addTask(table, { name: 'tone', labels: [] }),
    removeTask(table, 'mood'),
    redefineTask(table, 'mood', 'feeling', new Map([['bad', 'poor']])),
  ];
  for (const edited of edits) {
    assert.equal(edited.preset, null);
    assert.equal(edited.edited, true);
    const { tasks, examples } = edited;
    assert.notDeepEqual({ ...table, tasks, examples }, table);
  }
  assert.deepEqual(table, before);
});

test('a blank label is no label', () => {
  assert.deepEqual(setLabel(table, 0, 'mood', '').examples[0].labels, { topic: 'weather' });
});

test('half an emoji becomes what Rust makes of it, wherever it is written', () => {
  const [half, whole] = ['cold \ud83d', 'cold \ufffd'];
  assert.equal(setText(table, 0, half).examples[0].text, whole);
  assert.equal(addRow(table, half).examples[0].text, whole);
  assert.equal(setLabel(table, 0, 'mood', half).examples[0].labels.mood, whole);
  assert.deepEqual(addClass(addClass(table, 'mood', half), 'mood', whole).tasks[1].labels, ['bad', 'good', whole]);
  assert.deepEqual(addTask(table, { name: half, labels: [half] }).tasks[2], { name: whole, labels: [whole] });
  const renamed = redefineTask(table, 'mood', half, new Map([['bad', half]]));
  assert.deepEqual(renamed.tasks[1], { name: whole, labels: [whole, 'good'] });
  assert.deepEqual(renamed.examples[0].labels, { topic: 'weather', [whole]: whole });
  assert.equal(setText(table, 0, 'warm 😒').examples[0].text, 'warm 😒', 'a whole one stays');
});

test('a class is added once', () => {
  const once = addClass(table, 'topic', 'sport');
  assert.deepEqual(addClass(once, 'topic', 'sport').tasks[0].labels, ['food', 'weather', 'sport']);
});

test('renaming a task takes its labels along', () => {
  const renamed = redefineTask(table, 'mood', 'feeling', new Map());
  assert.deepEqual(renamed.tasks[1], { name: 'feeling', labels: ['bad', 'good'] });
  assert.deepEqual(renamed.examples[0].labels, { topic: 'weather', feeling: 'bad' });
  assert.deepEqual(renamed.examples[1].labels, { topic: 'food' });
});

test('classes are renamed, dropped and merged', () => {
  const dropped = redefineTask(table, 'topic', 'topic', new Map([['weather', '']]));
  assert.deepEqual(dropped.tasks[0].labels, ['food']);
  assert.deepEqual(dropped.examples[0].labels, { mood: 'bad' });
  const merged = redefineTask(table, 'topic', 'topic', new Map([['weather', 'food']]));
  assert.deepEqual(merged.tasks[0].labels, ['food']);
  assert.equal(merged.examples[0].labels.topic, 'food');
});

test('removing a task removes its labels', () => {
  const removed = removeTask(table, 'topic');
  assert.deepEqual(
    removed.examples.map((example) => example.labels),
    [{ mood: 'bad' }, {}],
  );
});

test('a new task gets a name that is free', () => {
  const one = addTask(table, { name: freshTaskName(table), labels: [] });
  assert.equal(one.tasks[2].name, 'task 3');
  assert.equal(
    freshTaskName({
      ...one,
      tasks: [
        { name: 'a', labels: [] },
        { name: 'task 3', labels: [] },
      ],
    }),
    'task 4',
  );
});
