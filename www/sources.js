// Where the sentences come from: an earlier visit, a built-in set, or a file of the reader's own.

import { FIRST_PRESET, PRESETS } from './presets.js';
import { savedDoc } from './store.js';

/** @typedef {import('./types.js').Preset} Preset */
/** @typedef {import('./types.js').Questions} Questions */
/** @typedef {import('./types.js').Recipe} Recipe */
/** @typedef {import('./store.js').Doc} Doc */

/**
 * @param {import('./store.js').Store} store
 * @param {<Q extends keyof Questions>(question: Q, ...args: Questions[Q]['args']) => Promise<Questions[Q]['answer']>} ask
 * @param {ReturnType<typeof import('./notices.js').createNotices>} notices
 * @param {(doc: Doc) => void} replaceAll Takes a document whose sentences are all new.
 */
export function createSources(store, ask, notices, replaceAll) {
  /** The seed that the labels on show were drawn from, where they were drawn. */
  let drawnFrom = NaN;

  store.subscribe((doc, change) => {
    if (change === 'data') drawnFrom = doc.recipe.seed;
    else if (change === 'settings' && doc.recipe.seed !== drawnFrom) drawLabels(doc);
  });

  /**
   * A preset, with the settings recommended for it unless others are given.
   *
   * @param {Preset} preset
   * @param {Recipe} [given]
   * @returns {Promise<Doc>}
   */
  async function preset(preset, given) {
    const recipe = given ?? (await recommended(preset.name));
    const sentences = await ask('preset', preset, recipe.seed);
    return { table: { preset, name: PRESETS[preset.name].title, ...sentences }, recipe };
  }

  /**
   * Says what is held out where the recipe leaves it to the default, which would change with the first edit of the
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

  /** What is measured beside the training is no part of what is recommended: it stays. @param {Recipe} recipe @returns {Recipe} */
  const asObserved = (recipe) => (store.isOpen ? { ...recipe, diagnostics: store.doc.recipe.diagnostics } : recipe);

  /** The notebook's random labels come from the seed: draws them again when it changes. @param {Doc} doc */
  async function drawLabels({ table: { preset }, recipe: { seed } }) {
    if (preset?.name !== 'notebook' || preset.labels === 'sensible') return;
    await answered(ask('preset', preset, seed), (sentences) => {
      if (store.doc.recipe.seed !== seed || store.doc.table.preset !== preset) return;
      store.replace('data', { ...store.doc, table: { ...store.doc.table, ...sentences } });
    });
  }

  /**
   * @template T
   * @param {Promise<T>} question
   * @param {(answer: T) => void | Promise<void>} use
   */
  async function answered(question, use) {
    try {
      await use(await question);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') return;
      notices.error(error instanceof Error ? error.message : String(error));
    }
  }

  return {
    /** Opens what an earlier visit left, or the first preset. */
    async open() {
      const saved = savedDoc();
      const opening = !saved
        ? preset(FIRST_PRESET)
        : saved.table.preset
          ? preset(saved.table.preset, saved.recipe)
          : Promise.resolve(saved);
      await answered(opening, (doc) => store.open(doc));
    },

    /** Another preset brings its own settings; the notebook's other labels leave the reader's. @param {Preset} wanted */
    choose(wanted) {
      const relabels = store.isOpen && store.doc.table.preset?.name === wanted.name;
      return answered(preset(wanted, relabels ? store.doc.recipe : undefined), replaceAll);
    },

    /** @param {string} filename @param {string} text */
    read(filename, text) {
      return answered(ask('read_table', filename, text), async (sentences) => {
        // The notebook's own settings suit four sentences only.
        const onNotebook = store.doc.table.preset?.name === 'notebook';
        const recipe = onNotebook ? await recommended(FIRST_PRESET.name) : store.doc.recipe;
        const fitted = withRoomForWarmup(recipe, sentences.examples.length);
        replaceAll({ table: { preset: null, name: filename, ...sentences }, recipe: fitted });
        notices.notice(`${sentences.examples.length} sentences read from ${filename}.`, {
          label: 'Undo',
          run: () => store.undo(),
        });
      });
    },

    /** Puts the settings recommended for these sentences back. */
    recommend() {
      return answered(recommended(store.doc.table.preset?.name ?? FIRST_PRESET.name), (recipe) =>
        store.editSettings(() => withRoomForWarmup(recipe, store.doc.table.examples.length)),
      );
    },
  };
}

/**
 * A warm-up that outlasts the run is refused, so where the settings come from other sentences and these are too few for
 * theirs, it takes half of the run.
 *
 * @param {Recipe} recipe
 * @param {number} sentences
 */
function withRoomForWarmup(recipe, sentences) {
  const { epochs, batch_size, warmup, gradient_accumulation_steps } = recipe.training;
  const { validation } = recipe;
  const held = validation && 'fraction' in validation ? validation.fraction : 0;
  const steps = epochs * Math.ceil((sentences * (1 - held)) / (batch_size * gradient_accumulation_steps));
  if (warmup < steps) return recipe;
  return { ...recipe, training: { ...recipe.training, warmup: Math.floor(steps / 2) } };
}
