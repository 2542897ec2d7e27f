// The npm package on a host of its own that serves nothing else, as a CDN does: one tag in a page of another origin.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch } from './browser.mjs';
import { train, unpack, until, watchRuns } from './package.mjs';
import { startServer, WWW } from './server.mjs';

/** The policy that "Embed it" names, for files at this address. @param {string} address */
function toldPolicy(address) {
  const html = readFileSync(path.join(WWW, 'embed.html'), 'utf8');
  const told = html.match(/<pre id="policy"><code>([^]*?)<\/code>/)[1];
  return told.replace(/<b class="address">.*?<\/b>/g, address).replaceAll('\n', ' ');
}

let folder, cdn, closed, host, isolated;

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
    '/loader.html': page(`<script src="${cdn.url}polytask/load.js" async></script>`),
    '/closed.html': page(`<script src="${closed.url}polytask/load.js" async></script>`),
    '/forbidden.html': page(`<script src="${closed.url}polytask/load.js" async></script>`, policy(`script-src ${closed.url}polytask/load.js`)),
  };
  host = await startServer(folder, { pages });
  isolated = await startServer(folder, { pages, isolated: true });
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
      session = await launch(name);
    });
    after(() => session?.close());

    const open = async (address, from = host) => {
      await page?.close();
      page = await session.browser.newPage();
      noise.length = 0;
      asked.clear();
      page.on('console', (message) => ['error', 'warn'].includes(message.type()) && noise.push(message.text()));
      page.on('pageerror', (error) => noise.push(`uncaught: ${error?.message ?? error}`));
      page.on('request', (request) => asked.add(new URL(request.url()).origin));
      await page.evaluateOnNewDocument(watchRuns);
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
      assert.ok(noise.includes(sentence), noise.join('\n'));
    });

    test('where the page’s policy forbids the module, the sentence says so', async () => {
      await open('forbidden.html');
      assert.match(await said(), /cannot be shown: this page’s Content Security Policy forbids it: let its script-src allow http.*\/polytask\/\.$/);
    });
  });
}
