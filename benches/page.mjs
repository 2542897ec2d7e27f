// Timings of the product itself: its worker's loop, and a visit to its page.

import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import puppeteer from 'puppeteer-core';
import { sleep } from '../tests/browser/browser.mjs';

/**
 * Steps per second of a linear probe, by the page's own worker (www/engine/worker.js) and its messages: topic-sentiment, a quarter
 * held out, batch 16, `freeze: encoder`. The clock runs in the page, from the end of the first epoch
 * and its evaluation, after which every sentence's vector is known, those held out too, to the run's end: with the
 * evaluation after each epoch, and every event posted.
 */
export async function probe({ browser, url }, epochs = 100) {
  const page = await browser.newPage();
  try {
    await page.goto(`${url}bench/browser-worker.js`);
    const { steps, seconds } = await page.evaluate(async (count) => {
      const worker = new Worker('/engine/worker.js', { type: 'module' });
      const heard = { steps: 0 };
      const wanted = new Map();
      const next = (type) => new Promise((resolve, reject) => wanted.set(type, { resolve, reject }));
      worker.onerror = (event) => wanted.forEach(({ reject }) => reject(new Error(event.message)));
      worker.onmessage = ({ data }) => {
        const event = data.event ?? data;
        const type = event.type ?? event.kind;
        if (type === 'dead' || type === 'error') wanted.forEach(({ reject }) => reject(new Error(event.message)));
        if (type === 'step') heard.steps += 1;
        if (type === 'evaluation' && heard.since === undefined) Object.assign(heard, { since: performance.now(), steps: 0 });
        if (type === 'end') heard.until = performance.now();
        wanted.get(type)?.resolve(event);
        wanted.delete(type);
      };
      const send = (command) => worker.postMessage({ kind: 'command', run: 0, command });

      const { modules, moved } = await import('/engine/files.js');
      worker.postMessage({ kind: 'start', modules: modules(), moved: moved() });
      const loaded = next('loaded');
      send({ type: 'load', base: new URL('/models/all-MiniLM-L6-v2/', location.href).href });
      await loaded;
      const training = { batch_size: 16, learning_rate: 1e-3, freeze: 'encoder', epochs: count };
      const started = next('start');
      send({ type: 'configure', recipe: { data: { preset: { name: 'topic-sentiment' } }, training } });
      await started;
      const ended = next('end');
      send({ type: 'train' });
      await ended;
      worker.terminate();
      return { steps: heard.steps, seconds: (heard.until - heard.since) / 1000 };
    }, epochs);
    return { samples: [steps / seconds] };
  } finally {
    await page.close();
  }
}

/** A line of 50 Mbit/s, 20 ms away. */
export const LINE = { bitsPerSecond: 50e6, latency: 20 };

/**
 * A visit to the lab (lab.html in target/site) by a browser that has just been started: Train is pressed as soon as it can be.
 *
 * @param {string} url The site's address.
 * @param {string} profile The browser's profile, with its cache.
 * @returns {Promise<{ ms: number, cached: boolean }>} From the start of the navigation, `performance.timeOrigin`, until the run has
 *   taken its first training step; and whether the encoder came from the cache.
 */
async function visit(url, profile) {
  const browser = await puppeteer.launch({
    headless: true,
    userDataDir: profile,
    timeout: 120_000,
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync'],
  });
  try {
    const page = await browser.newPage();
    await page.evaluateOnNewDocument(() => {
      addEventListener('polytask', ({ detail }) => {
        if (detail.type === 'step') window.firstStep ??= performance.now();
        if (detail.type === 'loaded') window.fromCache = detail.cached;
      });
      // As soon as a reader could: the button is there, enabled, and nothing around it is inert.
      addEventListener('DOMContentLoaded', () => {
        const press = setInterval(() => {
          const train = document.querySelector('polytask-lab')?.shadowRoot?.querySelector('[data-part="train"]');
          if (!train || train.disabled || train.closest('[inert]')) return;
          clearInterval(press);
          train.click();
        }, 5);
      });
    });
    await page.goto(`${url}lab.html`);
    for (let waited = 0; waited < 120_000; waited += 100) {
      const seen = await page.evaluate(() => window.firstStep && { ms: window.firstStep, cached: window.fromCache });
      if (seen) return seen;
      await sleep(100);
    }
    throw new Error('the page took no training step within two minutes');
  } finally {
    await browser.close();
  }
}

/** A new browser profile. */
async function withProfile() {
  const profile = await mkdtemp(path.join(os.tmpdir(), 'polytask-bench-'));
  return { profile, remove: () => rm(profile, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Seconds of a first visit, over a line as in {@link LINE}. @param {string} url The site's address there. */
export async function coldVisit(url) {
  const { profile, remove } = await withProfile();
  try {
    const { ms, cached } = await visit(url, profile);
    if (cached) throw new Error('the encoder came from a cache');
    return { samples: [ms / 1000] };
  } finally {
    await remove();
  }
}

/** Seconds of later visits: the profile's cache holds the encoder. @param {string} url The site's address. */
export async function openVisits(url) {
  const { profile, remove } = await withProfile();
  await visit(url, profile); // fetches the encoder into the profile's cache
  return {
    async next() {
      const { ms, cached } = await visit(url, profile);
      if (!cached) throw new Error('the encoder did not come from the cache');
      return { samples: [ms / 1000] };
    },
    close: remove,
  };
}
