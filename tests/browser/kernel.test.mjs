// The matrix product's kernel in the module with fused multiplications, which only browsers run: in fast and in reproducible
// arithmetic, and both by turns. The module without any is in tests/build/kernel.test.mjs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { compiled, runAll } from '../wasm/run.mjs';
import { BROWSERS, launch } from './browser.mjs';

for (const name of BROWSERS) {
  describe(name, () => {
    let session;
    before(async () => (session = await launch(name)));
    after(() => session?.close());

    test('fast and reproducible products are right', async () => {
      const page = await session.browser.newPage();
      const module = compiled('fused').toString('base64');
      const results = await page.evaluate(`(${runAll})(Uint8Array.from(atob('${module}'), (c) => c.charCodeAt(0)))`);
      assert.ok(results.length >= 8, `there are ${results.length} tests`);
      assert.deepEqual(
        results.filter(({ failure }) => failure),
        [],
      );
      await page.close();
    });
  });
}
