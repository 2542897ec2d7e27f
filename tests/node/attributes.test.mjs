// What a tag asks for, and what is wrong with it, in sentences.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAttributes } from '../../www/element/attributes.js';
import { HUB } from '../../www/engine/encoder/addresses.js';
import { recipeToAddress } from '../../www/lab/recipe/link.js';
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
  const all = 'preset, src, tasks, encoder, model, weighting, epochs, seed, views, run, keep, autostart, theme, lang, base, record, linked';
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
  assert.equal(fallback.encoder, `${HERE}models/all-MiniLM-L6-v2-small/`);
  const [named, elsewhere] = await Promise.all([read({ encoder: 'own' }), read({ encoder: '../my-bert', base: '/p' })]);
  assert.equal(named.fallback.encoder, `${HERE}models/own/`);
  assert.deepEqual([elsewhere.fallback.encoder, elsewhere.base], ['https://example.org/my-bert/', 'https://example.org/p/']);
});

test('an encoder is a folder in models/, an address, or OWNER/NAME on the hub', async () => {
  const address = async (encoder) => (await read({ encoder })).fallback.encoder;
  assert.deepEqual(await Promise.all(['all-MiniLM-L6-v2', 'models/mine/', './models/mine', '/mine', 'https://cdn.example/mine'].map(address)), [
    `${HERE}models/all-MiniLM-L6-v2/`,
    'https://example.org/page/models/mine/',
    'https://example.org/page/models/mine/',
    'https://example.org/mine/',
    'https://cdn.example/mine/',
  ]);
  assert.equal(await address('BAAI/bge-small-en-v1.5'), `${HUB}BAAI/bge-small-en-v1.5/resolve/main/`);
});

test('a link gets the encoder that it names; one that names none is from before there was a small one', async () => {
  const recipe = { data: { preset: { name: 'tickets' } }, tasks: [], validation: { fraction: 0.25 }, pooling: 'mean', training: {}, seed: 0 };
  globalThis.history = { replaceState() {} };
  /** @param {string} [encoder] */
  async function opened(encoder, attributes = {}) {
    const { hash } = new URL(await recipeToAddress({ ...recipe, encoder }, 'https://example.org/page/'));
    globalThis.location = { hash, pathname: '/page/', search: '', origin: 'https://example.org' };
    return (await read({ linked: '', ...attributes })).wish();
  }
  for (const [encoder, address] of [
    [undefined, `${HERE}models/all-MiniLM-L6-v2/`],
    ['all-MiniLM-L6-v2', `${HERE}models/all-MiniLM-L6-v2/`],
    ['all-MiniLM-L6-v2-small', `${HERE}models/all-MiniLM-L6-v2-small/`],
    ['someone/my-bert', `${HUB}someone/my-bert/resolve/main/`],
  ]) {
    const wish = await opened(encoder);
    assert.deepEqual([wish.encoder, wish.notice], [address, undefined]);
    assert.equal(wish.recipe.encoder, encoder ?? 'all-MiniLM-L6-v2');
  }
  const mine = await opened('mine', { encoder: 'https://cdn.example/mine/' });
  assert.deepEqual([mine.encoder, mine.notice], ['https://cdn.example/mine/', undefined]);
  const others = await opened('mine');
  assert.equal(others.encoder, `${HERE}models/all-MiniLM-L6-v2-small/`);
  assert.match(others.notice, /^This run was made with the encoder mine, which is not here; all-MiniLM-L6-v2-small trains in its place\./);
});
