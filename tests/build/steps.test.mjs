// How build.sh runs its steps side by side: what waits for what, and that the first that fails ends all.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Steps } from '../../build/steps.mjs';
import { lives, until } from './processes.mjs';

const root = mkdtempSync(path.join(tmpdir(), 'polytask-steps-'));
process.on('exit', () => rmSync(root, { recursive: true, force: true }));

/** Steps that are shell scripts in a directory of their own. @param {Record<string, [string, object?]>} scripts */
function workplace(scripts) {
  const directory = mkdtempSync(path.join(root, 'w-'));
  const said = [];
  const steps = Object.entries(scripts).map(([name, [script, rest]]) => {
    return [name, { title: `step ${name}`, minutes: 1, command: ['sh', '-c', `cd '${directory}'; ${script}`], ...rest }];
  });
  return {
    steps: new Steps(Object.fromEntries(steps), path.join(directory, 'logs'), (line) => said.push(line)),
    said,
    directory,
    has: (file) => existsSync(path.join(directory, file)),
    read: (file) => readFileSync(path.join(directory, file), 'utf8'),
  };
}

test('a step begins after what it needs, and only what is wanted runs', async () => {
  const { steps, read, has } = workplace({
    last: ['cat a b > all', { after: ['a', 'b'] }],
    a: ['sleep 0.1; echo a > a'],
    b: ['cat a > b', { after: ['a'] }],
    other: ['touch other'],
  });
  await steps.run(['last']);
  assert.equal(read('all'), 'a\na\n');
  assert.ok(!has('other'));
});

test('what needs nothing of each other runs at the same time', async () => {
  // Each waits for the other.
  const meet = (own, other) => `touch ${own}; until [ -e ${other} ]; do sleep 0.02; done`;
  const { steps } = workplace({ a: [meet('a', 'b')], b: [meet('b', 'a')] });
  await steps.run(['a', 'b']);
});

test('of compilers at most two run at a time, the first named first', async () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const script = (name) =>
    `echo ${name} >> order; touch running-${name}; ls running-* | wc -l >> counts; sleep 0.1; rm running-${name}`;
  const { steps, read } = workplace(
    Object.fromEntries(names.map((name) => [name, [script(name), { compiles: true }]])),
  );
  await steps.run(names.toReversed());
  const counts = read('counts').trim().split('\n').map(Number);
  assert.equal(counts.length, 5);
  assert.ok(Math.max(...counts) <= 2, `${counts}`);
  assert.deepEqual(read('order').trim().split('\n').slice(0, 2).sort(), ['a', 'b']);
});

test('a step runs once, whoever waits for it', async () => {
  const { steps, read } = workplace({ a: ['echo ran >> a'], b: ['true', { after: ['a'] }] });
  await Promise.all([steps.run(['a']), steps.run(['b']), steps.run(['a', 'b'])]);
  await steps.run(['b']);
  assert.equal(read('a'), 'ran\n');
});

test('the first that fails is told with its last lines, and ends the others with their children', async () => {
  const { steps, read, has } = workplace({
    long: ['sleep 1000 & echo $! > child; touch begun; wait'],
    bad: ['until [ -e begun ]; do sleep 0.02; done; echo the cause; echo and more >&2; exit 7'],
    next: ['touch next', { after: ['bad'] }],
  });
  await assert.rejects(steps.run(['long', 'next']), ({ message, output }) => {
    assert.match(message, /^step bad: it ended with status 7; all that it printed is in .*\/logs\/bad\.log$/);
    assert.deepEqual(output.split('\n').sort(), ['and more', 'the cause']);
    return true;
  });
  await until(() => !lives(Number(read('child'))));
  assert.ok(!has('next'));
});

test('a step that yields has a lower priority, among the sessions too', async () => {
  const script = 'sleep 0.1; nice >> nice; cat /proc/self/autogroup > autogroup || true';
  const { steps, read } = workplace({ a: [script], b: [script, { after: ['a'], yields: true }] });
  await steps.run(['b']);
  const [before, after] = read('nice').trim().split('\n').map(Number);
  assert.equal(after, Math.min(before + 10, 19));
  if (existsSync('/proc/self/autogroup')) assert.match(read('autogroup'), / nice 10\n$/);
});

test('a program that is missing is told', async () => {
  const { steps } = workplace({ bad: ['', { command: ['no-such-program-here'] }] });
  await assert.rejects(steps.run(['bad']), /step bad: spawn no-such-program-here ENOENT/);
});

test('what is stopped ends, even if it does not want to', async () => {
  const { steps, read, has } = workplace({ deaf: ['trap "" TERM; echo $$ > pid; touch begun; while :; do sleep 0.1; done'] });
  const run = steps.run(['deaf']);
  run.catch(() => {});
  await until(() => has('begun'));
  await steps.stop();
  await until(() => !lives(Number(read('pid'))));
});

test('a process that ends by a fault leaves no step behind', async () => {
  const directory = mkdtempSync(path.join(root, 'fault-'));
  const module = new URL('../../build/steps.mjs', import.meta.url);
  const script = `import { Steps } from '${module}';
    const command = ['sh', '-c', 'sleep 1000 & echo $! > "$0/child.new"; mv "$0/child.new" "$0/child"; wait', '${directory}'];
    process.once('SIGUSR2', () => { throw new Error('a fault'); });
    new Steps({ a: { title: 'a', minutes: 1, command } }, '${directory}', () => {}).run(['a']);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'ignore', 'pipe'] });
  const exit = once(child, 'exit');
  await until(() => existsSync(path.join(directory, 'child')));
  child.kill('SIGUSR2');
  assert.deepEqual(await exit, [1, null]);
  await until(() => !lives(Number(readFileSync(path.join(directory, 'child'), 'utf8'))));
});

test('without room for what it prints a step goes on', async () => {
  const { steps, said, has, directory } = workplace({ a: ['echo a line; touch whole'] });
  mkdirSync(path.join(directory, 'logs/a.log')); // A directory where the file should be.
  await steps.run(['a']);
  assert.ok(has('whole'));
  assert.match(said.join(), /^step a: what it prints is not kept: EISDIR/);
});

test('says what runs, what comes then, and passes on what build.sh says of it', async () => {
  const { steps, said, has } = workplace({
    a: ['echo "==> fetching it"; echo Compiling x; touch begun; until [ -e go ]; do sleep 0.02; done', { minutes: 0.5 }],
    b: ['true', { after: ['a'], minutes: 4 }],
  });
  const run = steps.run(['b']);
  await until(() => has('begun') && said.length > 0 && / \(/.test(steps.report()[0]));
  const report = steps.report();
  // Before what may fail: a step that still runs would hold the test up.
  await steps.stop();
  await Promise.race([run, sleep(50)]);
  assert.deepEqual(said, ['step a: fetching it']);
  assert.match(report[0], /^step a: \d:\d\d of about half a minute \(Compiling x\)$/);
  assert.deepEqual(report.slice(1), ['then step b, about 4 min']);
});
