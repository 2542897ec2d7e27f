// What of others is in the page's module and scripts: `node build/sbom.mjs DIR` writes DIR/sbom.cdx.json, a bill of materials in
// CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/), and DIR/THIRD-PARTY.md, the same for people. Both are the same for the same
// lock files.

import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** @typedef {{ type: 'library', name: string, version: string, purl: string, licenses: { expression: string }[] }} Component */

const ROOT = fileURLToPath(new URL('../', import.meta.url));
/** The npm packages whose code is in www/vendor. */
const VENDORED = ['@zip.js/zip.js', 'idb-keyval', 'uplot'];

/** The crates that the browser's module is compiled from, ours left out; and the packages in www/vendor. @returns {Component[]} */
export function components() {
  return [...crates(), ...VENDORED.map(packaged)].sort((a, b) => (a.purl < b.purl ? -1 : 1));
}

/** @returns {Component[]} */
function crates() {
  const asked = ['tree', '--package', 'polytask', '--target', 'wasm32-unknown-unknown', '--edges', 'normal', '--prefix', 'none', '--format', '{p}|{l}', '--locked'];
  const told = execFileSync('cargo', asked, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  // `name v1.2.3|MIT`; our own have their folder behind the version. What was listed before is marked with (*).
  const lines = new Set(told.trim().split('\n').map((line) => line.replace(/ \(\*\)$/, '')));
  return [...lines].flatMap((line) => {
    const [, name, version, more, licence] = /** @type {RegExpExecArray} */ (/^(\S+) v(\S+)(.*)\|(.*)$/.exec(line));
    return more.includes('(/') ? [] : [component(`pkg:cargo/${name}@${version}`, name, version, licence)];
  });
}

/** @param {string} name @returns {Component} */
function packaged(name) {
  const { version, license } = JSON.parse(readFileSync(path.join(ROOT, 'node_modules', name, 'package.json'), 'utf8'));
  return component(`pkg:npm/${name.replace('@', '%40')}@${version}`, name, version, license);
}

/** Older crates write `MIT/Apache-2.0`. @param {string} purl @param {string} name @param {string} version @param {string} licence @returns {Component} */
const component = (purl, name, version, licence) => ({ type: 'library', name, version, purl, licenses: [{ expression: licence.replaceAll('/', ' OR ').replaceAll(/ +/g, ' ') }] });

/** @param {string} directory */
function write(directory) {
  const all = components();
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'www/package.json'), 'utf8'));
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { type: 'library', name: 'polytask', version, purl: `pkg:npm/polytask@${version}` } },
    components: all,
  };
  writeFileSync(path.join(directory, 'sbom.cdx.json'), `${JSON.stringify(bill, undefined, 1)}\n`);
  const rows = all.map(({ name, version: of, purl, licenses: [{ expression }] }) => `| ${name} | ${of} | ${expression} | ${purl} |`);
  const text = `# What of others is in Polytask\n\n| name | version | licence | package |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  writeFileSync(path.join(directory, 'THIRD-PARTY.md'), text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) write(process.argv[2]);
