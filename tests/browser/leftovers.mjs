// What an element may leave behind on a page that it was removed from, counted in the page and on its heap.

import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { sleep } from './browser.mjs';

/**
 * Counts what an element may leave behind: listeners on what outlives it, timers, frames, observers and workers.
 * What is over by itself is not counted.
 */
export const countLeftovers = () => {
  const alive = { listeners: new Map(), timers: new Set(), frames: new Set(), observers: new Set(), workers: new Set() };
  window.leftBehind = () => ({
    listeners: [...alive.listeners].filter(([, there]) => there).map(([which]) => which),
    timers: alive.timers.size,
    frames: alive.frames.size,
    observers: alive.observers.size,
    workers: alive.workers.size,
  });

  // ---- listeners: one is told from another by target, type and function
  const numbers = new WeakMap();
  let count = 0;
  const nameOf = (x) => numbers.get(x) ?? (numbers.set(x, ++count), count);
  const outlives = (target) => [Window, Document, MediaQueryList].some((kind) => target instanceof kind);
  for (const method of ['addEventListener', 'removeEventListener']) {
    const original = EventTarget.prototype[method];
    EventTarget.prototype[method] = function (type, listener, ...rest) {
      const target = this ?? window;
      if (outlives(target) && listener) {
        const which = `${type}, ${nameOf(listener)} ${String(listener).slice(0, 80)}`;
        const key = `${target.constructor.name} ${nameOf(target)}: ${which}`;
        alive.listeners.set(key, method === 'addEventListener');
      }
      return original.call(target, type, listener, ...rest);
    };
  }

  // ---- timers and frames
  for (const [start, stop, set, once] of [
    ['setTimeout', 'clearTimeout', alive.timers, true],
    ['setInterval', 'clearInterval', alive.timers, false],
    ['requestAnimationFrame', 'cancelAnimationFrame', alive.frames, true],
  ]) {
    const [begin, end] = [window[start], window[stop]];
    window[start] = (call, ...rest) => {
      const id = begin((...args) => {
        if (once) set.delete(id);
        call(...args);
      }, ...rest);
      set.add(id);
      return id;
    };
    window[stop] = (id) => {
      set.delete(id);
      end(id);
    };
  }

  // ---- observers and workers
  for (const kind of ['ResizeObserver', 'IntersectionObserver', 'MutationObserver'])
    window[kind] = class extends window[kind] {
      observe(...args) {
        alive.observers.add(this);
        super.observe(...args);
      }
      disconnect() {
        alive.observers.delete(this);
        super.disconnect();
      }
    };
  window.Worker = class extends Worker {
    constructor(url, options) {
      super(url, options);
      this.name = options.name;
      alive.workers.add(this);
    }
    terminate() {
      alive.workers.delete(this);
      super.terminate();
    }
  };
  window.workers = () => [...alive.workers].map(({ name }) => name);
};

/** So long what is gone may be held by what still runs: a frame that is due, a worker that is being ended. */
const GONE_MS = 30_000;

/**
 * Waits until no object of a class is on the page's heap. Chromium only.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {string} module Address of the module, relative to the page.
 * @param {string} name What the module exports the class as.
 */
export async function untilNoneOnHeap(page, module, name) {
  const prototype = await page.evaluateHandle(
    async ([address, which]) => (await import(address))[which].prototype,
    [`./${module}`, name],
  );
  const cdp = await page.createCDPSession();
  const alive = async () => {
    // queryObjects collects garbage too, but with the stack of its own call for a root: what happens to lie there still is
    // kept. This one runs in a task of its own, with an empty stack.
    await cdp.send('HeapProfiler.collectGarbage');
    const found = await page.queryObjects(prototype);
    const count = await found.evaluate((all) => all.length);
    await found.dispose(); // It would hold what it found.
    return count;
  };
  let count = await alive();
  for (const end = Date.now() + GONE_MS; count > 0 && Date.now() < end; count = await alive()) await sleep(500);
  await prototype.dispose();
  await cdp.detach();
  assert.equal(count, 0, `${name} of ${module} on the heap`);
}

/** With this signal Firefox collects its garbage and writes a report of its memory: SIGRTMIN + 1. */
const COLLECT_AND_REPORT = 35;

/**
 * What Firefox reports once the garbage is gone, in bytes: the heap of all its pages, and the orphans of one page, which are elements
 * in no document that something still holds.
 *
 * @param {number} pid Process id of the browser.
 * @param {string} page The end of the page's address.
 */
export async function heldInFirefox(pid, page) {
  process.kill(pid, COLLECT_AND_REPORT);
  const isReport = (/** @type {string} */ file) => file.startsWith('unified-memory-report-') && file.endsWith(`-${pid}.json.gz`);
  let file;
  for (const end = Date.now() + 2 * GONE_MS; !file && Date.now() < end; ) {
    await sleep(500);
    file = (await readdir(tmpdir())).find(isReport);
  }
  assert.ok(file, 'Firefox reports its memory');
  const report = path.join(tmpdir(), file);
  const { reports } = JSON.parse(gunzipSync(await readFile(report)).toString());
  await rm(report);
  const sum = (/** @type {(path: string) => boolean} */ isMeant) =>
    reports.reduce((total, { process, path, amount }) => total + (process.startsWith('web (') && isMeant(path) ? amount : 0), 0);
  return {
    heapBytes: sum((path) => path === 'heap-allocated'),
    orphanBytes: sum((path) => path.startsWith('explicit/window-objects/') && path.includes(`${page},`) && path.endsWith('/orphan-nodes')),
  };
}
