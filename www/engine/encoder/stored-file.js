// A file in the browser's cache or in a Blob. It is read piece by piece, so that it is never in memory as a whole.

import { Failure } from '../failure.js';
import { message } from '../worker-failure.js';

/** Bytes in a piece: small enough to hold several in memory, large enough to need few of them. */
export const PIECE = 4 << 20;
/** Number of pieces that are read and hashed in parallel, so that disk accesses and hashes overlap. */
const PARALLEL_READS = 4;

/** A stored file no longer has the hash that it had when it was stored. */
export class DamagedFile extends Failure {}

export class StoredFile {
  #name;
  #blob;
  #digests;

  /**
   * @param {string} name
   * @param {Blob} blob
   * @param {string[]} digests The SHA-256 of each piece; empty where SubtleCrypto does not exist.
   * @param {string} [key] The key in the browser's cache.
   */
  constructor(name, blob, digests, key = '') {
    this.#name = name;
    this.#blob = blob;
    this.#digests = digests;
    this.key = key;
  }

  get blob() {
    return this.#blob;
  }

  get digests() {
    return this.#digests;
  }

  /**
   * The pieces in order, each checked before it is yielded. Reading begins at once, before the first `next()`.
   *
   * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>, void>}
   * @throws {DamagedFile}
   */
  pieces() {
    const count = Math.ceil(this.#blob.size / PIECE);
    const read = (/** @type {number} */ i) => (i < count ? [this.#read(i)] : []);
    const reading = Array.from({ length: PARALLEL_READS }, (_, i) => read(i)).flat();
    return (async function* () {
      for (let i = PARALLEL_READS; reading.length > 0; i++) {
        const piece = await /** @type {(typeof reading)[0]} */ (reading.shift());
        reading.push(...read(i));
        yield piece;
      }
    })();
  }

  /** All bytes, for small files. */
  async bytes() {
    const bytes = new Uint8Array(this.#blob.size);
    let at = 0;
    for await (const piece of this.pieces()) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes;
  }

  /** @param {number} i */
  #read(i) {
    const read = async () => {
      const bytes = new Uint8Array(await this.#blob.slice(i * PIECE, (i + 1) * PIECE).arrayBuffer());
      const digest = this.#digests[i];
      if (digest && (await sha256(bytes)) !== digest)
        throw new DamagedFile(message('encoder.damaged', { file: this.#name }));
      return bytes;
    };
    const reading = read();
    // The caller that awaits this piece gets the error. If no caller comes that far, it must not count as unhandled.
    reading.catch(() => {});
    return reading;
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<string>} In hexadecimal. */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
