// Releases of the page on a plain static host, in a subfolder: every page load is of one release, whatever is put on the host
// meanwhile, on a slow network and without any too; no page waits for the network, and nothing old is kept.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { startServer, WWW } from './server.mjs';

const RELEASE = fileURLToPath(new URL('../../build/release.mjs', import.meta.url));
/** Code that all modules of a release begin with: it says which it is, also from a worker. */
const stamp = (release) =>
  `if (globalThis.document) (globalThis.modules ??= []).push(${release}); else new BroadcastChannel('modules').postMessage(${release});\n`;
/** Listens to what the modules of workers say. */
const LISTEN = () => {
  window.workers = [];
  new BroadcastChannel('modules').onmessage = ({ data }) => window.workers.push(data);
};

for (const name of BROWSERS) {
  describe(name, () => {
    let folder, site, server, session, lab;
    /** The page's scripts as they are written, by their names. */
    const scripts = new Map();

    before(async () => {
      folder = await mkdtemp(path.join(tmpdir(), 'polytask-release-'));
      site = path.join(folder, 'docs/polytask');
      await cp(WWW, site, { recursive: true, filter: (file) => !/\/(models|examples)$/.test(file) });
      const entries = await readdir(site, { recursive: true });
      for (const file of entries.filter((file) => file.endsWith('.js') && file !== 'sw.js'))
        scripts.set(file, await readFile(path.join(site, file), 'utf8'));
      scripts.set('index.html', await readFile(path.join(site, 'index.html'), 'utf8'));
      await deploy(1);
      server = await startServer(folder, { pages: { '/elsewhere.html': '<!doctype html><title>Elsewhere</title>' } });
      session = await launch(name);
      lab = await open();
      await kept(lab);
    });
    after(async () => {
      await session?.close();
      await server?.close();
      if (folder) await rm(folder, { recursive: true });
    });

    const open = (before = LISTEN) => openLab(session.browser, server.url, { page: 'docs/polytask/', fetches: false, before });
    const kept = (lab) => lab.until('everything to be kept', () => document.documentElement.dataset.offline === 'ready');

    /** Puts a release on the host: all its scripts and the page itself are others. */
    async function deploy(release) {
      for (const [file, text] of scripts) {
        const changed = file.endsWith('.html') ? text.replace('<html ', `<html data-release="${release}" `) : stamp(release) + text;
        await writeFile(path.join(site, file), changed);
      }
      execFileSync('node', [RELEASE, site]);
    }

    /** The releases that a page and its worker were loaded from. */
    async function loadedFrom(lab) {
      await kept(lab);
      const found = await lab.page.evaluate(() => ({
        page: Number(document.documentElement.dataset.release),
        modules: [...new Set(window.modules)],
        workers: [...new Set(window.workers)],
      }));
      assert.deepEqual(found.modules, [found.page]);
      assert.deepEqual(found.workers, [found.page]);
      return found.page;
    }

    /** What the page gets for a file that it asks for now. */
    const asked = (lab, file) => lab.page.evaluate(async (address) => (await fetch(address)).text(), file);
    const saysRelease = (text, release) => assert.ok(text.startsWith(stamp(release)), text.slice(0, 200));
    const offers = (lab) => lab.page.evaluate(() => !document.querySelector('.newer > div').hidden);

    /** Has the worker look for a newer release, as for a reader who comes back; settles when it says that one is stored. */
    async function look(lab) {
      await lab.page.evaluate(async () => {
        navigator.serviceWorker.addEventListener('message', () => (window.told = true), { once: true });
        window.told = false;
        (await navigator.serviceWorker.ready).active.postMessage({ look: true });
      });
      await lab.until('a newer release', () => window.told);
    }

    // Run in the page: the clients whose release the service worker knows, in their order; whether one is not among them.
    const clients = async () => Object.keys((await (await (await caches.open('polytask-page')).match('release.state')).json()).clients);
    const isForgotten = async (id) => !(await (await (await caches.open('polytask-page')).match('release.state')).text()).includes(id);

    test('the files of a release are all that the page asks for', async () => {
      const { files } = JSON.parse(await readFile(path.join(site, 'release.json'), 'utf8'));
      const others = [...server.requests.keys()]
        .map((file) => file.slice('/docs/polytask/'.length) || 'index.html')
        .filter((file) => !(file in files) && !file.startsWith('models/'));
      assert.deepEqual(others.sort(), ['release.json', 'sw.js']);
      assert.equal(await loadedFrom(lab), 1);
      assert.equal(await offers(lab), false);
    });

    test('an open page keeps its release when another is put on the host; the next load has the whole new one', async () => {
      await deploy(2);
      saysRelease(await asked(lab, 'views/map.js'), 1);
      saysRelease(await asked(lab, 'engine/worker.js'), 1);
      // A new page waits for no network, so the newer release is stored first.
      await look(lab);
      const other = await open();
      assert.equal(await loadedFrom(other), 2);
      saysRelease(await asked(lab, 'views/map.js'), 1);
      assert.equal(await offers(lab), true);
      assert.equal(await lab.page.evaluate(() => document.querySelector('.newer p').textContent), 'A new version of this page is ready.');
      assert.equal(await offers(other), false);
      await other.close();

      await lab.page.evaluate(() => document.querySelectorAll('.newer button')[1].click());
      await look(lab);
      assert.equal(await offers(lab), false, 'Later: the same release is not offered again');
      await Promise.all([lab.page.waitForNavigation(), lab.page.evaluate(() => document.querySelector('.newer button').click())]);
      assert.equal(await loadedFrom(lab), 2);
    });

    test('a page has the whole release that is here while a newer one is on its way, and is told of that when it is stored', async () => {
      await deploy(3);
      server.holdBack('views/map.js', 100);
      await lab.page.reload();
      assert.equal(await loadedFrom(lab), 2);
      assert.equal(await offers(lab), false);
      server.letGo();
      await lab.until('the offer', () => !document.querySelector('.newer > div').hidden);
      saysRelease(await asked(lab, 'views/map.js'), 2);
      await lab.page.reload();
      assert.equal(await loadedFrom(lab), 3);
    });

    test('a page that comes out of the back/forward cache after the worker forgot it is of the new release', async () => {
      // An open channel would keep a page out of that cache.
      const before = await lab.page.evaluate(clients);
      const away = await open(() => {});
      await kept(away);
      const [id] = (await lab.page.evaluate(clients)).filter((client) => !before.includes(client));
      await away.page.evaluate(() => addEventListener('pageshow', ({ persisted }) => (sessionStorage.persisted = persisted)));
      await away.page.goto(`${server.url}elsewhere.html`);
      await deploy(4);
      await look(lab);
      await lab.page.reload();
      assert.equal(await loadedFrom(lab), 4);
      await lab.until('the worker to forget the page', isForgotten, id);
      // The page may be gone before it can answer; so may it in what follows, as it is loaded anew.
      await away.page.evaluate(() => void setTimeout(() => history.back()));
      const isThere = () => document.documentElement.dataset.release === '4' && document.documentElement.dataset.offline === 'ready';
      for (const end = Date.now() + 60_000; !(await away.page.evaluate(isThere).catch(() => false)); await sleep(50))
        assert.ok(Date.now() < end, 'the page of the new release within 60 s');
      // Firefox loads a page anew whose worker holds a lock (engine/lifeline.js).
      if (name === 'chromium') assert.equal(await away.page.evaluate(() => sessionStorage.persisted), 'true');
      await away.close();
    });

    test('of earlier releases nothing is kept, nor of what is kept a second copy', async () => {
      const once = async () => {
        const addresses = await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)));
        window.stored = addresses.flat().map((url) => new URL(url).pathname);
        return new Set(window.stored).size === window.stored.length;
      };
      await lab.until('each file once', once, undefined, 30);
      const paths = await lab.page.evaluate(() => window.stored);
      const { files } = JSON.parse(await readFile(path.join(site, 'release.json'), 'utf8'));
      const missing = Object.keys(files).filter((file) => !file.startsWith('pkg/') && !paths.includes(`/docs/polytask/${file}`));
      assert.deepEqual(missing, []);
    });

    test('a file that is not stored reaches the page as it comes; one of another release breaks off', async () => {
      // Of builds that no page has used.
      const [large, replaced] = ['pkg/large/polytask_bg.wasm', 'pkg/replaced/polytask_bg.wasm'];
      const size = 3_000_000;
      for (const file of [large, replaced]) {
        await mkdir(path.dirname(path.join(site, file)));
        await writeFile(path.join(site, file), Buffer.alloc(size, 7));
      }
      await deploy(5);
      await look(lab);
      await lab.page.reload();
      assert.equal(await loadedFrom(lab), 5);

      server.holdBack(large, 100_000);
      const first = await lab.page.evaluate(async (file) => {
        const response = await fetch(file);
        window.reader = response.body.getReader();
        return (await window.reader.read()).value.length;
      }, large);
      assert.ok(first > 0 && first <= 100_000, `${first} bytes before the rest is let go`);
      server.letGo();
      const rest = await lab.page.evaluate(async () => {
        for (let sum = 0; ; ) {
          const { done, value } = await window.reader.read();
          if (done) return sum;
          sum += value.length;
        }
      });
      assert.equal(first + rest, size);

      await writeFile(path.join(site, replaced), Buffer.alloc(size, 8));
      const read = (file) => lab.page.evaluate(async (address) => (await fetch(address)).arrayBuffer().then(({ byteLength }) => byteLength, () => 'broken off'), file);
      assert.equal(await read(replaced), 'broken off');
      assert.equal(await read(large), size);
    });

    test('without a network the page is there as a whole', async () => {
      await server.close();
      await lab.page.reload();
      await lab.untilShown(false);
      assert.equal(await loadedFrom(lab), 5);
    });
  });
}
