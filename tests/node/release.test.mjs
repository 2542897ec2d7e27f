// The service worker (www/sw.js) against a host, pages and caches that are stand-ins: which release a page gets, when, and what
// is kept. In browsers: tests/browser/release.test.mjs.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeEach, test } from 'node:test';
import vm from 'node:vm';

const SCOPE = 'https://example.org/docs/polytask/';
const SOURCE = readFileSync(new URL('../../www/sw.js', import.meta.url), 'utf8');

const sha256 = (text) => createHash('sha256').update(text).digest('hex');
const withoutSearch = (url) => url.split('?')[0];

class FakeCache {
  entries = new Map();
  async match(key, { ignoreSearch = false } = {}) {
    const url = new URL(key.url ?? key).href;
    for (const [stored, response] of this.entries)
      if (stored === url || (ignoreSearch && withoutSearch(stored) === withoutSearch(url))) return response.clone();
    return undefined;
  }
  async put(url, response) {
    this.entries.set(url, new Response(await response.arrayBuffer(), { headers: response.headers }));
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
  if (!online) throw new TypeError('no network');
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
      matchAll: async () => [...pages].map(([id, told]) => ({ id, postMessage: (data) => told.push(data) })),
    },
    registration: { scope: SCOPE },
    addEventListener: (type, listener) => (listeners[type] = listener),
    fetch: fakeFetch,
    Request: class {
      constructor({ url }) {
        this.url = url;
      }
    },
    ...{ Response, Headers, URL, TransformStream, ReadableStream, crypto, setTimeout, Promise },
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

/** Opens a page; resolves to its text. */
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

/** The first visit: what a page was loaded from is kept. */
async function keep(id, ...paths) {
  const said = [];
  const { waited } = await send('message', {
    data: { keep: paths.map((path) => SCOPE + path) },
    source: { id },
    ports: [{ postMessage: (data) => said.push(data) }],
  });
  await Promise.all(waited);
  assert.deepEqual(said, ['kept']);
}

beforeEach(async () => {
  [host, pages, gates, cache, online, asked] = [new Map(), new Map(), new Map(), new FakeCache(), true, []];
  deploy(1);
  startWorker();
  assert.equal(await openPage('first'), 'page 1');
  await keep('first', '', 'a.js', 'pkg/plain/x.wasm');
});

test('a page keeps the release that it began with; the next has the whole new one, and only what changed is fetched', async () => {
  deploy(2);
  assert.equal(await ask('first', 'a.js'), 'a 1');
  sinceThen();
  assert.equal(await openPage('second'), 'page 2');
  await Promise.all(openPage.waited);
  assert.deepEqual(sinceThen(), ['a.js', 'index.html', 'pkg/plain/x.wasm', 'release.json']);
  for (const restart of [() => {}, startWorker]) {
    restart();
    for (const [page, n] of [['first', 1], ['second', 2]])
      for (const [file, text] of [['a.js', `a ${n}`], ['same.js', 'same'], ['pkg/plain/x.wasm', `wasm ${n}`]])
        assert.equal(await ask(page, file), text, `${page}: ${file}`);
  }
  assert.deepEqual(sinceThen(), [], 'all of it was stored');
  assert.deepEqual([...pages], [['first', ['newer']], ['second', []]]);
});

test('on a slow network a page has the whole release that is here, and is told when the new one is', async () => {
  deploy(2);
  let letGo;
  gates.set('a.js', new Promise((resolve) => (letGo = resolve)));
  const start = performance.now();
  assert.equal(await openPage('second'), 'page 1');
  assert.ok(performance.now() - start < 3000);
  assert.equal(await ask('second', 'a.js'), 'a 1');
  assert.deepEqual(pages.get('second'), []);
  letGo();
  await Promise.all(openPage.waited);
  assert.deepEqual(pages.get('second'), ['newer']);
  assert.equal(await ask('second', 'a.js'), 'a 1');
  assert.equal(await openPage('third'), 'page 2');
});

test('a release that is only half on the host is not taken', async () => {
  deploy(2);
  host.set('a.js', 'a 3');
  assert.equal(await openPage('second'), 'page 1');
  assert.equal(await ask('second', 'a.js'), 'a 1');
  deploy(3);
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
  await openPage('second');
  await Promise.all(openPage.waited);
  pages.delete('first');
  deploy(3);
  await openPage('third');
  await Promise.all(openPage.waited);
  pages.delete('second');
  deploy(4);
  await openPage('fourth');
  await Promise.all(openPage.waited);
  const texts = await Promise.all([...cache.entries.values()].map((response) => response.clone().text()));
  const found = texts.filter((text) => !text.startsWith('{')).sort();
  assert.deepEqual(found, ['a 3', 'a 4', 'page 3', 'page 4', 'same', 'wasm 3', 'wasm 4']);
});

test('the page that is loaded anew leaves nothing of the release that it had', async () => {
  deploy(2);
  await openPage('second');
  await Promise.all(openPage.waited);
  pages.delete('first');
  const { waited } = await send('message', { data: { look: true }, source: { id: 'second' } });
  await Promise.all(waited);
  const texts = await Promise.all([...cache.entries.values()].map((response) => response.clone().text()));
  assert.deepEqual(texts.filter((text) => !text.startsWith('{')).sort(), ['a 2', 'page 2', 'same', 'wasm 2']);
});

test('a build that was not used before is checked as it passes: of another release it breaks off', async () => {
  deploy(2, { 'pkg/fused/x.wasm': 'fused' });
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

test('what is not of the site is left alone', async () => {
  for (const url of ['https://example.org/other.js', 'https://elsewhere.org/docs/polytask/a.js', `${SCOPE}models/m/config.json`]) {
    const { response } = await send('fetch', { request: { url, method: 'GET', mode: 'cors' }, clientId: 'first' });
    assert.equal(response, undefined, url);
  }
});
