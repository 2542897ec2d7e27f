// Every setting runs in the module that build/cut.mjs leaves: a function that was cut by mistake stops it with "unreachable". On the
// reference model's tiny encoder, in Node.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, test } from 'node:test';
import { WEIGHTING_NAMES } from '../../www/lab/recipe/weightings.js';

const read = (file) => readFileSync(new URL(`../../${file}`, import.meta.url));
const CONFIG = read('tests/reference/tiny/config.json');
const WEIGHTS = read('tests/reference/tiny/weights.safetensors');
/** A word-level tokenizer of 64 words, as in tests/tiny. */
const TOKENIZER = Buffer.from(
  JSON.stringify({
    version: '1.0',
    added_tokens: [],
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '[CLS]', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }, { SpecialToken: { id: '[SEP]', type_id: 0 } }],
      pair: [],
      special_tokens: { '[CLS]': { id: '[CLS]', ids: [1], tokens: ['[CLS]'] }, '[SEP]': { id: '[SEP]', ids: [2], tokens: ['[SEP]'] } },
    },
    model: {
      type: 'WordLevel',
      unk_token: '[UNK]',
      vocab: Object.fromEntries(Array.from({ length: 64 }, (_, i) => [['[PAD]', '[CLS]', '[SEP]', '[UNK]'][i] ?? `w${i}`, i])),
    },
  }),
);
const EXAMPLES = Array.from({ length: 24 }, (_, i) => ({
  text: `w${4 + (i % 3)} w${10 + i} w${40 - (i % 7)}`,
  labels: { topic: ['x', 'y', 'z'][i % 3], ...(i % 5 ? { tone: ['calm', 'cross'][i % 2] } : {}) },
}));

/** Settings that differ from the usual ones; each is trained with. @type {Record<string, object>} */
const SETTINGS = {
  usual: {},
  ...Object.fromEntries(WEIGHTING_NAMES.map((weighting) => [weighting, { weighting }])),
  ...Object.fromEntries(['adam', 'adamw', 'sgd'].map((optimizer) => [optimizer, { optimizer, weight_decay: 0.01 }])),
  ...Object.fromEntries(['constant', 'linear', 'cosine'].map((schedule) => [schedule, { schedule, warmup: 2 }])),
  ...Object.fromEntries(['embeddings', 'layers:1', 'encoder'].map((freeze) => [`frozen ${freeze}`, { freeze }])),
  ...Object.fromEntries(
    ['random', 'class_means', 'ridge', 'logistic_regression'].map((head_init) => [head_init, { few_examples: { head_init, label_names: 2, contrastive_steps: 2, contrastive_temperature: 0.3 } }]),
  ),
  dropout: { dropout: 0.1 },
  accumulated: { gradient_accumulation_steps: 2, max_grad_norm: 0.5 },
  smoothed: { label_smoothing: 0.1, class_weights: 'balanced' },
  'in turns': { tasks_per_step: 1 },
  thawed: { gradual_unfreezing: 1 },
  'best epoch': { load_best_model_at_end: true, early_stopping_patience: 1, metric_for_best_model: 'macro_f1' },
  'averaged, ema': { weight_averaging: 'ema:0.9' },
  'averaged, swa': { weight_averaging: 'swa:0.5' },
  reproducible: { reproducible: true },
};

let polytask;
before(async () => {
  polytask = await import('../../www/pkg/plain/polytask.js');
  polytask.initSync({ module: read('www/pkg/plain/polytask_bg.wasm') });
});

const recipe = (training = {}, rest = {}) => ({
  data: { examples: EXAMPLES },
  validation: { fraction: 0.25 },
  training: { epochs: 2, batch_size: 8, max_length: 12, ...training },
  diagnostics: { gradients_every: 1, map_every: 1, mistakes: true },
  ...rest,
});

/** A session whose run has begun. */
function begun(of) {
  const session = new polytask.Session();
  session.plan(of, CONFIG, TOKENIZER);
  session.receive(WEIGHTS);
  session.begin();
  return session;
}

/** Trains to the end. @returns {any[]} The events. */
function trained(session) {
  const all = [];
  for (let events = session.advance(); ; events = session.advance()) {
    all.push(...events);
    if (events.some(({ type }) => type === 'end')) return all;
  }
}

for (const [name, training] of Object.entries(SETTINGS))
  test(`trains: ${name}`, () => {
    const session = begun(recipe(training));
    const events = trained(session);
    assert.ok(events.some(({ type }) => type === 'step'));
    assert.ok(events.filter(({ type }) => type === 'step').every(({ total }) => Number.isFinite(total)));
    session.free();
  });

for (const pooling of ['cls', 'pooler'])
  test(`trains: pooled by ${pooling}`, () => {
    const session = begun(recipe({}, { pooling }));
    trained(session);
    session.free();
  });

test('answers every question', () => {
  const session = begun(recipe());
  trained(session);
  assert.equal(session.predict('w5 w11').type, 'prediction');
  assert.equal(session.explain('w5 w11 w12').type, 'saliency');
  assert.equal(session.tokens('w5').type, 'tokens');
  assert.equal(session.embed(['w5', 'w6 w7']).length, 64);
  const again = begun(recipe());
  again.advance();
  while (again.is_measuring()) again.advance();
  assert.equal(again.interference().type, 'interference');
  const file = new polytask.Classification(session, 'new.csv', Buffer.from('text,n\nw5 w6,1\nw7,2\n'), undefined, 'text');
  while (!file.advance(session));
  assert.equal(file.classified().texts.length, 2);
  for (const written of ['csv', 'tsv', 'jsonl']) assert.ok(file.write(written, 0.5, true).length > 20);
});

test('checks the data', () => {
  const check = new polytask.DataCheck(recipe(), CONFIG, TOKENIZER);
  check.receive(WEIGHTS);
  check.begin();
  while (check.advance() < check.sentences);
  assert.equal(check.findings().sentences, 24);
  while (!check.near_duplicates());
  for (let task = 0; task < check.tasks; task++) {
    let errors;
    while (!errors) errors = check.label_errors(task);
    assert.ok(errors.judged > 0);
  }
  assert.ok(check.label_next(3).candidates.length <= 3);
});
