// What the data of a tag are: judged by their bytes, by the type that the server names, and by their name. No browser.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { sourceOf } from '../../www/element/source.js';
import german from '../../www/strings/de.js';
import words from '../../www/strings/en.js';

const PAGE = 'https://example.org/page/';
globalThis.document = { baseURI: PAGE };
globalThis.location = new URL(PAGE);
const realFetch = globalThis.fetch;
afterEach(() => (globalThis.fetch = realFetch));

/** The source at an address, where the server answers so. */
function at(src, body, type, language = words) {
  globalThis.fetch = async () => new Response(body, { headers: type ? { 'content-type': type } : {} });
  return sourceOf(undefined, src, language);
}
const TABLE = 'text,topic\nSoup,food\n';
const ROWS = '{"text":"Soup","topic":"food"}\n{"text":"Rain","topic":"weather"}\n';
const RECIPE = JSON.stringify({ data: { preset: { name: 'tickets' } }, seed: 7 });

test('a table is a table, whatever its address ends in; its type gives it the ending that it lacks', async () => {
  for (const [src, body, type, name] of [
    ['own.csv', TABLE, 'text/plain', 'own.csv'],
    ['own.csv?version=3#top', TABLE, 'application/octet-stream', 'own.csv'],
    ['export?format=own.html', TABLE, 'text/csv; charset=utf-8', 'export.csv'],
    ['download.php', TABLE.replaceAll(',', '\t'), 'text/tab-separated-values', 'download.php.tsv'],
    ['rows', ROWS, 'application/x-ndjson', 'rows.json'],
    ['rows.json', ROWS, 'application/json', 'rows.json'],
    ['rows', `[${ROWS.trim().replace('\n', ',')}]`, 'application/json', 'rows.json'],
    ['row', '{"text":"Soup","topic":"food"}', 'text/plain', 'row'],
    ['columns.json', '{"text":["Soup"],"topic":["food"],"data":[1]}', undefined, 'columns.json'],
    ['rows', ROWS, undefined, 'rows'],
    ['https://data.example/', TABLE, 'text/csv', 'data.example.csv'],
    ['odd.csv', `<b>bold</b>,topic\n${TABLE}`, 'text/html', 'odd.csv'],
  ]) {
    const { file, recipe } = await at(src, body, type);
    assert.equal(file?.name, name, src);
    assert.equal(new TextDecoder().decode(file.bytes), body, src);
    assert.equal(recipe, undefined, src);
  }
});

test('a recipe is a recipe, whatever its address ends in', async () => {
  for (const [src, type] of [['own.json', undefined], ['own', 'application/json'], ['recipe.txt?x=1', 'text/plain']]) {
    const { file, recipe } = await at(src, RECIPE, type);
    assert.equal(file, undefined, src);
    assert.deepEqual([recipe.data, recipe.seed], [{ preset: { name: 'tickets' } }, 7], src);
  }
});

test('a page of HTML is refused in a sentence, as are an image and what is no JSON', async () => {
  const page = '\n <!DOCTYPE html><html><body>404</body></html>';
  const html = `The attribute src names ${PAGE}own.csv, which is a page of HTML and not a table or a recipe; some servers answer so for a missing file. Check the address.`;
  for (const type of ['text/html', 'text/csv', undefined]) await assert.rejects(at('own.csv', page, type), { message: html });
  await assert.rejects(at('own.csv', page, 'text/html', german), /^Error: Das Attribut src nennt \S+own\.csv; das ist eine HTML-Seite /);
  await assert.rejects(at('cat', 'x', 'image/png'), /\/cat, which is of type image\/png; it must be a table \(CSV, TSV, JSON or JSONL\) or a recipe \(JSON\)\.$/);
  await assert.rejects(at('own.json', '{"data":', undefined), /own\.json is not JSON \(.+\)\.$/);
  await assert.rejects(at('own', 'nonsense', 'application/json'), /\/own is not JSON \(.+\)\.$/);
});

test('a file whose answer breaks off is said not to have come', async () => {
  const body = new ReadableStream({ pull: (controller) => controller.error(new TypeError('network error')) });
  await assert.rejects(at('own.csv', body, 'text/csv'), /^Error: The sentences could not be fetched: no server answers at \S+own\.csv; /);
});

test('what a script sets goes before src; sentences alone have settings chosen for them', async () => {
  globalThis.fetch = () => assert.fail('nothing is fetched');
  const examples = [{ text: 'Soup', labels: { topic: 'food' } }, { text: 'Rain', labels: { topic: 'weather' } }];
  const own = await sourceOf({ examples, insists: true }, 'own.csv', words);
  assert.deepEqual(own.recipe.data.examples, examples);
  assert.deepEqual(own.recipe.tasks, [{ name: 'topic', labels: ['food', 'weather'] }]);
  assert.deepEqual([own.chooses, own.insists], [true, true]);
  const { recipe, chooses } = await sourceOf({ recipe: JSON.parse(RECIPE) }, 'own.csv', words);
  assert.deepEqual([recipe.seed, chooses], [7, false]);
});

test('what a script sets wrongly is named', async () => {
  for (const [given, language, said] of [
    [{ recipe: 'no' }, words, 'The property recipe is not a recipe: it must be a JSON object with fields such as data and training.'],
    [{ examples: [{ sentence: 'x' }] }, words, /^Error: The property examples has no sentences: its data must be a preset/],
    [{ examples: 'no' }, german, /^Error: Die Eigenschaft examples hat keine Sätze: /],
  ])
    await assert.rejects(sourceOf(given, undefined, language), typeof said === 'string' ? { message: said } : said);
  const { notice } = await sourceOf({ recipe: { ...JSON.parse(RECIPE), sead: 1 } }, undefined, words);
  assert.equal(notice, 'Ignored in recipe, because unknown or invalid: sead.');
});
