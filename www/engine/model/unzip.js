// Unpacks a model's zip in a page of one's own. Loaded with the first one: most pages have a directory.

import english from '../../strings/model.en.js';
import { NEEDED } from './names.js';
import { readZip, Said } from './read-zip.js';

/**
 * @param {Blob} zip
 * @param {string} url
 * @returns {Promise<{ files: [path: string, file: Blob][], missing: string[], why?: string }>} `missing`: the files that a model
 *   needs and this has not; `why`: the zip cannot be read.
 */
export async function unzip(zip, url) {
  try {
    const files = await readZip(zip, url, english);
    return { files: [...files], missing: NEEDED.filter((path) => !files.has(path)) };
  } catch (error) {
    if (!(error instanceof Said)) throw error;
    return { files: [], missing: [], why: error.message };
  }
}
