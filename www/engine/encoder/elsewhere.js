// Where an encoder comes from if its folder has no manifest, or not the files: the browser's own copy, the hashes that are known,
// the Hugging Face hub, or files that the reader opened in an earlier visit.

import { atHub, FLOAT_ENCODER, HUB, KNOWN_BYTES, nameOf, OWN } from './addresses.js';
import { isUnavailable } from './download.js';
import { manifestOf, parsed } from './encoder.js';
import { messageOf } from '../failure.js';
import { failure, message } from './elsewhere-failure.js';
import { checkFamily } from './family.js';
import { missingFrom } from './files.js';
import { atRepository } from './hub.js';
import { FLOAT_AT_HUB, KNOWN } from './known-encoder.js';

export { keepOwn, openFiles } from './own-files.js';
export { sayPooling } from './pooling.js';
export { refused, resume, tooLong, wrongHash } from './resume.js';

/** @typedef {import('./encoder.js').Source} Source */
/** @typedef {import('./encoder.js').Tools} Tools */
/** @typedef {import('../failure.js').Failure} Failure */

/**
 * The source for a folder that has sent no manifest and of which no copy is kept.
 *
 * @param {string} directory
 * @param {Tools} tools
 * @returns {Promise<Source>}
 */
export async function sourceOf(directory, tools) {
  if (directory.startsWith(OWN)) {
    const manifest = parsed(await (await tools.cache?.match(manifestOf(directory)))?.text());
    if (!manifest) throw failure('encoder.own_gone', { name: nameOf(directory) });
    return { directory, manifest, onlyCached: true };
  }
  const repository = directory === FLOAT_AT_HUB ? undefined : atHub(directory);
  if (repository) return { ...(await atRepository(repository, tools)), check: checkFamily };
  const known = KNOWN[nameOf(directory)];
  return { directory, manifest: known ?? KNOWN[FLOAT_ENCODER], isAssumed: !known };
}

/** A manifest does not list all that an encoder needs. @param {string} url @param {string[]} names */
export const incomplete = (url, names) => failure('encoder.incomplete', { url, files: missingFrom(names).join(', ') });

/**
 * Loads an encoder whose files could not be had from `source`: the browser's copy of an earlier release or, for a known encoder
 * that the host does not have, the float encoder from the hub.
 *
 * @template T
 * @param {Source} source
 * @param {Failure} error What happened there.
 * @param {(source: Source) => Promise<T>} collect
 * @param {Tools} tools
 * @returns {Promise<T>}
 */
export async function insteadOf({ directory, manifest, fresh }, error, collect, tools) {
  if (directory.startsWith(OWN)) throw failure('encoder.own_gone', { name: nameOf(directory) });
  const earlier = fresh && parsed(await (await tools.cache?.match(manifestOf(directory)))?.text());
  if (earlier) {
    try {
      const found = await collect({ directory, manifest: earlier, onlyCached: true });
      tools.say({ type: 'warning', ...message('encoder.earlier', { name: earlier.encoder, why: messageOf(error) }) });
      return found;
    } catch (other) {
      if (!isUnavailable(other)) throw other;
    }
  }
  const { status } = error.params;
  const isBusy = typeof status === 'number' && (status >= 500 || status === 429);
  const isCut = fresh !== undefined && error.code === 'download.offline';
  if (directory.startsWith(HUB) || isBusy || isCut) throw error;
  const name = fresh ? manifest.encoder : nameOf(directory);
  if (!Object.hasOwn(KNOWN_BYTES, name)) throw failure('encoder.nowhere', { url: directory, why: messageOf(error) });
  const bytes = KNOWN_BYTES[FLOAT_ENCODER];
  const hub = new URL(HUB).host;
  tools.say({ type: 'warning', ...message('encoder.from_hub', { url: directory, encoder: FLOAT_ENCODER, bytes, hub }) });
  try {
    return await collect({ directory: FLOAT_AT_HUB, manifest: KNOWN[FLOAT_ENCODER] });
  } catch (other) {
    throw isUnavailable(other) ? failure('encoder.nowhere_at_all', { url: directory, hub }) : other;
  }
}
