// custom-elements.json, which tells editors and documentation tools what the tag has: it says what the sources say.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ATTRIBUTES } from '../../www/element/attributes.js';
import { Reflecting } from '../../www/element/properties.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const read = (file) => readFile(path.join(ROOT, 'www', file), 'utf8');
const manifest = JSON.parse(await read('custom-elements.json'));
const [{ declarations: [element] }] = manifest.modules;
const names = (list) => list.map(({ name }) => name).sort();
const embed = await read('embed.html');

test('the package names it, and it names files of the package', async () => {
  const { customElements, exports } = JSON.parse(await read('package.json'));
  assert.equal(customElements, 'custom-elements.json');
  assert.equal(exports['./custom-elements.json'], './custom-elements.json');
  for (const file of [manifest.readme, manifest.modules[0].path]) assert.ok((await read(file)).length > 0, file);
});

test('it has the form that tools expect', () => {
  const folder = mkdtempSync(path.join(ROOT, 'node_modules/.manifest-'));
  try {
    // The package's type of a class knows no fields that are attributes; they have one of their own.
    const fields = element.members.filter(({ reflects }) => reflects);
    const rest = { ...element, members: element.members.filter(({ reflects }) => !reflects) };
    const whole = { ...manifest, modules: [{ ...manifest.modules[0], declarations: [rest] }] };
    const source = `import type { CustomElementField, Package } from 'custom-elements-manifest/schema';
      export const fields = ${JSON.stringify(fields)} satisfies CustomElementField[];
      export const whole = ${JSON.stringify(whole)} satisfies Package;`;
    writeFileSync(path.join(folder, 'manifest.ts'), source);
    const options = ['--noEmit', '--strict', '--target', 'es2023', '--module', 'esnext', '--moduleResolution', 'bundler', '--pretty', 'false', '--ignoreConfig'];
    execFileSync(path.join(ROOT, 'node_modules/.bin/tsc'), [...options, path.join(folder, 'manifest.ts')], { encoding: 'utf8', stdio: 'pipe' });
  } catch ({ stdout }) {
    assert.fail(stdout.slice(0, 2000));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('attributes, and a property for each', () => {
  assert.deepEqual(names(element.attributes), [...ATTRIBUTES].sort());
  const reflecting = element.members.filter(({ reflects }) => reflects);
  assert.deepEqual(names(reflecting), Object.keys(Reflecting.prototype).sort().filter((name) => name !== 'lang'));
  for (const { name, attribute } of reflecting) assert.equal(attribute, name);
});

test('methods and the other properties are those of the class', async () => {
  const { PolytaskLab } = await import('../../www/polytask-lab.js');
  const own = Object.entries(Object.getOwnPropertyDescriptors(PolytaskLab.prototype)).filter(([name]) => name !== 'constructor' && !name.endsWith('Callback'));
  const kinds = (of) => own.filter(([, { value }]) => (typeof value === 'function') === of).map(([name]) => name).sort();
  const { members } = element;
  assert.deepEqual(names(members.filter(({ kind }) => kind === 'method')), kinds(true));
  assert.deepEqual(names(members.filter(({ kind, reflects }) => kind === 'field' && !reflects)), kinds(false));
  for (const [name, { set }] of own) assert.equal(members.find((member) => member.name === name).readonly ?? false, !set && kinds(false).includes(name), name);
});

test('events are those that Rust declares, one for all, one for the state and one for a run that goes on', async () => {
  const [, declared] = (await read('pkg/plain/polytask.d.ts')).match(/^export type Event = (.*);$/m);
  const types = Array.from(declared.matchAll(/type: "(\w+)"/g), ([, type]) => `polytask-${type}`);
  assert.deepEqual(names(element.events), [...types, 'polytask', 'polytask-resumed', 'polytask-state'].sort());
  for (const { name, type } of element.events.slice(0, types.length)) assert.ok(type.text.includes(`'${name.slice('polytask-'.length)}'`), name);
});

test('parts are those that the sources name, and the page on embedding', async () => {
  const files = (await readdir(path.join(ROOT, 'www'), { recursive: true })).filter((file) => /^(views|ui|element|polytask-lab)\b.*\.js$/.test(file));
  const sources = (await Promise.all(files.map(read))).join('\n').replaceAll(/dataset: \{[^}]*\}/g, '');
  const named = [...sources.matchAll(/\bpart: '([^']+)'|setAttribute\('part', '([^']+)'\)|^ {2}\['\w+', '(button|field|dialog)'\]/gm)].map(([, ...groups]) => groups.find(Boolean));
  assert.deepEqual([...new Set(named)].sort(), names(element.cssParts));
  const [, told] = embed.match(/<p data-s="parts">(.*?)<\/p>/s);
  assert.deepEqual(Array.from(told.matchAll(/<code>(\w+)<\/code>/g), ([, name]) => name).sort(), names(element.cssParts));
});

test('custom properties are used in the style sheets; the page on embedding names no others', async () => {
  const files = await readdir(path.join(ROOT, 'www/styles'));
  const styles = (await Promise.all(files.map((file) => read(`styles/${file}`)))).join('\n');
  const all = names(element.cssProperties);
  for (const name of all) assert.ok(styles.includes(`var(${name}`) || /^--task-\d$/.test(name), name);
  const looks = embed.match(/<section id="looks"[^]*?<\/section>/)[0];
  for (const [name] of looks.matchAll(/--[a-z][\w-]+/g)) assert.ok(all.includes(name), name);
});
