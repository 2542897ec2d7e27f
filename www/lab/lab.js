// A lab: a document, the state of its run, and the views of both. Views and pages call it; it makes no elements.

import { addressOf, nameOf } from '../engine/encoder/addresses.js';
import { whatIsMissing } from '../engine/support.js';
import { sentencesOf } from './document/sentences.js';
import { createSources } from './document/sources.js';
import { recipeOf } from './document/store.js';
import { wellFormed } from './document/well-formed.js';
import { Replay } from './run/replay.js';
import { Running } from './run/running.js';
import { encoderName, publicState } from './run/select.js';
import { initial, reduce } from './run/state.js';

/** @typedef {import('../types.js').Diagnostics} Diagnostics */
/** @typedef {import('../types.js').InlineExample} InlineExample */
/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('../types.js').Weighting} Weighting */
/** @typedef {import('./run/questions.js').Encoded} Encoded */
/** @typedef {import('./document/store.js').Doc} Doc */
/** @typedef {import('./options.js').LabOptions} LabOptions */
/** @typedef {import('./run/types.js').LabEvent} LabEvent */
/** @typedef {import('./run/types.js').State} State */

/**
 * A view, as far as the lab knows it.
 *
 * @typedef {object} Renders
 * @property {(state: State) => void} render Shows the state. Called when the view is added, at once after an edit, and at
 *   most once a frame after other changes.
 * @property {() => void} [destroy] The view leaves the page: what listens outside of its element must go.
 */

/** After these the views render at once: the code that caused them goes on with what is on show. @type {Set<LabEvent['type']>} */
const AT_ONCE = new Set(['edit', 'refuse']);
/** Time for views in one frame, in milliseconds; at least one renders. */
const FRAME_MS = 8;

export class Lab {
  store;
  choice;
  words;
  notices;
  /** @type {Set<Renders>} */
  #views = new Set();
  /** The views that have not rendered the latest state. @type {Set<Renders>} */
  #stale = new Set();
  /** @type {State} */
  #state;
  #options;
  #running;
  #sources;
  /** The recorded run that plays. @type {Replay | undefined} */
  #replay;
  #showSoon;
  #stopListening;
  /** Whether the document that the page asked for is open, or cannot be. */
  #isOpen = false;
  #disposed = false;
  #adopts = false;
  /** The address of the encoder that the page begins with if nobody chooses another. */
  #usual = '';

  /** @param {LabOptions} options */
  constructor(options) {
    this.#options = options;
    this.notices = options.notices;
    this.words = options.words;
    this.store = options.store;
    this.choice = options.choice;
    this.#state = initial(whatIsMissing(this.words), options.fallback.encoder);
    this.#showSoon = options.perFrame(() => this.#show(FRAME_MS));
    this.#running = new Running(this, options.measured, options.onEvent);
    this.#sources = createSources(this, (question, ...args) => this.#running.ask(question, args));
    this.store.onForgetful = () => this.notices.notice(this.words.lab.forgetful);
    this.store.subscribe((doc, change) => this.#edited(doc, change));
    this.#stopListening = options.listen({ onLink: () => this.#followLink(), onHide: () => this.store.flush(), onLeave: () => this.store.leave() });
    this.opened = this.#open();
  }

  /** Address of the package's folder. */
  get base() {
    return this.#options.base;
  }

  /** Whether the page's address is that of this lab. */
  get linked() {
    return this.#options.linked;
  }

  /** The state of the run; each change makes another. */
  get state() {
    return this.#state;
  }

  /** The state as the page sees it. */
  get run() {
    return publicState(this.#state);
  }

  /** All that the run's numbers depend on, with the encoder that is in use, once the sentences are open. */
  get recipe() {
    return { ...recipeOf(this.store.doc), encoder: encoderName(this.#state) };
  }

  /** The sentences with their labels; undefined before they are open. */
  get examples() {
    return this.store.isOpen ? sentencesOf(this.store.doc.table) : undefined;
  }

  /** The built-in sets and files that sentences can come from. */
  get sources() {
    return this.#sources;
  }

  /** Ends everything: the worker's part in it too. */
  dispose() {
    this.#disposed = true;
    this.#stopListening();
    this.#replay?.stop();
    this.#running.dispose();
    this.store.close();
  }

  // ---- the state

  /** @param {LabEvent} event */
  dispatch(event) {
    const before = this.#state;
    this.#state = reduce(before, event);
    this.#followReplay(before.replay.is, this.#state.replay.is);
    if (before.comparison.on && !this.#state.comparison.on) this.#running.settle();
    for (const view of this.#views) this.#stale.add(view);
    if (AT_ONCE.has(event.type)) this.#show(Infinity);
    else this.#showSoon();
  }

  /**
   * Renders the views that are behind the state. At the start of a run every chart begins anew, which would hold the page up in
   * one piece: views that `ms` milliseconds do not suffice for render in the next frame.
   *
   * @param {number} ms
   */
  #show(ms) {
    const end = performance.now() + ms;
    for (const view of [...this.#stale]) {
      if (!this.#stale.delete(view)) continue; // Removed meanwhile.
      view.render(this.#state);
      if (performance.now() > end && this.#stale.size > 0) {
        this.#showSoon();
        break;
      }
    }
    this.#options.onState();
  }

  /** @param {State['replay']['is']} before @param {State['replay']['is']} now */
  #followReplay(before, now) {
    if (now === before) return;
    if (now === 'paused') this.#replay?.pause();
    if (now === 'playing' && before === 'paused') this.#replay?.resume();
    if (now !== '') return;
    this.#replay?.stop();
    this.#replay = undefined;
  }

  // ---- the document

  async #open() {
    const { record, autostart } = this.#options;
    const recording = record ? Replay.fetch(record) : undefined;
    const wish = await this.#options.wish().catch((error) => {
      this.notices.error(error.message);
      return this.#options.fallback;
    });
    if (this.#disposed) return;
    const { missing } = this.#state;
    if (missing) this.notices.error(missing);
    this.dispatch({ type: 'encoder', address: this.#encoderOf(wish) });
    if (autostart && !missing) this.#running.go('train');
    const recorded = await recording;
    if (this.#disposed) return;
    await this.#openDocument(wish, recorded);
    this.#isOpen = true;
    if (this.#disposed || !this.store.isOpen) return;
    if (recorded && (autostart || this.#state.missing) && recorded.shows(this.store.doc)) this.#play(recorded);
    this.#running.prepareIfWanted();
  }

  /** The encoder to begin with: a link's, the one chosen last, or the page's. @param {import('./document/sources.js').Wish} wish */
  #encoderOf({ encoder, insists, recipe }) {
    const chosen = this.choice.begin(this.#options.fallback.encoder);
    const address = insists ? encoder : (chosen ?? encoder);
    if (!insists) this.#usual = encoder;
    // Its pooling is that of the recipe.
    if (recipe) this.choice.pooled = { address };
    return address;
  }

  /**
   * Opens the document. Where the worker is lost over it, another tries the page's choice once more, and then the fallback:
   * the page's choice may be what kills the worker.
   *
   * @param {import('./document/sources.js').Wish} wish
   * @param {Replay} [recorded]
   */
  async #openDocument(wish, recorded) {
    for (const wanted of [wish, wish, this.#options.fallback]) {
      try {
        return await this.#sources.open(wanted, recorded);
      } catch {
        if (this.#disposed) return;
      }
    }
  }

  /** @param {Replay} recorded */
  #play(recorded) {
    this.#replay = recorded;
    this.dispatch({ type: 'replay', events: recorded.events });
    recorded.play(
      (event, text) => this.dispatch({ type: 'replayed', event, text, at: performance.now() }),
      () => this.dispatch({ type: 'replay over' }),
    );
  }

  /** A link that is put into the address of an open page loads nothing anew. */
  async #followLink() {
    await this.opened;
    const wish = await this.#options.wish().catch((error) => this.notices.error(error.message));
    if (!wish || !this.store.isOpen) return;
    const { encoder } = this.#state;
    const address = this.#encoderOf(wish);
    if (encoder.is === 'away') this.dispatch({ type: 'encoder', address });
    else if (address !== (encoder.next ?? encoder).address) this.#running.choose(address);
    await this.#sources.follow(wish);
  }

  /**
   * Replaces all sentences; the run that there was ends.
   *
   * @param {Doc} doc
   * @param {import('./document/columns.js').TableFile} [file] They are from this one.
   */
  replaceAll(doc, file) {
    this.#running.refuseEnd(givenUp('The sentences were replaced.'));
    this.#running.send({ type: 'pause' });
    this.dispatch({ type: 'replace', file });
    this.store.replace('data', doc);
    this.#running.prepare();
  }

  /** Takes settings over that nobody edited: no error is mended by them. @param {Doc} doc */
  adopt(doc) {
    this.#adopts = true;
    this.store.complete('settings', doc);
    this.#adopts = false;
  }

  /** @param {Doc} doc @param {import('./document/store.js').Change} change */
  #edited(doc, change) {
    // The edit may have mended what an error message complains of, but not a missing encoder.
    if (change !== 'diagnostics' && this.#isOpen && !this.#adopts && this.#state.encoder.is !== 'unreachable') this.notices.forgetErrors();
    this.dispatch({ type: 'edit', doc, change });
    this.#running.edited(change);
  }

  // ---- views

  /** @param {Renders} view */
  add(view) {
    this.#views.add(view);
    view.render(this.#state);
  }

  /** @param {Renders} view */
  remove(view) {
    this.#views.delete(view);
    this.#stale.delete(view);
    view.destroy?.();
  }

  /** Has more measured beside the run, for views that need it. @param {Partial<Diagnostics>} measured */
  want(measured) {
    this.#running.want(measured);
  }

  // ---- the reader's moves

  /** @returns {Promise<void>} Resolves when the run ends. Rejects when it cannot begin or go on, or is given up. */
  train() {
    const end = this.#running.end();
    this.#go('train');
    return end;
  }

  /** @param {string[]} [tasks] Trains these only; all if absent or empty. */
  step(tasks = []) {
    this.#go('step', tasks);
  }

  /** @param {import('./run/types.js').Move} what @param {string[]} [tasks] */
  #go(what, tasks) {
    const { missing } = this.#state;
    if (missing) return this.#running.refuseEnd(new Error(missing));
    this.notices.clear();
    this.#running.go(what, tasks);
  }

  pause() {
    this.dispatch({ type: 'pause' });
    this.#running.send({ type: 'pause' });
  }

  reset() {
    this.#running.refuseEnd(givenUp('The run was reset.'));
    this.notices.clear();
    this.dispatch({ type: 'reset' });
    this.wake();
    this.#running.prepare();
  }

  /** At least so many milliseconds from a step's beginning to the next one's. @param {number} ms */
  pace(ms) {
    this.dispatch({ type: 'pace', ms });
    this.#running.send({ type: 'pace', ms });
  }

  /**
   * Trains with each of the weightings, beside the run.
   *
   * @param {Weighting[]} weightings
   * @param {number} count How many seeds, from the recipe's on.
   */
  compare(weightings, count) {
    this.notices.clear();
    const { seed, validation } = this.store.doc.recipe;
    const { wrong } = this.store;
    const nothingHeldOut = validation && 'fraction' in validation && validation.fraction === 0;
    if (wrong) this.dispatch({ type: 'refuse', field: wrong.field });
    if (wrong || nothingHeldOut) return this.notices.error(wrong?.text ?? this.words.lab.nothingHeldOut);
    this.#running.compare(weightings, Array.from({ length: count }, (_, i) => seed + i));
  }

  /** The reader points at a sentence, by cursor or focus, or writes it. @param {string} text */
  point(text) {
    const well = wellFormed(text);
    if (well !== this.#state.reader.pointed) this.dispatch({ type: 'point', text: well });
  }

  /** The reader writes a sentence to try. @param {string} text */
  try(text) {
    this.dispatch({ type: 'try', text });
  }

  /** Fetches the encoder, if nobody has yet, and prepares a run as soon as it is here. */
  wake() {
    this.#running.wake();
  }

  /** The address of the encoder of a name. @param {string} name */
  encoderAt(name) {
    return name === nameOf(this.#usual) ? this.#usual : addressOf(name, this.base);
  }

  /** Fetches another encoder and prepares a run with it; until it is here, the one before stays. @param {string} address */
  chooseEncoder(address) {
    this.notices.clear();
    this.#running.choose(address);
  }

  /**
   * Takes the reader's own files for the encoder.
   *
   * @param {[path: string, file: Blob][]} files Paths are relative to the encoder's folder.
   * @param {string} name
   */
  openEncoder(files, name) {
    this.notices.clear();
    this.#running.open(files, name);
  }

  /** A run has begun with the encoder: the next visit begins with it too. */
  rememberEncoder() {
    const { address } = this.#state.encoder;
    this.choice.address = address === this.#usual ? undefined : address;
  }

  /** Breaks the encoder's download off. */
  cancelLoading() {
    this.#running.cancelLoading();
  }

  // ---- questions to the run. Each rejects if there is no run, or none any more, and with one sentence if there is no answer.
  // The answer's `text` is the sentence as Rust reads it: see document/well-formed.js.

  /** Classifies a sentence with every head as it stands. @param {string} text @returns {Promise<import('../types.js').Prediction>} */
  predict(text) {
    return this.#running.askRun({ type: 'predict', text: wellFormed(text) });
  }

  /** A sentence as the encoder reads it. @param {string} text @returns {Promise<import('./run/types.js').Tokens>} */
  tokenize(text) {
    return this.#running.askRun({ type: 'tokenize', text: wellFormed(text) });
  }

  /** The words that the heads' answers rest on. @param {string} text @returns {Promise<import('./run/types.js').Saliency>} */
  explain(text) {
    return this.#running.askRun({ type: 'explain', text: wellFormed(text) });
  }

  /**
   * Looks for what is doubtful about the sentences and their labels.
   *
   * @param {(encoded: Encoded) => void} progress
   * @returns {Promise<{ found: Extract<RunEvent, { type: 'findings' }>, examples: InlineExample[] }>} Rows of the findings count
   *   `examples`.
   */
  async check(progress) {
    const { recipe } = this;
    const examples = sentencesOf(this.store.doc.table);
    return { found: await this.#running.askRun({ type: 'check', recipe }, progress), examples };
  }

  /**
   * Chooses sentences to label, the most useful first.
   *
   * @param {number} n How many.
   * @param {(encoded: Encoded) => void} progress
   * @returns {Promise<{ candidates: import('../types.js').LabelNext['candidates'], examples: InlineExample[] }>} Their rows count
   *   `examples`.
   */
  async labelNext(n, progress) {
    const { recipe } = this;
    const examples = sentencesOf(this.store.doc.table);
    const { candidates } = await this.#running.askRun({ type: 'label_next', recipe, n }, progress);
    return { candidates, examples };
  }

  /**
   * Classifies the rows of a file with every head as it stands.
   *
   * @param {import('./document/columns.js').TableFile} file
   * @param {string | undefined} text The column of the sentences; absent: the only one that can be meant.
   * @param {(encoded: Encoded) => void} progress
   * @returns {Promise<Extract<RunEvent, { type: 'classified' }>>}
   */
  classify({ name, bytes }, text, progress) {
    const { file } = this.#state.document;
    // The model must not change from row to row.
    if (this.#state.run.status === 'training') this.pause();
    return this.#running.askRun({ type: 'classify', name, bytes, text, trained: file?.text ?? 'text' }, progress);
  }

  /**
   * The file that was classified last, with the answers' columns beside its own.
   *
   * @param {import('../types.js').Written} written
   * @param {number | undefined} threshold An answer below it is blank.
   * @param {boolean} all Whether to write the probabilities of all classes.
   */
  writeClassified(written, threshold, all) {
    return this.#running.write(written, threshold, all);
  }

  /** Has the interference measured. The result is an event of the run too. */
  interference() {
    return this.#running.askRun({ type: 'interference' });
  }
}

/** Why a run does not come to its end, though nothing failed. @param {string} why */
const givenUp = (why) => new DOMException(why, 'AbortError');
