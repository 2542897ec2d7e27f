// What a tag asks for, and what is wrong with it, in sentences.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAttributes } from '../../www/element/attributes.js';
import { USUAL } from '../../www/views/registry.js';

const HERE = 'https://example.org/polytask/';
globalThis.document = { baseURI: 'https://example.org/page/' };

/** A tag, as far as it is read, in a document in English. */
const tag = (attributes) => ({
  getAttribute: (name) => attributes[name] ?? null,
  hasAttribute: (name) => name in attributes,
  getAttributeNames: () => Object.keys(attributes),
  closest: () => null,
});
const read = (attributes) => readAttributes(tag(attributes), HERE);

test('a slip is named, with the choices, and the rest is used', async () => {
  const { problems, views, fallback } = await read({
    ...{ weigthing: 'sum', weighting: 'pcgrat', preset: 'tikets', epochs: '0', seed: '7', theme: 'dim', lang: 'xx' },
    views: 'controls loses',
  });
  const all = 'preset, src, tasks, encoder, weighting, epochs, seed, views, run, autostart, theme, lang, base, record, linked';
  const weightings =
    'sum, uncertainty, dwa, random, gradnorm, famo, pcgrad, cagrad, mgda, imtl-g, nash-mtl, upgrad, aligned-mtl';
  const ofViews = problems.find((text) => text.startsWith('The attribute views'));
  assert.match(ofViews, /^The attribute views names “loses”, which is not a view. The views are: controls, encoder, sentences, .*geometry\.$/);
  assert.deepEqual(problems.filter((text) => text !== ofViews).sort(), [
    'The attribute epochs="0" must be a whole number, 1 or more.',
    'The attribute lang="xx" must be one of: en, de.',
    'The attribute preset="tikets" must be one of: notebook, topic-sentiment, tickets.',
    'The attribute theme="dim" must be one of: auto, light, dark.',
    `The attribute weighting="pcgrat" must be one of: ${weightings}.`,
    `There is no attribute weigthing; did you mean weighting? The attributes are: ${all}.`,
  ]);
  assert.deepEqual(views, ['controls']);
  const { seed, training } = fallback.change({ seed: 0, training: { epochs: 3, weighting: 'sum' } });
  assert.deepEqual([seed, training], [7, { epochs: 3, weighting: 'sum' }]);
});

test('numbers are whole and not too small', async () => {
  for (const [attribute, text] of [['epochs', '1.5'], ['epochs', 'many'], ['epochs', '1e99'], ['seed', '-1']])
    assert.match((await read({ [attribute]: text })).problems[0], new RegExp(`^The attribute ${attribute}="${text}" must be a whole number`));
  for (const [attribute, text] of [['epochs', '1'], ['seed', '0']]) assert.deepEqual((await read({ [attribute]: text })).problems, []);
});

test('what every object has is no view', async () => {
  const { problems, views } = await read({ views: 'constructor controls' });
  assert.match(problems[0], /^The attribute views names “constructor”, which is not a view. The views are: controls, /);
  assert.deepEqual(views, ['controls']);
});

test('a language of a country is the language', async () => {
  const { words, problems } = await read({ lang: 'de-AT', epochs: '0' });
  assert.equal(words.tag, 'de');
  assert.match(problems[0], /^Das Attribut epochs="0"/);
});

test('a tag without attributes shows what is usual, from the package’s own folder', async () => {
  const { problems, views, base, fallback, autostart, linked, run } = await read({});
  assert.deepEqual([problems, views, base, autostart, linked, run], [[], USUAL, HERE, false, false, undefined]);
  assert.equal(fallback.encoder, `${HERE}models/all-MiniLM-L6-v2/`);
  const [named, elsewhere] = await Promise.all([read({ encoder: 'own' }), read({ encoder: '../my-bert', base: '/p' })]);
  assert.equal(named.fallback.encoder, `${HERE}models/own/`);
  assert.deepEqual([elsewhere.fallback.encoder, elsewhere.base], ['https://example.org/my-bert/', 'https://example.org/p/']);
});
