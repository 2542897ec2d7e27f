// The pure parts of saving and opening a model: names, limits, and zips that are none or that mean harm.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folderOf, heldOutFigures, isBomb, isPlain, modelName } from '../../www/engine/model/names.js';
import { readZip } from '../../www/engine/model/read-zip.js';
import { unzip } from '../../www/engine/model/unzip.js';
import { zipName } from '../../www/lab/model/use.js';
import words from '../../www/strings/model.en.js';
import german from '../../www/strings/model.de.js';
import { zipOf } from '../zip-of.mjs';

const read = (bytes) => readZip(new Blob([bytes]), 'x.zip', words);
const refused = (bytes, pattern) => assert.rejects(read(bytes), ({ message }) => (assert.match(message, pattern), true));
const numbers = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 251);

test('names inside of a zip: plain ones stay, those that lead elsewhere do not', () => {
  for (const name of ['config.json', '1_Pooling/config.json', 'a folder/', 'ä/ö.json']) assert.ok(isPlain(name), name);
  for (const name of ['../x', 'a/../x', '/etc/passwd', 'C:\\x', 'C:/x', 'a\\b', './x', 'a//b', '', 'a\u0000b']) assert.ok(!isPlain(name), name);
});

test('a file may unpack to a hundred times its bytes, a small one to any', () => {
  assert.ok(!isBomb(10, 1 << 20));
  assert.ok(!isBomb(1 << 20, 100 << 20));
  assert.ok(isBomb(1 << 20, (100 << 20) + 1));
  assert.ok(isBomb(10, (1 << 20) + 1));
});

test('one folder around everything is found, whatever a system puts beside it', () => {
  assert.equal(folderOf(['model/config.json', 'model/1_Pooling/config.json']), 'model/');
  assert.equal(folderOf(['model/', 'model/config.json', '__MACOSX/model/._config.json', '.DS_Store']), 'model/');
  assert.equal(folderOf(['config.json', 'model/config.json']), '');
  assert.equal(folderOf(['a/config.json', 'b/config.json']), '');
  assert.equal(folderOf([]), '');
});

test('names of zips and of models', () => {
  assert.equal(zipName('Topics & sentiment', false), 'topics-sentiment-model.zip');
  assert.equal(zipName('hotel.csv', true), 'hotel-heads.zip');
  assert.equal(zipName('…', false), 'polytask-model.zip');
  assert.ok(zipName('x'.repeat(500), false).length < 80);
  assert.equal(modelName('hotel-model.zip'), 'hotel-model');
  assert.equal(modelName('https://example.org/models/hotel/'), 'hotel');
  assert.equal(modelName('https://example.org/hotel.zip?v=1'), 'hotel');
});

test('the held-out figures of a card; none of a task without any', () => {
  const card = '| task | labels | trained on | held out | accuracy | 95 % interval | macro-F1 |\n|---|---|--:|--:|--:|--:|--:|\n| `topic` | `a`, `b` | 30 | 10 | 0.900 | 0.596 to 0.982 | 0.893 |\n| `tone` | `x` | 30 | – | – | – | – |\n';
  assert.deepEqual(heldOutFigures(card), [{ task: 'topic', heldOut: 10, accuracy: 0.9 }]);
});

test('stored and deflated files come back as they were, without the folder around them and without what nobody reads', async () => {
  for (const level of [0, 6]) {
    const files = await read(await zipOf({ 'm/config.json': '{}', 'm/model.safetensors': numbers, 'm/modules.json': '[]', '__MACOSX/m/x': '' }, { level }));
    assert.deepEqual([...files.keys()].sort(), ['config.json', 'model.safetensors']);
    assert.deepEqual(new Uint8Array(await files.get('model.safetensors').arrayBuffer()), numbers);
  }
});

test('what is no zip, is cut off or is damaged is refused, whichever byte is wrong', async () => {
  await refused(Buffer.from('<!doctype html>'), /“x\.zip” is no zip/);
  await refused(Buffer.alloc(0), /is no zip/);
  for (const level of [0, 6]) {
    const whole = await zipOf({ 'config.json': '{}', 'model.safetensors': numbers }, { level });
    for (const end of [10, 200, whole.length - 30]) await refused(whole.subarray(0, end), /is cut off or damaged/);
    const damaged = Buffer.from(whole);
    const at = damaged.indexOf('model.safetensors') + 17 + 40;
    damaged[at] ^= 0x55;
    await refused(damaged, /is damaged: model\.safetensors cannot be read/);
  }
});

test('names that lead out of the zip are refused', async () => {
  for (const [plain, harmful] of [['aa/evil', '../evil'], ['etc/x', '/etcx'], ['a/b/c', 'a\\b\\c']]) {
    const zip = await zipOf({ 'config.json': '{}', [plain]: 'x' });
    const bytes = Buffer.from(zip.toString('latin1').replaceAll(plain, harmful), 'latin1');
    await refused(bytes, /whose name leads out of the zip/);
  }
});

test('zip bombs are refused: one that says its size, and one that hides it', async () => {
  const bomb = await zipOf({ 'config.json': new Uint8Array(3 << 20) });
  await refused(bomb, /config\.json would unpack from 3 kB to 3\.1 MB or more/);
  // The sizes in the list of files and before the file are what the zip says.
  const hidden = Buffer.from(bomb);
  hidden.writeUInt32LE(1000, hidden.indexOf('PK\u0001\u0002') + 24);
  hidden.writeUInt32LE(1000, hidden.indexOf('PK\u0003\u0004') + 22);
  await refused(hidden, /config\.json would unpack|config\.json cannot be read/);
});

test('what a page of one’s own gets of a zip: its files, what is missing, or a sentence', async () => {
  const get = async (bytes) => {
    const { files, ...rest } = await unzip(new Blob([bytes]), 'https://example.org/m.zip');
    return { files: files.map(([path, file]) => [path, file.size]), ...rest };
  };
  const config = { 'config.json': '{}' };
  assert.deepEqual(await get(await zipOf({ ...config, 'model.safetensors': numbers })), { files: [['config.json', 2], ['model.safetensors', 5000]], missing: [] });
  assert.deepEqual(await get(await zipOf(config)), { files: [['config.json', 2]], missing: ['model.safetensors'] });
  assert.deepEqual(await get(Buffer.from('{}')), { files: [], missing: [], why: '“https://example.org/m.zip” is no zip. Open the zip of a model as it was saved.' });
});

test('German has every sentence', () => {
  const kinds = (table) => Object.fromEntries(Object.entries(table).map(([name, value]) => [name, typeof value]));
  assert.deepEqual(kinds(german), kinds(words));
});
