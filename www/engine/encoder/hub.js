// Encoders of the Hugging Face hub. Its list of a repository's files, with sizes and the hashes of the large ones, takes the
// place of a manifest:
//
//   GET /api/models/OWNER/NAME/revision/REVISION?blobs=true
//   → { "sha": commit, "siblings": [{ "rfilename", "size", "lfs"?: { "sha256" } }] }

import { HUB } from './addresses.js';
import { failure } from './elsewhere-failure.js';
import { chosenFrom, missingFrom } from './files.js';

/** @typedef {{ sha: string, siblings: { rfilename: string, size: number, lfs?: { sha256: string } }[] }} Listing */

/** Weights in forms that are not read here. */
export const OTHER_WEIGHTS = /\.(bin|h5|msgpack|onnx|gguf|pt|ckpt)$/;

/**
 * @param {{ name: string, revision: string }} repository
 * @param {import('./encoder.js').Tools} tools
 * @returns {Promise<import('./encoder.js').Source>}
 */
export async function atRepository({ name, revision }, { cache, signal }) {
  const url = `${HUB}api/models/${name}/revision/${revision}?blobs=true`;
  const hub = new URL(HUB).host;
  const response = await fetch(url, { signal }).catch(() => undefined);
  signal.throwIfAborted();
  const status = response?.status ?? 0;
  // The hub answers 401 for a repository that does not exist: it may be private.
  if ([401, 403, 404].includes(status)) throw failure('encoder.not_at_hub', { name, hub });
  if (response?.ok) await cache?.put(url, response.clone()).catch(() => {});
  const told = response?.ok ? response : await cache?.match(url);
  /** @type {Listing | undefined} */
  const listing = await told?.json().catch(() => undefined);
  if (!listing?.siblings) throw failure('encoder.hub_silent', { name, hub, status: status === 0 ? '–' : String(status) });
  const names = listing.siblings.map(({ rfilename }) => rfilename);
  const missing = missingFrom(names);
  const other = names.find((file) => OTHER_WEIGHTS.test(file));
  if (missing.join() === 'model.safetensors' && other) throw failure('encoder.pytorch', { where: name, file: other, from: name });
  if (missing.length > 0) throw failure('encoder.not_an_encoder', { where: name, files: missing.join(', ') });
  const files = chosenFrom(names).flatMap((file) =>
    listing.siblings.filter(({ rfilename }) => rfilename === file).map(({ size, lfs }) => ({ name: file, bytes: size, ...(lfs && { sha256: lfs.sha256 }) })),
  );
  return { directory: `${HUB}${name}/resolve/${listing.sha}/`, manifest: { encoder: name, files } };
}
