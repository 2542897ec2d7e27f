// The page's connection to the worker: sends commands and questions, passes events on, starts the worker's threads, and
// replaces a worker that died. All runs of a page share one worker, which ends with the last of them.
//
// A page that is left may rest in the back/forward cache, its worker with it. If that one holds a lock or files that another page of
// the origin then asks for, Chromium (156) stops both for good: the other page never answers again. So such a worker ends when the
// page is left, and there is another when the reader comes back.

import { Failure, message, messageOf } from './failure.js';
import { modules, moved, remedy, threadScript, workerScript } from './files.js';
import { lifeline, watch } from './lifeline.js';
import { startWorker } from './start-worker.js';
import { isSupported } from './support.js';
import { ONE_THREAD, startThreads } from './threads.js';
import { isPolicyRefused } from './trusted.js';

/** @typedef {import('../types.js').Build} Build */
/** @typedef {import('../types.js').Command} Command */
/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('../types.js').FromWorker} FromWorker */
/** @typedef {import('../types.js').ToWorker} ToWorker */
/** @typedef {import('../types.js').Questions} Questions */
/** @typedef {import('../types.js').Calls} Calls */

/**
 * A run's callbacks.
 *
 * @typedef {object} Listener
 * @property {(build: Build, threads: number) => void} onReady The worker can compute.
 * @property {(event: RunEvent, of: Command['type'], text?: string, request?: number) => void} onEvent
 * @property {(why: Message, when: 'before ready' | 'running' | 'at rest') => void} onDeath The worker died, and all runs with it. A
 *   new one has started already, unless this one died before it was ready: a new one would fail too. At rest: it was ended when
 *   the page was left, and the reader is back.
 */

/** Time limit for starting threads: a browser that cannot start any may report no error. */
const THREADS_MS = 5000;
/** Why a worker died that sent no error. */
const GONE = message('worker.ended');

/** The page's worker, while it has users. @type {Engine | undefined} */
let shared;

/**
 * Joins the page's worker; the first caller starts it.
 *
 * @param {Listener} listener
 * @param {boolean} [isSingle] Whether a worker that is started has one thread.
 */
export function connect(listener, isSingle = false) {
  return engine(isSingle).join(listener);
}

/**
 * Starts the page's worker for a run that is about to join it, if the browser supports it.
 *
 * @returns {() => void} Call it when the run has joined or will not: a worker without a run ends.
 */
export function startEarly() {
  return isSupported() ? engine().hold() : () => {};
}

/** @param {boolean} [isSingle] */
function engine(isSingle) {
  shared ??= new Engine(isSingle ? ONE_THREAD : 'polytask', (gone) => {
    if (shared === gone) shared = undefined;
  });
  return shared;
}

/** @type {(files: string[]) => void} */
let loaded;
/** The addresses of the files that the page's first worker loaded. offline.js keeps them for visits without a network. */
export const workerFiles = new Promise((/** @type {typeof loaded} */ resolve) => (loaded = resolve));

/** One run's connection to the worker. @typedef {ReturnType<Engine['join']>} Channel */

class Engine {
  /** @type {Worker | undefined} */
  #worker;
  /** The threads of the worker's pool. @type {{ terminate(): void }[]} */
  #threads = [];
  /** The name of the worker's lock. */
  #lock = '';
  /** Number of locks that the worker holds or waits for, and that other pages may ask for. */
  #locks = 0;
  /** Whether it was ended because the page rests. */
  #isAtRest = false;
  #stopWatching = () => {};
  /** @type {{ build: Build, threads: number } | undefined} */
  #ready;
  /** Messages sent before the worker was ready. A worker without threads that replaces it gets them again. @type {ToWorker[]} */
  #early = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watch;
  /** The next number for a run or a question. */
  #next = 0;
  /** @type {Map<number, Listener>} */
  #listeners = new Map();
  /** Number of callers that keep the worker for a run that will join (`hold`). */
  #holds = 0;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error | DOMException) => void }>} */
  #asked = new Map();
  #name;
  #onUnused;

  /**
   * @param {string} name The worker's.
   * @param {(gone: Engine) => void} onUnused Called when the worker ends with its last run, and when it died before it was
   *   ready: the next caller starts another engine.
   */
  constructor(name, onUnused) {
    this.#name = name;
    this.#onUnused = onUnused;
    this.#spawn(name);
    globalThis.addEventListener?.('pagehide', this.#onLeave);
    globalThis.addEventListener?.('pageshow', this.#onReturn);
  }

  /** @param {Listener} listener */
  join(listener) {
    const run = this.#next++;
    this.#listeners.set(run, listener);
    const ready = this.#ready;
    if (ready) queueMicrotask(() => listener.onReady(ready.build, ready.threads));
    return {
      /** @param {Command} command @param {number} [request] Comes back with the command's events. */
      send: (command, request) => {
        // After `close` the worker would start a new run for it.
        if (this.#listeners.has(run)) this.#post({ kind: 'command', run, command, request });
      },

      /**
       * @template {keyof Questions} Q
       * @param {Q} question
       * @param {Questions[Q]['args']} args
       * @returns {Promise<Questions[Q]['answer']>} Rejects with a {@link Failure}, or with an `AbortError` when the worker
       *   ended; if it died, the listener's `onDeath` reports why.
       */
      ask: (question, ...args) => this.#ask(question, args),

      /**
       * Uses the reader's own files as the encoder; the event `loaded` or `error` follows.
       *
       * @param {string} base The address under which they are kept.
       * @param {[path: string, file: Blob][]} files
       * @param {string} name
       */
      open: (base, files, name) => {
        if (this.#listeners.has(run)) this.#post({ kind: 'open', run, base, files, name });
      },

      /**
       * Calls one of the functions for the reader's own data and models; rejects as `ask` does.
       *
       * @template {keyof Calls} C
       * @param {C} name
       * @param {Parameters<Calls[C]>} args
       * @returns {Promise<Awaited<ReturnType<Calls[C]>>>}
       */
      call: (name, ...args) => this.#await((id) => ({ kind: 'call', id, run, name, args })),

      /**
       * Asks a saved model, which has the place of a run.
       *
       * @param {import('../types.js').ModelRequest} request
       * @returns {Promise<any>} What the request says.
       */
      model: (request) => this.#await((id) => ({ kind: 'model', id, run, request })),

      /**
       * Keeps the run from visit to visit.
       *
       * @param {string} key
       * @param {boolean} finds Whether an earlier visit may have left one.
       * @param {boolean} isLost Whether the worker that kept it was lost a moment ago.
       * @returns {Promise<import('../types.js').Kept | undefined>} The run that an earlier visit left.
       */
      keep: (key, finds, isLost) => this.#await((id) => ({ kind: 'keep', id, run, key, finds, isLost })),

      /**
       * Goes on with it.
       *
       * @param {import('../types.js').Recipe} recipe Configured where that fails.
       * @param {boolean} keep_heads As in the command `configure`.
       * @param {number} request
       */
      resume: (recipe, keep_heads, request) => {
        if (this.#listeners.has(run)) this.#post({ kind: 'resume', run, recipe, keep_heads, request });
      },

      /**
       * Says which run will be configured as soon as the encoder at `base`, which is on its way, is here.
       *
       * @param {string} base
       * @param {import('../types.js').Recipe} recipe
       * @param {boolean} keep_heads
       */
      expect: (base, recipe, keep_heads) => {
        if (this.#listeners.has(run)) this.#post({ kind: 'expect', run, base, recipe, keep_heads });
      },

      /** @param {'save' | 'forget'} kind Writes where the run is, or removes what is kept of it. */
      kept: (kind) => {
        if (this.#listeners.has(run)) this.#post({ kind, run });
      },

      /** Cancels the encoder's download for this run. */
      cancel: () => this.#post({ kind: 'cancel', run }),

      /** Leaves the worker. No callback is called afterwards. */
      close: () => {
        if (!this.#listeners.delete(run)) return;
        this.#post({ kind: 'close', run });
        this.#endIfUnused();
      },
    };
  }

  /** Keeps the worker even while no run has joined. @returns {() => void} Releases it. */
  hold() {
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
      this.#endIfUnused();
    };
  }

  #endIfUnused() {
    if (this.#listeners.size > 0 || this.#holds > 0) return;
    this.#end();
  }

  /** @param {string} name */
  #spawn(name) {
    this.#ready = undefined;
    this.#locks = 0;
    const script = workerScript();
    let worker;
    try {
      worker = startWorker(script, name);
    } catch (error) {
      // Runs that are about to join hear of it too.
      queueMicrotask(() => this.#die(isPolicyRefused() ? message('worker.not_trusted') : messageOf(error)));
      return;
    }
    this.#lock = lifeline();
    worker.postMessage({ kind: 'start', modules: modules(), moved: moved(), lock: this.#lock });
    worker.onmessage = ({ data }) => {
      if (worker === this.#worker) this.#receive(data); // One that has been replaced says nothing more.
    };
    worker.onerror = (event) => {
      event.preventDefault(); // `#die` reports it in a sentence.
      this.#die(event.message ? message('unexpected', { why: event.message }) : message('worker.not_loaded', { remedy: remedy(script) }));
    };
    worker.onmessageerror = () => this.#die(message('worker.unreadable'));
    this.#worker = worker;
  }

  /** @param {PageTransitionEvent} event */
  #onLeave = ({ persisted }) => {
    if (!persisted || this.#locks === 0) return;
    this.#isAtRest = true;
    this.#terminate();
  };

  #onReturn = () => {
    if (!this.#isAtRest) return;
    if (this.#ready) this.#die(GONE);
    else this.#beginAgain(this.#name);
    this.#isAtRest = false;
  };

  /** Another worker takes the place of one that was not ready, and gets the same messages. @param {string} name */
  #beginAgain(name) {
    this.#terminate();
    this.#spawn(name);
    for (const message of this.#early) this.#worker?.postMessage(message);
  }

  /** The next caller starts another engine. */
  #end() {
    globalThis.removeEventListener?.('pagehide', this.#onLeave);
    globalThis.removeEventListener?.('pageshow', this.#onReturn);
    this.#onUnused(this);
    this.#dispose();
  }

  #terminate() {
    clearTimeout(this.#watch);
    this.#stopWatching();
    for (const worker of [this.#worker, ...this.#threads]) worker?.terminate();
    this.#worker = undefined;
    this.#threads = [];
  }

  #dispose() {
    this.#terminate();
    this.#early = [];
    for (const { reject } of this.#asked.values()) reject(new DOMException('The worker is gone.', 'AbortError'));
    this.#asked.clear();
  }

  /**
   * @template {keyof Questions} Q
   * @param {Q} question
   * @param {Questions[Q]['args']} args
   * @returns {Promise<Questions[Q]['answer']>}
   */
  #ask(question, args) {
    return this.#await((id) => /** @type {ToWorker} */ ({ kind: 'ask', id, question, args }));
  }

  /** Posts a message that has an answer. @param {(id: number) => ToWorker} message @returns {Promise<any>} */
  #await(message) {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#post(message(id));
    });
  }

  /** @param {ToWorker} message */
  #post(message) {
    if (!this.#ready) this.#early.push(message);
    this.#worker?.postMessage(message);
  }

  /** @param {FromWorker} message */
  #receive(message) {
    switch (message.kind) {
      case 'alive':
        this.#stopWatching = watch(this.#lock, () => this.#die(GONE));
        break;
      case 'locks':
        this.#locks += message.more;
        break;
      case 'threads':
        this.#startThreads(message);
        break;
      case 'ready':
        clearTimeout(this.#watch);
        this.#ready = message;
        loaded(message.files);
        this.#early = [];
        for (const { onReady } of this.#listeners.values()) onReady(message.build, message.threads);
        break;
      case 'event':
        this.#listeners.get(message.run)?.onEvent(message.event, message.of, message.text, message.request);
        break;
      case 'answer':
      case 'refusal': {
        const asked = this.#asked.get(message.id);
        this.#asked.delete(message.id);
        if (message.kind === 'answer') asked?.resolve(message.value);
        else asked?.reject(new Failure(message));
        break;
      }
      case 'dead':
        this.#die(message);
        break;
    }
  }

  /** @param {import('../types.js').WantedThreads} wanted */
  #startThreads(wanted) {
    this.#watch = setTimeout(() => this.#beginAgain(ONE_THREAD), THREADS_MS);
    const worker = this.#worker;
    this.#threads = startThreads(threadScript(), wanted, (why) => {
      if (worker !== this.#worker) return; // The threads belonged to a worker that has been replaced.
      if (this.#ready) this.#die(why);
      else this.#beginAgain(ONE_THREAD);
    });
  }

  /** @param {Message} why */
  #die(why) {
    const when = this.#isAtRest ? 'at rest' : this.#ready ? 'running' : 'before ready';
    if (this.#ready) {
      this.#dispose();
      this.#spawn(this.#name);
    } else this.#end();
    for (const { onDeath } of [...this.#listeners.values()]) onDeath(why, when);
  }
}
