// The limits of each setting of a recipe, and its value where a link leaves it out: for the form and for links.
//
// The recipe is checked again in Rust. The form checks to complain while one types; a link, so that a number from a stranger
// cannot make the page draw a chart of a billion epochs.

import { WEIGHTING_NAMES } from './weightings.js';

/** @typedef {import('../../types.js').Training} Training */

/**
 * @typedef {object} Limit
 * @property {unknown} usual Links of version 1 leave out usual values, so these stay as they are as long as such links are
 *   read. They are also the defaults of Rust.
 * @property {(value: unknown) => boolean} ok
 * @property {readonly [least: number, most: number]} [whole] The bounds of a whole number.
 * @property {readonly string[]} [choices]
 * @property {boolean} [optional] May be absent.
 */

/** @param {unknown} x @returns {x is number} */
const isNumber = (x) => typeof x === 'number' && Number.isFinite(x);

/** @param {number | undefined} usual @param {(x: number) => boolean} test @returns {Limit} */
const number = (usual, test) => ({ usual, ok: (x) => isNumber(x) && test(x) });

/** @param {number | undefined} usual @param {number} least @param {number} most @returns {Limit} */
const whole = (usual, least, most) => ({
  ...number(usual, (x) => Number.isSafeInteger(x) && x >= least && x <= most),
  whole: [least, most],
});

/** @param {string} usual @param {readonly string[]} choices @returns {Limit} */
const choice = (usual, choices) => ({ usual, ok: (x) => choices.some((name) => name === x), choices });

/** @param {boolean} usual @returns {Limit} */
const yesOrNo = (usual) => ({ usual, ok: (x) => typeof x === 'boolean' });

/** @param {Limit} limit @returns {Limit} */
const optional = (limit) => ({ ...limit, optional: true });

const isRate = (/** @type {number} */ x) => x > 0 && x <= 10;
const isAveraging = (/** @type {unknown} */ x) => typeof x === 'string' && /^(none|(ema|swa)(:0?\.\d{1,17})?|swa:0)$/.test(x);
const isShare = (/** @type {number} */ x) => x >= 0 && x < 1;

/** Each task is a column of the table and a line, a card or a chip in most views, however narrow the screen is. */
export const MOST_TASKS = 50;
/** Views show the classes that matter and find the others; an evaluation counts each pair of classes. */
export const MOST_CLASSES = 5000;
export const MOST_CLASSES_IN_ALL = 10_000;

/**
 * Parts tasks into those that there is room for, the first ones first, and the rest.
 *
 * @template {{ labels: unknown[] }} T
 * @param {T[]} tasks
 * @returns {{ shown: T[], left: T[] }}
 */
export function tasksThatFit(tasks) {
  /** @type {{ shown: T[], left: T[] }} */
  const parts = { shown: [], left: [] };
  let room = MOST_CLASSES_IN_ALL;
  for (const task of tasks) {
    const { length } = task.labels;
    const fits = parts.shown.length < MOST_TASKS && length <= Math.min(MOST_CLASSES, room);
    if (fits) room -= length;
    parts[fits ? 'shown' : 'left'].push(task);
  }
  return parts;
}

/** Factor on a task's loss. */
export const TASK_WEIGHT = number(1, (x) => x >= 0 && x <= 1000);
/** Weights outlive their tasks, so there may be more of them than there are tasks. */
const MOST_TASK_WEIGHTS = 1000;
const TASK_WEIGHTS = (/** @type {unknown} */ x) =>
  typeof x === 'object' &&
  x !== null &&
  !Array.isArray(x) &&
  Object.keys(x).length <= MOST_TASK_WEIGHTS &&
  Object.values(x).every(TASK_WEIGHT.ok);

/** @type {Record<keyof Training['few_examples'], Limit>} */
const FEW_EXAMPLES = {
  head_init: choice('random', ['random', 'class_means', 'ridge', 'logistic_regression']),
  label_names: whole(0, 0, 100),
  contrastive_steps: whole(0, 0, 10_000),
  contrastive_temperature: number(0.1, (x) => x > 0 && x <= 100),
};
const areFewExamples = (/** @type {unknown} */ x) =>
  typeof x === 'object' &&
  x !== null &&
  !Array.isArray(x) &&
  Object.entries(x).every(([name, value]) => {
    const limit = Object.entries(FEW_EXAMPLES).find(([known]) => known === name)?.[1];
    return limit?.ok(value) ?? false;
  });

/** `tsc` complains of a setting that is missing. @type {Record<keyof Training, Limit>} */
export const TRAINING = {
  epochs: whole(3, 1, 1000),
  batch_size: whole(4, 1, 512),
  gradient_accumulation_steps: whole(1, 1, 1000),
  learning_rate: number(1e-3, isRate),
  head_learning_rate: optional(number(undefined, isRate)),
  optimizer: choice('adam', ['adam', 'adamw', 'sgd']),
  weight_decay: number(0, (x) => x >= 0),
  warmup: whole(0, 0, 1e6),
  schedule: choice('constant', ['constant', 'linear', 'cosine']),
  max_grad_norm: optional(number(undefined, (x) => x > 0)),
  dropout: number(0, isShare),
  freeze: choice('none', ['none', 'embeddings', ...[1, 2, 3, 4, 5].map((n) => `layers:${n}`), 'encoder']),
  gradual_unfreezing: optional(whole(undefined, 1, 1000)),
  label_smoothing: number(0, isShare),
  class_weights: choice('none', ['none', 'balanced']),
  weighting: choice('sum', WEIGHTING_NAMES),
  task_weight: { usual: {}, ok: TASK_WEIGHTS },
  tasks_per_step: optional(whole(undefined, 1, 1000)),
  early_stopping_patience: optional(whole(undefined, 1, 1000)),
  load_best_model_at_end: yesOrNo(false),
  metric_for_best_model: choice('loss', ['loss', 'accuracy', 'macro_f1']),
  weight_averaging: { usual: 'none', ok: isAveraging },
  few_examples: {
    usual: Object.fromEntries(Object.entries(FEW_EXAMPLES).map(([name, { usual }]) => [name, usual])),
    ok: areFewExamples,
  },
  max_length: whole(128, 3, 512),
  shuffle: yesOrNo(true),
  reproducible: yesOrNo(false),
};

/** The settings outside of `training`. */
export const SEED = whole(0, 0, Number.MAX_SAFE_INTEGER);
export const POOLING = choice('mean', ['mean', 'cls', 'pooler']);
/** Share of the sentences that is held out. */
export const HELD_OUT = number(0.25, (x) => x >= 0 && x <= 0.9);

/** The defaults of Rust for a recipe's `training`. */
export const USUAL_TRAINING = Object.fromEntries(
  Object.entries(TRAINING).flatMap(([name, { usual }]) => (usual === undefined ? [] : [[name, usual]])),
);
