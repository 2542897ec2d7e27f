// The service worker (www/sw.js) against a host, pages and caches that are stand-ins: which release a page gets, when, and what
// is kept; and the page's side of it (www/offline.js). In browsers: tests/browser/release.test.mjs.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import vm from 'node:vm';

const SCOPE = 'https://example.org/docs/polytask/';
const SOURCE = readFileSync(new URL('../../www/sw.js', import.meta.url), 'utf8');

/** The page's module as a script: what it imports is given to it. */
const OFFLINE = readFileSync(new URL('../../www/offline.js', import.meta.url), 'utf8').replaceAll(/^import .*$|^export /gm, '');

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const withoutSearch = (url) => url.split('?')[0];

class FakeCache {
  entries = new Map();
  /** Whether the storage has no room for what is not yet in it. */
  isFull = false;
  async match(key, { ignoreSearch = false } = {}) {
    const url = new URL(key.url ?? key).href;
    for (const [stored, response] of this.entries)
      if (stored === url || (ignoreSearch && withoutSearch(stored) === withoutSearch(url))) return response.clone();
    return undefined;
  }
  async put(url, response) {
    if (this.isFull && !this.entries.has(url)) throw new DOMException('no room', 'QuotaExceededError');
    this.entries.set(url, new Response(await response.arrayBuffer(), { headers: response.headers }));
  }
  async add(url) {
    await this.put(url, await fakeFetch(url));
  }
  async delete(url) {
    return this.entries.delete(url);
  }
  async keys() {
    return [...this.entries.keys()].map((url) => ({ url }));
  }
}

/** What is on the host, by path; a response may be held back. @type {Map<string, string>} */
let host;
/** Pages that are open, and what they are told. @type {Map<string, string[]>} */
let pages;
let online, cache, send, gates;
/** Files whose transfer breaks off. @type {Set<string>} */
let broken;
/** What Date.now() says. */
let time;
const HOUR = 3_600_000;

/** Puts a release on the host; without a number, one of an own `release.json`. */
function deploy(n, more = {}) {
  host.clear();
  const files = { 'index.html': `page ${n}`, 'a.js': `a ${n}`, 'same.js': 'same', 'pkg/plain/x.wasm': `wasm ${n}`, ...more };
  for (const [file, text] of Object.entries(files)) host.set(file, text);
  const hashes = Object.fromEntries(Object.entries(files).map(([file, text]) => [file, sha256(text)]));
  host.set('release.json', JSON.stringify({ release: `r${n}`, files: hashes }));
}

/** What the host was asked for since the last call. */
let asked = [];
const sinceThen = () => asked.splice(0).sort();

async function fakeFetch(request) {
  const path = (request.url ?? request).slice(SCOPE.length).split('?')[0];
  if (!online || broken.has(path)) throw new TypeError('no network');
  asked.push(path);
  const text = host.get(path === '' ? 'index.html' : path);
  await gates.get(path);
  return text === undefined ? new Response('', { status: 404 }) : new Response(text, { headers: { 'content-length': '7', etag: 'x' } });
}

/** Starts the worker, as browsers do at any time: it knows only what is stored. */
function startWorker() {
  const listeners = {};
  const context = {
    caches: { open: async () => cache ?? Promise.reject(new Error('no room')) },
    clients: {
      claim: async () => {},
      get: async (id) => (pages.has(id) ? { id } : undefined),
      matchAll: async () => [...pages].map(([id, told]) => ({ id, postMessage: (data) => told.push(structuredClone(data)) })),
    },
    registration: { scope: SCOPE },
    addEventListener: (type, listener) => (listeners[type] = listener),
    fetch: fakeFetch,
    Request: class {
      constructor({ url }) {
        this.url = url;
      }
    },
    Date: { now: () => time },
    ...{ Response, Headers, TextDecoder, URL, TransformStream, ReadableStream, crypto, Promise, setTimeout },
  };
  context.self = context;
  vm.runInNewContext(SOURCE, context);
  send = async (type, event) => {
    const waited = [];
    let response;
    listeners[type]({ ...event, waitUntil: (promise) => waited.push(promise), respondWith: (promise) => (response = promise) });
    return { response: await response, waited };
  };
}

/** Opens a page; resolves to its text, whatever else the worker is still doing. */
async function openPage(id, path = '') {
  pages.set(id, []);
  const { response, waited } = await send('fetch', {
    request: { url: SCOPE + path, method: 'GET', mode: 'navigate', destination: 'document' },
    clientId: '',
    resultingClientId: id,
  });
  openPage.waited = waited;
  return response.text();
}

/** Opens a page, which asks for its script, and waits for all that the worker does meanwhile; resolves to its text. */
async function visit(id) {
  const text = await openPage(id);
  const { waited } = openPage;
  await ask(id, 'a.js').catch(() => {});
  await Promise.all(waited);
  return text;
}

async function ask(id, path) {
  const { response, waited } = await send('fetch', {
    request: { url: SCOPE + path, method: 'GET', mode: 'cors', destination: 'script' },
    clientId: id,
    resultingClientId: '',
  });
  const text = await response.text();
  await Promise.all(waited);
  return text;
}

/** The first visit: what a page was loaded from is kept. Resolves to the page's release. */
async function keep(id, ...paths) {
  const said = [];
  const { waited } = await send('message', {
    data: { keep: paths.map((path) => SCOPE + path) },
    source: { id },
    ports: [{ postMessage: (data) => said.push(data) }],
  });
  await Promise.all(waited);
  assert.equal(said.length, 1);
  return said[0].release;
}

/** The texts of the files that are stored. */
async function storedTexts() {
  const texts = await Promise.all([...cache.entries.values()].map((response) => response.clone().text()));
  return texts.filter((text) => !text.startsWith('{')).sort();
}

/** Has the worker look for a newer release. */
async function look() {
  const { waited } = await send('message', { data: { look: true }, source: { id: 'first' } });
  await Promise.all(waited);
}

beforeEach(async () => {
  [host, pages, gates, cache, online, asked] = [new Map(), new Map(), new Map(), new FakeCache(), true, []];
  [broken, time] = [new Set(), 1e12];
  deploy(1);
  startWorker();
  assert.equal(await openPage('first'), 'page 1');
  assert.equal(await keep('first', '', 'a.js', 'pkg/plain/x.wasm'), 'r1');
});

test('a page keeps the release that it began with; the next has the whole new one, and only what changed is fetched', async () => {
  deploy(2);
  assert.equal(await ask('first', 'a.js'), 'a 1');
  sinceThen();
  await look();
  assert.equal(await openPage('second'), 'page 2');
  await Promise.all(openPage.waited);
  assert.deepEqual(sinceThen(), ['a.js', 'index.html', 'pkg/plain/x.wasm', 'release.json', 'release.json']);
  for (const restart of [() => {}, startWorker]) {
    restart();
    for (const [page, n] of [['first', 1], ['second', 2]])
      for (const [file, text] of [['a.js', `a ${n}`], ['same.js', 'same'], ['pkg/plain/x.wasm', `wasm ${n}`]])
        assert.equal(await ask(page, file), text, `${page}: ${file}`);
  }
  assert.deepEqual(sinceThen(), [], 'all of it was stored');
  assert.deepEqual(pages.get('second'), []);
  assert.deepEqual(pages.get('first').at(-1), { newer: 'r2' });
});

test('a page waits for nothing: it has the whole release that is here, and is told when the new one is', async () => {
  deploy(2);
  let letGo;
  gates.set('release.json', new Promise((resolve) => (letGo = resolve)));
  assert.equal(await openPage('second'), 'page 1');
  assert.equal(await ask('second', 'a.js'), 'a 1');
  assert.deepEqual(pages.get('second'), []);
  letGo();
  await Promise.all(openPage.waited);
  assert.deepEqual(pages.get('second'), [{ newer: 'r2' }]);
  assert.equal(await ask('second', 'a.js'), 'a 1');
  assert.equal(await openPage('third'), 'page 2');
});

test('a page whose newer release is stored before the browser lists it keeps the one that it began with', async () => {
  deploy(2);
  openPage('second');
  pages.delete('second');
  await look();
  pages.set('second', []);
  assert.equal(await ask('second', 'a.js'), 'a 1');
});

test('a release that is only half on the host is not taken', async () => {
  deploy(2);
  host.set('a.js', 'a 3');
  assert.equal(await visit('second'), 'page 1');
  assert.equal(await ask('second', 'a.js'), 'a 1');
  deploy(3);
  await look();
  assert.equal(await openPage('third'), 'page 3');
});

test('without a network the newest release is there as a whole', async () => {
  online = false;
  startWorker();
  assert.equal(await openPage('second'), 'page 1');
  for (const [file, text] of [['a.js', 'a 1'], ['same.js', 'same'], ['pkg/plain/x.wasm', 'wasm 1']]) assert.equal(await ask('second', file), text);
});

test('releases that no page has any more go, and their files with them', async () => {
  deploy(2);
  await visit('second');
  deploy(3);
  await visit('third');
  assert.deepEqual(await storedTexts(), ['a 1', 'a 2', 'a 3', 'page 1', 'page 2', 'page 3', 'same', 'wasm 1', 'wasm 2', 'wasm 3']);
  for (const page of ['first', 'second']) pages.delete(page);
  deploy(4);
  await visit('fourth');
  assert.deepEqual(await storedTexts(), ['a 2', 'a 3', 'a 4', 'page 2', 'page 3', 'page 4', 'same', 'wasm 2', 'wasm 3', 'wasm 4']);
});

test('the page that is loaded anew leaves nothing of the release that it had', async () => {
  deploy(2);
  await look();
  await visit('second');
  pages.delete('first');
  const { waited } = await send('message', { data: { look: true }, source: { id: 'second' } });
  await Promise.all(waited);
  assert.deepEqual(await storedTexts(), ['a 2', 'page 2', 'same', 'wasm 2']);
});

test('a build that was not used before is checked as it passes: of another release it breaks off', async () => {
  deploy(2, { 'pkg/fused/x.wasm': 'fused' });
  await look();
  assert.equal(await openPage('second'), 'page 2');
  host.set('pkg/fused/x.wasm', 'of another');
  await assert.rejects(ask('second', 'pkg/fused/x.wasm'), /pkg\/fused\/x\.wasm is of another release/);
  host.set('pkg/fused/x.wasm', 'fused');
  assert.equal(await ask('second', 'pkg/fused/x.wasm'), 'fused');
  online = false;
  assert.equal(await ask('second', 'pkg/fused/x.wasm'), 'fused');
});

test('where the host has no releases any more, the network is asked again', async () => {
  host.delete('release.json');
  host.set('index.html', 'as it is written');
  await openPage('second');
  await Promise.all(openPage.waited);
  assert.equal(await openPage('third'), 'as it is written');
  host.set('a.js', 'a as it is written');
  assert.equal(await ask('third', 'a.js'), 'a as it is written');
  assert.equal(await ask('first', 'a.js'), 'a 1', 'the page that was open stays what it is');
});

test('what a host answers in place of a release.json that it lacks counts as none', async () => {
  for (const text of ['<!doctype html>', 'null', '7', '{}', '{"release":"r2"}', '{"release":2,"files":{}}', '{"release":"r2","files":null}']) {
    deploy(1);
    await keep('first', '');
    assert.equal(await openPage('of a release'), 'page 1');
    host.set('release.json', text);
    host.set('index.html', 'as it is written');
    await look();
    assert.equal(await openPage('second'), 'as it is written', text);
    assert.equal(await ask('first', 'a.js'), 'a 1', 'the page that was open stays what it is');
    // A new page has the worker look again.
    deploy(1);
    await keep('second', '');
  }
});

test('with a full storage new pages come from the network at once, and open ones keep their release', async () => {
  deploy(2);
  cache.isFull = true;
  await look();
  assert.equal(await openPage('second'), 'page 2');
  await Promise.all(openPage.waited);
  startWorker();
  assert.equal(await openPage('third'), 'page 2');
  for (const page of ['second', 'third']) assert.equal(await ask(page, 'a.js'), 'a 2', page);
  assert.equal(await ask('first', 'a.js'), 'a 1');

  online = false;
  startWorker();
  assert.equal(await openPage('offline'), 'page 1', 'better than no page');
  assert.equal(await ask('offline', 'a.js'), 'a 1');

  [online, cache.isFull] = [true, false];
  await look();
  online = false;
  assert.equal(await openPage('fourth'), 'page 2', 'stored as soon as there is room');
  assert.equal(await ask('fourth', 'pkg/plain/x.wasm'), 'wasm 2');
});

test('a storage that is full half-way has room for the state: what came of the release goes again', async () => {
  deploy(2);
  const { put } = cache;
  cache.put = async function (url, ...args) {
    if (url.includes('pkg/')) cache.isFull = true;
    return put.call(this, url, ...args);
  };
  await look();
  assert.deepEqual(await storedTexts(), ['a 1', 'page 1', 'same', 'wasm 1']);
  // The next worker knows it without another look.
  startWorker();
  gates.set('release.json', new Promise(() => {}));
  assert.equal(await openPage('second'), 'page 2');
});

test('where files never are as release.json says, new pages come from the network after an hour', async () => {
  deploy(2);
  host.set('index.html', 'page 2, changed by the host');
  assert.equal(await visit('second'), 'page 1');
  time += 0.9 * HOUR;
  startWorker();
  assert.equal(await visit('third'), 'page 1');
  time += 0.2 * HOUR;
  startWorker();
  await look();
  assert.equal(await openPage('fourth'), 'page 2, changed by the host');
  assert.equal(await ask('fourth', 'a.js'), 'a 2');
  await keep('fourth', 'a.js', 'pkg/plain/x.wasm');
  assert.equal(await ask('third', 'a.js'), 'a 1', 'the page that was open stays what it is');

  online = false;
  for (const [file, text] of [['a.js', 'a 2'], ['pkg/plain/x.wasm', 'wasm 2']])
    assert.equal(await ask('fourth', file), text, 'what the network gave last, not a file of a release');
  assert.equal(await openPage('offline'), 'page 1', 'a whole release');

  online = true;
  deploy(3);
  await look();
  assert.equal(await openPage('fifth'), 'page 3');
  online = false;
  assert.equal(await openPage('sixth'), 'page 3');
  assert.equal(await ask('sixth', 'a.js'), 'a 3');
});

test('updates of several releases that each fail for less than an hour keep nobody from the release that is here', async () => {
  for (const n of [2, 3, 4]) {
    deploy(n);
    host.set('a.js', 'not yet');
    assert.equal(await visit(`early ${n}`), 'page 1');
    time += 0.7 * HOUR;
  }
  deploy(5);
  await look();
  assert.equal(await openPage('fifth'), 'page 5');
  time += 100 * HOUR;
  deploy(6);
  host.set('a.js', 'not yet');
  await look();
  assert.equal(await openPage('sixth'), 'page 5', 'what failed long ago does not count after an update that worked');
});

test('whoever comes once a week, and finds another release that fails each time, gets the third from the network', async () => {
  for (const [n, text] of [[2, 'page 1'], [3, 'page 1'], [4, 'page 4, changed by the host']]) {
    deploy(n);
    host.set('index.html', `page ${n}, changed by the host`);
    assert.equal(await visit(`page of ${n}`), text);
    time += 7 * 24 * HOUR;
  }
});

test('without a network, or with one that breaks off, pages come from the release that is here for any length of time', async () => {
  deploy(2);
  for (const files of [['release.json'], ['a.js']]) {
    broken = new Set(files);
    for (let day = 0; day < 3; day++) {
      assert.equal(await visit(`page ${day}`), 'page 1');
      time += 24 * HOUR;
      startWorker();
    }
  }
  [online, broken] = [false, new Set()];
  assert.equal(await openPage('last'), 'page 1');
  online = true;
  await look();
  assert.equal(await openPage('next'), 'page 2');
});

test('of updates that failed nothing is left when the next begins', async () => {
  for (const n of [2, 3]) {
    deploy(n);
    host.set('index.html', `page ${n}, changed by the host`);
    await look();
  }
  assert.deepEqual(await storedTexts(), ['a 1', 'a 3', 'page 1', 'same', 'wasm 1', 'wasm 3']);
  sinceThen();
  await look();
  assert.deepEqual(sinceThen(), ['index.html', 'release.json'], 'the same update goes on where it was');
});

test('without releases an answer does not wait to be stored, and what came last is there without a network', async () => {
  host.delete('release.json');
  [cache, pages] = [new FakeCache(), new Map()];
  startWorker();
  let stored;
  const { put } = cache;
  cache.put = async function (...args) {
    await new Promise((resolve) => (stored = resolve));
    return put.apply(this, args);
  };
  host.set('a.js', 'a of today');
  const { response, waited } = await send('fetch', {
    request: { url: `${SCOPE}a.js?x=1`, method: 'GET', mode: 'cors', destination: 'script' },
    clientId: 'only',
  });
  assert.equal(await response.text(), 'a of today');
  stored();
  await Promise.all(waited);
  online = false;
  assert.equal(await ask('only', 'a.js'), 'a of today');
  await assert.rejects(ask('only', 'b.js'), /no network/);
});

test('without any storage the page works with a network', async () => {
  cache = undefined;
  startWorker();
  assert.equal(await openPage('second'), 'page 1');
  assert.equal(await ask('second', 'a.js'), 'a 1');
});

test('a page in the back/forward cache is of its release when it comes back, or learns that it is gone', async () => {
  deploy(2);
  await look();
  await openPage('second');
  await keep('second');
  pages.set('worker of the second', []);
  const request = { url: `${SCOPE}a.js`, method: 'GET', mode: 'same-origin', destination: 'worker' };
  await send('fetch', { request, clientId: 'second', resultingClientId: 'worker of the second' });
  // The worker's clients are without it for a while, and with two releases each look deletes what no client needs.
  const awayWhileLooking = async (...ids) => {
    for (const id of ids) pages.delete(id);
    await look();
    for (const id of ids) pages.set(id, []);
  };
  await awayWhileLooking('second', 'worker of the second');
  assert.equal(await keep('second'), 'r2');
  host.set('a.js', 'of another');
  assert.equal(await ask('worker of the second', 'a.js'), 'a 2');

  await awayWhileLooking('first');
  assert.equal(await keep('first'), 'r2', 'its own is gone');
});

/** Opens a page, and counts what it does. */
async function startPage() {
  const page = Object.assign(new EventTarget(), { offers: 0, reloads: 0, release: 'r1' });
  const serviceWorker = new EventTarget();
  const active = { postMessage: (data, ports) => data.keep && ports[0].postMessage({ release: page.release }) };
  serviceWorker.register = async () => ({ active });
  serviceWorker.ready = Promise.resolve({ active });
  page.isTold = (data) => serviceWorker.dispatchEvent(Object.assign(new Event('message'), { data }));
  const context = {
    navigator: { serviceWorker },
    document: Object.assign(new EventTarget(), { baseURI: SCOPE, documentElement: { dataset: {} }, querySelectorAll: () => [] }),
    location: { reload: () => page.reloads++ },
    crossOriginIsolated: true,
    scrollY: 0,
    addEventListener: page.addEventListener.bind(page),
    crossOriginIsolated: true,
    performance: { getEntriesByType: () => [] },
    loadEverything: async () => {},
    workerFiles: Promise.resolve([]),
    ...{ URL, MessageChannel: FakeChannel },
  };
  vm.runInNewContext(OFFLINE, context);
  await context.keepForLater(() => page.offers++);
  assert.equal(context.document.documentElement.dataset.offline, 'ready');
  return page;
}

/** A channel that keeps no process from ending. */
class FakeChannel {
  port1 = {};
  port2 = { postMessage: (data) => queueMicrotask(() => this.port1.onmessage({ data })) };
}

test('a newer release is offered once, however often the reader comes back to the page', async () => {
  const page = await startPage();
  for (const [newer, offers] of [['r2', 1], ['r2', 1], ['r3', 2], ['r2', 2], ['r3', 2]]) {
    page.isTold({ newer });
    assert.equal(page.offers, offers, newer);
  }
});

test('a page that comes back from the back/forward cache is loaded anew if its release is gone', async () => {
  const page = await startPage();
  const comesBack = async (persisted) => {
    page.dispatchEvent(Object.assign(new Event('pageshow'), { persisted }));
    await new Promise(setImmediate);
  };
  await comesBack(true);
  assert.equal(page.reloads, 0);
  page.release = 'r2';
  await comesBack(false);
  assert.equal(page.reloads, 0, 'no page from that cache');
  await comesBack(true);
  assert.equal(page.reloads, 1);
});

test('what is not of the site is left alone', async () => {
  for (const url of ['https://example.org/other.js', 'https://elsewhere.org/docs/polytask/a.js', `${SCOPE}models/m/config.json`]) {
    const { response } = await send('fetch', { request: { url, method: 'GET', mode: 'cors' }, clientId: 'first' });
    assert.equal(response, undefined, url);
  }
});
