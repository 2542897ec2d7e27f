// Lets the page work without a network after the first visit. The service worker (sw.js) answers later requests; this module has
// it store the files that this visit loaded before the worker was active, and reports newer releases of the page.

import { workerFiles } from './engine/engine.js';
import { loadEverything } from './everything.js';

/** Files that the first visit may not load but a later one may need. */
const LATER = [
  './',
  'index.html',
  'lab.html',
  'embed.html',
  'embed.js',
  'engine/keeping.js',
  'styles/embed.css',
  'styles/lab.css',
  ...['columns', 'encoder-choice', 'model', 'own-data'].map((part) => `styles/${part}.css`),
  ...['en', 'de', 'errors.de', 'sentences', 'article.de', 'embed.de'].map((name) => `strings/${name}.js`),
];

/**
 * @param {() => void} onNewer Called once for each newer release, when it is stored: the next load of the page shows it.
 * @param {boolean} isLinked Whether the page was opened by a link that holds a run, which a reload would lose.
 */
export async function keepForLater(onNewer, isLinked) {
  try {
    const { serviceWorker } = navigator;
    const offered = new Set();
    serviceWorker.addEventListener('message', ({ data }) => {
      // The worker repeats the message each time that the reader returns to the page.
      if (!data.newer || offered.has(data.newer)) return;
      offered.add(data.newer);
      onNewer();
    });
    const registration = await serviceWorker.register('sw.js');
    const ready = await serviceWorker.ready;
    if (!isLinked) isolate();
    await loadEverything();
    // On a slow machine no lab had begun before.
    if (!isLinked) isolate();
    let release = await kept(ready, [...loaded(), ...LATER.map((file) => new URL(file, document.baseURI).href)]);
    const look = () => registration.active?.postMessage({ look: true });
    look();
    // The page may have been open for a long time when the reader returns to it.
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden) look();
    });
    // While a page is in the back/forward cache, the worker may delete its release.
    addEventListener('pageshow', async ({ persisted }) => {
      if (persisted && (await kept(ready, [])) !== release) location.reload();
    });
    // Waits for the engine's worker last: if the reader never starts it, the page without it is stored already.
    release = await kept(ready, [...(await workerFiles), ...loaded()]);
    document.documentElement.dataset.offline = 'ready';
  } catch {
    // Storage is denied, or the page is not on https: it works with a network only.
  }
}

/**
 * Reloads the page, at most once in a visit: threads need an isolated page, and the service worker isolates what it answers. A
 * page that has begun with anything is isolated only when it is opened again.
 */
function isolate() {
  if (crossOriginIsolated) return;
  const labs = /** @type {NodeListOf<import('./polytask.js').PolytaskLab>} */ (document.querySelectorAll('polytask-lab'));
  const isUntouched = Array.from(labs).every((lab) =>
    // A browser that cannot train has no use for threads.
    lab.state ? lab.state.encoder === 'away' && lab.state.step === 0 && !lab.state.missing : !lab.hasAttribute('autostart'),
  );
  const isRead = scrollY > 0 || document.activeElement !== document.body;
  if (isRead || !isUntouched || document.querySelector('[data-isolation="off"]')) return;
  if (sessionStorage.polytaskIsolated) return;
  sessionStorage.polytaskIsolated = 'asked';
  location.reload();
}

const loaded = () => performance.getEntriesByType('resource').map(({ name }) => name);

/**
 * Has the service worker store files. Resolves to the page's release when they are stored.
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
