// The encoders that a worker holds: each is fetched once, however many runs ask for it.

import { failure } from '../failure.js';
import { forgetEncoder, loadEncoder, NEEDED } from './encoder.js';
import { StoredFile } from './stored-file.js';

/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {(event: RunEvent) => void} Say */
/** @typedef {{ files: Promise<Map<string, StoredFile>>, waiting: Set<Say>, told: RunEvent[], abort: AbortController }} Loading */

export class Encoders {
  /** @type {Map<string, Loading>} */
  #loading = new Map();
  #hasher;

  /** @param {() => Promise<import('./download.js').Hasher>} hasher Makes a new one. */
  constructor(hasher) {
    this.#hasher = hasher;
  }

  /**
   * The files of the encoder at `base`. Each caller's `say` gets the progress, and `loaded` at the end.
   *
   * @param {string} base
   * @param {Say} say
   */
  async load(base, say) {
    const loading = this.#loading.get(base) ?? this.#begin(base);
    for (const event of loading.told) say(event);
    if (!loading.told.some(({ type }) => type === 'loaded')) loading.waiting.add(say);
    return loading.files;
  }

  /** @param {string} base @returns {Loading} */
  #begin(base) {
    /** @type {Loading} */
    const loading = {
      waiting: new Set(),
      told: [],
      abort: new AbortController(),
      files: Promise.resolve().then(() =>
        loadEncoder(base, this.#hasher, tell, loading.abort.signal),
      ),
    };
    /** @type {Say} */
    const tell = (event) => {
      // A later caller needs only the latest progress.
      loading.told = [...loading.told.filter(({ type }) => type !== 'progress'), event];
      for (const say of loading.waiting) say(event);
      if (event.type === 'loaded') loading.waiting.clear();
    };
    this.#loading.set(base, loading);
    loading.files.catch(() => this.#forget(base, loading));
    return loading;
  }

  /**
   * The files of an encoder that the reader has on disk. They are checked only when they are read.
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

  /** `say` does not wait any more; a download that nobody waits for is aborted. @param {Say} say */
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

  /** Fetches an encoder anew that was damaged in the browser's cache. @param {string} base @param {Say} say */
  async reload(base, say) {
    await forgetEncoder(base);
    this.#loading.delete(base);
    return this.load(base, say);
  }
}
