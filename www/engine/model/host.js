// What a host has of a saved model: asks it for a file, says what is wrong when the file does not come, and fetches a model's zip.

import { Pieces, unavailable } from '../encoder/download.js';
import { collect, forgetFiles, keep, keyOf, parsed } from '../encoder/encoder.js';
import { refused } from '../encoder/resume.js';
import { DamagedFile, StoredFile } from '../encoder/stored-file.js';
import { Failure } from '../failure.js';
import { failure as ofWorker, message } from '../worker-failure.js';
import { failure } from './model-failure.js';

/** @typedef {import('../encoder/encoder.js').Manifest} Manifest */
/** @typedef {import('../encoder/encoder.js').Tools} Tools */

/** The host is not there, or not for the moment: what was kept serves. */
export const isPassing = (/** @type {unknown} */ error) =>
  error instanceof Failure && (error.code === 'download.offline' || Number(error.params.status) >= 500 || error.params.status === 429);

/** What a host says of a file's version. Of another origin, a page reads only the date and the size. @param {Response} response */
export function versionOf({ headers }) {
  const said = ['etag', 'last-modified', 'content-length'].map((name) => headers.get(name) ?? '').join('');
  // A host that says nothing may have changed the file.
  return `version=${encodeURIComponent(said || String(Date.now()))}`;
}

/**
 * @param {string} url
 * @param {string} file
 * @param {AbortSignal} signal
 * @param {'GET' | 'HEAD'} [method]
 */
export async function ask(url, file, signal, method = 'GET') {
  const response = (await fetch(url, { cache: 'no-cache', signal, method }).catch(() => undefined)) ?? (await lost(url, file, signal));
  const isPage = response.headers.get('content-type')?.startsWith('text/html');
  // Some hosts send a page for every missing file.
  if (file === 'config.json' && (response.status === 404 || isPage)) throw failure('model.nowhere', { url: new URL('.', url).href });
  if (!response.ok || isPage) throw refused(url, { name: file, bytes: 0 }, response);
  return response;
}

/**
 * Says why nothing came: a browser does not tell a host that is silent from one that keeps its answer from this page.
 *
 * @param {string} url
 * @param {string} file
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
export async function lost(url, file, signal) {
  signal.throwIfAborted();
  const answers = await fetch(url, { method: 'HEAD', mode: 'no-cors', cache: 'no-store', signal }).then(() => true, () => false);
  signal.throwIfAborted();
  throw answers && new URL(url).origin !== self.origin ? failure('model.cors', { url }) : unavailable(message('download.offline', { file, url }));
}

/**
 * A model's zip, from the network or, without one, as an earlier visit kept it. It is fetched again when the host says that it has changed.
 *
 * @param {string} address
 * @param {Tools} tools
 * @returns {Promise<StoredFile>}
 */
export async function zipAt(address, tools) {
  const { cache, signal } = tools;
  const list = `${address}?polytask-zip`;
  const kept = parsed(await (await cache?.match(list))?.text());
  try {
    const version = kept && versionOf(await ask(address, nameOf(address), signal, 'HEAD').catch(() => ask(address, nameOf(address), signal)));
    if (kept && version === kept.files[0].version) return await asKept(address, kept, tools);
    const { stored, manifest } = await fetched(address, tools);
    // After the zip: what is kept replaces all that was kept for this address.
    await cache?.put(list, new Response(JSON.stringify(manifest))).catch(() => {});
    return stored;
  } catch (error) {
    if (!kept || !isPassing(error)) throw error;
    return asKept(address, kept, tools, true);
  }
}

/** @param {string} address */
const folderOf = (address) => new URL('.', address).href;

/** The part of an address behind its folder's. @param {string} address */
const nameOf = (address) => address.slice(folderOf(address).length);

/**
 * The zip as it was kept, each piece checked. One that was damaged in the browser's cache is fetched again.
 *
 * @param {string} address
 * @param {Manifest} manifest
 * @param {Tools} tools
 * @param {boolean} [onlyCached]
 * @returns {Promise<StoredFile>}
 */
async function asKept(address, manifest, tools, onlyCached) {
  const { files } = await collect({ directory: folderOf(address), manifest, onlyCached, isAssumed: true }, tools);
  const [stored] = files.values();
  try {
    for await (const _ of stored.pieces());
    return stored;
  } catch (error) {
    if (!(error instanceof DamagedFile)) throw error;
    await forgetFiles(files);
    return (await fetched(address, tools)).stored;
  }
}

/**
 * Fetches the zip and keeps it. How long it is, a host that compresses does not say: the list at a zip's end shows whether it is
 * whole.
 *
 * @param {string} address
 * @param {Tools} tools
 * @returns {Promise<{ stored: StoredFile, manifest: Manifest }>}
 */
async function fetched(address, { cache, hasher, say, signal }) {
  const name = nameOf(address);
  const response = await ask(address, name, signal);
  const pieces = new Pieces(hasher, response);
  const total = Number(response.headers.get('content-length'));
  const progress = () => say({ type: 'progress', file: name, received: pieces.received, total: Math.max(total, pieces.received), cached: false });
  const reader = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body).getReader();
  for (;;) {
    const part = await reader.read().catch(() => undefined);
    signal.throwIfAborted();
    if (!part) throw ofWorker('download.cut', { file: name, received: pieces.received, bytes: Math.max(total, pieces.received) });
    if (part.done) break;
    pieces.add(part.value);
    progress();
  }
  const { blob, digests } = await pieces.finish();
  const file = { name, bytes: blob.size, version: versionOf(response) };
  const key = keyOf(address, file);
  const stored = new StoredFile(name, blob, digests, key);
  await keep(cache, key, file, stored, say);
  return { stored, manifest: { encoder: address, files: [file] } };
}
