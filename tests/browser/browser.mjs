// Starts Debian's own Chromium and Firefox, and drives the page in them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { inflateRawSync } from 'node:zlib';
import puppeteer from 'puppeteer-core';

export { sleep };
export const BROWSERS = ['chromium', 'firefox'];

/** window.$, $$, $part, $focus, $drawn, runEvents and shifts. */
const IN_THE_PAGE = readFileSync(new URL('page.js', import.meta.url), 'utf8');

const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A browser with a fresh profile. The other cores may be compiling: times are generous.
 *
 * @param {'chromium' | 'firefox'} name
 * @param {{ flags?: string[], network?: boolean }} [options] `flags`: more of them, for Chromium; `network`: whether a page has
 *   the event `request`. In Firefox each request then takes 5 to 10 ms of computing more.
 */
export async function launch(name, { flags = [], network = false } = {}) {
  const profile = await mkdtemp(path.join(tmpdir(), 'polytask-'));
  const common = { headless: true, userDataDir: profile, protocolTimeout: 180_000, timeout: 120_000, networkEnabled: network };
  const browser =
    name === 'chromium'
      ? await puppeteer.launch({
          ...common,
          executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
          args: [...CHROMIUM_FLAGS, ...flags],
        })
      : await puppeteer.launch({
          ...common,
          browser: 'firefox',
          executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
        });
  return {
    browser,
    close: async () => {
      await browser.close();
      // The browser's last processes still write there for a while: on a busy machine for seconds.
      await rm(profile, { recursive: true, force: true, maxRetries: 20 });
    },
  };
}

/**
 * Opens a page with the element in it: the lab alone, unless another is named. Its console must stay empty, unless the
 * test says that it will not.
 *
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} url The server's address.
 * @param {{ page?: string, before?: (() => void) | string, viewport?: object, fetches?: boolean, shown?: boolean, still?: boolean }} [options]
 *   `before` runs in the page before anything of its own; `fetches`: whether the encoder is asked for at once; `shown`:
 *   whether an element is on the screen at once, to wait for; `still`: whether {@link Lab.assertStill} will be asked.
 */
export async function openLab(
  browser,
  url,
  { page: path = 'lab.html', before, viewport = { width: 1280, height: 900 }, fetches = true, shown = true, still = false } = {},
) {
  const page = await browser.newPage();
  const lab = new Lab(page);
  page.on('console', (message) => lab.noise.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => lab.noise.push(`uncaught: ${error?.message ?? error}`));
  await page.setViewport(viewport);
  if (still) await page.evaluateOnNewDocument('window.asksForShifts = true');
  await page.evaluateOnNewDocument(IN_THE_PAGE);
  if (before) await page.evaluateOnNewDocument(before);
  await page.goto(url + path);
  if (shown) await lab.untilShown(fetches);
  return lab;
}

/** For so long the page looks by itself, and every so many ms. */
const [LOOKS_MS, EACH_MS] = [1000, 30];

/**
 * Waits in the page until `test` gives something, and gives it back; undefined after so many seconds. The page looks itself: each
 * question from here costs it and its browser more than what most tests look at. Where it is hidden its timers are late, and it is
 * asked each time. (The pages' policy forbids the `eval` of waitForFunction.)
 *
 * @param {import('puppeteer-core').Page} page
 * @param {(argument: any) => unknown} test
 * @param {unknown} argument
 * @param {number} seconds
 */
export async function waitInPage(page, test, argument, seconds) {
  const look = new Function('argument', `
    const test = ${test};
    const end = Date.now() + ${LOOKS_MS};
    return (async () => {
      for (;;) {
        const found = await test(argument);
        if (found || document.hidden || Date.now() > end) return found;
        await new Promise((resolve) => setTimeout(resolve, ${EACH_MS}));
      }
    })();`);
  for (const end = Date.now() + seconds * 1000; ;) {
    const began = Date.now();
    const found = await page.evaluate(look, argument);
    if (found) return found;
    if (Date.now() > end) return undefined;
    if (Date.now() - began < LOOKS_MS) await sleep(EACH_MS);
  }
}

export class Lab {
  /** What the console said. @type {string[]} */
  noise = [];

  /** @param {import('puppeteer-core').Page} page */
  constructor(page) {
    this.page = page;
  }

  /** Waits for the element's views. @param {boolean} [fetches] Whether the encoder is then asked for, if it is not yet. */
  async untilShown(fetches = true) {
    await this.until('the element', () => $part('controls') !== undefined);
    if (fetches) await this.fetchEncoder();
  }

  /** Presses the button that fetches the encoder, as long as that is what it does. */
  fetchEncoder() {
    return this.page.evaluate(() => $part('encoder')?.dataset.state === 'away' && $part('encoder-action').click());
  }

  /** Loads the page anew. */
  async reload() {
    await this.page.reload();
    await this.untilShown();
  }

  /** Waits until `test`, evaluated in the page, is true. */
  async until(what, test, argument, seconds = 120) {
    if (!(await waitInPage(this.page, test, argument, seconds)))
      assert.fail(`waited ${seconds} s for ${what}; the page says: ${await this.messages()} | ${await this.text('status')}`);
    await this.drawn();
  }

  /** Waits until the views have been told what the page knows: that comes a frame after the event. */
  drawn() {
    return this.page.evaluate(() => $drawn());
  }

  /**
   * The page's link, as soon as its recipe is as `test` wants it: it follows an edit after a moment.
   *
   * @param {string} what
   * @param {(recipe: any) => boolean} test
   * @returns {Promise<string>}
   */
  async untilLink(what, test) {
    const other = (/** @type {string} */ than) => {
      const link = $part('share-link')?.value;
      return link !== than && link;
    };
    for (let link = '', next; ; link = next) {
      next = await waitInPage(this.page, other, link, 60);
      if (!next) assert.fail(`waited 60 s for a link with ${what}, and there is ${link}`);
      if (test(JSON.parse(inflateRawSync(Buffer.from(next.split('#polytask=1.')[1], 'base64url')).toString()))) return next;
    }
  }

  /** The text of a part. */
  text(part) {
    return this.page.evaluate((name) => $drawn().then(() => $part(name)?.textContent), part);
  }

  /** The errors and notices on show, and what is wrong with a tag. */
  messages() {
    return this.page.evaluate(() =>
      $$('.message p, .misuse')
        .map((message) => message.textContent)
        .join('\n'),
    );
  }

  /** The errors on show. */
  alerts() {
    return this.page.evaluate(() =>
      $$('.messages [role="alert"] p')
        .map((message) => message.textContent)
        .join('\n'),
    );
  }

  status() {
    return this.page.evaluate(() => $drawn().then(() => $part('controls')?.dataset.status));
  }

  untilStatus(...wanted) {
    return this.until(
      `status ${wanted}`,
      (list) => list.includes($part('controls')?.dataset.status),
      wanted,
      240,
    );
  }

  untilMessage(pattern) {
    return this.until(
      `a message like ${pattern}`,
      (source) =>
        $$('.message p').some((message) => new RegExp(source).test(message.textContent)),
      pattern.source,
    );
  }

  /** Presses a button as a keyboard would: wherever it stands, if it is enabled. */
  press(part) {
    return this.page.evaluate((name) => $part(name).click(), part);
  }

  /** Events of a type, or all. */
  events(type) {
    return this.page.evaluate((wanted) => window.runEvents.filter((event) => !wanted || event.type === wanted), type);
  }

  /**
   * Acts, and waits for an event of this type that came after it: the first that `matches`.
   *
   * @param {string} type
   * @param {() => Promise<unknown>} act
   * @param {Record<string, unknown>} [matches] Fields of the event. Answers come for what was asked earlier, too.
   */
  async next(type, act, matches = {}) {
    const there = await this.page.evaluate(() => window.runEvents.length);
    await act();
    const found = ([from, wanted, fields]) =>
      window.runEvents.slice(from).find((event) =>
        event.type === wanted && Object.entries(fields).every(([name, value]) => JSON.stringify(event[name]) === JSON.stringify(value)));
    const event = await waitInPage(this.page, found, [there, type, matches], 120);
    if (!event) assert.fail(`waited 120 s for another ${type} event ${JSON.stringify(matches)}; the page says: ${await this.messages()}`);
    await this.drawn();
    return event;
  }

  points(chart) {
    return this.page.evaluate((name) => $drawn().then(() => Number($part(name).dataset.points)), chart);
  }

  choosePreset(name) {
    return this.page.evaluate((value) => $(`input[name="preset"][value="${value}"]`).click(), name);
  }

  /** Sets a field as typing would. */
  async fill(selector, value) {
    await this.page.evaluate(
      ([where, text]) => {
        const field = $(where);
        field.focus();
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
        field.dispatchEvent(new Event('change', { bubbles: true }));
      },
      [selector, value],
    );
  }

  /** Drops a file on the table. */
  async drop(name, text) {
    await this.page.evaluate(
      ([filename, content]) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content], filename));
        $part('sentences')
          .dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
      },
      [name, text],
    );
  }

  sentences() {
    return this.page.evaluate(() => $$('.sentences tbody textarea').map((field) => field.value));
  }

  /** Nothing has jumped so far. */
  async assertStill() {
    const { watched, shifts } = await this.page.evaluate(() => ({ watched: window.watchesShifts, shifts: window.shifts }));
    assert.ok(watched, 'what moves is watched');
    const sum = shifts.reduce((total, { value }) => total + value, 0);
    assert.ok(sum < 0.02, `cumulative layout shift ${sum}: ${JSON.stringify(shifts, null, 1)}`);
  }

  assertQuiet() {
    assert.deepEqual(this.noise, [], 'the console is empty');
  }

  close() {
    return this.page.close();
  }
}
