// A lab: a document, a run of it in the worker, and the views of both. This is what views and pages call; it makes no
// elements.

import { whatIsMissing } from '../engine/support.js';
import { oncePerFrame } from '../ui/dom.js';
import { Comparing } from './run/comparing.js';
import { heldOutOf, outlineOf } from './run/following.js';
import { isLink } from './recipe/link.js';
import { Replay } from './run/replay.js';
import { noRun, NOTHING } from './run/run-state.js';
import { Running } from './run/running.js';
import { createSources } from './document/sources.js';
import { Stage } from './run/stage.js';
import { Views } from './views.js';

/** @typedef {import('../types.js').Diagnostics} Diagnostics */
/** @typedef {import('./document/store.js').Doc} Doc */
/** @typedef {import('./views.js').View} View */
/** @typedef {import('./options.js').LabOptions} LabOptions */

export class Lab {
  store;
  words;
  notices;
  run = noRun('');
  views = new Views();
  /** The sentence that the reader points at; '' before there is one. */
  pointed = '';
  /** What the reader wrote to try, for views that take the place of others: those of another language. */
  tried = '';
  /** Where a recorded run plays. */
  stage = new Stage(this.run, this.views, () => this.show());
  /** Weightings side by side. */
  comparing = new Comparing(this, (command) => this.#running.send(command), () => {
    this.#running.settle();
    this.show();
  });
  #options;
  #running;
  #sources;
  /** Whether what the page asked for is open, or cannot be. */
  #isOpen = false;
  #disposed = false;

  /** @param {LabOptions} options */
  constructor(options) {
    this.#options = options;
    this.notices = options.notices;
    this.words = options.words;
    this.store = options.store;
    this.run.missing = whatIsMissing(this.words);
    this.#running = new Running(this, options.fallback.encoder, options.measured, options.onEvent);
    this.#sources = createSources(this, (question, ...args) => this.#running.ask(question, args));
    this.store.onForgetful = () => this.notices.notice(this.words.lab.forgetful);
    this.store.subscribe((doc, change) => this.#edited(doc, change));
    if (options.linked) addEventListener('hashchange', this.#onHash);
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

  /** What computes, once it does. */
  get build() {
    return this.#running.build;
  }

  /** Address of the encoder's folder. */
  get encoder() {
    return this.#running.encoder;
  }

  /** The built-in sets and files that sentences can come from. */
  get sources() {
    return this.#sources;
  }

  /** Ends everything: the worker's part in it too. */
  dispose() {
    this.#disposed = true;
    removeEventListener('hashchange', this.#onHash);
    this.stage.end();
    this.#running.dispose();
    this.store.close();
  }

  // ---- what is open

  async #open() {
    const { record, autostart } = this.#options;
    const recording = record ? Replay.fetch(record) : undefined;
    const wish = await this.#options.wish().catch((error) => {
      this.notices.error(error.message);
      return this.#options.fallback;
    });
    const recorded = await recording;
    if (this.#disposed) return;
    if (this.run.missing) this.notices.error(this.run.missing);
    this.#running.encoder = wish.encoder;
    if (autostart && !this.run.missing) {
      this.run.queued = 'train';
      this.wake();
    }
    await this.#openDocument(wish, recorded);
    this.#isOpen = true;
    if (this.#disposed || !this.store.isOpen) return;
    if (recorded && (autostart || this.run.missing) && recorded.shows(this.store.doc))
      this.stage.play(recorded, (flags) => this.views.heldOut(heldOutOf(this.store.doc, flags)));
    this.#running.prepareIfWanted();
  }

  /**
   * What the page asks for is asked of another worker once more where one is lost over it, and then given up: it may be
   * what the worker dies of.
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

  /** A link that is put into the address of an open page loads nothing anew. */
  #onHash = async () => {
    if (!isLink(location.hash)) return;
    await this.opened;
    const wish = await this.#options.wish().catch((error) => this.notices.error(error.message));
    if (wish && this.store.isOpen) await this.#sources.follow(wish);
  };

  /** Replaces all sentences; the run that there was ends. @param {Doc} doc */
  replaceAll(doc) {
    this.#running.send({ type: 'pause' });
    this.comparing.breakOff(this.words.lab.otherSentences);
    this.endReplay();
    this.#running.unqueue();
    Object.assign(this.run, NOTHING);
    this.views.forgetRun();
    this.store.replace('data', doc);
    this.#running.prepare();
  }

  /** @param {Doc} doc @param {import('./document/store.js').Change} change */
  #edited(doc, change) {
    const { run, views } = this;
    if (change !== 'diagnostics') {
      this.endReplay();
      // What was wrong may be right now; that the encoder is not here stays so.
      if (this.#isOpen && run.encoder !== 'unreachable') this.notices.forgetErrors();
    }
    this.#running.edited(doc, change);
    views.edit(doc, change);
    if (change === 'data') this.point('');
    if (change === 'data' && run.step === 0) views.reset(outlineOf(doc));
    // The marks belong to the split of the configured run, and the split to its sentences.
    if (run.stale === 'sentences') views.heldOut([]);
    this.show();
  }

  /** The recording leaves, if one is on show. */
  endReplay() {
    if (this.stage.end() && this.store.isOpen) this.views.reset(outlineOf(this.store.doc));
  }

  // ---- views

  /** @param {View} view */
  add(view) {
    this.views.add(view, this.run, this.store.isOpen ? this.store.doc : undefined);
    if (this.pointed) view.point?.(this.pointed);
    this.#running.observe();
  }

  /** Has more measured beside the run: what views need. @param {Partial<Diagnostics>} measured */
  want(measured) {
    this.#running.want(measured);
  }

  /** @param {View} view */
  remove(view) {
    this.views.remove(view);
  }

  /** Tells all views which sentence the reader points at. @param {string} text */
  point(text) {
    if (text === this.pointed) return;
    this.pointed = text;
    this.views.point(text);
  }

  /** The views are to hear of the state. */
  show() {
    if (document.hidden) this.#showNow(); // There are no frames then.
    else this.#showSoon();
  }

  /** Steps can come by the thousand in a second: the views hear of the state once a frame. */
  #showSoon = oncePerFrame(() => this.#showNow());

  #showNow() {
    this.views.show(this.run, this.store.isOpen ? this.store.doc : undefined);
    this.#options.onState();
  }

  // ---- what the reader does

  train() {
    this.#go('train');
  }

  /** @param {string[]} [tasks] Trains these only; all if absent or empty. */
  step(tasks = []) {
    this.#go('step', tasks);
  }

  /** @param {'train' | 'step'} what @param {string[]} [tasks] */
  #go(what, tasks) {
    if (this.run.missing) return;
    this.notices.clear();
    this.comparing.breakOff(this.words.lab.comparisonCancelled);
    this.#running.go(what, tasks);
  }

  pause() {
    if (this.run.comparing) return this.comparing.cancel();
    this.#running.unqueue();
    this.stage.pause();
    this.#running.send({ type: 'pause' });
    this.show();
  }

  reset() {
    this.notices.clear();
    this.comparing.breakOff(this.words.lab.comparisonCancelled);
    this.#running.unqueue();
    this.endReplay();
    this.wake();
    this.#running.prepare();
  }

  /** At least so many milliseconds from a step's beginning to the next one's. @param {number} ms */
  pace(ms) {
    this.run.msBetween = ms;
    this.#running.send({ type: 'pace', ms });
    this.show();
  }

  /**
   * Fetches the encoder, if nobody has yet, and prepares a run as soon as it is here.
   *
   * @param {string} [from] Address of its folder; absent: as before.
   */
  wake(from) {
    if (from) this.#running.encoder = from;
    this.#running.wake();
  }

  /** Takes the reader's own files for the encoder. @param {File[]} files */
  openEncoder(files) {
    this.#running.open(files);
  }

  /** Breaks the encoder's download off. */
  cancelLoading() {
    this.#running.cancelLoading();
  }

  /**
   * Classifies a sentence with every head as it stands.
   *
   * @param {string} text
   * @returns {Promise<import('../types.js').Prediction>} Rejects if there is no run, or none any more, and with one sentence
   *   if it cannot be classified.
   */
  predict(text) {
    return this.#running.predict(text);
  }

  /** @param {string} text Its tokens come as an event. */
  tokenize(text) {
    this.#running.send({ type: 'tokenize', text });
  }

  /** @param {string} text What its words are worth to the answers comes as an event. */
  explain(text) {
    this.#running.send({ type: 'explain', text });
  }

  interference() {
    this.#running.send({ type: 'interference' });
  }
}
