// The page without a network: what was loaded once is there again.
//
// Always asks the network first, so that nobody is held on an old version or on a mixture of two; what it kept is for when
// nothing answers. The encoder is not its business: the worker keeps that itself.

// The DOM's types know a page's global scope only.
const worker = /** @type {any} */ (self);
const CACHE = 'polytask-page';

worker.addEventListener('install', () => worker.skipWaiting());
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const { request } = event;
  const url = new URL(request.url);
  const own = url.origin === location.origin && !url.pathname.includes('/models/');
  if (own && request.method === 'GET') event.respondWith(answer(request));
});

/** @param {Request} request */
async function answer(request) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (response.status === 200) await keep(cache, request, response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

/** Stores a response unless the same is there already. @param {Cache} cache @param {Request} request @param {Response} response */
async function keep(cache, request, response) {
  const before = await cache.match(request, { ignoreSearch: true, ignoreVary: true });
  const same = ['etag', 'last-modified'].some(
    (name) => response.headers.has(name) && response.headers.get(name) === before?.headers.get(name),
  );
  if (same) return;
  const address = new URL(request.url);
  address.search = '';
  await cache.put(address.href, response).catch(() => {}); // Without room for it, the page works with a network only.
}
