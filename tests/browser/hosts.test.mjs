// The element in other people's pages: an mdBook, a plain page and a frame (www/examples), each on an origin of its own, with
// the library on another and no headers but the one that lets it be read from there.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSERS, launch, sleep } from './browser.mjs';
import { unpack } from './package.mjs';
import { collectNoise, toldPolicy } from './pages.mjs';
import { SITE, startServer, WWW } from './server.mjs';

const MDBOOK = process.env.MDBOOK ?? fileURLToPath(new URL('../../target/tools/bin/mdbook', import.meta.url));
/** Where the examples say that the library lies. */
const WRITTEN = 'http://127.0.0.1:8080/';
const EXAMPLES = ['mdbook', 'plain', 'frame'];

let library, folder, host, isolated;
/** How often each example says where the library lies. */
const said = {};

before(async () => {
  library = await startServer(SITE, { cors: true });
  folder = await mkdtemp(path.join(tmpdir(), 'polytask-hosts-'));
  for (const example of EXAMPLES) {
    const copy = path.join(folder, example);
    await cp(path.join(WWW, 'examples', example), copy, { recursive: true });
    said[example] = await pointTo(library.url, copy);
  }
  const book = path.join(folder, 'book');
  await writeFile(path.join(folder, 'plain/strict.html'), await withPolicy(path.join(folder, 'plain/index.html')));
  await ownCopy();
  execFileSync(MDBOOK, ['build', path.join(folder, 'mdbook'), '--dest-dir', book], { stdio: 'pipe' });
  host = await startServer(folder);
  isolated = await startServer(folder, { isolated: true });
});
after(async () => {
  await isolated?.close();
  await host?.close();
  await library?.close();
  if (folder) await rm(folder, { recursive: true });
});

/** Writes the library's real address into an example, as its reader is told to; says how many places that took. */
async function pointTo(address, directory) {
  let places = 0;
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    const parts = (await readFile(file, 'utf8')).split(WRITTEN);
    places += parts.length - 1;
    await writeFile(file, parts.join(address));
  }
  return places;
}

/** The npm package in the page's own folder, and a page that takes all but the encoder from there. */
async function ownCopy() {
  unpack(path.join(folder, 'plain/polytask'));
  const html = await readFile(path.join(folder, 'plain/index.html'), 'utf8');
  const page = html
    .replace(`${library.url}polytask-lab.js`, 'polytask/polytask-lab.js')
    .replace('<polytask-lab ', `<polytask-lab encoder="${library.url}models/all-MiniLM-L6-v2" `);
  await writeFile(path.join(folder, 'plain/own.html'), page);
}

/** A page under the policy that "Embed it" says is enough, and which allows nothing but that and the page's own files. */
async function withPolicy(file) {
  const policy = toldPolicy(library.url).replace('script-src', "script-src 'self'");
  const whole = `default-src 'none'; style-src 'self'; ${policy}`;
  const html = await readFile(file, 'utf8');
  return html.replace('<head>', `<head><meta http-equiv="Content-Security-Policy" content="${whole}">`);
}

test('each example says in one place where the library lies', () => {
  assert.deepEqual(said, { mdbook: 1, plain: 1, frame: 1 });
});

test('the book says without JavaScript what one would see', async () => {
  const html = await readFile(path.join(folder, 'book/four-sentences.html'), 'utf8');
  const inside = html.match(/<polytask-lab [^>]*>([^]*?)<\/polytask-lab>/)?.[1];
  assert.match(inside, /<table>[^]*1\.7384[^]*<\/table>/);
});

for (const name of BROWSERS) {
  describe(name, () => {
    let session, page;
    /** What the consoles of the pages said. */
    const noise = [];

    before(async () => {
      session = await launch(name);
    });
    after(() => session?.close());

    /** Opens one of the host's pages in place of the one before, with an ear on every event of every element in it. */
    const open = async (address, from = host) => {
      await page?.close();
      page = await session.browser.newPage();
      collectNoise(page, noise);
      await page.setViewport({ width: 1100, height: 900 });
      await page.evaluateOnNewDocument(() => {
        window.heard = [];
        for (const type of ['start', 'step', 'evaluation', 'end', 'error'])
          document.addEventListener(`polytask-${type}`, (event) => window.heard.push({ type, detail: event.detail }));
      });
      await page.goto(from.url + address);
    };

    /** Trains the element of a page or frame for two steps or more, and gives back the totals of their losses. */
    const train = async (frame) => {
      await until('the element', () => frame.evaluate(() => Boolean(document.querySelector('polytask-lab')?.train)));
      await frame.evaluate(() => void document.querySelector('polytask-lab').train());
      await until('two steps', () => frame.evaluate(() => window.heard.filter(({ type }) => type === 'step').length >= 2));
      const heard = await frame.evaluate(() => window.heard);
      assert.deepEqual(heard.filter(({ type }) => type === 'error'), []);
      return heard.filter(({ type }) => type === 'step').map(({ detail }) => detail.total);
    };

    test('an mdBook trains', async () => {
      await open('book/four-sentences.html');
      assert.notEqual(new URL(page.url()).origin, new URL(library.url).origin);
      const [first, second] = await train(page);
      assert.ok(second < first, `${first}, then ${second}`);
      assert.equal(await shown(page, 'polytask-lab table'), false, 'what stands in for the element gives way to it');
    });

    test('its text has the reader’s size, whatever the book’s root has', async () => {
      const sizes = await page.evaluate(() => {
        const button = document.querySelector('polytask-lab').shadowRoot.querySelector('button');
        return [document.documentElement, button].map((element) => getComputedStyle(element).fontSize);
      });
      assert.deepEqual(sizes, ['10px', '13px']);
    });

    test('the arrow keys that turn a book’s pages move the caret in the element’s fields', async () => {
      await page.evaluate(() => {
        const field = document.querySelector('polytask-lab').shadowRoot.querySelector('textarea');
        field.focus();
        field.setSelectionRange(1, 1);
      });
      await page.keyboard.press('ArrowRight');
      await sleep(300);
      assert.match(page.url(), /four-sentences\.html$/);
      const caret = () => document.querySelector('polytask-lab').shadowRoot.activeElement.selectionStart;
      assert.equal(await page.evaluate(caret), 2);
    });

    test('a plain page trains, and hears of it', async () => {
      await open('plain/index.html');
      await train(page);
      const hears = () => /topic \d+ %/.test(document.getElementById('heard').textContent);
      await until('what it hears', () => page.evaluate(hears));
    });

    test('a page with its own copy of the npm package needs nothing of others but the encoder', async () => {
      const before = new Map(library.requests);
      await open('plain/own.html');
      await train(page);
      const asked = [...library.requests].filter(([file, times]) => times !== before.get(file)).map(([file]) => file);
      assert.ok(asked.length > 0);
      assert.deepEqual(asked.filter((file) => !file.startsWith('/models/')), []);
    });

    test('the policy that the page on embedding names is enough', async () => {
      await open('plain/strict.html');
      await train(page);
    });

    test('an isolated page gets the threads, from another origin too', async () => {
      const before = library.count('pkg/threads/polytask_bg.wasm');
      await open('plain/index.html', isolated);
      assert.ok(await page.evaluate(() => crossOriginIsolated));
      await train(page);
      const wanted = availableParallelism() > 1 ? 1 : 0;
      assert.equal(library.count('pkg/threads/polytask_bg.wasm') - before, wanted);
    });

    test('a frame trains what its address asks for', async () => {
      await open('frame/index.html');
      await page.evaluate(() => document.querySelector('iframe').scrollIntoView());
      const inside = () => page.frames().find((frame) => frame.url().startsWith(`${library.url}examples/frame/lab.html`));
      await until('the frame', inside);
      await train(inside());
      const start = await inside().evaluate(() => window.heard.find(({ type }) => type === 'start').detail);
      assert.deepEqual(start.tasks.map((task) => task.name), ['intent', 'urgency', 'tone']);
    });

    test('a sandboxed frame trains too', async () => {
      await page.setContent(`<iframe sandbox="allow-scripts" src="${library.url}lab.html" width="900" height="800"></iframe>`);
      const inside = () => page.frames().find((frame) => frame.url() === `${library.url}lab.html`);
      await until('the frame', inside);
      await train(inside());
    });

    test('a frame’s address cannot say where code or data come from, and is told so, as is one that is misspelt', async () => {
      const address = `${library.url}examples/frame/lab.html?base=${host.url}&encoder=${host.url}&src=${host.url}&<b>seeds=1&seed=7`;
      await page.goto(address);
      await until('the element', () => page.evaluate(() => Boolean(document.querySelector('polytask-lab'))));
      assert.deepEqual(await page.evaluate(() => document.querySelector('polytask-lab').getAttributeNames().filter((name) => name !== 'status')), ['seed']);
      const told = await page.evaluate(() => Array.from(document.querySelectorAll('body > p'), (line) => line.textContent));
      assert.deepEqual(told, ['base', 'encoder', 'src', '<b>seeds'].map((name) =>
        `The frame's address asks for "${name}", which it cannot set: it can set preset, tasks, weighting, epochs, seed, views, autostart, theme, lang.`));
    });

    test('nothing of it says a word on the console', () => assert.deepEqual(noise, []));
  });
}

/** Whether an element takes up room. */
const shown = (page, selector) =>
  page.evaluate((what) => document.querySelector(what).getClientRects().length > 0, selector);

/** Waits for something to be true, ten times a second. */
async function until(what, test, seconds = 240) {
  const end = Date.now() + 1000 * seconds;
  while (!(await test())) {
    if (Date.now() > end) assert.fail(`waited ${seconds} s for ${what}`);
    await sleep(100);
  }
}
