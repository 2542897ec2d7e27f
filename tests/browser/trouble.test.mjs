// What bad input, a bad network and an old browser get: one clear sentence on the page, and nothing lost.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { SITE, startServer, WWW } from './server.mjs';

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session;

    before(async () => {
      server = await startServer();
      session = await launch(name);
    });
    afterEach(() => server.mend());
    after(async () => {
      await session?.close();
      await server?.close();
    });

    test('a browser without SIMD is told so, and fetches nothing heavy', async () => {
      const lab = await openLab(session.browser, server.url, { before: () => (WebAssembly.validate = () => false) });
      await lab.untilMessage(/This browser has no WebAssembly SIMD, which training needs\./);
      assert.deepEqual(
        await lab.page.evaluate(() => ['train', 'step', 'reset'].map((part) => $part(part).disabled)),
        [true, true, true],
      );
      assert.equal(await lab.text('encoder-state'), 'not fetched: this browser cannot train');
      await sleep(300);
      assert.equal(server.count('.wasm') + server.count('.safetensors'), 0);
      lab.assertQuiet();
      await lab.close();
    });

    for (const [what, script] of [
      ['do not come up', '/pkg/plain/polytask.js'], // which does nothing by itself
      ['cannot be loaded', '/missing.js'],
    ]) {
      test(`a browser in which threads ${what} trains on one`, async () => {
        const isolated = await startServer(SITE, { isolated: true });
        const lab = await openLab(session.browser, isolated.url, {
          before: `window.Worker = class extends Worker {
            constructor(url, options) {
              super(options.name === 'polytask-thread' ? '${script}' : url, options);
            }
          };`,
        });
        await lab.untilStatus('ready');
        assert.ok(isolated.count(script) > 0, 'threads were tried');
        assert.equal(await lab.text('encoder-threads'), '1 thread');
        await lab.press('step');
        await lab.until('a step', () => window.runEvents.some((event) => event.type === 'step'));
        if (script !== '/missing.js') lab.assertQuiet();
        await lab.close();
        await isolated.close();
      });
    }

    test('a download that breaks off says where, caches nothing, and can be retried', async () => {
      server.cutOff('model.safetensors', 10_000_000);
      const lab = await openLab(session.browser, server.url);
      await lab.untilMessage(
        /The download of model\.safetensors stopped at [\d,]+ of [\d,]+ bytes\. Check the connection, then retry\./,
      );
      const kept = await lab.page.evaluate(async () =>
        (await (await caches.open('polytask-encoders')).keys()).map((request) => request.url),
      );
      assert.ok(!kept.some((url) => url.includes('model.safetensors')), `in the cache: ${kept}`);
      assert.ok((await lab.sentences()).length > 0, 'the page lives');
      assert.match(await lab.text('status'), /The encoder could not be fetched/);

      server.mend();
      await lab.page.evaluate(() => $('[role="alert"] .message button').click());
      await lab.untilStatus('ready');
      assert.match(await lab.text('encoder-state'), / MB, downloaded/);
      assert.equal(await lab.alerts(), '');
      await lab.close();
    });

    test('what was to start when the download failed starts when it is retried', async () => {
      server.cutOff('model.safetensors', 10_000_000);
      // What the test before has kept would be found.
      const lab = await openLab(session.browser, server.url, { fetches: false });
      await lab.page.evaluate(() => caches.delete('polytask-encoders'));
      await lab.press('step');
      await lab.untilMessage(/The download of model\.safetensors stopped/);
      server.mend();
      await lab.page.evaluate(() => $('[role="alert"] .message button').click());
      await lab.until('the step', () => window.runEvents.some((event) => event.type === 'step'), undefined, 240);
      assert.equal(await lab.alerts(), '');
      await lab.close();
    });

    test('a cached encoder that was damaged is downloaded anew before anything trains on it', async () => {
      const lab = await openLab(session.browser, server.url);
      // The run of an earlier page is kept.
      await lab.untilStatus('ready', 'paused', 'ended');
      if ((await lab.status()) !== 'ready') await lab.press('reset');
      const firstLosses = async () => {
        await lab.untilStatus('ready');
        const { length } = await lab.events('step');
        await lab.press('step');
        await lab.until('a step', (n) => window.runEvents.filter((event) => event.type === 'step').length > n, length);
        await lab.untilStatus('paused');
        return (await lab.events('step')).at(-1).losses;
      };
      const good = await firstLosses();
      await lab.page.evaluate(async () => {
        const cache = await caches.open('polytask-encoders');
        const key = (await cache.keys()).find((request) => request.url.includes('model.safetensors'));
        const response = await cache.match(key);
        const bytes = new Uint8Array(await response.arrayBuffer());
        bytes[5_000_000] ^= 1;
        await cache.put(key, new Response(bytes, { headers: response.headers }));
      });
      const asked = server.count('model.safetensors');
      await lab.reload();
      await lab.untilStatus('paused');
      await lab.press('reset');
      assert.deepEqual(await firstLosses(), good);
      assert.equal(server.count('model.safetensors'), asked + 1);
      assert.match(await lab.text('encoder-state'), / MB, downloaded/);
      lab.assertQuiet();

      await lab.reload();
      await lab.untilStatus('paused');
      assert.equal(server.count('model.safetensors'), asked + 1, 'and then it is cached again');
      await lab.press('reset'); // It is not to be kept for the tests that follow.
      await lab.untilStatus('ready');
      await lab.close();
    });

    test('a tokenizer at which the tokenizers library panics is named in a sentence, and the worker replaced', async () => {
      // Its template adds special tokens that it does not have.
      const tokenizer = {
        version: '1.0',
        pre_tokenizer: { type: 'WhitespaceSplit' },
        post_processor: {
          type: 'TemplateProcessing',
          single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
          pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
          special_tokens: {},
        },
        model: { type: 'WordLevel', vocab: { '[UNK]': 0 }, unk_token: '[UNK]' },
      };
      const bytes = JSON.stringify(tokenizer);
      const encoder = '/models/all-MiniLM-L6-v2';
      const manifest = JSON.parse(readFileSync(`${WWW}${encoder}/manifest.json`, 'utf8'));
      const entry = manifest.files.find(({ name }) => name === 'tokenizer.json');
      Object.assign(entry, { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });
      const page = (lang) => `<!doctype html><title>Elsewhere</title><link rel="icon" href="data:,">
        <script type="module" src="polytask-lab.js"></script>
        <polytask-lab lang="${lang}" preset="notebook" encoder="all-MiniLM-L6-v2" views="controls encoder"></polytask-lab>`;
      const own = await startServer(SITE, {
        pages: {
          [`${encoder}/tokenizer.json`]: bytes,
          [`${encoder}/manifest.json`]: JSON.stringify(manifest),
          '/en.html': page('en'),
          '/de.html': page('de'),
        },
      });
      for (const [lang, said] of [
        ['en', /crashed \(tokenizer: tokenizer\.json makes the tokenizers library fail \(.+\); take the encoder's own tokenizer\.json\) and was replaced/],
        ['de', /\(Tokenizer: tokenizer\.json bringt die tokenizers-Bibliothek zum Absturz \(.+\); nimm die tokenizer\.json, die zum Encoder gehört\)/],
      ]) {
        const lab = await openLab(session.browser, own.url, { page: `${lang}.html` });
        await lab.press('step');
        await lab.untilMessage(said);
        await lab.close();
      }
      await own.close();
    });

    describe('with the encoder loaded', () => {
      let lab;
      before(async () => {
        lab = await openLab(session.browser, server.url);
        await lab.untilStatus('ready');
      });
      after(() => lab?.close());

      test('a bad file gets a sentence with its name, and the table stays', async () => {
        const old = await lab.sentences();
        for (const [file, text] of [
          ['empty.csv', ''],
          ['ragged.csv', 'text,mood\nfine,good\nbad,bad,extra\n'],
          ['broken.jsonl', '{"text": "fine", "mood": "good"}\n{"text": \n'],
        ]) {
          await lab.drop(file, text);
          await lab.untilMessage(new RegExp(file.replace('.', '\\.')));
          assert.match(await lab.messages(), /^[^\n]{20,300}/, file);
          assert.deepEqual(await lab.sentences(), old, `${file} changed nothing`);
        }
      });

      test('a German page tells it in German', async () => {
        const speak = (lang) =>
          lab.page.evaluate((wanted) => document.querySelector('polytask-lab').setAttribute('lang', wanted), lang);
        await speak('de');
        await lab.until('German', () => $('.lab').lang === 'de');
        await lab.drop('ragged.csv', 'text,mood\nfine,good\nbad,bad,extra\n');
        await lab.untilMessage(/^ragged\.csv, Zeile 3: Hier sind 3 Felder, in der Kopfzeile 2; eine Zelle, die selbst/);
        await speak('en');
        await lab.until('English', () => $('.lab').lang === 'en');
      });

      test('a good file replaces the table, and Undo brings the old one back', async () => {
        const old = await lab.sentences();
        const rows = Array.from(
          { length: 12 },
          (_, i) => `sentence number ${i},${i % 2 ? 'odd' : 'even'},${i < 6 ? 'low' : 'high'}`,
        );
        await lab.drop('numbers.csv', `text,parity,size\n${rows.join('\n')}\n`);
        await lab.untilMessage(/12 sentences read from numbers\.csv/);
        assert.equal((await lab.sentences()).length, 12);
        await lab.until('the diagram to read one of them', () => /“sentence number 0”/.test($part('diagram').textContent));
        await lab.until(
          'a run on it',
          () => window.runEvents.filter((event) => event.type === 'start').at(-1).tasks[0].name === 'parity',
        );
        await lab.press('undo');
        assert.deepEqual(await lab.sentences(), old);
      });

      test('a file of thousands is read, and its rows come as one scrolls', async () => {
        const rows = Array.from({ length: 3000 }, (_, i) => `sentence ${i} of a long file,${i % 3},${i % 2}`);
        await lab.drop('long.csv', `text,a,b\n${rows.join('\n')}\n`);
        await lab.untilMessage(/3,000 sentences read from long\.csv/);
        await lab.until(
          'its run',
          () => window.runEvents.filter((event) => event.type === 'start').at(-1).held_out.length === 3000,
        );
        assert.match(await lab.text('table-summary'), /^3,000 sentences, 2 tasks, 7\d\d held out/);
        assert.ok((await lab.sentences()).length < 200);
        await lab.page.evaluate(() => ($part('table-scroll').scrollTop = $part('table-scroll').scrollHeight));
        await lab.drawn();
        assert.equal((await lab.sentences()).at(-1), 'sentence 2999 of a long file');
        await lab.press('undo');
      });

      test('hostile text is shown as text', async () => {
        const image = '<img src=x onerror="window.hacked=1">';
        const script = '</script><script>window.hacked=1</script>';
        const rows = Array.from({ length: 12 }, (_, i) =>
          JSON.stringify({
            text: `${i % 2 ? image : script} ${i}`,
            [image]: i % 2 ? script : 'plain',
            __proto__x: i < 6 ? '<b>a</b>' : '"b"',
          }),
        );
        await lab.drop('hostile.jsonl', rows.join('\n'));
        await lab.untilMessage(/12 sentences read from hostile\.jsonl/);
        await lab.until(
          'a run on it',
          () => window.runEvents.filter((event) => event.type === 'start').at(-1).train_examples < 12,
        );
        await lab.fill('#try-text', image);
        const from = (await lab.events()).length;
        await lab.press('train');
        await lab.until(
          'the end',
          (n) => window.runEvents.slice(n).some((event) => event.type === 'end' || event.type === 'error'),
          from,
          240,
        );
        assert.deepEqual(
          (await lab.events('error')).map((event) => event.message),
          [],
        );
        assert.ok((await lab.sentences()).includes(`${image} 1`));
        assert.ok((await lab.text('loss-legend')).includes(image));
        assert.ok((await lab.text('results-body')).includes(script));
        const found = await lab.page.evaluate(() => ({
          hacked: window.hacked ?? null,
          images: $$('img').length,
          scripts: $$('script').length,
          bold: $$('b').length,
        }));
        assert.deepEqual(found, { hacked: null, images: 0, scripts: 1, bold: 0 });
      });

      test('an edit, a new class and a reload: nothing is lost', async () => {
        await lab.choosePreset('tickets');
        await lab.until(
          'a run on three tasks',
          () => window.runEvents.filter((event) => event.type === 'start').at(-1).tasks.length === 3,
        );
        await lab.fill('.sentences tbody tr:first-child textarea', 'A sentence of my own.');
        await lab.page.evaluate(() => {
          const select = $('.sentences tbody select');
          select.focus(); // Its choices are made when it is about to open.
          select.value = Array.from(select.options).at(-1).value;
          select.dispatchEvent(new Event('change', { bubbles: true }));
        });
        await lab.fill('.new-class', 'praise');
        await lab.page.keyboard.press('Enter');
        await lab.until('the new class', () => $('.sentences tbody select').value === 'praise');
        assert.match(await lab.text('status'), /Sentences changed/);
        const before = await lab.sentences();
        await lab.reload();
        await lab.untilStatus('ready', 'none');
        assert.deepEqual((await lab.sentences()).slice(0, 20), before.slice(0, 20));
        assert.equal(await lab.page.evaluate(() => $('.sentences tbody select').value), 'praise');
        await lab.choosePreset('notebook');
        await lab.until(
          'the notebook’s run',
          () => window.runEvents.filter((event) => event.type === 'start').at(-1)?.train_examples === 4,
        );
      });

      test('the notebook’s random labels are drawn from the seed', async () => {
        const labels = () =>
          lab.page.evaluate(() =>
            $$('.sentences tbody select').map((select) => select.value).join(),
          );
        const drawn = new Set();
        const runs = (await lab.events('start')).length;
        await lab.page.evaluate(() => $('input[name="notebook-labels"][value="random"]').click());
        await lab.until(
          'a run on them',
          (n) => window.runEvents.filter((event) => event.type === 'start').length > n,
          runs,
        );
        for (const seed of ['1', '2', '3', '4', '1']) {
          await lab.fill('#setting-seed', seed);
          await lab.until(
            `a run of seed ${seed}`,
            (n) => window.runEvents.filter((event) => event.type === 'start').at(-1).seed === n,
            Number(seed),
          );
          drawn.add(await labels());
        }
        assert.ok(drawn.size > 1 && drawn.size < 5, `${drawn.size} different draws of 4 seeds, one of them twice`);
        await lab.page.evaluate(() =>
          $('input[name="notebook-labels"][value="sensible"]').click(),
        );
        await lab.untilStatus('ready');
      });

      test('choosing other sentences in the middle of a run ends it cleanly', async () => {
        await lab.choosePreset('topic-sentiment');
        await lab.until(
          'its run',
          () => window.runEvents.filter((event) => event.type === 'start').at(-1).train_examples > 100,
        );
        await lab.press('train');
        await lab.until('a step', () => parseInt($part('step-count').textContent) >= 1);
        await lab.choosePreset('notebook');
        await lab.until(
          'the notebook’s run',
          () => window.runEvents.filter((event) => event.type === 'start').at(-1).train_examples === 4,
        );
        await sleep(500);
        assert.equal(await lab.text('step-count'), '0 / 3');
        assert.equal(await lab.points('loss-chart'), 0);
        assert.equal(await lab.status(), 'ready');
      });

      test('settings out of range are told at the field and in one sentence', async () => {
        for (const [field, value, sentence] of [
          ['learning-rate', '1e9', /The learning rate must be above 0 and at most 10/],
          ['epochs', '0', /Epochs must be a whole number from 1 to 1,000\./],
          ['batch-size', 'many', /The batch size must be a whole number/],
          ['seed', '-1', /The seed must be a whole number/],
        ]) {
          const selector = `#setting-${field}`;
          const good = await lab.page.evaluate((where) => $(where).value, selector);
          await lab.fill(selector, value);
          assert.match(
            await lab.page.evaluate((where) => $(`${where}-hint`).textContent, selector),
            sentence,
          );
          for (const button of ['reset', 'train']) {
            await lab.press(button);
            await lab.untilMessage(sentence);
            assert.equal(await lab.page.evaluate(() => $focus().id), selector.slice(1), `${button} leads to it`);
          }
          await lab.fill(selector, good);
        }
        await lab.press('reset');
        await lab.untilStatus('ready');
        assert.equal(await lab.alerts(), '');
      });

      test('a column whose sentences all carry one label is no task, and the reader is asked', async () => {
        const old = await lab.sentences();
        await lab.drop('one.csv', 'text,mood\nI am fine,good\nI am well,good\nI am here,good\nI am glad,good\n');
        await lab.until('the question', () => $part('columns-dialog').open && $part('columns-dialog').textContent.includes('never anything but'));
        await lab.page.keyboard.press('Escape');
        await lab.until('it to be gone', () => !$part('columns-dialog').open);
        assert.deepEqual(await lab.sentences(), old);
      });

      test('of sentences that are asked for at once the last are taken', async () => {
        // A built-in set takes two questions to the worker, a file one.
        await lab.choosePreset('topic-sentiment');
        await lab.drop('last.csv', 'text,mood\nI am fine,good\nI am ill,bad\nI am glad,good\nI am sad,bad\n');
        await lab.untilMessage(/4 sentences read from last\.csv/);
        await sleep(500);
        assert.deepEqual((await lab.sentences())[3], 'I am sad');
        await lab.choosePreset('notebook');
        await lab.until('the others', () => $('.sentences tbody textarea').value !== 'I am fine');
      });

      test('a spreadsheet’s semicolons are understood; what is no UTF-8 is refused and not damaged', async () => {
        const moods = ['good', 'bad'].flatMap((mood) => Array.from({ length: 4 }, (_, i) => `Day ${i}, as ever;${mood}`));
        await lab.drop('excel.csv', `text;mood\n${moods.join('\n')}\n`);
        await lab.untilMessage(/8 sentences read from excel\.csv/);
        assert.equal((await lab.sentences())[0], 'Day 0, as ever');
        await lab.page.evaluate(() => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([new Uint8Array([...'text,mood\ncaf'].map((c) => c.charCodeAt(0)).concat(0xe9))], 'latin.csv'));
          $part('sentences').dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
        });
        await lab.untilMessage(/latin\.csv, line 2: it is not UTF-8 text; save the file as UTF-8/);
        assert.equal((await lab.sentences()).length, 8);
        await lab.next('start', () => lab.choosePreset('notebook'));
        await lab.untilStatus('ready');
      });

      test('a sentence of 100,000 words does no harm', async () => {
        await lab.fill('.sentences tbody tr:first-child textarea', 'word '.repeat(100_000));
        const from = (await lab.events()).length;
        await lab.press('step');
        await lab.until('its step', (n) => window.runEvents.slice(n).some((event) => event.type === 'step'), from, 240);
        await lab.untilMessage(/longer than 128 tokens and were cut/);
      });

      test('a run that memory cannot hold is refused before it starts, and the page lives', async () => {
        const words = 'the quick brown fox jumps over the lazy dog and runs away '.repeat(45);
        const rows = Array.from({ length: 700 }, (_, i) => `${i} ${words},${i % 2 ? 'odd' : 'even'}`);
        await lab.drop('heavy.csv', `text,parity\n${rows.join('\n')}\n`);
        await lab.untilMessage(/700 sentences read from heavy\.csv/);
        await lab.fill('#setting-warmup', '0');
        await lab.fill('#setting-max-length', '512');
        await lab.fill('#setting-batch-size', '512');
        await lab.untilMessage(
          /memory: this run needs about \d+\.\d GB \(\d+ MB for weights, gradients(?: and Adam|, Adam and a copy of the best epoch's), \d+\.\d GB for a batch of 512 sentences\), and there are 4\.3 GB: use a smaller batch_size or max_length, freeze some layers, or take a smaller encoder/,
        );
        assert.equal(await lab.status(), 'none');
        await lab.next('start', () => lab.choosePreset('notebook'));
        await lab.untilStatus('ready');
        await lab.press('reset');
        await lab.untilStatus('ready');
        assert.equal(await lab.alerts(), '');
      });

      // puppeteer-core can reach into a worker only through Chromium's protocol.
      test('a worker that crashes is replaced, and the reader told', { skip: name === 'firefox' }, async () => {
        const [worker] = lab.page.workers().slice(-1);
        await worker.evaluate(
          () =>
            void setTimeout(() => {
              throw new WebAssembly.RuntimeError('memory access out of bounds');
            }),
        );
        await lab.untilMessage(
          /The training worker crashed \(.*memory access out of bounds.*\) and was replaced\. Your sentences and settings are still here/,
        );
        await lab.until(
          'the encoder again',
          () => $part('encoder').dataset.state === 'loaded',
        );
        const from = (await lab.events()).length;
        await lab.press('step');
        await lab.until(
          'a step of the new worker',
          (n) => window.runEvents.slice(n).some((event) => event.type === 'step'),
          from,
        );
      });
    });
  });
}
