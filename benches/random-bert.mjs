// BERTs of any shape with random weights: N(0, 0.02), LayerNorms 1 and 0, biases 0, as training from nothing begins.

import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';

export const BERT_BASE = { hidden_size: 768, num_hidden_layers: 12, num_attention_heads: 12, intermediate_size: 3072 };

/**
 * Writes config.json, tokenizer.json and model.safetensors into `directory`, unless they are there.
 *
 * @param {string} directory
 * @param {object} shape Of BERT's config; `vocab_size` is the tokenizer's 30522 unless it says otherwise.
 * @param {string} tokenizer A tokenizer.json to copy, all of whose ids are below `vocab_size`.
 */
export function writeRandomBert(directory, shape, tokenizer) {
  const config = {
    model_type: 'bert',
    architectures: ['BertModel'],
    hidden_act: 'gelu',
    max_position_embeddings: 512,
    type_vocab_size: 2,
    vocab_size: 30522,
    layer_norm_eps: 1e-12,
    pad_token_id: 0,
    ...shape,
  };
  const json = JSON.stringify(config, null, 2);
  const at = (name) => path.join(directory, name);
  const same = existsSync(at('config.json')) && readFileSync(at('config.json'), 'utf8') === json;
  if (same && existsSync(at('model.safetensors'))) return;

  mkdirSync(directory, { recursive: true });
  copyFileSync(tokenizer, at('tokenizer.json'));
  writeTensors(at('arriving.safetensors'), tensorsOf(config));
  renameSync(at('arriving.safetensors'), at('model.safetensors'));
  writeFileSync(at('config.json'), json);
}

/** Names and shapes, under Hugging Face's names. */
function tensorsOf({ hidden_size: h, intermediate_size: f, num_hidden_layers, ...sizes }) {
  const linear = (name, output, input) => [
    [`${name}.weight`, [output, input]],
    [`${name}.bias`, [output]],
  ];
  const norm = (name) => [
    [`${name}.LayerNorm.weight`, [h]],
    [`${name}.LayerNorm.bias`, [h]],
  ];
  const block = (layer) => [
    ...['query', 'key', 'value'].flatMap((part) => linear(`${layer}.attention.self.${part}`, h, h)),
    ...linear(`${layer}.attention.output.dense`, h, h),
    ...norm(`${layer}.attention.output`),
    ...linear(`${layer}.intermediate.dense`, f, h),
    ...linear(`${layer}.output.dense`, h, f),
    ...norm(`${layer}.output`),
  ];
  return [
    ['embeddings.word_embeddings.weight', [sizes.vocab_size, h]],
    ['embeddings.position_embeddings.weight', [sizes.max_position_embeddings, h]],
    ['embeddings.token_type_embeddings.weight', [sizes.type_vocab_size, h]],
    ...norm('embeddings'),
    ...Array.from({ length: num_hidden_layers }, (_, i) => block(`encoder.layer.${i}`)).flat(),
    ...linear('pooler.dense', h, h),
  ];
}

/** The safetensors format: the header's length (u64), the header in JSON, the numbers. */
function writeTensors(file, tensors) {
  const count = (shape) => shape.reduce((a, b) => a * b, 1);
  let offset = 0;
  const entries = tensors.map(([name, shape]) => {
    const begin = offset;
    offset += 4 * count(shape);
    return [name, { dtype: 'F32', shape, data_offsets: [begin, offset] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));

  const out = openSync(file, 'w');
  const draw = normal(0);
  const write = (bytes) => {
    for (let done = 0; done < bytes.length;) done += writeSync(out, bytes, done);
  };
  write(length);
  write(header);
  for (const [name, shape] of tensors) {
    const values = new Float32Array(count(shape));
    if (name.endsWith('LayerNorm.weight')) values.fill(1);
    else if (name.endsWith('.weight')) for (let i = 0; i < values.length; i++) values[i] = 0.02 * draw();
    write(new Uint8Array(values.buffer));
  }
  closeSync(out);
}

/** Numbers from N(0, 1), the same for the same seed: Marsaglia's polar method on Steele & Vigna's SplitMix32. */
function normal(seed) {
  let state = seed | 0;
  const uniform = () => {
    state = (state + 0x9e3779b9) | 0;
    let x = state ^ (state >>> 16);
    x = Math.imul(x, 0x21f0aaad);
    x ^= x >>> 15;
    x = Math.imul(x, 0x735a2d97);
    return ((x ^ (x >>> 15)) >>> 0) / 2 ** 31 - 1;
  };
  let spare;
  return () => {
    if (spare !== undefined) {
      const value = spare;
      spare = undefined;
      return value;
    }
    for (;;) {
      const [u, v] = [uniform(), uniform()];
      const s = u * u + v * v;
      if (s <= 0 || s >= 1) continue;
      const scale = Math.sqrt((-2 * Math.log(s)) / s);
      spare = v * scale;
      return u * scale;
    }
  };
}
