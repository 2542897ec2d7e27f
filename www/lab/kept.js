// Keeps one document from visit to visit, in the browser's IndexedDB.
//
// Writes wait for a moment, so that a burst of edits is one write. A page that is left has no time to wait: what is not
// written yet then goes to localStorage too, which is written at once but holds little. There too stands what earlier
// versions of the page kept. The next visit takes the later of the two and moves it to IndexedDB.

import { createStore, get, promisifyRequest } from '../vendor/idb-keyval.js';

/** @typedef {{ at?: number } & Record<string, unknown>} Value `at`: when it was written; absent in what earlier versions kept. */

const WRITE_MS = 400;
/** A database that does not answer within this time is taken for one that cannot be had. */
const OPEN_MS = 3000;
/** Where there is none (private windows of some browsers, sandboxed frames), each use of it is refused. */
const documents = createStore('polytask', 'documents');

export class Kept {
  #key;
  /** What is to be written. @type {Value | undefined} */
  #pending;
  /** What is on its way into the database. @type {Value | undefined} */
  #writing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Whether the latest write was one. */
  #keeps = true;
  /** Called when the browser begins to refuse to keep the document. @type {() => void} */
  onForgetful = () => {};

  /** @param {string} key */
  constructor(key) {
    this.#key = key;
    addEventListener('pagehide', this.#leave);
    document.addEventListener('visibilitychange', this.#hide);
  }

  /** @returns {Promise<Value | undefined>} What an earlier visit left. */
  async read() {
    const kept = await inTime(() => get(this.#key, documents)).catch(() => undefined);
    const left = this.#left();
    if (!left || (kept && (kept.at ?? 0) >= (left.at ?? 0))) return kept;
    this.#put(left).catch(() => {}); // It stays where it is.
    return left;
  }

  /** @param {Value} value Is not changed later. */
  write(value) {
    this.#pending = { ...value, at: Date.now() };
    this.#timer ??= setTimeout(() => this.#flush(), WRITE_MS);
  }

  /** Writes what is to be written; nothing is after that. */
  close() {
    removeEventListener('pagehide', this.#leave);
    document.removeEventListener('visibilitychange', this.#hide);
    return this.#flush();
  }

  #leave = () => {
    const unwritten = this.#pending ?? this.#writing;
    if (unwritten) this.#leaveBehind(unwritten);
    this.#flush();
  };

  #hide = () => {
    if (document.hidden) this.#flush();
  };

  async #flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const value = this.#pending;
    this.#pending = undefined;
    if (!value) return;
    this.#writing = value;
    const keeps = await this.#put(value).then(
      () => true,
      () => this.#leaveBehind(value),
    );
    if (this.#writing === value) this.#writing = undefined;
    if (!keeps && this.#keeps) this.onForgetful();
    this.#keeps = keeps;
  }

  /** @param {Value} value */
  async #put(value) {
    await inTime(() =>
      documents('readwrite', (store) => {
        store.put(value, this.#key);
        const { transaction } = store;
        transaction.commit(); // Of a page that is gone, what is not committed is dropped.
        return promisifyRequest(transaction);
      }),
    );
    const left = this.#left();
    if (left && (left.at ?? 0) <= (value.at ?? 0)) localStorage.removeItem(this.#key);
  }

  /** What is in localStorage. @returns {Value | undefined} */
  #left() {
    try {
      const left = JSON.parse(localStorage.getItem(this.#key) ?? 'null');
      return typeof left === 'object' && left !== null ? left : undefined;
    } catch {
      return undefined; // Not ours, damaged, or there is no storage.
    }
  }

  /** @param {Value} value @returns {boolean} Whether there was room for it in localStorage. */
  #leaveBehind(value) {
    // Where there is not, the sentences that others took the place of are left out.
    return [value, { ...value, replaced: undefined }].some((some) => {
      try {
        localStorage.setItem(this.#key, JSON.stringify(some));
        return true;
      } catch {
        return false;
      }
    });
  }
}

/**
 * What `ask` comes to; an error if the database does not answer in time, or cannot be asked.
 *
 * @template T
 * @param {() => Promise<T>} ask
 * @returns {Promise<T>}
 */
async function inTime(ask) {
  const answer = ask();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the database does not answer')), OPEN_MS);
  });
  return Promise.race([answer, /** @type {Promise<never>} */ (late)]).finally(() => clearTimeout(timer));
}
