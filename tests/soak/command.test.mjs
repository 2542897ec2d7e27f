// The command trains for as many steps as eight hours have, with everything that can be measured beside it: nothing may grow.
//
//   ./build.sh soak
//
// Runs alone: it measures times.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { tinyBert } from '../browser/tiny-bert.mjs';

/** Two cores take 3.4 steps a second with MiniLM and 32 sentences a step (benches/results.md), and so many in eight hours. */
const LEAST_STEPS = 98_000;
const [ROWS, BATCH] = [4000, 4];
const STEPS_PER_EPOCH = (0.75 * ROWS) / BATCH;
const EPOCHS = Math.ceil(Number(process.env.POLYTASK_STEPS ?? LEAST_STEPS) / STEPS_PER_EPOCH);
const STEPS = EPOCHS * STEPS_PER_EPOCH;
const POLYTASK = fileURLToPath(new URL('../../target/release/polytask', import.meta.url));
/** What is counted in a tenth of the run is compared: the second one, and the last. */
const PARTS = 10;

test(`${STEPS} steps with all observers`, async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'polytask-'));
  try {
    const encoder = path.join(folder, 'encoder');
    await writeEncoder(encoder);
    await writeFile(path.join(folder, 'rows.csv'), rows());
    const [log, out] = ['run.jsonl', 'model'].map((name) => path.join(folder, name));
    const flags = `--encoder ${encoder} --data ${folder}/rows.csv --epochs ${EPOCHS} --batch-size ${BATCH} --weighting pcgrad --learning-rate 1e-4
      --gradients-every 10 --interference-every 100 --map-every 100 --mistakes --checkpoint-every 500 --log ${log} --out ${out}`;
    const command = spawn(POLYTASK, ['train', ...flags.split(/\s+/)], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    command.stderr.on('data', (text) => (said += text));
    const ended = once(command, 'exit');
    let over = false;
    ended.then(() => (over = true));

    /** @type {{ step: number, seconds: number, bytes: number }[]} */
    const seen = [];
    const began = Date.now();
    while (!over) {
      await sleep(1000);
      const [step, bytes] = [await lastStep(log), await residentBytes(command.pid)];
      if (step && bytes) seen.push({ step, seconds: (Date.now() - began) / 1000, bytes });
    }
    assert.equal((await ended)[0], 0, said);

    const parts = Array.from({ length: PARTS }, (_, i) => summary(seen.filter(({ step }) => Math.floor((step * PARTS) / (STEPS + 1)) === i)));
    for (const [i, { megabytes, ms }] of parts.entries()) console.log(`part ${i + 1} of ${PARTS}: ${megabytes.toFixed(1)} MB, ${ms.toFixed(2)} ms a step`);
    const [early, late] = [parts[1], parts.at(-1)];
    assert.equal(await lastStep(log), STEPS);
    assert.ok(late.megabytes < 1.02 * early.megabytes + 1, `${late.megabytes} MB after ${early.megabytes} MB`);
    assert.ok(late.ms < 1.3 * early.ms, `${late.ms} ms a step after ${early.ms} ms`);
    assert.equal((await readdir(path.join(out, 'checkpoints'))).length, 2);
  } finally {
    await rm(folder, { recursive: true });
  }
});

/** The most memory in these moments, and the time that a step took between the first and the last of them. */
function summary(moments) {
  const [first, last] = [moments[0], moments.at(-1)];
  return {
    megabytes: Math.max(...moments.map(({ bytes }) => bytes)) / 1e6,
    ms: (1000 * (last.seconds - first.seconds)) / (last.step - first.step),
  };
}

/** @param {string} folder */
async function writeEncoder(folder) {
  await mkdir(folder);
  for (const [name, bytes] of Object.entries(tinyBert())) await writeFile(path.join(folder, name), bytes);
}

/** Rows of letters with two tasks, a few of them without a label for one. */
function rows() {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const word = (i) => letters[i % 26].repeat(1 + (i % 3)) + letters[(7 * i) % 26];
  const row = (i) => {
    const text = Array.from({ length: 3 + (i % 9) }, (_, j) => word(i + 5 * j)).join(' ');
    return `${text} ${i},${['x', 'y', 'z'][i % 3]},${i % 7 === 0 ? '' : ['up', 'down'][i % 2]}`;
  };
  return ['text,kind,way', ...Array.from({ length: ROWS }, (_, i) => row(i))].join('\n');
}

/** The number of the last step in a log that is being written. @param {string} log */
async function lastStep(log) {
  const file = await open(log).catch(() => undefined);
  if (!file) return undefined;
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(400_000), position: Math.max(0, size - 400_000) });
    const steps = buffer.toString('utf8', 0, bytesRead).match(/"type":"step","step":\d+/g);
    return steps ? Number(steps.at(-1).match(/\d+$/)[0]) : undefined;
  } finally {
    await file.close();
  }
}

/** @param {number} pid */
async function residentBytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const [, kB] = status.match(/^VmRSS:\s+(\d+) kB$/m) ?? [];
  return kB && 1000 * Number(kB);
}
