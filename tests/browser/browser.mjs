// Starts Debian's own Chromium and Firefox, and drives the page in them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
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
 * @param {...string} flags More of them, for Chromium.
 */
export async function launch(name, ...flags) {
  const profile = await mkdtemp(path.join(tmpdir(), 'polytask-'));
  const common = { headless: true, userDataDir: profile, protocolTimeout: 180_000, timeout: 120_000 };
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

  /** Waits until `test`, evaluated in the page, is true. Polls: the page's policy forbids the `eval` of waitForFunction. */
  async until(what, test, argument, seconds = 120) {
    const end = Date.now() + seconds * 1000;
    while (!(await this.page.evaluate(test, argument))) {
      if (Date.now() > end)
        assert.fail(
          `waited ${seconds} s for ${what}; the page says: ${await this.messages()} | ${await this.text('status')}`,
        );
      await sleep(50);
    }
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
    for (const end = Date.now() + 60_000; ; await sleep(50)) {
      const link = await this.page.evaluate(() => $part('share-link')?.value);
      if (link && test(JSON.parse(inflateRawSync(Buffer.from(link.split('#polytask=1.')[1], 'base64url')).toString()))) return link;
      if (Date.now() > end) assert.fail(`waited 60 s for a link with ${what}, and there is ${link}`);
    }
  }

  /** The text of a part. */
  async text(part) {
    await this.drawn();
    return this.page.evaluate((name) => $part(name)?.textContent, part);
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

  async status() {
    await this.drawn();
    return this.page.evaluate(() => $part('controls')?.dataset.status);
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
    const there = (await this.events(type)).length;
    await act();
    const found = () => this.events(type).then((events) => events.slice(there).find((event) => isDeepStrictEqual({ ...event, ...matches }, event)));
    const end = Date.now() + 120_000;
    let event;
    while (!(event = await found())) {
      if (Date.now() > end) assert.fail(`waited 120 s for another ${type} event ${JSON.stringify(matches)}; the page says: ${await this.messages()}`);
      await sleep(50);
    }
    await this.drawn();
    return event;
  }

  async points(chart) {
    await this.drawn();
    return this.page.evaluate((name) => Number($part(name).dataset.points), chart);
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
