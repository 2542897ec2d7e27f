// The first minute of a visit to the article, and the bad ones: a recorded run plays until the reader's own begins, however
// slow the download, and also where it never comes, where the browser cannot train, or where there is no network.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { startServer, WWW } from './server.mjs';

const WEIGHTS = 'model.safetensors';
const ENCODER = ['config.json', 'tokenizer.json', WEIGHTS].map((file) =>
  path.join(WWW, 'models/all-MiniLM-L6-v2', file),
);
/** So long nothing may move that is held. */
const STILL = 800;

for (const name of BROWSERS) {
  describe(name, () => {
    let session;
    const open = (server, options = {}) => openLab(session.browser, server.url, { page: '', fetches: false, ...options });

    before(async () => {
      session = await launch(name);
    });
    after(() => session?.close());

    /** So many steps are in the chart of the losses, which is scrolled to for that. */
    const untilPoints = (lab, least) =>
      lab.until(`${least} points`, (n) => Number($part('loss-chart')?.dataset.points) >= n, least);
    const replay = (lab) => lab.page.evaluate(() => $part('controls').dataset.replay);
    const untilReplay = (lab, state) =>
      lab.until(`the recording to be ${state}`, (wanted) => $part('controls').dataset.replay === wanted, state);
    const look = (lab, chapter) => lab.page.evaluate((id) => document.getElementById(id).scrollIntoView(), chapter);

    describe('while the encoder is on its way', () => {
      let server, lab;
      before(async () => {
        server = await startServer(WWW);
        server.holdBack(WEIGHTS, 5_000_000);
        lab = await open(server, { still: true });
      });
      after(async () => {
        await lab?.close();
        await server?.close();
      });

      test('a recorded run plays, and is said to be one', async () => {
        await untilReplay(lab, 'playing');
        await look(lab, 'losses');
        await untilPoints(lab, 3);
        assert.equal(await lab.text('status'), 'A recorded run plays until the encoder is here; then yours begins.');
        await lab.until('the size', () =>
          /^downloading \d+\.\d of 15\.9 MB, \d+ %/.test($part('encoder-state').textContent),
        );
        assert.deepEqual(await lab.events('step'), [], 'it is not told of as a run of one’s own');
      });

      test('Pause holds it, and Train goes on with it', async () => {
        await lab.press('train');
        await untilReplay(lab, 'paused');
        const held = await lab.points('loss-chart');
        await sleep(STILL);
        assert.equal(await lab.points('loss-chart'), held);
        assert.match(await lab.text('status'), /The recording is paused/);
        await lab.press('train');
        await untilPoints(lab, held + 2);
      });

      test('the reader’s own run takes its place without a jump, and the recorded one stays behind it', async () => {
        const recorded = await lab.page.evaluate(async () => (await fetch('recorded/topic-sentiment.json')).json());
        server.letGo();
        await lab.until('the first own step', () => window.runEvents.some(({ type }) => type === 'step'), undefined, 240);
        assert.equal(await replay(lab), '');
        assert.equal(await lab.status(), 'training');
        const [first] = await lab.events('step');
        const before = recorded.events.find(({ type }) => type === 'step');
        for (const task of ['topic', 'sentiment'])
          assert.ok(Math.abs(first.losses[task] - before.losses[task]) < 1e-3, `${task}: the curve begins where it did`);
        await untilPoints(lab, 2);
        const [drawn, told] = await lab.page.evaluate(() => [
          Number($part('loss-chart').dataset.points),
          window.runEvents.filter(({ type }) => type === 'step').length,
        ]);
        assert.ok(drawn <= told, `the curve is that of the own run: ${drawn} points of ${told} steps`);
        assert.match(await lab.text('loss-legend'), /recorded run/);
        await lab.assertStill();
      });

      test('a reload keeps the sentences and settings', async () => {
        await look(lab, 'sentences');
        await lab.until('the table', () => $('.sentences tbody textarea') !== undefined);
        await lab.fill('.sentences tbody tr:first-child textarea', 'A sentence of my own.');
        await look(lab, 'settings');
        await lab.until('the settings', () => $('#setting-epochs') !== undefined);
        await lab.fill('#setting-epochs', '2');
        assert.equal(await lab.page.evaluate(() => document.querySelector('polytask-lab').recipe.training.epochs), 2);
        await lab.page.reload();
        await lab.untilShown(false);
        await look(lab, 'sentences');
        await lab.until('the table', () => $('.sentences tbody textarea') !== undefined);
        assert.equal((await lab.sentences())[0], 'A sentence of my own.');
        await look(lab, 'settings');
        await lab.until('the settings', () => $('#setting-epochs')?.value === '2');
        assert.equal(await replay(lab), '', 'a recording of other sentences does not play');
        await lab.until(
          'a run of them',
          () => window.runEvents.some(({ type, epochs }) => type === 'start' && epochs === 2),
          undefined,
          240,
        );
      });

      test('the console is empty', () => lab.assertQuiet());
    });

    test('the download can be cancelled, and asked for again', async () => {
      const server = await startServer(WWW);
      server.holdBack(WEIGHTS, 5_000_000);
      const lab = await open(server);
      await lab.until('bytes', () => /^downloading/.test($part('encoder-state').textContent));
      await lab.press('encoder-action');
      await lab.until('its end', () => /^not fetched yet/.test($part('encoder-state').textContent));
      await sleep(STILL);
      assert.match(await lab.text('encoder-state'), /^not fetched yet, 16 MB$/);
      assert.equal(await lab.alerts(), '', 'what one cancels is no failure');
      assert.match(await lab.text('status'), /recorded run. Yours begins when you fetch the encoder/);
      server.letGo();
      await lab.press('encoder-action');
      await lab.until('the run that the recording promised', () => window.runEvents.some(({ type }) => type === 'step'), undefined, 240);
      lab.assertQuiet();
      await lab.close();
      await server.close();
    });

    test('an encoder that the server lacks can come from the reader’s own files', async () => {
      const server = await startServer(WWW, { without: '/models/' });
      const lab = await open(server);
      await lab.untilMessage(/The encoder could not be fetched, neither from http:\S+ nor from huggingface\.co\./);
      assert.deepEqual(
        await lab.page.evaluate(() => $$('.message.error button:not(.remove)').map((button) => button.textContent)),
        ['Retry'],
      );
      await untilReplay(lab, 'over');
      await lab.press('encoder-change');
      await lab.until('the choice', () => $part('encoder-files') !== undefined);
      const picker = await lab.page.evaluateHandle(() => $part('encoder-files'));
      await picker.uploadFile(ENCODER[0]);
      await lab.untilMessage(/Open them together: tokenizer\.json \(or vocab\.txt\), model\.safetensors is not among these/);
      await picker.uploadFile(...ENCODER);
      await lab.until('them', () => $part('encoder-state').textContent === '91.3 MB, from your files');
      await lab.until('a step of the run that was to start', () => window.runEvents.some(({ type }) => type === 'step'), undefined, 240);
      await lab.close();
      await server.close();
    });

    test('and from another server, as from the hub: one without a manifest', async () => {
      const other = await startServer(WWW, { cors: true, without: 'manifest.json' });
      const server = await startServer(WWW, {
        without: '/models/',
        pages: {
          '/elsewhere.html': `<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">
            <script type="module" src="polytask-lab.js"></script>
            <polytask-lab preset="notebook" views="controls encoder"
              encoder="${other.url}models/all-MiniLM-L6-v2"></polytask-lab>`,
        },
      });
      const lab = await open(server, { page: 'elsewhere.html' });
      await lab.press('step');
      await lab.until('a step', () => window.runEvents.some(({ type }) => type === 'step'), undefined, 240);
      assert.match(await lab.text('encoder-state'), /^91\.3 MB, downloaded$/);
      assert.equal(other.count(WEIGHTS), 1);
      await lab.close();
      await server.close();
      await other.close();
    });

    for (const [what, lacks] of [
      ['WebAssembly SIMD', () => (WebAssembly.validate = () => false)],
      ['module workers', () => delete window.Worker],
      ['WebAssembly', () => delete window.WebAssembly],
    ]) {
      test(`a browser without ${what} shows the article and the recorded run, and says what is missing`, async () => {
        const server = await startServer(WWW);
        const lab = await open(server, { before: lacks });
        await lab.untilMessage(
          new RegExp(`^This browser has no ${what}, which training needs\\. Current versions of Chrome, Edge, Firefox`),
        );
        await untilReplay(lab, 'playing');
        await look(lab, 'losses');
        await untilPoints(lab, 3);
        await look(lab, 'sentences');
        await lab.until('the sentences', () => $$('.sentences tbody textarea').length > 10);
        const read = await lab.page.evaluate(() => document.querySelector('main').innerText);
        assert.match(read, /Fine-tuning begins with examples/);
        // The recording, at least, can be paused.
        await lab.press('train');
        await untilReplay(lab, 'paused');
        assert.equal(server.count('.wasm') + server.count('.safetensors'), 0);
        lab.assertQuiet();
        await lab.close();
        await server.close();
      });
    }

    test('what was loaded once is there without a network', async () => {
      const server = await startServer(WWW);
      const lab = await open(server);
      await lab.until('everything to be kept', () => document.documentElement.dataset.offline === 'ready');
      const kept = await lab.page.evaluate(async () =>
        (await (await caches.open('polytask-page')).keys()).map(({ url }) => new URL(url).pathname),
      );
      const missing = [...server.requests.keys()].filter((file) => !file.includes('/models/') && !kept.includes(file));
      // The other says what belongs to a release; www/ is none.
      assert.deepEqual(missing, ['/sw.js', '/release.json'], 'what was asked for is kept, but for the one who answers with it');
      for (const page of ['/', '/index.html', '/lab.html', '/embed.html']) assert.ok(kept.includes(page), page);
      await lab.until('the first own step', () => window.runEvents.some(({ type }) => type === 'step'), undefined, 240);
      await server.close();
      await lab.page.reload();
      await lab.untilShown(false);
      await look(lab, 'losses');
      await lab.until('a step', () => window.runEvents.some(({ type }) => type === 'step'), undefined, 240);
      await untilPoints(lab, 1);
      await look(lab, 'try');
      await lab.until('the field', () => $('#try-text') !== undefined);
      await lab.fill('#try-text', 'The bakery burned my bread again.');
      await lab.until('its prediction', () =>
        window.runEvents.some(({ type, text }) => type === 'prediction' && text === 'The bakery burned my bread again.'),
      );
      assert.match(await lab.text('encoder-state'), /from this browser’s cache/);
      await lab.page.evaluate(() => $('.languages a[hreflang="de"]').click());
      await lab.until('the other language', () => document.documentElement.lang === 'de' && $('.lab').lang === 'de');
      assert.equal(await lab.messages(), '');
      await lab.close();
    });
  });
}
