// Chromium, with the library's builds and ONNX Runtime Web in dedicated workers.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { launch } from '../tests/browser/browser.mjs';
import { root } from './jobs.mjs';
import { serve } from './server.mjs';

const MOUNTS = {
  '/': path.join(root, 'www'),
  '/site/': path.join(root, 'target/site'),
  '/bench/': path.join(root, 'benches'),
  '/made/': path.join(root, 'target/bench'),
  '/ort/': path.join(root, 'node_modules/onnxruntime-web/dist'),
};

/** The address of an encoder's directory. */
const encoderAt = (name) => (name === undefined ? '/models/all-MiniLM-L6-v2/' : `/made/${name}/`);

/** One browser, and two servers of the same files: one plain, one whose pages are cross-origin isolated. */
export async function openChromium() {
  const servers = { plain: await serve(MOUNTS), isolated: await serve(MOUNTS, { isolated: true }) };
  const { browser, close } = await launch('chromium');
  const version = (await browser.version()).replace(/^.*\//, '');

  /**
   * Runs `use` with a worker in a new page.
   *
   * @template T
   * @param {string} script
   * @param {(tab: Tab) => Promise<T>} use
   */
  async function withWorker(script, use, { isolated = false } = {}) {
    const page = await browser.newPage();
    try {
      // A page of this origin that runs nothing of its own: it shows the text of a script.
      await page.goto(`${(isolated ? servers.isolated : servers.plain).url}bench/browser-worker.js`);
      const tab = new Tab(page);
      await tab.start(script);
      return await use(tab);
    } finally {
      await page.close();
    }
  }

  return {
    browser,
    version,
    url: servers.plain.url,
    withWorker,

    /** Training steps of `job` with the build in www/pkg/`build`. */
    step(job, build, threads) {
      const pkg = `/pkg/${build}/`;
      return withWorker(
        '/bench/browser-worker.js',
        async (tab) => {
          await tab.ask('prepare', { pkg, threads, recipe: job.recipe, encoder: encoderAt(job.encoder) });
          const samples = await tab.ask('steps', job);
          return { samples, memory: (await tab.ask('memory')) / 1e9 };
        },
        { isolated: threads !== undefined },
      );
    },

    /** Sentence vectors of `job`. */
    forward(job, build) {
      return withWorker('/bench/browser-worker.js', async (tab) => {
        await tab.ask('prepare', { pkg: `/pkg/${build}/`, encoder: encoderAt(job.encoder) });
        const { times, vectors } = await tab.ask('forward', { ...job, texts: job.sentences });
        return { samples: times, vectors };
      });
    },

    /** The same by ONNX Runtime Web, from the token ids in `encoded`. */
    forwardByOnnx(job, encoded) {
      return withWorker('/bench/ort-worker.js', async (tab) => {
        const { times, vectors } = await tab.ask('forward', { ...job, ...encoded, model: '/made/onnx/model.onnx' });
        return { samples: times, vectors, versions: { 'ONNX Runtime Web': await tab.ask('version') } };
      });
    },

    async close() {
      await close();
      await Promise.all(Object.values(servers).map((server) => server.close()));
    },
  };
}

/** Why ONNX Runtime Web cannot take part; empty if it can. */
export const whatOrtLacks = () =>
  existsSync(path.join(MOUNTS['/ort/'], 'ort.wasm.min.mjs')) ? '' : 'onnxruntime-web is not in node_modules';

/** A page with one worker that answers calls. */
class Tab {
  /** @param {import('puppeteer-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  start(script) {
    return this.page.evaluate(async (url) => {
      const { startThreads } = await import('/engine/threads.js');
      const worker = new Worker(url, { type: 'module' });
      window.ask = (message) =>
        new Promise((resolve, reject) => {
          worker.onmessage = ({ data }) => {
            if (data.kind === 'threads') window.threads = startThreads(new URL('/engine/thread.js', location.href), data, (why) => reject(new Error(why)));
            else if ('error' in data) reject(new Error(data.error));
            else resolve(data.value);
          };
          worker.onerror = (event) => reject(new Error(event.message ?? `${url} could not be loaded`));
          worker.postMessage(message);
        });
    }, script);
  }

  /** Calls the worker. */
  ask(call, options = {}) {
    return this.page.evaluate((message) => window.ask(message), { ...options, call });
  }
}
