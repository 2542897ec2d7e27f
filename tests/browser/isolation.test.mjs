// A host that sends no headers: the service worker isolates the pages with the element, which then compute on all cores.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { startServer, WWW } from './server.mjs';

const HTML = readFileSync(path.join(WWW, 'index.html'), 'utf8');
/** A reader who saves data: nothing begins by itself. */
const savesData = () => Object.defineProperty(navigator, 'connection', { value: { saveData: true } });
const isIsolated = () => crossOriginIsolated;

for (const name of BROWSERS) {
  describe(name, { skip: availableParallelism() < 2 }, () => {
    let server, session;

    before(async () => {
      const plain = '<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">';
      // The site is a folder of the host.
      server = await startServer(path.dirname(WWW), {
        pages: {
          '/elsewhere.html': plain,
          '/www/notes.html': plain,
          '/www/images.html': `${plain}<img alt="" src="http://127.0.0.1:9/"><script type="module" src="polytask-lab.js"></script><polytask-lab views="controls encoder"></polytask-lab>`,
          '/www/off.html': HTML.replace('<html ', "<html data-isolation='off' "),
          '/www/off-script.html': HTML.replace('<script type="module" src="polytask-lab.js"', '<script type="module" data-isolation="off" src="polytask-lab.js"'),
        },
      });
      session = await launch(name);
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    /** Opens a page; `fresh`: in a profile that no service worker is in yet. */
    async function open(file, { fresh = false, ...options } = {}) {
      const browser = fresh ? await session.browser.createBrowserContext() : session.browser;
      return openLab(browser, server.url, { page: file, fetches: false, shown: false, ...options });
    }
    /** Waits for isolation, also while the page is being loaded again. */
    async function untilIsolated(lab) {
      for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) if (await lab.page.evaluate(isIsolated).catch(() => false)) return;
      assert.fail('waited 60 s for isolation');
    }
    /** How often a page was loaded in this tab. */
    const loads = (lab) => lab.page.evaluate(() => Number(sessionStorage.loads));
    const counted = 'sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1;';

    test('an untouched page is loaded again once, when the service worker has taken over, and trains on all cores', async () => {
      const lab = await open('www/', { before: `(${savesData})(); ${counted}` });
      await untilIsolated(lab);
      await lab.untilShown();
      await lab.untilStatus('ready');
      assert.equal(await lab.page.evaluate(() => $part('encoder').dataset.build), 'threads');
      assert.match(await lab.text('encoder-threads'), /^[2-8] threads$/);
      await lab.press('step');
      await lab.until('a step', () => window.runEvents.some(({ type }) => type === 'step'), undefined, 240);
      await lab.until('everything to be kept', () => document.documentElement.dataset.offline === 'ready');
      assert.equal(await loads(lab), 2);
      await lab.close();
    });

    test('a page that has begun is left alone; the next time that it is opened it is isolated', async () => {
      const lab = await open('www/', { fresh: true, before: counted });
      await lab.until('everything to be kept', () => document.documentElement.dataset.offline === 'ready');
      assert.equal(await loads(lab), 1);
      await lab.page.reload();
      await untilIsolated(lab);
      await lab.close();
    });

    test('other pages with the element are isolated too; those that opt out, have none, or are elsewhere are untouched', async () => {
      for (const [file, isolated] of [
        ['www/lab.html', true],
        ['www/images.html', true],
        ['www/off.html', false],
        ['www/off-script.html', false],
        ['www/notes.html', false],
        ['elsewhere.html', false],
      ]) {
        const lab = await open(file);
        const { found, controlled } = await lab.page.evaluate(() => ({ found: crossOriginIsolated, controlled: navigator.serviceWorker.controller !== null }));
        assert.deepEqual([found, controlled], [isolated, file.startsWith('www/')], file);
        await lab.close();
      }
      const lab = await open('www/off.html', { before: `(${savesData})(); ${counted}` });
      await lab.until('everything to be kept', () => document.documentElement.dataset.offline === 'ready');
      assert.deepEqual([await loads(lab), await lab.page.evaluate(isIsolated)], [1, false]);
      await lab.untilShown();
      await lab.untilStatus('ready');
      assert.equal(await lab.text('encoder-threads'), '1 thread');
      await lab.close();
    });
  });
}
