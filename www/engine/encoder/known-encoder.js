// Names, sizes and hashes of the encoders that every page can ask for, for directories without a manifest. The hashes are those
// of build/encoder.sha256.

import { FLOAT_ENCODER, HUB } from './addresses.js';
import { KNOWN_WEIGHTS } from './known-weights.js';

/** The float encoder in its authors' repository, at the revision whose hashes are known. */
export const FLOAT_AT_HUB = `${HUB}sentence-transformers/all-MiniLM-L6-v2/resolve/1110a243fdf4706b3f48f1d95db1a4f5529b4d41/`;

/** @type {Record<string, import('./encoder.js').Manifest>} */
export const KNOWN = {
  [FLOAT_ENCODER]: {
    encoder: FLOAT_ENCODER,
    files: [
      { name: 'config.json', bytes: 612, sha256: '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41' },
      { name: 'tokenizer.json', bytes: 466247, sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037' },
      { name: 'model.safetensors', bytes: 90868376, sha256: KNOWN_WEIGHTS[FLOAT_ENCODER] },
    ],
  },
};
