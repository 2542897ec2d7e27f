// The charts and the views around them, fed with events that are made up: very long runs, steps on some tasks, one point,
// other colours, locales that are none.
//
// Runs alone: it measures how long a chart takes.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch } from './browser.mjs';
import { Figure } from './figure.mjs';
import { startServer, WWW } from './server.mjs';

const LONG = 48_000;
/** Of one frame with all of them, worked by the thread; a frame of 60 a second has 16.7. */
const FRAME_MS = 16;

const TASKS = ['topic', 'mood', 'tone'].map((name) => ({ name, labels: ['a', 'b'] }));
const outlineOf = (steps, tasks = TASKS, epochs = 1) => ({ tasks, epochs, steps_per_epoch: steps / epochs, validation_examples: 0 });
const startOf = (...of) => ({ type: 'start', ...outlineOf(...of), held_out: [], model: { parts: {} } });
const docOf = (training = {}, tasks = TASKS) => ({
  table: { preset: null, name: '', tasks, examples: [] },
  recipe: { pooling: 'mean', training: { task_weight: {}, ...training }, diagnostics: { gradients_every: 1 } },
});
const stepOf = (step, losses, more = {}) => ({
  ...{ type: 'step', step, epoch: 1, losses, learning_rate: 1e-4 },
  total: Object.values(losses).reduce((sum, loss) => sum + loss, 0),
  ...more,
});

for (const name of BROWSERS) {
  describe(name, () => {
    /** @type {Figure} */
    let at;
    before(async () => {
      at = await Figure.launch(name);
    });
    after(() => at.close());

    /** How many pixels of a chart's canvas have a colour, within what anti-aliasing leaves. @param {string} part @param {string} colour As CSS has it. */
    const painted = (part, colour) =>
      at.page.evaluate(
        ([of, css]) => {
          const canvas = window.figure.all(`[data-part="${of}"] canvas`)[0];
          const { width, height } = canvas;
          if (height === 0) return 0;
          const copy = Object.assign(document.createElement('canvas'), { width, height }).getContext('2d', { willReadFrequently: true });
          copy.fillStyle = css;
          copy.fillRect(0, 0, 1, 1);
          const [r, g, b] = copy.getImageData(0, 0, 1, 1).data;
          copy.clearRect(0, 0, 1, 1);
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, width, height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4)
            if (data[i + 3] > 200 && Math.abs(data[i] - r) + Math.abs(data[i + 1] - g) + Math.abs(data[i + 2] - b) < 30) count += 1;
          return count;
        },
        [part, colour],
      );

    test(`${LONG} steps of four lines, with as many of a run before: drawn, and each frame in time`, async (t) => {
      await at.show('losses', 'createLosses', { doc: docOf() });
      const worked = await at.page.evaluate(
        async ({ first, steps }) => {
          const { take } = window.figure;
          const frame = () => new Promise(requestAnimationFrame);
          const step = (i) => {
            const losses = { topic: 1 + Math.sin(i), mood: 0.7 + 0.3 * Math.sin(i / 3), tone: 0.4 };
            return { type: 'step', step: i, epoch: 1, losses, total: losses.topic + losses.mood + losses.tone, learning_rate: 1e-4 };
          };
          for (let run = 0; run < 2; run++) {
            take({ ...first });
            for (let i = 1; i <= steps - 40; i++) take(step(i));
            await frame();
            await frame();
          }
          // What a frame works, until what it draws is drawn. Other programs have the cores too: the median.
          const took = [];
          const [canvas] = window.figure.all('[data-part="loss-chart"] canvas');
          const copy = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
          for (let i = steps - 39; i <= steps; i++) {
            take(step(i));
            await frame();
            const begin = performance.now();
            await new Promise((resolve) => setTimeout(resolve));
            copy.drawImage(canvas, 0, 0);
            copy.getImageData(0, 0, 1, 1);
            took.push(performance.now() - begin);
          }
          return took.sort((a, b) => a - b)[20];
        },
        { first: startOf(LONG), steps: LONG },
      );
      t.diagnostic(`a frame with ${LONG} steps: ${worked.toFixed(1)} ms`);
      assert.deepEqual(await at.text('[data-part="loss-legend"] li.ghost:not(.absent) .name'), ['previous run']);
      assert.deepEqual(at.noise, []);
      assert.ok(worked < FRAME_MS, `${worked} ms`);
    });

    test('a chart with one point shows it', async () => {
      await at.show('losses', 'createLosses', { doc: docOf() });
      await at.take(startOf(12));
      const colours = await at.page.evaluate(() => {
        const { color } = getComputedStyle(window.figure.all('[data-part="loss-legend"] .swatch')[1]);
        return window.figure.all('[data-part="loss-legend"] .swatch').map((key) => getComputedStyle(key).borderTopColor).concat(color);
      });
      assert.equal(await painted('loss-chart', colours[1]), 0);
      await at.take(stepOf(1, { topic: 1.1, mood: 0.7 }));
      for (const colour of colours.slice(0, 2)) assert.ok((await painted('loss-chart', colour)) >= 12, colour);
      assert.equal(await painted('loss-chart', colours[2]), 0, 'a task without a label in the batch has none');

      await at.show('gradients', 'createGradients', { doc: docOf() });
      await at.take(startOf(400));
      const empty = await painted('cosine-chart', 'rgb(85, 90, 99)');
      await at.take(gradientsOf(1, -0.5));
      assert.ok((await painted('cosine-chart', 'rgb(85, 90, 99)')) > empty + 10, 'nor does a long run hide it');
    });

    test('a step on some tasks: they alone stand in the formula and in the code, and the total’s curve has a gap', async () => {
      const formula = async () => (await at.text('[data-part="loss-formula"]'))[0].replace(/\s+/g, ' ');
      const all = { topic: 1.15, mood: 0.7, tone: 0.4 };
      const rows = () =>
        at.page.evaluate(async () => {
          const [table] = window.figure.all('details');
          table.open = true;
          await new Promise((resolve) => setTimeout(resolve, 1100));
          return window.figure.all('tbody tr').map((row) => [...row.cells].at(-1).textContent);
        });
      await at.show('losses', 'createLosses', { doc: docOf() });
      await at.take(startOf(12), stepOf(1, all));
      assert.equal(await formula(), 'Step 1L = Ltopic + Lmood + Ltone= 1.15 + 0.70 + 0.40= 2.25');
      await at.take(stepOf(2, all, { trained: ['topic'], total: 1.15 }));
      assert.equal(await formula(), 'Step 2L = Ltopic= 1.15');
      await at.take(stepOf(3, all, { trained: ['topic', 'tone'], total: 1.55 }));
      assert.equal(await formula(), 'Step 3L = Ltopic + Ltone= 1.15 + 0.40= 1.55');
      await at.take(stepOf(4, { topic: 1, tone: 0.5 }), stepOf(5, all));
      assert.deepEqual(await rows(), ['2.25', '–', '–', '–', '2.25']);

      // The weight of a task that never trains is no part of the total; the others' factors are.
      await at.show('losses', 'createLosses', { doc: docOf({ task_weight: { topic: 0.5, tone: 0 } }) });
      await at.take(startOf(12), stepOf(1, all, { trained: ['topic', 'mood'], total: 1.275 }));
      assert.equal(await formula(), 'Step 1L = 0.5 · Ltopic + Lmood= 0.5 · 1.15 + 0.70≈ 1.27'.replace('1.27', (1.275).toFixed(2)));
      await at.take(stepOf(2, all, { trained: ['topic'], total: 0.575 }));
      assert.match(await formula(), /^Step 2L = 0\.5 · Ltopic= 0\.5 · 1\.15≈ 0\.5[78]$/);
      assert.deepEqual((await rows()).map((cell) => cell !== '–'), [true, false]);

      // In turn: there is no total to compare.
      await at.show('losses', 'createLosses', { doc: docOf({ tasks_per_step: 1 }) });
      await at.take(startOf(12), ...TASKS.map(({ name }, i) => stepOf(i + 1, all, { trained: [name], total: all[name] })));
      assert.equal(await formula(), 'Step 3L = Ltone= 0.40');
      assert.deepEqual(await rows(), ['–', '–', '–']);

      await at.show('loop', 'createLoop', { doc: docOf() });
      const sums = async () => (await at.text('pre')).map((code) => code.match(/total(?:_loss)? = (.*?);? *(?:\/\/|#|\n)/)[1].replace(/;? *$/, ''));
      await at.take(startOf(12), stepOf(1, all));
      assert.deepEqual(await sums(), ['loss_taskA + loss_taskB + loss_taskC', '((loss_a + loss_b)? + loss_c)?']);
      await at.take(stepOf(2, all, { trained: ['mood'], total: 0.7 }));
      assert.deepEqual(await sums(), ['loss_taskB', 'loss_b']);
      await at.take(stepOf(3, { topic: 1, tone: 0.5 }));
      assert.deepEqual(await sums(), ['loss_taskA + loss_taskC', '(loss_a + loss_c)?']);
      await at.take(stepOf(4, all));
      assert.deepEqual(await sums(), ['loss_taskA + loss_taskB + loss_taskC', '((loss_a + loss_b)? + loss_c)?']);
    });

    test('gradients from 85° to 95° apart are nearly independent, in words and in colour', async () => {
      const seen = async (cosine, lang) => {
        await at.show('gradients', 'createGradients', { doc: docOf(), lang });
        await at.take(startOf(12), gradientsOf(1, cosine));
        const bars = await at.page.evaluate(() => window.figure.all('.balance span').map((bar) => getComputedStyle(bar).backgroundColor));
        return { said: (await at.text('.verdict'))[0], bars };
      };
      const found = [];
      for (const cosine of [-0.2, -0.005, 0.08, 0.2]) found.push(await seen(cosine));
      const [against, barely, almost, along] = found;
      assert.match(against.said, /^Conflict: 101\.5° apart\..*matters when it lasts for many steps/);
      assert.match(barely.said, /^Nearly independent: 90\.3° apart\./);
      assert.match(almost.said, /^Nearly independent: 85\.4° apart\./);
      assert.match(along.said, /^No conflict: 78\.5° apart\./);
      assert.equal(barely.bars[0], almost.bars[0], 'one colour on both sides');
      assert.equal(new Set([against.bars[0], barely.bars[0], along.bars[0]]).size, 3);
      assert.match((await seen(0.01, 'de')).said, /^Fast unabhängig: 89,4° auseinander\./);
      // The step-by-step chart shades the band.
      const shade = await at.page.evaluate(() => getComputedStyle(window.figure.all('.stage')[0]).backgroundColor);
      assert.ok((await painted('cosine-chart', shade)) > 500);
    });

    test('however the colours change around it, a chart is redrawn in the new ones', async () => {
      await at.show('losses', 'createLosses', { doc: docOf() });
      const run = [startOf(12), ...Array.from({ length: 12 }, (_, i) => stepOf(i + 1, { topic: 1.1, mood: 0.7, tone: 0.4 }))];
      await at.take(...run, ...run);
      const [light, dark] = ['rgb(0, 103, 168)', 'rgb(107, 185, 240)'];
      /** Waits until the first task's line has a colour. */
      const until = async (what, colour) => {
        for (const end = Date.now() + 20_000; (await painted('loss-chart', colour)) < 100; )
          assert.ok(Date.now() < end, `${what}: the chart does not become ${colour}`);
      };
      const root = (change) => at.page.evaluate(new Function(`const root = document.documentElement; ${change}`));
      await root('root.style.colorScheme = "light"');
      await until('light', light);
      const changes = [
        ['a property', 'root.style.colorScheme = "dark"', 'root.style.colorScheme = "light"'],
        ['a class', 'document.adoptedStyleSheets = [Object.assign(new CSSStyleSheet())]; document.adoptedStyleSheets[0].replaceSync(".night { color-scheme: dark !important }"); root.className = "night"', 'root.className = ""'],
        ['an attribute', 'document.adoptedStyleSheets[0].replaceSync("[data-theme=dark] { color-scheme: dark !important }"); root.dataset.theme = "dark"', 'root.dataset.theme = "light"'],
        ['a style sheet', 'document.adoptedStyleSheets[0].replaceSync(":root { color-scheme: dark !important }")', 'document.adoptedStyleSheets[0].replaceSync("")'],
        ['a colour of the host’s', `window.figure.shadow.host.style.setProperty("--task-0", "${dark}")`, 'window.figure.shadow.host.style.removeProperty("--task-0")'],
      ];
      for (const [what, there, back] of changes) {
        await root(there);
        await until(what, dark);
        await root(back);
        await until(`${what}, back`, light);
      }
      // While it is not on show it hears nothing.
      await root('window.figure.shadow.host.hidden = true; root.style.colorScheme = "dark"');
      await at.page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      await root('window.figure.shadow.host.hidden = false');
      await until('hidden', dark);
      await root('root.style.colorScheme = "light dark"; document.adoptedStyleSheets = []');
      if (name === 'chromium') {
        for (const [scheme, colour] of [['light', light], ['dark', dark], ['light', light]]) {
          await at.page.emulateMediaFeatures([
            { name: 'prefers-color-scheme', value: scheme },
            { name: 'prefers-reduced-motion', value: 'reduce' },
          ]);
          await until(`the reader prefers ${scheme}, and no motion`, colour);
        }
        await at.page.emulateMediaFeatures([]);
      }
      assert.deepEqual(at.noise, []);
    });

    test('the map says how many of the sentences it shows, where these are not all', async () => {
      const said = async (shown, all, lang) => {
        await at.show('map', 'createMap', { doc: docOf(), lang });
        const rows = Array.from({ length: shown }, (_, i) => i);
        const map = { type: 'map', rows, frames: [{ step: 0, points: rows.map((i) => [i, -i]) }] };
        await at.take({ ...startOf(12), held_out: Array(all).fill(false) }, map);
        return (await at.text('[data-part="map-some"]'))[0];
      };
      assert.equal(await said(48, 252), 'The map shows 48 of the 252 sentences, picked evenly from the whole table. ');
      assert.equal(await said(17, 1_200), 'The map shows 17 of the 1,200 sentences, picked evenly from the whole table. ');
      assert.equal(await said(4, 4), '');
      assert.equal(await said(48, 252, 'de'), 'Die Karte zeigt 48 der 252 Sätze, gleichmäßig aus der ganzen Tabelle gewählt. ');
    });
  });
}

describe('a locale that is no language tag', () => {
  for (const locale of ['C', 'en_US.UTF-8', '']) {
    test(`${locale || 'an empty one'}: every view is made`, async (t) => {
      const at = await Figure.launch('chromium', `for (const [name, value] of [['language', '${locale}'], ['languages', ['${locale}']]])
        Object.defineProperty(Navigator.prototype, name, { get: () => value });`);
      t.after(() => at.close());
      await at.show('losses', 'createLosses', { doc: docOf() });
      assert.equal(await at.page.evaluate(() => navigator.language), locale);
      const failed = await at.page.evaluate(async () => {
        const { VIEWS } = await import('/views/registry.js');
        const made = await Promise.allSettled(Object.values(VIEWS).map((load) => load()));
        return made.flatMap(({ reason }, i) => (reason ? [`${Object.keys(VIEWS)[i]}: ${reason}`] : []));
      });
      assert.deepEqual(failed, []);
      await at.take(startOf(12), stepOf(1, { topic: 45_778, mood: 0.7 }));
      assert.equal((await at.text('[data-part="loss-chart"]')).length, 1);
      assert.deepEqual(at.noise, []);
    });
  }
});

describe('a part that is not there', () => {
  const said = async (options, lacking = '') => {
    const page = '<!doctype html><script type="module" src="/polytask-lab.js"></script><polytask-lab views="losses"></polytask-lab>';
    const server = await startServer(WWW, { ...options, pages: { '/broken.html': page, ...options.pages } });
    if (lacking) server.lack(lacking);
    const session = await launch('chromium');
    const tab = await session.browser.newPage();
    await tab.goto(`${server.url}broken.html`);
    const text = await tab.evaluate(async () => {
      for (;;) {
        const misuse = document.querySelector('polytask-lab').shadowRoot.querySelector('.misuse');
        if (misuse) return misuse.textContent;
        await new Promise((resolve) => setTimeout(resolve, 30));
      }
    });
    await session.close();
    await server.close();
    return text;
  };
  const connection = /^This part could not be loaded \(.+\); check the connection, then reload the page\.$/;
  const fault = /^This part could not be started \((.+)\): a fault of the page, not of the connection\.$/;

  test('blames the connection if it did not come', async () => {
    assert.match(await said({}, '/views/losses.js'), connection);
    assert.match(await said({}, '/ui/chart.js'), connection, 'nor what it needs');
    assert.match(await said({}, '/styles/charts.css'), connection, 'nor its style sheet');
  });

  test('does not if it came and threw, or cannot be read', async () => {
    const thrown = await said({ pages: { '/views/losses.js': 'throw new RangeError("Incorrect locale information provided");' } });
    assert.equal(thrown.match(fault)?.[1], 'Incorrect locale information provided');
    assert.match(await said({ pages: { '/ui/chart.js': 'export const createChart = x; let x;' } }), fault);
    assert.match(await said({ pages: { '/views/losses.js': 'export {' } }), fault);
    assert.match(await said({ pages: { '/views/losses.js': 'export const createLosses = () => null.element;' } }), fault);
  });
});

/** Gradients of the first two tasks at a cosine. @param {number} step @param {number} cosine */
function gradientsOf(step, cosine) {
  const whole = { gram: [[1, cosine], [cosine, 1]], norms: [1, 1], cosines: [[1, cosine], [cosine, 1]], conflict: cosine < 0 };
  const update = { norm: 0.1, products: [-0.1, -0.1], coefficients: [-0.1, -0.1], share: 0.5 };
  return { type: 'gradients', step, tasks: ['topic', 'mood'], whole, layers: { 'layer.0': whole }, combined_norm: 1, update, weights: [1, 1] };
}
