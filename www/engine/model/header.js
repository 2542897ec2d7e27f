// What a host's model.safetensors holds, from its first bytes: its size, which no header of the answer tells reliably (a host may
// compress), and the names of its tensors.

import { failure } from '../encoder/elsewhere-failure.js';
import { isPointer } from '../encoder/files.js';
import { headerOf, LENGTH_BYTES } from '../encoder/shards.js';

/** Longer than the header of any model that fits into wasm's memory. */
const MOST_BYTES = 64 << 20;

/**
 * Reads the header and cancels the rest.
 *
 * @param {string} file
 * @param {Response} response
 * @returns {Promise<{ bytes: number, tensors: Set<string> }>} `bytes`: of the whole file.
 */
export async function readHeader(file, response) {
  const start = await firstBytes(/** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body).getReader());
  if (isPointer(new Uint8Array(await start.arrayBuffer()))) throw failure('encoder.lfs_pointer', { file, where: response.url });
  const { header, end } = await headerOf(file, start);
  const numbers = header.reduce((most, [, { data_offsets }]) => Math.max(most, data_offsets[1]), 0);
  return { bytes: end + numbers, tensors: new Set(header.map(([name]) => name)) };
}

/** The first bytes, as many as the header has; all if they end before. @param {ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>} reader */
async function firstBytes(reader) {
  let start = new Blob();
  for (let wanted = LENGTH_BYTES; start.size < wanted;) {
    const { value, done } = await reader.read();
    if (done) break;
    start = new Blob([start, value]);
    if (start.size < LENGTH_BYTES) continue;
    const length = new DataView(await start.slice(0, LENGTH_BYTES).arrayBuffer()).getBigUint64(0, true);
    // Something else than a header: what has come is enough to see it.
    if (length > MOST_BYTES) break;
    wanted = LENGTH_BYTES + Number(length);
  }
  await reader.cancel().catch(() => {});
  return start;
}
