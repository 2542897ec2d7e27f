// The example for React and Vite, with the npm package: while one develops and built, in Chromium and Firefox.

import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { BROWSERS, launch } from './browser.mjs';
import { openPage, train, unpack, until } from './package.mjs';
import { WWW } from './server.mjs';

/** Vite and React are in its node_modules (need_react in build/setup.sh). */
const APP = fileURLToPath(new URL('../../target/tools/react', import.meta.url));
/** What isolates a page, so that its threads may share memory; and a policy that allows nothing but the page's own files. */
const HEADERS = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src data:",
};

let dev, built;
/** What Vite warned of. */
const warned = [];

before(async () => {
  const installed = path.join(APP, 'node_modules');
  if (!existsSync(installed)) throw new Error('Vite and React are missing; ./build.sh step need_react installs them');
  for (const entry of readdirSync(APP)) if (entry !== 'node_modules') rmSync(path.join(APP, entry), { recursive: true });
  cpSync(path.join(WWW, 'examples/react'), APP, { recursive: true, filter: (source) => !source.includes('node_modules') });
  rmSync(path.join(installed, '.vite'), { recursive: true, force: true });
  rmSync(path.join(installed, 'polytask'), { recursive: true, force: true });
  unpack(path.join(installed, 'polytask'));

  const vite = await import(pathToFileURL(path.join(installed, 'vite/dist/node/index.js')).href);
  const customLogger = vite.createLogger('warn');
  // It also warns of a build that a busy machine makes slow.
  for (const level of ['warn', 'warnOnce', 'error']) customLogger[level] = (text) => /TIMINGS/.test(text) || warned.push(text);
  const common = { root: APP, customLogger, logLevel: 'warn' };
  await vite.build(common);
  dev = await (await vite.createServer({ ...common, server: { host: '127.0.0.1', port: 0 } })).listen();
  built = await vite.preview({ ...common, preview: { host: '127.0.0.1', port: 0, headers: HEADERS } });
});
after(async () => {
  await dev?.close();
  await built?.close();
});

const addressOf = ({ httpServer }) => `http://127.0.0.1:${httpServer.address().port}/`;

for (const name of BROWSERS) {
  describe(name, () => {
    let session, page;
    const noise = [];
    const asked = new Set();

    before(async () => {
      session = await launch(name, { network: true });
      page = await openPage(session.browser, noise, asked);
    });
    after(() => session?.close());

    /** What the page's buttons look like, and what React heard. */
    const look = () =>
      page.evaluate(() => {
        const lab = document.querySelector('polytask-lab');
        const button = lab.shadowRoot.querySelector('.bar button');
        return { radius: getComputedStyle(button).borderTopLeftRadius, heard: document.querySelector('#loss').textContent };
      });
    const workers = () => page.evaluate(() => window.workers.size);
    const goTo = (hash) => page.evaluate((to) => void (location.hash = to), hash);

    test('while one develops, the element is styled and trains, and React hears its events', async () => {
      await page.goto(addressOf(dev));
      const totals = await train(page);
      assert.ok(totals.length >= 2 && totals.at(-1) < totals[0], String(totals));
      const { radius, heard } = await look();
      assert.notEqual(radius, '0px');
      assert.match(heard, /^React heard of a loss of \d/);
    });

    test('one worker serves it, although StrictMode mounts twice', async () => assert.equal(await workers(), 1));

    test('the worker ends when React takes the element out, and a new one serves the next', async () => {
      await goTo('#/about');
      await until(page, 'the other page', () => !document.querySelector('polytask-lab'));
      await until(page, 'the end of the worker', () => window.workers.size === 0);
      await goTo('#/');
      await train(page);
      assert.equal(await workers(), 1);
    });

    test('the worker also ends when the element is taken out before it has loaded', async () => {
      await goTo('#/about');
      await until(page, 'the end of the worker', () => window.workers.size === 0);
      await page.evaluate(() => {
        const made = window.Worker;
        window.Worker = class extends made {
          constructor(...given) {
            super(...given);
            location.hash = '#/about';
          }
        };
      });
      await goTo('#/');
      await until(page, 'the other page', () => location.hash === '#/about' && !document.querySelector('polytask-lab'));
      await until(page, 'the end of the worker', () => window.workers.size === 0);
    });

    test('built, it trains under a strict policy, with threads where the page is isolated, and asks no other host', async () => {
      asked.clear();
      await page.goto(addressOf(built));
      assert.ok(await page.evaluate(() => crossOriginIsolated));
      const totals = await train(page);
      assert.ok(totals.at(-1) < totals[0], String(totals));
      assert.notEqual((await look()).radius, '0px');
      // The worker, and its threads on a machine with several cores.
      const cores = await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency));
      assert.equal(await workers(), cores > 1 ? 1 + cores : 1);
      // What the page before asked of its own server may be told late.
      const own = [dev, built].map((server) => new URL(addressOf(server)).origin);
      const others = [...asked].filter((origin) => !own.includes(origin) && origin !== 'null');
      assert.deepEqual(others, []);
    });

    test('neither Vite nor the console complains', () => assert.deepEqual([...warned, ...noise], []));
  });
}
