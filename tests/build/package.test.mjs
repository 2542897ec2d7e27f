// The npm package that build.sh leaves in target/npm: it holds all that its element may ask for, and nothing else.

import { before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { remedy } from '../../build/package-files.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const { version } = JSON.parse(readFileSync(path.join(ROOT, 'www/package.json'), 'utf8'));

let consumer; // a directory with the package in its node_modules
let installed; // the package there
let files; // its files, as `engine/worker.js`

before(() => {
  consumer = mkdtempSync(path.join(tmpdir(), 'polytask-package-'));
  process.on('exit', () => rmSync(consumer, { recursive: true, force: true }));
  installed = path.join(consumer, 'node_modules/polytask');
  mkdirSync(installed, { recursive: true });
  const tarball = path.join(ROOT, `target/npm/polytask-${version}.tgz`);
  execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
  files = readdirSync(installed, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(installed, path.join(entry.parentPath, entry.name)))
    .sort();
});

const read = (file) => readFileSync(path.join(installed, file), 'utf8');

test('has the version of the crate', () => {
  assert.equal(readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8').match(/^version = "(.*)"$/m)[1], version);
});

test('holds every file that package.json names', () => {
  const { exports, types, unpkg, jsdelivr } = JSON.parse(read('package.json'));
  const exported = Object.values(exports).flatMap((to) => (typeof to === 'string' ? to : Object.values(to)));
  for (const file of [types, unpkg, jsdelivr, ...exported]) assert.ok(files.includes(path.normalize(file)), file);
});

test('holds all that the element and a saved model may ask for, and else only types, licences and what describes it', () => {
  const reached = walk('model.js', walk('polytask-lab.js'));
  const beside = /(^|\/)(.*\.d\.ts|LICENSE-\w+|(uPlot|idb-keyval|zip)\.LICENSE|README\.md|THIRD-PARTY\.md|sbom\.cdx\.json|package\.json|custom-elements\.json|load\.js)$/;
  const more = files.filter((file) => !reached.has(file) && !beside.test(file));
  assert.deepEqual(more, ['css', 'html', 'js'].map((kind) => `examples/frame/lab.${kind}`));
  assert.equal([...reached].filter((file) => file.endsWith('.wasm')).length, 3);
});

/** Licences of which one must be enough for a dependency: they ask for no more than to be named. */
const PERMISSIVE = new Set(['MIT', 'MIT-0', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BSL-1.0', '0BSD', 'ISC', 'Unicode-3.0', 'Unlicense', 'Zlib', 'CC0-1.0']);

test('lists what of others is in it, all of it under permissive licences', () => {
  const { bomFormat, specVersion, components } = JSON.parse(read('sbom.cdx.json'));
  assert.deepEqual([bomFormat, specVersion], ['CycloneDX', '1.6']);
  for (const { name, licenses } of components) {
    const [{ expression }] = licenses;
    const both = expression.split(' AND ').map((part) => part.replace(/[()]/g, '').split(' OR '));
    assert.ok(both.every((either) => either.some((licence) => PERMISSIVE.has(licence))), `${name}: ${expression}`);
  }
  const lock = readFileSync(path.join(ROOT, 'Cargo.lock'), 'utf8');
  const locked = (name) => new RegExp(`name = "${name}"\nversion = "(.*)"`).exec(lock)[1];
  const listed = new Map(components.map(({ name, version }) => [name, version]));
  for (const name of ['candle-core', 'tokenizers', 'wasm-bindgen']) assert.equal(listed.get(name), locked(name), name);
  assert.ok(listed.has('uplot') && listed.has('@zip.js/zip.js') && !listed.has('polytask') && !listed.has('axum'));
  const text = read('THIRD-PARTY.md');
  for (const { purl } of components) assert.ok(text.includes(purl), purl);
});

test('its scripts name no file of the disk that made them, and its workers import nothing', () => {
  for (const file of files.filter((name) => name.endsWith('.js'))) assert.ok(!read(file).includes(ROOT), file);
  for (const worker of ['engine/worker.js', 'engine/thread.js']) assert.deepEqual(mentioned(worker), [], worker);
});

test('is imported in Node, where there are no elements', () => {
  writeFileSync(path.join(consumer, 'server.mjs'), "import { PolytaskLab } from 'polytask';\nconsole.log(typeof PolytaskLab);\n");
  assert.equal(execFileSync(process.execPath, ['server.mjs'], { cwd: consumer, encoding: 'utf8' }), 'function\n');
});

test('says in Node that a saved model needs a browser', () => {
  writeFileSync(path.join(consumer, 'model.mjs'), "import { load } from 'polytask/model';\nawait load('model/').catch(({ code, message }) => console.log(code, message));\n");
  assert.match(execFileSync(process.execPath, ['model.mjs'], { cwd: consumer, encoding: 'utf8' }), /^model\.unsupported This browser .*; outside browsers there is the command `polytask predict`\.\n$/);
});

test('says what to do where a bundler has left a worker out', () => {
  const under = (address) => remedy(new URL(address));
  assert.match(under('http://localhost:5173/node_modules/.vite/deps/engine/worker.js'), /optimizeDeps: \{ exclude: \['polytask'\] \} into vite\.config\.js$/);
  assert.match(under('https://example.org/assets/engine/worker.js'), /copy the folders engine, pkg and models of node_modules\/polytask/);
});

test('names the repository if Cargo.toml does', () => {
  const address = readFileSync(path.join(ROOT, 'Cargo.toml'), 'utf8').match(/^repository = "(.*)"$/m)?.[1];
  const { repository, homepage, bugs } = JSON.parse(read('package.json'));
  assert.deepEqual({ repository, homepage, bugs }, {
    repository: address && { type: 'git', url: `git+${address}.git` },
    homepage: address && `${address}#readme`,
    bugs: address && { url: `${address}/issues` },
  });
});

test('holds the licences and the small encoder, and no other', () => {
  for (const licence of ['LICENSE-APACHE', 'LICENSE-MIT', 'vendor/uPlot.LICENSE', 'vendor/idb-keyval.LICENSE', 'vendor/zip.LICENSE'])
    assert.ok(files.includes(licence), licence);
  const small = 'models/all-MiniLM-L6-v2-small/';
  const manifest = JSON.parse(read(`${small}manifest.json`));
  const encoder = ['manifest.json', ...manifest.files.map(({ name }) => name)].map((name) => small + name);
  assert.deepEqual(files.filter((file) => /^models\/|safetensors|tokenizer\.json/.test(file)), encoder.sort());
  const bytes = files.reduce((sum, file) => sum + statSync(path.join(installed, file)).size, 0);
  assert.ok(bytes < 32e6, `${bytes} bytes`);
});

/** What a reader of the package may write, and what the compiler must refuse. */
const CONSUMER = `
import 'polytask';
import type { PolytaskLab, PolytaskState } from 'polytask';

const lab: PolytaskLab = document.createElement('polytask-lab');
lab.setAttribute('preset', 'tickets');
lab.addEventListener('polytask-step', ({ detail }) => {
  const total: number = detail.total;
  const topic: number | undefined = detail.losses['topic'];
  console.log(total.toFixed(2), topic);
});
document.addEventListener('polytask-evaluation', ({ detail }) => console.log(detail.split, detail.tasks));
const heard = ({ detail }: CustomEvent<PolytaskState>) => console.log(detail.status);
lab.addEventListener('polytask-state', heard);
window.addEventListener('polytask-state', heard);
document.body.addEventListener('polytask-state', heard);
lab.removeEventListener('polytask-state', heard);
window.removeEventListener('polytask-state', heard);
lab.train().then(() => console.log(lab.state?.status), (error: Error) => console.log(error.message));
lab.epochs = 4;
lab.tasks = ['topic'];
lab.autostart = true;
lab.examples = [{ text: 'So it goes.', labels: { topic: 'books' } }];
lab.recipe = { data: { preset: { name: 'tickets' } }, seed: 7 };
const learned: number | undefined = lab.recipe?.training?.epochs;
console.log(learned, lab.examples?.length);
lab.pause();
lab.step(['topic']);
lab.reset();
const { status, step }: PolytaskState = lab.state!;
console.log(status, step);
lab.predict('So it goes.').then(({ tasks }) => console.log(tasks));
// @ts-expect-error: tasks are named in a list
lab.step('topic');
// @ts-expect-error: a step has no accuracy
lab.addEventListener('polytask-step', ({ detail }) => detail.accuracy);
// @ts-expect-error: there is no such state
lab.state!.epok;
// @ts-expect-error: the state is a detail of its own event only
lab.removeEventListener('polytask-step', heard);
// @ts-expect-error: an example has a text
lab.examples = [{ sentence: 'So it goes.' }];
`;

/** The same of a saved model. */
const MODEL = `
import { load, type Answer, type Model, type ModelError } from 'polytask/model';

const abort = new AbortController();
const model: Model = await load(new URL('https://example.org/model/'), { signal: abort.signal, threads: false, encoder: 'encoder/', onprogress: ({ received, total }) => console.log(received / total) });
const [first]: Record<string, Answer>[] = await model.predict(['So it goes.']);
const { label, probability, probabilities } = first['topic'];
const vector: Float32Array = (await model.embed(['So it goes.']))[0];
console.log(label.length, probability.toFixed(2), Object.entries(probabilities), vector.length, model.tasks[0].labels.length);
model.close();
load('model/').catch(({ code, message }: ModelError) => console.log(code, message));
// @ts-expect-error: sentences come in a list
model.predict('So it goes.');
// @ts-expect-error: there is no such option
load('model/', { tread: false });
`;

/** That the types are those of the class that they describe: what it has, no more and no less. */
const AGREES = (element) => `
import { PolytaskLab as Made } from ${JSON.stringify(element)};
import type { PolytaskLab as Described } from 'polytask';
type Own = Exclude<keyof Described, keyof HTMLElement>;
declare const made: Pick<Made, Own>;
export const described: Pick<Described, Own> = made;
export const again: Pick<Made, Own> = described;
type OfTheBrowser = 'connectedCallback' | 'disconnectedCallback' | 'attributeChangedCallback';
type Undescribed = Exclude<keyof Made, keyof Described | OfTheBrowser>;
export const nothing: Undescribed[] = [] satisfies never[];
export const everything: never[] = nothing;
`;

/** That the types of a saved model are those of the function that loads it. */
const MODEL_AGREES = (script) => `
import { load as made } from ${JSON.stringify(script)};
import { load as described } from 'polytask/model';
import type {} from 'polytask';
export const one: typeof described = made;
export const other: Parameters<typeof made> extends Parameters<typeof described> ? true : false = true;
`;

for (const resolution of ['bundler', 'nodenext']) {
  test(`has types that the compiler takes under ${resolution}`, () => compile(resolution, { 'consumer.ts': CONSUMER, 'model.ts': MODEL }));
}

test('has types that agree with the function that loads a saved model', () => {
  compile('bundler', { 'model-agrees.ts': MODEL_AGREES(path.join(ROOT, 'www/engine/model/load.js')) });
});

test('has types that agree with the element', () => {
  compile('bundler', { 'agrees.ts': AGREES(path.join(ROOT, 'www/polytask-lab.js')) });
});

for (const [react, types] of [['18', 'react-18'], ['19', 'react']]) {
  test(`has types for JSX that the compiler takes with React ${react}`, () => {
    link(`@types/${types}`, '@types/react');
    compile('bundler', { 'react.tsx': sample('react.tsx') });
  });
}

test('has types for Vue’s templates', () => {
  link('vue', 'vue');
  compile('bundler', { 'vue.ts': sample('vue.ts') });
});

const sample = (file) => readFileSync(path.join(ROOT, 'tests/types', file), 'utf8');

/** Installs a package of this repository beside the package. @param {string} name @param {string} as */
function link(name, as) {
  const at = path.join(consumer, 'node_modules', as);
  mkdirSync(path.dirname(at), { recursive: true });
  rmSync(at, { force: true });
  symlinkSync(path.join(ROOT, 'node_modules', name), at);
}

/** Compiles sources beside the package. Declarations are checked too: they are part of what is delivered. */
function compile(moduleResolution, sources) {
  for (const [name, source] of Object.entries(sources)) writeFileSync(path.join(consumer, name), source);
  const config = {
    compilerOptions: {
      target: 'es2023',
      module: moduleResolution === 'bundler' ? 'esnext' : 'nodenext',
      moduleResolution,
      lib: ['es2023', 'dom', 'dom.iterable'],
      jsx: 'react-jsx',
      types: [],
      strict: true,
      noEmit: true,
      allowJs: true,
      skipLibCheck: false,
    },
    files: Object.keys(sources),
  };
  writeFileSync(path.join(consumer, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(path.join(consumer, 'package.json'), '{"type":"module"}');
  try {
    execFileSync(path.join(ROOT, 'node_modules/.bin/tsc'), ['-p', consumer], { encoding: 'utf8' });
  } catch ({ stdout }) {
    assert.fail(stdout);
  }
}

/** All files that a module leads to: what it imports at once or later, workers, style sheets, wasm. */
function walk(entry, reached = new Set()) {
  if (reached.has(entry)) return reached;
  assert.ok(files.includes(entry), `${entry} is asked for and is not in the package`);
  reached.add(entry);
  for (const to of mentioned(entry)) walk(to, reached);
  return reached;
}

/** How a script names other files: an address in the second group. Style sheets are texts in the scripts. */
const NAMES = [
  /\b(?:from|import)\s*\(?\s*(['"`])([^'"`]+)\1/g,
  /\bnew URL\(\s*(['"`])([^'"`]+)\1,\s*import\.meta\.url/g,
];

/** The files that a file names. */
function mentioned(file) {
  if (!file.endsWith('.js')) return [];
  const source = read(file);
  return NAMES.flatMap((pattern) => Array.from(source.matchAll(pattern), ([, , address]) => address))
    // The address in the code that the page shows to its reader is not one of the package's own.
    .filter((address) => /^\.\.?\//.test(address) && address !== './polytask/model.js')
    .map((address) => path.join(path.dirname(file), address.replace(/\?.*/, '')));
}
