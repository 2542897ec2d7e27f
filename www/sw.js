// The page without a network, and each page load from one release.
//
// A build for a host leaves release.json, the SHA-256 of every file (make_site in build.sh). With it a release is stored as a
// whole before any page gets a file of it, and each page keeps to the release that it began with until it is reloaded,
// whatever is put on the host meanwhile. A new page gets the newest release that is stored, at once: no page waits for the
// network. Meanwhile this worker asks the host for a newer one, stores it, and tells the pages, which offer to reload.
//
// Without release.json (www/ as it is written) the network is always asked first, and what it gave last is for when nothing
// answers. The encoder is not this file's business: the engine's worker keeps that itself.

// The DOM's types know a page's global scope only.
const worker = /** @type {any} */ (self);

/** @typedef {{ release: string, files: Record<string, string> }} Release `files`: SHA-256 in hex by path. */
/** @typedef {{ release: string, since: number, first: number }} Failing `since`: of this release; `first`: of any. */
/** @typedef {{ newest?: string, releases: Record<string, Release>, clients: Record<string, string>, failing?: Failing }} State */

const CACHE = 'polytask-page';
/** Where the state is kept: workers like this one are ended and started at any time. */
const STATE = address('release.state');
const FILES_AT_ONCE = 6;
const HOUR_MS = 3_600_000;
const NO_NETWORK = new Error('there is no network');
/** The builds of the library, of which a browser takes one: stored when it is used. */
const BUILD = /^pkg\/[^/]+\//;

worker.addEventListener('install', () => worker.skipWaiting());
worker.addEventListener('activate', (/** @type {any} */ event) => event.waitUntil(worker.clients.claim()));
worker.addEventListener('fetch', (/** @type {any} */ event) => {
  const { request } = event;
  const path = pathOf(request.url);
  if (request.method === 'GET' && path !== undefined && !path.startsWith('models/')) event.respondWith(answer(event, path));
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

/** A file's path in the site; nothing if it is elsewhere. @param {string} url */
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
  // A worker is a client too, of the release of the page that starts it.
  if (event.request.destination === 'worker') welcome(event, release);
  if (!hash) return fromNetwork(event);
  return (await stored(path, hash)) ?? checked(event, path, hash);
}

/** The release that a new page gets. @param {any} event @param {string} path */
async function arrival(event, path) {
  const release = await current();
  if (!release?.files[path]) return undefined;
  welcome(event, release);
  event.waitUntil(look().then(tell, () => {}));
  return release;
}

/** Pages and workers that are being opened, and that the browser may not list among its clients yet. @type {Set<string>} */
const arriving = new Set();

/** Makes a new page or worker one of a release. Its file need not wait until that is stored. @param {any} event @param {Release | undefined} release */
function welcome(event, release) {
  arriving.add(event.resultingClientId);
  event.waitUntil(assign(event.resultingClientId, release));
}

/**
 * A file that the release has and that is not stored. It goes on to the page as it comes; if it turns out at its end to be
 * of another release, it breaks off there: it must not run among files of this one.
 *
 * @param {any} event
 * @param {string} path
 * @param {string} hash
 */
async function checked(event, path, hash) {
  const response = await fetch(event.request.url, { cache: 'no-cache' });
  if (!response.ok || !response.body) return response;
  const headers = headersOf(response);
  const [toPage, toCheck] = response.body.tee();
  const whole = new Response(toCheck).arrayBuffer().then(async (bytes) => {
    if ((await sha256(bytes)) !== hash) throw new Error(`${path} is of another release`);
    // Without room for it, the page works with a network only.
    event.waitUntil(put(path, hash, new Response(bytes, { headers })).catch(() => {}));
  });
  event.waitUntil(whole.catch(() => {}));
  return new Response(toPage.pipeThrough(new TransformStream({ flush: () => whole })), { headers });
}

/** @param {any} event */
async function fromNetwork(event) {
  const { request } = event;
  try {
    // Not from the browser's own cache, which may hold files of different ages for as long as it likes.
    const response = await fetch(new Request(request, { cache: 'no-cache' }));
    if (response.status === 200) {
      const copy = response.clone();
      // Without room for it, the page works with a network only.
      event.waitUntil(opened().then((cache) => cache.put(plain(request.url), copy)).catch(() => {}));
    }
    return response;
  } catch (error) {
    const cache = await opened().catch(() => undefined);
    const kept = (await fromLast(event)) ?? (await cache?.match(plain(request.url), { ignoreVary: true }));
    if (kept) return kept;
    throw error;
  }
}

/** A new page of the last release that is here as a whole: better than no page, where nothing else answers. @param {any} event */
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

/** Without room for it, this worker still knows until it ends. */
async function save() {
  const text = JSON.stringify(await state());
  await opened().then((cache) => cache.put(STATE, new Response(text))).catch(() => {});
}

/** @returns {Promise<Release | undefined>} The newest that is here as a whole. */
async function current() {
  const { newest, releases } = await state();
  return newest === undefined ? undefined : releases[newest];
}

/** @param {string} client @returns {Promise<Release | undefined>} Nothing for one that came when there was none. */
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

/** Looks whether the host has a newer release and, if so, stores all of it. */
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
  // The host has no releases any more: new pages are not to stay with the last one for ever.
  now.newest = undefined;
  return save();
}

/** Some hosts answer with a page for every file that they lack. @param {string} text @returns {Release | undefined} */
function releaseIn(text) {
  try {
    const found = JSON.parse(text);
    return typeof found.release === 'string' && found.files instanceof Object ? found : undefined;
  } catch {
    return undefined;
  }
}

/** Stores all of a release, for new pages to begin with. @param {Release} release */
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
 * An update failed though there is a network. If the storage is full, or it goes on, as where a host changes its files after
 * release.json was made, new pages come from the network from now on: they are not to stay with an old release for ever.
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
  // A day: for whoever comes once a week, and finds another release each time.
  if (isFull || time - since > HOUR_MS || time - first > 24 * HOUR_MS) now.newest = undefined;
  // The state needs room too.
  if (isFull) await sweep(Object.values(now.releases));
  await save();
}

/** The folders of builds of which something is stored. */
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

/** Stores the files of a release, but those of builds that are not in use. @param {Release} release */
async function obtainAll({ files }) {
  const builds = await buildsInUse();
  const wanted = Object.entries(files).filter(([path]) => !BUILD.test(path) || builds.has(path.match(BUILD)?.[0] ?? ''));
  const fetchNext = async () => {
    for (let next; (next = wanted.shift()); ) await obtain(...next);
  };
  const ends = await Promise.allSettled(Array.from({ length: FILES_AT_ONCE }, fetchNext));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}

/** Stores a file, if it is not. @param {string} path @param {string} hash */
async function obtain(path, hash) {
  if (await stored(path, hash)) return;
  const fetched = fetch(address(path), { cache: 'no-cache' }).then(async (response) => ({ response, bytes: await response.arrayBuffer() }));
  const { response, bytes } = await fetched.catch(() => Promise.reject(NO_NETWORK));
  // Either a still newer release is being put on the host, or the host changes its files on the way.
  if (!response.ok || (await sha256(bytes)) !== hash) throw new Error(`${path} is not as release.json says`);
  await put(path, hash, new Response(bytes, { headers: headersOf(response) }));
}

/** Releases that no page needs any more go, and with them the files that no other has. */
async function prune() {
  const now = await state();
  // Pages in the back/forward cache are not to be found either: they ask when they come back (offline.js).
  for (const [client, release] of Object.entries(now.clients))
    if (release !== now.newest && !arriving.has(client) && !(await worker.clients.get(client))) delete now.clients[client];
  const needed = new Set([now.newest, ...Object.values(now.clients)]);
  for (const release of Object.keys(now.releases)) if (!needed.has(release)) delete now.releases[release];
  await sweep(Object.values(now.releases), true);
  await save();
}

/** Deletes the files of all but these releases; `unversioned`: those of none too. @param {Release[]} releases */
async function sweep(releases, unversioned = false) {
  const files = releases.flatMap(({ files }) => Object.entries(files));
  const keys = new Set([STATE, ...files.map(([path, hash]) => keyOf(path, hash))]);
  const cache = await opened();
  for (const { url } of await cache.keys())
    if (!keys.has(url) && (unversioned || url.includes('?sha256='))) await cache.delete(url);
}

/** Tells the pages of older releases that there is a newer one. */
async function tell() {
  const { newest, clients } = await state();
  for (const client of await worker.clients.matchAll({ type: 'window' }))
    if (newest !== undefined && (clients[client.id] ?? newest) !== newest) client.postMessage({ newer: newest });
}

/**
 * Keeps what a page was loaded from. A page that came before there was a release here is of it from now on.
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

/** The key of a file of no release. @param {string} url */
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

/** The headers of a response, but for those of its way here. @param {Response} response */
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
