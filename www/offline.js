// Makes the page one that works without a network from its first visit on: a service worker (sw.js) answers later, and what
// this visit loaded before that worker was there is kept here.

import { workerFiles } from './engine/engine.js';
import { VIEWS } from './views/registry.js';

const CACHE = 'polytask-page';
/** What a visit may not have needed yet. */
const LATER = [
  './',
  'index.html',
  'lab.html',
  'embed.html',
  'embed.js',
  'styles/embed.css',
  ...['en', 'de', 'told.de', 'translator', 'article.de', 'embed.de'].map((name) => `strings/${name}.js`),
];

export async function keepForLater() {
  try {
    if (!('serviceWorker' in navigator) || !globalThis.caches) return;
    await navigator.serviceWorker.register('sw.js');
    // All views, also those that the reader has not come to.
    await Promise.all(Object.values(VIEWS).map((load) => load()));
    await keep([...loaded(), ...LATER.map((file) => new URL(file, document.baseURI).href)]);
    // Where there is never a worker, the page is kept without one.
    await keep([...(await workerFiles), ...loaded()]);
    document.documentElement.dataset.offline = 'ready';
  } catch {
    // Storage is denied, or the page is not served securely: it works, with a network.
  }
}

const loaded = () => performance.getEntriesByType('resource').map(({ name }) => name);

/** @param {string[]} urls */
async function keep(urls) {
  const cache = await caches.open(CACHE);
  for (const url of new Set(urls.filter(isOwn)))
    if (!(await cache.match(url, { ignoreSearch: true }))) await cache.add(url).catch(() => {});
}

/** @param {string} url */
const isOwn = (url) => new URL(url).origin === location.origin && !url.includes('/models/');
