// Downloads one file, stores it in the browser piece by piece, and hashes it on the way.

import { failure } from '../failure.js';
import { addressOf } from './moved.js';
import { PIECE, sha256, StoredFile } from './stored-file.js';

/** @typedef {{ update(bytes: Uint8Array): void, finish(): string }} Hasher Incremental SHA-256; `finish` returns it in hexadecimal. */

/**
 * @param {string} url
 * @param {import('./encoder.js').File} file
 * @param {Hasher} hasher
 * @param {(received: number) => void} progress
 * @param {AbortSignal} signal
 * @returns {Promise<StoredFile>}
 * @throws {import('../failure.js').Failure} With a sentence that names the problem, the address and the remedy.
 */
export async function download(url, file, hasher, progress, signal) {
  /** @type {Response} */
  let response;
  try {
    // `no-store`: our own cache keeps the file, so the HTTP cache need not hold the same 90 MB.
    response = await fetch(addressOf(url), { cache: 'no-store', signal });
  } catch {
    signal.throwIfAborted();
    throw failure('download.offline', { file: file.name, url });
  }
  if (!response.ok || !response.body) {
    throw failure('download.refused', { file: file.name, status: response.status, url });
  }
  const pieces = new Pieces(hasher);
  let received = 0;
  const reader = response.body.getReader();
  for (;;) {
    const part = await reader.read().catch(() => undefined);
    signal.throwIfAborted();
    if (!part || part.done) break;
    received += part.value.length;
    if (received > file.bytes) {
      await reader.cancel().catch(() => {});
      throw failure('download.too_long', { file: file.name, bytes: file.bytes });
    }
    pieces.add(part.value);
    progress(received);
  }
  // A broken connection ends the stream with an error or, with some servers, just early. Both show in the byte count.
  if (received < file.bytes) {
    throw failure('download.cut', { file: file.name, received, bytes: file.bytes });
  }
  const { blob, digests, digest } = await pieces.finish();
  if (digest !== file.sha256.toLowerCase()) {
    throw failure('download.wrong_hash', { file: file.name, bytes: file.bytes });
  }
  return new StoredFile(file.name, blob, digests);
}

/** Collects a stream's chunks, which have any size, into pieces of `PIECE` bytes. */
class Pieces {
  #hasher;
  #piece = new Uint8Array(PIECE);
  #filled = 0;
  /** @type {Blob[]} */
  #blobs = [];
  /** @type {Promise<string>[]} */
  #digests = [];

  /** @param {Hasher} hasher */
  constructor(hasher) {
    this.#hasher = hasher;
  }

  /** @param {Uint8Array} chunk */
  add(chunk) {
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
