// WebKit: the article's main path, training, own data, a link from Chromium with the same bits, and a visit without a network.
//
// It runs one thread, so the jobs are small.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { launch, openLab } from './browser.mjs';
import { SITE, startServer } from './server.mjs';
import { launchWebKit, openInWebKit, pagesToDrive } from './webkit.mjs';

/** A window under automation is private: it keeps no files, and the page says so. */
const MESSAGES = ['', 'This browser keeps no files for this page, perhaps because its window is private: the run will not survive a reload.'];

const SENTENCES = ['The soup was cold', 'The bread was warm', 'The rain never stops', 'The sun came out', 'My phone broke again', 'My phone is fast'];
/** Two dozen sentences with two tasks. */
const ROWS = Array.from(
  { length: 24 },
  (_, i) => `"${SENTENCES[i % 6]}, number ${i}",${['food', 'weather', 'phone'][(i % 6) >> 1]},${['bad', 'good'][i % 2]}`,
);
const CSV = `text,topic,mood\n${ROWS.join('\n')}\n`;
/** A dozen steps of them. */
const SETTINGS = [['epochs', '2'], ['batch-size', '4'], ['warmup', '2'], ['seed', '5'], ['learning-rate', '2e-4'], ['task-weight-1', '0.5']];

describe('WebKit', () => {
  let server, webkit;

  before(async () => {
    server = await startServer(SITE, { pages: await pagesToDrive('index.html', 'lab.html') });
    webkit = await launchWebKit();
  });
  after(async () => {
    await webkit?.close();
    await server?.close();
  });

  const open = async (page, fetches) => {
    // A link in the address of the page that is open would load nothing anew.
    await webkit.page.goto('about:blank');
    return openInWebKit(webkit.page, server.url + page, fetches);
  };
  const assertQuiet = async () => assert.deepEqual(await webkit.page.evaluate(() => window.noise), []);
  const untilSteps = (lab, least) =>
    lab.until(`${least} steps`, (n) => window.runEvents.filter(({ type }) => type === 'step').length >= n, least, 240);
  /** The losses of all steps so far, each as its shortest decimal: that tells every bit. */
  const losses = async (lab) =>
    (await lab.events('step')).map(({ step, losses, total }) => JSON.stringify({ step, losses, total }));
  /** Puts the table and its settings in place of what there is. */
  const takeOwn = async (lab) => {
    await lab.until('the first sentences', () => $$('.sentences tbody tr').length > 0);
    await lab.drop('own.csv', CSV);
    await lab.untilMessage(/^24 sentences read from own\.csv/);
    for (const [field, value] of SETTINGS) await lab.fill(`#setting-${field}`, value);
  };

  test('the article comes up whole, trains, and answers', async () => {
    const lab = await open('index.html', false);
    const parts = await lab.page.evaluate(() => document.querySelectorAll('polytask-lab').length);
    assert.ok(parts > 9, `${parts} parts`);
    for (let i = 0; i < parts; i++) {
      const views = await lab.page.evaluate((n) => {
        const part = document.querySelectorAll('polytask-lab')[n];
        part.scrollIntoView();
        return part.getAttribute('views');
      }, i);
      await lab.until(`the part with ${views}`, (n) => {
        const { shadowRoot } = document.querySelectorAll('polytask-lab')[n];
        return shadowRoot.querySelector('.lab')?.childElementCount > 0 || shadowRoot.querySelector('.misuse');
      }, i);
      assert.ok(MESSAGES.includes(await lab.messages()), `${views}: ${await lab.messages()}`);
    }
    await untilSteps(lab, 3);
    await lab.until('the curve', () => Number($part('loss-chart').dataset.points) >= 3);
    await lab.fill('#try-text', 'The bakery burned my bread again.');
    await lab.until('an answer', () => window.runEvents.some(({ type, text }) => type === 'prediction' && text.startsWith('The bakery')));
    assert.deepEqual(await lab.events('error'), []);
    await assertQuiet();
  });

  test('own data: a CSV file is imported, trains to its end, and outlives a reload', async () => {
    const lab = await open('lab.html');
    await takeOwn(lab);
    await lab.untilStatus('ready');
    await lab.press('train');
    await lab.untilStatus('ended');
    const steps = await lab.events('step');
    assert.equal(steps.at(-1).step, (await lab.events('end')).at(-1).steps);
    assert.ok(steps.every(({ losses }) => Object.values(losses).every((loss) => Number.isFinite(loss) && loss > 0)));
    assert.match(await lab.text('results-body'), /weather/);
    await lab.reload();
    await lab.until('the sentences', () => $$('.sentences tbody tr').length === 24);
    assert.equal((await lab.sentences())[0], 'The soup was cold, number 0');
    await assertQuiet();
  });

  /** What is trained on, and how. */
  const shown = (lab) =>
    lab.page.evaluate(() => [
      $$('.sentences tbody tr').map((row) => [row.querySelector('textarea').value, ...Array.from(row.querySelectorAll('select'), ({ value }) => value)]),
      $$('[data-part="settings"] :is(input, select)').map((field) => [field.id, field.type === 'checkbox' ? field.checked : field.value]),
    ]);

  test('a link from Chromium opens with the same sentences and settings and trains to the same bits', async () => {
    const [chromium, plain] = [await launch('chromium'), await startServer()];
    let link, there, set;
    try {
      const lab = await openLab(chromium.browser, plain.url);
      await takeOwn(lab);
      await lab.page.evaluate(() => $('#setting-reproducible').click());
      link = await lab.untilLink(
        'all that was set',
        ({ data, seed, training }) =>
          data.examples?.length === 24 && seed === 5 && training.epochs === 2 && training.task_weight?.mood === 0.5 && training.reproducible,
      );
      await lab.untilStatus('ready');
      await lab.press('train');
      await lab.untilStatus('ended');
      [there, set] = [await losses(lab), await shown(lab)];
    } finally {
      await chromium.close();
      await plain.close();
    }
    assert.equal(there.length, 10);
    const { pathname, hash } = new URL(link);
    const lab = await open(pathname.slice(1) + hash);
    await lab.untilMessage(/^A link replaced your sentences and settings/);
    assert.deepEqual(await shown(lab), set);
    await lab.untilStatus('ready');
    await lab.press('train');
    await lab.untilStatus('ended');
    assert.deepEqual(await losses(lab), there);
    await assertQuiet();
  });

  test('what was loaded once is there without a network', async () => {
    const lab = await open('index.html', false);
    await lab.until('everything to be kept', () => document.documentElement.dataset.offline === 'ready');
    await untilSteps(lab, 1);
    await server.close();
    await lab.reload();
    await lab.page.evaluate(() => document.getElementById('losses').scrollIntoView());
    await untilSteps(lab, 1);
    await lab.until('the curve', () => Number($part('loss-chart')?.dataset.points) >= 1);
    assert.match(await lab.text('encoder-state'), /from this browser’s cache/);
    assert.ok(MESSAGES.includes(await lab.messages()), await lab.messages());
  });
});
