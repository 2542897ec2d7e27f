// A BERT encoder that is made in no time: 32 numbers wide, 2 layers, random weights, a vocabulary of letters.

import { createHash } from 'node:crypto';

const [WIDTH, INNER, LAYERS, POSITIONS] = [32, 64, 2, 128];
const LETTERS = [...'abcdefghijklmnopqrstuvwxyz'];
const VOCABULARY = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]', ...LETTERS, ...LETTERS.map((letter) => `##${letter}`)];

/** Its files. */
export function tinyBert() {
  return {
    'config.json': Buffer.from(JSON.stringify(CONFIG)),
    'tokenizer.json': Buffer.from(JSON.stringify(TOKENIZER)),
    'model.safetensors': weights(),
  };
}

/** Its files with the manifest that an encoder's folder has on a host. */
export function tinyFolder() {
  const files = tinyBert();
  const listed = Object.entries(files).map(([name, bytes]) => ({ name, bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') }));
  return { 'manifest.json': Buffer.from(JSON.stringify({ encoder: 'tiny', files: listed })), ...files };
}

/** Token ids of a sentence of letters, spaces and commas, as its tokenizer has them. @param {string} text */
export function idsOf(text) {
  const pieces = text.toLowerCase().match(/[a-z]+|,/g) ?? [];
  const inPieces = pieces.flatMap((piece) => (piece === ',' ? ['[UNK]'] : [...piece].map((letter, i) => (i === 0 ? letter : `##${letter}`))));
  return ['[CLS]', ...inPieces, '[SEP]'].map((piece) => VOCABULARY.indexOf(piece));
}

const CONFIG = {
  ...{ model_type: 'bert', vocab_size: VOCABULARY.length, hidden_size: WIDTH, num_hidden_layers: LAYERS, num_attention_heads: 4 },
  ...{ intermediate_size: INNER, hidden_act: 'gelu', hidden_dropout_prob: 0.1, attention_probs_dropout_prob: 0.1 },
  ...{ max_position_embeddings: POSITIONS, type_vocab_size: 2, initializer_range: 0.02, layer_norm_eps: 1e-12, pad_token_id: 0 },
};

const special = (id) => ({ SpecialToken: { id, type_id: 0 } });
const TOKENIZER = {
  version: '1.0',
  normalizer: { type: 'BertNormalizer', clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: {
    type: 'TemplateProcessing',
    single: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]')],
    pair: [special('[CLS]'), { Sequence: { id: 'A', type_id: 0 } }, special('[SEP]'), { Sequence: { id: 'B', type_id: 1 } }, special('[SEP]')],
    special_tokens: Object.fromEntries(['[CLS]', '[SEP]'].map((id) => [id, { id, ids: [VOCABULARY.indexOf(id)], tokens: [id] }])),
  },
  model: {
    ...{ type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', max_input_chars_per_word: 100 },
    vocab: Object.fromEntries(VOCABULARY.map((piece, id) => [piece, id])),
  },
};

/** The shapes of the weights by their names. */
function shapes() {
  const linear = (name, out, from) => [[`${name}.weight`, [out, from]], [`${name}.bias`, [out]]];
  const norm = (name) => [[`${name}.weight`, [WIDTH]], [`${name}.bias`, [WIDTH]]];
  const layers = Array.from({ length: LAYERS }, (_, i) => `encoder.layer.${i}`).flatMap((layer) => [
    ...['query', 'key', 'value'].flatMap((part) => linear(`${layer}.attention.self.${part}`, WIDTH, WIDTH)),
    ...linear(`${layer}.attention.output.dense`, WIDTH, WIDTH),
    ...norm(`${layer}.attention.output.LayerNorm`),
    ...linear(`${layer}.intermediate.dense`, INNER, WIDTH),
    ...linear(`${layer}.output.dense`, WIDTH, INNER),
    ...norm(`${layer}.output.LayerNorm`),
  ]);
  return [
    ['embeddings.word_embeddings.weight', [VOCABULARY.length, WIDTH]],
    ['embeddings.position_embeddings.weight', [POSITIONS, WIDTH]],
    ['embeddings.token_type_embeddings.weight', [2, WIDTH]],
    ...norm('embeddings.LayerNorm'),
    ...layers,
    ...linear('pooler.dense', WIDTH, WIDTH),
  ];
}

/** A safetensors file: 8 bytes for the length of the header, the header, the numbers. */
function weights() {
  const header = {};
  const numbers = [];
  let seed = 1;
  const next = () => (seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5;
  for (const [name, shape] of shapes()) {
    const begin = 4 * numbers.length;
    const isNorm = /LayerNorm\.weight$/.test(name);
    for (let i = shape.reduce((product, size) => product * size, 1); i > 0; i--) numbers.push(isNorm ? 1 : 0.1 * next());
    header[name] = { dtype: 'F32', shape, data_offsets: [begin, 4 * numbers.length] };
  }
  const text = JSON.stringify(header);
  const padded = text.padEnd(8 * Math.ceil(text.length / 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  return Buffer.concat([length, Buffer.from(padded), Buffer.from(new Float32Array(numbers).buffer)]);
}
