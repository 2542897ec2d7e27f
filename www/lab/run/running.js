// A lab's run in the worker: the encoder that it needs, its preparation from the document, its steps, what the worker tells
// of it, and its loss.

import { connect } from '../../engine/engine.js';
import { HUB } from '../../engine/known-encoder.js';
import { debounce } from '../../ui/dom.js';
import { Answers } from './answers.js';
import { Following, heldOutOf } from './following.js';
import { Measuring } from './measuring.js';
import { follow, NOTHING, Pace } from './run-state.js';
import { recipeOf } from '../document/store.js';

/** @typedef {import('../../types.js').Command} Command */
/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {import('../document/store.js').Doc} Doc */

/** How long settings must rest before a run that has not begun is prepared anew with them. */
const SETTLE_MS = 300;
/** Events that belong to the run in progress. @type {Set<RunEvent['type']>} */
const OF_A_RUN = new Set(['step', 'gradients', 'interference', 'epoch', 'evaluation', 'mistakes', 'map', 'phase', 'end', 'paused']);
/** In these there is a run that answers. @type {Set<import('./run-state.js').RunState['status']>} */
const STANDS = new Set(['ready', 'training', 'paused', 'ended', 'stopped']);
/** Commands that ask and change nothing. @type {Set<Command['type']>} */
const QUESTIONS = new Set(['predict', 'tokenize', 'explain']);

export class Running {
  /** What computes, once it does. @type {{ build: import('../../types.js').Build, threads: number } | undefined} */
  build;
  #lab;
  #passOn;
  /** Where the encoder is fetched from: address of its folder. */
  encoder;
  #measuring;
  /** @type {import('../../engine/engine.js').Channel | undefined} */
  #channel;
  #pace = new Pace();
  #following = new Following();
  #answers = new Answers();
  /** What the queued step is to train; all tasks if empty. @type {string[]} */
  #queuedTasks = [];
  /** What was queued when the encoder failed to come, or a download was cancelled that was to end a recording. @type {'' | 'train' | 'step'} */
  #postponed = '';
  /** Whether a run is to be prepared as soon as the encoder and the document are here. */
  #wantsRun = false;

  /**
   * @param {import('../lab.js').Lab} lab
   * @param {string} encoder Address of its folder.
   * @param {Partial<import('../../types.js').Diagnostics>} measured What to measure beside the run.
   * @param {(event: RunEvent) => void} passOn Hears each event after the views.
   */
  constructor(lab, encoder, measured, passOn) {
    this.#lab = lab;
    this.#passOn = passOn;
    this.encoder = encoder;
    this.#measuring = new Measuring(measured, (diagnostics) => this.send({ type: 'observe', diagnostics }));
    if (lab.run.missing) return;
    this.#channel = connect({
      onReady: (build, threads) => {
        this.build = { build, threads };
        lab.show();
      },
      onEvent: (event, of, text) => this.#onEvent(event, of, text),
      onDeath: (cause, beforeReady) => this.#onDeath(lab.words.told(cause), beforeReady),
    });
  }

  /** Ends the worker's part in it. */
  dispose() {
    this.#settle.cancel();
    this.#channel?.close();
    this.#answers.refuse(new DOMException('The lab is gone.', 'AbortError'));
  }

  /** @param {Command} command */
  send(command) {
    this.#channel?.send(command);
  }

  /**
   * @template {keyof import('../../types.js').Questions} Q
   * @param {Q} question
   * @param {import('../../types.js').Questions[Q]['args']} args
   * @returns {Promise<import('../../types.js').Questions[Q]['answer']>}
   */
  ask(question, args) {
    const { missing } = this.#lab.run;
    return this.#channel && !missing ? this.#channel.ask(question, ...args) : Promise.reject(new Error(missing));
  }

  // ---- the encoder

  /** Fetches the encoder, if nobody has yet, and prepares a run as soon as it is here. */
  wake() {
    const { run } = this.#lab;
    this.#wantsRun = true;
    if (run.encoder !== 'away' && run.encoder !== 'unreachable') return;
    run.queued ||= this.#postponed;
    this.#postponed = '';
    this.#load();
  }

  /** Takes the reader's own files for the encoder. @param {File[]} files */
  open(files) {
    this.#wantsRun = true;
    this.#lab.run.encoder = 'loading';
    this.#channel?.open(files);
    this.#lab.show();
  }

  /** Breaks the encoder's download off. */
  cancelLoading() {
    const { run } = this.#lab;
    if (run.encoder !== 'loading') return;
    this.#channel?.cancel();
    this.#answers.refuse(new DOMException('The encoder is not fetched any more.', 'AbortError'));
    run.encoder = 'away';
    this.#postpone();
    // Who cancels what they asked for asks for nothing; a recording goes on promising a run.
    if (!run.replay) this.#postponed = '';
    this.#wantsRun = false;
    this.#lab.show();
  }

  #postpone() {
    const { run } = this.#lab;
    this.#postponed = run.queued;
    run.queued = '';
  }

  /** Nothing is to start any more. */
  unqueue() {
    this.#lab.run.queued = '';
    this.#postponed = '';
  }

  #load() {
    if (!this.#channel) return;
    this.#lab.run.encoder = 'loading';
    this.send({ type: 'load', base: this.encoder });
    this.#lab.show();
  }

  // ---- its preparation

  /** Configures a run from the document, as soon as both the document and the encoder are here. */
  prepare() {
    const { run, store, notices } = this.#lab;
    this.#wantsRun = true;
    if (run.encoder !== 'here' || !store.isOpen) return;
    const wrong = store.wrong();
    if (wrong) {
      run.queued = '';
      this.#answers.refuse(new Error(wrong));
      notices.error(wrong);
      return;
    }
    this.#following.begin(store.doc);
    run.status = 'preparing';
    run.stale = '';
    const recipe = recipeOf(store.doc);
    this.send({ type: 'configure', recipe: { ...recipe, diagnostics: this.#measuring.begin(recipe.diagnostics) } });
    this.#lab.show();
  }

  prepareIfWanted() {
    if (this.#wantsRun && this.#lab.run.status === 'none') this.prepare();
  }

  /** @param {Doc} doc @param {import('../document/store.js').Change} change */
  edited(doc, change) {
    const { run } = this.#lab;
    run.stale = this.#following.edited(doc, change, run.stale);
    if (change === 'diagnostics') this.observe();
    else if (change === 'settings' || change === 'data') this.settle();
  }

  /** Looks, once nothing has changed for a moment, whether the run is to follow the document. */
  settle() {
    this.#settle();
  }

  /**
   * A run that has taken no step follows the settings and a whole new table by itself; one that has waits for Reset or
   * Train, and so does one whose table is being edited cell by cell.
   */
  #settle = debounce(() => {
    const { run, store } = this.#lab;
    const follows = (this.#following.wholesale || run.stale === 'settings') && !run.comparing && this.#wantsRun;
    if (follows && run.step === 0 && run.status !== 'training' && this.#following.doc !== store.doc) this.prepare();
  }, SETTLE_MS);

  // ---- its steps

  /** @param {'train' | 'step'} what @param {string[]} [only] Train these tasks; all if absent or empty. */
  go(what, only = []) {
    const { run, stage, store } = this.#lab;
    this.#queuedTasks = only;
    const ended = run.status === 'none' || run.status === 'ended' || run.status === 'stopped';
    // Until its first step, a run is to be what the page shows.
    const changed = run.step === 0 && (run.stale === 'settings' || store.isWrong);
    if (run.encoder !== 'here' || run.status === 'preparing') {
      run.queued = what;
      stage.playOn();
      this.wake();
    } else if (ended || run.replay || run.stale === 'sentences' || changed) {
      run.queued = what;
      this.prepare();
    } else {
      this.#start(what);
    }
    this.#lab.show();
  }

  /** @param {'train' | 'step'} what */
  #start(what) {
    const { run, notices, words } = this.#lab;
    run.queued = '';
    this.#pace.rest();
    this.observe(what === 'step');
    if (what === 'train') {
      run.status = 'training';
      this.send({ type: 'train' });
      return;
    }
    const gone = this.#queuedTasks.find((task) => !run.tasks.includes(task));
    if (gone !== undefined) notices.error(words.lab.taskGone(gone));
    else this.send({ type: 'step', tasks: this.#queuedTasks });
  }

  /** Has more measured beside the run. @param {Partial<import('../../types.js').Diagnostics>} measured */
  want(measured) {
    this.#measuring.need(measured);
    this.observe();
  }

  /** Measures beside the run what document and views want. @param {boolean} [closely] In each step. */
  observe(closely = false) {
    const { run, store } = this.#lab;
    if (run.status === 'none' || run.status === 'preparing' || !store.isOpen) return;
    this.#measuring.observe(store.doc.recipe.diagnostics, run.steps, closely);
  }

  /**
   * @param {string} text
   * @returns {Promise<import('../../types.js').Prediction>} Rejects if there is no run, or none any more, and with one sentence
   *   if it cannot be classified.
   */
  predict(text) {
    const { run } = this.#lab;
    if (run.missing) return Promise.reject(new Error(run.missing));
    const asked = this.#answers.awaits(text);
    const answer = this.#answers.wait(text);
    // One question, one answer: they are told apart by their order alone where one fails.
    if (!STANDS.has(run.status)) this.wake();
    else if (!asked) this.send({ type: 'predict', text });
    if (run.status === 'none') this.prepare();
    return answer;
  }

  // ---- what the worker tells

  /** @param {RunEvent} event @param {Command['type']} of @param {string} [text] */
  #onEvent(event, of, text) {
    const { run, views, notices, stage } = this.#lab;
    // What was still on its way when the download was cancelled.
    if (run.encoder === 'away' && event.type === 'progress') return;
    // What the old run still had to say when the new one was asked for.
    if (run.status === 'preparing' && OF_A_RUN.has(event.type)) return;
    if (event.type === 'start') {
      notices.forgetWarnings();
      stage.leave();
      views.printed = [];
    }
    if (text) views.print(text, event.type);
    this.#follow(event, of);
    views.take(event);
    if (event.type === 'prediction') this.#answers.give(event);
    this.#lab.show();
    this.#passOn(event);
  }

  /** Moves the run's state on. @param {RunEvent} event @param {Command['type']} of */
  #follow(event, of) {
    const { run, views, notices, words, comparing } = this.#lab;
    follow(run, event);
    comparing.follow(event);
    switch (event.type) {
      case 'loaded':
        run.encoder = 'here';
        // Who paused the recording looks at it: Train, Step or Reset is what ends it.
        if (run.replay !== 'paused') this.prepareIfWanted();
        break;
      case 'start':
        run.status = 'ready';
        views.heldOut(heldOutOf(this.#following.doc, event.held_out));
        this.observe();
        for (const text of this.#answers.texts()) this.send({ type: 'predict', text });
        if (run.queued) this.#start(run.queued);
        break;
      case 'step':
        run.msPerStep = this.#pace.step(run.msPerStep);
        break;
      case 'warning':
        notices.warning(words.told(event.message));
        break;
      case 'error':
        this.#fail(words.told(event.message), of);
        break;
    }
  }

  /** @param {string} message @param {Command['type']} of */
  #fail(message, of) {
    const { run, views, notices, words, comparing } = this.#lab;
    if (of === 'load') {
      if (run.encoder !== 'loading') return; // It was cancelled.
      run.encoder = 'unreachable';
      this.#postpone();
      this.#answers.refuse(new Error(message));
      const again = { label: words.lab.retry, run: () => this.#lab.wake() };
      const hub = { label: words.lab.hub, run: () => this.#lab.wake(HUB) };
      notices.error(message, again, ...(this.encoder === HUB ? [] : [hub]));
      return;
    }
    if (of === 'predict') this.#answers.refuseOldest(new Error(message));
    else if (of === 'configure') this.#answers.refuse(new Error(message));
    notices.error(message);
    views.forget(of === 'configure');
    if (of === 'compare') {
      comparing.breakOff(words.lab.comparisonBroken);
    } else if (of === 'configure') {
      Object.assign(run, NOTHING);
      this.unqueue();
      this.#wantsRun = false;
      views.heldOut([]);
    } else if (!QUESTIONS.has(of)) {
      run.status = 'stopped';
    }
  }

  /** @param {string} why @param {boolean} beforeReady */
  #onDeath(why, beforeReady) {
    const { run, views, notices, words, comparing } = this.#lab;
    const asked = run.encoder !== 'away';
    // What never came up took no run with it, and a recording is all that there is to be seen.
    if (!beforeReady) this.#lab.endReplay();
    comparing.breakOff(words.lab.comparisonBroken);
    Object.assign(run, run.replay ? { status: 'none' } : NOTHING, { encoder: 'away' });
    this.unqueue();
    this.#following.forget();
    // A run is prepared anew only when it is asked for: what would be prepared may be what killed the worker.
    this.#wantsRun = false;
    views.forget(true);
    if (!run.replay) views.heldOut([]);
    this.#answers.refuse(new Error(words.lab.crashed(why)));
    if (beforeReady) {
      run.missing = words.lab.notStarted(why);
      notices.error(run.missing);
    } else {
      notices.error(words.lab.crashed(why));
      if (asked) this.#load();
      this.send({ type: 'pace', ms: run.msBetween });
    }
    this.#lab.show();
  }
}
