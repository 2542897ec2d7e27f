// The matrix product's kernel with fused multiplications, which only browsers run, and without them in the same module. The
// module without any is in tests/build/kernel.test.mjs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { compiled, runAll } from '../wasm/run.mjs';
import { BROWSERS, launch } from './browser.mjs';

for (const name of BROWSERS) {
  describe(name, () => {
    let session;
    before(async () => (session = await launch(name)));
    after(() => session?.close());

    for (const reproducible of [false, true]) {
      test(`${reproducible ? 'reproducible' : 'fused'} products are right`, async () => {
        const page = await session.browser.newPage();
        const module = compiled('fused').toString('base64');
        const results = await page.evaluate(
          `(${runAll})(Uint8Array.from(atob('${module}'), (c) => c.charCodeAt(0)), ${reproducible})`,
        );
        assert.ok(results.length >= 7, `there are ${results.length} tests`);
        assert.deepEqual(
          results.filter(({ failure }) => failure),
          [],
        );
        await page.close();
      });
    }
  });
}
