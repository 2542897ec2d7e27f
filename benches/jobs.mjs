// The timed jobs: their sentences, their recipes, and the contenders that take turns.

import { readFileSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..');

const NOTEBOOK = [
  'The weather is nice today.',
  'I love programming in Python!',
  'This restaurant has great food.',
  'Artificial Intelligence is evolving rapidly.',
];

/** Words that are one word piece each: 30 of them with [CLS] and [SEP] are a sentence of 32 tokens. */
export const WORDS =
  `time year people way day man thing woman life child world school state family student group country
  problem hand part place case week company system program question work government number night point home water room
  mother area money story fact month lot right study book eye job word business issue side kind head house service friend
  father power hour game line end member law car city community name president team minute idea body information back
  parent face others level office door health person art war history party result change morning reason research girl
  guy moment air teacher`
    .trim()
    .split(/\s+/);

/** `rows` different sentences of `tokens` tokens, [CLS] and [SEP] included. */
export const sentencesOf = (rows, tokens) =>
  Array.from({ length: rows }, (_, row) =>
    Array.from({ length: tokens - 2 }, (_, i) => WORDS[(row * 31 + i * 7) % WORDS.length]).join(' '),
  );

/** 32 of the preset's sentences, evenly spaced from its shortest to its longest: its own spread of lengths. */
function natural() {
  const csv = readFileSync(path.join(root, 'src/data/presets/topic-sentiment.csv'), 'utf8').trim().split('\n').slice(1);
  const texts = csv.map((line) => {
    const [, quoted, plain] = /^(?:"((?:[^"]|"")*)"|([^,]*)),/.exec(line);
    return quoted?.replaceAll('""', '"') ?? plain;
  });
  texts.sort((a, b) => a.length - b.length);
  return Array.from({ length: 32 }, (_, i) => texts[Math.round((i * (texts.length - 1)) / 31)]);
}

/** A recipe that trains on all of `texts` at once, so that an epoch is a step, with two tasks of 3 and 2 classes. */
export function recipeOf(texts, training = {}) {
  const examples = texts.map((text, row) => ({ text, labels: { a: String(row % 3), b: String(row % 2) } }));
  return {
    data: { examples },
    validation: { fraction: 0 },
    training: { epochs: 1_000_000, batch_size: texts.length, learning_rate: 1e-4, ...training },
  };
}

/** The notebook's own run, but that it goes on for as long as it is timed. */
const notebookRecipe = {
  data: { preset: { name: 'notebook' } },
  validation: { fraction: 0 },
  training: { epochs: 1_000_000, batch_size: 4, learning_rate: 1e-3 },
};

const STEP = [
  'chromium',
  'chromium-plain',
  'native-1',
  'pytorch-1',
  'native-2',
  'pytorch-2',
  'chromium-pcgrad',
  'native-pcgrad',
];
const batch32 = sentencesOf(32, 32);

/**
 * `kind`: `step` is a full Adam step, `forward` are sentence vectors, the others stand for themselves. `warmUp` and
 * `counted`: steps or passes a contender takes in a round. `encoder`: a directory under www/models/ or target/bench/.
 * `rounds`: at most so many, of a job that takes minutes.
 */
export const JOBS = {
  notebook: {
    title: "The notebook's job: its four sentences (4 × 8 tokens), a full Adam step on MiniLM",
    kind: 'step',
    unit: 'ms',
    contenders: STEP,
    sentences: NOTEBOOK,
    recipe: notebookRecipe,
    warmUp: 5,
    counted: 10,
  },
  batch32: {
    title: '32 sentences of 32 tokens, a full Adam step on MiniLM',
    kind: 'step',
    unit: 'ms',
    contenders: [...STEP, 'threads-1', 'threads-2'],
    sentences: batch32,
    recipe: recipeOf(batch32),
    warmUp: 2,
    counted: 4,
  },
  ragged: {
    title: "32 sentences of topic-sentiment's natural lengths, a full Adam step on MiniLM",
    kind: 'step',
    unit: 'ms',
    contenders: ['chromium', 'native-1', 'pytorch-1'],
    sentences: natural(),
    recipe: recipeOf(natural()),
    warmUp: 2,
    counted: 5,
  },
  'forward-4x8': {
    title: '4 sentences of 8 tokens to sentence vectors on MiniLM',
    kind: 'forward',
    unit: 'ms',
    contenders: ['chromium', 'ort', 'pytorch-1'],
    sentences: sentencesOf(4, 8),
    warmUp: 10,
    counted: 30,
  },
  'forward-32x32': {
    title: '32 sentences of 32 tokens to sentence vectors on MiniLM',
    kind: 'forward',
    unit: 'ms',
    contenders: ['chromium', 'ort', 'pytorch-1'],
    sentences: batch32,
    warmUp: 3,
    counted: 6,
  },
  bertbase: {
    title: "The notebook's job on BERT-base's shape (12 × 768, random weights), a full Adam step",
    kind: 'step',
    unit: 'ms',
    contenders: ['chromium', 'pytorch-1'],
    sentences: NOTEBOOK,
    recipe: notebookRecipe,
    encoder: 'bert-base',
    warmUp: 3,
    counted: 5,
  },
  epoch: {
    title: "One epoch of full fine-tuning over 20,000 sentences of Banking77's lengths, MiniLM, batch 32, 2 threads",
    kind: 'command',
    unit: 's',
    contenders: ['command-train', 'trainer'],
    rounds: 1,
  },
  prediction: {
    title: 'The same 20,000 sentences classified, or as sentence vectors, 2 threads',
    kind: 'command',
    unit: 's',
    contenders: ['command-predict', 'encode'],
    rounds: 3,
  },
  probe: {
    title: 'Linear probe: topic-sentiment, `freeze: encoder`, batch 16',
    kind: 'probe',
    unit: 'steps/s',
    contenders: ['worker'],
  },
  cold: {
    title: 'Page opened for the first time, 50 Mbit/s and 20 ms away → first training step',
    kind: 'cold',
    unit: 's',
    contenders: ['new-visitor'],
  },
  warm: {
    title: 'Page opened with the encoder in the cache → first training step',
    kind: 'warm',
    unit: 's',
    contenders: ['page'],
  },
  size: {
    title: 'wasm and glue of the build that Chromium gets, brotli 11',
    kind: 'size',
    unit: 'kB',
    contenders: ['files'],
  },
};
