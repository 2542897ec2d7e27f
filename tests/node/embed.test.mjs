// "Embed it": what the page says of the element is what the element has.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { ATTRIBUTES } from '../../www/element/attributes.js';
import words from '../../www/strings/en.js';
import { GROUPS, USUAL, VIEWS } from '../../www/views/registry.js';

const WWW = new URL('../../www/', import.meta.url);
const read = (file) => readFile(new URL(file, WWW), 'utf8');
const html = await read('embed.html');

/** The HTML of a section, and what it marks as code. */
const section = (id) => html.match(new RegExp(`<section id="${id}"[^]*?</section>`))[0];
const codes = (text) => Array.from(text.matchAll(/<code>([^<]*)<\/code>/g), ([, code]) => code);
/** The first column of a section's table. */
const rows = (id) => Array.from(section(id).matchAll(/<th scope="row"><code>(.*?)<\/code>/g), ([, name]) => name);
/** One row of the attributes. */
const row = (name) => section('attributes').match(new RegExp(`<tr><th scope="row"><code>${name}</code>.*</tr>`))[0];

test('every attribute is described, and no other', () => assert.deepEqual(rows('attributes').sort(), [...ATTRIBUTES].sort()));

test('every view is described, and those that are shown unasked are named', () => {
  assert.deepEqual(rows('views').sort(), [...Object.keys(VIEWS), ...Object.keys(GROUPS)].sort());
  assert.equal(codes(row('views')).at(-1), USUAL.join(' '));
});

test('every weighting, preset and language is named', () => {
  assert.deepEqual(codes(row('weighting')).slice(1, -1), Object.keys(words.weightings));
  assert.deepEqual(codes(row('preset')).slice(1, -1), Object.keys(words.presets));
});

test('the package is called what build.sh pack calls it', async () => {
  const { name, version } = JSON.parse(await read('package.json'));
  assert.ok(section('systems').includes(`npm install ./${name}-${version}.tgz`));
});
