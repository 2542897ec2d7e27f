// Pages of the tests' own that hold the element: their HTML, what serves and shows them, and what their console says.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before } from 'node:test';
import { launch, openLab } from './browser.mjs';
import { SITE, startServer, WWW } from './server.mjs';

/** A page with the element's script. Its scripts in `body` run before that one. @param {string} body @param {string} [head] */
export const pageWith = (body, head = '') => `<!doctype html><html lang="en"><meta charset="utf-8"><title>A page</title>
  <link rel="icon" href="data:,">${head}<script type="module" src="polytask-lab.js"></script>${body}`;

/** The policy that "Embed it" names, for files at this address. @param {string} address */
export function toldPolicy(address) {
  const html = readFileSync(path.join(WWW, 'embed.html'), 'utf8');
  const told = html.match(/<pre id="policy"><code>([^]*?)<\/code>/)[1];
  return told.replace(/<b class="address">.*?<\/b>/g, address).replaceAll('\n', ' ');
}

/**
 * In a `describe`: serves the site with pages of the test's own, and starts a browser, before its tests; ends both after them.
 *
 * @param {'chromium' | 'firefox'} name
 * @param {Record<string, string>} pages By their addresses.
 * @returns {(page: string, options?: Parameters<typeof openLab>[2]) => ReturnType<typeof openLab>} Opens one of the pages.
 */
export function serving(name, pages) {
  let server, session;
  before(async () => {
    server = await startServer(SITE, { pages, modules: true });
    session = await launch(name);
  });
  after(async () => {
    await session?.close();
    await server?.close();
  });
  return (page, options) => openLab(session.browser, server.url, { page, fetches: false, ...options });
}

/**
 * Collects what a page's console says, and the errors that nothing caught.
 *
 * @param {import('puppeteer-core').Page} page
 * @param {string[]} noise
 * @param {string[]} [only] Messages of these types; absent: all.
 */
export function collectNoise(page, noise, only) {
  page.on('console', (message) => (only?.includes(message.type()) ?? true) && noise.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => noise.push(`uncaught: ${error?.message ?? error}`));
}

/** Runs in a page before anything of its own: `workers` holds those that have not been ended. */
export function countWorkers() {
  window.workers = new Set();
  window.Worker = class extends Worker {
    constructor(...given) {
      super(...given);
      window.workers.add(this);
    }
    terminate() {
      window.workers.delete(this);
      super.terminate();
    }
  };
}
