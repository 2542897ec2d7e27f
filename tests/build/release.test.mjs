// What build.sh leaves for a host (target/site) is a release: release.json names its files, each with its hash.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const SITE = fileURLToPath(new URL('../../target/site/', import.meta.url));
const { release, files } = JSON.parse(readFileSync(path.join(SITE, 'release.json'), 'utf8'));

test('every file that release.json names is there as it says', () => {
  for (const [file, hash] of Object.entries(files))
    assert.equal(createHash('sha256').update(readFileSync(path.join(SITE, file))).digest('hex'), hash, file);
  assert.match(release, /^[0-9a-f]{16}$/);
});

test('it names pages, code, styles, records and the three builds, and not the encoder, the examples or itself', () => {
  const pages = ['index.html', 'lab.html', 'embed.html', 'polytask-lab.js', 'styles/lab.css', 'vendor/idb-keyval.js'];
  const builds = ['plain', 'fused', 'threads'].map((build) => `pkg/${build}/polytask_bg.wasm`);
  for (const file of [...pages, ...builds, 'recorded/topic-sentiment.json']) assert.ok(file in files, file);
  assert.deepEqual(Object.keys(files).filter((file) => /^models|^examples|sw\.js|release\.json|\.d\.ts$|LICENSE/.test(file)), []);
});
