// One run in the worker: its session, and the loop that trains it. All runs share the worker's wasm instance.
//
// A call into wasm cannot be interrupted. So a session advances by one short unit of work at a time (a training step, or
// one batch of an evaluation), and between two units the loop lets the worker handle waiting messages; a linear probe's
// units are so short that it does so only every few units. Pause, Step and Predict therefore wait for one unit at most,
// whichever run is training.

import { messageOf } from './failure.js';
import { failure } from './worker-failure.js';
import { DamagedFile } from './encoder/stored-file.js';

/** @typedef {import('../types.js').Classification} Classification */
/** @typedef {import('../types.js').Command} Command */
/** @typedef {import('../types.js').DataCheck} DataCheck */
/** @typedef {import('../types.js').Polytask} Polytask */
/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('../types.js').Session} Session */
/** @typedef {Extract<Command, { type: 'configure' }>['recipe']} Recipe */
/** @typedef {import('./encoder/stored-file.js').StoredFile} StoredFile */

/** The encoder's address and files. @typedef {{ base: string, files: Map<string, StoredFile> }} Encoder */

export class Runner {
  #polytask;
  #encoders;
  #post;
  /** @type {Encoder | undefined} */
  #encoder;
  /** @type {Session | undefined} */
  #session;
  /** The configured run. @type {RunEvent & { type: 'start' } | undefined} */
  #start;
  /** Number of the latest `configure` command. The preparation of an earlier one stops at its next `await`. */
  #asked = 0;
  /** Settled when the latest run is prepared or has failed to be. @type {Promise<void>} */
  #prepared = Promise.resolve();
  /** Number of the loop that may run. Raising it stops the loop in progress at its next `await`. */
  #loop = 0;
  /** The command for which the phases of a step are reported. @type {Command['type'] | undefined} */
  #watched;
  /** The sentences as the encoder sees them, for checks and labelling. @type {DataCheck | undefined} */
  #dataCheck;
  /** Number of the latest check or choice of sentences. An earlier one stops at its next `await`. */
  #checking = 0;
  /** The file that was classified last. @type {Classification | undefined} */
  #classification;
  /** Number of the latest file to classify. */
  #classifying = 0;
  /** Minimum time in ms from one step's start to the next one's. */
  #stepMs = 0;
  #sayLoading = (/** @type {RunEvent} */ event) => this.#say(event, 'load');

  /**
   * @param {Promise<Polytask>} polytask
   * @param {import('./encoder/encoders.js').Encoders} encoders
   * @param {(event: RunEvent, of: Command['type'], text?: string, request?: number) => void} post
   */
  constructor(polytask, encoders, post) {
    this.#polytask = polytask;
    this.#encoders = encoders;
    this.#post = post;
  }

  /** @type {{ [C in Command as C['type']]: (command: C, request?: number) => void | Promise<void> }} */
  #commands = {
    load: async ({ base }) => {
      // Until it is here, the one before stays.
      const files = await this.#encoders.load(base, this.#sayLoading);
      this.#forgetCheck();
      this.#encoder = { base, files };
    },

    configure: async ({ recipe }, request) => {
      this.#loop += 1;
      const preparing = this.#prepare(recipe, ++this.#asked, request);
      this.#prepared = preparing.catch(() => {});
      await preparing;
    },

    train: async () => {
      await this.#prepared;
      const mine = ++this.#loop;
      for (let began = -Infinity; mine === this.#loop;) {
        const rest = began + this.#stepMs - performance.now();
        if (rest > 0) {
          await sleep(Math.min(rest, 100)); // Wakes often enough to notice a change of pace.
          continue;
        }
        const now = performance.now();
        // At a slow pace the page shows each phase of a step.
        this.#watch(this.#stepMs > 0 ? 'train' : undefined);
        const events = this.#advance('train');
        if (events.some(({ type }) => type === 'end')) return;
        if (events.some(({ type }) => type === 'step')) began = now;
        await breathe();
      }
    },

    pause: () => {
      this.stop();
      this.#say({ type: 'paused' }, 'pause');
    },

    step: async ({ tasks = [] }) => {
      await this.#prepared;
      const mine = ++this.#loop;
      this.#watch('step');
      let stepped = false;
      while (mine === this.#loop) {
        const events = this.#advance('step', tasks);
        stepped ||= events.some(({ type }) => type === 'step' || type === 'end');
        // A step is complete only with the measurements that follow it.
        if (stepped && !this.#configured().session.is_measuring()) return this.#say({ type: 'paused' }, 'step');
        await breathe();
      }
    },

    pace: ({ ms }) => {
      this.#stepMs = ms;
    },

    observe: async ({ diagnostics }) => {
      await this.#prepared;
      this.#configured().session.observe(diagnostics);
    },

    interference: async (_, request) => {
      await this.#prepared;
      this.#say(this.#configured().session.interference(), 'interference', undefined, request);
    },

    compare: async ({ recipe, weightings, seeds }, request) => {
      const mine = ++this.#loop;
      const polytask = await this.#polytask;
      const comparison = new polytask.ComparisonRuns(recipe, weightings, Float64Array.from(seeds));
      try {
        for (const [i, planned] of comparison.recipes().entries()) {
          const compared = await this.#runBeside(planned, () => mine === this.#loop, (session, failed) =>
            failed ? comparison.fail(i, messageOf(failed)) : comparison.finish(i, session),
          );
          if (!compared) return;
          this.#say(compared, 'compare', undefined, request);
        }
        this.#say(comparison.table(), 'compare', undefined, request);
      } finally {
        comparison.free();
      }
    },

    predict: async ({ text }, request) => {
      await this.#prepared;
      this.#say(this.#configured().session.predict(text), 'predict', undefined, request);
    },

    tokenize: async ({ text }, request) => {
      await this.#prepared;
      this.#say(this.#configured().session.tokens(text), 'tokenize', undefined, request);
    },

    explain: async ({ text }, request) => {
      await this.#prepared;
      this.#say(this.#configured().session.explain(text), 'explain', undefined, request);
    },

    check: async ({ recipe }, request) => {
      const mine = ++this.#checking;
      const check = await this.#checkOf(recipe, mine, 'check', request);
      const findings = check.findings();
      findings.near_duplicates = await this.#searched(() => check.near_duplicates(), mine);
      for (let task = 0; task < check.tasks; task++)
        findings.label_errors.push(await this.#searched(() => check.label_errors(task), mine));
      this.#say({ type: 'findings', ...findings }, 'check', undefined, request);
    },

    label_next: async ({ recipe, n }, request) => {
      const check = await this.#checkOf(recipe, ++this.#checking, 'label_next', request);
      this.#say({ type: 'label_next', ...check.label_next(n) }, 'label_next', undefined, request);
    },

    classify: async ({ name, bytes, text, trained }, request) => {
      await this.#prepared;
      const { session } = this.#configured();
      const [mine, run, loop] = [++this.#classifying, this.#asked, this.#loop];
      this.#classification?.free();
      this.#classification = undefined;
      const file = new (await this.#polytask).Classification(session, name, bytes, text, trained);
      this.#classification = file;
      while (!file.advance(session)) {
        this.#sayEncoded(file.done, file.sentences, 'classify', request);
        await breathe();
        if (mine !== this.#classifying) throw failure('run.superseded');
        // The answers must be those of one model.
        if (run !== this.#asked || loop !== this.#loop) throw failure('run.replaced');
      }
      this.#say({ type: 'classified', ...file.classified() }, 'classify', undefined, request);
    },
  };

  /** @param {Command} command @param {number} [request] The command's number, which its events carry. */
  async obey(command, request) {
    const obey = /** @type {(command: Command, request?: number) => void | Promise<void>} */ (this.#commands[command.type]);
    await obey(command, request);
  }

  /**
   * The file that was classified last, with the answers' columns beside its own.
   *
   * @param {import('../types.js').Written} written
   * @param {number | undefined} threshold An answer below it is blank.
   * @param {boolean} all Whether to write the probabilities of all classes.
   * @returns {Uint8Array}
   */
  write(written, threshold, all) {
    if (!this.#classification) throw failure('run.nothing_classified');
    return this.#classification.write(written, threshold, all);
  }

  /**
   * Uses the reader's own files as the encoder.
   *
   * @param {string} base The address under which they are kept.
   * @param {[path: string, file: Blob][]} files
   * @param {string} name
   */
  async open(base, files, name) {
    const opened = await this.#encoders.open(base, files, name, this.#sayLoading);
    this.#forgetCheck();
    this.#encoder = { base, files: opened };
  }

  /** Stops the loop in progress. */
  stop() {
    this.#loop += 1;
  }

  /** Cancels the encoder's download for this run. */
  cancel() {
    this.#encoders.cancel(this.#sayLoading);
  }

  /** Ends the run and frees its session's memory. */
  close() {
    this.stop();
    this.cancel();
    this.#asked += 1;
    this.#classifying += 1;
    // A preparation in progress stops at its next await; its session is freed after that.
    this.#prepared
      .then(() => {
        this.#forgetCheck();
        this.#classification?.free();
        this.#session?.free();
      })
      .catch(() => {}); // After a trap there is nothing to free.
  }

  /** Reports that a command failed. @param {Error} error @param {Command['type']} of @param {number} [request] */
  fail(error, of, request) {
    if (error.name === 'AbortError') return; // The page cancelled it itself.
    // Training goes on when only a question failed.
    if (!QUESTIONS.has(of)) this.stop();
    const what = messageOf(error);
    this.#say({ type: 'error', ...what }, of, `Error: ${what.message}`, request);
  }

  /**
   * Prepares the run of `configure` number `mine`.
   *
   * @param {Recipe} recipe
   * @param {number} mine
   * @param {number} [request]
   */
  async #prepare(recipe, mine, request) {
    await this.#undamaged(() => this.#fill(recipe, mine, request));
  }

  /**
   * Does `work` with the encoder's files. If one was damaged in the browser's cache, downloads the encoder again, and does it
   * again.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async #undamaged(work) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DamagedFile) || !this.#encoder) throw error;
      const { base } = this.#encoder;
      this.#encoder = { base, files: await this.#encoders.reload(base, this.#sayLoading) };
      return work();
    }
  }

  /** @param {Recipe} recipe @param {number} mine @param {number} [request] */
  async #fill(recipe, mine, request) {
    this.#session ??= new (await this.#polytask).Session();
    const events = await this.#begin(this.#session, recipe, () => mine === this.#asked);
    if (!events) return;
    for (const event of events) if (event.type === 'start') this.#start = event;
    this.#sayAll(this.#session, events, 'configure', request);
  }

  /**
   * Begins `recipe` in the session `into`, with the loaded encoder.
   *
   * @param {Session} into
   * @param {Recipe} recipe
   * @param {() => boolean} wanted Called after each `await`; false stops the preparation.
   * @returns {Promise<RunEvent[] | undefined>} The session's first events; undefined if it was stopped.
   */
  async #begin(into, recipe, wanted) {
    const { pieces, small } = await this.#encoderFiles();
    if (!wanted()) return undefined;
    into.plan(recipe, ...small);
    for await (const piece of pieces) {
      if (!wanted()) return undefined;
      into.receive(piece);
    }
    return /** @type {RunEvent[]} */ (into.begin());
  }

  /** The encoder's weights in pieces, which are already on their way, and its small files. */
  async #encoderFiles() {
    if (!this.#encoder) throw failure('run.no_encoder');
    const { files } = this.#encoder;
    const [config, tokenizer, weights] = ['config.json', 'tokenizer.json', 'model.safetensors'].map(
      (name) => /** @type {StoredFile} */ (files.get(name)),
    );
    const pieces = weights.pieces();
    /** @type {[config: Uint8Array, tokenizer: Uint8Array]} */
    const small = await Promise.all([config.bytes(), tokenizer.bytes()]);
    return { pieces, small };
  }

  /**
   * The sentences of `recipe` as the encoder sees them. The vectors of an earlier question are used again if the sentences
   * are the same.
   *
   * @param {Recipe} recipe
   * @param {number} mine Number of the question.
   * @param {Command['type']} of
   * @param {number} [request]
   * @returns {Promise<DataCheck>} Rejects if another question takes its place.
   */
  async #checkOf(recipe, mine, of, request) {
    if (!this.#dataCheck?.relabel(recipe)) {
      this.#dataCheck?.free();
      this.#dataCheck = undefined;
      const made = await this.#undamaged(() => this.#makeCheck(recipe, mine));
      this.#dataCheck = made;
    }
    const check = this.#dataCheck;
    for (let done = check.advance(); done < check.sentences; done = check.advance()) {
      this.#sayEncoded(done, check.sentences, of, request);
      await breathe();
      this.#assertLatest(mine);
    }
    this.#sayEncoded(check.sentences, check.sentences, of, request);
    return check;
  }

  /** @param {Recipe} recipe @param {number} mine @returns {Promise<DataCheck>} */
  async #makeCheck(recipe, mine) {
    const { DataCheck } = await this.#polytask;
    const { pieces, small } = await this.#encoderFiles();
    this.#assertLatest(mine);
    const check = new DataCheck(recipe, ...small);
    try {
      for await (const piece of pieces) {
        this.#assertLatest(mine);
        check.receive(piece);
      }
      this.#assertLatest(mine);
      check.begin();
      return check;
    } catch (error) {
      if (!isFatal(error)) check.free();
      throw error;
    }
  }

  /**
   * The result of a search that is made piece by piece.
   *
   * @template T
   * @param {() => T | undefined} search Does the next piece. Returns the result after the last one.
   * @param {number} mine Number of the question.
   * @returns {Promise<T>}
   */
  async #searched(search, mine) {
    for (;;) {
      await breathe();
      this.#assertLatest(mine);
      const found = search();
      if (found) return found;
    }
  }

  /** Throws if another question has taken this one's place. @param {number} mine */
  #assertLatest(mine) {
    if (mine !== this.#checking) throw failure('run.superseded');
  }

  /** Frees the sentences' vectors: they are of another encoder, or of no use any more. */
  #forgetCheck() {
    this.#checking += 1;
    this.#dataCheck?.free();
    this.#dataCheck = undefined;
  }

  /** @param {number} done @param {number} sentences @param {Command['type']} of @param {number} [request] */
  #sayEncoded(done, sentences, of, request) {
    this.#say({ type: 'encoded', done, sentences }, of, undefined, request);
  }

  /**
   * Trains `recipe` from its first step to its end in a session of its own; the configured run keeps its state.
   *
   * @template T
   * @param {Recipe} recipe
   * @param {() => boolean} wanted
   * @param {(session: Session, failure?: Error) => T} conclude Makes the result from the finished run, or from its failure.
   * @returns {Promise<T | undefined>} The result; undefined if the run was stopped.
   */
  async #runBeside(recipe, wanted, conclude) {
    const beside = new (await this.#polytask).Session();
    /** @type {Error | undefined} */
    let failed;
    try {
      let events = await this.#begin(beside, recipe, wanted);
      while (events && wanted() && !events.some((event) => event.type === 'end')) {
        events = /** @type {RunEvent[]} */ (beside.advance());
        await breathe();
      }
    } catch (error) {
      // After a trap the session cannot be freed: the error from freeing it would hide the first one.
      if (isFatal(error) || !(error instanceof Error)) throw error;
      failed = error;
    }
    try {
      return wanted() ? conclude(beside, failed) : undefined;
    } finally {
      beside.free();
    }
  }

  /** Reports each phase of a step from now on, as events of the command `of`; absent: reports none. @param {Command['type']} [of] */
  #watch(of) {
    if (of === this.#watched) return;
    this.#watched = of;
    this.#configured().session.watch(of && ((phase) => this.#say(phase, of)));
  }

  /**
   * @param {Command['type']} of
   * @param {string[]} [tasks] The tasks that a step trains; all if absent or empty.
   */
  #advance(of, tasks = []) {
    const { session } = this.#configured();
    try {
      const events = /** @type {RunEvent[]} */ (session.advance(tasks));
      this.#sayAll(session, events, of);
      return events;
    } catch (error) {
      // A loss that is not finite has ended the run.
      if (!isFatal(error)) for (const verdict of session.verdicts()) this.#say(verdict, of);
      throw error;
    }
  }

  #configured() {
    const [session, start] = [this.#session, this.#start];
    if (!session || !start) throw failure('run.none');
    return { session, start };
  }

  /**
   * @param {RunEvent | import('../types.js').AnyEvent} event
   * @param {Command['type']} of
   * @param {string | null} [text] The event's lines in the notebook's printout.
   * @param {number} [request] The command's number.
   */
  #say(event, of, text, request) {
    this.#post(/** @type {RunEvent} */ (event), of, text ?? undefined, request);
  }

  /**
   * Reports a session's latest events, with their lines in the notebook's printout.
   *
   * @param {Session} session
   * @param {RunEvent[]} events
   * @param {Command['type']} of
   * @param {number} [request]
   */
  #sayAll(session, events, of, request) {
    // Saves the call for steps: there are thousands, and the notebook prints none of them.
    const lines = events.every((event) => event.type === 'step') ? [] : session.lines();
    events.forEach((event, i) => this.#say(event, of, lines[i], request));
  }
}

/** Commands that change nothing; a failure of theirs, even for lack of memory, does not stop training. @type {Set<Command['type']>} */
const QUESTIONS = new Set(['predict', 'tokenize', 'explain', 'observe', 'check', 'label_next', 'classify']);

/** How long messages may wait: nobody notices 4 ms, and handling them takes a sixth of a linear probe's step. */
const BREATH_MS = 4;

/**
 * Lets the worker handle waiting messages, if the last time was `BREATH_MS` ago. It is not a timer, since browsers slow timers
 * down in the background.
 */
const breathe = (() => {
  const { port1, port2 } = new MessageChannel();
  /** @type {(() => void)[]} */
  const waiting = [];
  let last = -Infinity;
  port1.onmessage = () => {
    last = performance.now();
    waiting.shift()?.();
  };
  return () =>
    performance.now() - last < BREATH_MS
      ? undefined
      : /** @type {Promise<void>} */ (
          new Promise((resolve) => {
            waiting.push(resolve);
            port2.postMessage(null);
          })
        );
})();

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Whether an error is a trap, a stack overflow or a failure to grow memory: the wasm instance's state is unknown afterwards.
 *
 * @param {unknown} error
 */
export function isFatal(error) {
  return (
    error instanceof WebAssembly.RuntimeError ||
    error instanceof RangeError ||
    (error instanceof Error && error.name === 'InternalError')
  );
}
