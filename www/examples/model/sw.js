// Answers from the network, and from what it has kept where there is none.

const KEPT = 'my-page';
/** What the page asks for before this worker controls it. */
const FIRST = ['./', 'page.css', 'page.js', 'offline.js'];

addEventListener('install', (event) => {
  skipWaiting();
  event.waitUntil(caches.open(KEPT).then((cache) => cache.addAll(FIRST)));
});
addEventListener('activate', (event) => event.waitUntil(clients.claim()));
addEventListener('fetch', (event) => {
  const { request } = event;
  const isOwn = new URL(request.url).origin === location.origin;
  if (request.method === 'GET' && isOwn && !request.url.endsWith('.safetensors')) event.respondWith(answer(event));
});

async function answer(event) {
  const { request } = event;
  const cache = await caches.open(KEPT);
  try {
    const response = await fetch(request);
    if (response.ok) event.waitUntil(cache.put(request.url, response.clone()).catch(() => {}));
    return response;
  } catch (error) {
    const kept = await cache.match(request.url);
    if (kept) return kept;
    throw error;
  }
}
