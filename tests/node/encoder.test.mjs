// Where an encoder's files come from, with a server that this test makes busy, lacking or short of breath, and another in the
// place of the hub. No browser: the cache is a map.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { DEFAULT_ENCODER, FLOAT_ENCODER, HUB, KNOWN_BYTES, nameOf, ownAddress } from '../../www/engine/encoder/addresses.js';
import { FLOAT_AT_HUB, KNOWN } from '../../www/engine/encoder/known-encoder.js';
import { KNOWN_WEIGHTS } from '../../www/engine/encoder/known-weights.js';

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const CONFIG = Buffer.from('{"model_type": "bert"}');
const VOCABULARY = Buffer.from('[PAD]\n[UNK]\n');
/** Two pieces and a bit. */
const WEIGHTS = Buffer.alloc(9 << 20, 'weights of a test ');
const POINTER = Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(WEIGHTS)}\nsize ${WEIGHTS.length}\n`);
const PYTORCH = 'pytorch_model.bin';

/** Files by path. */
let files;
/** What happens to a request for a path, in place of its file: a status, `html`, or a number of bytes after which it breaks off. */
let trouble;
/** Each request: its path and, if it has one, its range. */
let asked;
let ranges = true;
/** Bytes that were read of the latest answer to each path; -1 before it has come. */
const read = new Map();
let server, base, events;
/** The browser's cache. */
let stored;

const realFetch = globalThis.fetch;
globalThis.self = { origin: 'null' };
globalThis.fetch = async (url, options) => {
  const address = String(url).replace(HUB, `${base}hub/`);
  const { body, status, headers } = await realFetch(address, options);
  const { pathname } = new URL(address);
  read.set(pathname, 0);
  const count = (chunk, controller) => {
    read.set(pathname, read.get(pathname) + chunk.length);
    controller.enqueue(chunk);
  };
  return new Response(body?.pipeThrough(new TransformStream({ transform: count })), { status, headers });
};
globalThis.caches = {
  open: async () => ({
    match: async (key) => stored.get(key)?.clone(),
    put: async (key, response) => void stored.set(key, new Response(await response.arrayBuffer(), { headers: response.headers })),
    keys: async () => [...stored.keys()].map((url) => ({ url })),
    delete: async (key) => stored.delete(key),
  }),
};
const { nameOfFiles } = await import('../../www/views/encoder-choice.js');
const { Encoders } = await import('../../www/engine/encoder/encoders.js');

const hasher = async () => {
  const hash = createHash('sha256');
  return { update: (bytes) => hash.update(bytes), finish: () => hash.digest('hex') };
};

before(async () => {
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const { range } = request.headers;
    asked.push(range ? `${pathname} ${range}` : pathname);
    const wrong = trouble[pathname];
    if (wrong === 'html') return response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Our app</title>');
    if (wrong >= 400) return response.writeHead(wrong).end('no');
    const file = files[pathname];
    if (!file) return response.writeHead(404).end('no');
    const from = ranges && range ? Number(/^bytes=(\d+)-$/.exec(range)[1]) : 0;
    const headers = { 'content-length': file.length - from, etag: `"${sha256(file)}"` };
    if (from) response.writeHead(206, { ...headers, 'content-range': `bytes ${from}-${file.length - 1}/${file.length}` });
    else response.writeHead(200, headers);
    const cut = typeof wrong?.cut === 'number' ? wrong.cut : undefined;
    if (cut === undefined) return response.end(file.subarray(from));
    read.set(pathname, -1);
    if (cut <= from) response.flushHeaders();
    else response.write(file.subarray(from, cut));
    const rest = setInterval(() => {
      if (read.get(pathname) < Math.max(0, cut - from) && !response.destroyed) return;
      clearInterval(rest);
      response.destroy();
    }, 5);
    if (wrong.once) delete trouble[pathname];
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${server.address().port}/`;
});
after(() => (server.closeAllConnections(), server.close()));
beforeEach(() => {
  [files, trouble, asked, ranges, stored] = [{}, {}, [], true, new Map()];
});

const listed = (given) => Object.entries(given).map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: sha256(bytes) }));

/** Puts an encoder on the host. */
function host(folder, given = { 'config.json': CONFIG, 'vocab.txt': VOCABULARY, 'model.safetensors': WEIGHTS }, encoder = 'mine') {
  for (const [name, bytes] of Object.entries(given)) files[`/${folder}/${name}`] = bytes;
  files[`/${folder}/manifest.json`] = Buffer.from(JSON.stringify({ encoder, files: listed(given) }));
}

/** A safetensors file of such numbers. */
function safetensors(tensors) {
  const header = {};
  const numbers = [];
  for (const [name, values] of Object.entries(tensors)) {
    if (name === '__metadata__') header[name] = values;
    else {
      header[name] = { dtype: 'F32', shape: [values.length], data_offsets: [4 * numbers.length, 4 * (numbers.length + values.length)] };
      numbers.push(...values);
    }
  }
  const text = JSON.stringify(header);
  const padded = text.padEnd(8 * Math.ceil(text.length / 8));
  const length = Buffer.alloc(8);
  length.writeBigUint64LE(BigInt(padded.length));
  return Buffer.concat([length, Buffer.from(padded), Buffer.from(new Float32Array(numbers).buffer)]);
}

/** Puts a repository on the hub. */
function atHub(name, given) {
  const siblings = Object.entries(given).map(([rfilename, bytes]) => ({
    rfilename,
    size: bytes.length,
    ...(rfilename.endsWith('.safetensors') && { lfs: { sha256: sha256(bytes) } }),
  }));
  files[`/hub/api/models/${name}/revision/main`] = Buffer.from(JSON.stringify({ sha: 'c0ffee', siblings }));
  for (const [file, bytes] of Object.entries(given)) files[`/hub/${name}/resolve/c0ffee/${file}`] = bytes;
}

/** Loads as a worker of its own would: nothing is in memory yet. @returns {Promise<Record<string, string>>} The files' hashes. */
async function load(address, encoders = new Encoders(hasher)) {
  events = [];
  const found = await encoders.load(address.startsWith('http') ? address : base + address, (event) => events.push(event));
  return hashesOf(found);
}
async function hashesOf(found) {
  const hashes = {};
  for (const [name, file] of found) hashes[name] = sha256(await file.bytes());
  return hashes;
}
const warnings = () => events.filter(({ type }) => type === 'warning').map(({ message }) => message);
const loaded = () => events.find(({ type }) => type === 'loaded');
const WHOLE = { 'config.json': sha256(CONFIG), 'vocab.txt': sha256(VOCABULARY), 'model.safetensors': sha256(WEIGHTS) };

for (const [what, wrong] of [['a 503', 503], ['a 429', 429], ['HTML', 'html'], ['a 404', 404]])
  test(`${what} in place of the manifest: the cached copy is used`, async () => {
    host('models/mine');
    await load('models/mine/');
    assert.equal(loaded().cached, false);
    trouble['/models/mine/manifest.json'] = wrong;
    assert.deepEqual(await load('models/mine/'), WHOLE);
    assert.deepEqual([loaded().encoder, loaded().cached], ['mine', true]);
  });

for (const [what, wrong] of [['a 503', 503], ['HTML', 'html']])
  test(`${what} in place of the manifest, and no copy: the hashes of the known encoder decide`, async () => {
    files['/spa/all-MiniLM-L6-v2/config.json'] = CONFIG;
    for (const name of ['tokenizer.json', 'model.safetensors']) files[`/spa/all-MiniLM-L6-v2/${name}`] = CONFIG;
    trouble['/spa/all-MiniLM-L6-v2/manifest.json'] = wrong;
    await assert.rejects(load('spa/all-MiniLM-L6-v2/'), /The download of config\.json stopped at 22 of 612 bytes\./);
  });

test('a newer release whose files cannot be had leaves the copy of the earlier one, and says so', async () => {
  host('models/mine');
  await load('models/mine/');
  host('models/mine', { 'config.json': CONFIG, 'vocab.txt': Buffer.from('other'), 'model.safetensors': WEIGHTS });
  trouble['/models/mine/vocab.txt'] = 503;
  assert.deepEqual(await load('models/mine/'), WHOLE);
  assert.match(warnings()[0], /^The host has a newer mine, which could not be fetched \(The download of vocab\.txt failed: the server answered 503/);
});

test('a broken download asks for the rest, once the host is there again at the latest', async () => {
  host('models/mine');
  const weights = '/models/mine/model.safetensors';
  trouble[weights] = { cut: 5_000_000, once: true };
  assert.deepEqual(await load('models/mine/'), WHOLE);
  assert.deepEqual(asked.filter((path) => path.startsWith(weights)), [weights, `${weights} bytes=5000000-`]);

  // The next try of the visit goes on too.
  stored.clear();
  asked = [];
  trouble[weights] = { cut: 6_000_000 };
  const encoders = new Encoders(hasher);
  await assert.rejects(load('models/mine/', encoders), /stopped at 6,000,000 of 9,437,184 bytes\. Check the connection, then retry\.$/);
  trouble = {};
  assert.deepEqual(await load('models/mine/', encoders), WHOLE);
  assert.equal(asked.filter((path) => path === weights).length, 1);
});

test('a server that knows no ranges starts over; one whose file has changed does not mix the two', async () => {
  host('models/mine');
  ranges = false;
  const weights = '/models/mine/model.safetensors';
  trouble[weights] = { cut: 5_000_000, once: true };
  assert.deepEqual(await load('models/mine/'), WHOLE);
  assert.equal(asked.filter((path) => path.startsWith(weights)).length, 2);

  ranges = true;
  stored.clear();
  const other = Buffer.alloc(WEIGHTS.length, 'other weights');
  trouble[weights] = { cut: 5_000_000 };
  await assert.rejects(load('models/mine/'));
  files[weights] = other;
  trouble = {};
  await assert.rejects(load('models/mine/'), /not the expected SHA-256/);
  files[weights] = WEIGHTS;
  assert.deepEqual(await load('models/mine/'), WHOLE);
});

test('what is interrupted stays for the visit', async () => {
  host('models/mine');
  const weights = '/models/mine/model.safetensors';
  const encoders = new Encoders(hasher);
  let cancelled = false;
  const say = ({ type, file, received }) => {
    if (type === 'progress' && file === 'model.safetensors' && received > 100 && !cancelled) {
      cancelled = true;
      setTimeout(() => encoders.cancel(say));
    }
  };
  await assert.rejects(encoders.load(`${base}models/mine/`, say), { name: 'AbortError' });
  assert.deepEqual(await load('models/mine/', encoders), WHOLE);
  assert.match(asked.at(-1), /model\.safetensors bytes=\d+-$/);
});

test('the same files under another address are not downloaded again', async () => {
  host('models/mine');
  host('elsewhere/mine');
  await load('models/mine/');
  asked = [];
  assert.deepEqual(await load('elsewhere/mine/'), WHOLE);
  assert.deepEqual(asked, ['/elsewhere/mine/manifest.json']);
});

test('a folder that is not there is none, whatever else the browser has', async () => {
  const { files: known } = KNOWN[FLOAT_ENCODER];
  for (const { name, bytes, sha256: hash } of known)
    stored.set(`${base}models/all-MiniLM-L6-v2/${name}?sha256=${hash}`, new Response(new Uint8Array(bytes), { headers: { 'x-piece-sha256': Array(Math.ceil(bytes / (4 << 20))).fill('0').join(' ') } }));
  await assert.rejects(load('models/no-such/'), /There is no encoder at \S+\/no-such\//);
});

test('weights that are not those of a known encoder are not called by its name', async () => {
  host('models/all-MiniLM-L6-v2', undefined, FLOAT_ENCODER);
  await load('models/all-MiniLM-L6-v2/');
  assert.equal(loaded().encoder, 'all-MiniLM-L6-v2 (changed)');
});

test('a known encoder that is not beside the page comes from the hub, which is said with its size first', async () => {
  // Of the real encoder only its first file is here: that it is asked for at the pinned revision is what counts.
  const path = `/hub/${FLOAT_AT_HUB.slice(HUB.length)}config.json`;
  trouble[path] = 503;
  await assert.rejects(load('models/all-MiniLM-L6-v2-small/'), /could not be fetched, neither from \S+ nor from huggingface\.co/);
  assert.match(warnings()[0], /^There is no encoder at \S+\/models\/all-MiniLM-L6-v2-small\/\. all-MiniLM-L6-v2, 91 MB, is taken from huggingface\.co in its place\.$/);
  assert.ok(asked.includes(path));
  // Another encoder's place is not taken without being asked.
  await assert.rejects(load('models/my-bert/'), /^Error: There is no encoder at \S+\/my-bert\/ \(The download of config\.json failed: the server answered 404/);
});

test('a repository of the hub: its list of files decides, with vocab.txt, shards and a declared pooling', async () => {
  const given = {
    'README.md': Buffer.from('#'),
    'config.json': CONFIG,
    'vocab.txt': VOCABULARY,
    'tokenizer_config.json': Buffer.from('{"do_lower_case": true}'),
    '1_Pooling/config.json': Buffer.from('{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}'),
    'model-00002-of-00002.safetensors': safetensors({ b: [2, 3], __metadata__: {} }),
    'model-00001-of-00002.safetensors': safetensors({ a: [1] }),
    'model.safetensors.index.json': Buffer.from('{}'),
  };
  atHub('someone/my-bert', given);
  const { 'README.md': readme, ...needed } = Object.fromEntries(Object.entries(given).map(([name, bytes]) => [name, sha256(bytes)]));
  const address = `${HUB}someone/my-bert/resolve/main/`;
  const found = await load(address);
  const { 'model.safetensors': joined, ...rest } = found;
  assert.deepEqual(rest, needed);
  assert.equal(joined, sha256(safetensors({ a: [1], b: [2, 3] })), 'the shards are one file');
  assert.deepEqual(Object.keys(found).filter((name) => name.startsWith('model-')), ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors']);
  assert.equal(loaded().encoder, 'someone/my-bert');
  assert.deepEqual(warnings(), ['This encoder was trained with cls pooling: it is used, unless you choose another in the settings.']);
  // Later visits need no network.
  files = {};
  trouble['/hub/api/models/someone/my-bert/revision/main'] = 503;
  assert.deepEqual(await load(address), found);
  assert.equal(loaded().cached, true);
});

test('a shard whose header does not say where its numbers are is named', async () => {
  const text = '{"a": {"dtype": "F32"}} ';
  const length = Buffer.alloc(8);
  length.writeBigUint64LE(BigInt(text.length));
  const shards = { 'model-00001-of-00001.safetensors': Buffer.concat([length, Buffer.from(text)]), 'model.safetensors.index.json': Buffer.from('{}') };
  atHub('some/shards', { 'config.json': CONFIG, 'vocab.txt': VOCABULARY, ...shards });
  await assert.rejects(load(`${HUB}some/shards/resolve/main/`), /^Error: model-00001-of-00001\.safetensors is damaged: it is no safetensors file\. Fetch it again\.$/);
});

test('what of the hub cannot be used is named with the remedy', async () => {
  const at = (name) => `${HUB}${name}/resolve/main/`;
  await assert.rejects(load(at('no/such')), /huggingface\.co has no encoder no\/such that everybody may read\. Check the name/);
  trouble['/hub/api/models/some/one/revision/main'] = 503;
  await assert.rejects(load(at('some/one')), /huggingface\.co does not answer \(status 503\)/);
  atHub('old/bert', { 'config.json': CONFIG, 'vocab.txt': VOCABULARY, [PYTORCH]: WEIGHTS });
  await assert.rejects(load(at('old/bert')), /has its weights in pytorch_model\.bin, .* AutoModel\.from_pretrained\("old\/bert"\)/);
  atHub('a/picture', { 'config.json': CONFIG, 'model.safetensors': WEIGHTS });
  await assert.rejects(load(at('a/picture')), /a\/picture is no encoder that can be trained here: it lacks tokenizer\.json \(or vocab\.txt\)/);
  atHub('a/roberta', { 'config.json': Buffer.from('{"model_type": "roberta"}'), 'tokenizer.json': CONFIG, 'model.safetensors': WEIGHTS });
  asked = [];
  await assert.rejects(load(at('a/roberta')), /model_type is "roberta", and only "bert" is supported/);
  assert.equal(asked.filter((path) => path.endsWith('.safetensors')).length, 0, 'before its weights are fetched');
});

test('a pointer of Git LFS in place of a file is named', async () => {
  host('models/mine');
  files['/models/mine/model.safetensors'] = POINTER;
  await assert.rejects(load('models/mine/'), /^Error: model\.safetensors is a Git LFS pointer and not the file \(.+\): the host’s owner must run git lfs pull\.$/);
});

test('files of the reader’s own are there after a reload, under their own name', async () => {
  const encoders = new Encoders(hasher);
  const address = ownAddress('all-MiniLM-L6-v2 (own files)');
  const given = { 'config.json': CONFIG, 'vocab.txt': VOCABULARY, 'model.safetensors': WEIGHTS, 'notes.txt': CONFIG };
  const blobs = Object.entries(given).map(([name, bytes]) => [name, new Blob([bytes])]);
  events = [];
  const opened = await encoders.open(address, blobs, nameOf(address), (event) => events.push(event));
  assert.deepEqual(await hashesOf(opened), WHOLE);
  assert.equal(loaded().encoder, 'all-MiniLM-L6-v2 (own files)');
  for (const end = Date.now() + 10_000; !stored.has(`${address}manifest.json`) && Date.now() < end; ) await new Promise((resolve) => setTimeout(resolve, 20));
  asked = [];
  assert.deepEqual(await load(address), WHOLE);
  assert.deepEqual([loaded().encoder, loaded().cached, asked], ['all-MiniLM-L6-v2 (own files)', true, []]);

  stored.clear();
  await assert.rejects(load(address), /This browser does not have the files of all-MiniLM-L6-v2 \(own files\) any more\. Open them again\./);
});

test('a browser that keeps nothing says that own files must be opened again', async () => {
  const { caches } = globalThis;
  globalThis.caches = { open: () => Promise.reject(new Error('no')) };
  events = [];
  const given = Object.entries({ 'config.json': CONFIG, 'vocab.txt': VOCABULARY, 'model.safetensors': WEIGHTS });
  await new Encoders(hasher).open(ownAddress('mine'), given.map(([name, bytes]) => [name, new Blob([bytes])]), 'mine', (event) => events.push(event));
  await new Promise((resolve) => setTimeout(resolve, 50));
  globalThis.caches = caches;
  assert.deepEqual(warnings(), ['This browser cannot keep the files of mine: after a reload, open them again.']);
});

for (const [what, given, said] of [
  ['no weights', { 'config.json': CONFIG, 'vocab.txt': VOCABULARY }, /Open them together: model\.safetensors is not among these\.$/],
  ['weights of PyTorch', { 'config.json': CONFIG, 'vocab.txt': VOCABULARY, [PYTORCH]: WEIGHTS }, /mine has its weights in pytorch_model\.bin/],
  ['a pointer of Git LFS', { 'config.json': CONFIG, 'vocab.txt': VOCABULARY, 'model.safetensors': POINTER }, /model\.safetensors is a Git LFS pointer and not the file: fetch it with git lfs pull in its folder/],
  ['another family', { 'config.json': Buffer.from('{"model_type": "roberta"}'), 'vocab.txt': VOCABULARY, 'model.safetensors': WEIGHTS }, /model_type is "roberta"/],
])
  test(`own files that fail are named: ${what}`, async () => {
    const blobs = Object.entries(given).map(([name, bytes]) => [name, new Blob([bytes])]);
    await assert.rejects(new Encoders(hasher).open(ownAddress('mine'), blobs, 'mine', () => {}), said);
  });

test('own files are called as their folder, else as config.json says, else as their weights; never as an encoder that is known', async () => {
  const file = (path, text = '') => {
    const name = path.split('/').at(-1);
    return { name, webkitRelativePath: path.includes('/') ? path : '', text: async () => text };
  };
  const config = '{"_name_or_path": "nreimers/MiniLM-L6"}';
  for (const [name, given] of [
    ['right', [file('right/1_Pooling/config.json', '{"_name_or_path": "a/pooling"}'), file('right/config.json', config)]],
    ['all-MiniLM-L6-v2 (own files)', [file('all-MiniLM-L6-v2/config.json', config)]],
    ['MiniLM-L6', [file('config.json', config), file('model.safetensors')]],
    ['all-MiniLM-L6-v2 (own files)', [file('config.json', '{"_name_or_path": "sentence-transformers/all-MiniLM-L6-v2"}'), file('model.safetensors')]],
    ['weights.safetensors', [file('config.json', '{'), file('weights.safetensors')]],
  ])
    assert.equal(await nameOfFiles(given), name);
});

test('the known encoders are those that the build makes', (t) => {
  for (const [encoder, pins] of [[FLOAT_ENCODER, 'encoder.sha256'], [DEFAULT_ENCODER, 'small-encoder.sha256']]) {
    const pinned = readFileSync(new URL(`../../build/${pins}`, import.meta.url), 'utf8');
    for (const { name, sha256: pin } of KNOWN[encoder].files) assert.ok(pinned.includes(`${pin}  ${name}`), name);
  }
  for (const [encoder, { files: known }] of Object.entries(KNOWN)) {
    assert.equal(known.reduce((sum, { bytes }) => sum + bytes, 0), KNOWN_BYTES[encoder]);
    assert.ok(known.some(({ sha256: pin }) => pin === KNOWN_WEIGHTS[encoder]));
    const made = new URL(`../../www/models/${encoder}/manifest.json`, import.meta.url);
    if (existsSync(made)) assert.deepEqual(JSON.parse(readFileSync(made, 'utf8')), { encoder, files: known });
    else t.diagnostic(`${encoder} is not built yet`);
  }
});
