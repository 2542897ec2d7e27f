// Reads a model's files out of a zip, with random access: the zip is never in memory as a whole. Weights that are stored as they are
// become a part of the file itself.

import { zipLibrary } from './library.js';
import { folderOf, isBomb, isPlain, READ } from './names.js';
import { toKeep, toMemory } from './sink.js';

/** How a file begins, and a zip without any. */
const BEGINNINGS = [0x04034b50, 0x06054b50];
const LOCAL_HEADER_BYTES = 30;
/** A file that unpacks to more than this goes to the browser's storage. */
const LARGE = 8 << 20;

/** An error whose message is one of the sentences about models: it is said as it is. */
export class Said extends Error {}

/**
 * @param {Blob} zip
 * @param {string} name Its name, for sentences.
 * @param {import('./words.js').ModelWords} words
 * @returns {Promise<Map<string, Blob>>} The files that are read, by their paths. Rejects with one sentence.
 */
export async function readZip(zip, name, words) {
  const first = new DataView(await zip.slice(0, 4).arrayBuffer());
  if (first.byteLength < 4 || !BEGINNINGS.includes(first.getUint32(0, true))) throw new Said(words.notZip(name));
  const { BlobReader, ZipReader } = await zipLibrary();
  const reader = new ZipReader(new BlobReader(zip), { checkSignature: true, filenameValidation: 'tolerant' });
  const entries = await reader.getEntries().catch(() => {
    throw new Said(words.truncated(name));
  });
  for (const { filename, compressedSize, uncompressedSize } of entries) {
    if (!isPlain(filename)) throw new Said(words.outside(name, filename));
    if (isBomb(compressedSize, uncompressedSize)) throw new Said(words.bomb(name, filename, compressedSize, uncompressedSize));
  }
  const folder = folderOf(entries.map(({ filename }) => filename));
  /** @type {Map<string, Blob>} */
  const files = new Map();
  for (const entry of entries) {
    const path = entry.filename.slice(folder.length);
    if (entry.directory || !entry.filename.startsWith(folder) || !READ.includes(path) || files.has(path)) continue;
    files.set(path, await unpacked(zip, entry).catch((error) => {
      throw new Said(error instanceof TooMuch ? words.bomb(name, path, entry.compressedSize, error.bytes) : error?.name === 'QuotaExceededError' ? words.noRoom : words.damaged(name, path));
    }));
  }
  return files;
}

/** A file unpacks to more than the zip says. */
class TooMuch extends Error {
  /** @param {number} bytes */
  constructor(bytes) {
    super('A file unpacks to more than the zip says.');
    this.bytes = bytes;
  }
}

/** @param {Blob} zip @param {import('../../vendor/zip.js').FileEntry} entry */
async function unpacked(zip, entry) {
  const own = await partOf(zip, entry);
  const sink = own ? { write: async () => {}, close: async () => own, discard: async () => {} } : entry.uncompressedSize > LARGE ? await toKeep() : toMemory();
  let bytes = 0;
  /** @type {unknown} */
  let refused;
  try {
    await entry.getData(
      new WritableStream({
        async write(chunk) {
          bytes += chunk.length;
          try {
            if (bytes > entry.uncompressedSize) throw new TooMuch(bytes);
            await sink.write(chunk);
          } catch (error) {
            refused ??= error;
            throw error;
          }
        },
      }),
    );
    return /** @type {Blob} */ (await sink.close());
  } catch (error) {
    await sink.discard();
    throw refused ?? error;
  }
}

/** The part of the zip that is the file, if it is stored as it is. @param {Blob} zip @param {import('../../vendor/zip.js').FileEntry} entry */
async function partOf(zip, { offset, compressionMethod, encrypted, uncompressedSize }) {
  if (compressionMethod !== 0 || encrypted) return undefined;
  const header = new DataView(await zip.slice(offset, offset + LOCAL_HEADER_BYTES).arrayBuffer());
  if (header.byteLength < LOCAL_HEADER_BYTES || header.getUint32(0, true) !== BEGINNINGS[0]) return undefined;
  const begin = offset + LOCAL_HEADER_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  return zip.slice(begin, begin + uncompressedSize);
}
