// Loads a saved model in a page of one's own. The page's worker computes: all models share it.

import { connect } from '../engine.js';
import { messageOf } from '../failure.js';
import { base } from '../files.js';
import { isSupported } from '../support.js';
import { failure } from './model-failure.js';

/** @typedef {import('../../model.js').Answer} Answer */
/** @typedef {import('../../model.js').LoadOptions} LoadOptions */
/** @typedef {import('../../model.js').Model} Loaded */
/** @typedef {import('../../model.js').Task} Task */
/** @typedef {import('../../types.js').Message} Message */
/** @typedef {{ channel: import('../engine.js').Channel, tasks: Promise<Task[]> }} Connection */

/**
 * See model.d.ts.
 *
 * @param {string | URL} address
 * @param {LoadOptions} [options]
 * @returns {Promise<Loaded>}
 */
export async function load(address, options = {}) {
  if (!isSupported()) throw failure('model.unsupported');
  options.signal?.throwIfAborted();
  const model = new Model(urlOf(address), options);
  await model.opened();
  return model;
}

/** The address of a directory, with a slash at its end, or of a zip. @param {unknown} given */
function urlOf(given) {
  const address = given instanceof URL || (typeof given === 'string' && given !== '') ? String(given) : undefined;
  const base = document.baseURI;
  if (address === undefined || !URL.canParse(address, base)) throw failure('model.address', { given: shown(given) });
  const url = new URL(address, base);
  url.hash = '';
  if (!isZip(url) && !url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}

/** @param {URL} url */
const isZip = ({ pathname }) => /\.zip$/i.test(pathname);

/** @param {unknown} given */
function directoryAt(given) {
  const url = urlOf(given);
  if (isZip(new URL(url))) throw failure('model.zip', { url });
  return url;
}

/**
 * The files of a model's zip.
 *
 * @param {Blob} zip
 * @param {string} url
 * @returns {Promise<[path: string, file: Blob][]>}
 */
async function unpacked(zip, url) {
  const { unzip } = await import('./unzip.js');
  const { files, missing, why } = await unzip(zip, url);
  if (why) throw failure('model.zip_unreadable', { why });
  if (missing.length > 0) throw failure('model.zip_lacks', { url, missing: missing.join(' and ') });
  return files;
}

/**
 * Has the worker open a model.
 *
 * @param {import('../engine.js').Channel} channel
 * @param {import('../../types.js').ModelAddress} at
 * @returns {Promise<Task[]>}
 */
async function opened(channel, at) {
  const files = isZip(new URL(at.address)) ? await unpacked(await channel.model({ type: 'fetch', ...at }), at.address) : undefined;
  const { tasks } = await channel.model({ type: 'open', files, ...at });
  return tasks;
}

/** A value in a sentence. @param {unknown} value */
const shown = (value) => (typeof value === 'string' ? JSON.stringify(value) : Array.isArray(value) ? 'a list of other things' : String(value));

/** @implements {Loaded} */
class Model {
  #address;
  #options;
  /** To the worker, with what it answered when it opened the model there; none after the worker died. @type {Connection | undefined} */
  #connection;
  /** Why the worker died. @type {Message | undefined} */
  #death;
  #isClosed = false;
  /** @type {readonly Task[]} */
  tasks = [];

  /** @param {string} address @param {LoadOptions} options */
  constructor(address, options) {
    this.#address = address;
    this.#options = options;
  }

  /** Resolves when the worker has the model. */
  async opened() {
    const { signal } = this.#options;
    const stop = () => this.close();
    signal?.addEventListener('abort', stop);
    try {
      this.tasks = await this.#open().tasks;
    } catch (error) {
      const reason = this.#reason(error);
      this.close();
      signal?.throwIfAborted();
      throw reason;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  }

  /** @param {readonly string[]} texts @returns {Promise<Record<string, Answer>[]>} */
  predict(texts) {
    return this.#ask('predict', texts);
  }

  /** @param {readonly string[]} texts @returns {Promise<Float32Array[]>} */
  embed(texts) {
    return this.#ask('embed', texts);
  }

  close() {
    this.#isClosed = true;
    this.#leave();
  }

  /** @param {'predict' | 'embed'} type @param {readonly string[]} texts @returns {Promise<any>} */
  async #ask(type, texts) {
    if (this.#isClosed) throw failure('model.freed');
    if (!Array.isArray(texts) || !texts.every((text) => typeof text === 'string')) throw failure('model.texts', { given: shown(texts) });
    try {
      const { channel, tasks } = this.#open();
      await tasks;
      return await channel.model({ type, texts: [...texts] });
    } catch (error) {
      throw this.#reason(error);
    }
  }

  #open() {
    if (this.#connection) return this.#connection;
    const { encoder, onprogress, threads } = this.#options;
    this.#death = undefined;
    const channel = connect(
      {
        onReady: () => {},
        onEvent: (event) => {
          if (event.type === 'progress') onprogress?.({ file: event.file, received: event.received, total: event.total, cached: event.cached });
          // The model's own pooling holds, whatever its encoder's files say.
          if (event.type === 'warning' && !event.code.startsWith('encoder.pooling')) console.warn(`polytask: ${event.message}`);
        },
        onDeath: (why) => {
          this.#death = why;
          this.#leave();
        },
      },
      threads === false,
    );
    const at = { address: this.#address, base: base(), encoder: encoder && directoryAt(encoder) };
    this.#connection = { channel, tasks: opened(channel, at) };
    return this.#connection;
  }

  #leave() {
    const left = this.#connection;
    this.#connection = undefined;
    if (!left) return;
    // Nobody waits for this answer. Those who wait for another get their error.
    left.channel.model({ type: 'close' }).catch(() => {});
    left.channel.close();
  }

  /** @param {unknown} error */
  #reason(error) {
    if (this.#death) return failure('model.died', { why: this.#death });
    if (this.#isClosed) return failure('model.freed');
    return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error : failure('model.died', { why: messageOf(error) });
  }
}
