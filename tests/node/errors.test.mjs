// Every error and warning that Rust or the engine can make has a German sentence with the same parameters, and the page
// makes it. Needs no browser.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Failure, messageOf } from '../../www/engine/failure.js';
import { failure } from '../../www/engine/worker-failure.js';
import german from '../../www/strings/de.js';
import errorsDe from '../../www/strings/errors.de.js';
import elsewhereEn from '../../www/strings/elsewhere.en.js';
import keepingEn from '../../www/strings/keeping-errors.en.js';
import savedEn from '../../www/strings/saved-model.en.js';
import workerEn from '../../www/strings/worker-errors.en.js';
import ofEveryPage from '../../www/strings/errors.en.js';

const errorsEn = { ...ofEveryPage, ...workerEn, ...elsewhereEn, ...keepingEn, ...savedEn };
const root = new URL('../../', import.meta.url);
const texts = (folder, ending) =>
  readdirSync(new URL(folder, root), { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(new URL(`${folder}${name}`, root), 'utf8'));

/** The names of a template's parameters. */
const holes = (template) => [...new Set(Array.from(template.matchAll(/\{(\w+)/g), ([, name]) => name))].sort();

/** What the library makes, without its tests: code and English template. */
const ofRust = texts('src/', '.rs').flatMap((text) => {
  const [code] = text.split(/^#\[cfg\(test\)\]\nmod tests /m);
  const made = code.matchAll(/message!\(\s*"([^"]+)",\s*"((?:[^"\\]|\\[^])*)"/g);
  return Array.from(made, ([, code, template]) => ({ code, template: template.replaceAll(/\\\n\s*/g, '') }));
});

/** What the engine makes: code and the names of the parameters. */
const ofEngine = texts('www/engine/', '.js').flatMap((text) => {
  const made = text.matchAll(/\b(?:failure|message)\(\s*'([^']+)'(?:,\s*\{([^}]*)\})?\s*\)/g);
  return Array.from(made, ([, code, given = '']) => ({
    code,
    names: given.replaceAll(/\([^)]*\)/g, '').split(',').map((field) => field.split(':')[0].trim()).filter(Boolean).sort(),
  }));
});

const english = new Map([...ofRust.map(({ code, template }) => [code, template]), ...Object.entries(errorsEn)]);

test('a code means one sentence', () => {
  assert.ok(ofRust.length > 90, `${ofRust.length} messages were found`);
  for (const { code, template } of ofRust) assert.equal(template, english.get(code), code);
});

test('the engine makes each of its errors with the parameters of its sentence', () => {
  assert.ok(ofEngine.length > 15, `${ofEngine.length} messages were found`);
  for (const { code, names } of ofEngine) assert.deepEqual(names, holes(errorsEn[code] ?? ''), code);
  assert.deepEqual([...new Set(ofEngine.map(({ code }) => code))].sort(), Object.keys(errorsEn).sort());
});

test('every code has a German sentence, and no German sentence is left over', () => {
  assert.deepEqual(Object.keys(errorsDe).sort(), [...english.keys()].sort());
});

test('German uses the same parameters', () => {
  for (const [code, template] of Object.entries(errorsDe)) assert.deepEqual(holes(template), holes(english.get(code) ?? ''), code);
});

test('a sentence is made from its parameters, with its place before it', () => {
  const message = (code, params = {}) => ({ code, params, message: `${code} in English` });
  const row = message('place.row', { table: 'reviews.csv', row: message('place.line', { line: 12 }) });
  for (const [made, wanted] of [
    [
      message('data.unknown_label', {
        label: 'fine: so',
        labels: '"good", "bad"',
        place: message('place.column', { of: row, column: 'mood' }),
      }),
      'reviews.csv, Zeile 12, Spalte "mood": Das Label "fine: so" ist keines von "good", "bad"; berichtige es oder lass die Zelle leer',
    ],
    [
      message('train.memory', {
        total: 5.2e9,
        parameters: 1.3e9,
        parts: message('train.parts_adam'),
        batch: 3.9e9,
        work: message('train.memory_batch', { sentences: 900 }),
        kept: message('train.memory_frozen', { bytes: 12e6 }),
        limit: 4e9,
        place: message('place.memory'),
      }),
      'Speicher: Dieser Lauf braucht etwa 5,2 GB (1,3 GB für Gewichte, Gradienten und Adam, 3,9 GB für einen Batch von 900 Sätzen, 12 MB für das, was die eingefrorenen Schichten aus jedem Satz gemacht haben), und es gibt 4,0 GB: Nimm eine kleinere batch_size oder max_length, frier einige Schichten ein oder nimm einen kleineren Encoder',
    ],
    [message('recipe.share_range', { x: 1.5, place: 'dropout' }), 'dropout: 1,5 liegt nicht in [0, 1)'],
    [
      message('recipe.rate_range', { rate: 20, place: 'learning_rate' }),
      'learning_rate: 2e1 liegt außerhalb; es muss über 0 sein und höchstens 10 (1e-3 steht im Notebook, 2e-5 ist für BERT üblich)',
    ],
    [
      message('weighting.not_moving', { method: 'cagrad', why: message('weighting.zero_gradient', { task: '2' }) }),
      'cagrad: Der Gradient von Aufgabe 2 ist null; der Encoder bewegt sich in diesem Schritt nicht',
    ],
    [
      failure('download.cut', { file: 'model.safetensors', received: 1234567, bytes: 90868376 }),
      'Der Download von model.safetensors brach nach 1.234.567 von 90.868.376 Bytes ab. Prüf die Verbindung und versuch es noch einmal.',
    ],
    // Events of a recording that is older than the codes.
    [{ message: 'an old sentence' }, 'an old sentence'],
    [message('constructor'), 'constructor in English'],
  ])
    assert.equal(german.sentence(made), wanted);
});

test('whatever is thrown becomes a message', () => {
  const cut = failure('download.cut', { file: 'a', received: 1, bytes: 2345 });
  assert.equal(
    cut.message,
    'The download of a stopped at 1 of 2,345 bytes. Check the connection, then retry.',
  );
  assert.deepEqual(messageOf(cut), { code: 'download.cut', params: cut.params, message: cut.message });
  assert.deepEqual(messageOf(new Failure(messageOf(cut))), messageOf(cut));
  // As src/wasm/ throws.
  const rust = Object.assign(new Error('no'), { code: 'wasm.no_run', params: {} });
  assert.deepEqual(messageOf(rust), { code: 'wasm.no_run', params: {}, message: 'no' });
  const unexpected = (why) => ({ code: 'unexpected', params: { why }, message: why });
  assert.deepEqual(messageOf(new DOMException('gone', 'AbortError')), unexpected('gone'));
  assert.deepEqual(messageOf('text'), unexpected('text'));
});
