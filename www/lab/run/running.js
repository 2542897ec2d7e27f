// A lab's end of the worker: sends the commands that a change of the state calls for, and reduces the worker's events into
// the state.

import { connect } from '../../engine/engine.js';
import { DEFAULT_ENCODER, OWN, ownAddress } from '../../engine/encoder/addresses.js';
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
  #lab;
  #passOn;
  #measuring;
  /** @type {import('../../engine/engine.js').Channel | undefined} */
  #channel;
  #questions = new Questions();
  /** The pooling that the encoder on its way or in use declares. @type {{ pooling: string, said: string } | undefined} */
  #declared;
  #isDisposed = false;
  /** Number of the latest command that has one. */
  #request = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #settling;

  /**
   * @param {import('../lab.js').Lab} lab
   * @param {Partial<import('../../types.js').Diagnostics>} measured The measurements that the views need.
   * @param {(event: RunEvent) => void} passOn Hears of each event after the state.
   */
  constructor(lab, measured, passOn) {
    this.#lab = lab;
    this.#passOn = passOn;
    this.#measuring = new Measuring(measured, (diagnostics) => this.send({ type: 'observe', diagnostics }));
    if (lab.state.missing) return;
    this.#channel = connect({
      onReady: (build, threads) => lab.dispatch({ type: 'ready', build, threads }),
      onEvent: (event, of, text, request) => this.#onEvent({ type: 'worker event', event, of, request, text, at: performance.now() }),
      onDeath: (cause, beforeReady) => this.#onDeath(lab.words.sentence(cause), beforeReady),
    });
  }

  /** Ends the worker's part in it. */
  dispose() {
    this.#isDisposed = true;
    clearTimeout(this.#settling);
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
    if (this.#isDisposed) return Promise.reject(gone());
    return this.#channel && !missing ? this.#channel.ask(question, ...args) : Promise.reject(new Error(missing));
  }

  // ---- the encoder

  /** Fetches the encoder, if nobody has yet, and prepares a run as soon as it is here. */
  wake() {
    const before = this.#lab.state.encoder.is;
    this.#lab.dispatch({ type: 'wake' });
    if (before !== 'loading' && this.#lab.state.encoder.is === 'loading') this.#load(this.#lab.state.encoder.address);
  }

  /** @param {string} address */
  #load(address) {
    this.#declared = undefined;
    this.send({ type: 'load', base: address });
  }

  /** Fetches another encoder. The one that is in use stays until it is here. @param {string} address @param {boolean} [returns] */
  choose(address, returns = false) {
    if (!this.#channel) return;
    this.#channel.cancel();
    this.#lab.dispatch({ type: 'choose encoder', address, returns });
    this.#load(address);
  }

  /** Takes the reader's own files for the encoder. @param {[path: string, file: Blob][]} files @param {string} name */
  open(files, name) {
    if (!this.#channel) return;
    const address = ownAddress(name);
    this.#channel.cancel();
    this.#declared = undefined;
    this.#lab.dispatch({ type: 'choose encoder', address, returns: false });
    this.#channel.open(address, files, name);
  }

  /** Breaks the encoder's download off. */
  cancelLoading() {
    const { is, next, address } = this.#lab.state.encoder;
    if (is !== 'loading' && !next) return;
    this.#channel?.cancel();
    this.#lab.dispatch({ type: 'cancel encoder' });
    // It may have come just now: the worker must not use it.
    if (next) return this.send({ type: 'load', base: address });
    this.#questions.refuseAll(new DOMException('The encoder is not fetched any more.', 'AbortError'));
  }

  // ---- its preparation

  /** Configures a run from the document, as soon as both the document and the encoder are here. */
  prepare() {
    const { store, notices } = this.#lab;
    this.#lab.dispatch({ type: 'want' });
    if (this.#lab.state.encoder.is !== 'here' || !store.isOpen) return;
    const { wrong } = store;
    if (wrong) {
      this.#questions.refuseOfRun(new Error(wrong.text));
      notices.error(wrong.text);
      this.#lab.dispatch({ type: 'refuse', field: wrong.field });
      return;
    }
    if (this.#settlesPooling()) return;
    const request = ++this.#request;
    this.#lab.dispatch({ type: 'configure', request });
    const { recipe } = this.#lab;
    const diagnostics = this.#measuring.begin(recipe.diagnostics);
    this.send({ type: 'configure', recipe: { ...recipe, diagnostics } }, request);
  }

  /** Whether the pooling is to be settled first, for another encoder; then the run is prepared. */
  #settlesPooling() {
    const { choice, state } = this.#lab;
    const { address, pooling } = choice.pooled;
    if (address === state.encoder.address || !(pooling ?? this.#declared)) return false;
    import('../encoder/pooling.js').then(({ settlePooling }) => {
      if (this.#isDisposed) return;
      settlePooling(this.#lab, this.#declared);
      this.prepare();
    }, () => this.#lab.notices.error(this.#lab.words.lab.notLoaded('pooling.js')));
    return true;
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

  // ---- its steps

  /** Resolves when the run ends. Rejects with one sentence when it cannot begin or go on. */
  end() {
    const end = this.#questions.end();
    if (this.#isDisposed) this.refuseEnd(gone());
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
    if (move === 'wait') this.wake();
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
    if (this.#isDisposed) return Promise.reject(gone());
    if (missing) return Promise.reject(new Error(missing));
    const answer = this.#questions.add(++this.#request, question, progress);
    const aboutData = ABOUT_DATA.has(question.type);
    if (aboutData ? encoder.is === 'here' : hasRun(run.status)) this.#sendQuestions();
    else this.wake();
    if (run.status === 'none' && !aboutData) this.prepare();
    return answer;
  }

  #sendQuestions() {
    for (const [request, question] of this.#questions.send(hasRun(this.#lab.state.run.status))) this.send(question, request);
  }

  /**
   * The file that was classified last, as bytes.
   *
   * @param {import('../../types.js').Written} written
   * @param {number | undefined} threshold
   * @param {boolean} all
   * @returns {Promise<Uint8Array>}
   */
  write(written, threshold, all) {
    return this.#channel && !this.#isDisposed ? this.#channel.write(written, threshold, all) : Promise.reject(gone());
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
      case 'end':
        this.#questions.ended();
        break;
      case 'warning':
        if (event.code !== 'encoder.pooling') notices.warning(words.sentence(event));
        else this.#declared = { pooling: String(event.params.pooling), said: words.sentence(event) };
        break;
      case 'error':
        this.#onError(words.sentence(event), of, state.encoder);
        break;
    }
    this.#passOn(event);
  }

  /** @param {string} message @param {Command['type']} of The command that failed. @param {import('./types.js').Encoder} before */
  #onError(message, of, { address, next, former }) {
    const { notices, words } = this.#lab;
    if (of === 'configure') this.#questions.refuseOfRun(new Error(message));
    if (this.#lab.state.run.status === 'stopped') this.refuseEnd(new Error(message));
    if (of !== 'load') {
      notices.error(message);
      if (of === 'configure' && former !== undefined) this.choose(former, true);
      return;
    }
    const wanted = next?.address ?? address;
    if (!next) this.#questions.refuseAll(new Error(message));
    const again = { label: words.lab.retry, run: () => (next ? this.choose(wanted) : this.wake()) };
    const usual = this.#lab.encoderAt(DEFAULT_ENCODER);
    const other = { label: words.lab.useEncoder(DEFAULT_ENCODER), run: () => this.choose(usual) };
    notices.error(message, ...(wanted.startsWith(OWN) ? [] : [again]), ...(next || wanted === usual ? [] : [other]));
  }

  /** @param {string} why @param {boolean} beforeReady */
  #onDeath(why, beforeReady) {
    const { notices, words } = this.#lab;
    const said = beforeReady ? words.lab.notStarted(why) : words.lab.crashed(why);
    this.#lab.dispatch({ type: 'death', beforeReady, missing: beforeReady ? said : '' });
    this.#questions.refuseAll(new Error(words.lab.crashed(why)));
    notices.error(said);
    if (beforeReady) return;
    const { encoder, reader } = this.#lab.state;
    if (encoder.is === 'loading') this.#load(encoder.address);
    this.send({ type: 'pace', ms: reader.msBetween });
  }
}

/** Why a question has no answer: its element was removed, also before the question could be sent. */
const gone = () => new DOMException('The element was removed, or shows another run.', 'AbortError');
