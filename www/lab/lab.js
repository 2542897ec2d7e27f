// A lab: a document, the state of its run, and the views of both. Views and pages call it; it makes no elements.

import { addressOf, nameOf } from '../engine/encoder/addresses.js';
import { whatIsMissing } from '../engine/support.js';
import { sentencesOf } from './document/sentences.js';
import { createSources } from './document/sources.js';
import { recipeOf } from './document/store.js';
import { wellFormed } from './document/well-formed.js';
import { Rendering } from './rendering.js';
import { Replay } from './run/replay.js';
import { Running } from './run/running.js';
import { encoderName, publicState } from './run/select.js';
import { initial, reduce } from './run/state.js';

/** @typedef {import('../types.js').Diagnostics} Diagnostics */
/** @typedef {import('../types.js').Weighting} Weighting */
/** @typedef {import('./document/store.js').Doc} Doc */
/** @typedef {import('./options.js').LabOptions} LabOptions */
/** @typedef {import('./run/types.js').LabEvent} LabEvent */
/** @typedef {import('./run/types.js').State} State */

/** After these the views render at once: the code that caused them goes on with what is on show. @type {Set<LabEvent['type']>} */
const AT_ONCE = new Set(['edit', 'refuse']);

export class Lab {
  store;
  choice;
  words;
  notices;
  /** Where the views are added. */
  rendering;
  /** @type {State} */
  #state;
  #options;
  #running;
  #sources;
  /** The recorded run that plays. @type {Replay | undefined} */
  #replay;
  #stopListening;
  /** Whether the document that the page asked for is open, or cannot be. */
  #isOpen = false;
  /** Whether its element is gone. */
  isDisposed = false;
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
    this.rendering = new Rendering(() => this.#state, options);
    this.#running = new Running(this, options);
    this.#sources = createSources(this, (question, ...args) => this.#running.ask(question, args));
    this.store.onForgetful = () => this.notices.lasting(this.words.lab.forgetful);
    this.store.subscribe((doc, change) => this.#edited(doc, change));
    this.#stopListening = options.listen({ onLink: () => this.#followLink(), onHide: () => this.#hidden(), onLeave: () => this.store.leave() });
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
    this.isDisposed = true;
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
    this.rendering.changed(AT_ONCE.has(event.type));
  }

  /** @param {State['replay']['is']} before @param {State['replay']['is']} now */
  #followReplay(before, now) {
    if (now === before) return;
    if (now === 'paused' || now === 'over') this.#replay?.pause();
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
    if (this.isDisposed) return;
    const { missing } = this.#state;
    if (missing) this.notices.error(missing);
    this.#aimAt(wish);
    if (autostart && !missing) this.#running.go('train');
    const recorded = await recording;
    if (this.isDisposed) return;
    await this.#openDocument(wish, recorded);
    this.#isOpen = true;
    if (this.isDisposed || !this.store.isOpen) return;
    await this.#running.known;
    if (this.isDisposed) return;
    const goesOn = this.#running.goOn();
    if (!goesOn && recorded && (autostart || this.#state.missing) && recorded.shows(this.store.doc)) this.#play(recorded);
    this.#running.prepareIfWanted();
  }

  /** The page goes out of sight, and may be gone soon. */
  #hidden() {
    this.store.flush();
    this.#running.kept('save');
  }

  /**
   * Names the encoder. A quick reader or a script may have asked for the page's own before a link was read.
   *
   * @param {import('./document/sources.js').Wish} wish
   */
  #aimAt(wish) {
    const { encoder } = this.#state;
    const address = this.#encoderOf(wish);
    if (encoder.is === 'away') this.dispatch({ type: 'encoder', address });
    else if (address !== (encoder.next ?? encoder).address) this.#running.encoder.choose(address);
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
        if (this.isDisposed) return;
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
    this.#aimAt(wish);
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
    this.#running.kept('forget');
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
    this.#running.encoder.wake();
  }

  /** The address of the encoder of a name. @param {string} name */
  encoderAt(name) {
    return name === nameOf(this.#usual) ? this.#usual : addressOf(name, this.base);
  }

  /** Fetches another encoder and prepares a run with it; until it is here, the one before stays. @param {string} address */
  chooseEncoder(address) {
    this.notices.clear();
    this.#running.encoder.choose(address);
  }

  /**
   * Takes the reader's own files for the encoder.
   *
   * @param {[path: string, file: Blob][]} files Paths are relative to the encoder's folder.
   * @param {string} name
   */
  openEncoder(files, name) {
    this.notices.clear();
    this.#running.encoder.open(files, name);
  }

  /**
   * Takes a saved model: its files for the encoder, and its document.
   *
   * @param {import('./model/open.js').Opened} model
   */
  openModel({ files, name, file, tasks, doc }) {
    const { queued } = this.#state.run;
    // Whoever waits for a queued run waits for this one.
    if (!queued) this.#running.refuseEnd(givenUp('Another model was opened.'));
    this.#running.send({ type: 'pause' });
    this.dispatch({ type: 'replace' });
    this.store.replace('data', doc);
    this.#running.encoder.open(files, name, { file, tasks });
    if (queued) this.#running.go(queued);
  }

  /** A run has begun with the encoder: the next visit begins with it too. */
  rememberEncoder() {
    const { address } = this.#state.encoder;
    this.choice.address = address === this.#usual ? undefined : address;
  }

  /** Breaks the encoder's download off. */
  cancelLoading() {
    this.#running.encoder.cancel();
  }

  // ---- questions to the run. Each rejects if there is no run, or none any more, and with one sentence if there is no answer.
  // The answer's `text` is the sentence as Rust reads it: see document/well-formed.js.

  /**
   * Asks the run, or about the sentences.
   *
   * @template {import('./run/questions.js').Question['type']} Q
   * @param {Extract<import('./run/questions.js').Question, { type: Q }>} question
   * @param {(encoded: import('./run/questions.js').Encoded) => void} [progress] Hears how many sentences are encoded.
   * @returns {Promise<import('./run/questions.js').Answers[Q]>}
   */
  ask(question, progress) {
    return this.#running.askRun(question, progress);
  }

  /** Classifies a sentence with every head as it stands. @param {string} text @returns {Promise<import('../types.js').Prediction>} */
  predict(text) {
    return this.ask({ type: 'predict', text: wellFormed(text) });
  }

  /** A sentence as the encoder reads it. @param {string} text @returns {Promise<import('./run/types.js').Tokens>} */
  tokenize(text) {
    return this.ask({ type: 'tokenize', text: wellFormed(text) });
  }

  /** The words that the heads' answers rest on. @param {string} text @returns {Promise<import('./run/types.js').Saliency>} */
  explain(text) {
    return this.ask({ type: 'explain', text: wellFormed(text) });
  }

  /**
   * Calls a function of engine/reader-data.js.
   *
   * @template {keyof import('../types.js').Calls} C
   * @param {C} name
   * @param {Parameters<import('../types.js').Calls[C]>} args
   */
  call(name, ...args) {
    return this.#running.call(name, args);
  }
}

/** Why a run does not come to its end, though nothing failed. @param {string} why */
const givenUp = (why) => new DOMException(why, 'AbortError');
