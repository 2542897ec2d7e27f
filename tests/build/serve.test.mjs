// `./build.sh serve` on a tree that is built: it answers as `polytask serve` does, and leaves nothing behind. And what it
// serves while a build is missing.
//
// Runs alone: it makes target/site anew, which others read.

import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startServer } from '../../build/static-server.mjs';
import { descendants, lives, until } from './processes.mjs';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const HEADERS = [
  'access-control-allow-origin',
  'cache-control',
  'content-type',
  'cross-origin-embedder-policy',
  'cross-origin-opener-policy',
  'cross-origin-resource-policy',
  'x-content-type-options',
];

const scratch = mkdtempSync(path.join(tmpdir(), 'polytask-served-'));
after(() => rmSync(scratch, { recursive: true }));

/** Starts a server that prints its address, and waits for that. */
const start = (program, ...args) => startIn(ROOT, program, ...args);

async function startIn(cwd, program, ...args) {
  const child = spawn(program, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  child.stderr.on('data', (data) => (told += data));
  const exit = once(child, 'close');
  const [url] = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exit.then(() => [''])]);
  return { child, url, exit, told: () => told };
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  test(`build.sh serve answers with the page and ends on ${signal} with all that it started`, async () => {
    const { child, url, exit, told } = await start('./build.sh', 'serve', '--port', '0');
    assert.match(url, /^http:\/\/127\.0\.0\.1:[1-9]\d*\/$/, told());
    assert.match(await (await fetch(url)).text(), /<polytask-lab/);
    const running = descendants(child.pid); // The steps that go on while it serves.
    child.kill(signal);
    assert.deepEqual(await exit, [0, null], told());
    await until(() => !running.some(lives));
  });
}

test('the headers are those of `polytask serve`', async () => {
  const ours = await startServer(path.join(ROOT, 'www'), 0);
  const theirs = await start('target/release/polytask', 'serve', '--port', '0');
  try {
    for (const file of ['', 'lab.html', 'polytask-lab.js', 'styles/lab.css', 'pkg/plain/polytask_bg.wasm', 'sw.js', 'nothing.js']) {
      const [a, b] = await Promise.all([ours.url, theirs.url].map((url) => fetch(url + file)));
      await Promise.all([a.arrayBuffer(), b.arrayBuffer()]);
      assert.equal(a.status, b.status, file);
      for (const header of HEADERS) {
        const plain = (value) => value?.replace(/; ?charset=utf-8/, '') ?? null; // Said or not: UTF-8 it is.
        assert.equal(plain(a.headers.get(header)), plain(b.headers.get(header)), `${file}: ${header}`);
      }
    }
  } finally {
    theirs.child.kill();
    await Promise.all([theirs.exit, ours.close()]);
  }
});

test('says a port that is taken at once, and what is no port', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address();
  const taken = await start('./build.sh', 'serve', '--port', `${port}`);
  assert.deepEqual([taken.url, await taken.exit], ['', [1, null]]);
  assert.match(taken.told(), new RegExp(`^\\n?build\\.sh: --port: ${port} cannot be used: .*EADDRINUSE.*; name another, or 0 for a free one\\n$`));
  other.close();
  for (const [args, sentence] of [
    [['--port', '80x'], 'build.sh: --port: "80x" is no number from 0 to 65535'],
    [['--port', '65536'], 'build.sh: --port: "65536" is no number from 0 to 65535'],
    [['--prot', '80'], 'build.sh: serve takes --port N and nothing else: Unknown option \'--prot\''],
  ]) {
    const wrong = await start('./build.sh', 'serve', ...args);
    await wrong.exit;
    assert.equal(wrong.told().trim(), sentence);
  }
});

// ------------------------------------------------------------------------------------------------ with steps that only play

/** A checkout whose build.sh does for each step what a `case` says. @param {string} cases */
function play(cases) {
  const directory = mkdtempSync(path.join(scratch, 'play-'));
  mkdirSync(path.join(directory, 'www/pkg'), { recursive: true });
  writeFileSync(path.join(directory, 'www/index.html'), 'the page');
  writeFileSync(path.join(directory, 'build.sh'), `#!/bin/sh\ncase "$2 $3" in\n${cases}\nesac\n`, { mode: 0o755 });
  return directory;
}
const serveIn = (directory) => startIn(directory, process.execPath, path.join(ROOT, 'build/make.mjs'), 'serve', '--port', '0');

test('is served with one build, gets the others as they come, and goes on when one of them fails', async () => {
  const directory = play(`
    'wrap_wasm plain') mkdir www/pkg/plain ;;
    'wrap_wasm threads') until [ -e go ]; do sleep 0.02; done; mkdir www/pkg/threads ;;
    'compile_wasm fused') until [ -e www/pkg/threads ]; do sleep 0.02; done; echo the cause; exit 3 ;;`);
  const { child, url, exit, told } = await serveIn(directory);
  assert.equal(await (await fetch(url)).text(), 'the page');
  await until(() => told().includes('the page is served, on one core until a faster build is there; Ctrl+C ends it'));
  await until(() => told().includes(`export PATH="${path.join(directory, 'target/release')}:$PATH"`));
  writeFileSync(path.join(directory, 'go'), '');
  await until(() => told().includes('nothing more is built; the page is still served as it is'));
  assert.match(told(), /\nthe cause\n\nbuild\.sh: the library for the browser, fused: it ended with status 3; all that it printed is in target\/logs\/fused\.log\n/);
  assert.equal(await (await fetch(url)).text(), 'the page');
  child.kill('SIGINT');
  assert.deepEqual(await exit, [1, null]);
});

test('a step that fails before the page can be served ends all with a sentence', async () => {
  const directory = play(`
    'need_wasm_bindgen ') sleep 1000 ;;
    'compile_wasm plain') echo 'error: no compiler'; exit 101 ;;`);
  const { url, exit, told } = await serveIn(directory);
  assert.deepEqual([url, await exit], ['', [1, null]]);
  assert.match(told(), /\nerror: no compiler\n\nbuild\.sh: the library for the browser, plain: it ended with status 101; .*plain\.log\n$/);
});

test('builds that are older than the source are not served beside a newer one', () => {
  const directory = mkdtempSync(path.join(scratch, 'stale-'));
  mkdirSync(path.join(directory, 'src/bin'), { recursive: true });
  cpSync(path.join(ROOT, 'build.sh'), path.join(directory, 'build.sh'));
  cpSync(path.join(ROOT, 'build'), path.join(directory, 'build'), { recursive: true });
  /** @param {string} file @param {number} time In seconds; the later the newer. */
  const put = (file, time) => {
    mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
    writeFileSync(path.join(directory, file), '');
    utimesSync(path.join(directory, file), time, time);
  };
  for (const file of ['build.sh', 'build/setup.sh', 'build/alike.mjs', 'build/cut.mjs', 'build/wasm-bytes.mjs']) utimesSync(path.join(directory, file), 1000, 1000);
  for (const file of ['Cargo.toml', 'Cargo.lock', 'src/lib.rs']) put(file, 1000);
  put('src/bin/polytask/main.rs', 3000); // The page has nothing of it.
  const left = () => {
    for (const build of ['plain', 'threads']) put(`www/pkg/${build}/polytask_bg.wasm`, 2000);
    execFileSync('./build.sh', ['step', 'drop_stale_builds'], { cwd: directory });
    return readdirSync(path.join(directory, 'www/pkg'));
  };
  assert.deepEqual(left(), ['plain', 'threads']);
  put('src/ops/linear.rs', 2001);
  assert.deepEqual(left(), ['plain'], 'plain is waited for anyway');
});

// ------------------------------------------------------------------------------------------------ the server alone

const served = path.join(scratch, 'www');
mkdirSync(path.join(served, 'pkg/plain'), { recursive: true });
writeFileSync(path.join(served, 'index.html'), '<title>hello</title>');
writeFileSync(path.join(served, 'pkg/plain/polytask.js'), 'export {};');
writeFileSync(path.join(scratch, 'secret.txt'), 'secret');

/** Where a link leads; a file that was just closed has none. @param {string} link */
function linkOf(link) {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}

/** A response's status and text, asked for without what `fetch` makes of an address. */
async function raw(url, target, method = 'GET') {
  const { hostname, port } = new URL(url);
  const [response] = await once(request({ hostname, port, method, path: target, agent: false }).end(), 'response');
  const pieces = await response.toArray();
  return [response.statusCode, Buffer.concat(pieces).toString()];
}

test('a build that is not there yet is a 404, and is there without a restart once it is', async () => {
  const server = await startServer(served, 0);
  const ask = async (build) => (await fetch(`${server.url}pkg/${build}/polytask.js`)).status;
  assert.deepEqual([await ask('plain'), await ask('threads')], [200, 404]);
  mkdirSync(path.join(served, 'pkg/threads'));
  writeFileSync(path.join(served, 'pkg/threads/polytask.js'), 'export {};');
  assert.equal(await ask('threads'), 200);
  await server.close();
});

test('a file is closed when the browser goes away in the middle of it', async () => {
  const file = path.join(served, 'large.wasm');
  writeFileSync(file, Buffer.alloc(30_000_000));
  const server = await startServer(served, 0);
  const isOpen = () => readdirSync('/proc/self/fd').some((fd) => linkOf(`/proc/self/fd/${fd}`) === file);
  const asking = request(`${server.url}large.wasm`, { agent: false }).end();
  const [response] = await once(asking, 'response');
  await once(response, 'readable');
  assert.ok(isOpen());
  asking.destroy();
  try {
    await until(() => !isOpen());
  } finally {
    await server.close();
  }
});

test('nothing outside the directory is served', async () => {
  const server = await startServer(served, 0);
  const targets = ['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/pkg/..%2f..%2fsecret.txt', '//../secret.txt'];
  for (const target of targets) assert.deepEqual(await raw(server.url, target), [404, ''], target);
  for (const target of ['/%', '/%00', '/%ff', '/%2e%2e%2fwww%2findex.html%00']) assert.deepEqual(await raw(server.url, target), [404, '']);
  assert.deepEqual(await raw(server.url, '/', 'HEAD'), [200, '']);
  assert.deepEqual(await raw(server.url, '/', 'POST'), [405, '']);
  assert.deepEqual(await raw(server.url, '/'), [200, '<title>hello</title>']);
  symlinkSync('../secret.txt', path.join(served, 'link.txt'));
  assert.deepEqual(await raw(server.url, '/link.txt'), [404, '']);
  await server.close();
});

test('a request that names another host is refused', async () => {
  const server = await startServer(served, 0);
  for (const host of ['evil.example', 'localhost.evil.example:8080', '127.0.0.1.evil.example']) {
    const asking = request(server.url, { headers: { host } }).end();
    const [response] = await once(asking, 'response');
    assert.equal(response.statusCode, 421, host);
    response.resume();
  }
  await server.close();
});

test('a directory leads to its page, and what is unchanged is not sent again', async () => {
  const server = await startServer(served, 0);
  mkdirSync(path.join(served, 'examples'));
  writeFileSync(path.join(served, 'examples/index.html'), 'examples');
  const response = await fetch(`${server.url}examples?a=b`);
  assert.deepEqual([response.url, await response.text()], [`${server.url}examples/?a=b`, 'examples']);
  const again = { headers: { 'if-modified-since': response.headers.get('last-modified') } };
  assert.equal((await fetch(`${server.url}examples/`, again)).status, 304);
  await server.close();
});

test('before the page is there, it says what is being built', async () => {
  let waiting = 'the module: 0:10 of <4 min>';
  const server = await startServer(served, 0, () => waiting);
  const response = await fetch(`${server.url}lab.html`);
  assert.deepEqual([response.status, response.headers.get('refresh')], [503, '5']);
  assert.match(await response.text(), /the module: 0:10 of &lt;4 min>/);
  waiting = undefined;
  assert.equal((await fetch(server.url)).status, 200);
  await server.close();
});
