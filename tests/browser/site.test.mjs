// What build.sh leaves for a host (target/site): the same page from smaller files, in Chromium and Firefox.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab } from './browser.mjs';
import { SITE, startServer } from './server.mjs';

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, lab;

    before(async () => {
      server = await startServer(SITE);
      session = await launch(name);
      lab = await openLab(session.browser, server.url, { page: '?lang=de', fetches: false });
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    test('the article trains, and says so in German', async () => {
      await lab.until('two steps', () => window.runEvents.filter(({ type }) => type === 'step').length >= 2, undefined, 240);
      assert.match(await lab.text('train-label'), /^Pause$/);
      assert.match(await lab.text('status'), /^Training: \d+,\d\d s je Schritt/);
    });

    test('every view loads', async () => {
      await lab.page.evaluate(async () => {
        const { VIEWS } = await import('./views/registry.js');
        await Promise.all(Object.values(VIEWS).map((load) => load()));
      });
    });

    test('the console is empty', () => lab.assertQuiet());
  });
}
