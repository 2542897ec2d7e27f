// The fields of the settings: for each, its value in a recipe, its limits and its label.

import { HELD_OUT, POOLING, SEED, TASK_WEIGHT, TRAINING } from '../lab/recipe/limits.js';
import { LOOKS_AT } from '../lab/recipe/weightings.js';

/** @typedef {import('../types.js').Recipe} Recipe */
/** @typedef {import('../types.js').Training} Training */
/** @typedef {import('../types.js').Weighting} Weighting */
/** @typedef {import('../lab/recipe/limits.js').Limit} Limit */
/** @typedef {import('../strings/words.js').Words} Words */

/**
 * @typedef {object} Field
 * @property {string} id
 * @property {string} label
 * @property {(value: string) => string} hint The meaning of the field, or of the chosen value.
 * @property {'number' | 'choice' | 'switch'} kind
 * @property {[value: string, label: string, group?: string][]} [choices] Those of a group stand together.
 * @property {boolean} [optional] An empty field means "absent".
 * @property {(x: number) => string} wrong What is wrong with a number, in a sentence, or ''.
 * @property {(recipe: Recipe) => number | string | boolean | undefined} get
 * @property {(recipe: Recipe, value: any) => Recipe} set
 */

/** @typedef {keyof Words['settings']['fields']} Name As in a recipe, but `held_out`, which is the share of `validation`. */

/** The fields that are always on show. @type {Name[]} */
const MAIN = ['epochs', 'batch_size', 'learning_rate', 'freeze', 'seed'];
/** Those whose meaning takes a sentence: each has a row to itself. @type {Name[]} */
const WIDE = ['weighting'];
/** @type {Name[]} */
const MORE = [
  'held_out',
  'pooling',
  'optimizer',
  'head_learning_rate',
  'weight_decay',
  'schedule',
  'warmup',
  'max_grad_norm',
  'dropout',
  'label_smoothing',
  'class_weights',
  'gradient_accumulation_steps',
  'tasks_per_step',
  'gradual_unfreezing',
  'early_stopping_patience',
  'load_best_model_at_end',
  'metric_for_best_model',
  'max_length',
  'shuffle',
  'reproducible',
];

/** @typedef {Pick<Field, 'get' | 'set'> & { limit: Limit }} Place Where a recipe has a setting. */

/** The settings outside of `training`. @type {Partial<Record<Name, Place>>} */
const OUTSIDE = {
  seed: { limit: SEED, get: ({ seed }) => seed, set: (recipe, seed) => ({ ...recipe, seed }) },
  pooling: { limit: POOLING, get: ({ pooling }) => pooling, set: (recipe, pooling) => ({ ...recipe, pooling }) },
  held_out: {
    limit: HELD_OUT,
    get: ({ validation }) => (validation && 'fraction' in validation ? validation.fraction : undefined),
    // With nothing held out, no epoch can be told to be the best.
    set: (recipe, fraction) => ({
      ...recipe,
      validation: { fraction },
      training: { ...recipe.training, load_best_model_at_end: recipe.training.load_best_model_at_end && fraction !== 0 },
    }),
  },
};

/** @param {keyof Training} name @returns {Place} */
const inTraining = (name) => ({
  limit: TRAINING[name],
  get: ({ training }) => /** @type {any} */ (training[name] ?? undefined), // Rust writes what is absent as null.
  set: (recipe, value) => ({ ...recipe, training: { ...recipe.training, [name]: value } }),
});

/** @param {Words} words */
export function fieldsOf(words) {
  const all = (/** @type {Name[]} */ names) => names.map((name) => fieldOf(words, name));
  return { main: all(MAIN), wide: all(WIDE), more: all(MORE) };
}

/**
 * A field for each task: the factor on its loss.
 *
 * @param {Words} words
 * @param {import('../types.js').Task[]} tasks
 * @returns {Field[]}
 */
export function taskWeightFields({ settings: say }, tasks) {
  return tasks.map(({ name }, k) => ({
    id: `task-weight-${k}`,
    label: name,
    hint: () => say.taskWeight,
    kind: 'number',
    wrong: (x) => (TASK_WEIGHT.ok(x) ? '' : say.taskWeightWrong(name)),
    get: ({ training: { task_weight } }) => (Object.hasOwn(task_weight, name) ? task_weight[name] : 1),
    set: (recipe, weight) => {
      const others = Object.entries(recipe.training.task_weight).filter(([task]) => task !== name);
      const task_weight = Object.fromEntries(weight === 1 ? others : [...others, [name, weight]]);
      return { ...recipe, training: { ...recipe.training, task_weight } };
    },
  }));
}

/** @param {Words} words @param {Name} name @returns {Field} */
function fieldOf(words, name) {
  const { settings: say, n } = words;
  const { limit, get, set } = OUTSIDE[name] ?? inTraining(/** @type {keyof Training} */ (name));
  /** @type {{ label: string, hint: string, subject?: string, wrong?: string, choices?: Record<string, string> }} */
  const own = say.fields[name];
  const { whole, choices, optional } = limit;
  const complaint = whole ? say.whole(own.subject ?? own.label, n.grouped(whole[0]), n.grouped(whole[1])) : (own.wrong ?? '');
  return {
    id: name.replaceAll('_', '-'),
    label: own.label,
    hint: () => own.hint,
    kind: choices ? 'choice' : typeof limit.usual === 'boolean' ? 'switch' : 'number',
    choices: choices?.map((value) => [value, own.choices?.[value] ?? value]),
    optional,
    wrong: (x) => (limit.ok(x) ? '' : complaint),
    get,
    set,
    ...(name === 'weighting' && weighting(words)),
  };
}

/** The weightings with their titles and descriptions. @param {Words} words @returns {Pick<Field, 'hint' | 'choices'>} */
const weighting = ({ settings: say, weightings }) => ({
  hint: (name) => weightings[/** @type {Weighting} */ (name)]?.line ?? '',
  choices: Object.entries(LOOKS_AT).map(([name, at]) => [name, weightings[/** @type {Weighting} */ (name)].title, say.by[at]]),
});
