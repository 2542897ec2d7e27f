// A run in a link: what goes in comes out, what is strange is left out and said; and what the reader takes along beside it,
// the recipe's file, the table and the tag.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import { recipeOfFile } from '../../www/lab/recipe/known-recipe.js';
import { TRAINING, USUAL_TRAINING } from '../../www/lab/recipe/limits.js';
import { fromHash, recipeToAddress } from '../../www/lab/recipe/link.js';
import { tagOf } from '../../www/lab/recipe/take-along.js';
import words from '../../www/strings/en.js';

const PAGE = 'https://example.org/lab.html?lang=en#losses';
const HOSTILE = '<img src=x onerror="window.hacked=1">';

/** A recipe as the page has it. */
const recipe = () => ({
  data: { preset: { name: 'tickets' } },
  tasks: [],
  validation: { fraction: 0.25 },
  encoder: 'all-MiniLM-L6-v2',
  pooling: 'mean',
  training: { ...USUAL_TRAINING, epochs: 6, batch_size: 16, learning_rate: 3e-4 },
  seed: 0,
});

/** A recipe of sentences of one's own. */
const own = (change = {}) => ({
  ...recipe(),
  data: {
    examples: [
      { text: 'Soup, “cold”.', labels: { topic: 'food', [HOSTILE]: 'a "b"' } },
      { text: HOSTILE, labels: {} },
      { text: 'Ein Gewitter über Köln – 🌩', labels: { topic: 'weather' } },
    ],
  },
  tasks: [
    { name: 'topic', labels: ['food', 'weather'] },
    { name: HOSTILE, labels: ['a "b"', 'c'] },
  ],
  ...change,
});

/** A link that holds a value, in a version of the format. */
const linkOf = (value, version = 1) => `#polytask=${version}.${deflateRawSync(JSON.stringify(value)).toString('base64url')}`;

/** What a recipe is once it has been through a link. */
async function through(recipe) {
  const address = new URL(await recipeToAddress(recipe, PAGE));
  return fromHash(address.hash, words);
}

/** Without what a link does not carry, and without what is absent. */
function essence({ diagnostics, training, ...recipe }) {
  const there = Object.entries(training).filter(([, value]) => value !== null && value !== undefined);
  return { ...recipe, training: Object.fromEntries(there) };
}

test('every setting and sentences of one’s own come through', async () => {
  const training = {
    epochs: 7,
    batch_size: 3,
    gradient_accumulation_steps: 2,
    learning_rate: 1.23e-4,
    head_learning_rate: 0.01,
    optimizer: 'adamw',
    weight_decay: 0.02,
    warmup: 4,
    schedule: 'cosine',
    max_grad_norm: 1,
    dropout: 0.1,
    freeze: 'layers:2',
    gradual_unfreezing: 2,
    label_smoothing: 0.1,
    class_weights: 'balanced',
    weighting: 'nash-mtl',
    task_weight: { topic: 2, [HOSTILE]: 0.5 },
    tasks_per_step: 1,
    early_stopping_patience: 3,
    load_best_model_at_end: true,
    metric_for_best_model: 'macro_f1',
    weight_averaging: 'ema:0.9',
    few_examples: { head_init: 'ridge', label_names: 6, contrastive_steps: 12, contrastive_temperature: 0.3 },
    max_length: 64,
    shuffle: false,
    reproducible: true,
  };
  assert.deepEqual(Object.keys(training), Object.keys(TRAINING), 'all settings');
  const given = own({ training, pooling: 'cls', seed: 2 ** 53 - 1, validation: { fraction: 0.5 } });
  const { recipe, recipeName, notice } = await through(given);
  assert.deepEqual(essence(recipe), essence(given));
  assert.equal(notice, undefined);
  assert.equal(recipeName, 'a link');
});

test('a link of a later format says so and opens what is known', async () => {
  const { data, training, ...recipe } = own();
  const later = { ...recipe, data, training: { ...training, lookahead: 5, optimizer: 'lion' }, ensemble: 3 };
  const { recipe: read, notice } = await fromHash(linkOf(later, 2), words);
  assert.equal(
    notice,
    'This link was made by a newer version of the page (format 2; this one writes 1): the parts that this version knows were opened. ' +
      'Ignored in the link, because unknown or invalid: ensemble, training.lookahead, training.optimizer.',
  );
  assert.deepEqual(read.data, data);
  assert.equal(read.training.optimizer, 'adam');
  assert.equal(read.training.learning_rate, 3e-4);
});

test('a link of a later format that cannot be read at all says that', async () => {
  const { recipe, notice } = await fromHash('#polytask=12.!zstd!', words);
  assert.equal(recipe, undefined);
  assert.match(notice, /newer version of the page \(format 12; this one reads 1\), and cannot be read here/);
});

test('a damaged link is one sentence', async () => {
  const whole = new URL(await recipeToAddress(own(), PAGE)).hash;
  const middle = whole.length >> 1;
  const damaged = [
    whole.slice(0, -9),
    `${whole.slice(0, middle)}${whole[middle] === 'A' ? 'B' : 'A'}${whole.slice(middle + 1)}`,
    '#polytask=1.',
    '#polytask=',
    '#polytask=1.%%%',
    '#polytask=-1.abc',
    linkOf([1, 2]),
    linkOf(null),
    linkOf('recipe'),
  ];
  for (const hash of damaged) {
    const { recipe, notice } = await fromHash(hash, words);
    // A flipped bit may leave JSON of a recipe behind; then what is in it is checked like any other's.
    if (recipe === undefined)
      assert.equal(notice, 'This link is damaged: its run cannot be read. Copy the whole link again.', hash);
    else assert.equal(hash, damaged[1]);
  }
});

test('what inflates to more than 5 MB is not opened, and not inflated to its end', async () => {
  const bomb = deflateRawSync(Buffer.alloc(300e6, 32), { level: 9 }).toString('base64url');
  const before = process.memoryUsage().rss;
  const { recipe, notice } = await fromHash(`#polytask=1.${bomb}`, words);
  assert.equal(recipe, undefined);
  assert.equal(notice, 'This link holds more than 5 MB, which is too large for this page.');
  assert.ok(process.memoryUsage().rss - before < 150e6, 'memory');
});

/** Tasks of so many classes each. */
const tasksOf = (...classes) =>
  classes.map((count, k) => ({ name: `task ${k + 1}`, labels: Array.from({ length: count }, (_, c) => `${k + 1}-${c}`) }));
const CROWDED = 'This page opens at most 50 tasks, with at most 5,000 classes in one task and 10,000 in all. Not opened: ';

test('of tasks whose classes are too many in all, the first that there is room for are opened, and the others named', async () => {
  for (const [tasks, kept, sentence] of [
    [tasksOf(...Array(12).fill(5000)), ['task 1', 'task 2'], `${CROWDED}task 3, task 4, task 5, task 6, task 7, ….`],
    [tasksOf(4000, 5000, 2000, 1000), ['task 1', 'task 2', 'task 4'], `${CROWDED}task 3.`],
    [tasksOf(...Array(50).fill(20)), tasksOf(...Array(50).fill(20)).map(({ name }) => name), undefined],
  ]) {
    const examples = [{ text: 'a', labels: { 'task 3': tasks[2].labels[0] } }];
    const given = { data: { examples }, tasks };
    const { recipe, notice } = await fromHash(linkOf(given), words);
    assert.deepEqual(recipe.tasks.map(({ name }) => name), kept);
    assert.deepEqual(recipe.data.examples, [{ text: 'a', labels: kept.includes('task 3') ? examples[0].labels : {} }]);
    assert.equal(notice, sentence);
    assert.deepEqual(recipeOfFile(given).recipe, recipe, 'a file’s recipe is held to the same');
  }
});

test('a link or a file of absurd size is read in seconds', { timeout: 20_000 }, async () => {
  const rows = (labelsOf) => Array.from({ length: 100_000 }, (_, i) => ({ text: `${i}`, labels: labelsOf(i) }));
  // Each class of each task was compared with each row.
  const { recipe } = await fromHash(linkOf({ data: { examples: rows(() => ({})) }, tasks: tasksOf(...Array(50).fill(500)) }), words);
  assert.equal(recipe.data.examples.length, 100_000);
  // A column of its own for each row: each was looked for in each row.
  const own = recipeOfFile({ data: { examples: rows((i) => ({ [`column ${i}`]: 'x' })) } });
  assert.equal(own.recipe.tasks.length, 50);
  assert.deepEqual(own.unknown, ['tasks']);
  const weights = Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`task ${i}`, 1]));
  const weighted = await fromHash(linkOf({ data: { preset: { name: 'tickets' } }, training: { task_weight: weights } }), words);
  assert.deepEqual(weighted.recipe.training.task_weight, {});
});

test('names that are no names, numbers out of bounds and things of the wrong kind are left out', async () => {
  const given = JSON.parse(`{
    "__proto__": {"polluted": 1},
    "constructor": {"prototype": {"polluted": 1}},
    "data": {"examples": [
      {"text": "kept\\u0000 as\\n one line", "labels": {"topic": "food", "__proto__": "food", "other": "x"}},
      {"text": 7}, null, {"labels": {}}, {"text": "no such class", "labels": {"topic": "hats"}}
    ]},
    "tasks": [{"name": "topic", "labels": ["food", "food", "__proto__", "", 3]}, {"name": "__proto__", "labels": ["food"]}, "task"],
    "validation": {"file": {"path": "/etc/passwd"}},
    "encoder": 7,
    "training": {"epochs": 1e12, "batch_size": "16", "learning_rate": null, "task_weight": {"topic": -1}, "shuffle": 0, "__proto__": {"epochs": 4}},
    "seed": -1
  }`);
  const { recipe, notice } = await fromHash(`#polytask=1.${deflateRawSync(JSON.stringify(given)).toString('base64url')}`, words);
  assert.deepEqual(recipe.data.examples, [
    { text: 'kept as one line', labels: { topic: 'food' } },
    { text: 'no such class', labels: {} },
  ]);
  assert.deepEqual(recipe.tasks, [{ name: 'topic', labels: ['food'] }]);
  assert.deepEqual(recipe.validation, { fraction: 0.25 });
  assert.equal(recipe.encoder, 'all-MiniLM-L6-v2');
  assert.equal(recipe.seed, 0);
  for (const [name, { usual }] of Object.entries(TRAINING)) assert.deepEqual(recipe.training[name], usual, name);
  assert.equal({}.polluted, undefined);
  assert.match(notice, /^Ignored in the link, .*: __proto__, constructor, tasks, data, training\.__proto__, …\.$/);
});

test('a preset that is not known gives way to the first', async () => {
  const { recipe, notice } = await fromHash(linkOf({ data: { preset: { name: 'news' } }, seed: 4 }), words);
  assert.deepEqual(recipe.data, { preset: { name: 'topic-sentiment' } });
  assert.equal(recipe.seed, 4);
  assert.match(notice, /: data\.$/);
});

test('a recipe’s file may leave more unsaid than a link: the data, the tasks and their classes', () => {
  const examples = [
    { text: 'a', labels: { kind: 'y', tone: 'low' } },
    { text: 'b', labels: { kind: 'x', tone: '' } },
    { text: 'c' },
  ];
  const [kind, tone] = [{ name: 'kind', labels: ['x', 'y'] }, { name: 'tone', labels: ['low'] }];
  const taken = (given) => {
    const { recipe, unknown } = recipeOfFile(given);
    assert.deepEqual(unknown, []);
    return recipe;
  };
  assert.deepEqual(taken({ data: { examples } }).tasks, [kind, tone]);
  assert.deepEqual(taken({ data: { examples }, tasks: [{ name: 'tone' }] }).tasks, [tone]);
  const turned = [{ name: 'kind', labels: ['y', 'x'] }];
  assert.deepEqual(taken({ data: { examples }, tasks: turned }).tasks, turned);
  assert.deepEqual(taken({ data: { examples }, validation: null }).validation, { fraction: 0.25 });
  const { data, training } = taken({ training: { epochs: 2, max_grad_norm: null } });
  assert.deepEqual(data, { preset: { name: 'notebook', labels: 'random' } });
  assert.equal(training.epochs, 2);
});

test('half an emoji in a recipe’s file becomes what Rust makes of it, in keys too; what is nested without end is left out', () => {
  const given = JSON.parse(
    '{"tasks":[{"name":"m\\ud83d","labels":["a\\ude12","b"]}],"data":{"examples":[{"text":"x\\ud83d","labels":{"m\\ud83d":"a\\ude12"}}]}}',
  );
  const { recipe, unknown } = recipeOfFile(given);
  assert.deepEqual(unknown, []);
  assert.deepEqual(recipe.tasks, [{ name: 'm\ufffd', labels: ['a\ufffd', 'b'] }]);
  assert.deepEqual(recipe.data.examples, [{ text: 'x\ufffd', labels: { 'm\ufffd': 'a\ufffd' } }]);

  const deep = JSON.parse(`${'['.repeat(1e5)}${']'.repeat(1e5)}`);
  assert.deepEqual(recipeOfFile({ ...recipe, deep }).unknown, ['deep']);
});

test('what is no recipe and what has no sentences is not opened from a file; the rest is checked like a link’s', () => {
  for (const given of [null, [1], 'recipe', 7]) assert.equal(recipeOfFile(given), 'no recipe');
  const lists = ['no', [], [{ txt: 'x' }, null]].map((examples) => ({ examples }));
  for (const data of [null, 'x', {}, ...lists, { preset: { name: 'news' } }])
    assert.equal(recipeOfFile({ data }), 'no sentences', JSON.stringify(data));
  const given = {
    data: { examples: [{ text: 'a', labels: { kind: 'z' } }, { txt: 'b' }, { text: 'c', labels: 'no' }] },
    tasks: [{ name: 'kind', labels: ['x', 'y'] }],
    training: { epochs: 'many' },
    speed: 3,
  };
  const { recipe, unknown } = recipeOfFile(given);
  assert.deepEqual(recipe.data.examples, [{ text: 'a', labels: {} }, { text: 'c', labels: {} }]);
  assert.deepEqual(unknown.sort(), ['data', 'speed', 'training.epochs']);
});

test('the tag names a preset and what was changed, and else the recipe’s file', () => {
  const recommended = { ...recipe(), encoder: 'all-MiniLM-L6-v2-small' };
  const data = { preset: { name: 'tickets' } };
  const tag = (change) => tagOf({ ...recommended, data, ...change }, recommended, 'https://example.org/polytask/', 'recipe.json');
  const lines = (attributes) =>
    `<script type="module" src="https://example.org/polytask/polytask-lab.js"></script>\n<polytask-lab ${attributes} views="controls losses accuracy try"></polytask-lab>`;
  assert.deepEqual(tag({}), { html: lines('preset="tickets"'), needsFile: false });
  assert.deepEqual(tag({ seed: 3, training: { ...recommended.training, epochs: 2, weighting: 'mgda' } }), {
    html: lines('preset="tickets" epochs="2" weighting="mgda" seed="3"'),
    needsFile: false,
  });
  assert.deepEqual(tag({ encoder: 'someone/my "bert"' }).html, lines('preset="tickets" encoder="someone/my &quot;bert&quot;"'));
  const slower = { training: { ...recommended.training, learning_rate: 1e-5 } };
  const notebook = { ...recipe(), encoder: 'all-MiniLM-L6-v2-small' };
  const notebookTag = (labels) => {
    const data = { preset: { name: 'notebook', labels } };
    return tagOf({ ...notebook, data }, notebook, 'https://example.org/polytask/', 'recipe.json');
  };
  assert.deepEqual(notebookTag('sensible'), { html: lines('preset="notebook"'), needsFile: false });
  assert.deepEqual([notebookTag('random'), notebookTag(undefined)].map(({ needsFile }) => needsFile), [true, true]);
  assert.deepEqual(tag(slower), { html: lines('src="recipe.json"'), needsFile: true });
  assert.equal(tagOf(own(), undefined, 'https://example.org/', 'recipe.json').needsFile, true);
});
