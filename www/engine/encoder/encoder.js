// Loads an encoder's three files: from the browser's cache, or from the network with progress events.
//
// A directory `base` holds manifest.json — {"encoder": name, "files": [{"name", "bytes", "sha256"}]} — beside the files.
// If it has no manifest, as on the Hugging Face hub, it is assumed to hold the encoder of known-encoder.js.
// A file is cached only when it is complete and its SHA-256 is right, under a key that contains the hash: the cache never
// holds half a file, and a new release of the encoder is never mistaken for the old one.
//
// The Cache API and SubtleCrypto exist only in secure contexts (https, localhost). Other pages download the encoder on
// each visit.

import { failure, message } from '../failure.js';
import { download } from './download.js';
import { KNOWN } from './known-encoder.js';
import { addressOf } from './moved.js';
import { PIECE, StoredFile } from './stored-file.js';

/** @typedef {{ name: string, bytes: number, sha256: string }} File */
/** @typedef {{ encoder: string, files: File[] }} Manifest */
/** @typedef {import('./download.js').Hasher} Hasher */
/** @typedef {import('../../types.js').RunEvent} RunEvent */

const CACHE = 'polytask-encoders';
/** Files that a session needs. */
export const NEEDED = ['config.json', 'tokenizer.json', 'model.safetensors'];
/** Header of a cached file: the SHA-256 of each piece. Each read checks them. */
const DIGESTS = 'x-piece-sha256';
/** Minimum time between two progress events: the page shows at most one a frame. */
const PROGRESS_MS = 50;

/**
 * @param {string} base Absolute address of the directory.
 * @param {() => Promise<Hasher>} hasher Makes a new hasher.
 * @param {(event: RunEvent) => void} say Receives `progress`, `warning` and, at the end, `loaded`.
 * @param {AbortSignal} signal Aborts the download; files that are complete by then stay in the cache.
 * @returns {Promise<Map<string, StoredFile>>} The files by name.
 * @throws {import('../failure.js').Failure} With a sentence that names the file, the address and the remedy.
 */
export async function loadEncoder(base, hasher, say, signal) {
  const directory = withSlash(base);
  const cache = await openCache();
  const manifest = await readManifest(new URL('manifest.json', directory).href, cache, signal);
  const total = manifest.files.reduce((sum, file) => sum + file.bytes, 0);

  /** @type {Map<string, StoredFile>} */
  const files = new Map();
  let before = 0;
  let allCached = true;
  for (const file of manifest.files) {
    const progress = throttle((/** @type {number} */ received) =>
      say({ type: 'progress', file: file.name, received: before + received, total, cached: false }),
    );
    const key = new URL(`${file.name}?sha256=${file.sha256}`, directory).href;
    let stored = await fromCache(cache, key, file);
    const cached = stored !== undefined;
    if (!stored) {
      stored = await download(new URL(file.name, directory).href, file, await hasher(), progress, signal);
      await keep(cache, key, file, stored, say);
    }
    before += file.bytes;
    allCached &&= cached;
    say({ type: 'progress', file: file.name, received: before, total, cached });
    files.set(file.name, stored);
  }
  say({ type: 'loaded', encoder: manifest.encoder, bytes: total, cached: allCached });
  return files;
}

/** A directory's address, with the slash that keeps /a apart from /ab. @param {string} base */
const withSlash = (base) => (base.endsWith('/') ? base : `${base}/`);

/** Deletes an encoder's files from the cache: the next load downloads them. @param {string} base */
export async function forgetEncoder(base) {
  const [cache, directory] = [await openCache(), withSlash(base)];
  for (const { url } of (await cache?.keys()) ?? []) if (url.startsWith(directory)) await cache?.delete(url);
}

/**
 * Asks the network first, to notice a new release; uses the cached copy only when there is no network.
 *
 * @param {string} url
 * @param {Cache | undefined} cache
 * @param {AbortSignal} signal
 * @returns {Promise<Manifest>}
 */
async function readManifest(url, cache, signal) {
  /** @type {Response | undefined} */
  let response;
  try {
    response = await fetch(addressOf(url), { cache: 'no-cache', signal });
    if (response.ok) await cache?.put(url, response.clone()).catch(() => {});
  } catch {
    signal.throwIfAborted();
    response = await cache?.match(url);
    if (!response) throw failure('encoder.offline', { url });
  }
  if (response.status === 404) return KNOWN;
  if (!response.ok) throw failure('encoder.refused', { status: response.status, url });
  /** @type {Manifest} */
  let manifest;
  try {
    manifest = await response.json();
  } catch {
    throw failure('encoder.not_json', { url });
  }
  const missing = NEEDED.filter((name) => !manifest.files?.some((file) => file.name === name));
  if (missing.length > 0) throw failure('encoder.incomplete', { url, files: missing.join(', ') });
  return manifest;
}

async function openCache() {
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
 * @returns {Promise<StoredFile | undefined>} The file; undefined if it is absent or incomplete.
 */
async function fromCache(cache, key, file) {
  try {
    const response = await cache?.match(key);
    if (!response) return undefined;
    const digests = response.headers.get(DIGESTS)?.split(' ') ?? [];
    const blob = await response.blob();
    if (blob.size === file.bytes && digests.length === Math.ceil(file.bytes / PIECE))
      return new StoredFile(file.name, blob, digests);
    await cache?.delete(key);
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
async function keep(cache, key, file, { blob, digests }, say) {
  if (!cache || digests.length === 0) return;
  try {
    const path = new URL(key).pathname;
    for (const old of await cache.keys()) if (new URL(old.url).pathname === path) await cache.delete(old);
    const headers = { 'content-length': String(file.bytes), [DIGESTS]: digests.join(' ') };
    await cache.put(key, new Response(blob, { headers }));
  } catch {
    say({ type: 'warning', ...message('encoder.not_kept', { file: file.name }) });
  }
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
