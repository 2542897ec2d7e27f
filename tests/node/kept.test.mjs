// Which document is kept when the database answers late, or not at all: none is written over that the page did not know.
// The database and localStorage are made up here, so that the test says when they answer.

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';

const KEY = 'polytask:test';

/** The documents in the database. @type {Map<string, any>} */
let database;
/** The documents in localStorage, as text. @type {Map<string, string>} */
let storage;
/** What answers the questions that the database holds back; it holds none back where this is absent. */
let held;

/** A request of IndexedDB, or a transaction, that ends with `result`. */
function request(result, waits = false) {
  const one = { result, error: new Error('refused') };
  const answer = () => {
    one.onsuccess?.();
    one.oncomplete?.();
  };
  if (waits && held) held.push(answer);
  else queueMicrotask(answer);
  return one;
}

globalThis.indexedDB = {
  open: () => {
    const transaction = { commit: () => queueMicrotask(() => transaction.oncomplete?.()) };
    const store = {
      // What is there when it answers.
      get: (key) => Object.defineProperty(request(undefined, true), 'result', { get: () => structuredClone(database.get(key)) }),
      put: (value, key) => void database.set(key, structuredClone(value)),
      transaction,
    };
    return request({ transaction: () => ({ objectStore: () => store }) });
  },
};
globalThis.localStorage = {
  getItem: (key) => storage.get(key) ?? null,
  setItem: (key, text) => void storage.set(key, text),
  removeItem: (key) => void storage.delete(key),
};

/** The tabs that are open. @type {Set<any>} */
const tabs = new Set();
globalThis.BroadcastChannel = class {
  constructor() {
    tabs.add(this);
  }
  postMessage(data) {
    for (const tab of tabs) if (tab !== this) queueMicrotask(() => tab.onmessage?.({ data }));
  }
  close() {
    tabs.delete(this);
  }
};

const { Kept } = await import('../../www/lab/document/kept.js');

mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1000 });
beforeEach(() => {
  [database, storage, held] = [new Map(), new Map(), undefined];
  tabs.clear();
});

/** Lets all promises that can be kept be kept. */
const settled = () => new Promise((resolve) => setImmediate(resolve));
async function pass(ms) {
  await settled();
  mock.timers.tick(ms);
  await settled();
}
/** Lets the database answer. */
async function answer() {
  for (const each of held) each();
  held = undefined;
  await settled();
}
/** A visit: what it begins with, and what it is told of later. */
async function visit({ late = false } = {}) {
  held = late ? [] : undefined;
  const kept = new Kept(KEY);
  const found = [];
  kept.onFound = ({ text }, isOfOtherTab) => found.push(isOfOtherTab ? `${text}, by another tab` : text);
  kept.onBeside = () => found.push('edits beside');
  const read = kept.read();
  await pass(late ? 3000 : 0);
  return { kept, found, text: (await read)?.text };
}
async function edit({ kept }, text) {
  kept.write({ text });
  await pass(400);
}
const inDatabase = () => database.get(KEY)?.text;
const inStorage = () => JSON.parse(storage.get(KEY) ?? '{}').text;

async function leave(text) {
  const one = await visit();
  await edit(one, text);
  await one.kept.close();
  await pass(10);
}

test('a document is kept from visit to visit', async () => {
  await leave('mine');
  assert.deepEqual([inDatabase(), inStorage()], ['mine', undefined]);
  const next = await visit();
  assert.deepEqual([next.text, next.found], ['mine', []]);
});

test('a late answer takes no place of an edit, and no edit takes the place of what it brings', async () => {
  await leave('mine');
  const late = await visit({ late: true });
  assert.equal(late.text, undefined);
  await edit(late, 'edited meanwhile');
  assert.deepEqual([inDatabase(), inStorage()], ['mine', 'edited meanwhile']);
  await answer();
  assert.deepEqual([late.found, late.kept.hasEdits], [['mine'], true]);
  await edit(late, 'edited afterwards');
  assert.deepEqual([inDatabase(), inStorage()], ['mine', 'edited afterwards'], 'both are kept');
  await late.kept.close();

  const next = await visit();
  assert.deepEqual([next.text, next.found, next.kept.hasEdits], ['edited afterwards', ['mine'], true], 'in the next visit too');
  next.kept.adopt();
  await edit(next, 'made from mine');
  assert.deepEqual([inDatabase(), inStorage()], ['made from mine', undefined]);
});

test('a late answer is passed on where there was no edit, and may be edited then', async () => {
  await leave('mine');
  const late = await visit({ late: true });
  await answer();
  assert.deepEqual([late.found, late.kept.hasEdits, inDatabase()], [['mine'], false, 'mine']);
  late.kept.adopt();
  await edit(late, 'mine, edited');
  assert.deepEqual([inDatabase(), inStorage()], ['mine, edited', undefined]);
});

test('a late answer without a document lets the edits into the database', async () => {
  const late = await visit({ late: true });
  await edit(late, 'first');
  await answer();
  assert.deepEqual([inDatabase(), inStorage(), late.found], ['first', undefined, []]);
  await edit(late, 'second');
  assert.deepEqual([inDatabase(), inStorage()], ['second', undefined]);
});

test('a database that never answers in a visit still keeps its document, and the visit its own', async () => {
  await leave('mine');
  const hung = await visit({ late: true });
  await edit(hung, 'while nothing answers');
  await hung.kept.close();
  const next = await visit();
  assert.deepEqual([next.text, next.found], ['while nothing answers', ['mine']]);
  await edit(next, 'more');
  assert.deepEqual([inDatabase(), inStorage()], ['mine', 'more']);
});

test('what a page that was left at once put into localStorage is later than the database’s', async () => {
  await leave('mine');
  storage.set(KEY, JSON.stringify({ text: 'the last words', at: Date.now() }));
  const late = await visit({ late: true });
  assert.equal(late.text, 'the last words');
  await edit(late, 'and more');
  await answer();
  assert.deepEqual([inDatabase(), inStorage(), late.found], ['and more', undefined, []], 'it was made from what the database keeps');
});

test('a tab hears of the edits of another, and its own are kept beside them until it takes them over', async () => {
  await leave('mine');
  const [a, b] = [await visit(), await visit()];
  await edit(a, 'of the first tab');
  assert.deepEqual([a.found, b.found, inDatabase()], [[], ['of the first tab, by another tab'], 'of the first tab']);
  await edit(b, 'of the second');
  assert.deepEqual([inDatabase(), inStorage(), a.found], ['of the first tab', 'of the second', ['edits beside']], 'nothing is lost');
  await edit(a, 'of the first, again');
  assert.deepEqual([inDatabase(), inStorage()], ['of the first, again', 'of the second']);

  b.kept.adopt();
  await edit(b, 'made from the first');
  assert.deepEqual([inDatabase(), a.found.at(-1)], ['made from the first', 'made from the first, by another tab']);
  await edit(a, 'once more');
  assert.deepEqual([inDatabase(), inStorage()], ['made from the first', 'once more']);
  await Promise.all([a.kept.close(), b.kept.close()]);
  const next = await visit();
  assert.deepEqual([next.text, next.found], ['once more', ['made from the first']], 'the next visit offers both');
});

test('edits of two tabs in the same moment are both kept, also where tabs do not hear of each other', async () => {
  await leave('mine');
  const [a, b] = [await visit(), await visit()];
  tabs.clear();
  a.kept.write({ text: 'a' });
  b.kept.write({ text: 'b' });
  await pass(400);
  assert.deepEqual([inDatabase(), inStorage(), a.found, b.found], ['a', 'b', [], ['a, by another tab']]);
});

test('tabs that come to the same document go on with it', async () => {
  const [a, b] = [await visit(), await visit()];
  await edit(a, 'x');
  b.kept.adopt();
  await edit(b, 'x');
  assert.deepEqual(a.found, []);
  await edit(a, 'y');
  assert.deepEqual([inDatabase(), inStorage()], ['y', undefined]);
});

test('a clock that is set back loses no edit', async () => {
  await leave('mine');
  const one = await visit();
  mock.timers.setTime(500);
  await edit(one, 'earlier by the clock');
  await edit(one, 'and more');
  await one.kept.close();
  assert.deepEqual([inDatabase(), inStorage()], ['and more', undefined]);
  assert.equal((await visit()).text, 'and more');
});

test('a write that begins before the one before it has ended meets no other tab', async () => {
  await leave('mine');
  const one = await visit();
  one.kept.write({ text: 'first' });
  one.kept.flush();
  one.kept.write({ text: 'second' });
  one.kept.flush();
  await pass(10);
  assert.deepEqual([inDatabase(), inStorage(), one.found], ['second', undefined, []]);
});
