// The rooms of the page's modules: a lab's know no elements, so that they run where there are none.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const LAB = new URL('../../www/lab/', import.meta.url);
const files = readdirSync(LAB, { recursive: true }).filter((name) => /\.(js|d\.ts)$/.test(name));
const MOST_FILES = 12;

// Browsers have it, and this version of Node may not.
Promise.withResolvers ??= () => {
  let parts;
  const promise = new Promise((resolve, reject) => (parts = { resolve, reject }));
  return { promise, ...parts };
};

test('every module of a lab is loaded where there is no DOM', async () => {
  for (const name of ['document', 'HTMLElement', 'window', 'requestAnimationFrame']) assert.equal(globalThis[name], undefined, name);
  for (const file of files.filter((name) => name.endsWith('.js'))) await import(new URL(file, LAB));
});

test('none of them names an element, the page, or a module that does', () => {
  assert.ok(files.length > 15, `${files}`);
  for (const file of files) {
    const text = readFileSync(new URL(file, LAB), 'utf8');
    const code = text.replaceAll(/^\s*(\/\/|\*|\/\*\*[^@]*$).*$/gm, '');
    // `document` is also what a lab edits: as a field, a key, a folder or a variable of that name.
    assert.doesNotMatch(code, /\bdocument\.(body|head|hidden|addEventListener|createElement|documentElement|querySelector|baseURI|activeElement)\b/, file);
    assert.doesNotMatch(code, /\bwindow\b|\blocation\.|\bnavigator\.|\bmatchMedia\b|requestAnimationFrame|(?<![.\w])(add|remove)EventListener\(/, file);
    assert.doesNotMatch(text, /\b(HTML|SVG)\w*Element\b|\bHTMLElement\b|\bShadowRoot\b|\.focus\(/, file);
    assert.doesNotMatch(text, /from '[./]*\/(views|ui|element)\//, file);
  }
});

test('no room has more than a dozen modules', () => {
  const rooms = files.map((name) => name.split('/').slice(0, -1).join('/'));
  for (const room of new Set(rooms)) {
    const { length } = rooms.filter((other) => other === room);
    assert.ok(length <= MOST_FILES, `lab/${room} has ${length}`);
  }
});
