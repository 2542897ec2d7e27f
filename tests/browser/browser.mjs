// Starts Debian's own Chromium and Firefox, and drives the page in them.

import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';

export { sleep };
export const BROWSERS = ['chromium', 'firefox'];

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
 */
export async function launch(name) {
  const profile = await mkdtemp(path.join(tmpdir(), 'polytask-'));
  const common = { headless: true, userDataDir: profile, protocolTimeout: 300_000, timeout: 120_000 };
  const browser =
    name === 'chromium'
      ? await puppeteer.launch({
          ...common,
          executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
          args: CHROMIUM_FLAGS,
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
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * Opens the page. Its console must stay empty, unless the test says that it will not (`noisy`).
 *
 * @param {import('puppeteer-core').Browser} browser
 * @param {string} url
 * @param {{ before?: (() => void) | string, viewport?: object }} [options] `before` runs in the page before anything of
 *   its own.
 */
export async function openLab(browser, url, { before, viewport = { width: 1280, height: 900 } } = {}) {
  const page = await browser.newPage();
  const lab = new Lab(page);
  page.on('console', (message) => lab.noise.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => lab.noise.push(`uncaught: ${error?.message ?? error}`));
  await page.setViewport(viewport);
  await page.evaluateOnNewDocument(() => {
    window.runEvents = [];
    window.addEventListener('polytask', (event) => window.runEvents.push(event.detail));
  });
  if (before) await page.evaluateOnNewDocument(before);
  await page.goto(url);
  return lab;
}

export class Lab {
  /** What the console said. @type {string[]} */
  noise = [];

  /** @param {import('puppeteer-core').Page} page */
  constructor(page) {
    this.page = page;
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
  }

  /** The text of a part. */
  text(part) {
    return this.page.evaluate((name) => document.querySelector(`[data-part="${name}"]`).textContent, part);
  }

  /** The errors and notices on show. */
  messages() {
    return this.page.evaluate(() =>
      Array.from(document.querySelectorAll('.message p'), (message) => message.textContent).join('\n'),
    );
  }

  status() {
    return this.page.evaluate(() => document.querySelector('[data-part="controls"]').dataset.status);
  }

  untilStatus(...wanted) {
    return this.until(
      `status ${wanted}`,
      (list) => list.includes(document.querySelector('[data-part="controls"]').dataset.status),
      wanted,
      240,
    );
  }

  untilMessage(pattern) {
    return this.until(
      `a message like ${pattern}`,
      (source) =>
        Array.from(document.querySelectorAll('.message p')).some((message) =>
          new RegExp(source).test(message.textContent),
        ),
      pattern.source,
    );
  }

  /** Presses a button as a keyboard would: wherever it stands, if it is enabled. */
  press(part) {
    return this.page.evaluate((name) => document.querySelector(`[data-part="${name}"]`).click(), part);
  }

  /** Events of a type, or all. */
  events(type) {
    return this.page.evaluate((wanted) => window.runEvents.filter((event) => !wanted || event.type === wanted), type);
  }

  points(chart) {
    return this.page.evaluate((name) => Number(document.querySelector(`[data-part="${name}"]`).dataset.points), chart);
  }

  choosePreset(name) {
    return this.page.evaluate(
      (value) => document.querySelector(`input[name="preset"][value="${value}"]`).click(),
      name,
    );
  }

  /** Sets a field as typing would. */
  async fill(selector, value) {
    await this.page.evaluate(
      ([where, text]) => {
        const field = document.querySelector(where);
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
        document
          .querySelector('[data-part="sentences"]')
          .dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
      },
      [name, text],
    );
  }

  sentences() {
    return this.page.evaluate(() =>
      Array.from(document.querySelectorAll('.sentences tbody textarea'), (field) => field.value),
    );
  }

  assertQuiet() {
    assert.deepEqual(this.noise, [], 'the console is empty');
  }

  close() {
    return this.page.close();
  }
}
