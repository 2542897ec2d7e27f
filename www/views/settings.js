// The settings of a run: one list says everything about each field; the form, its checks and its messages follow.
//
// The recipe is checked again in Rust. The checks here exist to say what is wrong beside the field, while it is typed.

import { h, part } from './dom.js';
import { WEIGHTINGS, WEIGHTING_NAMES } from './weightings.js';

/** @typedef {import('./types.js').Recipe} Recipe */
/** @typedef {import('./types.js').Training} Training */

/**
 * @typedef {object} Field
 * @property {string} id
 * @property {string} label
 * @property {string | ((value: string) => string)} hint What it means; or what the value that is chosen means.
 * @property {'number' | 'choice' | 'switch'} kind
 * @property {[value: string, label: string, group?: string][]} [choices] Those of a group stand together.
 * @property {boolean} [optional] An empty field means "absent".
 * @property {(x: number) => string} [wrong] What is wrong with a number, or ''.
 * @property {(recipe: Recipe) => number | string | boolean | undefined} get
 * @property {(recipe: Recipe, value: any) => Recipe} set
 */

/** @param {number} least @param {number} most @param {string} what */
const whole = (least, most, what) => (/** @type {number} */ x) =>
  Number.isInteger(x) && x >= least && x <= most
    ? ''
    : `${what} must be a whole number from ${least} to ${most.toLocaleString('en-GB')}.`;

/** @param {(x: number) => boolean} ok @param {string} message */
const where = (ok, message) => (/** @type {number} */ x) => (ok(x) ? '' : message);

const isRate = (/** @type {number} */ x) => x > 0 && x <= 10;

/** @param {keyof Training} name @returns {Pick<Field, 'get' | 'set'>} */
const training = (name) => ({
  get: (recipe) => /** @type {any} */ (recipe.training[name]),
  set: (recipe, value) => ({ ...recipe, training: { ...recipe.training, [name]: value } }),
});

/** @type {Field[]} */
const MAIN = [
  {
    id: 'epochs',
    label: 'Epochs',
    hint: 'passes over the sentences',
    kind: 'number',
    wrong: whole(1, 1000, 'Epochs'),
    ...training('epochs'),
  },
  {
    id: 'batch-size',
    label: 'Batch size',
    hint: 'sentences in a step',
    kind: 'number',
    wrong: whole(1, 512, 'The batch size'),
    ...training('batch_size'),
  },
  {
    id: 'learning-rate',
    label: 'Learning rate',
    hint: 'how far a step goes',
    kind: 'number',
    wrong: where(isRate, 'The learning rate must be above 0 and at most 10; try 1e-4.'),
    ...training('learning_rate'),
  },
  {
    id: 'freeze',
    label: 'Keep frozen',
    hint: 'what does not train',
    kind: 'choice',
    choices: [
      ['none', 'nothing'],
      ['embeddings', 'embeddings'],
      ['layers:1', 'and first layer'],
      ['layers:2', 'and first 2 layers'],
      ['layers:3', 'and first 3 layers'],
      ['layers:4', 'and first 4 layers'],
      ['layers:5', 'and first 5 layers'],
      ['encoder', 'whole encoder'],
    ],
    ...training('freeze'),
  },
  {
    id: 'seed',
    label: 'Seed',
    hint: 'same seed, same run',
    kind: 'number',
    wrong: where(
      (x) => Number.isSafeInteger(x) && x >= 0,
      'The seed must be a whole number from 0 to 9,007,199,254,740,991.',
    ),
    get: (recipe) => recipe.seed,
    set: (recipe, seed) => ({ ...recipe, seed }),
  },
];

/** Fields whose meaning takes a sentence: each has a row to itself. @type {Field[]} */
const WIDE = [
  {
    id: 'weighting',
    label: 'Weighting',
    hint: (name) => WEIGHTINGS[/** @type {import('./types.js').Weighting} */ (name)]?.line ?? '',
    kind: 'choice',
    choices: WEIGHTING_NAMES.map((name) => {
      const { title, from } = WEIGHTINGS[name];
      return [name, title, `by ${from}`];
    }),
    ...training('weighting'),
  },
];

/** @type {Field[]} */
const MORE = [
  {
    id: 'held-out',
    label: 'Held out',
    hint: 'share kept for measuring, 0 to 0.9',
    kind: 'number',
    wrong: where((x) => x >= 0 && x <= 0.9, 'The share held out must be from 0 to 0.9.'),
    get: ({ validation }) => (validation && 'fraction' in validation ? validation.fraction : undefined),
    set: (recipe, fraction) => ({ ...recipe, validation: { fraction } }),
  },
  {
    id: 'pooling',
    label: 'Pooling',
    hint: 'token vectors to sentence vector',
    kind: 'choice',
    choices: [
      ['mean', 'mean of all tokens'],
      ['cls', '[CLS] token'],
      ['pooler', 'BERT’s pooler'],
    ],
    get: (recipe) => recipe.pooling,
    set: (recipe, pooling) => ({ ...recipe, pooling }),
  },
  {
    id: 'optimizer',
    label: 'Optimizer',
    hint: 'the update rule',
    kind: 'choice',
    choices: [
      ['adam', 'Adam'],
      ['adamw', 'AdamW'],
      ['sgd', 'SGD'],
    ],
    ...training('optimizer'),
  },
  {
    id: 'head-learning-rate',
    label: 'Heads’ learning rate',
    hint: 'empty: as the encoder’s',
    kind: 'number',
    optional: true,
    wrong: where(isRate, 'The heads’ learning rate must be above 0 and at most 10, or empty.'),
    ...training('head_learning_rate'),
  },
  {
    id: 'weight-decay',
    label: 'Weight decay',
    hint: 'pull towards 0',
    kind: 'number',
    wrong: where((x) => x >= 0 && Number.isFinite(x), 'The weight decay must be 0 or more.'),
    ...training('weight_decay'),
  },
  {
    id: 'schedule',
    label: 'Schedule',
    hint: 'the rate’s course',
    kind: 'choice',
    choices: [
      ['constant', 'constant'],
      ['linear', 'linear to 0'],
      ['cosine', 'cosine to 0'],
    ],
    ...training('schedule'),
  },
  {
    id: 'warmup',
    label: 'Warm-up',
    hint: 'steps of rising rate',
    kind: 'number',
    wrong: whole(0, 1e6, 'The warm-up'),
    ...training('warmup'),
  },
  {
    id: 'max-grad-norm',
    label: 'Clip gradients at',
    hint: 'empty: no clipping',
    kind: 'number',
    optional: true,
    wrong: where((x) => x > 0 && Number.isFinite(x), 'The gradients’ largest norm must be above 0, or empty.'),
    ...training('max_grad_norm'),
  },
  {
    id: 'dropout',
    label: 'Dropout',
    hint: 'share of values set to 0',
    kind: 'number',
    wrong: where((x) => x >= 0 && x < 1, 'Dropout must be at least 0 and below 1.'),
    ...training('dropout'),
  },
  {
    id: 'label-smoothing',
    label: 'Label smoothing',
    hint: 'share of a label spread over all',
    kind: 'number',
    wrong: where((x) => x >= 0 && x < 1, 'Label smoothing must be at least 0 and below 1.'),
    ...training('label_smoothing'),
  },
  {
    id: 'class-weights',
    label: 'Class weights',
    hint: 'how much a rare class counts',
    kind: 'choice',
    choices: [
      ['none', 'all the same'],
      ['balanced', 'balanced'],
    ],
    ...training('class_weights'),
  },
  {
    id: 'gradient-accumulation-steps',
    label: 'Batches in a step',
    hint: 'their gradients add up',
    kind: 'number',
    wrong: whole(1, 1000, 'The batches in a step'),
    ...training('gradient_accumulation_steps'),
  },
  {
    id: 'tasks-per-step',
    label: 'Tasks in a step',
    hint: 'in turn; empty: all',
    kind: 'number',
    optional: true,
    wrong: whole(1, 1000, 'The tasks in a step, unless empty,'),
    ...training('tasks_per_step'),
  },
  {
    id: 'early-stopping-patience',
    label: 'Patience',
    hint: 'epochs without gain; empty: train to the end',
    kind: 'number',
    optional: true,
    wrong: whole(1, 1000, 'The patience, unless empty,'),
    ...training('early_stopping_patience'),
  },
  {
    id: 'max-length',
    label: 'Longest sentence',
    hint: 'in tokens; the rest is cut',
    kind: 'number',
    wrong: whole(3, 512, 'The longest sentence'),
    ...training('max_length'),
  },
  { id: 'shuffle', label: 'Shuffle', hint: 'a new order each epoch', kind: 'switch', ...training('shuffle') },
  {
    id: 'reproducible',
    label: 'Same bits everywhere',
    hint: 'in every browser, on every machine: slower, without fused multiply-add',
    kind: 'switch',
    ...training('reproducible'),
  },
];

const FIELDS = [...MAIN, ...WIDE, ...MORE];

/**
 * @param {HTMLElement} root
 * @param {import('./store.js').Store} store
 * @param {() => Promise<void>} recommend Puts the recommended settings back.
 */
export function createSettings(root, store, recommend) {
  const more = /** @type {HTMLDetailsElement} */ (part(root, 'more-settings'));
  part(root, 'main-settings').append(...MAIN.map(row));
  part(root, 'wide-settings').append(...WIDE.map(row));
  part(root, 'other-settings').append(...MORE.map(row));
  part(root, 'recommended').addEventListener('click', async () => {
    await recommend();
    show(store.doc.recipe);
  });
  part(root, 'new-seed').addEventListener('click', () => {
    store.editSettings((recipe) => ({ ...recipe, seed: Math.floor(Math.random() * 1e6) }));
    show(store.doc.recipe);
  });

  /** @param {Field} field */
  function row(field) {
    const id = `setting-${field.id}`;
    const hint = h('span', { className: 'hint', id: `${id}-hint` });
    const common = { id, 'aria-describedby': hint.id };
    const control =
      field.kind === 'choice'
        ? h('select', common, ...options(field.choices ?? []))
        : field.kind === 'switch'
          ? h('input', { ...common, type: 'checkbox' })
          : h('input', { ...common, type: 'text', inputMode: 'decimal', autocomplete: 'off', spellcheck: false });
    control.addEventListener('input', () => take(field));
    return h('div', { className: `field kind-${field.kind}` }, h('label', { for: id }, field.label), control, hint);
  }

  /** @param {Field} field */
  const controlOf = (field) =>
    /** @type {HTMLInputElement | HTMLSelectElement} */ (root.querySelector(`#setting-${field.id}`));

  /** @param {Field} field @returns {{ value?: number | string | boolean, wrong: string }} */
  function read(field) {
    const control = controlOf(field);
    if (field.kind === 'choice') return { value: control.value, wrong: '' };
    if (field.kind === 'switch') return { value: /** @type {HTMLInputElement} */ (control).checked, wrong: '' };
    const text = control.value.trim().replace(',', '.');
    if (text === '' && field.optional) return { wrong: '' };
    const value = text === '' ? NaN : Number(text);
    return { value, wrong: field.wrong?.(value) ?? '' };
  }

  /** @param {Field} field @param {string} wrong */
  function complain(field, wrong) {
    const control = controlOf(field);
    const hint = /** @type {HTMLElement} */ (root.querySelector(`#setting-${field.id}-hint`));
    hint.textContent = wrong || (typeof field.hint === 'string' ? field.hint : field.hint(control.value));
    hint.classList.toggle('complaint', wrong !== '');
    control.setAttribute('aria-invalid', String(wrong !== ''));
  }

  /** @param {Field} field */
  function take(field) {
    const { value, wrong } = read(field);
    complain(field, wrong);
    if (!wrong && value !== field.get(store.doc.recipe)) store.editSettings((recipe) => field.set(recipe, value));
  }

  /** @param {Recipe} recipe */
  function show(recipe) {
    for (const field of FIELDS) {
      const control = controlOf(field);
      const value = field.get(recipe);
      if (control instanceof HTMLInputElement && field.kind === 'switch') control.checked = value === true;
      else control.value = typeof value === 'number' ? written(value) : String(value ?? '');
      complain(field, '');
    }
  }

  store.subscribe(({ recipe }, change) => {
    if (change === 'data') show(recipe);
  });

  return {
    /** The first thing that is wrong, after moving the focus there; '' if all is well. */
    check() {
      for (const field of FIELDS) {
        const { wrong } = read(field);
        if (!wrong) continue;
        if (MORE.includes(field)) more.open = true;
        controlOf(field).focus();
        return wrong;
      }
      return '';
    },
  };
}

/** @param {NonNullable<Field['choices']>} choices */
function options(choices) {
  const option = (/** @type {[string, string, string?]} */ [value, label]) => h('option', { value }, label);
  const groups = [...new Set(choices.map(([, , group]) => group))];
  return groups.flatMap((label) => {
    const own = choices.filter(([, , group]) => group === label).map(option);
    return label === undefined ? own : [h('optgroup', { label }, ...own)];
  });
}

/** Small rates as 1e-4, not 0.0001: the number of zeros is what one gets wrong. @param {number} x */
const written = (x) => (x !== 0 && Math.abs(x) < 0.01 ? x.toExponential() : String(x));
