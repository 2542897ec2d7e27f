// "Embed it": the page's snippets can be copied and its example lives, in German too. What it says of the element is held
// against the element in tests/node/embed.test.mjs.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, sleep } from './browser.mjs';
import { collectNoise } from './pages.mjs';
import { startServer, WWW } from './server.mjs';
import german from '../../www/strings/embed.de.js';

const read = (file) => readFile(path.join(WWW, file), 'utf8');
const html = await read('embed.html');

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, page;
    const noise = [];

    before(async () => {
      server = await startServer();
      session = await launch(name);
      page = await session.browser.newPage();
      collectNoise(page, noise);
      await page.evaluateOnNewDocument(() => {
        window.steps = 0;
        document.addEventListener('polytask-step', () => (window.steps += 1));
        // What the clipboard was last given: tests have no permission to read it.
        navigator.clipboard.writeText = async (text) => void (window.copied = text);
      });
      await page.goto(`${server.url}embed.html`);
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    test('a snippet is copied whole, with the address of this site', async () => {
      await page.evaluate(() => document.querySelector('#one-tag .copy').click());
      const copied = await page.evaluate(() => window.copied);
      assert.ok(copied.startsWith(`<script type="module" src="${server.url}polytask-lab.js"></script>`), copied);
    });

    test('the snippet and the living example are the same tag', async () => {
      const [written, made] = await page.evaluate(() => {
        const parsed = new DOMParser().parseFromString(document.querySelector('#one-tag pre').textContent, 'text/html');
        const attributes = (element) =>
          Object.fromEntries(['preset', 'views'].map((name) => [name, element.getAttribute(name)]));
        return [parsed, document].map((where) => attributes(where.querySelector('polytask-lab')));
      });
      assert.deepEqual(made, written);
    });

    test('the colours are those that the reader chose in the article', async () => {
      const ground = () => getComputedStyle(document.body).backgroundColor;
      const grounds = [];
      for (const theme of ['light', 'dark']) {
        await page.evaluate((chosen) => localStorage.setItem('polytask-theme', chosen), theme);
        await page.reload();
        grounds.push(await page.evaluate(ground));
        assert.equal(await page.evaluate(() => document.querySelector('polytask-lab').getAttribute('theme')), theme);
      }
      assert.notEqual(...grounds);
    });

    test('the example trains, and answers in words', async () => {
      await page.evaluate(() => void document.querySelector('polytask-lab').train());
      for (let i = 0; (await page.evaluate(() => window.steps)) < 2; i++) {
        assert.ok(i < 1200, 'two steps within two minutes');
        await sleep(100);
      }
      const { tasks } = await page.evaluate(() => document.querySelector('polytask-lab').predict('The soup was cold.'));
      for (const { label } of Object.values(tasks)) assert.match(label, /^[a-z]{3,}/i);
    });

    for (const width of [390, 1024, 1600]) {
      test(`${width} px: nothing scrolls sideways but snippets and tables, and axe finds nothing serious`, async () => {
        await assertFits(page, width);
      });
    }

    /** The snippets, and all that is translated. */
    const said = () =>
      page.evaluate(() => {
        const inside = (selector) => Array.from(document.querySelectorAll(selector), (element) => element.innerHTML);
        return { snippets: inside('pre'), texts: inside('[data-s]'), label: document.querySelector('main nav').ariaLabel };
      });
    const choose = async (language) => {
      await page.evaluate((tag) => document.querySelector(`.languages a[hreflang="${tag}"]`).click(), language);
      await untilSpoken(page, language);
    };

    test('German takes the place of English, and English its own again; the example goes on, snippets stay', async () => {
      const before = await said();
      const steps = await page.evaluate(() => window.steps);
      await choose('de');
      const after = await said();
      assert.deepEqual(after.snippets, before.snippets);
      assert.equal(after.label, german.contents);
      const [title, heading] = await page.evaluate(() => [document.title, document.querySelector('h1').textContent]);
      assert.deepEqual([title, heading], [german['page-title'], german.title]);
      assert.equal(await page.evaluate(() => document.querySelector('polytask-lab').lang), 'de');
      const { step } = await page.evaluate(() => document.querySelector('polytask-lab').state);
      assert.ok(step >= steps, 'the run is the same');
      await choose('en');
      assert.deepEqual(await said(), before);
    });

    test('the buttons that copy speak the reader’s language, also while they say that they did', async () => {
      await choose('de');
      const [before, copied, after, selected, selection] = await page.evaluate(async () => {
        const button = document.querySelector('#files .copy');
        const says = () => [button.innerText, document.querySelector('[role="status"]').textContent];
        /** Waits until it says something else, and in both places: what it says then. */
        const next = async () => {
          const was = says();
          while (says().some((text, i) => text === was[i])) await new Promise((resolve) => setTimeout(resolve, 20));
          return says();
        };
        const before = says();
        button.click();
        const copied = await next();
        const after = await next();
        navigator.clipboard.writeText = () => Promise.reject(new Error('there is none'));
        button.click();
        return [before, copied, after, await next(), getSelection().toString()];
      });
      assert.deepEqual([before, after], [[german.copy, ''], [german.copy, '']]);
      assert.deepEqual(copied, [german.copied, `${german.copied}.`]);
      assert.deepEqual(selected, [german.selected, `${german.selected}.`]);
      assert.equal(selection, './build.sh encoder polytask/models/all-MiniLM-L6-v2');
    });

    test('390 px, in German: nothing scrolls sideways but snippets and tables, and axe finds nothing serious', async () => {
      await assertFits(page, 390);
    });

    test('the page comes in the language that was chosen', async () => {
      await page.reload();
      await untilSpoken(page, 'de');
      assert.equal(await page.evaluate(() => document.querySelector('h1').textContent), german.title);
    });

    test('the console is empty', () => assert.deepEqual(noise, []));
  });
}

async function untilSpoken(page, language) {
  for (let i = 0; (await page.evaluate(() => document.documentElement.lang)) !== language; i++) {
    assert.ok(i < 600, `${language} within a minute`);
    await sleep(100);
  }
}

/** Nothing is wider than the window, and axe finds nothing serious. */
async function assertFits(page, width) {
  await page.setViewport({ width, height: 900 });
  await sleep(300);
  const overflow = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  assert.equal(await page.evaluate(overflow), 0);
  assert.deepEqual(await violations(page), []);
}

/** What axe-core finds serious. */
async function violations(page) {
  await page.evaluate(await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8'));
  const results = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
}
