// A file that the browser keeps, in its cache or as a Blob, and that is read piece by piece: it is never in memory whole.

import { Failure, message } from '../failure.js';

/** Bytes in a piece: small enough to hold several in memory, large enough that there are few. */
export const PIECE = 4 << 20;
/** Number of pieces that are read and hashed at a time: none waits for another's disk access or hash. */
const AT_A_TIME = 4;

/** A file is no longer what it was when it was stored. */
export class DamagedFile extends Failure {}

export class StoredFile {
  #name;
  #blob;
  #digests;

  /**
   * @param {string} name
   * @param {Blob} blob
   * @param {string[]} digests The SHA-256 of each piece; none where SubtleCrypto does not exist.
   */
  constructor(name, blob, digests) {
    this.#name = name;
    this.#blob = blob;
    this.#digests = digests;
  }

  get blob() {
    return this.#blob;
  }

  get digests() {
    return this.#digests;
  }

  /**
   * The pieces in order, each checked before it is handed out. The first are being read when this returns.
   *
   * @returns {AsyncGenerator<Uint8Array<ArrayBuffer>, void>}
   * @throws {DamagedFile}
   */
  pieces() {
    const count = Math.ceil(this.#blob.size / PIECE);
    const read = (/** @type {number} */ i) => (i < count ? [this.#read(i)] : []);
    const reading = Array.from({ length: AT_A_TIME }, (_, i) => read(i)).flat();
    return (async function* () {
      for (let i = AT_A_TIME; reading.length > 0; i++) {
        const piece = await /** @type {(typeof reading)[0]} */ (reading.shift());
        reading.push(...read(i));
        yield piece;
      }
    })();
  }

  /** The whole of a small file. */
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
    // The caller that awaits this piece gets the error; without a caller it must not count as unhandled.
    reading.catch(() => {});
    return reading;
  }
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<string>} In hexadecimal. */
export async function sha256(bytes) {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
