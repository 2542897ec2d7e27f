// Keeps one document from visit to visit, in the browser's IndexedDB.
//
// Writes wait for a moment, so that a burst of edits is one write. A page that the reader leaves has no time to wait: an
// unwritten document then goes to localStorage too, which is written at once but holds little. Earlier versions of the page kept
// the document there. The next visit takes the later of the two and moves it to IndexedDB.
//
// A database that does not answer in time holds no page up, but nobody knows then which document it keeps. Until it
// answers, nothing is written over that one: edits go to localStorage alone, with the time of the document that they were
// made on (`since`). If the database then turns out to keep a later document, both stay where they are, the page is told
// of the one in the database, and only `adopt` lets that one be replaced.
//
// The same holds where another tab changes the document: a write replaces only the one that this tab knows, and looks within the
// same transaction. Tabs tell each other of their writes, so that the reader hears of it before they edit.

import { createStore, get, promisifyRequest } from '../../vendor/idb-keyval.js';

/**
 * @typedef {{ at?: number, since?: number } & Record<string, unknown>} Value `at`: when it was written; absent in what
 *   earlier versions kept. `since`: see above; absent where the database's document was known.
 */

const WRITE_MS = 400;
/** A database that does not answer within this time is taken for one that cannot be had. */
const OPEN_MS = 3000;
/** Before the time of any document. */
const NEVER = -1;
/** Where there is none (private windows of some browsers, sandboxed frames), each use of it is refused. */
const documents = createStore('polytask', 'documents');

export class Kept {
  #key;
  /** The value that waits to be written. @type {Value | undefined} */
  #pending;
  /** The value that is being written to the database. @type {Value | undefined} */
  #writing;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  /** Whether the latest write was one. */
  #keeps = true;
  /** The database's answer to the first question. @type {Promise<{ kept: Value | undefined }> | undefined} */
  #answer;
  /** Whether the database may keep a document that this visit's edits must not replace. */
  #apart = true;
  /** When the document was written that this visit began with. */
  #since = NEVER;
  /** Whether this visit's document holds edits that would be lost if another took its place. */
  #hasEdits = false;
  #isClosed = false;
  /** When the document was written that the database keeps, as far as this tab knows; absent: it keeps none. @type {number | undefined} */
  #stored;
  /** When the document was written that this tab wrote last to the database. @type {number | undefined} */
  #written;
  /** When the value in localStorage was written, if it is this tab's. @type {number | undefined} */
  #behind;
  /** The value that was written last. @type {Value | undefined} */
  #latest;
  /** @type {BroadcastChannel | undefined} */
  #tabs;
  /** Called when the browser begins to refuse to keep the document. @type {() => void} */
  onForgetful = () => {};
  /**
   * Called when the database turns out to keep a document that this visit's is not made from.
   *
   * @type {(kept: Value, isOfOtherTab: boolean) => void} `isOfOtherTab`: another tab has just changed it.
   */
  onFound = () => {};
  /** Called when another tab has edits that are kept beside this tab's. @type {() => void} */
  onBeside = () => {};

  /** @param {string} key */
  constructor(key) {
    this.#key = key;
  }

  /** @returns {Promise<Value | undefined>} An earlier visit's document, as far as it is known in time. */
  async read() {
    this.#listen();
    this.#answer ??= asked(() => get(this.#key, documents)).then((kept) => ({ kept }));
    const answer = this.#answer;
    const inTime = await within(OPEN_MS, answer).catch(() => undefined);
    const left = this.#left();
    this.#behind = left?.at;
    this.#since = left ? (left.since ?? left.at ?? 0) : NEVER;
    this.#hasEdits = left?.since !== undefined;
    if (!inTime) {
      answer.then(({ kept }) => this.#compare(kept), () => {}); // Refused: it stays unknown.
      return left;
    }
    const { kept } = inTime;
    this.#stored = timeOf(kept);
    if (kept && !this.#hasEdits && (kept.at ?? 0) >= this.#since) {
      this.#apart = false;
      return kept;
    }
    this.#compare(kept);
    return left;
  }

  /** Whether this visit's document holds edits that would be lost if another took its place. */
  get hasEdits() {
    return this.#hasEdits;
  }

  /** From now on this visit's document takes the place of the one that was found in the database. */
  adopt() {
    this.#apart = false;
  }

  /** Hears of the other tabs' writes. */
  #listen = () => {
    if (!globalThis.BroadcastChannel || this.#tabs || this.#isClosed) return;
    globalThis.addEventListener?.('pageshow', this.#listen);
    this.#tabs = new BroadcastChannel(this.#key);
    this.#tabs.onmessage = async ({ data: { isApart } }) => {
      if (isApart) return this.onBeside();
      const kept = await within(OPEN_MS, asked(() => get(this.#key, documents))).catch(() => undefined);
      if (kept && !this.#isClosed) this.#meet(kept);
    };
  };

  /** An open channel would keep a page that is left out of the back/forward cache. */
  #stopListening() {
    this.#tabs?.close();
    this.#tabs = undefined;
  }

  /** Another tab has written to the database. @param {Value} kept */
  #meet(kept) {
    this.#stored = timeOf(kept);
    this.#apart = this.#latest === undefined || contentOf(kept) !== contentOf(this.#latest);
    if (this.#apart) this.onFound(kept, true);
  }

  /** @param {Value} value Is not changed later. */
  write(value) {
    this.#hasEdits = true;
    // Never the same time as that of the document before it, also where the clock is set back.
    this.#pending = this.#latest = { ...value, at: Math.max(Date.now(), (this.#stored ?? 0) + 1) };
    this.#timer ??= setTimeout(() => this.flush(), WRITE_MS);
  }

  /** Writes the value that waits, as the last one. */
  close() {
    this.#isClosed = true;
    globalThis.removeEventListener?.('pageshow', this.#listen);
    return this.flush().finally(() => this.#stopListening());
  }

  /** @param {Value | undefined} kept The database's document. */
  #compare(kept) {
    if (this.#isClosed) return;
    this.#stored = timeOf(kept);
    if (kept && (kept.at ?? 0) > this.#since) return this.onFound(kept, false);
    this.#apart = false;
    const left = this.#left();
    if (left) this.#put(left).catch(() => {}); // It stays where it is.
  }

  /** The reader leaves the page: there may be no time for the database any more. */
  leave() {
    const unwritten = this.#pending ?? this.#writing;
    if (unwritten) this.#leaveBehind(unwritten);
    this.flush();
    this.#stopListening();
  }

  /** Writes the value that waits, now. */
  async flush() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const value = this.#pending;
    this.#pending = undefined;
    if (!value) return;
    this.#writing = value;
    const other = this.#apart ? undefined : await this.#put(value).catch(() => 'refused');
    if (typeof other === 'object') this.#meet(other);
    const isApart = this.#apart || other === 'refused';
    const keeps = !isApart || this.#leaveBehind(value);
    this.#tabs?.postMessage({ isApart });
    if (this.#writing === value) this.#writing = undefined;
    if (!keeps && this.#keeps) this.onForgetful();
    this.#keeps = keeps;
  }

  /**
   * Writes to the database, unless another tab has changed what it keeps.
   *
   * @param {Value} value
   * @returns {Promise<Value | undefined>} What another tab has written there.
   */
  async #put({ since, ...value }) {
    /** @type {Value | undefined} */
    let other;
    await within(
      OPEN_MS,
      asked(() =>
        documents('readwrite', (store) => {
          const { transaction } = store;
          const before = store.get(this.#key);
          before.onsuccess = () => {
            // A write of this tab may have ended without this tab knowing it yet.
            if (![this.#stored, this.#written].includes(timeOf(before.result))) other = before.result;
            else store.put(value, this.#key);
            if (!other) this.#written = timeOf(value);
            transaction.commit(); // Of a page that is gone, what is not committed is dropped.
          };
          return promisifyRequest(transaction);
        }),
      ),
    );
    if (other) return other;
    this.#stored = timeOf(value);
    const left = this.#left();
    // Another tab's edits stay.
    const isOurs = left?.since === undefined || left.at === this.#behind;
    if (left && isOurs && (left.at ?? 0) <= (value.at ?? 0)) localStorage.removeItem(this.#key);
    return undefined;
  }

  /** The value in localStorage. @returns {Value | undefined} */
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
    const marked = this.#apart ? { ...value, since: this.#since } : value;
    // Where there is not, the sentences that others took the place of are left out.
    return [marked, { ...marked, replaced: undefined }].some((some) => {
      try {
        localStorage.setItem(this.#key, JSON.stringify(some));
        this.#behind = some.at;
        return true;
      } catch {
        return false;
      }
    });
  }
}

/** When a document was written; absent: there is none. @param {Value | undefined} value */
const timeOf = (value) => value && (value.at ?? 0);

/** @param {Value} value */
const contentOf = ({ at, since, ...content }) => JSON.stringify(content);

/** The answer to `ask`; rejects where the database cannot be asked. @template T @param {() => Promise<T>} ask */
const asked = async (ask) => ask();

/**
 * The answer; rejects if it does not come in time.
 *
 * @template T
 * @param {number} ms
 * @param {Promise<T>} answer
 * @returns {Promise<T>}
 */
async function within(ms, answer) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('the database does not answer')), ms);
  });
  return Promise.race([answer, /** @type {Promise<never>} */ (late)]).finally(() => clearTimeout(timer));
}
