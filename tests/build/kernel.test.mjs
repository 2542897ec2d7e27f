// The matrix product's kernel in wasm against a plain triple loop, as every browser runs it. Its fused twin, which Node.js
// cannot run, is in tests/browser/kernel.test.mjs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compiled, runAll } from '../wasm/run.mjs';

const results = await runAll(compiled('plain'));

test('the module has its tests', () => assert.ok(results.length >= 8, `it has ${results.length}`));

for (const { name, failure } of results) test(name, () => assert.equal(failure, undefined));
