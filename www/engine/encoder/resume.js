// Goes on with a download that broke off, and says what is wrong with one. Loaded when that happens.
//
// The rest is asked for with `Range`. With `If-Range` a server sends the whole file if it has another version by now; where that
// header cannot be sent, the hash of the whole shows it.

import { failure as ofWorker } from '../worker-failure.js';
import { failure } from './elsewhere-failure.js';
import { isPointer } from './files.js';

/** @typedef {import('./download.js').Pieces} Pieces */
/** @typedef {import('./download.js').Wanted} Wanted */
/** @typedef {import('./encoder.js').File} File */

/** Tries for one download, as long as each brings more of it. */
const MOST_TRIES = 4;

/**
 * @param {Wanted} wanted
 * @param {Pieces} pieces What has arrived.
 * @param {(wanted: Wanted, headers?: Record<string, string>, before?: Pieces) => Promise<Pieces>} receive
 * @returns {Promise<Pieces>} All of it.
 * @throws {import('../failure.js').Failure} If the server sends nothing more.
 */
export async function resume(wanted, pieces, receive) {
  const { url, file } = wanted;
  if (isPointer(pieces.last)) throw failure('encoder.lfs_pointer', { file: file.name, where: url });
  for (let tries = 1; pieces.received < file.bytes; tries++) {
    const { received } = pieces;
    const now = await receive(wanted, rangeOf(url, pieces), pieces).catch((error) => {
      // The file is shorter than what has arrived: it is another.
      if (error.params?.status === 416) return receive(wanted);
      throw error;
    });
    // The server has started over, or sent nothing more: it is the reader's to try again.
    const isOther = now !== pieces;
    if (isOther) pieces.abandon();
    const isVain = isOther || now.received === received;
    pieces = now;
    if (pieces.received < file.bytes && (isVain || tries === MOST_TRIES))
      throw ofWorker('download.cut', { file: file.name, received: pieces.received, bytes: file.bytes });
  }
  return pieces;
}

/** The headers that ask for the rest; none if the rest cannot be asked for. @param {string} url @param {Pieces} pieces */
function rangeOf(url, { headers, received }) {
  // Parts of a compressed response would count its compressed bytes.
  if (headers.has('content-encoding')) return {};
  /** @type {Record<string, string>} */
  const asked = { range: `bytes=${received}-` };
  const tag = headers.get('etag');
  // A weak tag does not identify the bytes.
  const version = tag?.startsWith('"') ? tag : headers.get('last-modified');
  // To another origin, this header would need a permission that few hosts give.
  if (version && new URL(url).origin === self.origin) asked['if-range'] = version;
  return asked;
}

/** @param {string} url @param {File} file @param {Response} response */
export function refused(url, file, { status, ok }) {
  const error = ok ? failure('download.html', { file: file.name, url }) : failure('download.refused', { file: file.name, status, url });
  return Object.assign(error, { name: 'Unavailable' });
}

/** @param {File} file */
export const tooLong = ({ name, bytes }) => failure('download.too_long', { file: name, bytes });

/** @param {File} file */
export const wrongHash = ({ name, bytes }) => failure('download.wrong_hash', { file: name, bytes });
