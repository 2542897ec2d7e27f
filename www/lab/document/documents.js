// The documents that sentences of each kind make: of a built-in set, a table, a recipe or a recording, each with its settings. Rust
// reads and chooses; which document is open, sources.js decides.

import { FIRST_PRESET } from './presets.js';
import { sentencesOf } from './sentences.js';

/** @typedef {import('../../types.js').Preset} Preset */
/** @typedef {import('../../types.js').Questions} Questions */
/** @typedef {import('../../types.js').Recipe} Recipe */
/** @typedef {import('./store.js').Doc} Doc */
/** @typedef {import('./columns.js').TableFile} TableFile */
/** @typedef {import('./presets.js').PresetName} PresetName */
/** @typedef {<Q extends keyof Questions>(question: Q, ...args: Questions[Q]['args']) => Promise<Questions[Q]['answer']>} Ask */

/** @param {import('../lab.js').Lab} lab @param {Ask} ask */
export function createDocuments(lab, ask) {
  const { store } = lab;
  /** The seeds that the labels of a preset's sentences were drawn from. @type {WeakMap<Doc['table']['examples'], number>} */
  const drawnFrom = new WeakMap();

  /**
   * A preset, with the settings recommended for it unless others are given.
   *
   * @param {Preset} preset
   * @param {Recipe} [given]
   * @returns {Promise<Doc>}
   */
  async function preset(preset, given) {
    const recipe = given ?? (await recommended(preset.name));
    const sentences = await drawn(preset, recipe.seed);
    return { table: { preset, name: titleOf(preset), ...sentences }, recipe };
  }

  /** @param {Preset} preset @param {number} seed */
  async function drawn(preset, seed) {
    const { tasks, examples } = await ask('preset', preset, seed);
    drawnFrom.set(examples, seed);
    return { tasks, examples };
  }

  /** @param {Preset} preset */
  const titleOf = (preset) => lab.words.presets[/** @type {PresetName} */ (preset.name)]?.title ?? preset.name;

  /**
   * Fills in the held-out share where the recipe leaves it to the default, which would change with the first edit of the
   * notebook's sentences.
   *
   * @param {string} name A preset's.
   * @returns {Promise<Recipe>}
   */
  async function recommended(name) {
    const recipe = await ask('default_recipe', name);
    const validation = recipe.validation ?? { fraction: name === 'notebook' ? 0 : 0.25 };
    return asObserved({ ...recipe, validation });
  }

  /** Recommended settings leave the choice of measurements as it is. @param {Recipe} recipe @returns {Recipe} */
  const asObserved = (recipe) => (store.isOpen ? { ...recipe, diagnostics: store.doc.recipe.diagnostics } : recipe);

  /**
   * Whether the labels are the notebook's random ones, and drawn from another seed than the document's. Undo can lead to
   * such a document too: to that between an edit of the seed and its labels.
   *
   * @param {Doc} doc
   */
  function hasOtherSeed({ table: { preset, examples }, recipe: { seed } }) {
    return preset?.name === 'notebook' && preset.labels !== 'sensible' && drawnFrom.get(examples) !== seed;
  }

  /**
   * Settings chosen for sentences of one's own, and what they are in one line. The encoder and what is frozen stay.
   *
   * @param {Recipe} base
   * @param {Pick<Doc['table'], 'examples' | 'tasks'>} sentences
   */
  async function chosenFor(base, { examples, tasks }) {
    const written = sentencesOf({ examples });
    const { training, summary } = await ask('settings_for', { ...base, data: { examples: written }, tasks });
    return { recipe: { ...base, training }, summary };
  }

  /**
   * A table with settings that are chosen for it, and what was assumed to read it.
   *
   * @param {TableFile} file
   * @param {Partial<import('../../types.js').Columns>} [columns] Absent: those that can be meant.
   * @returns {Promise<{ doc: Doc, text: string, chosen: string, notes: string[] }>} `text`: the column of the sentences;
   *   `chosen`: the settings, in one line.
   */
  async function ofTable({ name, bytes }, columns) {
    const { notes, text, ...sentences } = await ask('read_table', name, bytes, columns);
    // The settings so far were chosen for other sentences.
    const keeps = store.isOpen && store.doc.table.preset?.name !== 'notebook';
    const base = keeps ? store.doc.recipe : await recommended(FIRST_PRESET.name);
    const { recipe, summary } = await chosenFor(base, sentences);
    const told = (/** @type {import('../../types.js').Message} */ message) => `${lab.words.sentence(message)}.`;
    return { doc: { table: { preset: null, name, ...sentences }, recipe }, text, chosen: told(summary), notes: notes.map(told) };
  }

  /** @param {Recipe} given @param {string} name @returns {Promise<Doc>} */
  async function ofRecipe(given, name) {
    const base = await ask('default_recipe', 'notebook');
    const recipe = { ...base, ...given, training: { ...base.training, ...given.training } };
    if ('preset' in given.data) return preset(given.data.preset, recipe);
    if (!('examples' in given.data)) throw new Error(lab.words.sources.byPath(given.data.file.path));
    const examples = given.data.examples.map(({ text, labels = {} }) => ({ text, labels }));
    return { table: { preset: null, name, tasks: given.tasks, examples }, recipe };
  }

  /**
   * The recording's document, if it is a run on this preset. Its sentences are here before the module is.
   *
   * @param {import('../run/replay.js').Replay | undefined} recorded
   * @param {Preset} wanted
   * @returns {Doc | undefined}
   */
  function ofRecording(recorded, wanted) {
    if (!recorded || !isPreset(recorded, wanted)) return undefined;
    const { recipe, sentences } = recorded;
    drawnFrom.set(sentences.examples, recipe.seed);
    return { table: { preset: wanted, name: titleOf(wanted), ...sentences }, recipe };
  }

  return { preset, drawn, hasOtherSeed, recommended, chosenFor, ofTable, ofRecipe, ofRecording };
}

/** @param {import('../run/replay.js').Replay} recorded @param {Preset} preset */
const isPreset = ({ recipe: { data } }, { name }) => 'preset' in data && data.preset.name === name;
