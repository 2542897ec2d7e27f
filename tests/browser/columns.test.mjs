// The choice of a file's columns: asked for where they are not clear, with a preview, by keys, and nothing changes before Import.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab } from './browser.mjs';
import { startServer } from './server.mjs';

const ROWS = Array.from({ length: 40 }, (_, i) => `${1000 + i},"The soup was cold, number ${i}, and it came late.",${i % 2 ? 'food' : 'service'},kitchen,${i % 3}`);
const UNCLEAR = `id,message,topic,place,stars\n${ROWS.join('\n')}\n`;
const CLEAR = `text;mood\n${ROWS.map((_, i) => `Day ${i}, as ever;${i % 2 ? 'good' : 'bad'}`).join('\n')}\n`;

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

    const isOpen = () => lab.page.evaluate(() => $part('columns-dialog').open);
    const untilOpen = () => lab.until('the dialog', () => $part('columns-dialog').open && $part('columns-dialog').querySelector('select') !== null);
    const roles = () => lab.page.evaluate(() => Array.from($part('columns-dialog').querySelectorAll('select'), (select) => [select.getAttribute('aria-label'), select.value]));
    const press = (selector) => lab.page.evaluate((which) => $part('columns-dialog').querySelector(which).click(), selector);
    const taskNames = () => lab.page.evaluate(() => $$('.task-name').map(({ textContent }) => textContent));

    test('a file whose columns are clear is read at once, and what was assumed is said', async () => {
      await lab.drop('clear.csv', CLEAR);
      await lab.untilMessage(/^40 sentences read from clear\.csv\. .*semicolons/);
      assert.equal(await isOpen(), false);
      assert.deepEqual(await taskNames(), ['mood']);
    });

    test('of any other file the columns are shown with what they are taken for, and Cancel leaves all as it was', async () => {
      const before = await lab.sentences();
      await lab.drop('unclear.csv', UNCLEAR);
      await untilOpen();
      assert.deepEqual(await roles(), [['id is', 'other'], ['message is', 'text'], ['topic is', 'task'], ['place is', 'other'], ['stars is', 'task']]);
      const said = await lab.text('columns-dialog');
      for (const part of ['Columns of unclear.csv', '40 rows, 5 columns', 'Not a task: it has 40 different values in 40 rows', '2 different values in 40 rows', 'number 3, and it came late.', 'Import 40 rows'])
        assert.ok(said.includes(part), `${part} in ${said}`);
      assert.equal(await lab.page.evaluate(() => $focus().value), 'text', 'the focus is in the dialog');
      assert.deepEqual(await lab.sentences(), before);
      await lab.page.keyboard.press('Escape');
      await lab.until('the dialog to be gone', () => !$part('columns-dialog').open);
      assert.deepEqual(await lab.sentences(), before);
    });

    test('the reader changes what they are, is told what is lacking, and imports', async () => {
      await lab.drop('unclear.csv', UNCLEAR);
      await untilOpen();
      const give = (column, role) =>
        lab.page.evaluate(
          ([at, value]) => {
            const select = $part('columns-dialog').querySelectorAll('select')[at];
            select.value = value;
            select.dispatchEvent(new Event('change', { bubbles: true }));
          },
          [column, role],
        );
      const complaint = () => lab.page.evaluate(() => $part('columns-dialog').querySelector('.complaint').textContent);
      await give(1, 'other');
      await lab.drawn();
      assert.equal(await complaint(), 'No column holds the sentences yet.');
      assert.equal(await lab.page.evaluate(() => $part('columns-dialog').querySelector('.primary').disabled), true);
      await give(0, 'text');
      await give(1, 'text');
      await lab.drawn();
      assert.deepEqual((await roles()).map(([, role]) => role), ['other', 'text', 'task', 'other', 'task'], 'one column holds the sentences');
      await give(4, 'other');
      await lab.drawn();
      assert.equal(await complaint(), '');
      await press('.primary');
      await lab.untilMessage(/^40 sentences read from unclear\.csv\./);
      assert.equal(await isOpen(), false);
      assert.deepEqual(await taskNames(), ['topic']);
      assert.equal((await lab.sentences())[3], 'The soup was cold, number 3, and it came late.');
    });

    test('the columns can be chosen again, and Undo brings the earlier choice back', async () => {
      await lab.press('choose-columns');
      await untilOpen();
      await press('.primary');
      await lab.until('both tasks', () => $$('.task-name').length === 2);
      assert.deepEqual(await taskNames(), ['topic', 'stars']);
      await lab.press('undo');
      assert.deepEqual(await taskNames(), ['topic']);
      lab.assertQuiet();
    });
  });
}
