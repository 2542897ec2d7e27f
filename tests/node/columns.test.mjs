// The choice of a file's columns: what is read at once, what the reader is asked, and what is read then. No browser.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choosing, columnsOf, isClear, lacking, withRole } from '../../www/lab/document/columns.js';
import { createSources } from '../../www/lab/document/sources.js';
import { Store } from '../../www/lab/document/store.js';
import { initial, reduce } from '../../www/lab/run/state.js';
import words from '../../www/strings/en.js';

const column = (name, role) => ({ name, role, filled: 3, classes: 3, examples: ['x'] });
const inspection = (...columns) => ({ format: 'comma', rows: 3, blank_rows: 0, columns: columns.map(([name, role]) => column(name, role)), preview: [], notes: [] });
const CLEAR = inspection(['text', 'text'], ['topic', 'task'], ['tone', 'task']);
const UNCLEAR = inspection(['id', 'other'], ['body', 'text'], ['topic', 'task'], ['title', 'other']);
const FILE = { name: 'mine.csv', bytes: new Uint8Array([1, 2, 3]) };

test('a file is clear if one column holds the sentences and all others are tasks', () => {
  assert.equal(isClear(CLEAR), true);
  assert.equal(isClear({ ...CLEAR, notes: [{ code: 'a', params: {}, message: 'separated by semicolons' }] }), true, 'that is said afterwards');
  assert.equal(isClear(UNCLEAR), false);
  assert.equal(isClear(inspection(['a', 'task'], ['b', 'task'])), false);
  assert.equal(isClear(inspection(['text', 'text'])), false);
});

test('one column holds the sentences: the one that did is left out', () => {
  const first = choosing(FILE, UNCLEAR);
  assert.deepEqual(first.roles, ['other', 'text', 'task', 'other']);
  const second = withRole(first, 3, 'text');
  assert.deepEqual(second.roles, ['other', 'other', 'task', 'text']);
  assert.deepEqual(columnsOf(second), { text: 'title', tasks: ['topic'] });
  assert.deepEqual(first.roles, ['other', 'text', 'task', 'other'], 'the first choice is as it was');
});

test('what is lacking is told: sentences, a task, a name', () => {
  const roles = (...given) => ({ ...choosing(FILE, UNCLEAR), roles: given });
  assert.equal(lacking(roles('other', 'other', 'task', 'other')), 'text');
  assert.equal(lacking(roles('other', 'text', 'other', 'other')), 'task');
  assert.equal(lacking(roles('task', 'text', 'task', 'other')), '');
  for (const name of ['', 'body'])
    assert.equal(lacking(choosing(FILE, inspection([name, 'task'], ['body', 'text']))), 'names', `“${name}”`);
  assert.equal(lacking(choosing(FILE, inspection(['', 'other'], ['body', 'text'], ['topic', 'task']))), '', 'one that is left out needs none');
});

/** Sources whose questions the test answers, and the state that they change. */
async function open() {
  const store = new Store();
  const asked = [];
  const said = [];
  const sentences = { tasks: [{ name: 'topic', labels: ['a', 'b'] }], examples: [{ text: 'x', labels: { topic: 'a' } }] };
  let state = initial('', '');
  const settings_for = { training: { epochs: 5, batch_size: 32, warmup: 1, gradient_accumulation_steps: 1 }, summary: { code: 'none', params: {}, message: 'Settings for one sentence' } };
  const answers = { settings_for, preset: sentences, default_recipe: { seed: 0, validation: { fraction: 0 }, training: { epochs: 1, batch_size: 4, warmup: 0, gradient_accumulation_steps: 1 } } };
  const lab = {
    store,
    words,
    notices: { notice: (text) => (said.push(text), () => {}), error: (text) => said.push(text) },
    get state() {
      return state;
    },
    dispatch: (event) => (state = reduce(state, event)),
    replaceAll(doc, file) {
      lab.dispatch({ type: 'replace', file });
      store.replace('data', doc);
    },
  };
  const sources = createSources(lab, async (question, ...args) => {
    asked.push([question, ...args]);
    const answer = answers[question];
    if (answer instanceof Error) throw answer;
    return answer;
  });
  await sources.open({ encoder: '', preset: { name: 'tickets' } });
  asked.length = 0;
  return { sources, answers, asked, said, sentences, names: () => store.doc.table.name, choosing: () => state.document.choosing, file: () => state.document.file, training: () => store.doc.recipe.training };
}

test('a clear file is read at once, and what was assumed is said', async () => {
  const { sources, answers, asked, said, sentences, names, choosing, file, training } = await open();
  answers.inspect_table = CLEAR;
  answers.read_table = { ...sentences, text: 'body', notes: [{ code: 'none', params: {}, message: 'Separated by semicolons' }] };
  assert.equal(await sources.read(FILE), true);
  assert.deepEqual(asked.filter(([question]) => question === 'read_table'), [['read_table', 'mine.csv', FILE.bytes, undefined]]);
  assert.deepEqual([names(), choosing(), file()], ['mine.csv', undefined, { ...FILE, text: 'body' }]);
  assert.deepEqual(said, ['1 sentence read from mine.csv. Settings for one sentence. Separated by semicolons.']);
  assert.deepEqual(training(), answers.settings_for.training, 'the settings are those for these sentences, not the preset’s');
});

test('of any other the columns are asked for: nothing changes before, nor when the reader gives it up', async () => {
  const { sources, answers, asked, names, choosing, file, said, sentences } = await open();
  answers.inspect_table = UNCLEAR;
  answers.read_table = { ...sentences, text: 'body', notes: [] };
  const before = names();
  assert.equal(await sources.read(FILE), true);
  assert.deepEqual([names(), choosing().roles, file()], [before, ['other', 'text', 'task', 'other'], undefined]);
  sources.cancelChoosing();
  assert.deepEqual([names(), choosing()], [before, undefined]);
  await sources.readChosen(assert.fail);
  assert.equal(names(), before, 'there is nothing to read then');

  await sources.read(FILE);
  sources.giveRole(3, 'task');
  await sources.readChosen(assert.fail);
  assert.deepEqual(asked.findLast(([question]) => question === 'read_table'), ['read_table', 'mine.csv', FILE.bytes, { text: 'body', tasks: ['topic', 'title'] }]);
  assert.deepEqual([names(), choosing(), file()], ['mine.csv', undefined, { ...FILE, text: 'body' }]);
  await sources.chooseAgain();
  assert.deepEqual(choosing().roles, ['other', 'text', 'task', 'other'], 'as the file shows them');
  assert.deepEqual(said, ['1 sentence read from mine.csv. Settings for one sentence.']);
});

test('what is wrong with the chosen columns is told, and the choice goes on', async () => {
  const { sources, answers, names, choosing } = await open();
  answers.inspect_table = UNCLEAR;
  await sources.read(FILE);
  answers.read_table = Object.assign(new Error('rows 2 and 3 have no sentence'), { code: 'none', params: {} });
  const told = [];
  await sources.readChosen((message) => told.push(message));
  assert.equal(told.length, 1);
  assert.match(told[0], /rows 2 and 3/);
  assert.notEqual(choosing(), undefined);
  assert.notEqual(names(), 'mine.csv');
});

test('of two files that are read at once the last one counts', async () => {
  const { sources, answers, choosing, sentences } = await open();
  answers.inspect_table = UNCLEAR;
  answers.read_table = { ...sentences, text: 'body', notes: [] };
  await Promise.all([sources.read({ ...FILE, name: 'first.csv' }), sources.read({ ...FILE, name: 'second.csv' })]);
  assert.equal(choosing().file.name, 'second.csv');
});
