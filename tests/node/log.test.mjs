// The list that grows at its end, and those who read along with it. No browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Log } from '../../www/lab/run/log.js';
import { readAlong, readEdits } from '../../www/lab/run/reading.js';

const grown = (log, ...items) => items.reduce((last, item) => last.with(item), log);

test('an addition leaves the list before as it was, and two lists may grow from one', () => {
  const one = grown(new Log(), 'a', 'b');
  const [left, right] = [one.with('left'), grown(one, 'right', 'more')];
  assert.deepEqual([one.all(), left.all(), right.all()], [['a', 'b'], ['a', 'b', 'left'], ['a', 'b', 'right', 'more']]);
  assert.deepEqual([one.length, right.since(3), right.since(4)], [2, ['more'], []]);
});

test('a list of very many keeps the first and the latest, and who reads along misses none', () => {
  let log = new Log();
  let read = 0;
  let expected = 0;
  for (let i = 0; i < 200_000; i++) {
    log = log.with(i);
    if (i % 1000 !== 999) continue;
    const fresh = log.since(read);
    read = log.length;
    for (const item of fresh) assert.equal(item, expected++);
  }
  assert.deepEqual([log.length, expected], [200_000, 200_000]);
  const all = log.all();
  assert.ok(all.length < 80_000, `${all.length} are kept`);
  assert.deepEqual([all[0], all[49_999], all.at(-1)], [0, 49_999, 199_999]);
});

const outline = { tasks: [], epochs: 1, steps_per_epoch: 1, validation_examples: 0 };
const showing = (of, ...events) => ({ shown: { outline: of, events: grown(new Log(), ...events) } });
const reader = () => {
  const heard = [];
  const read = readAlong({
    begin: (of) => heard.push(['begin', of]),
    take: ({ type }, late) => heard.push([type, late]),
  });
  return (state) => {
    read(state);
    return heard.splice(0);
  };
};

test('a reader hears each event of the run on show once, and of another run as it begins', () => {
  const hear = reader();
  const first = showing(outline, { type: 'start' });
  assert.deepEqual(hear(first), [['begin', outline], ['start', true]]);
  assert.deepEqual(hear(first), []);
  const more = { shown: { outline, events: grown(first.shown.events, { type: 'step' }, { type: 'end' }) } };
  assert.deepEqual(hear(more), [['step', false], ['end', false]]);
  const next = { ...outline };
  assert.deepEqual(hear(showing(next, { type: 'start' }, { type: 'step' })), [['begin', next], ['start', false], ['step', false]]);
});

test('a reader that comes late hears what it missed, and that it is late', () => {
  assert.deepEqual(reader()(showing(outline, { type: 'start' }, { type: 'step' })), [['begin', outline], ['start', true], ['step', true]]);
  assert.deepEqual(reader()(showing(undefined)), []);
});

test('each edit is read once; for a reader that comes late the document is all new', () => {
  const read = [];
  const hear = readEdits((doc, change) => read.push([doc, change]));
  hear({ document: { change: 'data' } });
  hear({ document: { doc: 'one', change: 'cell' } });
  hear({ document: { doc: 'one', change: 'cell' } });
  hear({ document: { doc: 'two', change: 'cell' } });
  assert.deepEqual(read, [['one', 'data'], ['two', 'cell']]);
});
