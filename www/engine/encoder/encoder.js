// Loads an encoder's files: from the browser's cache, or from the network with progress events.
//
// A directory holds manifest.json — {"encoder": name, "files": [{"name", "bytes", "sha256"}]} — beside the files. Where there is
// none, or the files are not there, elsewhere.js knows where else to look. It is loaded only then.
//
// A file is cached only when it is complete and its SHA-256 is right, under a key that contains the hash: the cache never
// holds half a file, and a new release of the encoder is never mistaken for the old one.
//
// The Cache API, Web Locks and SubtleCrypto exist only in secure contexts (https, localhost). Other pages download the encoder
// on each visit.

import { withLock } from '../locks.js';
import { failure, message } from '../worker-failure.js';
import { atHub, OWN } from './addresses.js';
import { download, isUnavailable, unavailable } from './download.js';
import { isWeights, POOLING, WEIGHTS } from './files.js';
import { KNOWN_WEIGHTS } from './known-weights.js';
import { realAddress } from './moved.js';
import { PIECE, StoredFile } from './stored-file.js';

/**
 * `sha256`: absent where only the transport vouches for the file; `version`: then what the host says of its version, as a query.
 *
 * @typedef {{ name: string, bytes: number, sha256?: string, version?: string }} File
 */
/** @typedef {{ encoder: string, files: File[] }} Manifest */
/** @typedef {import('./download.js').Hasher} Hasher */
/**
 * Hears of what can be read before all is here; of nothing if the weights are in several files.
 *
 * @typedef {object} Coming
 * @property {(files: Map<string, StoredFile>) => void} small All files but the weights.
 * @property {(pieces: import('./download.js').Pieces) => void} weights What arrives of them over the network.
 */
/** @typedef {import('../../types.js').RunEvent} RunEvent */
/**
 * Where an encoder's files are.
 *
 * @typedef {object} Source
 * @property {string} directory
 * @property {Manifest} manifest
 * @property {string} [fresh] The manifest's text, if the directory has just sent it.
 * @property {boolean} [isAssumed] Nothing says that the directory holds this encoder: copies of other directories do not count.
 * @property {boolean} [onlyCached] Nothing is asked of the network.
 * @property {(name: string, file: StoredFile) => Promise<void>} [check] Called with each file; rejects if it is of no use.
 */
/**
 * @typedef {object} Tools
 * @property {() => Promise<Hasher>} hasher Makes a new hasher.
 * @property {(event: RunEvent) => void} say Receives `progress`, `warning` and, at the end, `loaded`.
 * @property {AbortSignal} signal Aborts the download; files that are complete by then stay in the cache.
 * @property {Coming} [coming]
 * @property {Cache} [cache]
 */

/** What a manifest lists at least: see files.js. */
const NEEDED = [/^config\.json$/, /^(tokenizer\.json|vocab\.txt)$/, /\.safetensors$/];
const CACHE = 'polytask-encoders';
/** Header of a cached file: the SHA-256 of each piece. Each read checks them. */
const DIGESTS = 'x-piece-sha256';
/** Who has been told that there is no room. @type {WeakSet<(event: RunEvent) => void>} */
const said = new WeakSet();
/** Minimum time between two progress events: the page shows at most one a frame. */
const PROGRESS_MS = 50;

/**
 * The modules that know where else to look.
 *
 * @returns {Promise<typeof import('./elsewhere.js')>}
 * @throws {import('../failure.js').Failure} Without a network they cannot be loaded.
 */
export async function elsewhere() {
  return import('./elsewhere.js').catch(() => {
    throw failure('download.offline', { file: 'elsewhere.js', url: new URL('elsewhere.js', String(import.meta.url)).href });
  });
}

/**
 * @param {string} base Absolute address of the directory.
 * @param {Omit<Tools, 'cache'>} given
 * @returns {Promise<Map<string, StoredFile>>} The files by name, in the order in which they are read.
 * @throws {import('../failure.js').Failure} With a sentence that names the file, the address and the remedy.
 */
export async function loadEncoder(base, given) {
  const directory = base.endsWith('/') ? base : `${base}/`;
  const tools = { ...given, cache: await openCache() };
  const source = (await beside(directory, tools)) ?? (await (await elsewhere()).sourceOf(directory, tools));
  const { files, loaded } = await collect(source, tools).catch(async (error) => {
    if (!isUnavailable(error)) throw error;
    // If that is not to be had either, the first error says more.
    return (await elsewhere().catch(() => Promise.reject(error))).insteadOf(source, error, (/** @type {Source} */ other) => collect(other, tools), tools);
  });
  if (!files.has(WEIGHTS)) files.set(WEIGHTS, await (await elsewhere()).joined(files));
  if (files.has(POOLING)) await (await elsewhere()).sayPooling(files, tools.say);
  // Last: the page sends its next command when it hears of it.
  tools.say(loaded);
  return files;
}

/** Address of a directory's manifest. @param {string} directory */
export const manifestOf = (directory) => new URL('manifest.json', directory).href;

/**
 * The directory with the manifest in it, or with the cached one if it cannot be had: the network is asked first, to notice a new
 * release.
 *
 * @param {string} directory
 * @param {Tools} tools
 * @returns {Promise<Source | undefined>}
 */
async function beside(directory, { cache, signal }) {
  if (directory.startsWith(OWN) || atHub(directory)) return undefined;
  const url = manifestOf(directory);
  const response = await fetch(realAddress(url), { cache: 'no-cache', signal }).catch(() => undefined);
  const text = response?.ok ? await response.text().catch(() => undefined) : undefined;
  signal.throwIfAborted();
  const fresh = text !== undefined && parsed(text) ? text : undefined;
  const manifest = parsed(fresh ?? (await (await cache?.match(url))?.text()));
  if (!manifest) return undefined;
  const { files = [] } = manifest;
  const names = files.map(({ name }) => name);
  if (!NEEDED.every((kind) => names.some((name) => kind.test(name)))) throw (await elsewhere()).incomplete(url, names);
  const own = KNOWN_WEIGHTS[manifest.encoder];
  const isOther = own !== undefined && files.every(({ sha256 }) => sha256 !== own);
  return { directory, manifest: { encoder: isOther ? `${manifest.encoder} (changed)` : manifest.encoder, files }, fresh };
}

/** A manifest; undefined if it is none: some hosts send a page for every missing file. @param {string} [text] @returns {Manifest | undefined} */
export function parsed(text) {
  try {
    const manifest = JSON.parse(text ?? '');
    return typeof manifest?.encoder === 'string' ? manifest : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {Source} source
 * @param {Tools} tools
 * @returns {Promise<{ files: Map<string, StoredFile>, loaded: RunEvent }>}
 */
export async function collect(source, tools) {
  const { directory, fresh } = source;
  const { encoder, files } = source.manifest;
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  /** @type {Map<string, number>} */
  const received = new Map();
  /** Reports that so many bytes of a file are here. @param {File} file @param {number} bytes @param {boolean} cached */
  const say = ({ name }, bytes, cached) => {
    received.set(name, bytes);
    tools.say({ type: 'progress', file: name, received: [...received.values()].reduce((sum, more) => sum + more), total, cached });
  };
  let allCached = true;
  const stop = new AbortController();
  const all = { ...tools, signal: AbortSignal.any([tools.signal, stop.signal]) };
  /** @param {File} file @param {Coming['weights']} [begun] @returns {Promise<[string, StoredFile]>} */
  const get = async (file, begun) => {
    const { stored, cached } = await obtain(source, file, throttle((/** @type {number} */ bytes) => say(file, bytes, false)), all, begun);
    await source.check?.(file.name, stored);
    allCached &&= cached;
    say(file, file.bytes, cached);
    return [file.name, stored];
  };
  const [weights, ...more] = files.filter(({ name }) => isWeights(name));
  const isOne = more.length === 0;
  const fetchWeights = async () => weights && get(weights, isOne ? tools.coming?.weights : undefined);
  // The weights at the same time as the small files, unless these are to be checked first.
  const early = source.check ? undefined : fetchWeights();
  early?.catch(() => {}); // It is awaited below.
  const ended = await Promise.allSettled(files.filter(({ name }) => !isWeights(name)).map((file) => get(file)));
  const wrong = ended.find((end) => end.status === 'rejected');
  if (wrong) {
    stop.abort();
    await early?.catch(() => {});
    throw wrong.reason;
  }
  const found = new Map(ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : [])));
  if (isOne) tools.coming?.small(new Map(found));
  const first = await (early ?? fetchWeights());
  if (first) found.set(...first);
  for (const file of more) found.set(...(await get(file)));
  if (fresh) await tools.cache?.put(manifestOf(directory), new Response(fresh)).catch(() => {});
  return { files: found, loaded: { type: 'loaded', encoder, bytes: total, cached: allCached } };
}

/**
 * A file from the cache or, if it is not there, from the network.
 *
 * @param {Source} source
 * @param {File} file
 * @param {(received: number) => void} progress
 * @param {Tools} tools
 * @param {Coming['weights']} [begun]
 * @returns {Promise<{ stored: StoredFile, cached: boolean }>}
 */
async function obtain({ directory, onlyCached, isAssumed }, file, progress, tools, begun) {
  const { cache, signal, say } = tools;
  const url = new URL(file.name, directory).href;
  const key = keyOf(url, file);
  const kept = async () => {
    const stored = await fromCache(cache, key, file, isAssumed);
    return stored && { stored, cached: true };
  };
  const fetched = async () => {
    const stored = await download({ url, file, hasher: tools.hasher, progress, signal, begun });
    await keep(cache, key, file, stored, say);
    return { stored, cached: false };
  };
  const found = await kept();
  if (found) return found;
  if (onlyCached) throw unavailable(message('download.offline', { file: file.name, url }));
  // Another tab may be downloading the file: this one waits, and finds it in the cache.
  return alone(`polytask ${file.sha256 ?? key}`, signal, async () => (await kept()) ?? (await fetched()));
}

/** The key of a file in the cache. @param {string} url @param {File} file */
export function keyOf(url, { sha256, version }) {
  const query = sha256 ? `sha256=${sha256}` : version;
  return query ? `${url}?${query}` : url;
}

/**
 * Does `work` while no other tab or worker of this origin does work of this name.
 *
 * @template T
 * @param {string} name
 * @param {AbortSignal} signal Ends the waiting.
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
async function alone(name, signal, work) {
  let began = false;
  const once = () => {
    began = true;
    return work();
  };
  try {
    return await (navigator.locks ? withLock(name, signal, once) : once());
  } catch (error) {
    // Pages without an origin, and those that may not store anything, have no locks.
    if (began || signal.aborted) throw error;
    return work();
  }
}

/** Deletes an encoder's files from the cache: the next load downloads them. @param {Map<string, StoredFile>} files */
export async function forgetFiles(files) {
  const cache = await openCache();
  for (const { key } of files.values()) if (key) await cache?.delete(key);
}

export async function openCache() {
  try {
    return await globalThis.caches?.open(CACHE);
  } catch {
    return undefined; // Storage is disabled (private windows of some browsers).
  }
}

/**
 * @param {Cache | undefined} cache
 * @param {string} key
 * @param {File} file
 * @param {boolean} [exactly] Of this address.
 * @returns {Promise<StoredFile | undefined>} The file, also where it was kept for another address; undefined if it is absent or
 *   incomplete.
 */
async function fromCache(cache, key, file, exactly) {
  try {
    const keys = ((await cache?.keys()) ?? []).map(({ url }) => url);
    const own = keys.includes(key) ? key : keys.find((url) => !exactly && file.sha256 !== undefined && url.endsWith(`?sha256=${file.sha256}`));
    const response = own && (await cache?.match(own));
    if (!response) return undefined;
    const digests = response.headers.get(DIGESTS)?.split(' ') ?? [];
    const blob = await response.blob();
    if (blob.size === file.bytes && digests.length === Math.ceil(file.bytes / PIECE)) return new StoredFile(file.name, blob, digests, own);
    await cache?.delete(own);
  } catch {
    // The cache could not be read: the caller downloads the file again.
  }
  return undefined;
}

/**
 * @param {Cache | undefined} cache
 * @param {string} key
 * @param {File} file
 * @param {StoredFile} stored
 * @param {(event: RunEvent) => void} say
 */
export async function keep(cache, key, file, stored, say) {
  if (!cache || stored.digests.length === 0) return;
  try {
    const path = key.split('?')[0];
    for (const { url } of await cache.keys()) if (url.split('?')[0] === path) await cache.delete(url);
    await put(cache, key, stored);
  } catch {
    // Once for all files of a download.
    if (said.has(say)) return;
    said.add(say);
    say({ type: 'warning', ...message('encoder.not_kept') });
  }
}

/** @param {Cache} cache @param {string} key @param {Pick<StoredFile, 'blob' | 'digests'>} stored */
export async function put(cache, key, { blob, digests }) {
  const headers = { 'content-length': String(blob.size), [DIGESTS]: digests.join(' ') };
  await cache.put(key, new Response(blob, { headers }));
}

/**
 * @template {unknown[]} A
 * @param {(...args: A) => void} call
 * @returns {(...args: A) => void}
 */
function throttle(call) {
  let last = -Infinity;
  return (...args) => {
    const now = performance.now();
    if (now - last < PROGRESS_MS) return;
    last = now;
    call(...args);
  };
}
