// Makes the page one that works without a network from its first visit on: a service worker (sw.js) answers later, and keeps
// what this visit loaded before that worker was there. Tells when the host has a newer release of the page.

import { workerFiles } from './engine/engine.js';
import { VIEWS } from './views/registry.js';

/** Files that a visit may not have needed yet. */
const LATER = [
  './',
  'index.html',
  'lab.html',
  'embed.html',
  'embed.js',
  'styles/embed.css',
  'styles/lab.css',
  ...['en', 'de', 'errors.de', 'sentences', 'article.de', 'embed.de'].map((name) => `strings/${name}.js`),
];

/** @param {() => void} onNewer Called once for each newer release that is stored, and comes with the next load of the page. */
export async function keepForLater(onNewer) {
  try {
    const { serviceWorker } = navigator;
    const offered = new Set();
    serviceWorker.addEventListener('message', ({ data }) => {
      // The worker says it each time that the reader comes back to the page.
      if (!data.newer || offered.has(data.newer)) return;
      offered.add(data.newer);
      onNewer();
    });
    const registration = await serviceWorker.register('sw.js');
    const ready = await serviceWorker.ready;
    // All views, also those that the reader has not come to.
    await Promise.all(Object.values(VIEWS).map((load) => load()));
    let release = await kept(ready, [...loaded(), ...LATER.map((file) => new URL(file, document.baseURI).href)]);
    const look = () => registration.active?.postMessage({ look: true });
    look();
    // The page may have been open for long when the reader comes back to it.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) look();
    });
    // The worker may have forgotten a page that was in the back/forward cache, and have deleted its release.
    addEventListener('pageshow', async ({ persisted }) => {
      if (persisted && (await kept(ready, [])) !== release) location.reload();
    });
    // Where there is never a worker, the page is kept without one.
    release = await kept(ready, [...(await workerFiles), ...loaded()]);
    document.documentElement.dataset.offline = 'ready';
  } catch {
    // Storage is denied, or the page is not served securely: it works, with a network.
  }
}

const loaded = () => performance.getEntriesByType('resource').map(({ name }) => name);

/**
 * Has the service worker keep files; settles when it has, to the page's release.
 *
 * @param {ServiceWorkerRegistration} registration
 * @param {string[]} urls
 * @returns {Promise<string | undefined>}
 */
function kept({ active }, urls) {
  const { port1, port2 } = new MessageChannel();
  const done = new Promise((resolve) => (port1.onmessage = ({ data }) => resolve(data.release)));
  active?.postMessage({ keep: urls }, [port2]);
  return done;
}
