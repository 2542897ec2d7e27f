// What build.sh leaves for a host (target/site): the same page from fewer and smaller files, in Chromium and Firefox.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab } from './browser.mjs';
import { SITE, startServer } from './server.mjs';
import { VIEWS } from '../../www/views/registry.js';

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, lab;

    before(async () => {
      server = await startServer(SITE, { release: true });
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
      const shown = await lab.page.evaluate(async (views) => {
        const all = document.createElement('polytask-lab');
        all.setAttribute('preset', 'notebook');
        all.setAttribute('views', views.join(' '));
        document.body.append(all);
        await all.step();
        return all.shadowRoot.querySelectorAll('.lab > *').length;
      }, Object.keys(VIEWS));
      assert.equal(shown, Object.keys(VIEWS).length);
    });

    test('a page asks for few files', () => {
      // What is kept for later visits alone comes when nobody waits for it.
      const kept = /\/(columns|confusion-list|search-list|known-recipe|read-link|reliability-diagram|check|dialogs|label-next|classify|own-data|encoder-choice|models?|zip|unzip|source|link\.(?:en|de)|pooling|found|keeping|keeping-errors|reader-data|in-worker)\b/;
      const own = [...server.requests.keys()].filter((file) => /\.(js|css)$/.test(file) && !kept.test(file.replace('/styles', '')));
      assert.ok(own.length <= 32, own.join(' '));
    });

    test('the console is empty', () => lab.assertQuiet());
  });
}
