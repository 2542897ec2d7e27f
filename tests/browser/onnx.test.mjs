// An exported model in ONNX Runtime Web, beside `polytask/model` on the same page: the same sentence vectors and answers, from batches
// of sentences of different lengths. tests/command_line/export.rs does the same with ONNX Runtime for Python.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch } from './browser.mjs';
import { collectNoise } from './pages.mjs';
import { trainedModel } from './saved-model.mjs';
import { SITE, startServer, WWW } from './server.mjs';
import { idsOf } from './tiny-bert.mjs';

const NATIVE = process.env.POLYTASK ?? path.resolve(WWW, '../target/release/polytask');
const RUNTIME = path.resolve(WWW, '../node_modules/onnxruntime-web/dist');
const SENTENCES = ['The soup was cold', 'rain', 'My phone broke again, and again, and again', 'a b c', 'What a lovely breeze that was'];
const POOLINGS = ['mean', 'cls', 'pooler'];

/** The largest error that is allowed, of vectors and of probabilities. */
const CLOSE = 1e-4;

const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title><link rel="icon" href="data:,">
  <script type="module">
    import * as ort from './ort/ort.wasm.min.mjs';
    import { load } from './model.js';
    ort.env.wasm.wasmPaths = new URL('ort/', location.href).href;
    ort.env.wasm.numThreads = 1;
    window.bothOf = async (directory, sentences, rows) => {
      const model = await load(directory);
      const [answers, vectors] = [await model.predict(sentences), await model.embed(sentences)];
      const { tasks } = model;
      model.close();
      // A batch is as long as its longest sentence; what stands in the gaps must not matter.
      const longest = Math.max(...rows.map((row) => row.length));
      const tensor = (of) => new ort.Tensor('int64', BigInt64Array.from(rows.flatMap(of), BigInt), [rows.length, longest]);
      const session = await ort.InferenceSession.create(directory + 'model.onnx', { executionProviders: ['wasm'] });
      const outputs = await session.run({
        input_ids: tensor((row) => Array.from({ length: longest }, (_, t) => row[t] ?? 7)),
        attention_mask: tensor((row) => Array.from({ length: longest }, (_, t) => Number(t < row.length))),
      });
      const given = Object.fromEntries(Object.entries(outputs).map(([name, { dims, data }]) => [name, { dims, data: [...data] }]));
      await session.release();
      return { tasks, answers, vectors: vectors.map((vector) => [...vector]), given };
    };
  </script>`;

for (const name of BROWSERS) {
  describe(name, { skip: existsSync(NATIVE) ? false : `there is no ${NATIVE}` }, () => {
    let folder, server, session, page;
    const noise = [];

    before(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'polytask-onnx-'));
      server = await startServer(SITE, { pages: { '/page.html': PAGE } });
      server.answer('/ort/', (file) => ({ type: file.endsWith('.wasm') ? 'application/wasm' : 'text/javascript', body: readFileSync(path.join(RUNTIME, file)) }));
      server.answer('/saved/', (file) => ({ body: readFileSync(path.join(folder, file)) }));
      session = await launch(name);
      page = await session.browser.newPage();
      collectNoise(page, noise);
      await page.goto(`${server.url}page.html`);
      while (!(await page.evaluate(() => window.bothOf !== undefined)));
    });
    after(async () => {
      await session?.close();
      await server?.close();
      if (folder) rmSync(folder, { recursive: true });
    });

    for (const pooling of POOLINGS) {
      test(`${pooling}: the same vectors and answers`, async () => {
        const { files } = await trainedModel('tickets', { recipe: { pooling } });
        const saved = path.join(folder, pooling);
        for (const [file, bytes] of Object.entries(files)) {
          mkdirSync(path.dirname(path.join(saved, file)), { recursive: true });
          writeFileSync(path.join(saved, file), bytes);
        }
        execFileSync(NATIVE, ['export', '--model', saved, '--format', 'onnx', '--out', path.join(saved, 'model.onnx')], { stdio: 'pipe' });

        const { tasks, answers, vectors, given } = await page.evaluate(
          (...of) => window.bothOf(...of),
          ...[`saved/${pooling}/`, SENTENCES, SENTENCES.map(idsOf)],
        );
        const [width] = given.sentence_embedding.dims.slice(1);
        assert.deepEqual(given.sentence_embedding.dims, [SENTENCES.length, vectors[0].length]);
        const scale = Math.max(...vectors.flat().map(Math.abs));
        vectors.flat().forEach((x, i) => assert.ok(Math.abs(x - given.sentence_embedding.data[i]) <= CLOSE * scale, `number ${i % width} of sentence ${Math.floor(i / width)}`));
        assert.equal(tasks.length, 3);
        for (const task of tasks) {
          const { dims, data } = given[`logits.${task.name}`];
          assert.deepEqual(dims, [SENTENCES.length, task.labels.length]);
          answers.forEach((answer, b) => {
            const logits = data.slice(b * task.labels.length, (b + 1) * task.labels.length);
            const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
            task.labels.forEach((label, c) => {
              const difference = Math.exp(logits[c]) / sum - answer[task.name].probabilities[label];
              assert.ok(Math.abs(difference) <= CLOSE, `${task.name}, ${label} of "${SENTENCES[b]}": ${difference}`);
            });
          });
        }
      });
    }

    test('the console is empty', () => assert.deepEqual(noise, []));
  });
}
