// The diagram and the map, fed with events that are made up so that every number on show is known.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { BROWSERS, sleep } from './browser.mjs';
import { Figure } from './figure.mjs';

const frames = [
  { step: 0, points: [[0, 0], [1, 0]] },
  { step: 6, points: [[-4, 2], [1, 1]] },
  { step: 12, points: [[-2, 0], [3, 5]] },
];

const HOSTILE = '<img src=x onerror="window.hurt=1">';
const tasks = [
  { name: 'topic', labels: ['food', 'weather'] },
  { name: 'mood', labels: ['bad', 'good'] },
];
const examples = [
  { text: 'Rain at last!', labels: { topic: 'weather', mood: 'good' } },
  { text: HOSTILE, labels: { topic: 'food' } },
  { text: 'Cold soup.', labels: { topic: 'food', mood: 'bad' } },
];
const doc = { table: { preset: null, name: '', tasks, examples }, recipe: { pooling: 'mean' } };
const part = (parameters, trainable = parameters) => ({ parameters, trainable });
const model = {
  ...{ vocab_size: 1000, max_position_embeddings: 64, hidden_size: 32, num_hidden_layers: 2 },
  ...{ num_attention_heads: 4, intermediate_size: 128 },
  parts: {
    embeddings: part(32_000, 0),
    'layer.0': part(12_000, 0),
    'layer.1': part(12_000),
    'heads.topic': part(66),
    'heads.mood': part(66),
  },
};
const outline = { tasks, epochs: 1, steps_per_epoch: 12, validation_examples: 1 };
const start = { type: 'start', ...outline, held_out: [false, false, true], model };
const map = { type: 'map', rows: [0, 1, 2], frames: frames.map(({ step, points }) => ({ step, points: [...points, [-1, -1]] })) };

for (const name of BROWSERS) {
  /** @type {Figure} */
  let at;
  let page;
  let noise;

  before(async () => {
    at = await Figure.launch(name);
    ({ page, noise } = at);
  });
  after(() => at.close());

  const figure = (view, make, { lang = 'en', of = doc } = {}) => at.show(view, make, { lang, doc: of });
  const take = (...events) => at.take(...events);
  const text = (selector) => at.text(selector);
  async function until(what, test) {
    for (const end = Date.now() + 20_000; !(await page.evaluate(test)); await sleep(30))
      assert.ok(Date.now() < end, `waited for ${what}`);
  }

  test(`${name}: before a run the diagram has letters, and then the run's own sizes`, async () => {
    await figure('diagram', 'createDiagram');
    await until('the tokens', () => window.figure.all('.flow-tokens li').length > 0);
    const shapes = () => text('.flow-caption .flow-shape');
    assert.deepEqual(await shapes(), ['T', 'V × H', 'A attention heads, H\u00a0→\u00a0F\u00a0→\u00a0H', 'H', '']);
    assert.deepEqual(await text('.flow-head .flow-shape'), ['H × 2 + 2', 'H × 2 + 2']);
    assert.deepEqual(await text('.flow-tokens li'), ['Rain', 'at', 'last!'], 'words stand in for tokens');

    await take(start);
    assert.deepEqual(await shapes(), ['T', '1,000 × 32', '4 attention heads, 32\u00a0→\u00a0128\u00a0→\u00a032', '32', '']);
    assert.deepEqual(await text('.flow-head .flow-shape'), ['32 × 2 + 2 = 66', '32 × 2 + 2 = 66']);
    assert.deepEqual(await text('.flow-size'), ['', '32,000 parameters frozen', '2 × 12,000 parameters 1 frozen', '', '']);
    assert.deepEqual(await text('[data-part="flow-sizes"] h4'), ['Where the 56,132 parameters are']);
    assert.deepEqual(await text('[data-part="flow-sizes"] li'), ['embeddings 57 %', 'layers 43 %', 'heads 0.2 %']);
    assert.equal(await page.evaluate(() => window.figure.all('.flow-slabs > .frozen').length), 1);
    assert.deepEqual(await page.evaluate(() => window.figure.asked), [], 'nothing is asked where there is no run');
  });

  test(`${name}: the tokens' rows are lit where they lie in the table, and the heads answer`, async () => {
    await figure('diagram', 'createDiagram');
    await take(start);
    await page.evaluate(() => window.figure.become('ready'));
    await until('the answers', () => window.figure.all('.flow-head .best').length === 2);
    const text0 = examples[0].text;
    assert.deepEqual(await page.evaluate(() => window.figure.asked), [['tokenize', text0], ['predict', text0]]);
    assert.deepEqual(await text('.flow-head li .number'), ['25 %', '75 %', '40 %', '60 %']);
    assert.deepEqual(await text('.flow-head .given'), ['weather', 'good'], 'the labels in the table are marked');

    const tokens = ['[CLS]', 'rain', 'at', 'last', '!', '[SEP]'];
    const ids = [1, 500, 250, 750, 999, 2];
    const point = (at) => page.evaluate((sentence) => window.figure.dispatch({ type: 'point', text: sentence }), at);
    const answer = () => page.evaluate((read) => window.figure.answer(read), { tokens, ids, words: [null, 0, 1, 2, 3, null], cut: false });
    await point('Nothing else.');
    await until('the other sentence', () => window.figure.all('.flow-tokens li').length === 2);
    await page.evaluate(() => (window.figure.first = window.figure.answer));
    await point(text0);
    await until('the first again', () => window.figure.all('.flow-tokens li').length === 3);
    await page.evaluate((read) => window.figure.first(read), { tokens: ['x'], ids: [1], words: [0], cut: false });
    await sleep(100);
    assert.equal((await text('.flow-tokens li')).length, 3, 'an answer for another sentence is not this one’s');
    await answer();
    await until('the tokens', () => window.figure.all('.flow-tokens .piece + .id').length > 0);
    assert.deepEqual(await text('.flow-tokens .piece'), tokens);
    assert.deepEqual(await text('.flow-tokens .id'), ids.map(String));
    const rows = await page.evaluate(() => window.figure.all('svg.across .lit').map((e) => Number(e.getAttribute('d').split(' ')[2])));
    assert.deepEqual(rows, ids.map((id) => Number((2 + (96 * id) / 1000).toFixed(1))));
    const lines = await page.evaluate(() => new Set(window.figure.all('svg.across .line:not(.lit)').map((e) => e.dataset.token)).size);
    assert.equal(lines, tokens.length, 'one line for each token');
  });

  test(`${name}: a step's parts light up one after the other and leave the batch's size`, async () => {
    await figure('diagram', 'createDiagram');
    await take(start);
    await page.evaluate(() => {
      const flow = window.figure.all('.flow')[0];
      window.seen = [];
      new MutationObserver(() => window.seen.push(flow.dataset.phase ?? '')).observe(flow, { attributeFilter: ['data-phase'] });
    });
    const phase = (what, rows = [], count = 0) => ({ type: 'phase', step: 3, name: what, rows, tokens: count });
    await take(phase('batch', [0, 1, 2], 14), phase('forward'), phase('losses'), phase('backward'), phase('update'));
    await until('the end of the step', () => window.seen.at(-1) === '');
    assert.deepEqual(await page.evaluate(() => window.seen), ['batch', 'forward', 'losses', 'backward', 'update', '']);
    assert.deepEqual(await text('.flow-now'), ['Step 3: a batch of B = 3 sentences, N = 14 tokens end to end']);
  });

  test(`${name}: the map keeps one scale on both axes and at every step`, async () => {
    await figure('map', 'createMap');
    assert.match((await text('[data-part="map-empty"]'))[0], /before the first step, a few times on the way, and after the last step/);
    await take(start, { ...map, frames: map.frames.slice(0, 1) });
    await take(map);
    const places = () =>
      page.evaluate(() =>
        window.figure.all('.scatter .marker').map((e) => e.getAttribute('transform').match(/[-\d.]+/g).map(Number)),
      );
    /** Scale and origin as two points give them; the third must lie where they say. */
    const check = async (frame) => {
      const at = await places();
      const of = map.frames[frame].points;
      const scale = Math.hypot(at[1][0] - at[0][0], at[1][1] - at[0][1]) / Math.hypot(of[1][0] - of[0][0], of[1][1] - of[0][1]);
      for (const axis of [0, 1]) {
        const way = (axis === 0 ? 1 : -1) * scale * (of[2][axis] - of[0][axis]);
        assert.ok(Math.abs(at[2][axis] - at[0][axis] - way) < 0.3, `axis ${axis}: ${at} for ${of}`);
      }
      return scale;
    };
    /** Waits until the points have come to rest: they glide for 650 ms by the time of the page's frames. */
    const settled = () =>
      page.evaluate(async () => {
        const begin = performance.now();
        while ((await new Promise(requestAnimationFrame)) - begin < 1000);
      });
    await settled();
    assert.deepEqual(await text('[data-part="map-step"]'), ['step 12'], 'it follows the newest');
    const last = await check(2);
    await page.evaluate(() => {
      const [slider] = window.figure.all('[data-part="map-slider"]');
      slider.value = '0';
      slider.dispatchEvent(new Event('input'));
    });
    await settled();
    assert.deepEqual(await text('[data-part="map-step"]'), ['step 0']);
    assert.ok(Math.abs((await check(0)) / last - 1) < 0.01);

    await take({ ...map, frames: [...map.frames, { step: 18, points: map.frames[1].points }] });
    assert.deepEqual(await text('[data-part="map-step"]'), ['step 0'], 'who looks back is not torn away');
    await page.evaluate(() => window.figure.all('[data-part="map-play"]')[0].click());
    await until('the end of the way', () => window.figure.text('[data-part="map-step"]')[0] === 'step 18');
  });

  test(`${name}: a chart stays where it is when there is a run before to be shown`, async () => {
    const step = { type: 'step', step: 1, epoch: 1, losses: { topic: 0.7, mood: 0.6 }, total: 1.3 };
    const top = () => page.evaluate(() => window.figure.all('[data-part="loss-chart"]')[0].getBoundingClientRect().top);
    for (const width of [320, 390, 440, 490, 540]) {
      await page.setViewport({ width, height: 900 });
      await figure('losses', 'createLosses', { of: { ...doc, recipe: { training: { task_weight: {} } } } });
      const shown = () => page.evaluate(() => window.figure.all('.legend li.ghost:not(.absent)').length);
      await take(start);
      const [first, none] = [await top(), await shown()];
      await take(step, start);
      assert.deepEqual([none, await shown(), await top()], [0, 1, first], `${width} px`);
    }
    await page.setViewport({ width: 1000, height: 900 });
  });

  test(`${name}: a task and a class may be called anything, and still fit on a phone`, async () => {
    const label = 'Donaudampfschifffahrtsgesellschaftskapitaenskajuetenschluessel';
    const long = [{ name: 'a task with a very long name indeed that goes on', labels: [label, 'other'] }];
    const word = [{ name: label, labels: [label, 'other'] }];
    await page.setViewport({ width: 320, height: 900 });
    for (const tasks of [long, word])
      for (const [view, make, shows] of [
        ['losses', 'createLosses', '.formula sub'],
        ['map', 'createMap', '.map-legend li'],
        ['results', 'createResults', '.figures span'],
      ]) {
        const labels = { [tasks[0].name]: label };
        const table = { ...doc.table, tasks, examples: examples.map(({ text }) => ({ text, labels })) };
        await figure(view, make, { of: { table, recipe: { training: { task_weight: {} } } } });
        await take({ ...start, tasks }, map, {
          ...{ type: 'evaluation', epoch: 1, split: 'validation' },
          tasks: { [tasks[0].name]: { accuracy: 1, macro_f1: 1, confusion: [[3, 0], [0, 0]] } },
        });
        const widest = await page.evaluate((what) => {
          const places = window.figure.all(what).map((element) => element.getBoundingClientRect().right);
          return [places.length > 0, document.documentElement.scrollWidth, Math.max(...places) <= innerWidth];
        }, shows);
        assert.deepEqual(widest, [true, 320, true], `${view} of ${tasks[0].name}`);
      }
    await page.setViewport({ width: 1000, height: 900 });
  });

  test(`${name}: a task without labels has no figures, and the other's are shown`, async () => {
    const figures = { accuracy: 0.75, macro_f1: 0.5, loss: 1, confusion: [[3, 0], [1, 0]] };
    const evaluation = { type: 'evaluation', epoch: 1, split: 'validation', tasks: { topic: figures, mood: null } };
    await figure('results', 'createResults');
    await take(start, evaluation);
    assert.deepEqual(await text('.figures strong'), ['75 % correct', 'no labels']);
    await figure('bar', 'createBar');
    await take(start, evaluation);
    assert.match((await text('[data-part="live"]'))[0], /topic 75.%[^,]*$/);
    await figure('accuracy', 'createAccuracy');
    await take(start, evaluation);
    assert.match(await page.evaluate(() => window.figure.shadow.innerHTML), /topic 75.%(?!, mood)/);
  });

  test(`${name}: the map's points can be reached by keys, say what they are, and stand in a table`, async () => {
    await figure('map', 'createMap', { lang: 'de' });
    await take(start, map);
    await page.evaluate(() => window.figure.all('.map-points')[0].focus());
    const said = () =>
      page.evaluate(() => {
        const { shadow } = window.figure;
        const id = shadow.activeElement.getAttribute('aria-activedescendant');
        return id && shadow.getElementById(id).getAttribute('aria-label');
      });
    assert.equal(await said(), null);
    const heard = [];
    for (let press = 0; press < 4; press++) {
      await page.keyboard.press('ArrowRight');
      heard.push(await said());
    }
    const [rain, soup, hostile] = [
      'Rain at last! topic: weather, mood: good',
      'Cold soup. topic: food, mood: bad, zurückgehalten',
      `${HOSTILE} topic: food, mood: kein Label`,
    ];
    assert.deepEqual(heard, [rain, soup, hostile, hostile], 'from the middle to the right');
    assert.deepEqual(await text('.map-card p'), [HOSTILE, 'topic: food · mood: kein Label']);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Escape');
    assert.equal(await said(), null);

    const kinds = () => page.evaluate(() => window.figure.all('.scatter .marker').map((e) => e.getAttribute('class').split(' ')[1]));
    assert.deepEqual(await kinds(), ['hollow', 'solid', 'solid']);
    await page.evaluate(() => window.figure.all('.map-tasks input')[1].click());
    assert.deepEqual(await kinds(), ['hollow', 'none', 'solid'], 'coloured by the other task');
    assert.deepEqual(await text('.map-legend li'), ['bad', 'good', 'kein Label']);

    await page.evaluate(() => (window.figure.all('details')[0].open = true));
    await until('the table', () => window.figure.all('tbody tr').length === 3);
    const row = await page.evaluate(() => [...window.figure.all('tbody tr')[2].cells].map((cell) => cell.textContent));
    assert.deepEqual(row, ['Cold soup.', 'food', 'bad', '−1,00', '−1,00']);
    assert.equal(await page.evaluate(() => window.hurt), undefined);
    assert.deepEqual(noise, []);
  });
}
