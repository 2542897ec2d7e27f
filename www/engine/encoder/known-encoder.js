// The encoder's name, sizes and hashes, for directories without a manifest. The hashes are those of build/encoder.sha256.

/** @type {import('./encoder.js').Manifest} */
export const KNOWN = {
  encoder: 'all-MiniLM-L6-v2',
  files: [
    { name: 'config.json', bytes: 612, sha256: '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41' },
    { name: 'tokenizer.json', bytes: 466247, sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037' },
    {
      name: 'model.safetensors',
      bytes: 90868376,
      sha256: '53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db',
    },
  ],
};

/** The encoder's original address, at its authors' repository. */
export const HUB = 'https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main/';
