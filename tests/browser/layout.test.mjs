// Names of 300 characters and losses of five digits, in every view: nothing is wider than the screen, numbers keep their
// place, and a name that is cut is whole in its title.

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { BROWSERS, launch, openLab } from './browser.mjs';
import { startServer, WWW } from './server.mjs';

const OUT = fileURLToPath(new URL('../../target/screenshots/', import.meta.url));
const VIEWS =
  'controls encoder sentences settings diagram losses accuracy results log loop steps gradients interference compare map try model share';
const WIDTHS = [1280, 390];

/** 300 characters that can be broken, and 300 that cannot. */
const KINDS = {
  words: (name) => `${name}: ${'a name that goes on and on '.repeat(12)}`.slice(0, 299) + '.',
  letters: (name) => `${name}${'Donaudampfschifffahrt'.repeat(15)}`.slice(0, 300),
};

/** Rows of a table with three tasks of two or three classes. @param {(name: string) => string} long */
const tableOf = (long) =>
  Array.from({ length: 12 }, (_, i) =>
    JSON.stringify({
      text: `Sentence number ${i}.`,
      [long('topic')]: long(['food', 'weather', 'phone'][i % 3]),
      [long('mood')]: long(['bad', 'good'][i % 2]),
      [long('tone')]: long(['rude', 'polite'][(i >> 1) % 2]),
    }),
  ).join('\n');

const page = (src) => `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
  <title>Long</title><link rel="icon" href="data:,"><link rel="stylesheet" href="styles/tokens.css">
  <style>body { margin: 0; background: var(--paper); color: var(--ink) } main { padding: 16px; max-width: 60rem; margin: auto }</style>
  <script type="module" src="polytask-lab.js"></script>
  <main><polytask-lab src="${src}" views="${VIEWS}"></polytask-lab></main>`;

/** What a run of these sentences says, with losses of five digits. Runs in the page. */
function feed() {
  const { lab, views, reduce } = window.held;
  // The page's own run would take the place of this one.
  lab.dispatch = () => {};
  let { state } = lab;
  const { tasks, examples } = state.document.doc.table;
  const names = tasks.map(({ name }) => name);
  const by = (value) => Object.fromEntries(names.map((name, k) => [name, value(k)]));
  const losses = by((k) => [45_778.4, 3_210.5, 0.7][k]);
  const total = 48_989.6;
  const gram = names.map((_, i) => names.map((_, j) => (i === j ? 1 : -0.3)));
  const geometry = { gram, norms: names.map(() => 1), cosines: gram, conflict: true };
  const metrics = (k) => {
    const { length } = tasks[k].labels;
    return { accuracy: 0.5, macro_f1: 0.5, loss: 45_778.4, confusion: tasks[k].labels.map(() => Array(length).fill(12_345)) };
  };
  const part = { parameters: 1_000_000, trainable: 1_000_000 };
  const model = {
    ...{ vocab_size: 30_522, max_position_embeddings: 512, hidden_size: 384, num_hidden_layers: 6, num_attention_heads: 12, intermediate_size: 1536 },
    parts: { embeddings: part, 'layer.0': part, ...Object.fromEntries(names.map((name) => [`heads.${name}`, part])) },
  };
  const held_out = examples.map((_, i) => i % 4 === 0);
  const rows = examples.map((_, i) => i);
  const events = [
    { type: 'start', tasks, epochs: 3, steps_per_epoch: 16_000, validation_examples: 3, held_out, model },
    { type: 'step', step: 1, epoch: 1, losses, total, learning_rate: 1e-4, weights: by(() => 0.33) },
    { type: 'step', step: 2, epoch: 1, losses, total, learning_rate: 1e-4, weights: by(() => 0.33) },
    { type: 'step', step: 47_999, epoch: 2, losses, total, learning_rate: 1e-4, weights: by(() => 0.33) },
    { type: 'gradients', step: 2, tasks: names, whole: geometry, layers: { embeddings: geometry, 'layer.0': geometry }, combined_norm: 45_778, update: { norm: 12_345.6, products: [-1e4, 2e4, 1], coefficients: [1, 1, 1], share: 0.5 }, weights: [1, 1, 1] },
    { type: 'epoch', epoch: 1, epochs: 3, losses, total, accuracies: by(() => 0.5) },
    { type: 'evaluation', split: 'validation', epoch: 1, tasks: by(metrics) },
    { type: 'mistakes', split: 'validation', epoch: 1, tasks: by((k) => [{ row: 0, label: tasks[k].labels[0], said: tasks[k].labels[1], probability: 0.9 }]) },
    { type: 'interference', step: 2, tasks: names, learning_rate: 1e-3, changes: names.map(() => [-12_345.6, 45_778.4, null]) },
    { type: 'map', rows, frames: [{ step: 0, points: rows.map((i) => [i, i]) }, { step: 2, points: rows.map((i) => [-i, i]) }] },
  ];
  for (const event of events) state = reduce(state, { type: 'replayed', event, at: 0, text: event.type === 'epoch' ? names.map((name) => `Loss ${name}: 45778.4000`).join('\n') : undefined });
  state = { ...state, run: { ...state.run, status: 'paused' } };
  for (const view of views) view.render(state);
  window.held.saliency = { type: 'saliency', text: $('#try-text').value, spans: [], tasks: by((k) => ({ label: tasks[k].labels[0], probability: 0.5, changes: [] })) };
  $part('explain').click();
}

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session;
    before(async () => {
      mkdirSync(OUT, { recursive: true });
      const pages = Object.entries(KINDS).flatMap(([kind, long]) => [
        [`/${kind}.html`, page(`${kind}.jsonl`)],
        [`/${kind}.jsonl`, tableOf(long)],
      ]);
      server = await startServer(WWW, { pages: Object.fromEntries(pages) });
      session = await launch(name);
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    for (const kind of Object.keys(KINDS))
      test(`names of 300 ${kind}`, async () => {
        const lab = await openLab(session.browser, server.url, {
          page: `${kind}.html`,
          // The views are held, to be shown a run that there is none of.
          before: `addEventListener('DOMContentLoaded', async () => {
            const [{ Lab }, { Rendering }, { reduce }] = await Promise.all(['/lab/lab.js', '/lab/rendering.js', '/lab/run/state.js'].map((file) => import(file)));
            window.held = { views: [], reduce };
            const { dispatch } = Lab.prototype;
            Lab.prototype.dispatch = function (event) {
              window.held.lab = this;
              this.explain = async () => window.held.saliency;
              dispatch.call(this, event);
            };
            const { add } = Rendering.prototype;
            Rendering.prototype.add = function (view) {
              window.held.views.push(view);
              add.call(this, view);
            };
          }, { once: true });`,
        });
        await lab.untilStatus('ready');
        await lab.until('the sentences', () => $$('.sentences tbody tr').length === 12);
        for (const width of WIDTHS) {
          await lab.page.setViewport({ width, height: 900 });
          await lab.page.evaluate(() => $drawn());
          // In one go: in between, the page would say again how its own run stands.
          const found = await lab.page.evaluate(`(${feed})(); $drawn().then(() => (${measure})())`);
          await lab.page.evaluate(() => ($part('controls').style.position = 'static'));
          for (const panel of await lab.page.$$('polytask-lab >>> .panel, polytask-lab >>> .bar'))
            await panel.screenshot({ path: path.join(OUT, `${name}-${width}-names-${kind}-${await panel.evaluate(({ dataset }) => dataset.part)}.png`) });
          const { bar, axis, ...wrong } = found;
          assert.deepEqual(wrong, { wider: 0, over: [], cut: [], nameless: [], tall: [], touching: [] }, `${width} px`);
          assert.ok(axis.room >= axis.needs, `the axis has ${axis.room} px for its numbers, which are ${axis.needs} px wide`);
          if (width === 1280) assert.ok(bar < 80, `the bar is ${bar} px high: one row`);
        }
        await lab.close();
      });
  });
}

/** What is wrong with the layout. Runs in the page. */
function measure() {
  const root = document.documentElement;
  const all = $$('polytask-lab *').concat($$('.lab *'));
  const told = (element) => `${element.className?.baseVal ?? element.className} ${element.dataset?.part ?? ''} ${element.tagName}: ${element.textContent.slice(0, 30)}`;
  /** Whether an ancestor scrolls or clips what reaches beyond it. */
  const isHeld = (element) => {
    for (let each = element.parentElement; each; each = each.parentElement)
      if (getComputedStyle(each).overflowX !== 'visible') return true;
    return false;
  };
  const boxes = all.filter((element) => element.getClientRects().length > 0 && !element.closest('.sr'));
  const isCut = (element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).overflowX === 'hidden';
  const wholeAt = (element) => {
    for (let each = element; each; each = each.parentElement) if (each.title) return each.title;
    return '';
  };
  const pen = document.createElement('canvas').getContext('2d');
  pen.font = '12px system-ui, sans-serif';
  const textEnd = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    return range.getBoundingClientRect().right;
  };
  const numbers = boxes.filter((element) => element.matches('.value, .number, dd, .counters dt, td span, .formula strong, .flow-shape'));
  const cutNames = boxes.filter((element) => isCut(element) && getComputedStyle(element).textOverflow === 'ellipsis' && element.textContent && !element.matches('select, input, .sr'));
  return {
    wider: root.scrollWidth - root.clientWidth,
    over: boxes.filter((element) => element.getBoundingClientRect().right > root.clientWidth + 1 && !isHeld(element)).map(told),
    cut: numbers.filter(isCut).map(told),
    nameless: cutNames.filter((element) => {
      const [whole, shown] = [wholeAt(element), element.textContent.trim()];
      return !whole.includes(shown) && !shown.endsWith('…') && !(whole && shown.endsWith(whole));
    }).map(told),
    tall: boxes
      .filter((element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.length >= 250 && /a name that goes on and on|fahrtDonau/.test(node.data)))
      .filter((element) => element.offsetHeight > 70 * (element.closest('pre') ? element.textContent.split('\n').length : 1) && !element.matches('.log-lines *, textarea, option'))
      .map(told),
    touching: $$('.counters > div').slice(1).filter((counter, i) => counter.getBoundingClientRect().left < textEnd($$('.counters > div')[i]) + 6).map(told),
    bar: $part('controls').offsetHeight,
    axis: { room: $('[data-part="loss-chart"] .u-over').offsetLeft, needs: Math.ceil(pen.measureText('50,000').width) },
  };
}
