// Each page says the same in both languages: every English text in it has its German one, with the same links, code and
// emphases, and there is none too many. Needs no browser.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import article from '../../www/strings/article.de.js';
import embed from '../../www/strings/embed.de.js';

/** The attributes that are translated, by their marks; see www/choices.js. */
const ATTRIBUTES = { 'data-s-label': 'aria-label', 'data-s-title': 'title', 'data-s-content': 'content' };

const read = (file) => readFile(new URL(`../../www/${file}`, import.meta.url), 'utf8');
const PAGES = [
  { name: 'index.html', page: await read('index.html'), german: article },
  { name: 'embed.html', page: await read('embed.html'), german: embed },
];

/** What stands in a page: key to English, in the German tables' little markup; and keys that mean different texts. */
function texts(page) {
  const english = new Map();
  const ambiguous = [];
  const learn = (key, text) => {
    if (english.has(key) && english.get(key) !== text) ambiguous.push(key);
    english.set(key, text);
  };
  const marked = page.matchAll(/<(\w+)\b[^>]*\sdata-s="([^"]+)"[^>]*>(.*?)<\/\1>/gs);
  for (const [, , key, inside] of marked) learn(key, markup(inside));
  for (const [tag] of page.matchAll(/<\w[^>]*>/g))
    for (const [mark, attribute] of Object.entries(ATTRIBUTES)) {
      const key = value(tag, mark);
      if (key !== undefined) learn(key, value(tag, attribute) ?? '');
    }
  return { english, ambiguous };
}

function value(tag, name) {
  return tag.match(new RegExp(`\\s${name}="([^"]*)"`))?.[1];
}

function markup(html) {
  return html
    .replace(/<em(?: class="task-\d")?>(.*?)<\/em>/g, '*$1*')
    .replace(/<code>(.*?)<\/code>/g, '`$1`')
    .replace(/<a href="([^"]+)">(.*?)<\/a>/g, '[$2]($1)');
}

const all = (text, pattern) => Array.from(text.matchAll(pattern), ([, found]) => found);
const links = (text) => all(text, /\]\(([^)]+)\)/g).sort();
const code = (text) => all(text, /`([^`]+)`/g).sort();
const emphases = (text) => all(text, /\*([^*]+)\*/g);
/** The text without its markup, and without its code, which may hold any character. */
const plain = (text) =>
  text
    .replace(/`[^`]+`/g, '')
    .replace(/\[([^\]]+)\]\(([^)]+)\)/g, '$1')
    .replace(/\*([^*]+)\*/g, '$1');

for (const { name, page, german } of PAGES) {
  describe(name, () => {
    const { english, ambiguous } = texts(page);
    const both = [...english, ...Object.entries(german)];

    test('every text of the page has a German one, and the reverse', () => {
      assert.ok(english.size > 80, `the page has ${english.size} texts`);
      assert.deepEqual(Object.keys(german).sort(), [...english.keys()].sort());
    });

    test('no text is empty', () => {
      for (const [key, text] of both) assert.notEqual(text.trim(), '', key);
    });

    test('a key means one text wherever it stands', () => assert.deepEqual(ambiguous, []));

    test('links, code and the number of emphases are the same in both languages', () => {
      for (const [key, text] of english) {
        assert.deepEqual(links(german[key]), links(text), `links of ${key}`);
        assert.deepEqual(code(german[key]), code(text), `code of ${key}`);
        assert.equal(emphases(german[key]).length, emphases(text).length, `emphases of ${key}`);
      }
    });

    test('a text holds no more than emphasis, code and links, and these are closed', () => {
      for (const [key, text] of both) assert.doesNotMatch(plain(text), /[<>*`[\]]/, key);
    });
  });
}

test('the contents of the article lead to every chapter, in order and by its name', () => {
  const [{ page }] = PAGES;
  const contents = all(page, /<li><a href="#([^"]+)"><span data-s="\1">/g);
  const chapters = all(page, /<section class="chapter" id="([^"]+)" data-chapter/g);
  assert.equal(chapters.length, 11);
  assert.deepEqual(contents, chapters);
  for (const id of chapters) assert.match(page, new RegExp(`id="${id}" data-chapter>\\s+<div class="row">\\s+<div class="prose">\\s+<h2 data-s="${id}">`));
});

test('the contents of the page on embedding lead to every section, in order', () => {
  const [, { page }] = PAGES;
  const contents = all(page, /<li><a href="#([^"]+)" data-s=/g);
  const sections = all(page, /<section id="([^"]+)" aria-labelledby="h-\1">\s+<h2 id="h-\1" data-s="\1">/g);
  assert.equal(sections.length, 9);
  assert.deepEqual(contents, sections);
});
