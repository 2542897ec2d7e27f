// A lab's end of the worker: sends the commands that a change of the state calls for, and reduces the worker's events into
// the state.

import { connect } from '../../engine/engine.js';
import { isKept } from '../../engine/keeping/place.js';
import { Fetching } from '../encoder/fetching.js';
import { Measuring } from './measuring.js';
import { ABOUT_DATA, Questions } from './questions.js';
import { followsDocument, hasRun, nextMove } from './select.js';
import { isLate, QUESTIONS } from './worker-events.js';

/** @typedef {import('../../types.js').Command} Command */
/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {import('../../types.js').Weighting} Weighting */
/** @typedef {import('./questions.js').Question} Question */
/** @typedef {import('./types.js').Move} Move */
/** @typedef {import('./types.js').WorkerEvent} WorkerEvent */

/** Questions whose answers and errors only the one who asked shows. @type {Set<Command['type']>} */
const SHOWN_BY_ASKER = new Set(['check', 'label_next', 'classify']);

/** How long settings must rest before a run that has not begun is prepared anew with them. */
const SETTLE_MS = 300;

export class Running {
  /** How the encoder comes. */
  encoder;
  #lab;
  #passOn;
  #measuring;
  /** @type {import('../../engine/engine.js').Channel | undefined} */
  #channel;
  #questions = new Questions();
  /** Number of the latest command that has one. */
  #request = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;
  /** The run's name among the kept ones; absent: it is not kept. */
  #key;
  /** Settled once it is known whether there is a run to go on with. @type {Promise<void> | undefined} */
  known;
  /** The run to go on with, and the code for it. @type {(typeof import('../../engine/keeping/found.js') & { kept: import('../../types.js').Kept }) | undefined} */
  #found;
  /** How far the run had come at the latest crash. */
  #crashedAt = -1;

  /**
   * @param {import('../lab.js').Lab} lab
   * @param {Pick<import('../options.js').LabOptions, 'measured' | 'onEvent' | 'keep'>} options
   */
  constructor(lab, { measured, onEvent, keep }) {
    this.#lab = lab;
    this.#passOn = onEvent;
    this.#key = keep;
    this.#measuring = new Measuring(measured, (diagnostics) => this.send({ type: 'observe', diagnostics }));
    if (!lab.state.missing)
      this.#channel = connect({
        onReady: (build, threads) => lab.dispatch({ type: 'ready', build, threads }),
        onEvent: (event, of, text, request) => this.#onEvent({ type: 'worker event', event, of, request, text, at: performance.now() }),
        onDeath: (cause, when) => this.#onDeath(lab.words.sentence(cause), when),
      });
    this.encoder = new Fetching(lab, this.#channel, this.#questions, () => this.prepare(), () => this.expect());
    this.#lookForKept();
  }

  /** Ends the worker's part in it. */
  dispose() {
    clearTimeout(this.#settling);
    this.encoder.dispose();
    this.#channel?.close();
    this.#questions.refuseAll(gone());
  }

  /** @param {Command} command @param {number} [request] */
  send(command, request) {
    this.#channel?.send(command, request);
  }

  /**
   * Asks the module, without a run.
   *
   * @template {keyof import('../../types.js').Questions} Q
   * @param {Q} question
   * @param {import('../../types.js').Questions[Q]['args']} args
   * @returns {Promise<import('../../types.js').Questions[Q]['answer']>}
   */
  ask(question, args) {
    const { missing } = this.#lab.state;
    if (this.#lab.isDisposed) return Promise.reject(gone());
    return this.#channel && !missing ? this.#channel.ask(question, ...args) : Promise.reject(new Error(missing));
  }

  // ---- the run's preparation

  /** Configures a run from the document, as soon as both the document and the encoder are here. */
  prepare() {
    const { store, notices } = this.#lab;
    this.#lab.dispatch({ type: 'want' });
    if (this.#lab.state.encoder.is !== 'here') return this.expect();
    if (!store.isOpen || this.known) return;
    const { wrong } = store;
    if (wrong) {
      this.#questions.refuseOfRun(new Error(wrong.text));
      notices.error(wrong.text);
      this.#lab.dispatch({ type: 'refuse', field: wrong.field });
      return;
    }
    if (this.encoder.settlesPooling()) return;
    const request = ++this.#request;
    const goesOn = this.#canGoOn();
    this.#found = undefined;
    this.#lab.dispatch({ type: 'configure', request, goesOn });
    const { planned, keepHeads } = this.#planned();
    if (goesOn) this.#channel?.resume(planned, keepHeads, request);
    else this.send({ type: 'configure', recipe: planned, keep_heads: keepHeads }, request);
  }

  /** The worker reads the encoder that is on its way for the run that will be wanted. */
  expect() {
    const { store, state } = this.#lab;
    const { is, address } = state.encoder;
    // After a worker's death no run is wanted: it may be the one that killed it.
    if (is !== 'loading' || !state.run.wanted || state.run.status !== 'none' || !store.isOpen || store.wrong || this.known || this.#found) return;
    const { planned, keepHeads } = this.#planned();
    this.#channel?.expect(address, planned, keepHeads);
  }

  #planned() {
    const { recipe, choice, state, store } = this.#lab;
    const planned = { ...recipe, diagnostics: this.#measuring.begin(recipe.diagnostics) };
    return { planned, keepHeads: choice.hasHeads(state.encoder.address, store.doc.table.tasks) };
  }

  prepareIfWanted() {
    const { wanted, status } = this.#lab.state.run;
    if (wanted && status === 'none') this.prepare();
  }

  /** The document was edited. @param {import('../document/store.js').Change} change */
  edited(change) {
    if (change === 'diagnostics') this.observe();
    else if (change === 'settings' || change === 'data') this.settle();
  }

  /** Looks, once nothing has changed for a moment, whether the run is to follow the document. */
  settle() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      if (followsDocument(this.#lab.state)) this.prepare();
    }, SETTLE_MS);
  }

  // ---- a run of an earlier visit

  /** Asks whether there is one. Without a folder for it there is none, and nobody waits for the worker. @param {boolean} isLost Whether the worker that kept it was lost a moment ago. */
  async #lookForKept(isLost = false) {
    const [key, channel] = [this.#key, this.#channel];
    if (key === undefined || !channel) return;
    const looking = (async () => {
      const finds = await isKept(key);
      if (this.#lab.isDisposed) return;
      const found = channel.keep(key, finds, isLost);
      found.catch(() => {}); // The element may be gone before the answer comes.
      const [kept, code] = finds ? await Promise.all([found, import('../../engine/keeping/found.js')]) : [];
      this.#found = kept && code && { ...code, kept };
    })().catch(() => {}); // The worker is lost, or there is no network: then a run begins anew.
    this.known = looking;
    await looking;
    if (this.known === looking) this.known = undefined;
  }

  #canGoOn() {
    const { store, recipe, state } = this.#lab;
    return this.#found !== undefined && store.isOpen && this.#found.fits(this.#found.kept, recipe, state.encoder.address);
  }

  /**
   * Shows the run that was found, if it is the page's, and goes on with it as soon as the encoder is here.
   *
   * @param {boolean} [trains] Whether it may train on by itself.
   */
  goOn(trains = true) {
    if (!this.#found || !this.#canGoOn()) {
      this.#found = undefined;
      return false;
    }
    const { kept } = this.#found;
    this.#tell(kept.told);
    this.#lab.dispatch({ type: 'go on', trains: trains && kept.trains });
    this.encoder.wake();
    return true;
  }

  /** @param {import('../../types.js').Kept['told']} told */
  #tell(told) {
    this.#lab.dispatch({ type: 'told', told, at: performance.now() });
    for (const { event } of told) this.#passOn(event);
  }

  /** @param {'save' | 'forget'} what Writes where the run is, or removes what is kept of it. */
  kept(what) {
    if (what === 'forget') this.#found = undefined;
    if (this.#key !== undefined) this.#channel?.kept(what);
  }

  // ---- its steps

  /** Resolves when the run ends. Rejects with one sentence when it cannot begin or go on. */
  end() {
    const end = this.#questions.end();
    if (this.#lab.isDisposed) this.refuseEnd(gone());
    return end;
  }

  /** The run will not end: it cannot begin, or is given up. @param {Error | DOMException} why */
  refuseEnd(why) {
    this.#questions.ended(why);
  }

  /** @param {Move} what @param {string[]} [only] Train these tasks; all if absent or empty. */
  go(what, only = []) {
    this.#lab.dispatch({ type: 'go', what, only });
    const move = nextMove(this.#lab.state, this.#lab.store.wrong !== undefined);
    if (move === 'wait') this.encoder.wake();
    else if (move === 'prepare') this.prepare();
    else this.#startQueued();
  }

  #startQueued() {
    const { notices, words, state } = this.#lab;
    const { queued, only } = state.run;
    this.#lab.dispatch({ type: 'start queued' });
    this.observe(queued === 'step');
    if (queued === 'train') return this.send({ type: 'train' });
    const gone = only.find((task) => !state.counts.tasks.includes(task));
    if (gone !== undefined) notices.error(words.lab.taskGone(gone));
    else this.send({ type: 'step', tasks: only });
  }

  /** Has more measured beside the run. @param {Partial<import('../../types.js').Diagnostics>} measured */
  want(measured) {
    this.#measuring.need(measured);
    this.observe();
  }

  /** Has document's and views' measurements made beside the run. @param {boolean} [closely] In each step. */
  observe(closely = false) {
    const { state, store } = this.#lab;
    if (!hasRun(state.run.status) || !store.isOpen) return;
    this.#measuring.observe(store.doc.recipe.diagnostics, state.counts.steps, closely);
  }

  /**
   * Trains with each of the weightings beside the run.
   *
   * @param {Weighting[]} weightings
   * @param {number[]} seeds
   */
  compare(weightings, seeds) {
    const { doc } = this.#lab.store;
    const request = ++this.#request;
    this.#lab.dispatch({ type: 'compare', plan: { weightings, seeds, tasks: doc.table.tasks.map(({ name }) => name), table: doc.table, recipe: doc.recipe }, request });
    this.send({ type: 'compare', recipe: this.#lab.recipe, weightings, seeds }, request);
  }

  /**
   * Asks the run, as soon as there is one; about the sentences, as soon as the encoder is here.
   *
   * @param {Question} question
   * @param {(encoded: import('./questions.js').Encoded) => void} [progress] Hears how far the worker has come.
   * @returns {Promise<any>} The event that answers it. Rejects if there is no run, or none any more, and with one sentence
   *   if there is no answer.
   */
  askRun(question, progress) {
    const { missing, run, encoder } = this.#lab.state;
    if (this.#lab.isDisposed) return Promise.reject(gone());
    if (missing) return Promise.reject(new Error(missing));
    const answer = this.#questions.add(++this.#request, question, progress);
    const aboutData = ABOUT_DATA.has(question.type);
    if (aboutData ? encoder.is === 'here' : hasRun(run.status)) this.#sendQuestions();
    else this.encoder.wake();
    if (run.status === 'none' && !aboutData) this.prepare();
    return answer;
  }

  #sendQuestions() {
    for (const [request, question] of this.#questions.send(hasRun(this.#lab.state.run.status))) this.send(question, request);
  }

  /**
   * Calls a function of engine/reader-data.js.
   *
   * @template {keyof import('../../types.js').Calls} C
   * @param {C} name
   * @param {Parameters<import('../../types.js').Calls[C]>} args
   */
  call(name, args) {
    return this.#channel && !this.#lab.isDisposed ? this.#channel.call(name, ...args) : Promise.reject(gone());
  }

  // ---- events from the worker

  /** @param {WorkerEvent} happened */
  #onEvent(happened) {
    const { notices, words, state } = this.#lab;
    const { event, of, request } = happened;
    const isAnswer = QUESTIONS.has(of) || of === 'interference';
    if (isAnswer && request !== undefined) {
      if (!this.#questions.awaits(request)) return; // Nobody waits for it any more.
      if (event.type === 'error') this.#questions.refuse(request, Object.assign(new Error(words.sentence(event)), { code: event.code }));
      else this.#questions.answer(request, event);
    }
    if (SHOWN_BY_ASKER.has(of)) return this.#passOn(event);
    if (isLate(state, happened)) {
      this.#lab.dispatch(happened); // A comparison may end with it.
      return;
    }
    if (event.type === 'start') notices.forgetWarnings();
    this.#lab.dispatch(happened);
    if (of === 'load') this.encoder.heard();
    switch (event.type) {
      case 'loaded':
        this.#sendQuestions();
        if (state.encoder.next) this.prepare();
        // A paused recording is being looked at: only Train, Step or Reset ends it.
        if (state.replay.is !== 'paused') this.prepareIfWanted();
        break;
      case 'start':
        this.#lab.rememberEncoder();
        this.observe();
        this.#sendQuestions();
        if (this.#lab.state.run.queued) this.#startQueued();
        break;
      case 'resumed':
        this.#resumed(event);
        break;
      case 'end':
        this.#questions.ended();
        break;
      case 'warning':
        if (event.code !== 'encoder.pooling') this.#warn(words.sentence(event), of);
        else this.encoder.declared = { pooling: String(event.params.pooling), said: words.sentence(event) };
        break;
      case 'error':
        this.#onError(words.sentence(event), of, state.encoder);
        break;
    }
    this.#passOn(event);
  }

  /** @param {import('../../types.js').Resumed} resumed */
  #resumed({ told, measured }) {
    if (told) this.#tell(told);
    this.#lab.rememberEncoder();
    this.#measuring.measures(measured);
    this.observe();
    this.#sendQuestions();
    const { queued, only } = this.#lab.state.run;
    if (queued) this.go(queued, only);
  }

  /** @param {string} message @param {Command['type']} of The command that it belongs to. */
  #warn(message, of) {
    const { notices } = this.#lab;
    // What is said of the encoder holds for the next runs too.
    if (of === 'load') notices.lasting(message);
    else notices.warning(message);
  }

  /** @param {string} message @param {Command['type']} of The command that failed. @param {import('./types.js').Encoder} before */
  #onError(message, of, before) {
    if (of === 'configure') this.#questions.refuseOfRun(new Error(message));
    if (this.#lab.state.run.status === 'stopped') this.refuseEnd(new Error(message));
    if (of === 'load') return this.encoder.failed(message, before);
    this.#lab.notices.error(message);
    if (of === 'configure' && before.former !== undefined) this.encoder.choose(before.former, true);
  }

  /** @param {string} why @param {Parameters<import('../../engine/engine.js').Listener['onDeath']>[1]} when */
  async #onDeath(why, when) {
    const { notices, words, state } = this.#lab;
    const [beforeReady, isAtRest] = [when === 'before ready', when === 'at rest'];
    const nothingLost = isAtRest && (state.counts.step === 0 || state.replay.is !== '');
    const said = beforeReady ? words.lab.notStarted(why) : words.lab.crashed(why);
    this.#lab.dispatch({ type: 'death', beforeReady, missing: beforeReady ? said : '' });
    this.#questions.refuseAll(new Error(words.lab.crashed(why)));
    if (beforeReady) return notices.error(said);
    this.encoder.again();
    this.send({ type: 'pace', ms: state.reader.msBetween });
    const say = (/** @type {string} */ text) => nothingLost || notices.error(text);
    if (this.#key === undefined) return say(said);
    if (!isAtRest) say(words.lab.replacing(why));
    await this.#lookForKept(true);
    if (this.#lab.isDisposed) return;
    const [found, crashedAt] = [this.#found, this.#crashedAt];
    // The run may be what kills the worker.
    const again = !isAtRest && found !== undefined && found.reached(found.kept) <= crashedAt;
    if (!isAtRest) this.#crashedAt = found ? found.reached(found.kept) : -1;
    const goesOn = this.goOn(!again);
    if (!found || !goesOn) say(said);
    else if (!isAtRest) say(words.sentence(again ? found.crashedAgain(why) : found.crashed(why)));
    this.prepareIfWanted();
  }
}

/** Why a question has no answer: its element was removed, also before the question could be sent. */
const gone = () => new DOMException('The element was removed, or shows another run.', 'AbortError');
