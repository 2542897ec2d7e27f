// The npm package on a host of its own that serves nothing else, as a CDN does: one tag in a page of another origin.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch } from './browser.mjs';
import { openPage, train, unpack, until } from './package.mjs';
import { toldPolicy } from './pages.mjs';
import { trainedModel } from './saved-model.mjs';
import { startServer } from './server.mjs';

let folder, cdn, closed, host, isolated, model;

before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'polytask-cdn-'));
  unpack(path.join(folder, 'polytask'));
  cdn = await startServer(folder, { cors: true });
  closed = await startServer(folder);
  const tag = '<polytask-lab preset="notebook" views="controls losses try"><p>The text that stands in.</p></polytask-lab>';
  const page = (script, head = '') =>
    `<!doctype html><meta charset="utf-8"><title>A page</title>${head}<link rel="icon" href="data:,">${script}${tag}`;
  const policy = (content) => `<meta http-equiv="Content-Security-Policy" content="${content}">`;
  const module = `<script type="module" src="${cdn.url}polytask/polytask-lab.js"></script>`;
  const pages = {
    '/module.html': page(module),
    '/strict.html': page(module, policy(`default-src 'none'; ${toldPolicy(`${cdn.url}polytask/`)} require-trusted-types-for 'script'; trusted-types polytask`)),
    '/model.html': '<!doctype html><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">',
    '/loader.html': page(`<script src="${cdn.url}polytask/load.js" async></script>`),
    '/closed.html': page(`<script src="${closed.url}polytask/load.js" async></script>`),
    '/forbidden.html': page(`<script src="${closed.url}polytask/load.js" async></script>`, policy(`script-src ${closed.url}polytask/load.js`)),
  };
  host = await startServer(folder, { pages });
  isolated = await startServer(folder, { pages, isolated: true });
  model = await trainedModel('tickets');
  for (const server of [host, isolated]) server.answer('/model/', (file) => ({ body: model.files[file] }));
});
after(async () => {
  for (const server of [cdn, closed, host, isolated]) await server?.close();
  if (folder) rmSync(folder, { recursive: true });
});

for (const name of BROWSERS) {
  describe(name, () => {
    let session, page;
    const noise = [];
    /** Origins that the pages asked. */
    const asked = new Set();

    before(async () => {
      session = await launch(name, { network: true });
    });
    after(() => session?.close());

    const open = async (address, from = host) => {
      await page?.close();
      noise.length = 0;
      asked.clear();
      page = await openPage(session.browser, noise, asked);
      await page.goto(from.url + address);
    };
    const said = async () => {
      await until(page, 'a sentence', () => Boolean(document.querySelector('polytask-lab [role="alert"]')));
      return page.evaluate(() => document.querySelector('polytask-lab').textContent);
    };

    for (const [address, how] of [
      ['module.html', 'one tag and the module'],
      ['loader.html', 'one tag and the loader'],
    ])
      test(`${how} train with the package's encoder and ask no third host`, async () => {
        await open(address);
        const totals = await train(page);
        assert.ok(totals.length >= 2 && totals.at(-1) < totals[0], String(totals));
        assert.equal(await page.evaluate(() => window.heard.find(({ type }) => type === 'loaded').detail.encoder), 'all-MiniLM-L6-v2-small');
        const others = [...asked].filter((origin) => origin.startsWith('http') && ![host, cdn].some(({ url }) => url === `${origin}/`));
        assert.deepEqual(others, []);
        assert.deepEqual(noise, []);
      });

    for (const [where, threads] of [['', 0], ['isolated ', 1]])
      test(`a saved model answers in a page of another ${where}origin, and asks no third host`, async () => {
        await open('model.html', threads ? isolated : host);
        const [answers, workers, cores] = await page.evaluate(async (script) => {
          const { load } = await import(script);
          const model = await load('model/');
          return [await model.predict(['The invoice is wrong.']), window.workers.size, Math.min(8, navigator.hardwareConcurrency)];
        }, `${cdn.url}polytask/model.js`);
        const wanted = model.predict('The invoice is wrong.');
        for (const { name, labels } of model.tasks)
          labels.forEach((label, c) => assert.ok(Math.abs(answers[0][name].probabilities[label] - wanted[name].probabilities[c]) < 1e-6, `${name} ${label}`));
        assert.equal(workers, threads && cores > 1 ? 1 + cores : 1);
        const others = [...asked].filter((origin) => origin.startsWith('http') && ![host, isolated, cdn].some(({ url }) => url === `${origin}/`));
        assert.deepEqual(others, []);
        assert.deepEqual(noise, []);
      });

    test('an isolated page gets threads', async () => {
      await open('module.html', isolated);
      await train(page);
      const cores = await page.evaluate(() => Math.min(8, navigator.hardwareConcurrency));
      assert.equal(await page.evaluate(() => window.workers.size), cores > 1 ? 1 + cores : 1);
    });

    test('the policy that the page on embedding names is enough, with Trusted Types too, and nothing is refused', async () => {
      await open('strict.html');
      await train(page);
      assert.deepEqual(noise, []);
    });

    test('where the host sends no header, a sentence in the page says which, under the text that stands in', async () => {
      await open('closed.html');
      const sentence = `<polytask-lab> cannot be shown: the host ${new URL(closed.url).origin} does not let pages of other origins read its files: let it send the header Access-Control-Allow-Origin: *.`;
      assert.equal(await said(), `The text that stands in.${sentence}`);
      assert.ok(noise.some((line) => line.endsWith(sentence)), noise.join('\n'));
    });

    test('where the page’s policy forbids the module, the sentence says so', async () => {
      await open('forbidden.html');
      assert.match(await said(), /cannot be shown: this page’s Content Security Policy forbids it: let its script-src allow http.*\/polytask\/\.$/);
    });
  });
}
