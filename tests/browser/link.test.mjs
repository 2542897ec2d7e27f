// A run in a link, from one browser to the other: the same sentences, settings and bits. What a link holds is tested in
// tests/node/link.test.mjs.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { USUAL_TRAINING } from '../../www/lab/recipe/limits.js';
import { recipeToAddress } from '../../www/lab/recipe/link.js';
import { launch, openLab } from './browser.mjs';
import { startServer } from './server.mjs';

const HOSTILE = '<img src=x onerror="window.hacked=1">';

/** The notebook, as a link has it. */
const NOTEBOOK = {
  data: { preset: { name: 'notebook', labels: 'sensible' } },
  tasks: [],
  validation: { fraction: 0.25 },
  encoder: 'all-MiniLM-L6-v2',
  pooling: 'mean',
  training: USUAL_TRAINING,
  seed: 0,
};

/** Two dozen sentences of the reader's own, in small steps. */
const ROWS = Array.from({ length: 24 }, (_, i) =>
  JSON.stringify({ text: `Sentence ${i} ${['of soup', 'of rain', HOSTILE][i % 3]}`, topic: ['food', 'weather'][i % 2], [HOSTILE]: ['a', 'b'][i % 2] }),
).join('\n');

describe('from Chromium to Firefox', () => {
  let server, chromium, firefox, link, sent;

  before(async () => {
    server = await startServer();
    chromium = await launch('chromium');
    firefox = await launch('firefox');
  });
  after(async () => {
    await chromium?.close();
    await firefox?.close();
    await server?.close();
  });

  /** The losses of a run's first 20 steps, each as its shortest decimal: that tells every bit. */
  async function losses(lab) {
    await lab.press('train');
    await lab.until('20 steps', () => window.runEvents.filter(({ type }) => type === 'step').length >= 20, undefined, 240);
    const steps = (await lab.events('step')).slice(0, 20);
    return steps.map(({ losses, total }) => JSON.stringify({ losses, total }));
  }

  /** What is trained on, and how. */
  const shown = (lab) =>
    lab.page.evaluate(() => [
      $$('.sentences tbody tr').map((row) => [row.querySelector('textarea').value, ...Array.from(row.querySelectorAll('select'), ({ value }) => value)]),
      $$('[data-part="settings"] :is(input, select)').map((field) => [field.id, field.type === 'checkbox' ? field.checked : field.value]),
    ]);

  test('a link opens with the same sentences and settings in the other browser, and trains to the same bits', async () => {
    const lab = await openLab(chromium.browser, server.url);
    await lab.until('the first sentences', () => $$('.sentences tbody tr').length > 0);
    await lab.drop('own.jsonl', ROWS);
    await lab.until('the table', () => $$('.sentences tbody tr').length === 24);
    for (const [field, value] of [['epochs', '6'], ['batch-size', '4'], ['warmup', '2'], ['seed', '5'], ['learning-rate', '2e-4'], ['task-weight-1', '0.5']])
      await lab.fill(`#setting-${field}`, value);
    await lab.page.evaluate(() => $('#setting-reproducible').click());
    link = await lab.untilLink(
      'all that was set',
      // A link asks for the same bits unasked, so that alone says nothing of what was set.
      ({ data, seed, training }) =>
        data.examples?.length === 24 && seed === 5 && training.epochs === 6 && training.task_weight?.[HOSTILE] === 0.5 && training.reproducible,
    );
    await lab.untilStatus('ready');
    sent = await shown(lab);
    const here = await losses(lab);
    await lab.close();

    const other = await openLab(firefox.browser, server.url, { page: new URL(link).pathname.slice(1) + new URL(link).hash });
    await other.until('the table', () => $$('.sentences tbody tr').length === 24);
    await other.untilStatus('ready');
    assert.deepEqual(await shown(other), sent);
    assert.equal(await other.page.evaluate(() => location.hash), '', 'the address is clean again');
    assert.equal(await other.page.evaluate(() => window.hacked), undefined);
    assert.deepEqual(await losses(other), here);
    assert.equal(here.length, 20);
    other.assertQuiet();
    await other.close();
  });

  test('a link takes the place of the reader’s own sentences, and Undo brings them back, in a later visit too', async () => {
    const lab = await openLab(chromium.browser, server.url, { fetches: false });
    await lab.until('the sentences of the visit before', () => $$('.sentences tbody tr').length === 24);
    const preset = await recipeToAddress(NOTEBOOK, server.url);
    // A link that is put into an open page's address loads nothing anew.
    await lab.page.evaluate((hash) => (location.hash = hash), new URL(preset).hash);
    await lab.until('the link’s sentences', () => $$('.sentences tbody tr').length === 4);
    await lab.untilMessage(/^A link replaced your sentences and settings; Undo brings them back\.$/);
    await lab.press('undo');
    await lab.until('the reader’s own', () => $$('.sentences tbody tr').length === 24);

    await lab.page.goto('about:blank');
    await lab.page.goto(`${server.url}lab.html${new URL(preset).hash}`);
    await lab.until('the link’s sentences', () => window.$$?.('.sentences tbody tr').length === 4);
    await lab.untilMessage(/^A link replaced your sentences/);
    await lab.page.goto(`${server.url}lab.html`);
    await lab.until('the link’s sentences', () => window.$$?.('.sentences tbody tr').length === 4);
    await lab.press('undo');
    await lab.until('the reader’s own', () => $$('.sentences tbody tr').length === 24);
    lab.assertQuiet();
    await lab.close();
  });

  test('a damaged link says so, and the page opens as usual', async () => {
    const lab = await openLab(firefox.browser, server.url, { page: 'lab.html#polytask=1.nonsense', fetches: false });
    await lab.untilMessage(/^This link is damaged: its run cannot be read\. Copy the whole link again\.$/);
    await lab.until('sentences', () => $$('.sentences tbody tr').length > 0);
    lab.assertQuiet();
    await lab.close();
  });

  test('a link of thousands of classes opens at once; the choices of a cell are there when it opens', async () => {
    const labels = Array.from({ length: 500 }, (_, c) => `class ${c}`);
    const tasks = Array.from({ length: 50 }, (_, k) => ({ name: `task ${k}`, labels }));
    const examples = Array.from({ length: 300 }, (_, i) => ({
      text: `Sentence ${i}`,
      labels: Object.fromEntries(tasks.slice(0, 20).map(({ name }) => [name, `class ${i}`])),
    }));
    const address = new URL(await recipeToAddress({ ...NOTEBOOK, data: { examples }, tasks }, server.url));
    const lab = await openLab(chromium.browser, server.url, { page: `lab.html${address.hash}` });
    await lab.until('the table', () => $$('.sentences tbody tr').length >= 10, undefined, 30);
    await lab.untilMessage(/^This page opens at most 50 tasks, /);
    const cell = await lab.page.evaluateHandle(() => $$('.sentences tbody [data-task]')[21]);
    assert.equal(await cell.evaluate((field) => field.getAttribute('aria-label')), 'task 1 of sentence 2', 'twenty tasks of 500 classes');
    await cell.evaluate((field) => field.click());
    const options = await lab.page.evaluate(() => Array.from($part('classes-found').querySelectorAll('li'), ({ textContent }) => textContent));
    assert.deepEqual(options.slice(0, 3), ['— no label', 'class 0', 'class 1']);
    assert.match(await lab.text('classes-found'), /450 more: type a part of the name$/);
    // No matrix of 250,000 cells; the run itself is like any other.
    await lab.untilStatus('ready');
    assert.match(await lab.text('results-body'), /Most frequent confusions/);
    assert.equal(await lab.page.evaluate(() => $part('results-body').querySelectorAll('[role="combobox"]').length), 20);
    assert.ok((await lab.page.evaluate(() => $$('*').length)) < 20_000, 'elements');
    lab.assertQuiet();
    await lab.close();
  });

  test('so does a file: the columns that there is no room for are left out, and one without any is refused', async () => {
    const lab = await openLab(chromium.browser, server.url, { fetches: false });
    await lab.until('the first sentences', () => $$('.sentences tbody tr').length > 0);
    const rows = (columns, length = 5200) =>
      Array.from({ length }, (_, i) =>
        JSON.stringify({ text: `Sentence ${i}`, ...Object.fromEntries(columns.map((classes, k) => [`c${k}`, `${k}-${i % classes}`])) }),
      ).join('\n');
    await lab.drop('wide.jsonl', rows([3, 4000, 2, 4000, 4000]));
    await lab.untilMessage(/Not opened: c4\.$/);
    assert.equal(await lab.page.evaluate(() => $$('.sentences thead .label').length), 4);
    // Two sentences a class: a label that each sentence has for itself would be no task.
    await lab.drop('classes.jsonl', rows([5100], 10_200));
    await lab.untilMessage(/Not opened: c0\.$/);
    assert.equal(await lab.page.evaluate(() => $$('.sentences thead .label').length), 4, 'what there was stays');
    lab.assertQuiet();
    await lab.close();
  });
});
