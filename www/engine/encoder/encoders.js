// The encoders that a worker holds. Each is fetched once, however many runs use it.

import { failure } from '../failure.js';
import { forgetEncoder, loadEncoder, NEEDED } from './encoder.js';
import { StoredFile } from './stored-file.js';

/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {(event: RunEvent) => void} Say */
/** @typedef {{ files: Promise<Map<string, StoredFile>>, waiting: Set<Say>, events: RunEvent[], abort: AbortController }} Loading `events`: for later callers. */

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

  /** @param {string} base @returns {Loading} */
  #begin(base) {
    /** @type {Loading} */
    const loading = {
      waiting: new Set(),
      events: [],
      abort: new AbortController(),
      files: Promise.resolve().then(() =>
        loadEncoder(base, this.#hasher, tell, loading.abort.signal),
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
    loading.files.catch(() => this.#forget(base, loading));
    return loading;
  }

  /**
   * Takes the encoder's files from the reader's disk. The library checks them when it reads them.
   *
   * @param {File[]} given
   * @param {Say} say
   */
  open(given, say) {
    const files = new Map(given.map((file) => [file.name, new StoredFile(file.name, file, [])]));
    const absent = NEEDED.filter((name) => !files.has(name));
    const [needed, missing] = [NEEDED.join(', '), absent.join(', ')];
    if (absent.length === 1) throw failure('encoder.file_missing', { needed, missing });
    if (absent.length > 1) throw failure('encoder.files_missing', { needed, missing });
    const bytes = NEEDED.reduce((sum, name) => sum + (files.get(name)?.blob.size ?? 0), 0);
    say({ type: 'loaded', encoder: '', bytes, cached: false });
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
    await forgetEncoder(base);
    this.#loading.delete(base);
    return this.load(base, say);
  }
}
