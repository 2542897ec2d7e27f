// Hostile text in sentences, labels, the names of tasks and files, and recipes: it is shown as text, and nothing of it runs.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BROWSERS, sleep } from './browser.mjs';
import { pageWith, serving } from './pages.mjs';

const IMAGE = '<img src=x onerror="window.hacked=1">';
const SCRIPT = '</script><script>window.hacked=1</script>';
const HOSTILE_NAME = encodeURIComponent(`${IMAGE}.jsonl`);
const HOSTILE = Array.from({ length: 12 }, (_, i) =>
  JSON.stringify({
    text: `${i % 2 ? IMAGE : SCRIPT} ${i}`,
    [IMAGE]: i % 2 ? SCRIPT : 'plain',
    [SCRIPT]: i < 6 ? '<b>a</b>' : '"b"',
  }),
).join('\n');
const HOSTILE_RECIPE = JSON.stringify({
  encoder: IMAGE,
  tasks: [{ name: IMAGE, labels: [SCRIPT, 'plain'] }],
  data: {
    examples: Array.from({ length: 6 }, (_, i) => ({
      text: `${SCRIPT} ${i}`,
      labels: { [IMAGE]: i % 2 ? SCRIPT : 'plain' },
    })),
  },
  [IMAGE]: SCRIPT,
});

const page = (attributes) => pageWith(`<polytask-lab ${attributes}></polytask-lab>`);
/** All that show text. */
const VIEWS = 'controls sentences losses results try log steps gradients interference compare map diagram model share';
const PAGES = {
  '/file.html': page(`src="${HOSTILE_NAME}" views="${VIEWS}"`),
  '/recipe.html': page(
    `src="recipe.json" encoder="${IMAGE.replaceAll('"', '&quot;')}" views="controls encoder sentences results share"`,
  ),
  '/recipe.json': HOSTILE_RECIPE,
  [`/${HOSTILE_NAME}`]: HOSTILE,
  '/some.json': JSON.stringify({ data: { examples: [{ text: 'a', labels: { kind: 'x' } }, { txt: 'b' }] }, [IMAGE]: 1 }),
};
/** Recipes that cannot be opened, and what is said of them after their address. */
const NOT_OPENED = [
  ['null', / is not a recipe: it must be a JSON object with fields such as data and training\.$/],
  [
    '{"data":{"examples":"no"}}',
    / has no sentences: its data must be a preset \(notebook, .*, tickets\) or a list of examples, each with a text\.$/,
  ],
  ['{"data":{"examples":[{"txt":"x"}]}}', / has no sentences: /],
  ['{"data":{"preset":{"name":"news"}}}', / has no sentences: /],
  ['{"data":{"file":{"path":"own.csv"}}}', /^own\.csv: a page cannot read files by path; open the file instead\.$/],
  ['{"data":', / is not JSON \(.+\)\.$/],
];
NOT_OPENED.forEach(([text], i) => {
  PAGES[`/bad-${i}.json`] = text;
  PAGES[`/bad-${i}.html`] = page(`src="bad-${i}.json" preset="tickets" views="controls sentences"`);
});
/** Sentences, labels, a task and a file's name with half an emoji: JSON can say it, and a browser's strings can hold it. */
const HALF = '\\ud83d';
PAGES['/half.json'] = `{"training":{"epochs":2},"validation":{"fraction":0},"tasks":[{"name":"mood${HALF}","labels":["a${HALF}","b"]}],"data":{"examples":[${Array.from(
  { length: 8 },
  (_, i) => `{"text":"number ${i} ${HALF}","labels":{"mood${HALF}":"${i % 2 ? `a${HALF}` : 'b'}"}}`,
)}]}}`;
PAGES['/half.html'] = page('src="half.json" views="controls sentences results try diagram"');
PAGES['/some.html'] = page('src="some.json" views="controls sentences"');

for (const name of BROWSERS) {
  describe(name, () => {
    const open = serving(name, PAGES);

    test('hostile text from a file is shown as text, wherever it comes to stand', async () => {
      const view = await open('file.html');
      await view.until('the sentences', () => $$('.sentences tbody textarea').length === 12);
      await view.press('observe');
      await view.fill('#try-text', IMAGE);
      await view.press('train');
      await view.until(
        'the end',
        () => window.runEvents.some(({ type }) => type === 'end' || type === 'error'),
        undefined,
        300,
      );
      assert.deepEqual(await view.events('error'), []);
      await sleep(500);
      for (const part of ['loss-legend', 'results-body', 'solo-steps', 'gradients-legend', 'try-answers', 'log-lines'])
        assert.ok((await view.text(part)).includes(IMAGE), `${part}: ${await view.text(part)}`);
      assert.ok((await view.sentences()).includes(`${SCRIPT} 0`));
      await assertHarmless(view);
    });

    test('and so is that of a recipe', async () => {
      const view = await open('recipe.html');
      await view.until('the sentences', () => $$('.sentences tbody textarea').length === 6);
      assert.ok((await view.text('table-head')).includes(IMAGE));
      await view.until('the encoder’s name', (text) => $part('encoder').textContent.includes(text), IMAGE);
      await assertHarmless(view);
    });

    test('a recipe that is none is told of in one sentence, and the preset of the tag is opened', async () => {
      for (const [i, [, why]] of NOT_OPENED.entries()) {
        const view = await open(`bad-${i}.html`);
        await view.until('the tickets', () => $('input[name="preset"]:checked')?.value === 'tickets');
        const said = (await view.messages()).split('\n');
        assert.equal(said.length, 1, `${said}`);
        assert.match(said[0], why);
        view.assertQuiet();
        await view.close();
      }
    });

    test('what is wrong in a recipe is left out, and named', async () => {
      const view = await open('some.html');
      await view.until('the sentence', () => $$('.sentences tbody tr').length === 1);
      assert.equal(
        await view.messages(),
        `Ignored in some.json, because unknown or invalid: ${IMAGE}, data.`,
      );
      await assertHarmless(view);
    });

    test('half an emoji is answered like any other sentence, asked by the page or tried, and stands in labels and names', async () => {
      const view = await open('half.html');
      await view.until('the sentences', () => $$('.sentences tbody textarea').length === 8);
      await view.fill('.sentences tbody tr:first-child textarea', 'a cold soup \ud83d');
      await view.press('train');
      await view.untilStatus('ended');
      const answer = await view.page.evaluate(async () => {
        const lab = document.querySelector('polytask-lab');
        const late = new Promise((resolve) => setTimeout(() => resolve('no answer in 10 s'), 10_000));
        return Promise.race([Promise.all([lab.predict('cut \ud83d'), lab.predict('cut \ud83d'), lab.predict('cut')]), late]);
      });
      assert.deepEqual(answer.map(({ text }) => text), ['cut \ufffd', 'cut \ufffd', 'cut']);
      assert.deepEqual(Object.keys(answer[0].tasks), ['mood\ufffd']);

      for (const [typed, read] of [
        ['cut \ud83d', 'cut \ufffd'],
        ['\ude12', '\ufffd'],
        ['whole 😒', 'whole 😒'],
      ]) {
        await view.fill('#try-text', typed);
        await view.until(`the bars of ${typed}`, (text) => $part('try-answers').dataset.for === text, read);
        await view.until('them read out', () => /mood\ufffd/.test($('.panel[data-part="try"] [aria-live]').textContent));
        await view.until('its words weighed', (text) => $part('saliency').textContent.includes(text.slice(0, 3)), read);
        await view.until('the diagram to read it', (text) => $part('diagram').dataset.tokens !== '' && $part('diagram-sentence').textContent.includes(text), read);
      }
      assert.ok((await view.text('results-body')).includes('mood\ufffd'));
      view.assertQuiet();
      await view.close();
    });

    /** Nothing of what was given has become an element or run. */
    async function assertHarmless(view) {
      const found = await view.page.evaluate(() => ({
        hacked: window.hacked ?? null,
        images: $$('img').length,
        scripts: $$('script').length,
        bold: $$('b').length,
      }));
      assert.deepEqual(found, { hacked: null, images: 0, scripts: 1, bold: 0 });
      view.assertQuiet();
    }
  });
}
