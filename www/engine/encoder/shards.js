// Weights in several files as the one file that is read. A safetensors file is the length of its header (8 bytes), a header in
// JSON that says where each tensor is in what follows, and the numbers. So one header for all of them, followed by the numbers of
// each, is the whole file.

import { failure } from './elsewhere-failure.js';
import { isWeights } from './files.js';
import { StoredFile } from './stored-file.js';

/** @typedef {Record<string, { dtype: string, shape: number[], data_offsets: [number, number] }>} Header */

export const LENGTH_BYTES = 8;

/**
 * @param {Map<string, StoredFile>} files
 * @returns {Promise<StoredFile>} model.safetensors. Nothing is copied: it consists of parts of the files.
 */
export async function joined(files) {
  const shards = [...files].filter(([name]) => isWeights(name));
  /** @type {Header} */
  const whole = {};
  let before = 0;
  const numbers = [];
  // The small encoder's says how its numbers are written.
  const all = {};
  for (const [name, { blob }] of shards) {
    const { header, end, metadata } = await headerOf(name, blob);
    Object.assign(all, metadata);
    for (const [tensor, { data_offsets: [from, to], ...rest }] of header) whole[tensor] = { ...rest, data_offsets: [from + before, to + before] };
    numbers.push(blob.slice(end));
    before += blob.size - end;
  }
  const text = JSON.stringify(Object.keys(all).length > 0 ? { __metadata__: all, ...whole } : whole);
  const header = new TextEncoder().encode(text.padEnd(8 * Math.ceil(text.length / 8)));
  const length = new DataView(new ArrayBuffer(LENGTH_BYTES));
  length.setBigUint64(0, BigInt(header.length), true);
  return new StoredFile('model.safetensors', new Blob([length.buffer, header, ...numbers]), []);
}

/** @param {string} file @param {Blob} blob @returns {Promise<{ header: [string, Header[string]][], end: number, metadata: unknown }>} `end`: where the numbers begin. */
export async function headerOf(file, blob) {
  try {
    const length = new DataView(await blob.slice(0, LENGTH_BYTES).arrayBuffer()).getBigUint64(0, true);
    const end = LENGTH_BYTES + Number(length);
    const { __metadata__, ...tensors } = JSON.parse(await blob.slice(LENGTH_BYTES, end).text());
    const header = Object.entries(tensors);
    if (!header.every(([, tensor]) => Array.isArray(tensor?.data_offsets))) throw new Error('a tensor has no place');
    return { header, end, metadata: __metadata__ };
  } catch {
    throw failure('encoder.shard', { file });
  }
}
