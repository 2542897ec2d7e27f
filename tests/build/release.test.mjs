// What build.sh leaves for a host (target/site) is a release: release.json names its files, each with its hash.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SITE = path.join(ROOT, 'target/site');
const { release, files } = JSON.parse(readFileSync(path.join(SITE, 'release.json'), 'utf8'));

test('every file that release.json names is there as it says', () => {
  for (const [file, hash] of Object.entries(files))
    assert.equal(createHash('sha256').update(readFileSync(path.join(SITE, file))).digest('hex'), hash, file);
  assert.match(release, /^[0-9a-f]{16}$/);
});

test('it names pages, code, styles, records and the three builds, and not the encoder, the examples or itself', () => {
  const pages = ['index.html', 'lab.html', 'embed.html', 'polytask-lab.js', 'engine/worker.js', 'engine/thread.js', 'styles/lab.css'];
  const builds = ['plain', 'fused', 'threads'].map((build) => `pkg/${build}/polytask_bg.wasm`);
  for (const file of [...pages, ...builds, 'recorded/topic-sentiment.json']) assert.ok(file in files, file);
  assert.deepEqual(Object.keys(files).filter((file) => /^models\/|^examples|sw\.js|release\.json|\.d\.ts$|LICENSE/.test(file)), []);
});

test('scripts and style sheets are few files, and what the pages preload is among them', () => {
  const own = Object.keys(files).filter((file) => /\.(js|css)$/.test(file) && !file.startsWith('pkg/'));
  // Forty-two of them are loaded only when a reader needs them.
  assert.ok(own.length <= 68, `${own.length}: ${own.join(' ')}`);
  for (const page of ['index.html', 'lab.html', 'embed.html']) {
    const html = readFileSync(path.join(SITE, page), 'utf8');
    const preloaded = Array.from(html.matchAll(/<link rel="modulepreload" href="(.*?)">/g), ([, file]) => file);
    assert.ok(preloaded.length > 0, page);
    assert.deepEqual(preloaded.filter((file) => !own.includes(file)), [], page);
    // All of what a page's scripts import at once, so that no import is found only when another has come.
    const scripts = Array.from(html.matchAll(/<script type="module" src="(.*?)"/g), ([, file]) => file);
    for (const file of [...scripts, ...preloaded])
      for (const [, imported] of readFileSync(path.join(SITE, file), 'utf8').matchAll(/(?:from|import)"\.\/(.*?)"/g))
        assert.ok(preloaded.includes(imported), `${page}: ${file} imports ${imported}`);
  }
});

test('the site that is there stays until the next is whole, and of builds that are being written nothing is taken', () => {
  const directory = mkdtempSync(path.join(tmpdir(), 'polytask-site-'));
  after(() => rmSync(directory, { recursive: true }));
  const withoutLarge = (file) => !/\/www\/(models|pkg)(\/|$)/.test(file);
  for (const name of ['build.sh', 'build', 'www']) cpSync(path.join(ROOT, name), path.join(directory, name), { recursive: true, filter: withoutLarge });
  symlinkSync(path.join(ROOT, 'node_modules'), path.join(directory, 'node_modules'));
  /** @param {Record<string, string>} texts */
  const make = (texts) => {
    for (const [file, text] of Object.entries(texts)) {
      mkdirSync(path.dirname(path.join(directory, file)), { recursive: true });
      writeFileSync(path.join(directory, file), text);
    }
    return spawnSync('./build.sh', ['step', 'make_site'], { cwd: directory, encoding: 'utf8' });
  };
  const site = () => readdirSync(path.join(directory, 'target/site'), { recursive: true }).sort();
  const text = (file) => readFileSync(path.join(directory, 'target/site', file), 'utf8');
  const first = make({
    'www/index.html': 'one',
    'www/models/m/config.json': '{}',
    'www/pkg/plain/polytask.js': 'self.b  =  1;',
    'www/pkg/.arriving-threads/polytask.js': 'half',
  });
  assert.equal(first.status, 0, first.stderr);
  assert.equal(text('pkg/plain/polytask.js'), 'self.b=1;');
  const files = site();
  assert.ok(files.includes('models/m/config.json'));
  assert.deepEqual(files.filter((file) => file.includes('arriving')), []);
  assert.notEqual(make({ 'www/index.html': 'two', 'www/article.js': 'no script (' }).status, 0);
  assert.deepEqual(site(), files);
  assert.equal(text('index.html'), 'one');
});
