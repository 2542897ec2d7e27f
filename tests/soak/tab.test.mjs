// Runs one after the other in one tab, while elements come and go, and language and theme change: nothing may grow.
//
//   ./build.sh soak [RUNS]   (default: 500)
//
// Runs alone: it measures times.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, describe, test } from 'node:test';
import { WEIGHTING_NAMES } from '../../www/lab/recipe/weightings.js';
import { VIEWS } from '../../www/views/registry.js';
import { BROWSERS, launch, openLab, sleep } from '../browser/browser.mjs';
import { countLeftovers, heldInFirefox } from '../browser/leftovers.mjs';
import { pageWith } from '../browser/pages.mjs';
import { SITE, startServer } from '../browser/server.mjs';
import { tinyFolder } from '../browser/tiny-bert.mjs';

const RUNS = Number(process.env.POLYTASK_RUNS ?? 500);
/** So many elements come and go beside the one that trains. */
const ELEMENTS = 24;
/** What there is, is counted so many times; the first counts are of a page that has not done everything once. */
const [COUNTS, FIRST] = [10, 2];

const PRESETS = ['notebook', 'topic-sentiment', 'tickets'];
const LAB = `<polytask-lab id="a" preset="notebook" encoder="tiny/" epochs="1" views="${Object.keys(VIEWS).join(' ')}"></polytask-lab>`;

/** How much of each may be there at the last count, as a share of what was there at the first one, and beyond that share. */
const MAY_GROW = {
  listeners: [1, 0],
  timers: [1, 2],
  observers: [1, 0],
  workers: [1, 0],
  nodes: [1.02, 200],
  heapBytes: [1.05, 500e3],
  orphanBytes: [1, 10e6],
  workerHeapBytes: [1.05, 1e6],
  wasmBytes: [1, 0],
  processBytes: [1.15, 60e6],
  dispatchMs: [1.3, 0.2],
  runMs: [1.3, 50],
};

for (const name of BROWSERS)
  describe(name, () => {
    let session, server;

    before(async () => {
      const files = tinyFolder();
      server = await startServer(SITE, { pages: { '/soak.html': pageWith(LAB) } });
      server.answer('/tiny/', (file) => (files[file] ? { body: files[file] } : { status: 404, body: '' }));
      session = await launch(name);
    });
    after(async () => {
      await session?.close();
      await server?.close();
    });

    test(`${RUNS} runs in one tab leave nothing behind`, async () => {
      const lab = await openLab(session.browser, server.url, { page: 'soak.html', before: `(${countLeftovers})()`, fetches: false });
      const counts = [];
      const took = [];
      for (let run = 0; run < RUNS; run++) {
        took.push(await lab.page.evaluate(trainOnce, recipe(PRESETS[run % PRESETS.length], 1 + (run % 2), run)));
        if (isDue(run, ELEMENTS)) await lab.page.evaluate(comeAndGo, `b${run}`, WEIGHTING_NAMES[run % WEIGHTING_NAMES.length]);
        if (isDue(run, 4 * ELEMENTS)) await changeLooks(lab, run);
        if (isDue(run, COUNTS)) {
          // What there is depends on the sentences: each count is of the same.
          await lab.page.evaluate(trainOnce, recipe(PRESETS[0], 1, 0));
          const runMs = took.splice(0).sort((a, b) => a - b);
          counts.push({ ...(await count(lab, name, session.browser.process().pid)), runMs: Math.round(runMs[runMs.length >> 1]) });
          console.log(`${name}, after ${run + 1} runs: ${JSON.stringify(counts.at(-1))}`);
        }
      }
      const [first, last] = [counts[FIRST], counts.at(-1)];
      for (const [what, [share, beyond]] of Object.entries(MAY_GROW)) {
        if (!(what in first)) continue;
        const most = share * first[what] + beyond;
        assert.ok(last[what] <= most, `${what}: ${last[what]} after ${RUNS} runs, ${first[what]} in the beginning; at most ${most}`);
      }
      lab.assertQuiet();
    });
  });

/** @param {string} name @param {number} epochs @param {number} run */
function recipe(name, epochs, run) {
  return { data: { preset: { name } }, training: { epochs, seed: run, weighting: WEIGHTING_NAMES[run % WEIGHTING_NAMES.length] } };
}

/** Whether something that happens so many times in all the runs happens after this one. @param {number} run @param {number} times */
function isDue(run, times) {
  return Math.floor(((run + 1) * times) / RUNS) > Math.floor((run * times) / RUNS);
}

/** In the page: trains this recipe to its end. Returns how long that took, in ms. @param {object} recipe */
async function trainOnce(recipe) {
  const lab = document.getElementById('a');
  lab.recipe = recipe;
  const began = performance.now();
  await lab.train();
  const took = performance.now() - began;
  // What the tests themselves keep of the page.
  window.runEvents.length = 0;
  window.shifts.length = 0;
  return took;
}

/** In the page: another element with all views comes, trains, and is taken away. @param {string} id @param {string} weighting */
async function comeAndGo(id, weighting) {
  const lab = document.getElementById('a').cloneNode();
  lab.id = id;
  lab.setAttribute('weighting', weighting);
  document.body.append(lab);
  await lab.train();
  lab.remove();
}

/** @param {import('../browser/browser.mjs').Lab} lab @param {number} run */
async function changeLooks({ page }, run) {
  await page.evaluate((lang) => document.getElementById('a').setAttribute('lang', lang), ['de', 'en'][run % 2]);
  await page.evaluate((scheme) => (document.documentElement.style.colorScheme = scheme), ['dark', 'light'][run % 2]);
}

/**
 * Counts what there is, after the garbage is gone.
 *
 * @param {import('../browser/browser.mjs').Lab} lab
 * @param {string} browser
 * @param {number} pid Process id of the browser.
 */
async function count(lab, browser, pid) {
  const inBrowser = browser === 'chromium' ? await countInChromium(lab.page) : await heldInFirefox(pid, 'soak.html');
  await sleep(2000); // For what is due to end.
  const inPage = await lab.page.evaluate(() => {
    const { listeners, timers, observers, workers } = window.leftBehind();
    // Everything that listens to the window's size: once to warm up, then as the median of some times.
    const times = Array.from({ length: 21 }, () => {
      const began = performance.now();
      window.dispatchEvent(new Event('resize'));
      return performance.now() - began;
    });
    const dispatchMs = times.slice(1).sort((a, b) => a - b)[10];
    return { listeners: listeners.length, timers, observers, workers, dispatchMs: Math.round(100 * dispatchMs) / 100 };
  });
  return { ...inPage, ...inBrowser, processBytes: residentBytes(pid) };
}

/** What Chromium's protocol tells of a page and its worker. @param {import('puppeteer-core').Page} page */
async function countInChromium(page) {
  const cdp = await page.createCDPSession();
  await cdp.send('HeapProfiler.collectGarbage');
  await cdp.send('Performance.enable');
  const metrics = Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map(({ name, value }) => [name, value]));
  const heapBytes = await heldByScripts(cdp);
  await cdp.detach();
  const worker = page.workers().find((one) => one.url().includes('worker'));
  await worker.client.send('HeapProfiler.collectGarbage');
  const { usedSize } = await worker.client.send('Runtime.getHeapUsage');
  const wasmBytes = await worker.evaluate(async () => {
    const { default: exports } = await import('/pkg/fused/polytask.js');
    return (await exports()).memory.buffer.byteLength;
  });
  return { nodes: metrics.Nodes, heapBytes, codeBytes: metrics.JSHeapUsedSize - heapBytes, workerHeapBytes: usedSize, wasmBytes };
}

/**
 * What scripts hold, in bytes. The rest of the heap is mostly machine code, which V8 goes on making for hundreds of runs: it makes
 * better code of what is called often.
 *
 * @param {import('puppeteer-core').CDPSession} cdp
 */
async function heldByScripts(cdp) {
  let text = '';
  cdp.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => (text += chunk));
  await cdp.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  const { nodes, snapshot } = JSON.parse(text);
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const [type, size] = [fields.indexOf('type'), fields.indexOf('self_size')];
  let held = 0;
  for (let i = 0; i < nodes.length; i += fields.length) {
    if (!['code', 'native'].includes(types[type][nodes[i + type]])) held += nodes[i + size];
  }
  return held;
}

/** Memory of a process and all that it started, in bytes: what is its own. @param {number} root */
function residentBytes(root) {
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,rss='], { encoding: 'utf8' }).trim().split('\n').map((row) => row.trim().split(/\s+/).map(Number));
  const family = new Set([root]);
  for (let grown = true; grown; ) {
    const before = family.size;
    for (const [pid, parent] of rows) if (family.has(parent)) family.add(pid);
    grown = family.size > before;
  }
  return rows.reduce((sum, [pid, , kB]) => sum + (family.has(pid) ? 1000 * kB : 0), 0);
}
