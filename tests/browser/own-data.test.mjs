// What is done with the reader's own data: checked, labelled one sentence after the other, and a file classified and downloaded.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab } from './browser.mjs';
import { startServer } from './server.mjs';

const [HEADER, ...ROWS] = readFileSync(new URL('../../src/data/presets/topic-sentiment.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain));
const [TEXT, TOPIC] = ['text', 'topic'].map((column) => HEADER.indexOf(column));
const asTsv = (rows) => [HEADER, ...rows].map((row) => row.join('\t')).join('\n');
const TOPICS = ['food', 'technology', 'weather'];
/** The rows whose topic is wrong in the file. */
const WRONG = [10, 60, 110, 160, 210];

/** The built-in sentences as a file of one's own: some labels wrong, one row there twice, one label blank. */
function faulty() {
  const rows = ROWS.map((row) => [...row]);
  for (const at of WRONG) rows[at][TOPIC] = TOPICS[(TOPICS.indexOf(rows[at][TOPIC]) + 1) % 3];
  rows.push([...rows[0]]);
  return asTsv(rows);
}

/** Sentences of which only every sixth has labels. */
const unlabelled = () => asTsv(ROWS.map((row, at) => (at % 6 === 0 ? row : row.map((cell, column) => (column === TEXT ? cell : '')))));

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, lab;

    before(async () => {
      server = await startServer();
      session = await launch(name);
      lab = await openLab(session.browser, server.url);
      await lab.until('a run', () => $part('controls').dataset.status === 'ready');
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    const inPart = (part, selector) => lab.page.evaluate(([where, which]) => Array.from($part(where).querySelectorAll(which), (e) => e.textContent), [part, selector]);

    test('the check finds wrong labels and what is there twice; a click leads to the row, corrects it or keeps it', async () => {
      await lab.drop('faulty.tsv', faulty());
      await lab.untilMessage(/^253 sentences read from faulty\.tsv/);
      await lab.press('check-data');
      await lab.until('the findings', () => $part('finding-list')?.querySelectorAll('details').length > 0);
      const titles = await inPart('finding-list', 'summary');
      assert.match(titles[0], /^\d+ labels? of topic worth a second look$/);
      assert.ok(titles.includes('1 sentence more than once'), titles.join(' | '));
      assert.match((await inPart('finding-list', '.counts li'))[0], /^topic: 2\d\d labels of 3 classes/);
      const more = await lab.page.evaluate(() => {
        const more = $part('finding-list').querySelector('details > button');
        if (!more.hidden) more.click();
        return Array.from($part('finding-list').querySelectorAll('details:first-of-type .suspect .row-link'), ({ title }) => title);
      });
      const found = WRONG.filter((at) => more.includes(ROWS[at][TEXT]));
      assert.ok(found.length >= 4, `${found.length} of ${WRONG.length} wrong labels are found among ${more.length}`);
      assert.ok(more.length <= 25, `${more.length} suspects`);

      // The row link leads to the row.
      await lab.page.evaluate(() => $part('finding-list').querySelector('.row-link').click());
      await lab.drawn();
      assert.equal(await lab.page.evaluate(() => $focus().value), more[0]);

      // Accepting the suggestion changes the label, and Undo takes it back.
      const labelOf = (sentence) =>
        lab.page.evaluate((wanted) => {
          const row = $$('.sentences tbody tr').find((tr) => tr.querySelector('textarea').value === wanted);
          return row?.querySelector('[data-task="topic"]').value;
        }, sentence);
      const before = await labelOf(more[0]);
      const use = await lab.page.evaluate(() => {
        const button = $part('finding-list').querySelector('.suspect button:not(.row-link)');
        button.click();
        return button.title;
      });
      await lab.drawn();
      assert.notEqual(before, use);
      assert.equal(await labelOf(more[0]), use);
      const left = () => lab.page.evaluate(() => $part('finding-list').querySelectorAll('details:first-of-type .suspect').length);
      assert.equal(await left(), more.length - 1);
      await lab.press('undo');
      await lab.drawn();
      assert.equal(await labelOf(more[0]), before);

      // A label that is kept is not suspected again.
      const kept = await lab.page.evaluate(() => {
        const item = $part('finding-list').querySelector('.suspect');
        item.querySelector('button.quiet').click();
        return item.querySelector('.row-link').title;
      });
      await lab.page.evaluate(() => $part('findings').querySelector('header button').click());
      await lab.until('the findings', () => $part('finding-list')?.querySelectorAll('details').length > 0);
      const again = await lab.page.evaluate(() => {
        $part('finding-list').querySelector('details > button').click();
        return Array.from($part('finding-list').querySelectorAll('details:first-of-type .suspect .row-link'), ({ title }) => title);
      });
      assert.ok(!again.includes(kept) && again.includes(more[0]), again.join(' | '));
      lab.assertQuiet();
    });

    test('sentences without labels come one after the other, and number keys label them', async () => {
      await lab.drop('unlabelled.tsv', unlabelled());
      await lab.untilMessage(/^252 sentences read from unlabelled\.tsv/);
      assert.equal(await lab.page.evaluate(() => $part('findings').hidden), true, 'findings of other sentences are gone');
      await lab.press('label-next');
      const sentence = () => lab.page.evaluate(() => $part('label-next-sentence')?.textContent ?? '');
      const untilAnother = (than) => lab.until('another sentence', (last) => !['', last].includes($part('label-next-sentence')?.textContent ?? ''), than);
      await untilAnother('');
      const first = await sentence();
      assert.ok((await inPart('label-next-dialog', 'small')).some((text) => /^guess, \d+/.test(text)), 'the model guesses');
      // Two tasks: the number goes to the first without a label.
      await lab.page.keyboard.press('2');
      await lab.drawn();
      assert.equal(await sentence(), first);
      await lab.page.keyboard.press('1');
      await untilAnother(first);
      assert.match(await lab.text('label-next-status'), /^2 labels given, 209 sentences left/);
      const second = await sentence();
      await lab.press('label-next-skip');
      await untilAnother(second);
      assert.notEqual(await sentence(), first);
      await lab.press('label-next-undo');
      await lab.until('the skipped sentence again', (text) => $part('label-next-sentence').textContent === text, second);
      await lab.press('label-next-undo');
      await lab.until('the first sentence again', (text) => $part('label-next-sentence').textContent === text, first);
      assert.match(await lab.text('label-next-status'), /^1 label given, 210 sentences left/);
      await lab.page.keyboard.press('Escape');
      await lab.until('the dialog to be gone', () => !$part('label-next-dialog').open);
      lab.assertQuiet();
    });

    test('whether sharing helps is answered from each task alone and all together', async () => {
      await lab.drop('few.tsv', asTsv(ROWS.slice(0, 40)));
      await lab.untilMessage(/^40 sentences read from few\.tsv/);
      await lab.fill('#setting-freeze', 'encoder');
      await lab.fill('#setting-epochs', '1');
      await lab.until('a run of one epoch', () => window.runEvents.findLast(({ type }) => type === 'start').epochs === 1 && !$part('sharing-start').disabled);
      assert.equal(await lab.text('sharing-answer'), 'The ranges will be 95 % confidence intervals over the seeds.');
      await lab.press('sharing-start');
      await lab.until('the comparison', () => window.runEvents.some(({ type }) => type === 'comparison'), undefined, 240);
      const [comparison] = await lab.events('comparison');
      const { gain, gains } = comparison.rows.at(-1);
      const points = (share) => `${share > 0 ? '+' : ''}${(100 * share).toFixed(1)}`.replace('-', '−');
      const [low, high] = gain.interval;
      const expected = low > 0 ? /^Yes: / : high < 0 ? /^No, it hurts: / : /^Not clear: /;
      const answer = await lab.text('sharing-answer');
      assert.match(answer, expected);
      assert.match(answer, /with 3 seeds.* Δm [−-]?[\d.]+ ± [\d.]+ %\.$/);
      assert.ok(answer.replaceAll('-', '−').includes(points(gain.mean)), `${answer} of ${gain.mean}`);
      const rows = await lab.page.evaluate(() => Array.from($part('sharing-table').tBodies[0].rows, (row) => Array.from(row.cells, ({ textContent }) => textContent)));
      assert.deepEqual(rows.map(([task]) => task), ['topic', 'sentiment']);
      for (const [task, alone, together, by] of rows) {
        assert.match(`${alone} ${together}`, /^\d+(\.\d)? % \d+(\.\d)? %$/);
        assert.ok(by.replaceAll('-', '−').startsWith(points(gains[task].mean)), `${by} of ${gains[task].mean}`);
      }
      // With other settings it answers nothing any more.
      await lab.fill('#setting-epochs', '2');
      await lab.drawn();
      assert.equal(await lab.text('sharing-answer'), 'The answer was for earlier sentences or settings: find out again.');
      lab.assertQuiet();
    });

    test('a file is classified, shown and downloaded with its own columns', async () => {
      await lab.next('start', () => lab.choosePreset('topic-sentiment'));
      await lab.untilStatus('ready');
      await lab.until('the button', () => !$part('classify-file').disabled);
      await lab.press('classify-file');
      await lab.until('the dialog', () => $part('classify-dialog').open && $part('classify-input') !== undefined);
      const give = (filename, content) =>
        lab.page.evaluate(
          ([called, text]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], called));
            $part('classify-dialog').dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
          },
          [filename, content],
        );
      // Without a column of sentences, the error lists those that there are, and the reader chooses.
      await give('two.csv', 'what,reply\nRain all day,Take a good coat\nThe soup was cold,We are so sorry\n');
      await lab.until('the complaint', () => $part('classify-dialog').querySelector('.complaint').textContent !== '');
      assert.match(await lab.page.evaluate(() => $part('classify-dialog').querySelector('.complaint').textContent), /columns are "what", "reply"/);
      await lab.until('the columns', () => $part('classify-column').options.length === 3);
      await lab.page.evaluate(() => {
        $part('classify-column').value = 'what';
        $part('classify-column').dispatchEvent(new Event('change', { bubbles: true }));
      });
      await lab.until('two rows', () => $part('classified-rows').children.length === 2);
      assert.equal(await lab.page.evaluate(() => $part('classify-column').value), 'what', 'the column that was used is shown');
      await lab.page.evaluate(() => {
        window.saved = [];
        const make = URL.createObjectURL;
        URL.createObjectURL = (blob) => {
          window.saved.push(blob.text());
          return make(blob);
        };
      });
      await lab.fill('[data-part="classify-threshold"]', '2');
      await lab.press('classify-download');
      assert.match(await lab.page.evaluate(() => $part('classify-dialog').querySelector('.complaint').textContent), /from 0 to 1/);
      await lab.fill('[data-part="classify-threshold"]', '');
      await lab.press('classify-download');
      await lab.until('the file', () => window.saved.length === 1);
      const [written] = await lab.page.evaluate(() => Promise.all(window.saved));
      const [header, first, second, end] = written.split('\n');
      assert.equal(header, 'what,reply,predicted_topic,topic_probability,predicted_sentiment,sentiment_probability');
      assert.match(first, /^Rain all day,Take a good coat,(food|technology|weather),0\.\d+,(negative|positive),0\.\d+$/);
      assert.match(second, /^The soup was cold,We are so sorry,/);
      assert.equal(end, '');
      // The answers are those of the head as it is: what the page says of the same sentence.
      await lab.page.keyboard.press('Escape');
      await lab.fill('[data-part="try-text"]', 'Rain all day');
      await lab.until('the answer', () => $part('try-answers').dataset.for === 'Rain all day');
      const predicted = (await lab.events('prediction')).findLast(({ text }) => text === 'Rain all day');
      assert.equal(Number(first.split(',')[3]).toFixed(4), Math.max(...predicted.tasks.topic.probabilities).toFixed(4));
      lab.assertQuiet();
    });
  });
}
