// Our figures beside our peers', on this machine, in one run. `./build.sh bench` sets everything up and calls this.
//
// ROUNDS=1 shortens the run. ONLY=id,id takes some rows of the table (and `profile`, `growth`), and leaves its results in
// target/bench/ instead of benches/.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { assemble, made, minilm } from './contenders.mjs';
import { measureGrowth } from './growth.mjs';
import { JOBS, root } from './jobs.mjs';
import { describeMachine } from './machine.mjs';
import { phasesNatively } from './native.mjs';
import { profile, whatProfileLacks } from './profile.mjs';
import { markdown, rowsOf, table } from './report.mjs';
import { ROWS } from './rows.mjs';
import { sizes } from './sizes.mjs';
import { takeTurns } from './turns.mjs';

const rounds = Number(process.env.ROUNDS || 5);
if (!(Number.isInteger(rounds) && rounds >= 1))
  throw new Error(`ROUNDS=${process.env.ROUNDS} is not a number of rounds`);
const only = process.env.ONLY?.split(',').filter(Boolean) ?? [];
const known = [...ROWS.map(({ id }) => id), 'profile', 'growth'];
const unknown = only.filter((id) => !known.includes(id));
if (unknown.length > 0) throw new Error(`ONLY: there is no ${unknown.join(', ')}; there are ${known.join(', ')}`);
const wanted = (id) => only.length === 0 || only.includes(id);

/** Which contenders of a job are needed: all of them, or those of the rows in ONLY. */
function contendersOf(name) {
  if (only.length === 0) return JOBS[name].contenders;
  const rows = ROWS.filter((row) => row.job === name && wanted(row.id));
  return JOBS[name].contenders.filter((key) => rows.some(({ ours, peer }) => key === ours || key === peer));
}

/** Profiles the two steps of which results.md tells. What was measured before is not lost if it fails; the run then is. */
async function profileSteps() {
  const recipe = path.join(assembly.scratch, 'profile.json');
  const lacking = [];
  for (const name of ['notebook', 'batch32']) {
    writeFileSync(recipe, JSON.stringify(JOBS[name].recipe));
    const job = { ...JOBS[name], recipe, encoder: minilm, threads: 1 };
    measured.phases[name] = phasesNatively(assembly.program, { ...job, counted: 4 * job.counted });
    try {
      if (whatProfileLacks()) throw new Error(whatProfileLacks());
      measured.profiles[name] = await profile(assembly.chromium, JOBS[name]);
      writeFileSync(path.join(made, `profile-${name}.json`), JSON.stringify(measured.profiles[name], null, 1));
    } catch (error) {
      lacking.push(`${name} in Chromium: ${error.message}`);
    }
  }
  measured.profileLacks = lacking.join('; ');
  if (lacking.length > 0) process.exitCode = 1;
}

mkdirSync(made, { recursive: true });
const machine = describeMachine(); // first, while the load is not yet our own
const names = Object.keys(JOBS).filter((name) => contendersOf(name).length > 0);
const keys = new Set(names.flatMap(contendersOf));
const assembly = await assemble(names, keys, { native: wanted('growth') || wanted('profile') });
const measured = { jobs: {}, profiles: {}, phases: {}, sizes: new Map() };
try {
  for (const name of names) {
    if (JOBS[name].kind === 'size') {
      measured.sizes = sizes(path.join(root, 'www/pkg'));
      measured.jobs[name] = { files: { samples: [measured.sizes.get('fused')].filter(Boolean), rounds: [] } };
    } else {
      const contenders = Object.fromEntries(contendersOf(name).map((key) => [key, assembly.contenders[key]]));
      measured.jobs[name] = await takeTurns(name, JOBS[name], contenders, Math.min(rounds, JOBS[name].rounds ?? rounds));
    }
  }
  if (wanted('profile')) await profileSteps();
  if (wanted('growth')) measured.growth = measureGrowth(assembly.program, minilm, assembly.scratch, rounds);
} finally {
  await assembly.close();
}

const results = Object.values(measured.jobs).flatMap((job) => Object.values(job));
const versions = Object.assign({ Chromium: assembly.chromium.version }, ...results.map((result) => result.versions));
const rows = rowsOf(
  ROWS.filter(({ id }) => wanted(id)),
  measured.jobs,
);
const missing = new Map(results.filter((result) => result.missing).map((result) => [result.name, result.missing]));
const report = { machine, versions, rounds, rows, missing, measured };
const directory = only.length === 0 ? path.join(root, 'benches') : made;
const json = rows.map(({ id, ours, peer, ratio, unit }) => ({ id, ours, peer, ratio, unit }));
writeFileSync(path.join(directory, 'results.md'), markdown(report));
writeFileSync(path.join(directory, 'results.json'), `${JSON.stringify(json, null, 2)}\n`);

console.log(`${machine}\n\n${table(rows)}\n`);
for (const [name, why] of missing) console.log(`missing: ${name}: ${why}`);
console.log(`All of it, with quartiles: ${path.relative(root, directory)}/results.md`);
