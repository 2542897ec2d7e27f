// The pages of docs/ on React, Sphinx and MkDocs: each snippet is in the example, which is tested in browsers.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The files of an example that stand in the repository, without what a reader has installed or built there. @param {string} example */
function sources(example) {
  const folder = path.join(ROOT, 'www/examples', example);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(jsx?|py|rst|css|yml|md|html)$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !/node_modules|\/(polytask|_build|dist|site)\//.test(file.slice(folder.length)))
    .map((file) => readFileSync(file, 'utf8'));
}

for (const example of ['react', 'sphinx', 'mkdocs'])
  test(`docs/${example}.md shows what the example has`, () => {
    const page = readFileSync(path.join(ROOT, `docs/${example}.md`), 'utf8');
    const snippets = Array.from(page.matchAll(/^```(\w+)\n([^]*?)^```$/gm), ([, language, text]) => ({ language, text }));
    const shown = snippets.filter(({ language }) => language !== 'sh');
    assert.ok(shown.length > 0);
    const files = sources(example);
    for (const { text } of shown) assert.ok(files.some((file) => file.includes(text)), text);
  });
