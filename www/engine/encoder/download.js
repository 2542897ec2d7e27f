// Downloads one file, stores it in the browser piece by piece, and hashes it on the way. What has arrived when a download
// breaks off stays for the rest of the visit: the next try asks the server for the rest only (resume.js).
//
// The hasher is the module's, which may come after the first pieces. A file of one piece is hashed by the browser.

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
 * @property {(pieces: Pieces) => void} [begun] Receives what arrives, from its beginning: again if it begins anew.
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
  const before = broken.get(url);
  if (before) wanted.begun?.(before);
  let pieces = before ?? (await begin(wanted));
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
async function begin({ url, file, hasher, progress, signal, begun }, headers = {}, before) {
  // `no-store`: our own cache keeps the file, so the HTTP cache need not hold the same 90 MB.
  const response = await fetch(realAddress(url), { cache: 'no-store', headers, signal }).catch(() => {
    signal.throwIfAborted();
    throw unavailable(message('download.offline', { file: file.name, url }));
  });
  const isPage = response.headers.get('content-type')?.startsWith('text/html');
  if (!response.ok || !response.body || isPage) throw (await elsewhere()).refused(url, file, response);
  const pieces = before && response.status === 206 ? before : new Pieces(hasher, response);
  broken.set(url, pieces);
  if (pieces !== before) begun?.(pieces);
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
  /** All of them, once they are here. @type {Blob | undefined} */
  blob;
  #makeHasher;
  #piece = new Uint8Array(PIECE);
  #filled = 0;
  /** @type {Blob[]} */
  #blobs = [];
  /** @type {Promise<string>[]} */
  #digests = [];
  /** @type {Promise<Hasher> | undefined} */
  #hashing;
  /** @type {'coming' | 'whole' | 'abandoned'} */
  #state = 'coming';
  /** Those who wait for another piece, or for the end. @type {(() => void)[]} */
  #waiting = [];

  /** @param {() => Promise<Hasher>} hasher Makes a new one. @param {Response} response The first one. */
  constructor(hasher, { headers }) {
    this.#makeHasher = hasher;
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
      // The file goes on after this piece.
      if (this.#filled === PIECE) this.#store(false);
      const now = chunk.subarray(0, PIECE - this.#filled);
      this.#piece.set(now, this.#filled);
      this.#filled += now.length;
      chunk = chunk.subarray(now.length);
    }
  }

  async finish() {
    if (this.#filled > 0) this.#store(true);
    else if (this.received === 0) this.#hash(this.last);
    this.#state = 'whole';
    this.#wake();
    const [hasher, digests] = await Promise.all([this.#hashing, Promise.all(this.#digests)]);
    this.blob = new Blob(this.#blobs);
    return { blob: this.blob, digests, digest: hasher ? hasher.finish() : digests[0] };
  }

  /** The download has begun anew: nothing more is added. */
  abandon() {
    this.#state = 'abandoned';
    this.#wake();
  }

  /**
   * The pieces in order, as they arrive. Whether they are the right ones is known when the file is whole.
   *
   * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>, void>}
   */
  async *pieces() {
    for (let i = 0; ; i++) {
      while (i === this.#blobs.length && this.#state === 'coming') await new Promise((resolve) => this.#waiting.push(() => resolve(undefined)));
      if (this.#state === 'abandoned') throw new Error('the download began anew');
      if (i === this.#blobs.length) return;
      yield new Uint8Array(await this.#blobs[i].arrayBuffer());
    }
  }

  /** Moves the piece into a Blob, which the browser may keep on disk. @param {boolean} isLast */
  #store(isLast) {
    const piece = this.last;
    const isOnly = isLast && this.#blobs.length === 0;
    this.#blobs.push(new Blob([piece]));
    const { subtle } = globalThis.crypto ?? {};
    if (subtle) this.#digests.push(sha256(piece));
    if (!subtle || !isOnly) this.#hash(piece);
    this.#piece = new Uint8Array(isLast ? 0 : PIECE);
    this.#filled = 0;
    this.#wake();
  }

  #wake() {
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** @param {Uint8Array} piece */
  #hash(piece) {
    this.#hashing = (this.#hashing ?? this.#makeHasher()).then((hasher) => {
      hasher.update(piece);
      return hasher;
    });
    this.#hashing.catch(() => {}); // `finish` reports it.
  }
}
