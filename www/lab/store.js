// The one document that the reader edits: sentences and settings. Knows undo and, if it has a name, survives a reload; knows
// no elements.

import { USUAL_TRAINING } from './limits.js';

/** @typedef {import('./sentences.js').Table} Table */
/** @typedef {import('../types.js').Recipe} Recipe */

/**
 * @typedef {object} Doc
 * @property {Table} table
 * @property {Recipe} recipe Its `data` and `tasks` mean nothing here; {@link recipeOf} fills them in from the table.
 */

/**
 * What a change touched, so that views redraw no more than they must: `cell` is an edit that the table already shows,
 * `data` replaces all sentences (a preset, an import, an undo), `diagnostics` what is measured beside the training.
 *
 * @typedef {'cell' | 'rows' | 'data' | 'settings' | 'diagnostics'} Change
 */

const VERSION = 1;
const UNDO_LIMIT = 100;
const UNOBSERVED = { gradients_every: 0, interference_every: 0, mistakes: false, map_every: 0 };

export class Store {
  /** @type {Doc[]} */
  #past = [];
  /** @type {Doc | undefined} */
  #doc;
  /** The reader's own sentences that others took the place of last: they too are kept, for Undo in a later visit. @type {Doc | undefined} */
  #replaced;
  /** @type {((doc: Doc, change: Change) => void)[]} */
  #views = [];
  #saves = true;
  /** Whether there is something of the reader's own to keep: an edit, now or in an earlier visit. */
  #isOwn = false;
  #key;
  /** Fields whose entry is wrong, and so not in the document. @type {Map<string, { text: string, focus: () => void }>} */
  #wrong = new Map();
  /** Called once, when the browser first refuses to keep the document. @type {() => void} */
  onForgetful = () => {};

  /** @param {string} [name] What it is kept under from visit to visit; absent: it is not kept. */
  constructor(name) {
    this.#key = name === undefined ? undefined : `polytask:${name}`;
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
    return this.#past.length > 0;
  }

  /** @param {(doc: Doc, change: Change) => void} view */
  subscribe(view) {
    this.#views.push(view);
  }

  /** The first document. Nothing to undo but what {@link saved} found under it. @param {Doc} doc */
  open(doc) {
    this.#doc = doc;
    this.#past = this.#replaced ? [this.#replaced] : [];
    this.#tell('data');
  }

  /**
   * @param {Change} change
   * @param {(table: Table) => Table} edit
   */
  editTable(change, edit) {
    this.replace(change, { ...this.doc, table: edit(this.doc.table) });
  }

  /** @param {(recipe: Recipe) => Recipe} edit */
  editSettings(edit) {
    this.replace('settings', { ...this.doc, recipe: edit(this.doc.recipe) });
  }

  /**
   * @param {Change} change
   * @param {Doc} doc
   */
  replace(change, doc) {
    this.#past.push(this.doc);
    if (change === 'data' && !this.doc.table.preset) this.#replaced = this.doc;
    if (this.#past.length > UNDO_LIMIT) this.#past.shift();
    this.#doc = doc;
    this.#isOwn = true;
    this.#save();
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
   * @param {string} text What is wrong, in a sentence; '' if all is well again.
   * @param {() => void} focus Moves the focus there.
   */
  complain(field, text, focus) {
    if (text) this.#wrong.set(field, { text, focus });
    else this.#wrong.delete(field);
  }

  /** Whether an entry is wrong. */
  get isWrong() {
    return this.#wrong.size > 0;
  }

  /** The first thing that is wrong with what was entered, after moving the focus there; '' if all is well. */
  wrong() {
    const [first] = this.#wrong.values();
    first?.focus();
    return first?.text ?? '';
  }

  undo() {
    const doc = this.#past.pop();
    if (!doc) return;
    if (doc === this.#replaced) this.#replaced = undefined;
    const { diagnostics } = this.doc.recipe;
    this.#doc = doc.recipe.diagnostics === diagnostics ? doc : { ...doc, recipe: { ...doc.recipe, diagnostics } };
    this.#save();
    this.#tell('data');
  }

  /**
   * What an earlier visit left, if this version understands it.
   *
   * @returns {Doc | undefined}
   */
  saved() {
    if (this.#key === undefined) return undefined;
    try {
      const { version, replaced, ...doc } = JSON.parse(localStorage.getItem(this.#key) ?? '{}');
      if (version !== VERSION) return undefined;
      this.#replaced = understood(replaced);
      const kept = understood(doc);
      this.#isOwn = kept !== undefined;
      return kept;
    } catch {
      // Not ours, or damaged: start afresh.
    }
    return undefined;
  }

  /** @param {Change} change */
  #tell(change) {
    for (const view of this.#views) view(this.doc, change);
  }

  #save() {
    if (this.#key === undefined) return;
    const { table, recipe } = this.doc;
    // A built-in set is saved by name alone.
    const kept = { version: VERSION, table: table.preset ? { ...table, tasks: [], examples: [] } : table, recipe };
    const key = this.#key;
    const tried = [{ ...kept, replaced: this.#replaced }, kept].some((value) => {
      try {
        localStorage.setItem(key, JSON.stringify(value));
        return true;
      } catch {
        return false; // Storage is full or switched off.
      }
    });
    // The page works all the same, and forgets on reload.
    if (!tried && this.#saves) this.onForgetful();
    this.#saves = tried;
  }
}

/** @param {any} doc What was saved as a document. @returns {Doc | undefined} */
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
 * The recipe that trains on what the table shows.
 *
 * @param {Doc} doc
 * @returns {Recipe}
 */
export function recipeOf({ table, recipe: { training, ...recipe } }) {
  // The settings outlive the sentences: a weight may be for a task that there is none of any more.
  const there = (/** @type {[string, number]} */ [name]) => table.tasks.some((task) => task.name === name);
  const task_weight = Object.fromEntries(Object.entries(training.task_weight).filter(there));
  const settings = { ...recipe, training: { ...training, task_weight } };
  if (table.preset) return { ...settings, data: { preset: table.preset }, tasks: [] };
  // A row that was added and not yet written is no sentence.
  const examples = table.examples.filter((example) => example.text.trim() !== '');
  return { ...settings, data: { examples }, tasks: table.tasks };
}
