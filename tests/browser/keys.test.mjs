// Keys used inside the element do not reach the page around it: a host with the shortcuts of documentation systems, and an mdBook.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { SITE, startServer, WWW } from './server.mjs';

const MDBOOK = process.env.MDBOOK ?? fileURLToPath(new URL('../../target/tools/bin/mdbook', import.meta.url));

/** Shortcuts as Sphinx ("/" unless the document's active element is a field), mdBook up to 0.5.2 ("s") and mdBook 0.5.4 have them. */
const HOST = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Host with shortcuts</title><link rel="icon" href="data:,">
  <input id="search"><polytask-lab id="a" preset="notebook" views="controls sentences losses try"></polytask-lab>
  <script>
    window.taken = [];
    window.heard = [];
    const field = /^(input|select|textarea|button)$/i;
    for (const type of ['keydown', 'keypress', 'keyup']) addEventListener(type, ({ key }) => window.heard.push(type + ' ' + key));
    addEventListener('keydown', (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const take = () => (event.preventDefault(), window.taken.push(event.key), document.getElementById('search').focus());
      if (event.key === '/' && !field.test(document.activeElement.tagName)) take();
      if (event.key === 's' && !field.test(event.target.nodeName)) take();
      if (event.key === 'ArrowRight' && !field.test(event.composedPath()[0].nodeName)) take();
    });
  </script>
  <script type="module" src="polytask-lab.js"></script>`;

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, folder, book, lab;

    before(async () => {
      server = await startServer(SITE, { cors: true, pages: { '/host.html': HOST } });
      session = await launch(name);
      folder = await mkdtemp(path.join(tmpdir(), 'polytask-keys-'));
      await cp(path.join(WWW, 'examples/mdbook'), path.join(folder, 'source'), { recursive: true });
      const head = path.join(folder, 'source/theme/head.hbs');
      await writeFile(head, (await readFile(head, 'utf8')).replace('http://127.0.0.1:8080/', server.url));
      execFileSync(MDBOOK, ['build', path.join(folder, 'source'), '--dest-dir', path.join(folder, 'book')], { stdio: 'pipe' });
      book = await startServer(path.join(folder, 'book'));
    });
    after(async () => {
      await session?.close();
      await book?.close();
      await server?.close();
      if (folder) await rm(folder, { recursive: true });
    });

    const focus = (selector) => lab.page.evaluate((where) => $(where).focus(), selector);
    const taken = () => lab.page.evaluate(() => window.taken);
    const heard = () => lab.page.evaluate(() => window.heard.splice(0));
    const chart = '[data-part="loss-chart"][role="slider"]';
    /** The chart can be focused, and the field has the sentence that it begins with. */
    const untilReady = () => lab.until('chart and sentence', () => $('[data-part="loss-chart"][role="slider"]') !== undefined && $('#try-text').value !== '');

    test('a sentence is typed whole, and arrows move the chart’s cursor: the host hears nothing of it', async () => {
      lab = await openLab(session.browser, server.url, { page: 'host.html', fetches: false });
      await untilReady();
      await focus('#try-text');
      await lab.page.evaluate(() => $('#try-text').select());
      await lab.page.keyboard.type('his/her soup');
      assert.equal(await lab.page.evaluate(() => $('#try-text').value), 'his/her soup');
      for (const key of ['ArrowLeft', 'Backspace', 'Delete', 'Home', 'Enter']) await lab.page.keyboard.press(key);
      await focus('.sentences tbody textarea');
      await lab.page.keyboard.type('s/');
      await focus('[data-part="speed"]');
      await lab.page.keyboard.press('s');
      await focus(chart);
      for (const key of ['ArrowRight', 'ArrowLeft', 'PageDown', 'End']) await lab.page.keyboard.press(key);
      // One key each: the focus moves on when nothing is left to be undone or redone, and a second key would press what it moved to.
      await focus('[data-part="undo"]');
      for (const key of ['ArrowRight', ' ']) await lab.page.keyboard.press(key);
      await lab.until('the edit to be taken back', () => !$('[data-part="redo"]').disabled);
      await focus('[data-part="redo"]');
      await lab.page.keyboard.press('Enter');
      await lab.until('the edit to be there again', () => $('[data-part="redo"]').disabled);
      assert.deepEqual([await taken(), await heard()], [[], []]);
    });

    test('keys with Ctrl, Alt or Meta, Tab, Escape and F-keys are the page’s, as are letters where nothing is typed', async () => {
      await focus('#try-text');
      const { keyboard } = lab.page;
      for (const [held, key] of [['Control', 'k'], ['Alt', '/'], ['Meta', '/'], [undefined, 'Escape'], [undefined, 'F2'], [undefined, 'Shift']]) {
        await heard();
        if (held) await keyboard.down(held);
        await keyboard.press(key);
        if (held) await keyboard.up(held);
        assert.ok((await heard()).includes(`keydown ${key}`), `${held} ${key}`);
      }
      await heard();
      await keyboard.press('Tab');
      assert.ok((await heard()).includes('keydown Tab'));
      await focus('[data-part="step"]');
      await keyboard.press('g');
      assert.ok((await heard()).includes('keydown g'));
      await keyboard.press('s');
      assert.deepEqual(await taken(), ['s'], 'the host’s shortcuts work');
    });

    test('the element’s own shortcuts go on working: Ctrl+Z takes an edit back', async () => {
      const first = () => lab.page.evaluate(() => $('.sentences tbody textarea').value);
      const before = await first();
      await lab.fill('.sentences tbody textarea', 'Another sentence.');
      await focus('[data-part="redo"]');
      await focus('[data-part="add-row"]');
      await lab.page.keyboard.down('Control');
      await lab.page.keyboard.press('z');
      await lab.page.keyboard.up('Control');
      await lab.until('the edit to be taken back', (text) => $('.sentences tbody textarea').value === text, before);
      lab.assertQuiet();
      await lab.close();
    });

    test('an mdBook does not turn its page for a key that moves the chart’s cursor', async () => {
      lab = await openLab(session.browser, book.url, { page: 'held-out.html', shown: false });
      await untilReady();
      const here = lab.page.url();
      await focus(chart);
      await lab.page.keyboard.press('ArrowRight');
      await lab.page.keyboard.press('ArrowLeft');
      await focus('#try-text');
      await lab.page.evaluate(() => $('#try-text').select());
      await lab.page.keyboard.type('s/?');
      assert.equal(await lab.page.evaluate(() => $('#try-text').value), 's/?');
      assert.equal(lab.page.url(), here);
      // Outside of the element the same key turns the page.
      await lab.page.evaluate(() => $focus().blur());
      await lab.page.keyboard.press('ArrowLeft');
      for (let i = 0; lab.page.url() === here; i++) {
        assert.ok(i < 600, 'the book turns its page within a minute');
        await sleep(100);
      }
      await lab.close();
    });
  });
}
