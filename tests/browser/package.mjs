// The npm package that build.sh leaves in target/npm, for pages of the tests.

import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { waitInPage } from './browser.mjs';
import { collectNoise, countWorkers } from './pages.mjs';

const PACKED = fileURLToPath(new URL('../../target/npm/', import.meta.url));

/** Unpacks the package into a folder, as its users do. @param {string} folder */
export function unpack(folder) {
  const tarball = readdirSync(PACKED).find((name) => name.endsWith('.tgz'));
  if (!tarball) throw new Error('there is no package in target/npm; ./build.sh pack makes it');
  mkdirSync(folder, { recursive: true });
  execFileSync('tar', ['-xzf', path.join(PACKED, tarball), '-C', folder, '--strip-components=1']);
}

/**
 * A new page that has the events of its runs in `heard`, and in `workers` those that have not been ended.
 *
 * @param {import('puppeteer-core').Browser} browser
 * @param {string[]} noise Collects its warnings and errors.
 * @param {Set<string>} [asked] Collects the origins that it asks.
 */
export async function openPage(browser, noise, asked) {
  const page = await browser.newPage();
  collectNoise(page, noise, ['error', 'warn']);
  page.on('request', (request) => asked?.add(new URL(request.url()).origin));
  await page.evaluateOnNewDocument(watchRuns);
  await page.evaluateOnNewDocument(countWorkers);
  return page;
}

/** Runs in a page before anything of its own. */
function watchRuns() {
  window.heard = [];
  for (const type of ['loaded', 'step', 'end', 'error'])
    document.addEventListener(`polytask-${type}`, (event) => window.heard.push({ type, detail: event.detail }));
}

/** Waits for something to be true in a page. */
export async function until(page, what, test, argument, seconds = 120) {
  if (await waitInPage(page, test, argument, seconds)) return;
  const shown = await page.evaluate(() => document.querySelector('polytask-lab')?.shadowRoot?.textContent.slice(0, 1000));
  throw new Error(`waited ${seconds} s for ${what}; the element shows: ${shown}`);
}

/** Trains the page's element to the end of its run; gives back the totals of the losses. */
export async function train(page) {
  await until(page, 'the element', () => Boolean(document.querySelector('polytask-lab')?.train));
  await page.evaluate(() => {
    window.heard.length = 0;
    document.querySelector('polytask-lab').train().catch((error) => window.heard.push({ type: 'error', detail: String(error) }));
  });
  await until(page, 'the end of the run', () => window.heard.some(({ type }) => type === 'end' || type === 'error'));
  const heard = await page.evaluate(() => window.heard);
  const errors = heard.filter(({ type }) => type === 'error');
  if (errors.length > 0) throw new Error(JSON.stringify(errors));
  return heard.filter(({ type }) => type === 'step').map(({ detail }) => detail.total);
}
