// The encoders that a worker holds. Each is fetched once, however many runs use it.

import { elsewhere, forgetFiles, loadEncoder } from './encoder.js';
import { WEIGHTS } from './files.js';

/** @typedef {import('./stored-file.js').StoredFile} StoredFile */
/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {(event: RunEvent) => void} Say */
/**
 * `events`: for later callers; `small` and `weights`: what can be read before all is here, as of {@link import('./encoder.js').Coming},
 * or nothing once all is.
 *
 * @typedef {object} Loading
 * @property {Promise<Map<string, StoredFile>>} files
 * @property {Promise<Map<string, StoredFile> | undefined>} [small]
 * @property {Promise<import('./download.js').Pieces | undefined>} [weights]
 * @property {Set<Say>} waiting
 * @property {RunEvent[]} events
 * @property {AbortController} abort
 */

export class Encoders {
  /** @type {Map<string, Loading>} */
  #loading = new Map();
  #hasher;

  /** @param {() => Promise<import('./download.js').Hasher>} hasher Makes a new hasher. */
  constructor(hasher) {
    this.#hasher = hasher;
  }

  /**
   * Returns the files of the encoder at `base`. Each caller's `say` receives the progress and, at the end, `loaded`.
   *
   * @param {string} base
   * @param {Say} say
   */
  async load(base, say) {
    const loading = this.#loading.get(base) ?? this.#begin(base);
    for (const event of loading.events) say(event);
    if (!loading.events.some(({ type }) => type === 'loaded')) loading.waiting.add(say);
    return loading.files;
  }

  /** The encoder at `base`, if it is on its way. @param {string} base */
  coming(base) {
    const loading = this.#loading.get(base);
    return loading?.events.some(({ type }) => type === 'loaded') ? undefined : loading;
  }

  /** @param {string} base @returns {Loading} */
  #begin(base) {
    /** @type {{ small: (files?: Map<string, StoredFile>) => void, weights: (pieces?: import('./download.js').Pieces) => void }} */
    const coming = { small: () => {}, weights: () => {} };
    /** @type {Loading} */
    const loading = {
      small: new Promise((resolve) => (coming.small = resolve)),
      weights: new Promise((resolve) => (coming.weights = resolve)),
      waiting: new Set(),
      events: [],
      abort: new AbortController(),
      files: Promise.resolve().then(() =>
        loadEncoder(base, { hasher: this.#hasher, say: tell, signal: loading.abort.signal, coming }),
      ),
    };
    /** @type {Say} */
    const tell = (event) => {
      // A later caller needs only the latest progress.
      loading.events = [...loading.events.filter(({ type }) => type !== 'progress'), event];
      for (const say of loading.waiting) say(event);
      if (event.type === 'loaded') loading.waiting.clear();
    };
    this.#loading.set(base, loading);
    loading.files
      .catch(() => this.#forget(base, loading))
      .then(() => {
        coming.small();
        coming.weights();
      });
    return loading;
  }

  /**
   * Takes an encoder's files from the reader's disk, and keeps them in the browser as those at `base`.
   *
   * @param {string} base
   * @param {[path: string, file: Blob][]} given
   * @param {string} name
   * @param {Say} say
   */
  async open(base, given, name, say) {
    const { joined, keepOwn, openFiles, sayPooling } = await elsewhere();
    const opened = await openFiles(given, name);
    const { manifest } = opened;
    const files = new Map(opened.files);
    if (!files.has(WEIGHTS)) files.set(WEIGHTS, await joined(files));
    /** @type {RunEvent[]} */
    const events = [];
    const tell = (/** @type {RunEvent} */ event) => {
      events.push(event);
      say(event);
    };
    await sayPooling(files, tell);
    tell({ type: 'loaded', encoder: name, bytes: manifest.files.reduce((sum, file) => sum + file.bytes, 0), cached: false });
    this.#loading.set(base, { waiting: new Set(), events, abort: new AbortController(), files: Promise.resolve(files) });
    keepOwn(base, opened, say);
    return files;
  }

  /** Removes a caller; aborts a download that no other caller waits for. @param {Say} say */
  cancel(say) {
    for (const [base, loading] of this.#loading) {
      const { waiting, abort } = loading;
      if (!waiting.delete(say) || waiting.size > 0) continue;
      abort.abort();
      // A later caller must not join a download that is about to abort.
      this.#forget(base, loading);
    }
  }

  /** @param {string} base @param {Loading} loading */
  #forget(base, loading) {
    if (this.#loading.get(base) === loading) this.#loading.delete(base);
  }

  /** Downloads an encoder again, after it was damaged in the browser's cache. @param {string} base @param {Say} say */
  async reload(base, say) {
    const loading = this.#loading.get(base);
    const files = await loading?.files;
    if (files) await forgetFiles(files);
    // Another run may have begun to download it again meanwhile.
    if (loading) this.#forget(base, loading);
    return this.load(base, say);
  }
}
