// The comparison's plots, and the loop that lights up: both against the events that they show.
//
// Runs alone: it measures how long a line is lit.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab } from './browser.mjs';
import { startServer } from './server.mjs';
import { recipeToAddress } from '../../www/lab/recipe/link.js';

const SENTENCES = ['The soup was cold', 'The bread was warm', 'The rain never stops', 'The sun came out', 'My phone broke again', 'My phone is fast'];
const EXAMPLES = Array.from({ length: 24 }, (_, i) => ({
  text: `${SENTENCES[i % 6]}, number ${i}`,
  labels: { topic: ['food', 'food', 'weather', 'weather', 'phone', 'phone'][i % 6], mood: ['bad', 'good'][i % 2] },
}));
const RECIPE = {
  data: { examples: EXAMPLES },
  tasks: [
    { name: 'topic', labels: ['food', 'phone', 'weather'] },
    { name: 'mood', labels: ['bad', 'good'] },
  ],
  validation: { fraction: 0.25 },
  encoder: 'all-MiniLM-L6-v2',
  pooling: 'mean',
  training: { epochs: 2, batch_size: 16, learning_rate: 3e-4, schedule: 'linear', warmup: 1 },
  seed: 0,
};

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, lab;

    before(async () => {
      server = await startServer();
      session = await launch(name);
      const { hash } = new URL(await recipeToAddress(RECIPE, server.url));
      lab = await openLab(session.browser, server.url, { page: `lab.html${hash}` });
      await lab.untilStatus('ready');
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    test('a step lights the lines of its parts, in order, and leaves its values at their ends', async () => {
      await lab.page.evaluate(() => {
        window.lit = [];
        const look = () => {
          const move = $('.loop-moves [aria-current]')?.dataset.phase;
          if (move === window.lit.at(-1)?.move) return;
          const lines = $$('.loop-line.lit').map(({ dataset }) => dataset.phase);
          window.lit.push({ move, lines, at: performance.now() });
        };
        new MutationObserver(look).observe($part('loop'), { subtree: true, attributes: true });
        $part('loop-step').click();
      });
      await lab.until('the last part', () => window.lit.length > 1 && !window.lit.at(-1).move);
      const lit = await lab.page.evaluate(() => window.lit);
      const moves = lit.slice(0, -1);
      assert.deepEqual(moves.map(({ move }) => move), ['batch', 'forward', 'losses', 'backward', 'update']);
      for (const [i, { move, lines, at }] of moves.entries()) {
        assert.ok(lines.length >= 2 && lines.every((phase) => phase === move), `${move}: ${lines}`);
        assert.ok(lit[i + 1].at - at > 100, `${move} was lit for ${lit[i + 1].at - at} ms`);
      }
      await lab.until('the values', () => /# epoch 1/.test($part('loop-python').textContent));
      const { losses, total } = (await lab.events('step')).at(-1);
      const [python, rust] = [await lab.text('loop-python'), await lab.text('loop-rust')];
      for (const code of [python, rust])
        for (const value of [`${losses.topic.toFixed(4)}  topic`, `${losses.mood.toFixed(4)}  mood`, total.toFixed(4)])
          assert.ok(code.includes(` ${value}\n`), `${value} in ${code}`);
      assert.match(rust, /batch = .*; {2}\/\/ 16 sentences, \d+ tokens\n/);
      assert.match(await lab.text('loop-live'), /^Step 1 is done\. Losses: topic /);
    });

    test('a view that comes in the middle of a comparison shows it, and can cancel it', async () => {
      const runs = (n) => lab.until(`${n} runs`, (least) => window.runEvents.filter(({ type }) => type === 'compared').length >= least, n);
      await lab.page.evaluate(() => {
        $part('compare-seeds').value = '2';
        $part('compare-seeds').dispatchEvent(new Event('change', { bubbles: true }));
        $part('compare-start').click();
      });
      await runs(1);
      await lab.page.evaluate(() => document.querySelector('polytask-lab').setAttribute('lang', 'de'));
      await lab.until('the other language', () => $part('compare-start')?.textContent === 'Abbrechen');
      assert.match(await lab.text('compare-status'), /^\d+ von 12 Läufen fertig/);
      await lab.page.evaluate(() => document.querySelector('polytask-lab').setAttribute('lang', 'en'));
      await lab.until('the first language', () => $part('compare-start')?.textContent === 'Cancel');
    });

    test('a dot stands for each seed at its accuracy, on one scale', async () => {
      await lab.until('the end', () => window.runEvents.some(({ type }) => type === 'comparison'), undefined, 240);
      await lab.until('the plots', () => $part('compare-status').textContent === 'All 12 runs are done.');
      const compared = await lab.events('compared');
      const { rows } = (await lab.events('comparison')).at(-1);
      const plots = await lab.page.evaluate(() => {
        /** The height of a mark's middle in its plot, from what the scale's lines say. */
        const middle = (element) => {
          const { top, bottom } = element.getBoundingClientRect();
          return (top + bottom) / 2;
        };
        return $$('.dots > li').map((plot) => {
          const ticks = Array.from(plot.querySelectorAll('.dots-tick'), (tick) => [Number(tick.textContent), middle(tick)]);
          const [[low, y0], [high, y1]] = [ticks[0], ticks.at(-1)];
          const read = (element) => low + ((middle(element) - y0) / (y1 - y0)) * (high - low);
          return {
            contender: plot.dataset.contender,
            scale: ticks.map(([tick]) => tick),
            label: plot.querySelector('[role="img"]').getAttribute('aria-label'),
            columns: Array.from(plot.querySelectorAll('.dots-column'), (column) => ({
              dots: Array.from(column.querySelectorAll('.dot'), read),
              mean: read(column.querySelector('.dots-mean')),
              majority: read(column.querySelector('.dots-majority')),
              alone: Array.from(column.querySelectorAll('.dots-alone'), read),
            })),
          };
        });
      });
      const idOf = (contender) => contender.weighting ?? contender;
      assert.deepEqual(
        plots.map(({ contender }) => contender),
        ['linear_probe', 'single_task', 'sum', 'uncertainty', 'pcgrad'],
      );
      assert.equal(new Set(plots.map(({ scale }) => scale.join())).size, 1, 'one scale');
      const near = (found, share, what) => assert.ok(Math.abs(found - 100 * share) < 1, `${what}: ${found}, expected ${100 * share}`);
      const row = (id) => rows.find(({ contender }) => idOf(contender) === id);
      for (const { contender, columns, label } of plots)
        for (const [k, task] of ['topic', 'mood'].entries()) {
          const what = `${contender}, ${task}`;
          const own = compared.filter((run) => idOf(run.contender) === contender && (run.task ?? task) === task);
          assert.equal(columns[k].dots.length, 2, what);
          for (const [i, { tasks }] of own.entries()) near(columns[k].dots[i], tasks[task].accuracy, what);
          near(columns[k].mean, row(contender).accuracy[task].mean, `mean of ${what}`);
          near(columns[k].majority, row('majority').accuracy[task].mean, `majority in ${what}`);
          assert.equal(columns[k].alone.length, contender === 'single_task' ? 0 : 1);
          for (const line of columns[k].alone) near(line, row('single_task').accuracy[task].mean, `alone in ${what}`);
          assert.match(label, new RegExp(`${task} \\d`));
        }
      lab.assertQuiet();
    });
  });
}
