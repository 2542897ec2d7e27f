// The files of an encoder. Some are alternatives:
//
//   config.json · tokenizer.json, or vocab.txt with tokenizer_config.json if there is one ·
//   1_Pooling/config.json if there is one · model.safetensors, or model.safetensors.index.json with the shards that it lists

const [CONFIG, TOKENIZER, VOCABULARY, WEIGHTS, INDEX] = ['config.json', 'tokenizer.json', 'vocab.txt', 'model.safetensors', 'model.safetensors.index.json'];
export const POOLING = '1_Pooling/config.json';
const SHARD = /^model-\d+-of-\d+\.safetensors$/;
/** The first line of a file that Git LFS left in the place of a large one. */
const POINTER = 'version https://git-lfs.github.com/spec/';

/** What is missing among files, as texts for a sentence. @param {string[]} names */
export function missingFrom(names) {
  const has = (/** @type {string} */ name) => names.includes(name);
  return [
    ...(has(CONFIG) ? [] : [CONFIG]),
    ...(has(TOKENIZER) || has(VOCABULARY) ? [] : [`${TOKENIZER} (or ${VOCABULARY})`]),
    ...(has(WEIGHTS) || (has(INDEX) && names.some((name) => SHARD.test(name))) ? [] : [WEIGHTS]),
  ];
}

/** The files that are read, the small ones first, the weights in their order. @param {string[]} names */
export function chosenFrom(names) {
  const tokenizer = names.includes(TOKENIZER) ? [TOKENIZER] : [VOCABULARY, 'tokenizer_config.json'];
  const weights = names.includes(WEIGHTS) ? [WEIGHTS] : [INDEX, ...names.filter((name) => SHARD.test(name)).sort()];
  return [CONFIG, ...tokenizer, POOLING, ...weights].filter((name) => names.includes(name));
}

/** Whether a file is one of weights. @param {string} name */
export const isWeights = (name) => name === WEIGHTS || SHARD.test(name);

/** Whether a file begins as a pointer of Git LFS does. @param {Uint8Array} bytes */
export const isPointer = (bytes) => String.fromCharCode(...bytes.subarray(0, POINTER.length)) === POINTER;
