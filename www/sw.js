// The service worker: lets the pages work without a network, and loads all files of a page from one release.
//
// The build for a host writes release.json, the SHA-256 of every file (make_site in build.sh). This worker stores a release as a
// whole before any page gets a file of it. A page keeps the release that it was opened with until it is reloaded, whatever
// changes on the host. A new page gets the newest stored release at once, without waiting for the network. In the background
// this worker asks the host for a newer release, stores it, and notifies the pages, which offer to reload.
//
// Without release.json (www/ as it is written), this worker always asks the network first; if there is no answer, it uses the
// latest response. It leaves the encoder's files alone, and the weights of saved models: the engine stores them itself.
//
// Pages with the element also get the headers that isolate them: threads need shared memory, and not every host can send headers.
// A page with data-isolation="off" on <html> or a <script> is left as it is.
//
// It is one file: a classic script, since not every browser lets a service worker import modules.

// tsc's DOM types describe only a page's global scope.
const worker = /** @type {any} */ (self);

/** @typedef {{ release: string, files: Record<string, string> }} Release `files`: SHA-256 in hex by path. */
/**
 * Updates that fail. `since`: time of the first failure of this release; `first`: of any release since the last success.
 *
 * @typedef {{ release: string, since: number, first: number }} Failing
 */
/**
 * `clients`: the release of each page and worker.
 *
 * @typedef {{ newest?: string, releases: Record<string, Release>, clients: Record<string, string>, failing?: Failing }} State
 */

const CACHE = 'polytask-page';
/** Cache key of the state. It must be stored, since browsers end and restart service workers at any time. */
const STATE = address('release.state');
const FILES_AT_ONCE = 6;
const HOUR_MS = 3_600_000;
/** Within this a browser tells whether a page is there. */
const ANSWER_MS = 1000;
/** After this a request that has failed is made once more: browsers end all requests when the network changes. */
const AGAIN_MS = 300;
const NO_NETWORK = new Error('there is no network');
/** A page with the element, and one that is not to be isolated. */
const [ELEMENT, OPT_OUT] = [/<polytask-lab\b/, /<(html|script)\b[^>]*\bdata-isolation=["']?off\b/];
const [OPENER, EMBEDDER] = ['cross-origin-opener-policy', 'cross-origin-embedder-policy'];
/** Files of the library's builds. A browser uses only one build, so a build is stored when it is first used. */
const BUILD = /^pkg\/[^/]+\//;

worker.addEventListener('install', () => worker.skipWaiting());
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const { request } = event;
  const path = pathOf(request.url);
  if (request.method === 'GET' && path !== undefined && !/^models\/|\.safetensors$/.test(path)) event.respondWith(answer(event, path).then((response) => isolated(request, response)));
});
worker.addEventListener('message', (/** @type {any} */ event) => {
  const { data, source, ports } = event;
  if (data.keep) event.waitUntil(keep(source.id, data.keep).then((release) => ports[0].postMessage({ release })));
  if (data.look) event.waitUntil(look().then(tell, () => {}));
});

/** @param {string} path */
function address(path) {
  return new URL(path, worker.registration.scope).href;
}

/** A file's path in the site; undefined if the file is elsewhere. @param {string} url */
function pathOf(url) {
  const { scope } = worker.registration;
  const { origin, pathname } = new URL(url);
  const whole = origin + pathname;
  if (!whole.startsWith(scope)) return undefined;
  return whole.slice(scope.length).replace(/(^|\/)$/, '$1index.html');
}

// ---- answers

/** @param {any} event @param {string} path */
async function answer(event, path) {
  arriving.delete(event.clientId);
  const release = event.request.mode === 'navigate' ? await arrival(event, path) : await releaseOf(event.clientId);
  const hash = release?.files[path];
  // A worker is a client too, and has the release of the page that starts it.
  if (event.request.destination === 'worker') welcome(event, release);
  if (!hash) return fromNetwork(event);
  return (await stored(path, hash)) ?? checked(event, path, hash);
}

/**
 * The response with the headers that isolate a page. `credentialless`: images of other origins still come. Firefox and Chromium
 * know it; other browsers have no threads for us.
 *
 * @param {Request} request
 * @param {Response} response
 */
async function isolated({ mode, destination }, response) {
  const isPage = mode === 'navigate';
  // A page that is isolated starts only workers with that header.
  if (response.status !== 200 || response.headers.has(EMBEDDER) || !(isPage || destination === 'worker')) return response;
  const headers = headersOf(response);
  headers.set(EMBEDDER, 'credentialless');
  if (!isPage) return new Response(response.body, { headers });
  const bytes = await response.arrayBuffer();
  const text = new TextDecoder().decode(bytes);
  if (ELEMENT.test(text) && !OPT_OUT.test(text)) headers.set(OPENER, 'same-origin');
  else headers.delete(EMBEDDER);
  return new Response(bytes, { headers });
}

/** Assigns the newest stored release to a new page, and looks for a newer one. @param {any} event @param {string} path */
async function arrival(event, path) {
  const release = await current();
  if (!release?.files[path]) return undefined;
  welcome(event, release);
  event.waitUntil(look().then(tell, () => {}));
  return release;
}

/** Pages and workers that are being opened: the browser may not list them as clients yet. @type {Set<string>} */
const arriving = new Set();

/** Assigns a release to a new page or worker. The response need not wait until this is stored. @param {any} event @param {Release | undefined} release */
function welcome(event, release) {
  arriving.add(event.resultingClientId);
  event.waitUntil(assign(event.resultingClientId, release));
}

/**
 * Fetches a file of the release that is not stored. The page receives it as it arrives. If its hash turns out to be wrong, the
 * response fails at its end: a file of another release must not run among files of this one.
 *
 * @param {any} event
 * @param {string} path
 * @param {string} hash
 */
async function checked(event, path, hash) {
  const { url } = event.request;
  const response = await fetch(url, { cache: 'no-cache' }).catch(() => again(() => fetch(url, { cache: 'no-cache' })));
  if (!response.ok || !response.body) return response;
  const headers = headersOf(response);
  const [toPage, toCheck] = response.body.tee();
  const whole = new Response(toCheck).arrayBuffer().then(async (bytes) => {
    if ((await sha256(bytes)) !== hash) throw new Error(`${path} is of another release`);
    // If there is no room to store it, the page still works with a network.
    event.waitUntil(put(path, hash, new Response(bytes, { headers })).catch(() => {}));
  });
  event.waitUntil(whole.catch(() => {}));
  return new Response(toPage.pipeThrough(new TransformStream({ flush: () => whole })), { headers });
}

/** @param {any} event */
async function fromNetwork(event) {
  const { request } = event;
  try {
    // `no-cache`: the browser's own cache may hold files of different ages.
    const response = await fetch(new Request(request, { cache: 'no-cache' }));
    if (response.status === 200) {
      const copy = response.clone();
      // If there is no room to store it, the page still works with a network.
      event.waitUntil(opened().then((cache) => cache.put(plain(request.url), copy)).catch(() => {}));
    }
    return response;
  } catch {
    const cache = await opened().catch(() => undefined);
    const kept = (await fromLast(event)) ?? (await cache?.match(plain(request.url), { ignoreVary: true }));
    if (kept) return kept;
    return again(() => fetch(new Request(request, { cache: 'no-cache' })));
  }
}

/** @template T @param {() => Promise<T>} ask */
async function again(ask) {
  await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  return ask();
}

/** Opens a new page from the last stored release, since the network does not answer. @param {any} event */
async function fromLast({ request, resultingClientId }) {
  if (request.mode !== 'navigate') return undefined;
  const release = Object.values((await state()).releases).at(-1);
  const path = pathOf(request.url) ?? '';
  const hash = release?.files[path];
  if (!hash) return undefined;
  await assign(resultingClientId, release);
  return stored(path, hash);
}

// ---- releases

/** @type {Promise<State> | undefined} */
let loaded;
/** @type {Promise<void> | undefined} */
let looking;

/** @returns {Promise<State>} */
function state() {
  const nothing = { releases: {}, clients: {} };
  loaded ??= opened()
    .then(async (cache) => (await (await cache.match(STATE))?.json()) ?? nothing)
    .catch(() => nothing);
  return loaded;
}

/** Stores the state. If there is no room, this worker still has it until it ends. */
async function save() {
  const text = JSON.stringify(await state());
  await opened().then((cache) => cache.put(STATE, new Response(text))).catch(() => {});
}

/** @returns {Promise<Release | undefined>} The newest stored release. */
async function current() {
  const { newest, releases } = await state();
  return newest === undefined ? undefined : releases[newest];
}

/** @param {string} client @returns {Promise<Release | undefined>} Undefined for a client that was opened when no release was stored. */
async function releaseOf(client) {
  const { clients, releases } = await state();
  return releases[clients[client]];
}

/** @param {string} client @param {Release | undefined} release */
async function assign(client, release) {
  if (!client || !release) return;
  (await state()).clients[client] = release.release;
  await save();
}

/** Stores the host's release if it is newer than the stored one. Callers at the same time share one update. */
function look() {
  looking ??= update().finally(() => (looking = undefined));
  return looking;
}

async function update() {
  const found = await fetch(address('release.json'), { cache: 'no-store' });
  if (!found.ok && found.status !== 404) return;
  const release = found.ok ? releaseIn(await found.text()) : undefined;
  const now = await state();
  if (release && release.release !== now.newest) return take(release);
  const isSettled = release ? Object.keys(now.releases).length === 1 : now.newest === undefined;
  if (isSettled && !now.failing) return;
  delete now.failing;
  if (release) return prune();
  // The host has no release.json any more: new pages must not keep the last release for ever.
  now.newest = undefined;
  return save();
}

/** Parses release.json; undefined if it is no release, since some hosts send a page for every missing file. @param {string} text @returns {Release | undefined} */
function releaseIn(text) {
  try {
    const found = JSON.parse(text);
    return typeof found.release === 'string' && found.files instanceof Object ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Stores a whole release and makes it the newest, which new pages get. @param {Release} release */
async function take(release) {
  const now = await state();
  try {
    // Removes the files of updates that failed.
    await sweep([...Object.values(now.releases), release]);
    await obtainAll(release);
  } catch (error) {
    if (error === NO_NETWORK) throw error;
    return failed(release.release, error);
  }
  now.releases[release.release] = release;
  now.newest = release.release;
  delete now.failing;
  await prune();
}

/**
 * Handles an update that failed although there is a network. If the storage is full, or if updates keep failing (for example
 * because the host changes files after release.json was made), new pages are loaded from the network from now on: they must not
 * keep an old release for ever.
 *
 * @param {string} release
 * @param {any} error
 */
async function failed(release, error) {
  const now = await state();
  const time = Date.now();
  const { since, first } = now.failing?.release === release ? now.failing : { since: time, first: now.failing?.first ?? time };
  now.failing = { release, since, first };
  const isFull = error.name === 'QuotaExceededError';
  // The limit of a day is for readers who come so rarely that they find another release each time.
  if (isFull || time - since > HOUR_MS || time - first > 24 * HOUR_MS) now.newest = undefined;
  // Frees room for the state.
  if (isFull) await sweep(Object.values(now.releases));
  await save();
}

/** The folders of the builds that have a stored file. */
async function buildsInUse() {
  const { releases } = await state();
  const builds = new Set();
  for (const { files } of Object.values(releases))
    for (const [path, hash] of Object.entries(files)) {
      const build = path.match(BUILD)?.[0];
      if (build && !builds.has(build) && (await stored(path, hash))) builds.add(build);
    }
  return builds;
}

/** Stores a release's files, except those of builds that are not in use. @param {Release} release */
async function obtainAll({ files }) {
  const builds = await buildsInUse();
  const wanted = Object.entries(files).filter(([path]) => !BUILD.test(path) || builds.has(path.match(BUILD)?.[0] ?? ''));
  const fetchNext = async () => {
    for (let next; (next = wanted.shift()); ) await obtain(...next);
  };
  const ends = await Promise.allSettled(Array.from({ length: FILES_AT_ONCE }, fetchNext));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Fetches and stores a file, if it is not stored yet. @param {string} path @param {string} hash */
async function obtain(path, hash) {
  if (await stored(path, hash)) return;
  const fetched = fetch(address(path), { cache: 'no-cache' }).then(async (response) => ({ response, bytes: await response.arrayBuffer() }));
  const { response, bytes } = await fetched.catch(() => Promise.reject(NO_NETWORK));
  // The host is being updated to a still newer release, or it changes files when it sends them.
  if (!response.ok || (await sha256(bytes)) !== hash) throw new Error(`${path} is not as release.json says`);
  await put(path, hash, new Response(bytes, { headers: headersOf(response) }));
}

/**
 * Whether a page or worker is still there. Firefox never answers for one that an isolated page took the place of while it was
 * opened.
 *
 * @param {string} client
 */
function isThere(client) {
  return Promise.race([worker.clients.get(client), new Promise((resolve) => setTimeout(resolve, ANSWER_MS))]);
}

/** Deletes releases that no page uses any more, and the files that only they have. */
async function prune() {
  const now = await state();
  // `get` does not find pages in the back/forward cache: they check their release when they return (offline.js).
  for (const [client, release] of Object.entries(now.clients))
    if (release !== now.newest && !arriving.has(client) && !(await isThere(client))) delete now.clients[client];
  const needed = new Set([now.newest, ...Object.values(now.clients)]);
  for (const release of Object.keys(now.releases)) if (!needed.has(release)) delete now.releases[release];
  await sweep(Object.values(now.releases), true);
  await save();
}

/** Deletes stored files that belong to none of these releases; `unversioned`: also files stored without a release. @param {Release[]} releases */
async function sweep(releases, unversioned = false) {
  const files = releases.flatMap(({ files }) => Object.entries(files));
  const keys = new Set([STATE, ...files.map(([path, hash]) => keyOf(path, hash))]);
  const cache = await opened();
  for (const { url } of await cache.keys())
    if (!keys.has(url) && (unversioned || url.includes('?sha256='))) await cache.delete(url);
}

/** Notifies the pages of older releases of the newest one. */
async function tell() {
  const { newest, clients } = await state();
  for (const client of await worker.clients.matchAll({ type: 'window' }))
    if (newest !== undefined && (clients[client.id] ?? newest) !== newest) client.postMessage({ newer: newest });
}

/**
 * Stores the files that a page was loaded from. A page that was opened before any release was stored gets the newest one.
 *
 * @param {string} client
 * @param {string[]} urls
 * @returns {Promise<string | undefined>} The page's release.
 */
async function keep(client, urls) {
  let release = await releaseOf(client);
  if (!release) {
    await look().catch(() => {});
    release = await current();
    await assign(client, release);
  }
  const cache = await opened();
  for (const url of new Set(urls)) {
    const path = pathOf(url);
    if (path === undefined || path.startsWith('models/')) continue;
    const hash = release?.files[path];
    if (hash) await obtain(path, hash).catch(() => {});
    else if (!release && !(await cache.match(plain(url)))) await cache.add(plain(url)).catch(() => {});
  }
  return release?.release;
}

// ---- files

/** @returns {Promise<Cache>} */
const opened = () => caches.open(CACHE);

/** The cache key of a file without a release. @param {string} url */
const plain = (url) => url.split(/[?#]/)[0];

/** @param {string} path @param {string} hash */
const keyOf = (path, hash) => address(`${path}?sha256=${hash}`);

/** @param {string} path @param {string} hash @returns {Promise<Response | undefined>} */
async function stored(path, hash) {
  return opened().then((cache) => cache.match(keyOf(path, hash))).catch(() => undefined);
}

/** @param {string} path @param {string} hash @param {Response} response */
async function put(path, hash, response) {
  await (await opened()).put(keyOf(path, hash), response);
}

/** A response's headers, except those that describe its transfer. @param {Response} response */
function headersOf({ headers }) {
  const own = new Headers(headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) own.delete(name);
  return own;
}

/** @param {ArrayBuffer} bytes */
async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
