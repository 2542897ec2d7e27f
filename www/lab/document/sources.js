// Where the sentences come from: an earlier visit, a built-in set, a link, or a file of the reader's own.

import { messageOf } from '../../engine/failure.js';
import { choosing, columnsOf, isClear } from './columns.js';
import { createDocuments } from './documents.js';
import { onlyTasks, withRoomForWarmup } from './fit.js';
import { FIRST_PRESET } from './presets.js';
import { named } from '../recipe/essentials.js';
import { tasksThatFit } from '../recipe/limits.js';

/** @typedef {import('../../types.js').Preset} Preset */
/** @typedef {import('../../types.js').Recipe} Recipe */
/** @typedef {import('./store.js').Doc} Doc */
/** @typedef {import('./columns.js').TableFile} TableFile */

/**
 * The document that a page asks for: a file or a recipe, and where there is none, or it cannot be had, a preset.
 *
 * @typedef {object} Wish
 * @property {string} encoder Address of the encoder's folder.
 * @property {Preset} [preset]
 * @property {TableFile} [file] A table.
 * @property {Recipe} [recipe] As known-recipe.js reads it; absent settings have the defaults of Rust.
 * @property {string} [recipeName] A name for the recipe's own sentences.
 * @property {boolean} [chooses] Settings are to be chosen for the recipe's sentences.
 * @property {string[]} [tasks] The label columns to keep; absent: all.
 * @property {(recipe: Recipe) => Recipe} [change] Settings to change in whatever is opened; none of a link's.
 * @property {boolean} [insists] It goes before an earlier visit's document.
 * @property {boolean} [silent] A script of the page has chosen it: the reader is not told.
 * @property {string} [notice] A sentence about it for the reader.
 */

/**
 * @param {import('../lab.js').Lab} lab Takes documents whose sentences are all new.
 * @param {import('./documents.js').Ask} ask
 */
export function createSources(lab, ask) {
  const { store, notices } = lab;
  const { preset, drawn, hasOtherSeed, recommended, chosenFor, ofTable, ofRecipe, ofRecording } = createDocuments(lab, ask);
  /**
   * Names that the page gives for label columns and that are none of these.
   *
   * @type {{ names: string[], columns: string[] }}
   */
  let misnamed = { names: [], columns: [] };
  /** Number of the reader's latest choice of sentences: those of an earlier choice that take longer come too late. */
  let latest = 0;
  /** Whether the open document is the page's choice, which goes before an earlier visit's. */
  let insists = false;
  /** Takes the latest notice with Undo back. */
  let takeBack = () => {};

  store.subscribe((doc, change) => {
    // After another change, Undo would undo that one and not the one in the notice.
    if (change !== 'diagnostics') takeBack();
    if (hasOtherSeed(doc)) drawLabels(doc);
  });

  /** Removes what was said of another tab's edits. */
  let unsay = () => {};
  store.onBeside = () => {
    unsay();
    unsay = notices.notice(lab.words.sources.beside);
  };
  store.onFound = async (found, isOfOtherTab) => {
    await lab.opened;
    if (!store.isOpen) return;
    const isFree = () => !insists && !store.hasEdits;
    /** @param {(doc: Doc) => void} use */
    const opened = (use) => answered(wished({ encoder: lab.state.encoder.address }, found.doc), use);
    const offer = () => {
      const run = () =>
        opened((doc) => {
          store.adopt(found);
          lab.replaceAll(doc);
        });
      unsay();
      unsay = notices.notice(isOfOtherTab ? lab.words.sources.inOtherTab : lab.words.sources.found, { label: lab.words.sources.openFound, run });
    };
    if (isOfOtherTab || !isFree()) return offer();
    await opened((doc) => {
      if (!isFree()) return offer(); // There was an edit meanwhile.
      store.adopt(found);
      store.open(doc);
    });
  };

  /** Draws the labels again. They belong to the edit that changed the seed, so they are no step of Undo. @param {Doc} doc */
  async function drawLabels({ table: { preset }, recipe: { seed } }) {
    if (!preset) return;
    await answered(drawn(preset, seed), (sentences) => {
      const { doc } = store;
      if (doc.recipe.seed !== seed || doc.table.preset !== preset || !hasOtherSeed(doc)) return;
      store.complete('data', { ...doc, table: { ...doc.table, ...sentences } });
    });
  }

  /**
   * The document with the columns and settings that the page names.
   *
   * @param {Doc} doc
   * @param {Wish} wish
   * @returns {Doc}
   */
  function asWished({ table, recipe }, { tasks = [], change, recipe: given }) {
    const columns = table.tasks.map(({ name }) => name);
    misnamed = { names: tasks.filter((name) => !columns.includes(name)), columns };
    const doc = fitted({ table: onlyTasks(table, tasks), recipe: change ? change(recipe) : recipe });
    // A recipe's warm-up was chosen for its sentences; that of other settings was not.
    return given ? doc : withRoomForWarmup(doc);
  }

  /**
   * Without the label columns that there is no room for, which it says.
   *
   * @param {Doc} doc
   * @returns {Doc}
   * @throws {Error} In the same sentence, if no column fits.
   */
  function fitted({ table, recipe }) {
    const { shown, left } = tasksThatFit(table.tasks);
    if (left.length === 0) return { table, recipe };
    const sentence = lab.words.sources.crowded(named(left.map(({ name }) => name)));
    if (shown.length === 0) throw new Error(sentence);
    notices.notice(sentence);
    return { table: onlyTasks(table, shown.map(({ name }) => name)), recipe };
  }

  /** @param {Wish} wish @param {Doc | undefined} saved @param {import('../run/replay.js').Replay} [recorded] @returns {Promise<Doc>} */
  async function wished(wish, saved, recorded) {
    if (wish.recipe) {
      const doc = await ofRecipe(wish.recipe, wish.recipeName ?? '');
      return wish.chooses ? { ...doc, recipe: (await chosenFor(doc.recipe, doc.table)).recipe } : doc;
    }
    if (wish.file) {
      const { doc, notes } = await ofTable(wish.file);
      if (notes.length > 0) notices.notice(notes.join(' '));
      return doc;
    }
    if (saved) return saved.table.preset ? preset(saved.table.preset, saved.recipe) : fitted(saved);
    const wanted = wish.preset ?? FIRST_PRESET;
    return ofRecording(recorded, wanted) ?? preset(wanted);
  }

  /**
   * @template T
   * @param {Promise<T>} question
   * @param {(answer: T) => void | Promise<void>} use
   * @param {(message: string) => void} [complain]
   */
  async function answered(question, use, complain) {
    try {
      await concluded(question, use, complain);
    } catch {
      // The worker is lost; the lab has said so.
    }
  }

  /**
   * As {@link answered}, but rejects when the worker is lost over it.
   *
   * @template T
   * @param {Promise<T>} question
   * @param {(answer: T) => void | Promise<void>} use
   * @param {(message: string) => void} [complain]
   */
  async function concluded(question, use, complain = notices.error) {
    try {
      await use(await question);
    } catch (error) {
      if (error instanceof DOMException && error.name === 'AbortError') throw error;
      complain(lab.words.sentence(messageOf(error)));
    }
  }

  /** @param {string} text Says what was done; Undo stands beside it. */
  function undoable(text) {
    takeBack = notices.notice(text, { label: lab.words.sources.undo, run: () => store.undo() });
  }

  /**
   * Takes the sentences of a file.
   *
   * @param {TableFile} file
   * @param {Partial<import('../../types.js').Columns>} [columns]
   * @param {(message: string) => void} [complain]
   * @returns {Promise<boolean>} Whether it was possible.
   */
  async function take(file, columns, complain) {
    let taken = false;
    const mine = latest;
    await answered(
      ofTable(file, columns),
      ({ doc, text, chosen, notes }) => {
        if (mine !== latest) return;
        const fitting = fitted(doc);
        taken = true;
        lab.replaceAll(withRoomForWarmup(fitting), { ...file, text });
        undoable([lab.words.sources.read(doc.table.examples.length, file.name), chosen, ...notes].join(' '));
      },
      complain,
    );
    return taken;
  }

  /**
   * Opens a link's document in place of the open one. Rejects when the worker is lost over it.
   *
   * @param {Wish} wish
   * @param {(doc: Doc) => void} replace
   */
  async function openOver(wish, replace) {
    await concluded(wished(wish, undefined), (doc) => {
      replace(doc);
      if (!wish.silent) undoable(lab.words.link.kept);
    });
  }

  return {
    /** Names that the page gives for label columns and that are none of these. */
    get misnamed() {
      return misnamed;
    },

    /**
     * Opens the page's choice, an earlier visit's document, or the first preset. Rejects when the worker is lost over it;
     * called again, it goes on from there.
     *
     * @param {Wish} wish
     * @param {import('../run/replay.js').Replay} [recorded]
     */
    async open(wish, recorded) {
      insists = wish.insists ?? false;
      const saved = store.isOpen ? undefined : await store.saved();
      if (saved) await concluded(wished({ encoder: wish.encoder }, saved), (doc) => store.open(doc));
      if (!store.isOpen) {
        await concluded(wished(wish, undefined, recorded), (doc) => store.open(asWished(doc, wish)));
      } else if (wish.insists) {
        await openOver(wish, (doc) => store.replace('data', doc));
      }
      // The page's choice cannot be had: a preset opens in its place. The page's names of columns were those of a file.
      if (!store.isOpen) {
        const { encoder, preset, change } = wish;
        const rest = { encoder, preset, change };
        await concluded(wished(rest, undefined, recorded), (doc) => store.open(asWished(doc, rest)));
      }
      if (wish.notice) notices.notice(wish.notice);
    },

    /** Opens a link that came while the page is open. @param {Wish} wish */
    async follow(wish) {
      if (wish.insists) await openOver(wish, (doc) => lab.replaceAll(doc)).catch(() => {}); // The lab has said it.
      if (wish.notice) notices.notice(wish.notice);
    },

    recommended,

    /** The document of a recipe. @param {Recipe} recipe @param {string} recipeName */
    ofRecipe: (recipe, recipeName) => wished({ encoder: '', recipe, recipeName }, undefined),

    /** Another preset brings its own settings; the notebook's other labels leave the reader's. @param {Preset} chosen */
    choose(chosen) {
      const relabels = store.isOpen && store.doc.table.preset?.name === chosen.name;
      const mine = ++latest;
      return answered(preset(chosen, relabels ? store.doc.recipe : undefined), (doc) => {
        if (mine === latest) lab.replaceAll(doc);
      });
    },

    /**
     * Reads a file, or has its columns chosen if it is not clear what they are for.
     *
     * @param {TableFile} file
     * @param {(message: string) => void} [complain] Hears what is wrong with the table; the sentences stay as they are then.
     * @returns {Promise<boolean>} Whether it was taken.
     */
    async read(file, complain) {
      let taken = false;
      const mine = ++latest;
      await answered(
        ask('inspect_table', file.name, file.bytes),
        async (inspection) => {
          if (mine !== latest) return;
          if (isClear(inspection)) taken = await take(file, undefined, complain);
          else {
            taken = true;
            lab.dispatch({ type: 'choose columns', choosing: choosing(file, inspection) });
          }
        },
        complain,
      );
      return taken;
    },

    /** What a file holds, column by column. @param {TableFile} file */
    inspect: (file) => ask('inspect_table', file.name, file.bytes),

    /** Has the columns of the file that was read last chosen again. */
    async chooseAgain() {
      const { file } = lab.state.document;
      if (!file) return;
      await answered(ask('inspect_table', file.name, file.bytes), (inspection) =>
        lab.dispatch({ type: 'choose columns', choosing: choosing(file, inspection) }),
      );
    },

    /** @param {number} column @param {import('./columns.js').Role} role */
    giveRole: (column, role) => lab.dispatch({ type: 'column role', column, role }),

    cancelChoosing: () => lab.dispatch({ type: 'choose columns' }),

    /**
     * Reads the file with the columns that were chosen.
     *
     * @param {(message: string) => void} complain Hears what is wrong with it; the choice goes on then.
     */
    async readChosen(complain) {
      const { choosing: chosen } = lab.state.document;
      if (!chosen) return;
      ++latest;
      await take(chosen.file, columnsOf(chosen), complain);
    },

    /** Puts the settings recommended for these sentences back. */
    recommend() {
      const { table, recipe: own } = store.doc;
      const found = table.preset ? recommended(table.preset.name) : chosenFor(own, table).then(({ recipe }) => recipe);
      return answered(found, (recipe) =>
        store.editSettings(() => withRoomForWarmup({ ...store.doc, recipe }).recipe),
      );
    },
  };
}
