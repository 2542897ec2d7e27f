// What the page's JavaScript takes for granted of the module is so: the plain build, which runs in Node, is asked. Needs no
// browser.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, test } from 'node:test';
import { TRAINING } from '../../www/lab/recipe/limits.js';
import { fromHash, recipeToAddress } from '../../www/lab/recipe/link.js';
import { toCsv } from '../../www/lab/recipe/take-along.js';
import words from '../../www/strings/en.js';
import { WWW } from './server.mjs';

const PAGE = 'https://example.org/lab.html?lang=en#losses';
const HOSTILE = '<img src=x onerror="window.hacked=1">';

const read = (file) => readFileSync(path.join(WWW, file), 'utf8');

let polytask;
before(async () => {
  polytask = await import(path.join(WWW, 'pkg/plain/polytask.js'));
  polytask.initSync({ module: readFileSync(path.join(WWW, 'pkg/plain/polytask_bg.wasm')) });
});

/** A file's bytes. */
const bytes = (text) => new TextEncoder().encode(text);

/** A preset's recipe as the page has it. */
const recipeFor = (name) => ({ ...polytask.default_recipe(name), validation: { fraction: 0.25 } });

/** What a recipe is once it has been through a link. */
async function through(recipe) {
  const address = new URL(await recipeToAddress(recipe, PAGE));
  return fromHash(address.hash, words);
}

/** Without what a link does not carry, and without what is absent. */
function essence({ diagnostics, training, ...recipe }) {
  const there = Object.entries(training).filter(([, value]) => value !== null && value !== undefined);
  return { ...recipe, training: Object.fromEntries(there) };
}

test('what goes without saying in a link is what Rust takes where a recipe says nothing', () => {
  const { training, pooling, seed, encoder } = polytask.default_recipe('notebook');
  assert.deepEqual(Object.keys(TRAINING), Object.keys(training));
  for (const [name, { usual }] of Object.entries(TRAINING)) assert.deepEqual(usual ?? null, training[name], name);
  assert.deepEqual([pooling, seed, encoder], ['mean', 0, 'all-MiniLM-L6-v2']);
});

for (const name of ['notebook', 'topic-sentiment', 'tickets'])
  test(`a preset’s link is short, and opens its recipe: ${name}`, async () => {
    const { data, ...recipe } = recipeFor(name);
    const preset = name === 'notebook' ? { name, labels: 'sensible' } : { name };
    const given = { ...recipe, data: { preset }, training: { ...recipe.training, reproducible: true } };
    const address = await recipeToAddress(given, PAGE);
    assert.ok(address.length < 300, `${address.length} characters`);
    assert.match(address, /^https:\/\/example\.org\/lab\.html\?lang=en#polytask=1\.[\w-]+$/);
    const { recipe: opened, notice } = await through(given);
    assert.equal(notice, undefined);
    assert.deepEqual(essence(opened), essence(given));
  });

test('the CSV of a table is read as the same table', () => {
  const labels = ['a,b', 'say "x"', ' padded ', 'two\nlines'];
  const table = {
    tasks: [
      { name: 'kind', labels },
      { name: 'a "task", quoted', labels: ['x', 'y'] },
    ],
    examples: [
      { text: 'Plain.', labels: { kind: 'a,b', 'a "task", quoted': 'x' } },
      { text: 'With, comma and "quotes"', labels: { kind: 'say "x"', 'a "task", quoted': 'y' } },
      { text: '', labels: {} },
      { text: HOSTILE, labels: { kind: 'a,b' } },
    ],
  };
  const csv = toCsv(table);
  assert.ok(csv.startsWith('text,kind,"a ""task"", quoted"\r\nPlain.,"a,b",x\r\n"With, comma and ""quotes""","say ""x""",y\r\n'));
  const { tasks, examples } = polytask.read_table('sentences.csv', bytes(csv));
  assert.deepEqual(
    tasks.map(({ name }) => name),
    ['kind', 'a "task", quoted'],
  );
  assert.deepEqual(
    examples.map(({ text, labels }) => ({ text, labels: Object.fromEntries(Object.entries(labels).filter(([, label]) => label)) })),
    table.examples.filter(({ text }) => text),
  );
});

test('a file is looked at, and the columns that are chosen are read', () => {
  const file = bytes('id;review;tone;mood\n7;The soup was cold.;bad;x\n8;The bread was fresh.;good;y\n');
  const { format, rows, columns, preview } = polytask.inspect_table('a.csv', file);
  assert.deepEqual([format, rows, preview[0]], ['semicolons', 2, ['7', 'The soup was cold.', 'bad', 'x']]);
  assert.deepEqual(
    columns.map(({ name, role, classes }) => [name, role, classes]),
    [
      ['id', 'task', 2],
      ['review', 'text', 2],
      ['tone', 'task', 2],
      ['mood', 'task', 2],
    ],
  );
  const chosen = polytask.read_table('a.csv', file, { text: 'review', tasks: ['tone'] });
  assert.deepEqual(chosen.tasks, [{ name: 'tone', labels: ['bad', 'good'] }]);
  assert.deepEqual(chosen.examples[1], { text: 'The bread was fresh.', labels: { tone: 'good' } });
  assert.equal(chosen.notes[0].message, 'a.csv: its columns are separated by semicolons');
  assert.deepEqual(polytask.read_table('a.csv', file, { tasks: [] }).tasks, []);
  assert.throws(() => polytask.read_table('a.csv', file, { tasks: ['age'] }), /no column for the tasks "age"/);
});

test('a task that JavaScript cannot hold in an object is refused by name', () => {
  const wrong = /column "__proto__": JavaScript keeps this name for itself; give the column another$/;
  for (const [name, text] of [
    ['a.csv', 'text,topic, __proto__\na,x,y\nb,y,x\n'],
    ['a.tsv', 'text\t__proto__\na\tx\nb\ty\n'],
    ['a.jsonl', '{"text": "a", "__proto__": "x"}\n{"text": "b", "__proto__": "y"}\n'],
  ])
    assert.throws(() => polytask.read_table(name, bytes(text)), wrong, name);
  assert.equal(polytask.read_table('a.csv', bytes('text,constructor\na,x\nb,y\n')).tasks[0].name, 'constructor');
});

test('the page on embedding names every event, and no other', () => {
  const [, events] = read('pkg/plain/polytask.d.ts').match(/export type Event = (.*);/);
  const [section] = read('embed.html').match(/<span data-s="events">[^]*?<\/span>/);
  const named = Array.from(section.matchAll(/<code>([^<]*)<\/code>/g), ([, name]) => name);
  assert.deepEqual(named.sort(), Array.from(events.matchAll(/type: "(\w+)"/g), ([, type]) => type).sort());
});
