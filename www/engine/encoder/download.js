// Downloads one file, stores it in the browser piece by piece, and hashes it on the way. What has arrived when a download
// breaks off stays for the rest of the visit: the next try asks the server for the rest only.

import { Failure } from '../failure.js';
import { failure, message } from '../worker-failure.js';
import { isPointer } from './files.js';
import { realAddress } from './moved.js';
import { PIECE, sha256, StoredFile } from './stored-file.js';

/** @typedef {{ update(bytes: Uint8Array): void, finish(): string }} Hasher Incremental SHA-256; `finish` returns it in hexadecimal. */

/** Tries for one download, as long as each brings more of it. */
const MOST_TRIES = 4;

/** Downloads that broke off, by their addresses. @type {Map<string, Pieces>} */
const broken = new Map();

/** A file is not where it should be; another place may have it. @param {import('../../types.js').Message} why */
export const unavailable = (why) => Object.assign(new Failure(why), { name: 'Unavailable' });
/** @param {unknown} error */
export const isUnavailable = (error) => error instanceof Error && error.name === 'Unavailable';

/**
 * @param {string} url
 * @param {import('./encoder.js').File} file
 * @param {() => Promise<Hasher>} hasher Makes a new one.
 * @param {(received: number) => void} progress
 * @param {AbortSignal} signal
 * @returns {Promise<StoredFile>}
 * @throws {import('../failure.js').Failure} With a sentence that names the problem, the address and the remedy.
 */
export async function download(url, file, hasher, progress, signal) {
  for (let tries = 1; ; tries++) {
    const before = broken.get(url);
    const had = before?.received;
    const pieces = await receive(url, file, hasher, progress, signal);
    const { received } = pieces;
    if (received === file.bytes) {
      broken.delete(url);
      const { blob, digests, digest } = await pieces.finish();
      if (file.sha256 && digest !== file.sha256.toLowerCase()) throw failure('download.wrong_hash', { file: file.name, bytes: file.bytes });
      return new StoredFile(file.name, blob, digests);
    }
    // The server has started over, or sent nothing more: it is the reader's to try again.
    const isVain = before !== undefined && (before !== pieces || had === received);
    if (tries === MOST_TRIES || isVain) throw failure('download.cut', { file: file.name, received, bytes: file.bytes });
  }
}

/**
 * Receives the file, or the rest of it, until it is complete or the connection breaks: then the stream ends with an error or,
 * with some servers, just early.
 *
 * @param {string} url
 * @param {import('./encoder.js').File} file
 * @param {() => Promise<Hasher>} hasher
 * @param {(received: number) => void} progress
 * @param {AbortSignal} signal
 */
async function receive(url, file, hasher, progress, signal) {
  const before = broken.get(url);
  const response = await ask(url, file, before, signal);
  const pieces = before && response.status === 206 ? before : new Pieces(await hasher(), response);
  if (pieces.canGoOn) broken.set(url, pieces);
  const reader = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body).getReader();
  for (;;) {
    const part = await reader.read().catch(() => undefined);
    signal.throwIfAborted();
    if (!part || part.done) return pieces;
    const isLong = pieces.received + part.value.length > file.bytes;
    const isLfs = pieces.received === 0 && isPointer(part.value);
    if (isLong || isLfs) {
      broken.delete(url);
      await reader.cancel().catch(() => {});
      throw isLfs ? failure('encoder.lfs_pointer', { file: file.name, where: url }) : failure('download.too_long', { file: file.name, bytes: file.bytes });
    }
    pieces.add(part.value);
    progress(pieces.received);
  }
}

/**
 * @param {string} url
 * @param {import('./encoder.js').File} file
 * @param {Pieces | undefined} before What has arrived.
 * @param {AbortSignal} signal
 * @returns {Promise<Response>} With the rest if its status is 206, with the whole otherwise.
 */
async function ask(url, file, before, signal) {
  /** @type {Record<string, string>} */
  const headers = before ? { range: `bytes=${before.received}-` } : {};
  // To another origin, this header would need a permission that few hosts give. There the hash alone shows another version.
  if (before?.version && new URL(url).origin === self.origin) headers['if-range'] = before.version;
  /** @type {Response} */
  let response;
  try {
    // `no-store`: our own cache keeps the file, so the HTTP cache need not hold the same 90 MB.
    response = await fetch(realAddress(url), { cache: 'no-store', headers, signal });
  } catch {
    signal.throwIfAborted();
    throw unavailable(message('download.offline', { file: file.name, url }));
  }
  const [, from] = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '') ?? [];
  const isOther = response.status === 206 && from !== undefined && Number(from) !== before?.received;
  if (before && (response.status === 416 || isOther)) {
    broken.delete(url);
    await response.body?.cancel().catch(() => {});
    return ask(url, file, undefined, signal);
  }
  if (!response.ok || !response.body) throw unavailable(message('download.refused', { file: file.name, status: response.status, url }));
  if (/^text\/html/.test(response.headers.get('content-type') ?? '')) throw unavailable(message('download.html', { file: file.name, url }));
  return response;
}

/** Collects a stream's chunks, which have any size, into pieces of `PIECE` bytes. */
class Pieces {
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
    const tag = headers.get('etag');
    /** What identifies the version on the server; a weak tag does not identify its bytes. */
    this.version = tag?.startsWith('"') ? tag : headers.get('last-modified');
    /** Whether the rest can be asked for: parts of a compressed response count its compressed bytes. */
    this.canGoOn = !headers.has('content-encoding');
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
    const piece = this.#piece.subarray(0, this.#filled);
    this.#hasher.update(piece);
    this.#blobs.push(new Blob([piece]));
    // SubtleCrypto copies the bytes before it returns, so the buffer can be reused.
    if (globalThis.crypto?.subtle) this.#digests.push(sha256(piece));
    this.#filled = 0;
  }
}
