// The same recipe gives the same bits in every browser: each preset and each weighting, with `reproducible`.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch } from './browser.mjs';
import { SITE, startServer } from './server.mjs';
import { tinyFolder } from './tiny-bert.mjs';

const PRESETS = ['notebook', 'topic-sentiment', 'tickets'];
const STEPS = 4;

/** A worker's script: trains a few steps for each recipe, and answers with the losses, each as the shortest text that tells its bits. */
const script = `
  self.onmessage = async ({ data: { base, presets, steps } }) => {
    try {
      const polytask = await import(base + 'pkg/fused/polytask.js');
      await polytask.default();
      const file = async (name) => new Uint8Array(await (await fetch(base + 'tiny/' + name)).arrayBuffer());
      const [config, tokenizer, weights] = await Promise.all(['config.json', 'tokenizer.json', 'model.safetensors'].map(file));
      const weightings = await (await fetch(base + 'weightings.json')).json();
      const losses = {};
      for (const preset of presets)
        for (const weighting of weightings) {
          const recipe = polytask.default_recipe(preset);
          Object.assign(recipe.training, { epochs: steps, weighting, reproducible: true });
          const session = new polytask.Session();
          session.plan(recipe, config, tokenizer);
          session.receive(weights);
          session.begin();
          const told = (losses[preset + ' ' + weighting] = []);
          while (told.length < steps)
            for (const event of session.advance()) if (event.type === 'step') told.push([event.total, ...Object.values(event.losses)].join(' '));
          session.free();
        }
      self.postMessage({ losses });
    } catch (error) {
      self.postMessage({ error: String(error) });
    }
  };
`;

/** The losses in the browsers so far. @type {Map<string, Record<string, string[]>>} */
const found = new Map();

describe('with reproducible arithmetic', () => {
  let server;

  before(async () => {
    const { WEIGHTING_NAMES } = await import('../../www/lab/recipe/weightings.js');
    server = await startServer(SITE, { pages: { '/weightings.json': JSON.stringify(WEIGHTING_NAMES), '/blank.html': '<!doctype html><title>Nothing</title>' } });
    const files = tinyFolder();
    server.answer('/tiny/', (file) => (files[file] ? { body: files[file] } : { status: 404, body: '' }));
  });
  after(() => server?.close());

  for (const name of BROWSERS)
    test(`${name} trains every preset with every weighting`, async () => {
      const session = await launch(name);
      try {
        const page = await session.browser.newPage();
        await page.goto(`${server.url}blank.html`);
        const answer = await page.evaluate(
          (script, message) =>
            new Promise((resolve) => {
              const worker = new Worker(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })), { type: 'module' });
              worker.onmessage = ({ data }) => resolve(data);
              worker.onerror = ({ message }) => resolve({ error: message });
              worker.postMessage(message);
            }),
          script,
          { base: server.url, presets: PRESETS, steps: STEPS },
        );
        assert.equal(answer.error, undefined);
        found.set(name, answer.losses);
      } finally {
        await session.close();
      }
    });

  test('and all browsers give the same bits', () => {
    const [[first, losses], ...others] = found;
    assert.ok(Object.keys(losses).length >= 13 * PRESETS.length, `${Object.keys(losses).length} runs`);
    for (const [run, told] of Object.entries(losses)) assert.equal(told.length, STEPS, run);
    assert.notDeepEqual(losses['topic-sentiment sum'], losses['topic-sentiment mgda'], 'weightings differ');
    assert.ok(others.length > 0);
    for (const [other, theirs] of others) assert.deepEqual(losses, theirs, `${first} and ${other}`);
  });
});
