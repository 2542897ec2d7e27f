// The three builds of the wasm module compute the same run: fused within rounding, threads and reproducible runs bit for
// bit; and an isolated page gets the threads.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { BROWSERS, launch, openLab } from './browser.mjs';
import { SITE, startServer, WWW } from './server.mjs';
import { startServer as startStatic } from '../../build/static-server.mjs';

/**
 * A worker's script: runs that take turns, one for each entry of `reproducible`. It answers with the losses of each, every
 * loss as the shortest text that tells all its bits.
 */
const script = `
  self.onmessage = async ({ data: { base, build, threads, reproducible } }) => {
    try {
      const polytask = await import(base + 'pkg/' + build + '/polytask.js');
      await polytask.default();
      if (threads) await (await import(base + 'engine/threads.js')).useThreads(polytask, threads);
      const file = async (name) =>
        new Uint8Array(await (await fetch(base + 'models/all-MiniLM-L6-v2/' + name)).arrayBuffer());
      const recipe = polytask.default_recipe('topic-sentiment');
      const files = [await file('config.json'), await file('tokenizer.json')];
      const weights = await file('model.safetensors');
      const sessions = reproducible.map((reproducible) => {
        Object.assign(recipe.training, { epochs: 1, reproducible });
        const session = new polytask.Session();
        session.plan(recipe, ...files);
        session.receive(weights);
        session.begin();
        return session;
      });
      const losses = sessions.map(() => []);
      while (losses.some((some) => some.length < 5))
        sessions.forEach((session, i) => {
          for (const { type, total } of session.advance()) if (type === 'step') losses[i].push(String(total));
        });
      self.postMessage({ recipe, losses: losses.map((some) => some.slice(0, 5)) });
    } catch (error) {
      self.postMessage({ error: String(error) });
    }
  };
`;

/** The losses of plain runs in the browsers so far. */
const plain = new Map();

for (const name of BROWSERS) {
  describe(name, () => {
    let server, session, page;

    before(async () => {
      server = await startServer(SITE, { isolated: true, modules: true });
      session = await launch(name);
      page = await session.browser.newPage();
      await page.goto(`${server.url}models/all-MiniLM-L6-v2/manifest.json`); // a page of this origin that runs nothing
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    /** The answers of {@link run} so far, by what was asked for: each of them fetches 91 MB and trains. */
    const known = new Map();

    /** A worker's answer for one run. */
    const run = async (build, { threads = 0, reproducible = false } = {}) => {
      const asked = `${build} ${threads} ${reproducible}`;
      if (!known.has(asked)) {
        const { recipe, losses } = await runs(build, [reproducible], threads);
        known.set(asked, { recipe, losses: losses[0] });
      }
      return known.get(asked);
    };

    /** The answer of a new worker for several runs. @param {boolean[]} reproducible */
    const runs = async (build, reproducible, threads = 0) => {
      const answer = await page.evaluate(
        async (script, message) => {
          const { startThreads } = await import(`${message.base}engine/threads.js`);
          const url = URL.createObjectURL(new Blob([script], { type: 'text/javascript' }));
          const workers = [new Worker(url, { type: 'module' })];
          const answer = await new Promise((resolve) => {
            const fail = (error) => resolve({ error });
            workers[0].onmessage = ({ data }) =>
              data.kind === 'threads' ? workers.push(...startThreads(new URL('engine/thread.js', message.base), data, fail)) : resolve(data);
            workers[0].onerror = ({ message }) => fail(message);
            workers[0].postMessage(message);
          });
          for (const worker of workers) worker.terminate();
          return answer;
        },
        script,
        { base: server.url, build, threads, reproducible },
      );
      assert.equal(answer.error, undefined);
      return answer;
    };

    test('any number of threads gives the numbers of one', async () => {
      const { losses } = await run('fused');
      for (const threads of [1, 2, 3]) assert.deepEqual((await run('threads', { threads })).losses, losses, `${threads}`);
    });

    test('a reproducible run is the plain build’s, whatever the build', async () => {
      const { losses } = await run('plain');
      assert.deepEqual((await run('fused', { reproducible: true })).losses, losses);
      assert.deepEqual((await run('threads', { threads: 2, reproducible: true })).losses, losses);
      for (const [other, theirs] of plain) assert.deepEqual(losses, theirs, `${name} and ${other}`);
      plain.set(name, losses);
    });

    test('sessions of different arithmetic in one worker each compute as they do alone', async () => {
      const [fast, reproducible] = [await run('fused'), await run('fused', { reproducible: true })];
      assert.notDeepEqual(fast.losses, reproducible.losses, 'the two round differently on this machine');
      assert.deepEqual((await runs('fused', [false, true])).losses, [fast.losses, reproducible.losses]);
    });

    test('the product of our own gives what the native command gives', async () => {
      const { losses, recipe } = await run('fused');
      const scratch = mkdtempSync(path.join(tmpdir(), 'polytask-'));
      const [file, log] = ['recipe.json', 'log.jsonl'].map((name) => path.join(scratch, name));
      writeFileSync(file, JSON.stringify(recipe));
      const encoder = path.join(WWW, 'models/all-MiniLM-L6-v2');
      const binary = path.resolve(import.meta.dirname, '../../target/release/polytask');
      execFileSync(binary, ['train', '--recipe', file, '--encoder', encoder, '--log', log], { stdio: 'pipe' });
      const events = readFileSync(log, 'utf8').trim().split('\n').map(JSON.parse);
      rmSync(scratch, { recursive: true });
      const native = events.filter(({ type }) => type === 'step').map(({ total }) => total);
      losses.forEach((loss, step) => {
        assert.ok(Math.abs(loss - native[step]) < 1e-3, `step ${step + 1}: ${loss} and natively ${native[step]}`);
      });
    });

    test('an isolated page computes on every core', { skip: availableParallelism() < 2 }, async () => {
      const lab = await openLab(session.browser, server.url);
      await lab.untilStatus('ready');
      assert.match(await lab.text('encoder-threads'), /^[2-8] threads$/);
      await lab.page.close();
      assert.deepEqual(lab.noise, []);
    });

    test('trains with the build that is there, and with a faster one once it has come', { skip: availableParallelism() < 2 }, async (t) => {
      // As build.sh serves the page while it still compiles.
      const directory = mkdtempSync(path.join(WWW, '../target/polytask-'));
      // Hard links: the server follows none that leads out of its directory.
      const link = (file) => execFileSync('cp', ['-alL', path.join(WWW, file), path.join(directory, file)]);
      mkdirSync(path.join(directory, 'pkg'));
      for (const file of readdirSync(WWW)) if (file !== 'pkg') link(file);
      link('pkg/plain');
      const early = await startStatic(directory, 0);
      t.after(async () => {
        await early.close();
        rmSync(directory, { recursive: true });
      });
      const lab = await openLab(session.browser, early.url);
      await lab.untilStatus('ready');
      assert.match(await lab.text('encoder-threads'), /^1 thread$/);
      await lab.press('step');
      await lab.until('a step', () => window.runEvents.some(({ type }) => type === 'step'));
      assert.equal(await lab.alerts(), '');
      link('pkg/threads');
      await lab.reload();
      await lab.untilStatus('paused');
      assert.match(await lab.text('encoder-threads'), /^[2-8] threads$/);
      await lab.page.close();
      // Nothing but that two builds were not there.
      assert.deepEqual(lab.noise.filter((line) => !/\b404\b/.test(line)), []);
    });

    test('a worker that is replaced takes its threads with it', { skip: availableParallelism() < 2 }, async () => {
      const lab = await openLab(session.browser, server.url, {
        before: () => {
          window.living = [];
          window.Worker = class extends Worker {
            constructor(url, options) {
              super(url, options);
              this.name = options.name;
              window.living.push(this);
            }
            terminate() {
              super.terminate();
              window.living.splice(window.living.indexOf(this), 1);
            }
          };
        },
      });
      await lab.untilStatus('ready');
      const names = () => lab.page.evaluate(() => window.living.map(({ name }) => name));
      const before = await names();
      assert.ok(before.length >= 3 && before[0] === 'polytask', `${before}`);
      // One of the threads breaks down.
      await lab.page.evaluate(() => {
        window.living.at(-1).dispatchEvent(new ErrorEvent('error', { message: 'no memory' }));
      });
      await lab.untilMessage(/The training worker crashed \(no memory\) and was replaced/);
      await lab.until('as many as before', (n) => window.living.length === n, before.length);
      assert.deepEqual(await names(), before);
      await lab.until(
        'the encoder again',
        () => $part('encoder').dataset.state === 'loaded',
      );
      await lab.press('step');
      await lab.until('a step of the new worker', () => window.runEvents.some(({ type }) => type === 'step'));
      assert.match(await lab.text('encoder-threads'), /^[2-8] threads$/);
      await lab.page.close();
      assert.deepEqual(lab.noise, []);
    });
  });
}
