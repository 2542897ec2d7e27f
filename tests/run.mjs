// Runs test files, each in a Node of its own, and repeats one that fails.
//
//   node tests/run.mjs FILE|DIRECTORY...               a file that fails runs once more; if it passes then, it is flaky
//   --at-once N                                        how many files run at the same time (default: 1); with 2 or more,
//                                                      another one runs beside them while the processors are idle
//   node tests/run.mjs --repeat 10 FILE|DIRECTORY...   runs each file ten times and counts how often it passes
//   --timeout SECONDS                                  how long one file may take (default: 1200)
//   --test-…                                           goes on to Node, such as --test-name-pattern=…
//
// A file that measures times has the line "// Runs alone: …" with the reason, and no other runs beside it. The same holds for the
// second run of a file that failed. The last lines are those of Node's own runner, with the totals of all files: a file that ran
// twice counts as its second run went.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** A machine that is busy makes a test flaky now and then; more than this in one run is a fault of the tests. */
const MOST_FLAKY = 2;
/** How long a file that was told to end may take to close its browsers. */
const GRACE_MS = 5_000;

/** Another file runs where the processors were idle for this share of so many seconds. */
const [IDLE_SHARE, IDLE_S] = [0.35, 5];

/** So many files are named of those that took longest. */
const LONGEST = 10;

/** What Node's runner counts, in the order in which it prints it. */
const COUNTED = ['tests', 'suites', 'pass', 'fail', 'cancelled', 'skipped', 'todo'];
const CLOSING_LINE = new RegExp(`^ℹ (${[...COUNTED, 'duration_ms'].join('|')}) ([\\d.]+)$`);

/** @typedef {{ file: string, counts: Record<string, number>, passed: boolean, why: string, seconds: number }} Outcome */

const { files, repeat, atOnce, timeout, forNode } = readArguments(process.argv.slice(2));
const start = Date.now();
process.exitCode = repeat ? await countPasses() : await runAll();

/** Every file, and those that fail once more. */
async function runAll() {
  const outcomes = [];
  const flaky = [];
  for (const first of await runEach()) {
    let outcome = first;
    if (!outcome.passed) {
      console.log(`\n▸ ${first.file} failed; it runs once more\n`);
      outcome = await run(first.file);
      if (outcome.passed) flaky.push(first.file);
    }
    outcomes.push(outcome);
  }
  const failed = outcomes.filter(({ passed }) => !passed);
  console.log();
  printTotals(outcomes);
  printLongest(outcomes);
  for (const { file, why } of failed) console.log(`failed: ${file} (${why}, twice)`);
  for (const file of flaky) console.log(`flaky: ${file} (failed, and passed when it was repeated)`);
  if (flaky.length > MOST_FLAKY) console.log(`failed: ${flaky.length} files are flaky, and at most ${MOST_FLAKY} may be`);
  return failed.length > 0 || flaky.length > MOST_FLAKY ? 1 : 0;
}

/** Every file once: first those that share the machine, `atOnce` at a time, then those that run alone. */
async function runEach() {
  const shared = atOnce > 1 ? files.filter((file) => !runsAlone(file)) : [];
  const alone = files.filter((file) => !shared.includes(file));
  /** @type {Map<string, Outcome>} */
  const outcomes = new Map();
  // The largest first, which take longest as a rule: at the end no file runs alone for minutes.
  const waiting = shared.toSorted((one, other) => statSync(other).size - statSync(one).size);
  const takeTurns = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) outcomes.set(file, await run(file, true));
  };
  const takeWhatIsIdle = async () => {
    while (waiting.length > 0) {
      if ((await idleShare(IDLE_S)) < IDLE_SHARE) continue;
      const file = waiting.shift();
      if (file !== undefined) outcomes.set(file, await run(file, true));
    }
  };
  await Promise.all([...Array.from({ length: atOnce }, takeTurns), takeWhatIsIdle()]);
  for (const file of alone) outcomes.set(file, await run(file));
  return files.map((file) => /** @type {Outcome} */ (outcomes.get(file)));
}

/** The share of the next `seconds` in which the processors have nothing to do. @param {number} seconds */
async function idleShare(seconds) {
  const times = () => cpus().map(({ times }) => ({ idle: times.idle, all: Object.values(times).reduce((sum, ms) => sum + ms, 0) }));
  const before = times();
  await sleep(seconds * 1000);
  const sum = (/** @type {'idle' | 'all'} */ what) => times().reduce((sum, now, i) => sum + now[what] - before[i][what], 0);
  return sum('idle') / sum('all');
}

/** @param {string} file */
function runsAlone(file) {
  return /^\/\/ Runs alone: /m.test(readFileSync(file, 'utf8'));
}

/** Every file as often as asked for. */
async function countPasses() {
  const all = [];
  const lines = [];
  for (const file of files) {
    const outcomes = [];
    for (let i = 0; i < repeat; i++) outcomes.push(await run(file));
    const passed = outcomes.filter((outcome) => outcome.passed).length;
    const longest = Math.max(...outcomes.map(({ seconds }) => seconds));
    lines.push(`${passed === repeat ? 'passed' : 'failed'}: ${file} (${passed} of ${repeat} times, ${longest.toFixed(1)} s at most)`);
    all.push(...outcomes);
  }
  console.log();
  printTotals(all);
  for (const line of lines) console.log(line);
  return all.every(({ passed }) => passed) ? 0 : 1;
}

/**
 * One file. What it prints is printed, but for its closing lines, which are for the totals.
 *
 * @param {string} file
 * @param {boolean} [isBesideOthers] Prints when the file has ended, so that the lines of two files do not mix.
 * @returns {Promise<Outcome>}
 */
async function run(file, isBesideOthers = false) {
  const began = Date.now();
  // Inside another of Node's runners a test would report to that one.
  const { NODE_TEST_CONTEXT, ...env } = process.env;
  const child = spawn(process.execPath, ['--test-reporter=spec', ...forNode, file], {
    env: { ...env, FORCE_COLOR: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stop = endWith(child);
  let isLate = false;
  const watch = setTimeout(() => {
    isLate = true;
    stop();
  }, timeout * 1000);

  const counts = Object.fromEntries(COUNTED.map((name) => [name, 0]));
  let hasClosed = false;
  /** @type {string[]} */
  const printed = [];
  const print = (/** @type {string} */ line) => (isBesideOthers ? printed.push(line) : console.log(line));
  const lines = createInterface({ input: child.stdout });
  lines.on('line', (line) => {
    const closing = CLOSING_LINE.exec(line);
    if (!closing) return print(line);
    hasClosed = true;
    if (closing[1] in counts) counts[closing[1]] = Number(closing[2]);
  });
  const hasPrinted = once(lines, 'close');
  const [code, signal] = await once(child, 'exit');
  clearTimeout(watch);
  // What the file has started may outlive it and hold its output open.
  await Promise.race([hasPrinted, sleep(1000)]);
  child.stdout.destroy();

  const seconds = (Date.now() - began) / 1000;
  const wrong = counts.fail + counts.cancelled;
  const passed = code === 0 && wrong === 0 && hasClosed;
  // A file that ends before its tests do is a failure of its own.
  if (!passed && wrong === 0) {
    counts.tests += 1;
    counts.fail += 1;
  }
  const why = isLate ? `ended after ${timeout} s` : wrong > 0 ? `${wrong} of ${counts.tests} tests` : `ended with ${signal ?? code}`;
  print(`▸ ${file}: ${passed ? `${counts.pass} passed` : `failed, ${why}`}, ${seconds.toFixed(1)} s`);
  if (isBesideOthers) console.log(printed.join('\n'));
  return { file, counts, passed, why, seconds };
}

/** Ends the process with this one, and returns what ends it now. @param {import('node:child_process').ChildProcess} child */
function endWith(child) {
  const stop = () => {
    child.kill('SIGTERM');
    const late = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
    child.on('exit', () => clearTimeout(late));
  };
  const interrupted = async (/** @type {NodeJS.Signals} */ signal) => {
    stop();
    child.on('exit', () => process.kill(process.pid, signal));
    for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.off(name, interrupted);
  };
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(name, interrupted);
  child.on('exit', () => {
    for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.off(name, interrupted);
  });
  return stop;
}

/** @param {Outcome[]} outcomes */
function printTotals(outcomes) {
  for (const name of COUNTED) console.log(`ℹ ${name} ${outcomes.reduce((sum, { counts }) => sum + counts[name], 0)}`);
  console.log(`ℹ duration_ms ${Date.now() - start}`);
}

/** Where the time goes. @param {Outcome[]} outcomes */
function printLongest(outcomes) {
  const longest = outcomes.toSorted((one, other) => other.seconds - one.seconds).slice(0, LONGEST);
  const names = longest.map(({ file, seconds }) => `${path.basename(file)} ${seconds.toFixed(0)} s`);
  console.log(`longest: ${names.join(', ')}`);
}

/** @param {string[]} given */
function readArguments(given) {
  const forNode = given.filter((argument) => argument.startsWith('--test-'));
  const rest = given.filter((argument) => !argument.startsWith('--test-'));
  const number = (/** @type {string} */ flag) => {
    const at = rest.indexOf(flag);
    if (at < 0) return undefined;
    const [, text] = rest.splice(at, 2);
    if (!(Number(text) >= 1)) stopWith(`${flag} needs a number from 1 on, and not ${text ?? 'nothing'}`);
    return Number(text);
  };
  const [repeat, atOnce, timeout] = [number('--repeat'), number('--at-once') ?? 1, number('--timeout') ?? 1200];
  const unknown = rest.find((argument) => argument.startsWith('-'));
  if (unknown) stopWith(`there is no ${unknown}; there are --repeat N, --at-once N, --timeout SECONDS and Node's own --test-…`);
  if (rest.length === 0) stopWith('name test files, or directories that hold some');
  return { files: rest.flatMap(testsIn), repeat, atOnce, timeout, forNode };
}

/** The files named *.test.mjs or *.test.js in a directory; a file itself. @param {string} name @returns {string[]} */
function testsIn(name) {
  const stat = statSync(name, { throwIfNoEntry: false });
  if (!stat) stopWith(`there is no ${name}`);
  if (!stat.isDirectory()) return [name];
  const files = readdirSync(name).filter((file) => /\.test\.m?js$/.test(file)).sort();
  if (files.length === 0) stopWith(`there are no tests in ${name}`);
  return files.map((file) => path.join(name, file));
}

/** @param {string} why @returns {never} */
function stopWith(why) {
  console.error(`tests/run.mjs: ${why}`);
  process.exit(2);
}
