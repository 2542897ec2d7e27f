// The builds that build.sh leaves in www/pkg: what each demands of a browser, that it works, and what it weighs.

import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';

const pkg = (file) => fileURLToPath(new URL(`../../www/pkg/${file}`, import.meta.url));
const BUILDS = ['plain', 'fused', 'threads'];

for (const build of BUILDS) {
  test(`${build} is small enough for a visitor who waits`, async () => {
    let total = 0;
    for (const file of ['polytask_bg.wasm', 'polytask.js']) {
      total += brotliCompressSync(await readFile(pkg(`${build}/${file}`))).length;
    }
    assert.ok(total <= 966_000, `module and glue are ${total} bytes under brotli`);
  });

  test(`${build} offers what the worker calls`, async () => {
    const declared = await readFile(pkg(`${build}/polytask.d.ts`), 'utf8');
    assert.match(declared, /export class Session\b/);
    assert.match(declared, /export function set_threads\(threads: number\): void/);
    assert.equal(/export function build_thread_pool\(/.test(declared), build === 'threads');
  });
}

test('plain needs nothing that the oldest supported Node lacks, relaxed SIMD above all', async () => {
  assert.ok(WebAssembly.validate(await readFile(pkg('plain/polytask_bg.wasm'))));
});

test('threads takes its memory from outside, shared and up to 4 GiB; the others have their own', async () => {
  assert.deepEqual({ ...(await importedMemory('threads')) }, { flags: '\x03', largest: '\x80\x80\x04' });
  for (const build of ['plain', 'fused']) assert.equal(await importedMemory(build), undefined);
});

/** How a module describes the memory that it imports: flags (3: shared, with a limit) and that limit, in pages as LEB128. */
async function importedMemory(build) {
  const module = (await readFile(pkg(`${build}/polytask_bg.wasm`))).toString('latin1');
  const number = '[\x80-\xff]*[\x00-\x7f]';
  return module.match(`_bg\\.js\x06memory\x02(?<flags>[\x00-\x07])${number}(?<largest>${number})`)?.groups;
}
