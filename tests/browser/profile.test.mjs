// "Where a step goes" of the benchmarks: a short profile in Chromium sorts a step's time by our functions' names, natively its
// phases are timed, and the report shows both.
//
// Runs alone: it measures where the time of a step goes.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { openChromium } from '../../benches/chromium.mjs';
import { JOBS, root } from '../../benches/jobs.mjs';
import { buildNative, phasesNatively } from '../../benches/native.mjs';
import { profile, whatProfileLacks } from '../../benches/profile.mjs';
import { profileSection } from '../../benches/report.mjs';

/** With these flags of `./build.sh test`, cargo need not compile the library a second time. */
const asTested = process.env.POLYTASK_CARGO_FLAGS?.split(' ') ?? [];

const sum = (shares) => Object.values(shares).reduce((sum, share) => sum + share, 0);

/** Asserts that the section has a table with a row for each share. */
function assertShown(shares, section) {
  assert.equal(section[0], '## Where a step goes');
  for (const name of Object.keys(shares)) assert.match(section.at(-1), new RegExp(`^\\| ${name} +\\| \\d+\\.\\d % `, 'm'));
}

test('in Chromium, by named functions', async () => {
  assert.equal(whatProfileLacks(), '');
  const chromium = await openChromium();
  try {
    const measured = await profile(chromium, { ...JOBS.notebook, warmUp: 1, counted: 3 });
    const { shares, functions } = measured;
    const found = JSON.stringify(measured);
    assert.ok(Math.abs(sum(shares) - 1) < 1e-9, found);
    // The products are the largest part of a step; without names all of it would be overhead.
    assert.ok(shares.GEMM > 0.25 && shares.optimizer > 0.02 && shares.overhead < 0.4, found);
    assert.ok(shares.attention > 0 && shares['element-wise'] > 0, found);
    assert.ok(
      functions.some(([part, name]) => part === 'GEMM' && /polytask::ops::gemm_wasm/.test(name)),
      found,
    );
    assertShown(shares, profileSection({ profiles: { notebook: measured }, phases: {} }));
  } finally {
    await chromium.close();
  }
});

test('natively, by phases', () => {
  const scratch = mkdtempSync(path.join(tmpdir(), 'polytask-profile-'));
  try {
    const recipe = path.join(scratch, 'recipe.json');
    writeFileSync(recipe, JSON.stringify(JOBS.notebook.recipe));
    const encoder = path.join(root, 'www/models/all-MiniLM-L6-v2');
    const shares = phasesNatively(buildNative(asTested), { ...JOBS.notebook, recipe, encoder, threads: 1, warmUp: 1, counted: 5 });
    const found = JSON.stringify(shares);
    assert.ok(sum(shares) > 0.9 && sum(shares) <= 1, found);
    for (const name of ['forward', 'backward', 'update']) assert.ok(shares[name] > 0.02, found);
    assertShown(shares, profileSection({ profiles: {}, phases: { notebook: shares } }));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
});

test('what is missing is said in the section', () => {
  assert.deepEqual(profileSection({ profiles: {}, phases: {}, profileLacks: 'notebook in Chromium: no names' }), [
    '## Where a step goes',
    'Missing in this run: notebook in Chromium: no names.',
  ]);
  assert.deepEqual(profileSection({ profiles: {}, phases: {} }), []);
});
