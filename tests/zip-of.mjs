// Zips for the tests.

import { configure, ZipWriter } from '../www/vendor/zip.js';

/** A zip of these files. @param {Record<string, string | Uint8Array>} files @param {object} [options] Of zip.js. */
export async function zipOf(files, options = {}) {
  configure({ useWebWorkers: false });
  const chunks = [];
  const zip = new ZipWriter(new WritableStream({ write: (chunk) => void chunks.push(chunk) }));
  for (const [name, content] of Object.entries(files)) await zip.add(name, { readable: new Blob([content]).stream() }, { dataDescriptor: false, ...options });
  await zip.close();
  return Buffer.concat(chunks);
}
