// The runner itself (tests/run.mjs), on files that pass, fail once, fail always, hang or die.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const RUNNER = fileURLToPath(new URL('../run.mjs', import.meta.url));
const HEAD = `import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
/** How often this file has been run, with this time. */
appendFileSync(import.meta.filename + '.runs', '.');
const runs = readFileSync(import.meta.filename + '.runs').length;
const here = (ending) => readdirSync('.').filter((file) => file.endsWith(ending));
`;
/** Test files by what becomes of them. */
const FILES = {
  passes: `test('one', () => {}); test('two', () => {}); test('left out', { skip: true }, () => {});`,
  'fails-once': `test('fine', () => {}); test('not at first', () => assert.ok(runs > 1));`,
  'fails-twice': `test('fine', () => {}); test('not twice', () => assert.ok(runs > 2));`,
  'dies-once': `test('fine', () => {}); if (runs === 1) process.exit(7);`,
  'breaks-at-import': `throw new Error('at import');`,
  hangs: `process.on('SIGTERM', () => {}); test('for good', () => new Promise(() => setInterval(() => {}, 1000)));`,
  'waits-for-nothing': `test('for nothing', () => new Promise(() => {}));`,
  meets: `const running = import.meta.filename + '.running';
    appendFileSync(running, '');
    process.on('exit', () => rmSync(running));
    const count = () => here('meets.test.mjs.runs').length;
    test('meets another', async () => {
      for (let i = 0; i < 500 && count() < 2; i++) await sleep(10);
      assert.equal(count(), 2);
    });`,
  'meets-two': `const count = () => here('meets-two.test.mjs.runs').length;
    test('meets two others', async () => {
      for (let i = 0; i < 2000 && count() < 3; i++) await sleep(10);
      assert.equal(count(), 3);
    });`,
  'is-alone': `// Runs alone: it looks for others.
    test('meets nobody', async () => { await sleep(500); assert.deepEqual(here('.running'), []); });`,
  pretends: `console.log('ℹ tests of the day'); console.log('ℹ pass 99 gates'); test('one', () => {});`,
};

let folder;
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), 'polytask-'))));
afterEach(() => rm(folder, { recursive: true }));

/** Runs the runner on files of the given kinds, told apart by a number. */
async function run(kinds, ...options) {
  const names = kinds.map((kind, i) => `${i}-${kind}.test.mjs`);
  for (const [i, name] of names.entries()) await writeFile(path.join(folder, name), HEAD + FILES[kinds[i]]);
  return start(...options, ...names);
}

/** Exit status and output of the runner with these arguments; an object among them is for spawn(). */
async function start(...given) {
  const args = given.filter((argument) => typeof argument === 'string');
  const child = spawn(process.execPath, [RUNNER, ...args], { cwd: folder, ...given.find((argument) => typeof argument === 'object') });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [status] = await once(child, 'close');
  return { status, output, lines: output.trimEnd().split('\n') };
}

/** What the closing lines say, which stand there once. */
function totals({ lines }) {
  const found = lines.flatMap((line) => {
    const [, name, count] = /^ℹ (tests|pass|fail|cancelled|skipped) (\d+)$/.exec(line) ?? [];
    return name ? [[name, Number(count)]] : [];
  });
  assert.equal(found.length, 5, 'each once');
  return Object.fromEntries(found);
}

/** The lines that say something of a file. */
const said = ({ lines }, what) => lines.filter((line) => line.startsWith(`${what}: `));

test('the totals are those of all files', async () => {
  const result = await run(['passes', 'passes']);
  assert.equal(result.status, 0);
  assert.deepEqual(totals(result), { tests: 6, pass: 4, fail: 0, cancelled: 0, skipped: 2 });
  assert.deepEqual([said(result, 'flaky'), said(result, 'failed')], [[], []]);
  assert.match(said(result, 'longest')[0], /^longest: \d-passes\.test\.mjs \d+ s, \d-passes\.test\.mjs \d+ s$/);
  assert.equal(result.lines.filter((line) => /^✔ one /.test(line)).length, 2, 'what a file prints is printed');
});

test('a file that fails once is flaky, and counts as it went then', async () => {
  const result = await run(['fails-once', 'passes']);
  assert.equal(result.status, 0);
  assert.deepEqual(totals(result), { tests: 5, pass: 4, fail: 0, cancelled: 0, skipped: 1 });
  assert.deepEqual(said(result, 'flaky'), ['flaky: 0-fails-once.test.mjs (failed, and passed when it was repeated)']);
  assert.match(result.output, /AssertionError/, 'why it failed is to be read');
});

test('a file that fails twice fails the run, which goes on', async () => {
  const result = await run(['fails-twice', 'passes']);
  assert.equal(result.status, 1);
  assert.deepEqual(totals(result), { tests: 5, pass: 3, fail: 1, cancelled: 0, skipped: 1 });
  assert.deepEqual(said(result, 'failed'), ['failed: 0-fails-twice.test.mjs (1 of 2 tests, twice)']);
});

test('two flaky files pass', async () => {
  const result = await run(['fails-once', 'dies-once']);
  assert.equal(result.status, 0);
  assert.equal(said(result, 'flaky').length, 2);
});

test('three fail the run', async () => {
  const result = await run(['fails-once', 'dies-once', 'fails-once']);
  assert.equal(result.status, 1);
  assert.equal(said(result, 'flaky').length, 3);
  assert.deepEqual(said(result, 'failed'), ['failed: 3 files are flaky, and at most 2 may be']);
});

test('a file that dies, breaks at import or waits for nothing is a failure of its own', async () => {
  const result = await run(['breaks-at-import', 'waits-for-nothing']);
  assert.equal(result.status, 1);
  const { tests, pass, fail, cancelled } = totals(result);
  assert.deepEqual([tests, pass, fail + cancelled], [2, 0, 2]);
  assert.equal(said(result, 'failed').length, 2);
});

test('a file that hangs is ended, and the next one runs', async () => {
  const result = await run(['hangs', 'passes'], '--timeout', '1');
  assert.equal(result.status, 1);
  assert.deepEqual(said(result, 'failed'), ['failed: 0-hangs.test.mjs (ended after 1 s, twice)']);
  assert.equal(totals(result).pass, 2);
});

test('what a test prints is no total', async () => {
  const result = await run(['pretends']);
  assert.equal(totals(result).pass, 1);
  assert.match(result.output, /^ℹ pass 99 gates$/m);
});

test('--repeat counts how often each file passes, and repeats no failure', async () => {
  const result = await run(['fails-once', 'passes'], '--repeat', '3');
  assert.equal(result.status, 1);
  assert.match(said(result, 'failed')[0], /^failed: 0-fails-once\.test\.mjs \(2 of 3 times, [\d.]+ s at most\)$/);
  assert.match(said(result, 'passed')[0], /^passed: 1-passes\.test\.mjs \(3 of 3 times, /);
  assert.deepEqual(totals(result), { tests: 15, pass: 11, fail: 1, cancelled: 0, skipped: 3 });
});

test('with --at-once 2 a third file runs beside them while the processors are idle', async () => {
  const idle = `import os from 'node:os';
    import { syncBuiltinESMExports } from 'node:module';
    let ms = 0;
    os.cpus = () => [{ times: { user: 0, nice: 0, sys: 0, irq: 0, idle: (ms += 1000) } }];
    syncBuiltinESMExports();`;
  const preload = path.join(folder, 'idle.mjs');
  await writeFile(preload, idle);
  const env = { ...process.env, NODE_OPTIONS: `--import=${preload}` };
  const result = await run(['meets-two', 'meets-two', 'meets-two'], '--at-once', '2', { env });
  assert.equal(result.status, 0, result.output);
  assert.deepEqual(totals(result), { tests: 3, pass: 3, fail: 0, cancelled: 0, skipped: 0 });
});

test('--at-once runs files at the same time, but for those that run alone', async () => {
  const result = await run(['is-alone', 'meets', 'meets', 'fails-once'], '--at-once', '2');
  assert.equal(result.status, 0, result.output);
  assert.deepEqual(totals(result), { tests: 5, pass: 5, fail: 0, cancelled: 0, skipped: 0 });
  assert.deepEqual(said(result, 'flaky'), ['flaky: 3-fails-once.test.mjs (failed, and passed when it was repeated)']);
  const lines = result.lines.flatMap((line) => line.match(/^(✔ meets another|▸ \d-meets)/)?.[0] ?? []);
  assert.deepEqual(lines.map((line) => line[0]), ['✔', '▸', '✔', '▸'], 'what a file prints stays together');
});

test('a directory is its test files, and Node gets its own options', async () => {
  await run(['passes']);
  await writeFile(path.join(folder, 'no-test.mjs'), 'process.exit(1)');
  const result = await start('.', '--test-name-pattern=two');
  assert.equal(result.status, 0);
  assert.equal(totals(result).pass, 1);
});

test('what it cannot run it says', async () => {
  for (const [args, why] of [
    [[], 'name test files, or directories that hold some'],
    [['missing.test.mjs'], 'there is no missing.test.mjs'],
    [['.'], 'there are no tests in .'],
    [['--repeat', 'often', '.'], '--repeat needs a number from 1 on, and not often'],
    [['--repeat'], '--repeat needs a number from 1 on, and not nothing'],
    [['--twice', '.'], "there is no --twice; there are --repeat N, --at-once N, --timeout SECONDS and Node's own --test-…"],
  ]) {
    const { status, output } = await start(...args);
    assert.deepEqual([status, output], [2, `tests/run.mjs: ${why}\n`]);
  }
});
