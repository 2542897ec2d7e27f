// The reader's own files as an encoder. They are kept in the browser, so that they are there after a reload.

import { OWN } from './addresses.js';
import { failure, message } from './elsewhere-failure.js';
import { manifestOf, openCache, put } from './encoder.js';
import { checkFamily } from './family.js';
import { chosenFrom, isPointer, missingFrom } from './files.js';
import { OTHER_WEIGHTS } from './hub.js';
import { sha256, StoredFile } from './stored-file.js';

/** @typedef {import('./encoder.js').Manifest} Manifest */

/** Of so many encoders the files are kept, those opened last. */
const MOST_KEPT = 2;
/** Longer than any pointer of Git LFS. */
const POINTER_BYTES = 200;

/**
 * The files that make the encoder. The library checks what is in them when it reads them.
 *
 * @param {[path: string, file: Blob][]} given Paths are relative to the encoder's folder.
 * @param {string} name The encoder's.
 * @returns {Promise<{ manifest: Manifest, files: Map<string, StoredFile> }>}
 */
export async function openFiles(given, name) {
  const blobs = new Map(given);
  const names = [...blobs.keys()];
  for (const [file, blob] of blobs) {
    const start = new Uint8Array(await blob.slice(0, POINTER_BYTES).arrayBuffer());
    if (isPointer(start)) throw failure('encoder.own_lfs_pointer', { file });
  }
  const missing = missingFrom(names);
  const other = names.find((file) => OTHER_WEIGHTS.test(file));
  if (missing.join() === 'model.safetensors' && other) throw failure('encoder.pytorch', { where: name, file: other, from: 'FOLDER' });
  if (missing.length > 0) throw failure('encoder.files_missing', { missing: missing.join(', ') });
  const files = new Map(chosenFrom(names).map((file) => [file, new StoredFile(file, /** @type {Blob} */ (blobs.get(file)), [])]));
  for (const [file, stored] of files) await checkFamily(file, stored);
  return { manifest: { encoder: name, files: Array.from(files, ([file, { blob }]) => ({ name: file, bytes: blob.size })) }, files };
}

/**
 * Keeps opened files for later visits.
 *
 * @param {string} directory
 * @param {Awaited<ReturnType<typeof openFiles>>} opened
 * @param {(event: import('../../types.js').RunEvent) => void} say
 */
export async function keepOwn(directory, { manifest, files }, say) {
  try {
    const cache = await openCache();
    if (!cache) throw new Error('there is no storage');
    await forgetOld(cache);
    for (const [file, stored] of files) {
      const digests = [];
      for await (const piece of stored.pieces()) digests.push(await sha256(piece));
      await put(cache, new URL(file, directory).href, { blob: stored.blob, digests });
    }
    // Last, so that it never stands for files that are not there.
    await cache.put(manifestOf(directory), new Response(JSON.stringify(manifest)));
  } catch {
    say({ type: 'warning', ...message('encoder.own_not_kept', { name: manifest.encoder }) });
  }
}

/** Makes room for another encoder's files. @param {Cache} cache */
async function forgetOld(cache) {
  const urls = (await cache.keys()).map(({ url }) => url).filter((url) => url.startsWith(OWN));
  const folders = [...new Set(urls.map((url) => url.slice(OWN.length).split('/')[0]))].sort();
  const old = folders.slice(0, Math.max(0, folders.length - MOST_KEPT + 1));
  for (const url of urls) if (old.includes(url.slice(OWN.length).split('/')[0])) await cache.delete(url);
}
