// A lab: a document, a run of it in the worker, and the views of both. It knows what state the run is in; it makes no
// elements.

import { connect } from '../engine/engine.js';
import { HUB } from '../engine/known-encoder.js';
import { whatIsMissing } from '../engine/support.js';
import { debounce, oncePerFrame } from '../ui/dom.js';
import { Answers } from './answers.js';
import { Comparing } from './comparing.js';
import { Following, heldOutOf, outlineOf } from './following.js';
import { Measuring } from './measuring.js';
import { follow, noRun, NOTHING, Pace } from './run-state.js';
import { Replay } from './replay.js';
import { isLink } from './link.js';
import { createSources } from './sources.js';
import { Stage } from './stage.js';
import { recipeOf, Store } from './store.js';
import { Views } from './views.js';

/** @typedef {import('../types.js').Command} Command */
/** @typedef {import('../types.js').Diagnostics} Diagnostics */
/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('./store.js').Doc} Doc */
/** @typedef {import('./views.js').View} View */
/** @typedef {import('./options.js').LabOptions} LabOptions */

/** How long settings must rest before a run that has not begun is prepared anew with them. */
const SETTLE_MS = 300;
/** Events that belong to the run in progress. @type {Set<RunEvent['type']>} */
const OF_A_RUN = new Set(['step', 'gradients', 'interference', 'epoch', 'evaluation', 'mistakes', 'map', 'phase', 'end', 'paused']);

export class Lab {
  store;
  words;
  run = noRun('');
  views = new Views();
  /** The sentence that the reader points at; '' before there is one. */
  pointed = '';
  /** What the reader wrote to try, for views that take the place of others: those of another language. */
  tried = '';
  #options;
  #notices;
  /** @type {import('../engine/engine.js').Channel | undefined} */
  #channel;
  #pace = new Pace();
  #stage = new Stage(this.run, this.views, () => this.#show());
  #sources;
  /** Weightings side by side. */
  comparing = new Comparing(this, (command) => this.#send(command), () => {
    this.#settle();
    this.#show();
  });
  /** What the queued step is to train; all tasks if empty. @type {string[]} */
  #queuedTasks = [];
  #measuring;
  #following = new Following();
  /** Whether a run is to be prepared as soon as the encoder and the document are here. */
  #wantsRun = false;
  #answers = new Answers();
  /** Where the encoder is fetched from. */
  #encoder;
  #disposed = false;

  /** @param {LabOptions} options */
  constructor(options) {
    this.#options = options;
    this.#notices = options.notices;
    this.words = options.words;
    this.store = options.store;
    this.#measuring = new Measuring(options.measured, (diagnostics) => this.#send({ type: 'observe', diagnostics }));
    this.run.missing = whatIsMissing(this.words);
    this.#encoder = options.fallback.encoder;
    this.#sources = createSources(this, (question, ...args) => this.#ask(question, args));
    this.store.onForgetful = () => this.#notices.notice(this.words.lab.forgetful);
    this.store.subscribe((doc, change) => this.#edited(doc, change));
    if (!this.run.missing) {
      this.#channel = connect({
        onReady: (build, threads) => {
          this.build = { build, threads };
          this.#show();
        },
        onEvent: (event, of, text) => this.#onEvent(event, of, text),
        onDeath: (why, beforeReady) => this.#onDeath(why, beforeReady),
      });
    }
    if (options.linked) addEventListener('hashchange', this.#onHash);
    this.opened = this.#open();
  }

  /** A link that is put into the address of an open page loads nothing anew. */
  #onHash = async () => {
    if (!isLink(location.hash)) return;
    await this.opened;
    const wish = await this.#options.wish().catch((error) => this.#notices.error(error.message));
    if (wish && this.store.isOpen) await this.#sources.follow(wish);
  };

  /** Address of the package's folder. */
  get base() {
    return this.#options.base;
  }

  /** Whether the page's address is that of this lab. */
  get linked() {
    return this.#options.linked;
  }

  /** What computes, once it does. @type {{ build: import('../types.js').Build, threads: number } | undefined} */
  build;

  /** The built-in sets and files that sentences can come from. */
  get sources() {
    return this.#sources;
  }

  get notices() {
    return this.#notices;
  }

  async #open() {
    const { record, autostart } = this.#options;
    const recording = record ? Replay.fetch(record) : undefined;
    const wish = await this.#options.wish().catch((error) => {
      this.#notices.error(error.message);
      return this.#options.fallback;
    });
    const recorded = await recording;
    if (this.#disposed) return;
    if (this.run.missing) this.#notices.error(this.run.missing);
    if (autostart && !this.run.missing) {
      this.run.queued = 'train';
      this.wake(wish.encoder);
    } else {
      this.#encoder = wish.encoder;
    }
    await this.#openDocument(wish, recorded);
    if (this.#disposed || !this.store.isOpen) return;
    if (recorded && (autostart || this.run.missing) && recorded.shows(this.store.doc))
      this.#stage.play(recorded, (flags) => this.views.heldOut(heldOutOf(this.store.doc, flags)));
    this.#prepareIfWanted();
  }

  /**
   * What the page asks for is asked of another worker once more where one is lost over it, and then given up: it may be
   * what the worker dies of.
   *
   * @param {import('./sources.js').Wish} wish
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

  // ---- views

  /** @param {View} view */
  add(view) {
    this.views.add(view, this.run, this.store.isOpen ? this.store.doc : undefined);
    if (this.pointed) view.point?.(this.pointed);
    this.#observe();
  }

  /** Has more measured beside the run: what views need. @param {Partial<Diagnostics>} measured */
  want(measured) {
    this.#measuring.need(measured);
    this.#observe();
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

  /** Ends everything: the worker's part in it too. */
  dispose() {
    this.#disposed = true;
    removeEventListener('hashchange', this.#onHash);
    this.#settle.cancel();
    this.#stage.end();
    this.#channel?.close();
    this.#answers.refuse(new DOMException('The lab is gone.', 'AbortError'));
  }

  // ---- what the reader does

  train() {
    this.#go('train');
  }

  /** @param {string[]} [tasks] Trains these only; all if absent or empty. */
  step(tasks = []) {
    this.#go('step', tasks);
  }

  pause() {
    if (this.run.comparing) return this.comparing.cancel();
    this.run.queued = '';
    this.#stage.pause();
    this.#send({ type: 'pause' });
    this.#show();
  }

  reset() {
    this.#notices.clear();
    this.comparing.breakOff(this.words.lab.comparisonCancelled);
    this.run.queued = '';
    this.#endReplay();
    this.wake();
    this.#prepare();
  }

  /** At least so many milliseconds from a step's beginning to the next one's. @param {number} ms */
  pace(ms) {
    this.run.msBetween = ms;
    this.#send({ type: 'pace', ms });
    this.#show();
  }

  /**
   * Fetches the encoder, if nobody has yet, and prepares a run as soon as it is here.
   *
   * @param {string} [from] Address of its folder; absent: as before.
   */
  wake(from = this.#encoder) {
    this.#encoder = from;
    this.#wantsRun = true;
    if (this.run.encoder === 'away' || this.run.encoder === 'unreachable') this.#load();
  }

  /** Takes the reader's own files for the encoder. @param {File[]} files */
  openEncoder(files) {
    this.#wantsRun = true;
    this.run.encoder = 'loading';
    this.#channel?.open(files);
    this.#show();
  }

  /** Breaks the encoder's download off. */
  cancelLoading() {
    if (this.run.encoder !== 'loading') return;
    this.#channel?.cancel();
    this.#answers.refuse(new DOMException('The encoder is not fetched any more.', 'AbortError'));
    this.run.encoder = 'away';
    this.run.queued = '';
    this.#wantsRun = false;
    this.#show();
  }

  /**
   * Classifies a sentence with every head as it stands.
   *
   * @param {string} text
   * @returns {Promise<import('../types.js').Prediction>} Rejects if there is no run, or none any more, and with one sentence
   *   if it cannot be classified.
   */
  predict(text) {
    const { run } = this;
    if (run.missing) return Promise.reject(new Error(run.missing));
    const asked = this.#answers.awaits(text);
    const answer = this.#answers.wait(text);
    // One question, one answer: they are told apart by their order alone where one fails.
    if (!STANDS.has(run.status)) this.wake();
    else if (!asked) this.#send({ type: 'predict', text });
    if (run.status === 'none') this.#prepare();
    return answer;
  }

  /** @param {string} text Its tokens come as an event. */
  tokenize(text) {
    this.#send({ type: 'tokenize', text });
  }

  /** @param {string} text What its words are worth to the answers comes as an event. */
  explain(text) {
    this.#send({ type: 'explain', text });
  }

  interference() {
    this.#send({ type: 'interference' });
  }

  /** Replaces all sentences; the run that there was ends. @param {Doc} doc */
  replaceAll(doc) {
    this.#send({ type: 'pause' });
    this.comparing.breakOff(this.words.lab.otherSentences);
    this.#endReplay();
    Object.assign(this.run, NOTHING, { queued: '' });
    this.views.forgetRun();
    this.store.replace('data', doc);
    this.#prepare();
  }

  // ---- the run

  /** @param {'train' | 'step'} what @param {string[]} [only] Train these tasks; all if absent or empty. */
  #go(what, only = []) {
    const { run } = this;
    if (run.missing) return;
    this.#notices.clear();
    this.comparing.breakOff(this.words.lab.comparisonCancelled);
    this.#queuedTasks = only;
    const fresh = run.status === 'none' || run.status === 'ended' || run.status === 'stopped';
    if (run.encoder !== 'here' || run.status === 'preparing') {
      run.queued = what;
      this.#stage.playOn();
      this.wake();
    } else if (fresh || run.replay || run.stale === 'sentences' || (run.stale === 'settings' && run.step === 0)) {
      run.queued = what;
      this.#prepare();
    } else {
      this.#startRunning(what);
    }
    this.#show();
  }

  /** @param {'train' | 'step'} what */
  #startRunning(what) {
    const { run } = this;
    run.queued = '';
    this.#pace.rest();
    this.#observe(what === 'step');
    if (what === 'train') {
      run.status = 'training';
      this.#send({ type: 'train' });
      return;
    }
    const gone = this.#queuedTasks.find((task) => !run.tasks.includes(task));
    if (gone !== undefined) this.#notices.error(this.words.lab.taskGone(gone));
    else this.#send({ type: 'step', tasks: this.#queuedTasks });
  }

  /** Configures a run from the document, as soon as both the document and the encoder are here. */
  #prepare() {
    const { run, store } = this;
    this.#wantsRun = true;
    if (run.encoder !== 'here' || !store.isOpen) return;
    const wrong = store.wrong();
    if (wrong) {
      run.queued = '';
      this.#answers.refuse(new Error(wrong));
      this.#notices.error(wrong);
      return;
    }
    this.#following.begin(store.doc);
    run.status = 'preparing';
    run.stale = '';
    const recipe = recipeOf(store.doc);
    this.#send({ type: 'configure', recipe: { ...recipe, diagnostics: this.#measuring.begin(recipe.diagnostics) } });
    this.#show();
  }

  #prepareIfWanted() {
    if (this.#wantsRun && this.run.status === 'none') this.#prepare();
  }

  #load() {
    if (!this.#channel) return;
    this.run.encoder = 'loading';
    this.#send({ type: 'load', base: this.#encoder });
    this.#show();
  }

  /** Measures beside the run what document and views want. @param {boolean} [closely] In each step. */
  #observe(closely = false) {
    if (this.run.status === 'none' || this.run.status === 'preparing' || !this.store.isOpen) return;
    this.#measuring.observe(this.store.doc.recipe.diagnostics, closely);
  }

  /** @param {Doc} doc @param {import('./store.js').Change} change */
  #edited(doc, change) {
    const { run } = this;
    if (change !== 'diagnostics') this.#endReplay();
    run.stale = this.#following.edited(doc, change, run.stale);
    if (change === 'diagnostics') this.#observe();
    this.views.edit(doc, change);
    if (change === 'data' && run.step === 0) this.views.reset(outlineOf(doc));
    // The marks belong to the split of the configured run, and the split to its sentences.
    if (run.stale === 'sentences') this.views.heldOut([]);
    if (change === 'settings' || change === 'data') this.#settle();
    this.#show();
  }

  /**
   * A run that has taken no step follows the settings and a whole new table by itself; one that has waits for Reset or
   * Train, and so does one whose table is being edited cell by cell.
   */
  #settle = debounce(() => {
    const { run } = this;
    const follows = (this.#following.wholesale || run.stale === 'settings') && !run.comparing && this.#wantsRun;
    if (follows && run.step === 0 && run.status !== 'training' && this.#following.doc !== this.store.doc) this.#prepare();
  }, SETTLE_MS);

  #endReplay() {
    if (this.#stage.end() && this.store.isOpen) this.views.reset(outlineOf(this.store.doc));
  }

  // ---- the worker

  /** @param {Command} command */
  #send(command) {
    this.#channel?.send(command);
  }

  /**
   * @template {keyof import('../types.js').Questions} Q
   * @param {Q} question
   * @param {import('../types.js').Questions[Q]['args']} args
   * @returns {Promise<import('../types.js').Questions[Q]['answer']>}
   */
  #ask(question, args) {
    return this.#channel && !this.run.missing
      ? this.#channel.ask(question, ...args)
      : Promise.reject(new Error(this.run.missing));
  }

  /** @param {RunEvent} event @param {Command['type']} of @param {string} [text] */
  #onEvent(event, of, text) {
    const { run } = this;
    // What was still on its way when the download was cancelled.
    if (run.encoder === 'away' && event.type === 'progress') return;
    // What the old run still had to say when the new one was asked for.
    if (run.status === 'preparing' && OF_A_RUN.has(event.type)) return;
    if (event.type === 'start') {
      this.#notices.forgetWarnings();
      this.#stage.leave();
      this.views.printed = [];
    }
    if (text) this.views.print(text, event.type);
    this.#follow(event, of);
    this.views.take(event);
    if (event.type === 'prediction') this.#answers.give(event);
    this.#show();
    this.#options.onEvent(event);
  }

  /** Moves the run's state on. @param {RunEvent} event @param {Command['type']} of */
  #follow(event, of) {
    const { run } = this;
    follow(run, event);
    this.comparing.follow(event);
    switch (event.type) {
      case 'loaded':
        run.encoder = 'here';
        // Who paused the recording looks at it: Train, Step or Reset is what ends it.
        if (run.replay !== 'paused') this.#prepareIfWanted();
        break;
      case 'start':
        run.status = 'ready';
        this.views.heldOut(heldOutOf(this.#following.doc, event.held_out));
        this.#observe();
        for (const text of this.#answers.texts()) this.#send({ type: 'predict', text });
        if (run.queued) this.#startRunning(run.queued);
        break;
      case 'step':
        run.msPerStep = this.#pace.step(run.msPerStep);
        break;
      case 'warning':
        this.#notices.warning(event.message);
        break;
      case 'error':
        this.#fail(event.message, of);
        break;
    }
  }

  /** @param {string} message @param {Command['type']} of */
  #fail(message, of) {
    const { run } = this;
    if (of === 'load') {
      if (run.encoder !== 'loading') return; // It was cancelled.
      run.encoder = 'unreachable';
      run.queued = '';
      this.#answers.refuse(new Error(message));
      const again = { label: this.words.lab.retry, run: () => this.wake() };
      const hub = { label: this.words.lab.hub, run: () => this.wake(HUB) };
      this.#notices.error(message, again, ...(this.#encoder === HUB ? [] : [hub]));
      return;
    }
    if (of === 'predict') this.#answers.refuseOldest(new Error(message));
    else if (of === 'configure') this.#answers.refuse(new Error(message));
    this.#notices.error(message);
    this.views.forget();
    if (of === 'compare') {
      this.comparing.breakOff(this.words.lab.comparisonBroken);
    } else if (of === 'configure') {
      Object.assign(run, NOTHING, { queued: '' });
      this.#wantsRun = false;
      this.views.heldOut([]);
    } else if (!QUESTIONS.has(of)) {
      run.status = 'stopped';
    }
  }

  /** @param {string} why @param {boolean} beforeReady */
  #onDeath(why, beforeReady) {
    const { run } = this;
    const asked = run.encoder !== 'away';
    // What never came up took no run with it, and a recording is all that there is to be seen.
    if (!beforeReady) this.#endReplay();
    this.comparing.breakOff(this.words.lab.comparisonBroken);
    Object.assign(run, run.replay ? { status: 'none' } : NOTHING, { queued: '', encoder: 'away' });
    this.#following.forget();
    // A run is prepared anew only when it is asked for: what would be prepared may be what killed the worker.
    this.#wantsRun = false;
    this.views.forget(true);
    if (!run.replay) this.views.heldOut([]);
    this.#answers.refuse(new Error(this.words.lab.crashed(why)));
    if (beforeReady) {
      run.missing = this.words.lab.notStarted(why);
      this.#notices.error(run.missing);
    } else {
      this.#notices.error(this.words.lab.crashed(why));
      if (asked) this.#load();
      this.#send({ type: 'pace', ms: run.msBetween });
    }
    this.#show();
  }

  /** Steps can come by the thousand in a second: the views hear of the state once a frame. */
  #showSoon = oncePerFrame(() => this.#showNow());

  #show() {
    if (document.hidden) this.#showNow(); // There are no frames then.
    else this.#showSoon();
  }

  #showNow() {
    this.views.show(this.run, this.store.isOpen ? this.store.doc : undefined);
    this.#options.onState();
  }
}

/** In these there is a run that answers. @type {Set<import('./run-state.js').RunState['status']>} */
const STANDS = new Set(['ready', 'training', 'paused', 'ended', 'stopped']);
/** Commands that ask and change nothing. @type {Set<Command['type']>} */
const QUESTIONS = new Set(['predict', 'tokenize', 'explain']);
