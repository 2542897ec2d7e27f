// One run in the worker: its session, and the loop that trains it. All runs share the worker's wasm instance.
//
// A call into wasm cannot be interrupted. So a session advances by one short unit of work at a time (a training step, or
// one batch of an evaluation), and between two units the loop lets the worker handle waiting messages; a linear probe's
// units are so short that it does so only every few units. Pause, Step and Predict therefore wait for one unit at most,
// whichever run is training.
//
// A command that needs more than a call or two of the session has a file of its own, which holds its state and its loop
// (classifying.js, comparing.js, data-questions.js). Here it has a line in the table of commands. Those that few visits need are
// loaded for the first of them (reader-data.js), since every byte of the worker delays the first run.

import { breathe } from './breathe.js';
import { compare } from './comparing.js';
import { messageOf } from './failure.js';
import { RunEncoder } from './run-encoder.js';
import { failure, isFatal } from './worker-failure.js';

/** @typedef {import('../types.js').Command} Command */
/** @typedef {import('../types.js').Polytask} Polytask */
/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('../types.js').Session} Session */
/** @typedef {Extract<Command, { type: 'configure' }>['recipe']} Recipe */

/**
 * Reports an event of a command.
 *
 * @typedef {(
 *   event: RunEvent | import('../types.js').AnyEvent,
 *   of: Command['type'],
 *   text?: string | null,
 *   request?: number,
 * ) => void} Say `text`: the event's lines in the notebook's printout. `request`: the command's number.
 */

export class Runner {
  #polytask;
  #post;
  /** The worker also has it open files, and cancel its download. */
  encoder;
  /** Once it was asked for. @type {ReturnType<typeof import('./reader-data.js').readerData> | undefined} */
  #readerData;
  /** The name under which the run is kept from visit to visit, if the page wants that. @type {string | undefined} */
  #key;
  /** What keeps it, once it was asked for. @type {Promise<import('./keeping.js').Keeping | undefined> | undefined} */
  #loading;
  /** The same once a run is prepared. @type {import('./keeping.js').Keeping | undefined} */
  #keeper;
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
  /** Settled when the model may change again: its files are being read. @type {Promise<void> | undefined} */
  held;
  /** Minimum time in ms from one step's start to the next one's. */
  #stepMs = 0;

  /**
   * @param {Promise<Polytask>} polytask
   * @param {import('./encoder/encoders.js').Encoders} encoders
   * @param {(event: RunEvent, of: Command['type'], text?: string, request?: number) => void} post
   */
  constructor(polytask, encoders, post) {
    this.#polytask = polytask;
    this.#post = post;
    this.encoder = new RunEncoder(polytask, encoders, (event) => this.#say(event, 'load'), () => this.#readerData?.questions.forget());
  }

  /** @type {{ [C in Command as C['type']]: (command: C, request?: number) => void | Promise<void> }} */
  #commands = {
    load: ({ base }) => this.encoder.load(base),

    configure: ({ recipe, keep_heads }, request) => this.prepare(recipe, keep_heads, request),

    train: async () => {
      await this.#prepared;
      const mine = ++this.#loop;
      await this.#move('train', [], mine);
      for (let began = -Infinity; mine === this.#loop;) {
        if (this.held) {
          await this.held;
          continue;
        }
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

    pause: async () => {
      this.stop();
      this.#say({ type: 'paused' }, 'pause');
      await this.#rest();
    },

    step: async ({ tasks = [] }) => {
      await this.#prepared;
      const mine = ++this.#loop;
      await this.#move('step', tasks, mine);
      this.#watch('step');
      let stepped = false;
      while (mine === this.#loop) {
        if (this.held) {
          await this.held;
          continue;
        }
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
      this.#keeper?.observes(diagnostics);
    },

    interference: async (_, request) => {
      await this.#prepared;
      await this.held;
      const answer = /** @type {RunEvent} */ (this.#configured().session.interference());
      this.#keeper?.answered(answer);
      this.#say(answer, 'interference', undefined, request);
    },

    compare: async (command, request) => {
      const mine = ++this.#loop;
      await this.#rest();
      const say = (/** @type {import('../types.js').AnyEvent} */ event) => this.#say(event, 'compare', undefined, request);
      await compare(await this.#polytask, this.encoder, command, () => mine === this.#loop, say);
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

    check: async ({ recipe }, request) => (await this.readerData()).questions.check(recipe, request),

    label_next: async ({ recipe, n }, request) => (await this.readerData()).questions.labelNext(recipe, n, request),

    classify: async (command, request) => {
      const { classifying } = await this.readerData();
      await this.#prepared;
      const { session } = this.#configured();
      const [run, loop] = [this.#asked, this.#loop];
      await classifying.classify(command, session, () => run !== this.#asked || loop !== this.#loop, request);
    },
  };

  /** @param {Command} command @param {number} [request] The command's number, which its events carry. */
  async obey(command, request) {
    const obey = /** @type {(command: Command, request?: number) => void | Promise<void>} */ (this.#commands[command.type]);
    await obey(command, request);
  }

  /**
   * What answers the commands about the reader's own data.
   *
   * @throws {import('./failure.js').Failure} Without a network it cannot be loaded.
   */
  async readerData() {
    const { readerData } = await import('./reader-data.js').catch(() => {
      throw failure('download.offline', { file: 'reader-data.js', url: new URL('reader-data.js', String(import.meta.url)).href });
    });
    this.#readerData ??= readerData(this.#polytask, this, this.#say);
    return this.#readerData;
  }

  /**
   * Keeps the run from visit to visit.
   *
   * @param {string} key
   * @param {boolean} finds Whether an earlier visit may have left one.
   * @param {boolean} isLost Whether the worker that kept it was lost a moment ago.
   * @returns {Promise<import('../types.js').Kept | undefined>} The one that an earlier visit left.
   */
  async keep(key, finds, isLost) {
    this.#key = key;
    return finds ? (await this.#keeping())?.find(isLost) : undefined;
  }

  /** What keeps the run; nothing if the page does not want that, or without a network, where the run trains all the same. */
  #keeping() {
    const key = this.#key;
    if (key === undefined) return undefined;
    this.#loading ??= import('./keeping.js').then(
      ({ Keeping }) => new Keeping(key, (warning) => this.#say({ type: 'warning', ...warning }, 'train')),
      () => undefined,
    );
    return this.#loading;
  }

  /** Removes the run that is kept. */
  async forget() {
    (await this.#loading)?.forget();
  }

  /** The page may be gone soon: writes where the run is. */
  save() {
    if (this.#session) this.#keeper?.save(this.#session);
  }

  /**
   * Prepares a run.
   *
   * @param {Recipe} recipe
   * @param {boolean | undefined} keepHeads Whether the encoder is a saved model, whose heads the run goes on with.
   * @param {number} [request]
   * @param {boolean} [goesOn] Whether it is to go on with the run of an earlier visit.
   */
  async prepare(recipe, keepHeads, request, goesOn = false) {
    this.#loop += 1;
    const mine = ++this.#asked;
    const preparing = this.encoder.undamaged(() => this.#prepare(recipe, keepHeads, mine, request, goesOn));
    this.#prepared = preparing.catch(() => {});
    await preparing;
  }

  /**
   * The page will ask for this run when the encoder at `base`, which is on its way, is here.
   *
   * @param {string} base
   * @param {Recipe} recipe
   * @param {boolean} keepHeads
   */
  async expect(base, recipe, keepHeads) {
    const asked = this.#asked;
    const { Session } = await this.#polytask;
    // The run before stays until the encoder is here; a run that is prepared or closed meanwhile expects no other.
    if (this.#start || asked !== this.#asked) return;
    await this.encoder.expect(base, (this.#session ??= new Session()), recipe, keepHeads);
  }

  /** Stops the loop in progress. */
  stop() {
    this.#loop += 1;
  }

  /** Ends the run and frees its session's memory. */
  close() {
    this.stop();
    this.encoder.cancel();
    this.#asked += 1;
    // A preparation in progress stops at its next await; its session is freed after that.
    this.#prepared
      .then(() => {
        this.#readerData?.questions.forget();
        this.#readerData?.classifying.forget();
        this.#readerData?.models.close();
        this.#session?.free();
      })
      .catch(() => {}); // After a trap there is nothing to free.
    this.#loading?.then((keeping) => keeping?.close());
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
   * @param {boolean | undefined} keepHeads
   * @param {number} mine
   * @param {number | undefined} request
   * @param {boolean} goesOn
   */
  async #prepare(recipe, keepHeads, mine, request, goesOn) {
    const session = (this.#session ??= new (await this.#polytask).Session());
    await this.held;
    const wanted = () => mine === this.#asked;
    const begin = async (/** @type {Recipe} */ planned) => this.encoder.begin(session, planned, wanted, keepHeads);
    this.#keeper?.stop();
    // It comes while the encoder is read.
    const loading = this.#keeping();
    const back = goesOn ? await (await loading)?.resume(await this.#polytask, session, begin, wanted) : undefined;
    if (!wanted()) return;
    if (back && 'start' in back) {
      const { start, ...resumed } = back;
      [this.#keeper, this.#start] = [await loading, start];
      return this.#say({ type: 'resumed', ...resumed }, 'configure', undefined, request);
    }
    const events = await begin(recipe);
    this.#keeper = await loading;
    if (!events || !wanted()) return;
    for (const event of events) if (event.type === 'start') this.#start = event;
    const lines = session.lines();
    this.#keeper?.prepared(recipe, this.encoder.base, events, lines);
    this.#sayAll(events, lines, 'configure', request);
    if (back) this.#say({ type: 'warning', ...back.why }, 'configure', undefined, request);
  }

  /** The run moves from now on. @param {'train' | 'step'} is @param {string[]} tasks @param {number} mine The loop's number. */
  async #move(is, tasks, mine) {
    await this.#keeper?.begin();
    if (mine === this.#loop) this.#keeper?.moves(is, tasks);
  }

  /** The run moves no more, unless it is told to meanwhile. */
  async #rest() {
    const mine = this.#loop;
    await this.#prepared;
    if (mine === this.#loop && this.#session) this.#keeper?.pause(this.#session);
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
      // Saves the call for steps: there are thousands, and the notebook prints none of them.
      const lines = events.every((event) => event.type === 'step') ? [] : session.lines();
      this.#keeper?.did(events, lines);
      this.#sayAll(events, lines, of);
      if (events.some(({ type }) => type === 'end')) this.#keeper?.save(session);
      else this.#keeper?.saveInTime(session);
      return events;
    } catch (error) {
      // A loss that is not finite has ended the run.
      if (isFatal(error)) throw error;
      for (const verdict of session.verdicts()) this.#say(verdict, of);
      this.#keeper?.forget();
      throw error;
    }
  }

  /** The configured run's, as soon as it is prepared. */
  async session() {
    await this.#prepared;
    return this.#configured().session;
  }

  #configured() {
    const [session, start] = [this.#session, this.#start];
    if (!session || !start) throw failure('run.none');
    return { session, start };
  }

  /** @type {Say} */
  #say = (event, of, text, request) => {
    this.#post(/** @type {RunEvent} */ (event), of, text ?? undefined, request);
  };

  /**
   * Reports events of a session, with their lines in the notebook's printout.
   *
   * @param {RunEvent[]} events
   * @param {(string | null)[]} lines
   * @param {Command['type']} of
   * @param {number} [request]
   */
  #sayAll(events, lines, of, request) {
    events.forEach((event, i) => this.#say(event, of, lines[i], request));
  }
}

/** Commands that change nothing; a failure of theirs, even for lack of memory, does not stop training. @type {Set<Command['type']>} */
const QUESTIONS = new Set(['predict', 'tokenize', 'explain', 'observe', 'check', 'label_next', 'classify']);

/** @param {number} ms */
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
