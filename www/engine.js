// The page's end of the worker: sends commands, asks questions, passes events on, starts the threads that it computes
// with, and replaces a worker that died.

import { ONE_THREAD } from './builds.js';
import { startThreads } from './threads.js';

/** @typedef {import('./types.js').Command} Command */
/** @typedef {import('./types.js').RunEvent} RunEvent */
/** @typedef {import('./types.js').FromWorker} FromWorker */
/** @typedef {import('./types.js').ToWorker} ToWorker */
/** @typedef {import('./types.js').Questions} Questions */

/**
 * @typedef {object} Listener
 * @property {(build: import('./types.js').Build, threads: number) => void} onReady The worker can compute.
 * @property {(event: RunEvent, of: Command['type'], text?: string) => void} onEvent
 * @property {(why: string, beforeReady: boolean) => void} onDeath The worker is gone and its run with it.
 *   `beforeReady`: it never came up, so a new one would not either.
 */

/** How long threads may take to start; a browser that starts none may not say so. */
const THREADS_MS = 5000;

export class Engine {
  /** @type {Worker | undefined} */
  #worker;
  /** The threads of the worker's pool. @type {Worker[]} */
  #threads = [];
  #ready = false;
  /** What was sent before the worker was ready, for the worker that may have to take its place. @type {ToWorker[]} */
  #early = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #watch;
  #nextId = 0;
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error | DOMException) => void }>} */
  #asked = new Map();
  /** @type {Listener} */
  #listener;

  /** @param {Listener} listener */
  constructor(listener) {
    this.#listener = listener;
    this.start();
  }

  /** Starts a worker, in place of the one there was. */
  start() {
    this.dispose();
    this.#spawn('polytask');
  }

  /** @param {string} name */
  #spawn(name) {
    const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name });
    worker.onmessage = ({ data }) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault(); // Told below, in a sentence.
      this.#die(event.message ?? 'its code could not be loaded');
    };
    worker.onmessageerror = () => this.#die('it sent something unreadable');
    this.#worker = worker;
    this.#ready = false;
  }

  /** Gives threads up: a worker that does without them takes over what this one was asked. */
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

  dispose() {
    this.#terminate();
    this.#early = [];
    for (const { reject } of this.#asked.values()) reject(new DOMException('The worker is gone.', 'AbortError'));
    this.#asked.clear();
  }

  /** @param {Command} command */
  send(command) {
    this.#post({ command });
  }

  /**
   * @template {keyof Questions} Q
   * @param {Q} question
   * @param {Questions[Q]['args']} args
   * @returns {Promise<Questions[Q]['answer']>} Rejects with one sentence; with an `AbortError`, of which the listener
   *   has been told already, when the worker died.
   */
  ask(question, ...args) {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject });
      this.#post(/** @type {ToWorker} */ ({ ask: question, id, args }));
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
        this.#ready = true;
        this.#early = [];
        this.#listener.onReady(message.build, message.threads);
        break;
      case 'event':
        this.#listener.onEvent(message.event, message.of, message.text);
        break;
      case 'answer':
      case 'refusal': {
        const asked = this.#asked.get(message.id);
        this.#asked.delete(message.id);
        if (message.kind === 'answer') asked?.resolve(message.value);
        else asked?.reject(new Error(message.message));
        break;
      }
      case 'dead':
        this.#die(message.message);
        break;
    }
  }

  /** @param {import('./types.js').WantedThreads} wanted */
  #startThreads(wanted) {
    this.#watch = setTimeout(() => this.#doWithoutThreads(), THREADS_MS);
    const worker = this.#worker;
    this.#threads = startThreads(wanted, (why) => {
      if (worker !== this.#worker) return; // It is gone already, and they with it.
      if (this.#ready) this.#die(why);
      else this.#doWithoutThreads();
    });
  }

  /** @param {string} why */
  #die(why) {
    const beforeReady = !this.#ready;
    this.dispose();
    this.#listener.onDeath(why, beforeReady);
  }
}
