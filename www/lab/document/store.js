// The one document that the reader edits: sentences and settings. It can undo and redo and, if it has a name, survives a
// reload.

import { History } from './history.js';
import { Kept } from './kept.js';
import { sentencesOf } from './sentences.js';
import { sameSettings } from '../run/select.js';
import { USUAL_TRAINING } from '../recipe/limits.js';

/** @typedef {import('./sentences.js').Table} Table */
/** @typedef {import('../../types.js').Recipe} Recipe */

/**
 * @typedef {object} Doc
 * @property {Table} table
 * @property {Recipe} recipe Its `data` and `tasks` mean nothing here; {@link recipeOf} fills them in from the table.
 */

/**
 * A state that can be undone to.
 *
 * @typedef {object} State
 * @property {Doc} doc
 * @property {Doc} [replaced] The reader's own sentences that were replaced last: they too are kept, for Undo in a later
 *   visit.
 */

/**
 * The extent of a change, so that views redraw no more than they must: `cell` is an edit that the table already shows,
 * `data` replaces all sentences (a preset, an import, an undo), `diagnostics` changes the measurements beside the training.
 *
 * @typedef {'cell' | 'rows' | 'data' | 'settings' | 'diagnostics'} Change
 */

const VERSION = 1;
/** Room for states that can be undone to, in rows of their tables: some 40 MB. */
const UNDO_ROWS = 5_000_000;
const UNOBSERVED = { gradients_every: 0, interference_every: 0, mistakes: false, map_every: 0 };

export class Store {
  /** @type {History<State>} */
  #history = new History(UNDO_ROWS, ({ doc }) => doc.table.examples.length + 1);
  /** @type {Doc | undefined} */
  #doc;
  /** See {@link State}. @type {Doc | undefined} */
  #replaced;
  /** @type {((doc: Doc, change: Change) => void)[]} */
  #views = [];
  /** Whether there is something of the reader's own to keep: an edit, now or in an earlier visit. */
  #isOwn = false;
  #kept;
  /** Fields whose entry is wrong, and so not in the document, each with a sentence that says so. @type {Map<string, string>} */
  #wrong = new Map();

  /** @param {string} [name] The name that keeps it from visit to visit; absent: it is not kept. */
  constructor(name) {
    this.#kept = name === undefined ? undefined : new Kept(`polytask:${name}`);
  }

  /** @param {() => void} call Called when the browser begins to refuse to keep the document. */
  set onForgetful(call) {
    if (this.#kept) this.#kept.onForgetful = call;
  }

  /**
   * @param {(found: State, isOfOtherTab: boolean) => void} call Called when an earlier visit's document turns up late, and this
   *   visit's was not made from it, or when another tab has changed the document. Until {@link adopt}, both are kept.
   */
  set onFound(call) {
    if (this.#kept)
      this.#kept.onFound = (kept, isOfOtherTab) => {
        const found = stateOf(kept);
        if (found) call(found, isOfOtherTab);
      };
  }

  /** @param {() => void} call Called when another tab has edits of the document that are kept beside this tab's. */
  set onBeside(call) {
    if (this.#kept) this.#kept.onBeside = call;
  }

  /** Whether this visit's document holds edits, which a document that turns up late must not take the place of. */
  get hasEdits() {
    return this.#kept?.hasEdits ?? false;
  }

  /** Call before opening the document that turned up late: from now on it is the one that is kept. @param {State} found */
  adopt({ replaced }) {
    this.#kept?.adopt();
    this.#isOwn = true;
    this.#replaced ??= replaced;
  }

  /** Writes the document now. */
  flush() {
    this.#kept?.flush();
  }

  /** The reader leaves the page: writes the document where that takes no time. */
  leave() {
    this.#kept?.leave();
  }

  /** Ends it, and writes what is still unwritten. */
  close() {
    this.#kept?.close();
  }

  /** @returns {Doc} Only after {@link open}. */
  get doc() {
    if (!this.#doc) throw new Error('The document is not open yet.');
    return this.#doc;
  }

  get isOpen() {
    return this.#doc !== undefined;
  }

  get canUndo() {
    return this.#history.canUndo;
  }

  /** Whether the edits before this state are too old to be undone. */
  get isAtCut() {
    return this.#history.isAtCut;
  }

  get canRedo() {
    return this.#history.canRedo;
  }

  /** @param {(doc: Doc, change: Change) => void} view */
  subscribe(view) {
    this.#views.push(view);
  }

  /** Opens the first document. Undo leads to the sentences that {@link saved} found under it, or nowhere. @param {Doc} doc */
  open(doc) {
    this.#doc = doc;
    this.#history.begin(...(this.#replaced ? [{ doc: this.#replaced }] : []));
    this.#tell('data');
  }

  /**
   * @param {Change} change
   * @param {(table: Table) => Table} edit
   */
  editTable(change, edit) {
    this.replace(change, { ...this.doc, table: edit(this.doc.table) });
  }

  /** @param {(recipe: Recipe) => Recipe} edit @param {string} [field] Where it is being typed: a burst there is one step. */
  editSettings(edit, field) {
    this.replace('settings', { ...this.doc, recipe: edit(this.doc.recipe) }, field);
  }

  /**
   * @param {Change} change
   * @param {Doc} doc
   * @param {string} [field] See {@link editSettings}.
   */
  replace(change, doc, field) {
    this.#history.edit(this.#state, field);
    if (change === 'data' && !this.doc.table.preset) this.#replaced = this.doc;
    this.#doc = doc;
    this.#isOwn = true;
    this.#save();
    this.#tell(change);
  }

  /**
   * Adds a consequence of the latest edit, which took longer. Undo takes both back at once.
   *
   * @param {Change} change
   * @param {Doc} doc
   */
  complete(change, doc) {
    this.#doc = doc;
    if (this.#isOwn) this.#save();
    this.#tell(change);
  }

  /** Measurements change nothing that a run computes: they are no edit that one could undo. @param {Recipe['diagnostics']} diagnostics */
  observe(diagnostics) {
    this.#doc = { ...this.doc, recipe: { ...this.doc.recipe, diagnostics } };
    if (this.#isOwn) this.#save();
    this.#tell('diagnostics');
  }

  /**
   * Remembers that a field's entry is wrong.
   *
   * @param {string} field
   * @param {string} text A sentence that says so; '' if all is well again.
   */
  complain(field, text) {
    if (text) this.#wrong.set(field, text);
    else this.#wrong.delete(field);
  }

  /** The first wrong entry: its field, and a sentence that says so. */
  get wrong() {
    const [first] = this.#wrong;
    return first && { field: first[0], text: first[1] };
  }

  undo() {
    this.#return(this.#history.undo(this.#state));
  }

  redo() {
    this.#return(this.#history.redo(this.#state));
  }

  /** @param {State | undefined} state */
  #return(state) {
    if (!state) return;
    const { diagnostics } = this.doc.recipe;
    const { doc, replaced } = state;
    const change = isSameSet(this.doc, doc) ? 'rows' : 'data';
    this.#replaced = replaced;
    this.#doc = doc.recipe.diagnostics === diagnostics ? doc : { ...doc, recipe: { ...doc.recipe, diagnostics } };
    this.#save();
    this.#tell(change);
  }

  /** @returns {State} */
  get #state() {
    return { doc: this.doc, replaced: this.#replaced };
  }

  /** @returns {Promise<Doc | undefined>} An earlier visit's document, if this version can read it. */
  async saved() {
    const kept = stateOf(await this.#kept?.read());
    this.#replaced = kept?.replaced;
    this.#isOwn = kept !== undefined;
    return kept?.doc;
  }

  /** @param {Change} change */
  #tell(change) {
    for (const view of this.#views) view(this.doc, change);
  }

  #save() {
    const { table, recipe } = this.doc;
    // A built-in set is saved by name alone.
    const named = table.preset ? { ...table, tasks: [], examples: [] } : table;
    this.#kept?.write({ version: VERSION, table: named, recipe, replaced: this.#replaced });
  }
}

/** Whether two documents differ in rows and tasks of one set of sentences only. @param {Doc} a @param {Doc} b */
const isSameSet = (a, b) => a.table.name === b.table.name && Boolean(a.table.preset) === Boolean(b.table.preset) && sameSettings(a.recipe, b.recipe);

/** @param {import('./kept.js').Value | undefined} kept The saved value. @returns {State | undefined} */
function stateOf(kept) {
  const { version, replaced, ...rest } = kept ?? {};
  const doc = version === VERSION ? understood(rest) : undefined;
  return doc && { doc, replaced: understood(replaced) };
}

/** @param {any} doc A saved document. @returns {Doc | undefined} */
function understood(doc) {
  const { table, recipe } = doc ?? {};
  const isTable =
    Array.isArray(table?.tasks) &&
    table.tasks.every(isTask) &&
    Array.isArray(table.examples) &&
    table.examples.every(isExample);
  if (!isTable || typeof recipe?.training?.epochs !== 'number') return undefined;
  // It may be from before there were as many settings; those that there are stay in their order.
  const training = { ...recipe.training, ...USUAL_TRAINING, ...recipe.training };
  return { table, recipe: { ...recipe, training, diagnostics: { ...UNOBSERVED, ...recipe.diagnostics } } };
}

/** @param {any} task */
const isTask = (task) => typeof task?.name === 'string' && Array.isArray(task.labels);
/** @param {any} example */
const isExample = (example) => typeof example?.text === 'string' && typeof example.labels === 'object';

/**
 * The recipe that trains on the table's sentences.
 *
 * @param {Doc} doc
 * @returns {Recipe}
 */
export function recipeOf({ table, recipe: { training, ...recipe } }) {
  // The settings outlive the sentences: a weight may belong to a task that is gone.
  const there = (/** @type {[string, number]} */ [name]) => table.tasks.some((task) => task.name === name);
  const task_weight = Object.fromEntries(Object.entries(training.task_weight).filter(there));
  const settings = { ...recipe, training: { ...training, task_weight } };
  if (table.preset) return { ...settings, data: { preset: table.preset }, tasks: [] };
  return { ...settings, data: { examples: sentencesOf(table) }, tasks: table.tasks };
}
