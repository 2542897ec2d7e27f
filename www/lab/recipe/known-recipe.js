// Reads the recipe of a link or a file, taking over only known and valid fields. Loaded when there is one to read.

import { addressOf, isHubName, KNOWN_BYTES, nameOf } from '../../engine/encoder/addresses.js';
import { ENCODER, LONGEST_NAME, named } from './essentials.js';
import { HELD_OUT, MOST_CLASSES, MOST_TASKS, POOLING, SEED, tasksThatFit, TRAINING } from './limits.js';
import { FIRST_PRESET, PRESET_NAMES } from '../document/presets.js';
import { wellFormedJson } from '../document/well-formed.js';

/** @typedef {import('../../types.js').Recipe} Recipe */
/** @typedef {import('../../types.js').Task} Task */
/** @typedef {import('../../types.js').InlineExample} InlineExample */
/**
 * @typedef {object} Read
 * @property {Recipe} recipe
 * @property {string[]} unknown The fields that were left out.
 * @property {string[]} crowded The tasks that were left out because there is no room for so many classes.
 */

const LONGEST_TEXT = 20_000;

/**
 * The recipe of a file. It may leave unsaid what the command line infers: the tasks, their classes, and the data, which are
 * the notebook's then.
 *
 * @param {unknown} given The file's JSON.
 * @returns {Read | 'no recipe' | 'no sentences'} `no sentences`: its data are neither a preset nor any examples.
 */
export function recipeOfFile(given) {
  if (!isObject(given)) return 'no recipe';
  const { data = { preset: { name: 'notebook' } }, tasks, validation } = given;
  const { preset, examples } = isObject(data) ? data : {};
  const isPreset = isObject(preset) && PRESET_NAMES.some((name) => name === preset.name);
  const isWritten = Array.isArray(examples) && examples.some((example) => knownExample(example, new Map(), () => {}).length > 0);
  if (!isPreset && !isWritten) return 'no sentences';
  // Rust writes `null` for a setting that is absent.
  const told = { ...given, data, validation: validation ?? undefined };
  return knownRecipe(isWritten ? { ...told, tasks: withClasses(tasks, examples) } : told) ?? 'no recipe';
}

/**
 * Where a task has no classes, those that occur, sorted; where there are no tasks, all that the examples are labelled for.
 *
 * @param {unknown} tasks
 * @param {any[]} examples
 */
function withClasses(tasks, examples) {
  const labels = examples.flatMap((example) => (isObject(example) && isObject(example.labels) ? [example.labels] : []));
  const named = Array.isArray(tasks) && tasks.length > 0;
  const all = named ? tasks : [...new Set(labels.flatMap(Object.keys))].map((name) => ({ name }));
  // One more than there may be, so that it is said that some were left out. Each costs a walk over all examples.
  return all.slice(0, MOST_TASKS + 1).map((task) => {
    const hasClasses = !isObject(task) || (Array.isArray(task.labels) ? task.labels.length > 0 : task.labels !== undefined);
    if (hasClasses) return task;
    const name = String(task.name);
    const classes = labels.flatMap((given) => (Object.hasOwn(given, name) && given[name] ? [given[name]] : []));
    return { ...task, labels: [...new Set(classes)].sort() };
  });
}

/**
 * @param {unknown} given The link's JSON.
 * @returns {Read | undefined} Nothing if it is no recipe at all.
 */
export function knownRecipe(given) {
  const well = wellFormedJson(given);
  if (!isObject(well)) return undefined;
  // The page that opens a link decides what is measured beside the run.
  const { data, tasks, validation, encoder, pooling, training, seed, diagnostics, ...rest } = well;
  const unknown = new Set(Object.keys(rest));
  /** @param {string} field @param {unknown} value @param {(value: unknown) => boolean} ok @param {unknown} usual */
  function pick(field, value, ok, usual) {
    if (value === undefined) return usual;
    if (ok(value)) return value;
    unknown.add(field);
    return usual;
  }

  const columns = /** @type {unknown[]} */ (pick('tasks', tasks, Array.isArray, []));
  const { shown: known, left } = tasksThatFit(knownTasks(columns, () => unknown.add('tasks')));
  const source = knownData(data, known, () => unknown.add('data'));
  const usualShare = { fraction: source.preset?.name === 'notebook' ? 0 : HELD_OUT.usual };
  const settings = /** @type {Record<string, unknown>} */ (pick('training', training, isObject, {}));
  for (const name of Object.keys(settings)) if (!Object.hasOwn(TRAINING, name)) unknown.add(`training.${name}`);
  const taken = Object.entries(TRAINING).flatMap(([name, { usual, ok }]) => {
    const value = pick(`training.${name}`, settings[name] ?? undefined, ok, usual);
    return value === undefined ? [] : [[name, value]];
  });

  /** @type {any} Its parts are checked. */
  const recipe = {
    data: source,
    tasks: source.preset ? [] : known,
    validation: pick('validation', validation, isShare, usualShare),
    encoder: pick('encoder', encoder, isName, ENCODER),
    pooling: pick('pooling', pooling, POOLING.ok, POOLING.usual),
    training: Object.fromEntries(taken),
    seed: pick('seed', seed, SEED.ok, SEED.usual),
  };
  return { recipe, unknown: named([...unknown]), crowded: named(left.map(({ name }) => name)) };
}

/** Words about it. @param {string} tag The language's. */
export const linkWords = async (tag) => (await (tag === 'de' ? import('../../strings/link.de.js') : import('../../strings/link.en.js'))).default;

/**
 * A link or a file with the address of the encoder that its recipe names. One that is neither known nor on the hub only the
 * maker of the recipe has.
 *
 * @template {{ recipe?: Recipe, notice?: string }} G
 * @param {G} given
 * @param {string} own Address of the page's encoder.
 * @param {string} base Address of the package's folder.
 * @param {string} tag The language's.
 * @returns {Promise<G & { encoder: string }>}
 */
export async function withEncoder(given, own, base, tag) {
  const name = given.recipe?.encoder ?? '';
  if (name === nameOf(own)) return { ...given, encoder: own };
  if (Object.hasOwn(KNOWN_BYTES, name) || isHubName(name)) return { ...given, encoder: addressOf(name, base) };
  const { otherEncoder } = await linkWords(tag);
  return { ...given, encoder: own, notice: [given.notice, otherEncoder(name, nameOf(own))].filter(Boolean).join(' ') };
}

/**
 * @param {any} data
 * @param {Task[]} tasks
 * @param {() => void} complain
 * @returns {{ preset?: import('../../types.js').Preset, examples?: InlineExample[] }}
 */
function knownData(data, tasks, complain) {
  const { preset, examples } = isObject(data) ? data : {};
  if (isObject(preset) && PRESET_NAMES.some((name) => name === preset.name)) {
    const name = String(preset.name);
    if (name !== 'notebook') return { preset: { name } };
    return { preset: { name, labels: preset.labels === 'sensible' ? 'sensible' : 'random' } };
  }
  if (!Array.isArray(examples)) {
    complain();
    return { preset: FIRST_PRESET };
  }
  const classes = new Map(tasks.map(({ name, labels }) => [name, new Set(labels)]));
  const kept = examples.flatMap((example) => knownExample(example, classes, complain));
  if (kept.length < examples.length) complain();
  return { examples: kept };
}

/**
 * @param {any} example
 * @param {Map<string, Set<string>>} classes By the task's name.
 * @param {() => void} complain
 * @returns {InlineExample[]} One, or none.
 */
function knownExample(example, classes, complain) {
  if (!isObject(example) || typeof example.text !== 'string' || example.text.length > LONGEST_TEXT) return [];
  const given = isObject(example.labels) ? example.labels : {};
  const labels = Array.from(classes).flatMap(([name, known]) => {
    const label = Object.hasOwn(given, name) ? given[name] : undefined;
    if (!label) return [];
    if (typeof label === 'string' && known.has(label)) return [[name, label]];
    complain();
    return [];
  });
  return [{ text: printable(example.text), labels: Object.fromEntries(labels) }];
}

/** @param {unknown[]} given @param {() => void} complain @returns {Task[]} */
function knownTasks(given, complain) {
  /** @type {Map<string, Task>} */
  const tasks = new Map();
  for (const task of given.slice(0, MOST_TASKS)) {
    if (!isObject(task) || !isName(task.name) || tasks.has(task.name) || !Array.isArray(task.labels)) continue;
    const labels = [...new Set(task.labels.filter(isName))].slice(0, MOST_CLASSES);
    tasks.set(task.name, { name: task.name, labels });
    if (labels.length < task.labels.length) complain();
  }
  if (tasks.size < given.length) complain();
  return [...tasks.values()];
}

/** @param {unknown} x @returns {x is Record<string, unknown>} */
const isObject = (x) => typeof x === 'object' && x !== null && !Array.isArray(x);

/** @param {unknown} x */
const isShare = (x) => isObject(x) && Object.keys(x).length === 1 && HELD_OUT.ok(x.fraction);

/**
 * Whether something can be called that. `__proto__` is no key that an object may have: setting it sets something else.
 *
 * @param {unknown} x
 * @returns {x is string}
 */
const isName = (x) =>
  typeof x === 'string' && x.trim() !== '' && x.length <= LONGEST_NAME && x !== '__proto__' && printable(x) === x;

/** A sentence without control characters: it has no line breaks, and U+0000 means something else in the table. @param {string} text */
const printable = (text) => text.replace(/\s*[\u0000-\u001f\u007f]+\s*/g, ' ');
