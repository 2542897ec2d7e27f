// What pulls the rug from under the page: workers and threads that the browser ends without a word, downloads that break, crawl or
// fall silent, no room to keep anything, two tabs with one document. The page says so within two seconds and goes on; nothing is
// lost. docs/reliability.md lists these and the faults of the other test files.

import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { pageWith } from './pages.mjs';
import { SITE, startServer } from './server.mjs';
import { tinyFolder } from './tiny-bert.mjs';

/** The page answers within this time after each fault. */
const SOON_MS = 2000;
const EXAMPLES = Array.from({ length: 64 }, (_, i) => ({
  text: `${['soup', 'rain', 'phone', 'bread'][i % 4]} ${['cold', 'warm', 'broken'][i % 3]} number ${i}`,
  labels: { topic: ['food', 'weather', 'phone', 'food'][i % 4] },
}));
const RECIPE = JSON.stringify({
  data: { examples: EXAMPLES },
  tasks: [{ name: 'topic', labels: ['food', 'phone', 'weather'] }],
  training: { epochs: 200, batch_size: 8, learning_rate: 1e-3 },
  seed: 3,
});
const ROWS = 10_000;
const tag = (rest) => `<polytask-lab id="a" ${rest} views="controls encoder losses sentences"></polytask-lab>`;
const PAGES = {
  '/run.html': pageWith(tag('run="r" src="run.json" encoder="tiny/"')),
  '/unkept.html': pageWith(tag('src="run.json" encoder="tiny/"')),
  '/usual.html': pageWith(tag('preset="notebook"')),
  '/two.html': pageWith('<polytask-lab id="a" run="two" preset="notebook" views="controls sentences"></polytask-lab>'),
  '/run.json': RECIPE,
  '/no-room.js': "Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));",
  '/no-room-worker.js': "import './no-room.js'; import './engine/worker.js';",
};

/** Keeps hold of the page's workers by their names, to end them as a browser does: without an event. */
const HOLD_WORKERS = () => {
  window.workers = {};
  window.Worker = class extends Worker {
    constructor(url, options) {
      super(url, options);
      (window.workers[options.name] ??= []).push(this);
    }
  };
  window.end = (name) => {
    const [worker] = window.workers[name].splice(-1);
    worker.terminate();
    const began = performance.now();
    new MutationObserver((_, observer) => {
      if (!window.$$('.message.error p').length) return;
      window.toldAfter = performance.now() - began;
      observer.disconnect();
    }).observe(window.$part('messages'), { childList: true, subtree: true });
  };
};

for (const name of BROWSERS) {
  describe(name, () => {
    let session, server;

    before(async () => {
      server = await startServer(SITE, { pages: PAGES });
      serveTiny(server);
      session = await launch(name);
    });
    afterEach(() => {
      server.mend();
      server.letGo();
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    const open = (page, before = HOLD_WORKERS, from = server) => openLab(session.browser, from.url, { page, before, fetches: false });
    const train = (lab) => lab.page.evaluate(() => void document.getElementById('a').train().catch(() => {}));
    const untilSteps = (lab, n) => lab.until(`${n} steps`, (least) => window.runEvents.filter(({ type }) => type === 'step').length >= least, n);

    /** Ends a worker, and waits until the page has said so. */
    async function end(lab, worker, within = SOON_MS) {
      await lab.page.evaluate((which) => window.end(which), worker);
      await lab.until('a message', () => window.toldAfter !== undefined);
      const after = await lab.page.evaluate(() => window.toldAfter);
      assert.ok(after < within, `the page said so after ${after} ms`);
    }

    test('a worker that is ended without a word is replaced, and the run goes on', async () => {
      const lab = await open('run.html');
      await train(lab);
      await untilSteps(lab, 20);
      await end(lab, 'polytask');
      await lab.untilMessage(/^The training worker crashed \(the browser ended it\) and was replaced: the run goes on where it stopped\./);
      const from = (await lab.events()).length;
      await lab.until('it to go on', (n) => window.runEvents.slice(n).some(({ type }) => type === 'step'), from);
      const steps = (await lab.events('step')).map(({ step }) => step);
      assert.ok(Math.max(...steps) > 20, 'it did not begin anew');
      await lab.press('train');
      await lab.untilStatus('paused');
      await lab.press('reset');
      await lab.untilStatus('ready');
      lab.assertQuiet();
      await lab.close();
    });

    test('one that keeps no run can be used again: Train, Step and Reset', async () => {
      const lab = await open('unkept.html');
      await train(lab);
      await untilSteps(lab, 5);
      await end(lab, 'polytask');
      await lab.untilMessage(/\(the browser ended it\) and was replaced\. Your sentences and settings are still here/);
      for (const button of ['step', 'reset', 'train']) {
        const from = (await lab.events()).length;
        await lab.press(button);
        await lab.until(`an answer to ${button}`, (n) => window.runEvents.slice(n).some(({ type }) => type === 'step' || type === 'start'), from);
      }
      lab.assertQuiet();
      await lab.close();
    });

    test('a thread of the pool that is ended is noticed, and the run goes on with new ones', async () => {
      const isolated = await startServer(SITE, { isolated: true, pages: PAGES });
      serveTiny(isolated);
      const lab = await open('run.html', HOLD_WORKERS, isolated);
      await train(lab);
      await untilSteps(lab, 20);
      assert.ok((await lab.page.evaluate(() => window.workers['polytask-thread'].length)) > 1, 'there are threads');
      // Chromium itself takes two seconds to end a thread that waits.
      await end(lab, 'polytask-thread', 2 * SOON_MS);
      await lab.untilMessage(/^The training worker crashed \(the browser ended one of its threads\) and was replaced: the run goes on/);
      const from = (await lab.events()).length;
      await lab.until('it to go on', (n) => window.runEvents.slice(n).some(({ type }) => type === 'step'), from);
      lab.assertQuiet();
      await lab.close();
      await isolated.close();
    });

    test('a download that breaks in the article: the message is in view, and nothing looks as if all were well', async () => {
      const site = await startServer(SITE, { release: true });
      site.cutOff('all-MiniLM-L6-v2-small/model.safetensors', 5_000_000);
      const lab = await openLab(session.browser, site.url, { page: '', fetches: false });
      await lab.untilMessage(/The download of model\.safetensors stopped at [\d,]+ of [\d,]+ bytes\. Check the connection, then retry\./);
      const shown = await lab.page.evaluate(() => {
        const isSeen = ({ top, bottom }) => top >= 0 && bottom <= innerHeight && bottom > top;
        const message = $$('.message.error')[0];
        const { left, top, width } = message.getBoundingClientRect();
        return { isSeen: isSeen(message.getBoundingClientRect()), onTop: message.contains(message.getRootNode().elementFromPoint(left + width / 2, top + 8)) };
      });
      assert.deepEqual(shown, { isSeen: true, onTop: true });
      assert.equal(await lab.text('train-label'), 'Train');
      assert.match(await lab.text('status'), /The encoder could not be fetched; Train tries again\./);
      const { length } = await lab.events();
      const step = await lab.text('step-count');
      await sleep(1000);
      assert.deepEqual([(await lab.events()).length, await lab.text('step-count')], [length, step], 'the recording does not play on');
      site.mend();
      await lab.press('train');
      await lab.until('its own run', () => window.runEvents.some(({ type }) => type === 'step'), undefined, 240);
      await lab.close();
      await site.close();
    });

    test('a slow download says how fast it is and how long it takes; one that falls silent asks what to do', async () => {
      const lab = await open('usual.html', () => {
        const { setTimeout } = window;
        // The ten seconds of silence, as two.
        window.setTimeout = (call, ms, ...rest) => setTimeout(call, ms === 10_000 ? 2000 : ms, ...rest);
      });
      await lab.page.evaluate(() => caches.delete('polytask-encoders'));
      server.slow('all-MiniLM-L6-v2-small/model.safetensors', 1_000_000);
      await lab.fetchEncoder();
      await lab.until('its rate', () => /^downloading [\d.]+ of 15\.9 MB, \d+ %, [01]\.\d\d MB\/s, \d+ s left$/.test($part('encoder-state').textContent));
      server.slow('all-MiniLM-L6-v2-small/model.safetensors', 0);
      await lab.untilMessage(/^Nothing of the encoder has arrived for 10 s: the connection may be lost, or another tab is fetching it\. What is here stays\.$/);
      assert.match(await lab.text('encoder-state'), /^nothing for 10 s, [\d.]+ of 15\.9 MB are here$/);
      const buttons = () => lab.page.evaluate(() => $$('.message.notice button').map(({ textContent }) => textContent));
      assert.deepEqual(await buttons(), ['Retry', 'Cancel', '×']);
      server.mend();
      await lab.page.evaluate(() => $$('.message.notice button')[0].click());
      await lab.until('the encoder', () => $part('encoder').dataset.state === 'loaded');
      assert.deepEqual(await buttons(), []);
      lab.assertQuiet();
      await lab.close();
    });

    test('where there is no room to keep the encoder, the page says so until it is dismissed', async () => {
      const lab = await open('usual.html', `window.Worker = class extends Worker {
        constructor(url, options) {
          super(options.name === 'polytask' ? '/no-room-worker.js' : url, options);
        }
      };`);
      await lab.page.evaluate(() => caches.delete('polytask-encoders'));
      await lab.press('step');
      await lab.until('a step', () => window.runEvents.some(({ type }) => type === 'step'));
      const warning = 'This browser has no room to keep the encoder, so the next visit will download it again. Freeing space on this machine helps.';
      assert.equal(await lab.messages(), warning);
      await lab.press('step');
      await lab.until('another', () => window.runEvents.filter(({ type }) => type === 'step').length > 1);
      assert.equal(await lab.messages(), warning);
      await lab.close();
    });

    test('two tabs that edit one document: both say so, and nothing is lost', async () => {
      const first = (lab) => lab.page.evaluate(() => $('.sentences tbody textarea').value);
      const openTab = async () => {
        const lab = await open('two.html', undefined);
        await lab.until('its sentences', () => $$('.sentences tbody textarea').length > 0);
        return lab;
      };
      const [a, b] = [await openTab(), await openTab()];
      await a.page.bringToFront();
      await a.fill('.sentences tbody textarea', 'Of the first tab.');
      await b.page.bringToFront();
      await b.untilMessage(/^Another tab has changed these sentences\. They are kept, and edits here are kept beside them\.$/);
      await b.fill('.sentences tbody textarea', 'Of the second tab.');
      await a.page.bringToFront();
      await a.untilMessage(/^Another tab has changed these sentences too\. Its edits are kept beside yours, and the next visit offers both\.$/);
      assert.equal(await first(a), 'Of the first tab.');
      await Promise.all([a.close(), b.close()]);

      const next = await openTab();
      await next.untilMessage(/^Your sentences from an earlier visit/);
      assert.equal(await first(next), 'Of the second tab.');
      await next.page.evaluate(() => $$('.message button').find(({ textContent }) => textContent === 'Open them').click());
      await next.until('those of the first', () => $('.sentences tbody textarea').value === 'Of the first tab.');
      await next.press('undo');
      assert.equal(await first(next), 'Of the second tab.');
      next.assertQuiet();
      await next.close();
    });

    test('252 deletions in ten thousand rows are undone one by one, each within a frame or two', async () => {
      const lab = await open('unkept.html', undefined);
      await lab.until('the first sentences', () => $$('.sentences tbody tr').length > 0);
      await lab.drop('many.csv', `text,parity\n${Array.from({ length: ROWS }, (_, i) => `sentence ${i},${i % 2 ? 'odd' : 'even'}`).join('\n')}\n`);
      await lab.untilMessage(/10,000 sentences read from many\.csv/);
      const took = await lab.page.evaluate(async () => {
        const remove = () => $('.sentences tbody tr[aria-rowindex="2"] .remove').click();
        for (let i = 0; i < 252; i++) remove();
        await $drawn();
        const times = [];
        for (let i = 0; i < 252; i++) {
          const began = performance.now();
          $part('undo').click();
          times.push(performance.now() - began);
          if (i % 10 === 0) await $drawn();
        }
        return times.sort((a, b) => a - b);
      });
      assert.equal(await lab.page.evaluate(() => $('.sentences tbody textarea').value), 'sentence 0');
      assert.match(await lab.text('table-summary'), /^10,000 sentences/);
      const median = took[took.length >> 1];
      assert.ok(median < 33, `an undo took ${median.toFixed(1)} ms`);
      lab.assertQuiet();
      await lab.close();
    });
  });
}

/** @param {Awaited<ReturnType<typeof startServer>>} server */
function serveTiny(server) {
  const files = tinyFolder();
  server.answer('/tiny/', (file) => (files[file] ? { body: files[file] } : { status: 404, body: '' }));
}
