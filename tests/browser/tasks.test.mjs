// The views of "When tasks fight": what they draw, what they measure, and that the run comes to no harm by either.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab, sleep } from './browser.mjs';
import { SITE, startServer } from './server.mjs';
import { recipeToAddress } from '../../www/lab/recipe/link.js';

/** Tasks' names are the reader's own. */
const HOSTILE = '<img src=x onerror="window.hacked=1">';
const MOOD = 'mood';
const SENTENCES = [
  'The soup was cold',
  'The bread was warm',
  'The rain never stops',
  'The sun came out',
  'My phone broke again',
  'My new phone is fast',
  'The cake was stale',
  'What a lovely breeze',
];
/** Two dozen short sentences: a step takes a moment. */
const EXAMPLES = Array.from({ length: 24 }, (_, i) => ({
  text: `${SENTENCES[i % 8]}, number ${i}`,
  labels: {
    [HOSTILE]: ['food', 'food', 'weather', 'weather', 'phone', 'phone', 'food', 'weather'][i % 8],
    [MOOD]: ['bad', 'good'][i % 2],
  },
}));
const RECIPE = {
  data: { examples: EXAMPLES },
  tasks: [
    { name: HOSTILE, labels: ['food', 'phone', 'weather'] },
    { name: MOOD, labels: ['bad', 'good'] },
  ],
  validation: { fraction: 0.25 },
  encoder: 'all-MiniLM-L6-v2',
  pooling: 'mean',
  training: { epochs: 2, batch_size: 6, learning_rate: 3e-4 },
  seed: 0,
};

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, lab;

    before(async () => {
      server = await startServer(SITE, { modules: true });
      session = await launch(name);
      const { hash } = new URL(await recipeToAddress(RECIPE, server.url));
      lab = await openLab(session.browser, server.url, { page: `lab.html${hash}` });
      await lab.untilStatus('ready');
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    const count = async (type) => (await lab.events(type)).length;
    const reset = async () => {
      await lab.next('start', () => lab.press('reset'));
      await lab.untilStatus('ready');
    };
    /** One step of all tasks, or of one. */
    const step = (task) =>
      lab.next('step', () =>
        lab.page.evaluate(
          (only) =>
            (only === undefined ? $part('step') : $$('.solo').find((button) => button.value === only)).click(),
          task,
        ),
      );
    const measureInterference = () => lab.next('interference', () => lab.press('measure-interference'));
    const setting = async (field, value) => {
      await lab.next('start', () => lab.fill(`#setting-${field}`, value));
      await lab.untilStatus('ready');
    };
    const cancel = async () => {
      await lab.press('compare-start');
      await lab.until('the end of the comparison', () =>
        $part('compare-status').textContent.startsWith('Cancelled'),
      );
    };
    const isDisabled = (part) => lab.page.evaluate((p) => $part(p).disabled, part);
    /** Losses of the first steps of a run: what they must be in every run of this recipe. */
    let expected;

    test('steps without measuring', async () => {
      expected = [];
      for (let i = 0; i < 4; i++) expected.push((await step()).losses);
      assert.equal(await count('gradients'), 0);
      assert.ok(expected.every((losses) => Number.isFinite(losses[HOSTILE]) && Number.isFinite(losses[MOOD])));
    });

    test('the arrows lie where the event says', async () => {
      await lab.press('observe');
      await reset();
      const event = await lab.next('gradients', () => step());
      assert.deepEqual(event.tasks, [HOSTILE, MOOD]);
      await lab.until('arrows', () => $$('.arrow').length === 4);
      const drawn = await lab.page.evaluate(() => {
        const origin = $('.arrows .origin');
        const [x, y] = ['cx', 'cy'].map((name) => Number(origin.getAttribute(name)));
        return Object.fromEntries(
          $$('.arrow').map(({ dataset }) => [dataset.arrow, [Number(dataset.x) - x, y - Number(dataset.y)]]),
        );
      });

      // From the inner products alone, by polar coordinates, and the step by its coefficients.
      const [[aa, ab], [, bb]] = event.whole.gram;
      const angle = Math.acos(ab / Math.sqrt(aa * bb));
      const a = [Math.sqrt(aa), 0];
      const b = [Math.sqrt(bb) * Math.cos(angle), Math.sqrt(bb) * Math.sin(angle)];
      const mixed = ([p, q]) => [p * a[0] + q * b[0], p * a[1] + q * b[1]];
      const combined = mixed(event.weights);
      const [dx, dy] = mixed(event.update.coefficients);
      const unit = ([x, y]) => [x / Math.hypot(x, y), y / Math.hypot(x, y)];
      const near = (x, y, what) =>
        assert.ok(Math.hypot(x[0] - y[0], x[1] - y[1]) < 1e-3, `${what}: drawn to ${x}, expected at ${y}`);

      const scale = drawn.A[0] / a[0];
      for (const [arrow, vector] of Object.entries({ A: a, B: b, combined }))
        near(drawn[arrow], [scale * vector[0], scale * vector[1]], arrow);
      near(unit(drawn.step), unit([-dx, -dy]), 'step');
      const longest = Math.max(...['A', 'B', 'combined'].map((arrow) => Math.hypot(...drawn[arrow])));
      assert.ok(longest > 100 && longest < 180, `the longest arrow is ${longest} long`);
      assert.ok(Math.abs(Math.hypot(...combined) - event.combined_norm) < 1e-6 * event.combined_norm);

      const said = await lab.text('gradients-numbers');
      const degrees = ((angle * 180) / Math.PI).toFixed(1);
      const verdict = Math.abs(degrees - 90) <= 5 ? 'Nearly independent' : ab < 0 ? 'Conflict' : 'No conflict';
      assert.ok(said.startsWith(`${verdict}: ${degrees}°`), said);
      assert.ok(said.includes(event.whole.norms[0].toPrecision(3)), said);
      const layers = await lab.page.evaluate(() =>
        $$('.gradients-layers .value').map(({ textContent }) => Number(textContent.replace('−', '-'))),
      );
      const cosines = Object.values(event.layers).map(({ cosines }) => cosines[0][1]);
      assert.equal(layers.length, 7);
      for (const [i, cosine] of cosines.entries()) assert.ok(Math.abs(layers[i] - cosine) < 0.006, `layer ${i}`);
      assert.equal(await lab.points('cosine-chart'), 1);
    });

    test('measuring, interference and a comparison leave the run as it was', async () => {
      assert.deepEqual((await lab.events('step')).at(-1).losses, expected[0]);
      const first = await measureInterference();
      assert.deepEqual(first.tasks, [HOSTILE, MOOD]);
      assert.ok(first.changes[0][0] < 0 && first.changes[1][1] < 0, `a step helps its own task: ${first.changes}`);
      const cells = await lab.page.evaluate(() =>
        $$('.interference tbody td').map((cell) => cell.textContent),
      );
      assert.equal(cells.length, 4);
      assert.match(cells[0], /^−.*helps$/);
      assert.deepEqual((await step()).losses, expected[1]);
      await measureInterference();
      assert.deepEqual((await step()).losses, expected[2]);

      await lab.next('comparison', async () => {
        await lab.press('compare-start');
        await lab.until('runs', () =>
          /^[1-9] of 6 runs done/.test($part('compare-status').textContent),
        );
        assert.deepEqual(
          [await isDisabled('train'), await isDisabled('step'), await isDisabled('reset')],
          [true, true, true],
        );
        assert.match(await lab.text('status'), /^This run waits until “Compare weightings” is done or cancelled\.$/);
      });
      assert.equal(await isDisabled('step'), false);
      assert.deepEqual((await step()).losses, expected[3]);
      assert.equal(await count('error'), 0);
    });

    test('the table of the comparison says what the event says', async () => {
      const compared = await lab.events('compared');
      assert.deepEqual(
        compared.map(({ contender, task, failure }) => [contender, task, failure]),
        [
          ['linear_probe', undefined, undefined],
          ['single_task', HOSTILE, undefined],
          ['single_task', MOOD, undefined],
          [{ weighting: 'sum' }, undefined, undefined],
          [{ weighting: 'uncertainty' }, undefined, undefined],
          [{ weighting: 'pcgrad' }, undefined, undefined],
        ],
      );
      const { rows } = (await lab.events('comparison')).at(-1);
      const shown = await lab.page.evaluate(() =>
        Array.from($part('comparison-body').querySelectorAll('tbody tr')).map((row) => Array.from(row.cells, (cell) => cell.textContent)),
      );
      assert.deepEqual(
        shown.map(
          ([title]) => title.match(/^(Commonest class|Linear probe|Each task alone|Sum|Uncertainty|PCGrad)/)?.[0],
        ),
        ['Commonest class', 'Linear probe', 'Each task alone', 'Sum', 'Uncertainty', 'PCGrad'],
      );
      for (const [i, { accuracy, macro_f1 }] of rows.entries())
        for (const [k, task] of [HOSTILE, MOOD].entries()) {
          const cell = shown[i][k + 1];
          assert.ok(Math.abs(parseFloat(cell) - 100 * accuracy[task].mean) < 0.51, `${cell} of ${accuracy[task].mean}`);
          assert.ok(cell.endsWith(`F1 ${macro_f1[task].mean.toFixed(2)}`), cell);
        }
      assert.match(await lab.text('comparison-caveat'), /Kurin et al\. 2022; Xin et al\. 2022/);
    });

    test('a comparison that is cancelled stops, and the run trains to its end', async () => {
      await lab.next('compared', () => lab.press('compare-start'));
      await cancel();
      const told = await count('compared');
      await sleep(700);
      assert.equal(await count('compared'), told, 'none is told of after the cancelling');
      const comparisons = await count('comparison');
      await lab.press('train');
      await lab.untilStatus('ended');
      assert.equal(await count('comparison'), comparisons);
      assert.equal((await lab.events('end')).at(-1).steps, (await lab.events('step')).at(-1).step);
    });

    test('settings that change while weightings are compared wait for its end', async () => {
      await reset();
      await lab.next('compared', () => lab.press('compare-start'));
      const starts = await count('start');
      await lab.fill('#setting-weighting', 'uncertainty');
      await sleep(600);
      assert.equal(await count('start'), starts);
      await lab.next('start', cancel);
    });

    test('the weighting is in the run, and measuring survives a reset', async () => {
      await reset();
      const gradients = await count('gradients');
      await step();
      const second = await step();
      assert.equal(await count('gradients'), gradients + 2);
      assert.deepEqual(Object.keys(second.weights), [HOSTILE, MOOD]);
      assert.notDeepEqual(second.losses, expected[1], 'other weights, another run');
      await reset();
      await setting('weighting', 'sum');
      await step();
      assert.deepEqual((await step()).losses, expected[1], 'and back');
      await lab.press('observe');
      const there = await count('gradients');
      await step();
      assert.equal(await count('gradients'), there, 'switched off in the middle of the run');
    });

    test('a step on one task moves its head, and no other', async () => {
      await reset();
      await setting('freeze', 'encoder');
      await lab.press('observe');
      // Of this text: a step asks anew for the one before, and that answer may come late.
      const predict = (text) => lab.next('prediction', () => lab.fill('#try-text', text), { text }).then(({ tasks }) => tasks);
      const before = await predict('A sentence.');
      const { losses, total, trained } = await step(MOOD);
      assert.deepEqual(Object.keys(losses), [HOSTILE, MOOD], 'both are measured');
      assert.deepEqual([trained, total], [[MOOD], losses[MOOD]], 'and one trains');
      assert.equal(await lab.text('loss-formula'), `Step 1L = Lmood= ${losses[MOOD].toFixed(2)}`);
      await predict('Another one.');
      const afterwards = await predict('A sentence.');
      assert.deepEqual(afterwards[HOSTILE], before[HOSTILE]);
      assert.notDeepEqual(afterwards[MOOD], before[MOOD]);
      assert.match(await lab.text('gradients-empty'), /no shared parameter was trained/);
      await step(HOSTILE);
      await predict('Another one.');
      const last = await predict('A sentence.');
      assert.deepEqual(last[MOOD], afterwards[MOOD]);
      assert.notDeepEqual(last[HOSTILE], before[HOSTILE]);
    });

    test('what an earlier version saved opens with the settings that it did not know', async () => {
      await lab.page.evaluate(async () => {
        const { createStore, get, set } = await import('./vendor/idb-keyval.js');
        const documents = createStore('polytask', 'documents');
        await new Promise((resolve) => setTimeout(resolve, 1000)); // Until nothing is on its way there.
        const saved = await get('polytask:lab', documents);
        for (const name of ['weighting', 'gradient_accumulation_steps', 'label_smoothing', 'class_weights'])
          delete saved.recipe.training[name];
        delete saved.recipe.diagnostics;
        saved.recipe.training.task_weight = { mood: 2 };
        await set('polytask:lab', saved, documents);
      });
      await lab.reload();
      await lab.untilStatus('ready');
      assert.deepEqual(
        await lab.page.evaluate(() => [
          $('#setting-weighting').value,
          $('#setting-gradient-accumulation-steps').value,
          $part('observe').checked,
        ]),
        ['sum', '1', false],
      );
      await setting('weighting', 'dwa');
      const { losses, total } = await step();
      const doubled = losses[HOSTILE] + 2 * losses[MOOD];
      assert.ok(Math.abs(total - doubled) < 1e-4, 'a setting that the form does not show is still in the run');
    });

    test('a step that would diverge is a word in the table', async () => {
      const cells = await lab.page.evaluate(async () => {
        const { createInterference } = await import('/views/interference.js');
        const { default: words } = await import('/strings/en.js');
        const { initial, reduce } = await import('/lab/run/state.js');
        const view = createInterference({ words });
        const changes = [
          [-0.5, null],
          [0, 0.25],
        ];
        const told = { step: 3, learning_rate: 3e-4, tasks: ['a', 'b'], losses: [1, 1], changes };
        view.render(reduce(initial('', ''), { type: 'replayed', event: { type: 'interference', ...told }, at: 0 }));
        const caption = view.element.querySelector('[data-part=interference-caption]').textContent;
        return [caption, ...Array.from(view.element.querySelectorAll('.interference tbody td'), (cell) => cell.textContent)];
      });
      assert.deepEqual(cells, [
        'after step 3, on the next batch, at the full learning rate 3.00e−4; then undone',
        '−0.500helps',
        'diverged',
        '0nothing',
        '+0.250hurts',
      ]);
    });

    test('hostile names are shown as text, and the console is empty', async () => {
      const texts = await Promise.all(
        ['solo-steps', 'interference-body', 'comparison-body', 'gradients-legend'].map((part) => lab.text(part)),
      );
      for (const text of texts) assert.ok(text.includes(HOSTILE), text);
      const found = await lab.page.evaluate(() => ({
        hacked: window.hacked ?? null,
        images: $$('img').length,
      }));
      assert.deepEqual(found, { hacked: null, images: 0 });
      lab.assertQuiet();
    });
  });
}
