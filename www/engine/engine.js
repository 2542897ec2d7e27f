// The page's end of the worker: sends commands, asks questions, passes events on, starts the threads that it computes
// with, and replaces a worker that died. All runs of a page share one; it goes with the last of them.

import { ONE_THREAD } from './builds.js';
import { Failure, message } from './failure.js';
import { startWorker } from './start-worker.js';
import { isSupported } from './support.js';
import { startThreads } from './threads.js';

/** @typedef {import('../types.js').Build} Build */
/** @typedef {import('../types.js').Command} Command */
/** @typedef {import('../types.js').Message} Message */
/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {import('../types.js').FromWorker} FromWorker */
/** @typedef {import('../types.js').ToWorker} ToWorker */
/** @typedef {import('../types.js').Questions} Questions */

/**
 * A run's callbacks.
 *
 * @typedef {object} Listener
 * @property {(build: Build, threads: number) => void} onReady The worker can compute.
 * @property {(event: RunEvent, of: Command['type'], text?: string, request?: number) => void} onEvent
 * @property {(why: Message, beforeReady: boolean) => void} onDeath The worker is gone and all runs with it. Another is there
 *   already, unless this one never came up (`beforeReady`): a new one would not either.
 */

/** How long threads may take to start; a browser that starts none may not say so. */
const THREADS_MS = 5000;

/** The page's worker, while anybody uses it. @type {Engine | undefined} */
let shared;

/**
 * Joins the page's worker, and starts it for the first who does.
 *
 * @param {Listener} listener
 */
export function connect(listener) {
  return engine().join(listener);
}

/**
 * Starts the page's worker, in a browser that can run it, for a run that is about to join it.
 *
 * @returns {() => void} To be called when the run has joined, or is not coming: a worker without a run goes.
 */
export function startEarly() {
  return isSupported() ? engine().hold() : () => {};
}

function engine() {
  shared ??= new Engine((gone) => {
    if (shared === gone) shared = undefined;
  });
  return shared;
}

/** @type {PromiseWithResolvers<string[]>} */
const loaded = Promise.withResolvers();
/** The addresses of the files of the page's first worker, once it has loaded: offline.js keeps them. */
export const workerFiles = loaded.promise;

/** One run's way to the worker. @typedef {ReturnType<Engine['join']>} Channel */

class Engine {
  /** @type {Worker | undefined} */
  #worker;
  /** The threads of the worker's pool. @type {Worker[]} */
  #threads = [];
  /** @type {{ build: Build, threads: number } | undefined} */
  #ready;
  /** Messages sent before the worker was ready; a worker that replaces it gets them again. @type {ToWorker[]} */
  #early = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watch;
  /** Runs and questions have numbers. */
  #next = 0;
  /** @type {Map<number, Listener>} */
  #listeners = new Map();
  /** How many keep the worker for a run that is yet to join. */
  #holds = 0;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error | DOMException) => void }>} */
  #asked = new Map();
  #onUnused;

  /**
   * @param {(gone: Engine) => void} onUnused Called when the last run is gone, and the worker with it; and when the worker
   *   never came up: who comes later tries again with another.
   */
  constructor(onUnused) {
    this.#onUnused = onUnused;
    this.#spawn('polytask');
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
        // After `close` the worker would take it for a new run's.
        if (this.#listeners.has(run)) this.#post({ kind: 'command', run, command, request });
      },

      /**
       * @template {keyof Questions} Q
       * @param {Q} question
       * @param {Questions[Q]['args']} args
       * @returns {Promise<Questions[Q]['answer']>} Rejects with a {@link Failure}; with an `AbortError`, of which the
       *   listener has been told already, when the worker died.
       */
      ask: (question, ...args) => this.#ask(question, args),

      /** The reader's own files are the encoder: `loaded`, or `error`. @param {File[]} files */
      open: (files) => this.#post({ kind: 'open', run, files }),

      /** The encoder that is on its way is not wanted any more. */
      cancel: () => this.#post({ kind: 'cancel', run }),

      /** Leaves the worker; no callback is called after this. */
      close: () => {
        if (!this.#listeners.delete(run)) return;
        this.#post({ kind: 'close', run });
        this.#endIfUnused();
      },
    };
  }

  /** Keeps the worker, also while no run has joined. @returns {() => void} Ends that. */
  hold() {
    this.#holds += 1;
    return () => {
      this.#holds -= 1;
      this.#endIfUnused();
    };
  }

  #endIfUnused() {
    if (this.#listeners.size > 0 || this.#holds > 0) return;
    this.#onUnused(this);
    this.#dispose();
  }

  /** @param {string} name */
  #spawn(name) {
    const worker = startWorker(new URL('./worker.js', import.meta.url), name);
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault(); // Told below, in a sentence.
      this.#die(event.message ? message('unexpected', { why: event.message }) : message('worker.not_loaded'));
    };
    worker.onmessageerror = () => this.#die(message('worker.unreadable'));
    this.#worker = worker;
    this.#ready = undefined;
  }

  /** Gives threads up: a worker without threads takes over, and gets this one's messages. */
  #doWithoutThreads() {
    this.#terminate();
    this.#spawn(ONE_THREAD);
    for (const message of this.#early) this.#worker?.postMessage(message);
  }

  #terminate() {
    clearTimeout(this.#watch);
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
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#post(/** @type {ToWorker} */ ({ kind: 'ask', id, question, args }));
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
      case 'threads':
        this.#startThreads(message);
        break;
      case 'ready':
        clearTimeout(this.#watch);
        this.#ready = message;
        loaded.resolve(message.files);
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
    this.#watch = setTimeout(() => this.#doWithoutThreads(), THREADS_MS);
    const worker = this.#worker;
    this.#threads = startThreads(wanted, (why) => {
      if (worker !== this.#worker) return; // It is gone already, and they with it.
      if (this.#ready) this.#die(why);
      else this.#doWithoutThreads();
    });
  }

  /** @param {Message} why */
  #die(why) {
    const beforeReady = !this.#ready;
    this.#dispose();
    if (beforeReady) this.#onUnused(this);
    else this.#spawn('polytask');
    for (const { onDeath } of [...this.#listeners.values()]) onDeath(why, beforeReady);
  }
}
