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

    test('the focus goes to the neighbour when nothing is left to undo', async () => {
      await lab.press('add-row');
      await lab.page.evaluate(() => $part('undo').focus());
      await lab.page.keyboard.press('Enter');
      assert.equal(await lab.page.evaluate(() => $part('undo').disabled), true);
      assert.equal(await focused(), 'Paste…');
    });

    test('one stop before the table leads past it', async () => {
      await lab.page.evaluate(() => $$('.chip').at(-1).focus());
      await lab.page.keyboard.press('Tab');
      assert.equal(await focused(), 'Skip the table');
      await lab.page.keyboard.press('Enter');
      assert.equal(await focused(), 'Add sentence');
    });

    test('a pasted table that is broken says where, and is there to be mended', async () => {
      await lab.press('paste');
      await lab.until('the dialog', () => $part('paste-dialog').open);
      const field = await lab.page.evaluateHandle(() => $part('paste-dialog').querySelector('textarea'));
      const fill = (text) => field.evaluate((element, value) => (element.value = value), text);
      const submit = () => lab.page.evaluate(() => $part('paste-dialog').querySelector('.primary').click());
      const complaint = () => lab.page.evaluate(() => $part('paste-dialog').querySelector('.complaint').textContent);
      const before = await lab.text('table-summary');

      await fill('only one line');
      await submit();
      assert.match(await complaint(), /^This is not a table yet: it needs a header line/);

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

    test('sentences as they came are not called edited', async () => {
      assert.equal(await lab.text('table-summary'), '4 sentences, 2 tasks · from pasted text.csv');
      await lab.press('add-row');
      assert.equal(await lab.text('table-summary'), '5 sentences, 2 tasks · edited from pasted text.csv');
      await lab.press('undo');
      assert.equal(await lab.text('table-summary'), '4 sentences, 2 tasks · from pasted text.csv');
    });

    const taskNames = () => lab.page.evaluate(() => $$('.task-name').map(({ textContent }) => textContent));
    const isTaskOpen = () => lab.page.evaluate(() => $part('task-dialog').open);
    const untilTaskOpen = () => lab.until('the dialog', () => $part('task-dialog').open);

    test('a task that was not applied was never added', async () => {
      const before = [await taskNames(), await lab.text('table-summary')];
      for (const leave of [
        () => lab.page.keyboard.press('Escape'),
        () => lab.page.evaluate(() => $part('task-dialog').querySelector('.gap + button').click()),
      ]) {
        await lab.page.evaluate(() => $part('add-task').focus());
        await lab.page.keyboard.press('Enter');
        await untilTaskOpen();
        await leave();
        assert.equal(await isTaskOpen(), false);
        assert.deepEqual([await taskNames(), await lab.text('table-summary')], before);
        assert.equal(await focused(), 'Add task');
      }
    });

    test('a task that is added, renamed or removed is one edit, and keeps the focus', async () => {
      const before = await taskNames();
      await lab.page.keyboard.press('Enter');
      await untilTaskOpen();
      await lab.page.keyboard.type('size');
      await lab.page.keyboard.press('Enter');
      assert.deepEqual(await taskNames(), [...before, 'size']);
      assert.equal(await focused(), 'size');
      await lab.page.keyboard.press('Enter');
      await untilTaskOpen();
      await lab.page.keyboard.type('weight');
      await lab.page.keyboard.press('Enter');
      assert.deepEqual(await taskNames(), [...before, 'weight']);
      assert.equal(await focused(), 'weight');
      await lab.page.keyboard.press('Enter');
      await untilTaskOpen();
      await lab.page.evaluate(() => $part('task-dialog').querySelector('.buttons .quiet').click());
      assert.deepEqual(await taskNames(), before);
      assert.equal(await focused(), 'Add task');
      for (const names of [[...before, 'weight'], [...before, 'size'], before]) {
        await lab.press('undo');
        assert.deepEqual(await taskNames(), names);
      }
    });

    test('on a phone the labels of many tasks wrap', async () => {
      const { page } = lab;
      const tasks = ['topic', 'mood', 'intent', 'urgency', 'language', 'register'];
      await lab.drop('six.csv', `text,${tasks}\nOne,a,a,a,a,a,a\nTwo,b,b,b,b,b,b\n`);
      await lab.until('six tasks', () => $$('.task-name').length === 6);
      for (const width of [320, 390]) {
        await page.setViewport({ width, height: 900 });
        await lab.drawn();
        const row = await page.evaluate(() => {
          const box = $part('table-scroll').getBoundingClientRect();
          const [first] = $$('.sentences tbody tr');
          const places = (elements) => [...elements].map((element) => element.getBoundingClientRect());
          const labels = places(first.querySelectorAll('select'));
          const heads = places($$('.task-name'));
          return {
            narrowest: Math.min(...[...labels, ...heads].map((at) => at.width)),
            within: labels.every(({ left, right }) => left >= box.left && right <= box.right),
            // Each label stands in the column of its head.
            lefts: labels.map(({ left }, k) => Math.abs(left - heads[k].left) < 4),
          };
        });
        assert.ok(row.narrowest >= 100, `${width} px: ${JSON.stringify(row)}`);
        assert.equal(row.within, true);
        assert.deepEqual(row.lefts, tasks.map(() => true));
      }
      await page.setViewport({ width: 1280, height: 900 });
      await lab.press('undo');
      await lab.until('the table of before', () => $$('.task-name').length === 2);
    });

    test('a chip’s label goes to the cells that are clicked, until Escape', async () => {
      await (await chip('fruit')).click();
      assert.match(await lab.text('paint-hint'), /^Click cells under kind to set the label “fruit”/);
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
      await untilTaskOpen();
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
        lab.until(`the diagram of “${word}”`, (w) => $part('diagram').textContent.includes(w), word);
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
      assert.equal(await hint(), 'multiplies its loss; usually 1');
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
