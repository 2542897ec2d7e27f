// An encoder's three files: from the network with progress, or from the browser's cache.
//
// A directory `base` holds manifest.json — {"encoder": name, "files": [{"name", "bytes", "sha256"}]} — beside the files.
// A directory without a manifest, such as the Hugging Face hub's, is taken for the encoder whose hashes are known.
// A file enters the cache only whole and with the right SHA-256, under a key that contains it: nothing half-written can
// be found there later, and a new release of the encoder is never mistaken for the old one.
//
// The Cache API and SubtleCrypto exist only in secure contexts (https, localhost). Elsewhere the encoder is downloaded
// on each visit.

import { failure, message } from '../failure.js';
import { download } from './download.js';
import { KNOWN } from './known-encoder.js';
import { PIECE, StoredFile } from './stored-file.js';

/** @typedef {{ name: string, bytes: number, sha256: string }} File */
/** @typedef {{ encoder: string, files: File[] }} Manifest */
/** @typedef {import('./download.js').Hasher} Hasher */
/** @typedef {import('../../types.js').RunEvent} RunEvent */

const CACHE = 'polytask-encoders';
/** Files that a session needs. */
export const NEEDED = ['config.json', 'tokenizer.json', 'model.safetensors'];
/** Header of a cached file: the SHA-256 of each of its pieces, by which it is checked whenever it is read. */
const DIGESTS = 'x-piece-sha256';
/** Least time between two progress events, so that they do not outnumber the frames that show them. */
const PROGRESS_MS = 50;

/**
 * @param {string} base Absolute address of the directory.
 * @param {() => Promise<Hasher>} hasher Makes a new one.
 * @param {(event: RunEvent) => void} say Takes `progress`, `warning` and, at the end, `loaded`.
 * @param {AbortSignal} signal Breaks it off; files that are whole by then stay.
 * @returns {Promise<Map<string, StoredFile>>} The files by name.
 * @throws {import('../failure.js').Failure} Says which file failed, where, and what to do.
 */
export async function loadEncoder(base, hasher, say, signal) {
  const directory = base.endsWith('/') ? base : `${base}/`;
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

/**
 * Throws what is cached of an encoder away, so that it is downloaded anew.
 *
 * @param {string} base
 */
export async function forgetEncoder(base) {
  const cache = await openCache();
  for (const { url } of (await cache?.keys()) ?? []) if (url.startsWith(base)) await cache?.delete(url);
}

/**
 * Network first, so that a new release is noticed; the cached copy only when there is no network.
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
    response = await fetch(url, { cache: 'no-cache', signal });
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
    return undefined; // Storage is switched off (private windows of some browsers).
  }
}

/**
 * @param {Cache | undefined} cache
 * @param {string} key
 * @param {File} file
 * @returns {Promise<StoredFile | undefined>} The file, or nothing if it is not there or is not whole.
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
    // Reading failed: download it again.
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
