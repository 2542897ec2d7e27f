// Downloads one file, stores it in the browser piece by piece, and hashes it on the way. What has arrived when a download
// breaks off stays for the rest of the visit: the next try asks the server for the rest only (resume.js).

import { Failure } from '../failure.js';
import { failure, message } from '../worker-failure.js';
import { elsewhere } from './encoder.js';
import { realAddress } from './moved.js';
import { PIECE, sha256, StoredFile } from './stored-file.js';

/** @typedef {{ update(bytes: Uint8Array): void, finish(): string }} Hasher Incremental SHA-256; `finish` returns it in hexadecimal. */
/**
 * @typedef {object} Wanted
 * @property {string} url
 * @property {import('./encoder.js').File} file
 * @property {() => Promise<Hasher>} hasher Makes a new one.
 * @property {(received: number) => void} progress
 * @property {AbortSignal} signal
 */

/** Downloads that broke off, by their addresses. @type {Map<string, Pieces>} */
const broken = new Map();

/** A file is not where it should be; another place may have it. @param {import('../../types.js').Message} why */
export const unavailable = (why) => Object.assign(new Failure(why), { name: 'Unavailable' });
/** @param {unknown} error */
export const isUnavailable = (error) => error instanceof Error && error.name === 'Unavailable';

/**
 * @param {Wanted} wanted
 * @returns {Promise<StoredFile>}
 * @throws {import('../failure.js').Failure} With a sentence that names the problem, the address and the remedy.
 */
export async function download(wanted) {
  const { url, file } = wanted;
  let pieces = broken.get(url) ?? (await begin(wanted));
  if (pieces.received !== file.bytes) {
    const cut = failure('download.cut', { file: file.name, received: pieces.received, bytes: file.bytes });
    const { resume } = await elsewhere().catch(() => Promise.reject(cut));
    pieces = await resume(wanted, pieces, begin);
  }
  broken.delete(url);
  const { blob, digests, digest } = await pieces.finish();
  if (file.sha256 && digest !== file.sha256.toLowerCase()) throw (await elsewhere()).wrongHash(file);
  return new StoredFile(file.name, blob, digests);
}

/**
 * Receives the file, or the rest of it, until it is complete or the connection breaks: then the stream ends with an error or,
 * with some servers, just early.
 *
 * @param {Wanted} wanted
 * @param {Record<string, string>} [headers] Ask for the rest.
 * @param {Pieces} [before] What has arrived.
 * @returns {Promise<Pieces>} `before`, if the server has sent the rest of it.
 */
async function begin({ url, file, hasher, progress, signal }, headers = {}, before) {
  // `no-store`: our own cache keeps the file, so the HTTP cache need not hold the same 90 MB.
  const response = await fetch(realAddress(url), { cache: 'no-store', headers, signal }).catch(() => {
    signal.throwIfAborted();
    throw unavailable(message('download.offline', { file: file.name, url }));
  });
  const isPage = response.headers.get('content-type')?.startsWith('text/html');
  if (!response.ok || !response.body || isPage) throw (await elsewhere()).refused(url, file, response);
  const pieces = before && response.status === 206 ? before : new Pieces(await hasher(), response);
  broken.set(url, pieces);
  const reader = response.body.getReader();
  while (pieces.received <= file.bytes) {
    const part = await reader.read().catch(() => undefined);
    signal.throwIfAborted();
    if (!part || part.done) return pieces;
    pieces.add(part.value);
    progress(pieces.received);
  }
  broken.delete(url);
  await reader.cancel().catch(() => {});
  throw (await elsewhere()).tooLong(file);
}

/** Collects a stream's chunks, which have any size, into pieces of `PIECE` bytes. */
export class Pieces {
  received = 0;
  #hasher;
  #piece = new Uint8Array(PIECE);
  #filled = 0;
  /** @type {Blob[]} */
  #blobs = [];
  /** @type {Promise<string>[]} */
  #digests = [];

  /** @param {Hasher} hasher @param {Response} response The first one. */
  constructor(hasher, { headers }) {
    this.#hasher = hasher;
    this.headers = headers;
  }

  /** The bytes that no Blob has yet: of a small file, all. */
  get last() {
    return this.#piece.subarray(0, this.#filled);
  }

  /** @param {Uint8Array} chunk */
  add(chunk) {
    this.received += chunk.length;
    while (chunk.length > 0) {
      const now = chunk.subarray(0, PIECE - this.#filled);
      this.#piece.set(now, this.#filled);
      this.#filled += now.length;
      if (this.#filled === PIECE) this.#store();
      chunk = chunk.subarray(now.length);
    }
  }

  async finish() {
    if (this.#filled > 0) this.#store();
    const digests = await Promise.all(this.#digests);
    return { blob: new Blob(this.#blobs), digests, digest: this.#hasher.finish() };
  }

  /** Moves the piece into a Blob, which the browser may keep on disk. */
  #store() {
    const piece = this.last;
    this.#hasher.update(piece);
    this.#blobs.push(new Blob([piece]));
    // SubtleCrypto copies the bytes before it returns, so the buffer can be reused.
    if (globalThis.crypto?.subtle) this.#digests.push(sha256(piece));
    this.#filled = 0;
  }
}
