// The examples for documentation systems, each with its own copy of the npm package: a Sphinx with Furo, an MkDocs with Material and
// an mdBook train, follow the system's switch of light and dark, keep their keys, and cover nothing of it on a phone.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSERS, launch } from './browser.mjs';
import { openPage, train, unpack, until } from './package.mjs';
import { startServer, WWW } from './server.mjs';

const TOOLS = fileURLToPath(new URL('../../target/tools/', import.meta.url));
const PYTHON_TOOL = (/** @type {string} */ name) => path.join(TOOLS, 'docs/bin', name);
const MDBOOK = process.env.MDBOOK ?? path.join(TOOLS, 'bin/mdbook');
const PHONE = { width: 390, height: 800 };

/**
 * tool: builds the pages of `folder` in `out`. copy: where the package lies among the sources. menu: the button that opens the list
 * of pages. dark: makes the reader's clicks that switch from light to dark; runs in the page.
 */
const SYSTEMS = {
  sphinx: {
    tool: PYTHON_TOOL('sphinx-build'),
    build: (folder, out) => ['-q', '-W', folder, out],
    copy: '_static/polytask',
    page: 'index.html',
    menu: 'header label[for="__navigation"]',
    async dark() {
      const button = [...document.querySelectorAll('.theme-toggle')].find((one) => one.checkVisibility());
      while (document.body.dataset.theme !== 'dark') button.click();
    },
  },
  mkdocs: {
    tool: PYTHON_TOOL('mkdocs'),
    build: (folder, out) => ['build', '-q', '--strict', '-f', path.join(folder, 'mkdocs.yml'), '-d', out],
    copy: 'docs/polytask',
    page: 'index.html',
    menu: 'header label[for="__drawer"]',
    async dark() {
      document.querySelector('label[for="__palette_1"]').click();
    },
  },
  mdbook: {
    tool: MDBOOK,
    build: (folder, out) => ['build', folder, '--dest-dir', out],
    copy: 'src/polytask',
    page: 'four-sentences.html',
    menu: '#mdbook-sidebar-toggle',
    async dark() {
      document.querySelector('#mdbook-theme-toggle').click();
      document.querySelector('#mdbook-theme-coal').click();
    },
  },
};

let folder, host;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'polytask-systems-'));
  for (const [system, { tool, build, copy }] of Object.entries(SYSTEMS)) {
    if (!existsSync(tool)) continue;
    const sources = path.join(folder, 'sources', system);
    cpSync(path.join(WWW, 'examples', system), sources, { recursive: true });
    unpack(path.join(sources, copy));
    // The example takes the library from another host; with a copy in the book, its comment says to write this.
    if (system === 'mdbook')
      writeFileSync(path.join(sources, 'theme/head.hbs'), '<script type="module" src="{{ path_to_root }}polytask/polytask-lab.js"></script>');
    execFileSync(tool, build(sources, path.join(folder, system)), { stdio: 'pipe', env: { ...process.env, NO_MKDOCS_2_WARNING: '1' } });
  }
  host = await startServer(folder);
});
after(async () => {
  await host?.close();
  if (folder) rmSync(folder, { recursive: true });
});

for (const [system, { tool, page: address, menu, dark }] of Object.entries(SYSTEMS)) {
  const skip = existsSync(tool) ? false : `${path.basename(tool)} is not installed`;

  test(`${system}: the package's README is no page`, { skip }, () => {
    for (const made of ['polytask/index.html', 'polytask/README/index.html', '_static/polytask/README.html', 'polytask/README.html'])
      assert.equal(existsSync(path.join(folder, system, made)), false, made);
  });

  for (const name of BROWSERS) {
    describe(`${system} in ${name}`, { skip }, () => {
      let session, page;
      const noise = [];

      before(async () => {
        session = await launch(name);
        page = await openPage(session.browser, noise);
        await page.setViewport({ width: 1200, height: 900 });
        await page.goto(`${host.url}${system}/${address}`);
      });
      after(() => session?.close());

      test('trains with the encoder of the package, in place of the text for readers without JavaScript', async () => {
        const totals = await train(page);
        assert.ok(totals.length >= 2 && totals.at(-1) < totals[0], String(totals));
        const loaded = await page.evaluate(() => window.heard.find(({ type }) => type === 'loaded')?.detail.encoder);
        assert.equal(loaded, 'all-MiniLM-L6-v2-small');
        assert.equal(await page.evaluate(() => document.querySelector('polytask-lab').firstElementChild.checkVisibility()), false);
      });

      test('is light or dark as the reader chooses in the page', async () => {
        /** How light its text is, from 0 to 1. */
        const lightness = () =>
          page.evaluate(() => {
            const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
            context.fillStyle = getComputedStyle(document.querySelector('polytask-lab').shadowRoot.querySelector('.lab')).color;
            context.fillRect(0, 0, 1, 1);
            return context.getImageData(0, 0, 1, 1).data.slice(0, 3).reduce((sum, one) => sum + one, 0) / 765;
          });
        assert.ok((await lightness()) < 0.4, String(await lightness()));
        await page.evaluate(dark);
        await until(page, 'the dark scheme', () => {
          const lab = document.querySelector('polytask-lab');
          return getComputedStyle(lab).colorScheme === 'dark';
        });
        assert.ok((await lightness()) > 0.6, String(await lightness()));
      });

      test('keeps the keys that a reader types into it', async () => {
        const field = () => document.querySelector('polytask-lab').shadowRoot.querySelector('textarea');
        await page.evaluate(`(${field})().focus()`);
        await page.evaluate(`(${field})().select()`);
        // In these systems they search, turn pages, and fold the list of pages.
        await page.keyboard.type('/sfnp?,.');
        for (const key of ['ArrowLeft', 'ArrowRight', 'ArrowRight']) await page.keyboard.press(key);
        assert.equal(await page.evaluate(`(${field})().value`), '/sfnp?,.');
        assert.equal(await page.evaluate(() => document.activeElement.localName), 'polytask-lab');
        assert.equal(new URL(page.url()).pathname, `/${system}/${address}`);
      });

      test('covers nothing of the page on a phone, and is not covered', async () => {
        await page.setViewport(PHONE);
        await page.reload();
        await until(page, 'the element', () => Boolean(document.querySelector('polytask-lab')?.shadowRoot?.querySelector('.bar')));
        await until(page, 'the menu button', (selector) => document.querySelector(selector)?.checkVisibility(), menu);
        const covered = await page.evaluate(async (selector) => {
          const [button, lab] = [document.querySelector(selector), document.querySelector('polytask-lab')];
          const from = scrollY + lab.getBoundingClientRect().top - innerHeight;
          const found = [];
          for (let top = from; top < from + innerHeight + lab.offsetHeight; top += 100) {
            scrollTo({ top, behavior: 'instant' });
            await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
            const box = button.getBoundingClientRect();
            const middle = [box.left + box.width / 2, box.top + box.height / 2];
            if (middle[1] > 0 && document.elementFromPoint(...middle)?.closest('polytask-lab')) found.push(top);
          }
          return found;
        }, menu);
        assert.deepEqual(covered, [], 'where one has scrolled to when the element covers the menu button');

        const hit = await page.evaluate(() => {
          const { shadowRoot } = document.querySelector('polytask-lab');
          const button = shadowRoot.querySelector('[data-part="train"], .bar button');
          button.scrollIntoView({ block: 'center', behavior: 'instant' });
          const box = button.getBoundingClientRect();
          const at = shadowRoot.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
          return { isHit: button === at || button.contains(at), right: box.right };
        });
        assert.ok(hit.isHit && hit.right <= PHONE.width, JSON.stringify(hit));
      });

      test('says nothing on the console', () => assert.deepEqual(noise.filter((line) => !/favicon|404/.test(line)), []));
    });
  }
}
