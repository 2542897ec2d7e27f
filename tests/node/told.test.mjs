// Everything that the worker can say, Rust's part of it and the worker's own, has its German sentence; and a sentence is put
// into German whole. Needs no browser.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import german from '../../www/strings/de.js';
import told from '../../www/strings/told.de.js';

/** What only programmers of the crate can bring about, what the notebook's printout says, and what is no sentence. */
const NOT_SAID = [
  /^src\/(bin|ops)\//,
  /^src\/data\/testing\.rs/,
  /^src\/printout\.rs/,
  /^src\/(lib|train\/mod|wasm)\.rs: export /,
  /^src\/recipe\/freeze\.rs: export /,
  /^src\/data\/presets\.rs: Task [AB]$/,
  /^src\/train\/trainer\.rs: all tasks together$/,
  // A place: its parts are told apart.
  /^src\/data\/delimited\.rs: \{\}, line 1$/,
];
/** Where the worker's own sentences are. */
const WORKER = 'www/engine/';

const root = new URL('../../', import.meta.url);
const files = (folder, ending) =>
  readdirSync(new URL(folder, root), { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}${name}`);
const read = (file) => readFileSync(new URL(file, root), 'utf8');

/** A text with every hole alike. */
const bare = (text) => text.replaceAll(/\{#?\w*(:[^}"]*)?\}/g, '{}');

/** The literals of a Rust file that hold two words side by side. */
function rustSentences(file) {
  const text = read(file)
    .split(/^#(?:!\[cfg\(test\)\]|\[cfg\(test\)\]\nmod )/m)[0]
    .replaceAll(/^\s*\/\/.*$/gm, '')
    .replaceAll(String.raw`b'"'`, '');
  return Array.from(text.matchAll(/(\w+\(|)"((?:[^"\\]|\\[^])*)"/g))
    .filter(([, call]) => call !== 'expect(')
    .map(([, , literal]) => literal.replaceAll(/\\\n\s*/g, '').replaceAll('\\"', '"'))
    .map((literal) => bare(literal.replaceAll('{{', '\u0001').replaceAll('}}', '\u0002')).replaceAll('\u0001', '{').replaceAll('\u0002', '}'))
    .filter((literal) => /\w \w/.test(literal));
}

/** What a file of the worker throws, or tells as the reason of a death. */
function workerSentences(file) {
  const literal = /(?:Error\(|\?\? |#die\()\s*(?:'([^'\n]* [^'\n]*)'|`([^`]* [^`]*)`)/g;
  return Array.from(read(file).matchAll(literal), ([, plain, template]) => plain ?? template.replaceAll(/\$\{[^}]*\}/g, '{}'));
}

const said = [
  ...files('src/', '.rs').flatMap((file) => rustSentences(file).map((text) => ({ file, text }))),
  ...files(WORKER, '.js').flatMap((file) => workerSentences(file).map((text) => ({ file, text }))),
].filter(({ file, text }) => !NOT_SAID.some((pattern) => pattern.test(`${file}: ${text}`)));

const known = new Set(Object.keys(told).map(bare));

test('everything that is said has its German', () => {
  assert.ok(said.length > 110, `${said.length} sentences were found`);
  const missing = said.filter(({ text }) => !known.has(text) && !known.has(`{} ${text}`));
  assert.deepEqual(missing, []);
});

test('nothing stands in the table that nobody says', () => {
  const all = new Set(said.flatMap(({ text }) => [text, `{} ${text}`]));
  // Parts that are joined to others.
  const parts = Object.keys(told).filter((key) => !all.has(bare(key)));
  for (const key of parts) assert.match(key, /^(\{place\}, .*|(encoder|tokenizer|recipe|memory): \{wrong\}|model\.safetensors: tensor \{name\} \{wrong\}|sentence \{n\}|task \{name\})$/, key);
});

test('both say what varies, and begin with it if either does', () => {
  const names = (text) => Array.from(text.matchAll(/\{(#?\w+)\}/g), ([, name]) => name);
  for (const [english, german] of Object.entries(told)) {
    // "was" and "were" are one word in German.
    const meant = new Set(names(english).filter((name) => name !== 'were'));
    assert.deepEqual(new Set(names(german)), meant, english);
    assert.equal(german.startsWith('{'), english.startsWith('{'), english);
  }
});

test('each sentence is found by what it says, at a place or alone', () => {
  for (const [english, wanted] of Object.entries(told)) {
    const fill = (text) => text.replaceAll(/\{(#?)(\w+)\}/g, (_, figure, name) => (figure ? '7' : `"${name}"`));
    assert.equal(german.told(fill(english)), fill(wanted));
    if (!english.startsWith('{')) assert.equal(german.told(`x.csv, line 3: ${fill(english)}`), `x.csv, Zeile 3: ${fill(wanted)}`);
  }
});

test('places, parts and figures go over with their sentence', () => {
  for (const [english, wanted] of [
    [
      'reviews.csv, line 12, column "mood": the label "fine: so" is not one of "good", "bad"',
      'reviews.csv, Zeile 12, Spalte "mood": Die Klasse "fine: so" ist keine von "good", "bad"',
    ],
    [
      'the sentences, column "mood": a task needs at least two different labels, and there is only "good"',
      'Die Sätze, Spalte "mood": Eine Aufgabe braucht mindestens zwei verschiedene Klassen, und hier ist nur "good"',
    ],
    ['x.jsonl, line 2, field "text": 5 is not a string; the sentence must be one', 'x.jsonl, Zeile 2, Feld "text": 5 ist keine Zeichenkette; der Satz muss eine sein'],
    [
      'memory: this run needs about 5.2 GB (1.3 GB for weights, gradients and Adam, 3.9 GB for a batch of 900 sentences, 12 MB for what the frozen layers made of every sentence), and there are 4.0 GB: use a smaller batch_size or max_length, freeze some layers, or take a smaller encoder',
      'Speicher: Dieser Lauf braucht etwa 5,2 GB (1,3 GB für Gewichte, Gradienten und Adam, 3,9 GB für einen Batch von 900 Sätzen, 12 MB für das, was die eingefrorenen Schichten aus jedem Satz gemacht haben), und es gibt 4,0 GB: Nimm eine kleinere batch_size oder max_length, frier einige Schichten ein oder nimm einen kleineren Encoder',
    ],
    [
      'cagrad: the gradient of task 2 is zero; the encoder does not move in this step',
      'cagrad: Der Gradient von Aufgabe 2 ist null; der Encoder bewegt sich in diesem Schritt nicht',
    ],
    ['nobody wrote this', 'nobody wrote this'],
    ['', ''],
  ])
    assert.equal(german.told(english), wanted);
});
