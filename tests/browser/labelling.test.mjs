// The sentences' panel: labels by clicking and by keyboard, a table pasted, the batch marked, and what is pointed at told.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab } from './browser.mjs';
import { startServer } from './server.mjs';

const HOSTILE = '<img src=x onerror="window.hacked=1">';
const CSV = `text,kind,${HOSTILE.replaceAll('"', '')}\nOne apple,fruit,a\nTwo nails,tool,b\nThree pears,,a\nFour saws,tool,b\n`;

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, lab;

    before(async () => {
      server = await startServer();
      session = await launch(name);
      lab = await openLab(session.browser, server.url, { fetches: false });
      await lab.until('the first sentences', () => $$('.sentences tbody tr').length > 0);
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    /** Labels of the first rows in the first task's column. */
    const labels = () => lab.page.evaluate(() => $$('.sentences tbody tr').map((row) => row.querySelector('select').value));
    const chip = (label) => lab.page.evaluateHandle((text) => $$('.chip').find((chip) => chip.textContent === text), label);
    /** What has the focus. */
    const focused = () =>
      lab.page.evaluate(() => {
        let element = document.activeElement;
        while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
        return element?.getAttribute('aria-label') ?? element?.textContent;
      });

    test('a pasted table that is broken says where, and is there to be mended', async () => {
      await lab.press('paste');
      const field = await lab.page.evaluateHandle(() => $part('paste-dialog').querySelector('textarea'));
      const fill = (text) => field.evaluate((element, value) => (element.value = value), text);
      const submit = () => lab.page.evaluate(() => $part('paste-dialog').querySelector('.primary').click());
      const complaint = () => lab.page.evaluate(() => $part('paste-dialog').querySelector('.complaint').textContent);
      const before = await lab.text('table-summary');

      await fill('only one line');
      await submit();
      assert.match(await complaint(), /^This is no table yet: it takes a header line/);

      await fill(`${CSV}Five,apples,too,many,cells\n`);
      await submit();
      await lab.until('what is wrong', () => /row|line/.test($part('paste-dialog').querySelector('.complaint').textContent));
      assert.match(await complaint(), /pasted text\.csv.*(row|line) 6/);
      assert.equal(await lab.text('table-summary'), before, 'the sentences are as they were');

      await fill(CSV);
      await submit();
      await lab.until('the table', () => $$('.sentences tbody tr').length === 4);
      assert.equal(await lab.page.evaluate(() => $part('paste-dialog').open), false);
      assert.deepEqual(await labels(), ['fruit', 'tool', '', 'tool']);
    });

    test('a chip’s label goes to the cells that are clicked, until Escape', async () => {
      await (await chip('fruit')).click();
      assert.match(await lab.text('paint-hint'), /^Click cells under kind to label them “fruit”/);
      const cells = await lab.page.$$('>>> .sentences tbody td.label:nth-child(3)');
      await cells[1].click();
      await cells[2].click();
      assert.deepEqual(await labels(), ['fruit', 'fruit', 'fruit', 'tool']);
      const others = await lab.page.evaluate(() => $$('.sentences tbody tr').map((row) => row.querySelectorAll('select')[1].value));
      assert.deepEqual(others, ['a', 'b', 'a', 'b'], 'the other task’s labels stay');

      await lab.page.keyboard.press('Escape');
      assert.equal(await lab.page.evaluate(() => $$('[aria-pressed="true"]').length), 0);
      assert.equal(await lab.page.evaluate(() => $$('.paintable').length), 0);
      await lab.press('undo');
      await lab.press('undo');
      assert.deepEqual(await labels(), ['fruit', 'tool', '', 'tool']);
    });

    test('the keyboard alone does the same', async () => {
      await (await chip('tool')).focus();
      await lab.page.keyboard.press('Enter');
      assert.equal(await focused(), 'kind of sentence 1');
      await lab.page.keyboard.press(' ');
      await lab.page.keyboard.press('ArrowDown');
      await lab.page.keyboard.press('ArrowDown');
      assert.equal(await focused(), 'kind of sentence 3');
      await lab.page.keyboard.press('Enter');
      assert.deepEqual(await labels(), ['tool', 'tool', 'tool', 'tool']);
      await lab.page.keyboard.press('Escape');
      assert.equal(await focused(), 'tool', 'the focus is back on the chip');
      assert.equal(await lab.page.evaluate(() => $$('.paintable').length), 0);
    });

    test('a new class has a chip, and one that goes takes its brush along', async () => {
      await (await chip('fruit')).click();
      await lab.page.evaluate(() => $$('.task-name')[0].click());
      await lab.page.evaluate(() => {
        const [fruit] = $part('task-dialog').querySelectorAll('.classes input');
        fruit.value = 'plant';
        $part('task-dialog').querySelector('.primary').click();
      });
      assert.deepEqual(
        await lab.page.evaluate(() => $$('.chip').map((chip) => chip.textContent)),
        ['plant', 'tool', '—', 'a', 'b', '—'],
      );
      assert.equal(await lab.page.evaluate(() => $$('.paintable').length), 0);
      assert.equal(await lab.page.evaluate(() => window.hacked), undefined);
    });

    test('the sentence under the cursor and the one that is written are told to all views', async () => {
      const drawn = (word) =>
        lab.until(`the diagram of “${word}”`, (w) => $part('diagram').textContent.includes(w), word, 20);
      await lab.page.evaluate(() =>
        $part('table-body').rows[1].dispatchEvent(new PointerEvent('pointerover', { bubbles: true })),
      );
      await drawn('nails');
      await lab.page.evaluate(() => $part('table-body').rows[3].querySelector('textarea').focus());
      await drawn('saws');
    });

    test('a wrong weight of a task is said beside it, and keeps a run from beginning', async () => {
      const wrong = `The weight of ${HOSTILE.replaceAll('"', '')} must be from 0 to 1,000.`;
      const hint = () => lab.page.evaluate(() => $('#setting-task-weight-1-hint').textContent);
      await lab.fill('#setting-task-weight-1', '-2');
      assert.equal(await hint(), wrong);
      await lab.page.evaluate(() => ($part('more-settings').open = false));
      await lab.press('train');
      await lab.until('the message', () => $$('.messages [role="alert"] p').length > 0);
      assert.equal(await lab.alerts(), wrong);
      assert.equal(await lab.page.evaluate(() => $part('more-settings').open), true);

      await lab.fill('#setting-task-weight-1', '2');
      assert.equal(await hint(), 'factor on its loss; 1 is usual');
      await lab.page.evaluate(() => $part('more-settings').querySelector('summary').click());
    });

    test('a step’s sentences are marked, and a later one’s in their place', async () => {
      await lab.fill('#setting-batch-size', '2');
      await lab.fill('#setting-held-out', '0');
      await lab.fill('#setting-warmup', '0');
      await lab.press('reset');
      await lab.untilStatus('ready');
      const marked = () => lab.page.evaluate(() => $$('tr.in-batch').map((row) => row.sectionRowIndex));
      assert.deepEqual(await marked(), []);
      const step = async (n) => {
        await lab.press('step');
        await lab.until(`step ${n}`, (k) => $part('step-count').textContent.startsWith(`${k} `), n);
        await lab.untilStatus('paused');
      };
      await step(1);
      const first = await marked();
      await step(2);
      const second = await marked();
      assert.deepEqual([...first, ...second].sort(), [0, 1, 2, 3], 'two batches of two are all four');
      assert.match(await lab.text('table-summary'), /2 in the batch/);
    });
  });
}
