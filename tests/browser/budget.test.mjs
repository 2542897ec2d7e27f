// What the article costs: bytes to fetch, time on the main thread while it trains, and frames while one scrolls meanwhile.
//
// Runs alone: it measures frames and work on the main thread.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { brotliCompressSync } from 'node:zlib';
import { launch, openLab, sleep } from './browser.mjs';
import { slowness } from './pace.mjs';
import { SITE, startServer } from './server.mjs';

const MOST_KB = 125.8;
/** What is loaded only to keep a run from visit to visit, after the page is there, for files whose columns are not clear, for tasks with many classes, where an encoder's folder fails, for data of
 * the reader's own, or when the reader opens it. */
const RARE = /\/((columns|columns\.en|search-list|confusion-list|known-recipe|read-link|reliability-diagram|check|dialogs|dialogs\.en|label-next|classify|own-data|own-data\.en|source|source\.en|link\.en|pooling|found|encoder-choice|encoder-choice\.en|models|model\.en|unzip|zip)-\w+\.js|(elsewhere|reader-data|keeping|in-worker|model)\.js|(columns|own-data|encoder-choice|model)\.css)$/;
/** A task of the main thread, where the limits were set; on a slower machine so many times longer. */
const LONG_MS = 50;
/** 60 frames a second, and what a clock may be off. */
const FRAME_MS = 17.5;
/** So late is a frame at most, but for one in twenty: one that is left out shows. Busy neighbours make any page late, so an
 * empty one tells what can be had, and of some rounds the best counts. */
const LATE_MS = 2 * FRAME_MS;
const ROUNDS = 12;
/** What the thread itself works for a frame, but for one in twenty, whatever else the machine does. */
const WORK_MS = 12;
/** A window that shows the losses. */
const VIEWPORT = { width: 1280, height: 900 };
const WHEEL = 120;

let server, session, lab, scratch, trace;
/** Of the trace, once the run is over. */
let traceEvents;
/** How many times longer a page's work takes here than where the limits were set. */
let slower;

/** The share of the values, sorted, that lie below the answer. */
const quantile = (values, share) => values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))];

/** Counts frames from here on. Runs in the page. */
function countFrames() {
  window.took = [];
  let last = performance.now();
  const frame = (now) => {
    performance.mark('frame');
    window.took.push(now - last);
    last = now;
    window.counting = requestAnimationFrame(frame);
  };
  window.counting = requestAnimationFrame(frame);
}
/** Runs in the page. @returns {number[]} How long each frame took. */
const stopCounting = () => (cancelAnimationFrame(window.counting), window.took);

before(async () => {
  server = await startServer(SITE, { release: true });
  session = await launch('chromium');
  scratch = await mkdtemp(path.join(tmpdir(), 'polytask-'));
  trace = path.join(scratch, 'trace.json');
  lab = await openLab(session.browser, server.url, {
    page: '',
    fetches: false,
    viewport: VIEWPORT,
    before: () => {
      window.long = [];
      new PerformanceObserver((list) => {
        for (const { startTime, duration } of list.getEntries()) window.long.push({ at: startTime, ms: duration });
      }).observe({ type: 'longtask', buffered: true });
      addEventListener('polytask', ({ detail: { type } }) => {
        if (type === 'start' || type === 'end') performance.mark(`run-${type}`);
      });
    },
  });
  await lab.page.evaluate(() => document.getElementById('losses').scrollIntoView());
  await lab.page.tracing.start({ path: trace, categories: ['toplevel', 'blink.user_timing'] });
});
after(async () => {
  await session?.close();
  await server?.close();
  if (scratch) await rm(scratch, { recursive: true });
});

test('frames come in time while one scrolls and it trains', async (t) => {
  await lab.until('an epoch', () => window.runEvents.some(({ type }) => type === 'evaluation'), undefined, 240);
  await lab.page.mouse.move(VIEWPORT.width / 2, VIEWPORT.height / 2);
  const rounds = [];
  const best = (share) => Math.min(...rounds.map((took) => quantile(took, share)));
  while (rounds.length < ROUNDS && !(rounds.length > 0 && best(0.5) <= FRAME_MS && best(0.95) <= LATE_MS)) {
    await lab.page.evaluate(countFrames);
    for (const way of [1, -1])
      for (let i = 0; i < 20; i++) {
        await lab.page.mouse.wheel({ deltaY: way * WHEEL });
        await sleep(30);
      }
    rounds.push(await lab.page.evaluate(stopCounting));
  }
  assert.equal(await lab.status(), 'training', 'it trained all the while');
  const [median, late] = [0.5, 0.95].map(best);
  const blank = await framesOfNothing();
  const can = Math.max(LATE_MS, FRAME_MS + quantile(blank, 0.95));
  t.diagnostic(`${rounds.flat().length} frames: median ${median.toFixed(1)} ms, 95th percentile ${late.toFixed(1)} ms`);
  t.diagnostic(`on an empty page: 95th percentile ${quantile(blank, 0.95).toFixed(1)} ms`);
  assert.ok(median <= Math.max(FRAME_MS, 1.1 * quantile(blank, 0.5)), `the median frame took ${median} ms`);
  assert.ok(late <= can, `one frame in twenty took ${late} ms or more`);
});

/** How long frames take on a page that does nothing, on this machine as it is now. */
async function framesOfNothing() {
  const page = await session.browser.newPage();
  await page.evaluate(countFrames);
  await sleep(1500);
  const took = await page.evaluate(stopCounting);
  await page.close();
  await lab.page.bringToFront();
  return took;
}

test('training keeps the main thread busy for no more than 50 ms at a time', async (t) => {
  await lab.untilStatus('ended');
  await lab.page.tracing.stop();
  slower = await slowness(session.browser, 'chromium');
  ({ traceEvents } = JSON.parse(await readFile(trace, 'utf8')));
  const mark = (name) => traceEvents.find((event) => event.name === name);
  const [start, end] = ['run-start', 'run-end'].map(mark);
  const tasks = traceEvents.filter(
    ({ ph, name, pid, tid, ts }) =>
      ph === 'X' && name.endsWith('RunTask') && pid === start.pid && tid === start.tid && ts >= start.ts && ts <= end.ts,
  );
  assert.ok(tasks.length > 1000, `${tasks.length} tasks in the trace`);
  // The browser's own entries go by the clock, which also runs while other programs have the cores; the trace tells what
  // the thread itself worked.
  const long = await lab.page.evaluate(() => {
    const [from, to] = ['run-start', 'run-end'].map((name) => performance.getEntriesByName(name)[0].startTime);
    return window.long.filter(({ at }) => at >= from && at <= to).map(({ ms }) => ms);
  });
  const most = Math.max(...tasks.map(({ dur, tdur = dur }) => tdur)) / 1000;
  const seconds = (end.ts - start.ts) / 1e6;
  t.diagnostic(`${tasks.length} tasks in ${seconds.toFixed(0)} s, the longest worked ${most.toFixed(1)} ms; a page’s work takes ${slower.toFixed(2)} times as long here`);
  t.diagnostic(`long-task entries, by the clock: ${long.map((ms) => `${ms} ms`).join(', ') || 'none'}`);
  assert.ok(most <= slower * LONG_MS, `a task worked ${most} ms`);
});

test('the thread works no longer than a frame may take, also at the 95th percentile', (t) => {
  const { pid, tid } = traceEvents.find(({ name }) => name === 'run-start');
  const own = traceEvents.filter((event) => event.pid === pid && event.tid === tid);
  const frames = own.filter(({ name }) => name === 'frame').map(({ ts }) => ts).sort((a, b) => a - b);
  const tasks = own.filter(({ ph, name }) => ph === 'X' && name.endsWith('RunTask'));
  // Of frames that follow one another: what ended between the marks of two.
  const worked = frames.slice(1).map(() => 0);
  let i = 0;
  for (const { ts, dur, tdur = dur } of tasks.sort((a, b) => a.ts + a.dur - b.ts - b.dur)) {
    while (i < frames.length && frames[i] < ts + dur) i += 1;
    if (i > 0 && i < frames.length) worked[i - 1] += tdur / 1000;
  }
  const between = worked.filter((_, i) => frames[i + 1] - frames[i] < 1e5);
  const late = quantile(between, 0.95);
  t.diagnostic(`${between.length} frames: median ${quantile(between, 0.5).toFixed(1)} ms, 95th percentile ${late.toFixed(1)} ms of work`);
  assert.ok(between.length > 100, `${between.length} frames`);
  assert.ok(late <= slower * WORK_MS, `for one frame in twenty the thread worked ${late} ms or more`);
});

test(`HTML, CSS and JavaScript of the article are at most ${MOST_KB} kB compressed, with all views, as a host sends them`, async (t) => {
  // All that the page keeps for later visits, and so every view.
  await lab.until('everything to be kept', () => document.documentElement.dataset.offline === 'ready');
  // The module's glue is JavaScript and counts. What is kept for other visits only does not: the other language, and the other
  // pages.
  const files = [...server.requests.keys()]
    .map((name) => (name === '/' ? '/index.html' : name))
    .filter((name) => /\.(html|css|js)$/.test(name))
    .filter((name) => !/\/((article|embed|errors|columns|own-data|source|link|encoder-choice|dialogs|model)\.)?de-\w+\.js$|\/(embed|lab|load)\.(html|js|css)$/.test(name))
    .filter((name) => !RARE.test(name));
  const sizes = [...new Set(files)].map((name) => [name, brotliCompressSync(readFileSync(path.join(SITE, name))).length / 1000]);
  const sum = sizes.reduce((total, [, kB]) => total + kB, 0);
  sizes.sort(([, a], [, b]) => b - a);
  const largest = sizes.slice(0, 10).map(([name, kB]) => `${name} ${kB.toFixed(1)}`);
  t.diagnostic(`${sizes.length} files, ${sum.toFixed(1)} kB; the largest: ${largest.join(', ')}`);
  assert.ok(sum <= MOST_KB, `${sum.toFixed(1)} kB`);
});
