// Which encoder a page trains: hosts in trouble, the hub in their place, the reader's choice and the reader's own files. The hub is
// a server of this test that speaks its protocol. The tiny BERT models are random; what is asked is which one trains.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { BROWSERS, launch, openLab } from './browser.mjs';
import { startServer, WWW } from './server.mjs';
import { tinyBert } from './tiny-bert.mjs';

const FLOAT = path.join(WWW, 'models/all-MiniLM-L6-v2');
const FLOAT_AT_HUB = '/sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41/';
const ADDRESSES = '/engine/encoder/addresses.js';
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

const OUR_PAGE = `<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">
  <script type="module" src="polytask-lab.js"></script>`;
const page = (attributes) => `${OUR_PAGE}<polytask-lab preset="notebook" views="controls encoder settings share" ${attributes}></polytask-lab>`;

/** A hub on this machine. @param {Record<string, Record<string, Buffer>>} repositories */
async function startHub(repositories) {
  const asked = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    asked.push(pathname);
    const send = (bytes, type = 'application/octet-stream') =>
      response.writeHead(200, { 'access-control-allow-origin': '*', 'content-type': type, 'content-length': bytes.length }).end(bytes);
    if (pathname.startsWith(FLOAT_AT_HUB)) return send(readFileSync(path.join(FLOAT, pathname.slice(FLOAT_AT_HUB.length))));
    const [, listed] = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/main$/.exec(pathname) ?? [];
    const files = repositories[listed ?? pathname.split('/').slice(1, 3).join('/')];
    if (!files) return response.writeHead(401, { 'access-control-allow-origin': '*' }).end('{"error": "Repository not found"}');
    if (!listed) return send(files[pathname.split('/resolve/c0ffee/')[1]]);
    const siblings = Object.entries(files).map(([rfilename, bytes]) => ({
      ...{ rfilename, size: bytes.length },
      ...(rfilename.endsWith('.safetensors') && { lfs: { sha256: sha256(bytes), size: bytes.length } }),
    }));
    send(Buffer.from(JSON.stringify({ sha: 'c0ffee', siblings })), 'application/json');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://localhost:${server.address().port}/`;
  /** Has a page use this hub. */
  const pages = { [ADDRESSES]: readFileSync(WWW + ADDRESSES, 'utf8').replace("'https://huggingface.co/'", `'${url}'`) };
  return { url, host: new URL(url).host, asked, pages, close: () => (server.closeAllConnections(), server.close()) };
}

for (const name of BROWSERS) {
  describe(name, () => {
    let session, hub, scratch;
    const files = tinyBert();
    const family = { ...files, 'config.json': Buffer.from('{"model_type": "roberta"}') };

    before(async () => {
      scratch = mkdtempSync(path.join(tmpdir(), 'polytask-'));
      for (const [folder, given] of Object.entries({ right: files, wrong: family, broken: { ...files, 'tokenizer.json': Buffer.from('{}') } })) {
        mkdirSync(path.join(scratch, folder));
        for (const [file, bytes] of Object.entries(given)) writeFileSync(path.join(scratch, folder, file), bytes);
      }
      hub = await startHub({
        'someone/cls-bert': { ...files, '1_Pooling/config.json': Buffer.from('{"pooling_mode_cls_token": true, "pooling_mode_mean_tokens": false}') },
      });
      session = await launch(name);
    });
    beforeEach(() => void (hub.asked.length = 0));
    after(async () => {
      await session?.close();
      hub?.close();
      rmSync(scratch, { recursive: true });
    });

    const open = (server, options = {}) => openLab(session.browser, server.url, { page: 'own.html', ...options });
    const known = (lab) => lab.text('encoder-name');
    /** Opens the choice and the reader's own files in it. */
    async function openFiles(lab, folder) {
      await lab.until('the button', () => !$part('encoder-change').hidden);
      if (await lab.page.evaluate(() => $part('encoder-choice').hidden)) await lab.press('encoder-change');
      await lab.until('the choice', () => $part('encoder-files') !== undefined && !$part('encoder-choice').hidden);
      const input = await lab.page.evaluateHandle(() => $part('encoder-files'));
      await input.uploadFile(...Object.keys(files).map((file) => path.join(scratch, folder, file)));
    }
    const trained = async (lab) => {
      await lab.page.evaluate(() => (window.runEvents.length = 0));
      await lab.press('step');
      await lab.until('a step', () => window.runEvents.some(({ type }) => type === 'step'), undefined, 240);
    };

    test('a host that has no encoder gets the float one from the hub, which is said with its size; it is named in the recipe', async () => {
      const server = await startServer(WWW, { without: '/models/', pages: { ...hub.pages, '/own.html': page('') } });
      const lab = await open(server, { fetches: false });
      assert.equal(await known(lab), 'all-MiniLM-L6-v2-small');
      assert.match(await lab.text('encoder-state'), /^not fetched yet, 16 MB$/);
      await lab.fetchEncoder();
      await lab.untilMessage(/There is no encoder at \S+\/models\/all-MiniLM-L6-v2-small\/\. all-MiniLM-L6-v2, 91 MB, is taken from localhost/);
      await lab.untilStatus('ready');
      assert.equal(await known(lab), 'all-MiniLM-L6-v2');
      await lab.untilLink('no name of another', ({ encoder }) => encoder === undefined);
      await lab.close();
      await server.close();
    });

    test('a notice is read at 390 px without squeezing it', async () => {
      const server = await startServer(WWW, { without: '/models/', pages: { '/own.html': page('encoder="models/mine/"') } });
      const lab = await open(server, { viewport: { width: 390, height: 800 } });
      await lab.untilMessage(/There is no encoder at \S+\/models\/mine\/ \(The download of config\.json failed: the server answered 404/);
      const { width, right } = await lab.page.evaluate(() => {
        const text = $('.message.error p').getBoundingClientRect();
        return { width: text.width, right: Math.max(...$$('.message.error *').map((part) => part.getBoundingClientRect().right)) };
      });
      assert.ok(width > 250, `the text is ${width} px wide`);
      assert.ok(right <= 390, `it ends at ${right} px`);
      await lab.close();
      await server.close();
    });

    test('a host that answers every address with its page has the encoder all the same; a host that is busy leaves the copy', async () => {
      const html = '<!doctype html><title>Our app</title>';
      const server = await startServer(WWW, { pages: { '/own.html': page('encoder="spa/all-MiniLM-L6-v2/"') } });
      server.answer('/spa/all-MiniLM-L6-v2/', (file) => (file === 'manifest.json' ? { type: 'text/html', body: html } : { body: readFileSync(path.join(FLOAT, file)) }));
      const lab = await open(server);
      await lab.untilStatus('ready');
      assert.equal(await known(lab), 'all-MiniLM-L6-v2');
      server.answer('/spa/all-MiniLM-L6-v2/', () => ({ status: 503, body: 'try later' }));
      await lab.reload();
      await lab.untilStatus('ready');
      assert.match(await lab.text('encoder-state'), /from this browser’s cache/);
      await lab.close();
      await server.close();
    });

    test('own files that fail leave what worked; others can be chosen, keep their name, and are there after a reload', async () => {
      const server = await startServer(WWW, { pages: { '/own.html': page('run="own"') } });
      const lab = await open(server);
      await lab.untilStatus('ready');
      await trained(lab);
      await openFiles(lab, 'wrong');
      await lab.untilMessage(/model_type is "roberta", and only "bert" is supported/);
      assert.equal(await lab.status(), 'paused', 'the run goes on');
      assert.equal(await known(lab), 'all-MiniLM-L6-v2-small');
      // What only the library finds wrong: the encoder before returns.
      await openFiles(lab, 'broken');
      await lab.untilMessage(/tokenizer/);
      await lab.untilStatus('ready');
      assert.equal(await known(lab), 'all-MiniLM-L6-v2-small');
      assert.match(await lab.alerts(), /tokenizer/, 'the message stays');
      await trained(lab);

      await openFiles(lab, 'right');
      await lab.until('them', () => /from your files$/.test($part('encoder-state').textContent));
      await lab.untilStatus('ready');
      assert.equal(await lab.alerts(), '');
      const mine = 'model.safetensors';
      assert.equal(await known(lab), mine);
      await lab.untilLink('its name', ({ encoder }) => encoder === mine);
      assert.equal(await lab.text('share-command'), `polytask train --recipe recipe.json --encoder '${mine}' --out model`);
      assert.match(await lab.text('share-needs'), /needs the files of your encoder model\.safetensors/);
      assert.match(await lab.text('share-tag'), /encoder="model\.safetensors"/);
      await trained(lab);
      const [{ losses }] = await lab.events('step');

      await lab.until('them to be kept', async () => (await (await caches.open('polytask-encoders')).keys()).some(({ url }) => /own-files\.invalid.*manifest\.json$/.test(url)));
      await lab.reload();
      await lab.untilStatus('paused');
      assert.equal(await known(lab), mine);
      await lab.press('reset');
      await lab.untilStatus('ready');
      await trained(lab);
      assert.deepEqual((await lab.events('step'))[0].losses, losses);

      // And back to one of the known.
      await lab.press('encoder-change');
      await lab.until('the choice', () => $$('[data-part="encoder-known"]').length === 2);
      await lab.page.evaluate(() => $$('[data-part="encoder-known"]')[1].click());
      await lab.until('it', () => $part('encoder-name').textContent === 'all-MiniLM-L6-v2' && $part('encoder').dataset.state === 'loaded');
      await lab.untilStatus('ready');
      await lab.close();
      await server.close();
    });

    test('an encoder of the hub is chosen by its name, and trains with the pooling that it declares; what is not there is said', async () => {
      const server = await startServer(WWW, { pages: { ...hub.pages, '/own.html': page('') } });
      const lab = await open(server);
      await lab.untilStatus('ready');
      const ask = async (name) => {
        await lab.until('the button', () => !$part('encoder-change').hidden);
        if (await lab.page.evaluate(() => $part('encoder-choice').hidden)) await lab.press('encoder-change');
        await lab.until('the choice', () => $part('encoder-hub') !== undefined);
        await lab.page.evaluate((wanted) => (($part('encoder-hub').value = wanted), $part('encoder-hub-fetch').click()), name);
      };
      await ask('no/such');
      await lab.untilMessage(/localhost:\d+ has no encoder no\/such that everybody may read\. Check the name/);
      assert.equal(await lab.status(), 'ready');
      await ask('someone/cls-bert');
      await lab.untilMessage(/This encoder was trained with cls pooling/);
      await lab.until('it', () => $part('encoder-name').textContent === 'someone/cls-bert' && $part('encoder').dataset.state === 'loaded');
      await lab.untilStatus('ready');
      await lab.untilLink('its name and pooling', ({ encoder, pooling }) => encoder === 'someone/cls-bert' && pooling === 'cls');
      await trained(lab);
      await lab.close();
      await server.close();
    });

    test('a link opens with the encoder that it names, also after a reload; another choice holds too', async () => {
      const server = await startServer(WWW, { pages: { '/own.html': page('linked run="linked"') } });
      const choose = async (lab, name) => {
        await lab.until('the button', () => !$part('encoder-change').hidden);
        await lab.press('encoder-change');
        await lab.until('the choice', () => $$('[data-part="encoder-known"]').length === 2);
        await lab.page.evaluate((wanted) => $$('[data-part="encoder-known"]').find(({ value }) => value === wanted).click(), name);
        await lab.until('it', (wanted) => $part('encoder-name').textContent === wanted && $part('encoder').dataset.state === 'loaded', name);
        await lab.untilStatus('ready');
      };
      const maker = await open(server, { fetches: false });
      await choose(maker, 'all-MiniLM-L6-v2');
      const link = await maker.untilLink('the float encoder', ({ encoder }) => encoder === undefined);
      await maker.close();

      const context = await session.browser.createBrowserContext();
      const lab = await openLab(context, server.url, { page: `own.html${new URL(link).hash}` });
      await lab.untilStatus('ready');
      assert.equal(await known(lab), 'all-MiniLM-L6-v2');
      await lab.reload();
      await lab.untilStatus('ready');
      assert.equal(await known(lab), 'all-MiniLM-L6-v2');
      await choose(lab, 'all-MiniLM-L6-v2-small');
      await lab.untilLink('the small encoder', ({ encoder }) => encoder === 'all-MiniLM-L6-v2-small');
      await lab.reload();
      await lab.untilStatus('ready');
      assert.equal(await known(lab), 'all-MiniLM-L6-v2-small');
      await context.close();

      // A script that asks at once, before the link is read, gets the link's encoder too.
      const another = await session.browser.createBrowserContext();
      const hasty = await openLab(another, server.url, {
        page: `own.html${new URL(link).hash}`,
        fetches: false,
        before: () => void customElements.whenDefined('polytask-lab').then(() => document.querySelector('polytask-lab').step()),
      });
      await hasty.until('its step', () => window.runEvents.some(({ type }) => type === 'step'), undefined, 240);
      assert.equal(await known(hasty), 'all-MiniLM-L6-v2');
      await another.close();
      await server.close();
    });

    test('two tabs that want an encoder at once download it once', async () => {
      const server = await startServer(WWW, { pages: { '/own.html': page('encoder="all-MiniLM-L6-v2"') } });
      server.holdBack('model.safetensors', 1_000_000);
      const labs = [await open(server), await open(server)];
      await labs[0].until('bytes', () => /^downloading/.test($part('encoder-state').textContent));
      server.letGo();
      for (const lab of labs) await lab.untilStatus('ready');
      assert.equal(server.count('all-MiniLM-L6-v2/model.safetensors'), 1);
      for (const lab of labs) await lab.close();
      await server.close();
    });
  });
}
