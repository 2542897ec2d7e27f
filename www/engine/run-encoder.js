// The encoder of one run: its files, as they are loaded and as the wasm instance reads them.
//
// The page asks for a run when the encoder is here. It says before which run that will be, so that the wasm instance can read the
// encoder as it arrives, and take the memory for the run: when the last piece is here, and the whole is known to be right, little
// is left to do.

import { breathe } from './breathe.js';
import { DamagedFile } from './encoder/stored-file.js';
import { failure, isFatal } from './worker-failure.js';

/** @typedef {import('./encoder/stored-file.js').StoredFile} StoredFile */

/**
 * The encoder's address and files, and its tokenizer.json once it was asked for.
 *
 * @typedef {{ base: string, files: Map<string, StoredFile>, tokenizer?: Promise<Uint8Array> }} Loaded
 */

export class RunEncoder {
  #polytask;
  encoders;
  #say;
  #onReplaced;
  /** @type {Loaded | undefined} */
  #loaded;
  /** Settled when the latest encoder is here or could not be had. @type {Promise<void> | undefined} */
  #coming;
  /** The run that is expected, and whether the wasm instance has read the encoder for it. @type {{ of: string, session: import('../types.js').Session, isRead: Promise<boolean> } | undefined} */
  #expected;
  /** Number of the latest encoder that was asked for. An earlier one that comes after all, for another run, is not used. */
  #wanted = 0;

  /**
   * @param {Promise<import('../types.js').Polytask>} polytask
   * @param {import('./encoder/encoders.js').Encoders} encoders
   * @param {import('./encoder/encoders.js').Say} say Reports progress. {@link Encoders} tells the runs apart by it.
   * @param {() => void} onReplaced Called when another encoder takes the place of the loaded one.
   */
  constructor(polytask, encoders, say, onReplaced) {
    this.#polytask = polytask;
    this.encoders = encoders;
    this.#say = say;
    this.#onReplaced = onReplaced;
  }

  /** The address of the encoder in use. */
  get base() {
    return this.#loaded?.base ?? '';
  }

  /** Loads the encoder at `base`. Until it is here, the one before stays. @param {string} base */
  load(base) {
    const isWanted = this.#ask();
    const files = this.encoders.load(base, this.#say);
    return (this.#coming = this.#use(isWanted, base, files));
  }

  /**
   * Uses the reader's own files as the encoder.
   *
   * @param {string} base The address under which they are kept.
   * @param {[path: string, file: Blob][]} files
   * @param {string} name
   */
  open(base, files, name) {
    const isWanted = this.#ask();
    const opened = this.encoders.open(base, files, name, (event) => isWanted() && this.#say(event));
    return (this.#coming = this.#use(isWanted, base, opened));
  }

  /** Cancels the download for this run. */
  cancel() {
    this.#ask();
    this.#coming = undefined;
    this.encoders.cancel(this.#say);
  }

  /**
   * Has `session` read the encoder at `base` as it arrives, for a run that the page is about to ask for.
   *
   * @param {string} base
   * @param {import('../types.js').Session} session One without a run.
   * @param {import('./runner.js').Recipe} recipe
   * @param {boolean} keepHeads
   * @returns {Promise<boolean>} Whether it has. Rejects only if the wasm instance is lost.
   */
  async expect(base, session, recipe, keepHeads) {
    const coming = this.encoders.coming(base);
    const of = keyOf(base, recipe, keepHeads);
    if (!coming || this.#expected?.of === of) return false;
    const expected = { of, session, isRead: Promise.resolve(false) };
    const read = async () => {
      const [files, pieces] = await Promise.all([coming.small, coming.weights]);
      if (!files || !pieces) return false;
      const small = await Promise.all([/** @type {StoredFile} */ (files.get('config.json')).bytes(), this.#tokenizer(files)]);
      if (this.#expected !== expected) return false;
      session.plan(recipe, ...small, keepHeads);
      for await (const piece of pieces.pieces()) {
        if (this.#expected !== expected) return false;
        session.receive(piece);
        while (this.#expected === expected && session.touch()) await breathe();
      }
      return true;
    };
    /** Whether what was read are the files that came in the end, all of which are right: not those of a place that failed. */
    const isLoaded = async () => {
      const files = await coming.files;
      const [small, pieces] = await Promise.all([coming.small, coming.weights]);
      return small?.get('config.json') === files.get('config.json') && pieces !== undefined && pieces.blob === files.get('model.safetensors')?.blob;
    };
    // Any other error comes again, and is reported, when the run is prepared in the usual way.
    const unlessFatal = (/** @type {unknown} */ error) => (isFatal(error) ? Promise.reject(error) : false);
    const reading = read().catch(unlessFatal);
    expected.isRead = isLoaded().then((is) => is && reading).catch(unlessFatal);
    const giveUp = () => this.#expected === expected && this.#giveUp();
    expected.isRead.then((isRead) => isRead || giveUp()).catch(() => {}); // `reading` tells of a trap.
    this.#expected = expected;
    return reading;
  }

  /**
   * Begins `recipe` in `session` with this encoder.
   *
   * @param {import('../types.js').Session} session
   * @param {import('./runner.js').Recipe} recipe
   * @param {() => boolean} wanted Called after each `await`; false stops the preparation.
   * @param {boolean} [keepHeads] Whether the weights are a saved model's, with whose heads the run goes on.
   * @returns {Promise<import('../types.js').RunEvent[] | undefined>} The session's first events; undefined if it was stopped.
   */
  async begin(session, recipe, wanted, keepHeads) {
    const expected = this.#expected;
    const isRead = this.#loaded && expected?.of === keyOf(this.base, recipe, keepHeads) && (await expected.isRead);
    this.#expected = undefined;
    if (!isRead && !(await this.#readInto(session, recipe, wanted, keepHeads))) return undefined;
    if (!wanted()) return undefined;
    return /** @type {import('../types.js').RunEvent[]} */ (session.begin());
  }

  /**
   * @param {import('../types.js').Session} session
   * @param {import('./runner.js').Recipe} recipe
   * @param {() => boolean} wanted
   * @param {boolean} [keepHeads]
   * @returns {Promise<boolean>} Whether it was still wanted.
   */
  async #readInto(session, recipe, wanted, keepHeads) {
    const { pieces, small } = await this.read();
    if (!wanted()) return false;
    session.plan(recipe, ...small, keepHeads);
    for await (const piece of pieces) {
      if (!wanted()) return false;
      session.receive(piece);
    }
    return true;
  }

  /** The weights in pieces, which are already on their way, and the small files. */
  async read() {
    // A worker that takes the place of another gets all its messages at once.
    if (!this.#loaded) await this.#coming?.catch(() => {});
    if (!this.#loaded) throw failure('run.no_encoder');
    const { files } = this.#loaded;
    const [config, weights] = ['config.json', 'model.safetensors'].map(
      (name) => /** @type {StoredFile} */ (files.get(name)),
    );
    const pieces = weights.pieces();
    this.#loaded.tokenizer ??= this.#tokenizer(files);
    /** @type {[config: Uint8Array, tokenizer: Uint8Array]} */
    const small = await Promise.all([config.bytes(), this.#loaded.tokenizer]);
    return { pieces, small };
  }

  /**
   * Does `work` with the encoder's files. If one was damaged in the browser's cache, downloads the encoder again, and does it
   * again.
   *
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async undamaged(work) {
    try {
      return await work();
    } catch (error) {
      const damaged = this.#loaded;
      if (!(error instanceof DamagedFile) || !damaged) throw error;
      const { base } = damaged;
      const files = await this.encoders.reload(base, this.#say);
      // Another encoder may have come meanwhile.
      if (this.#loaded === damaged) this.#loaded = { base, files };
      return work();
    }
  }

  /** tokenizer.json, made of vocab.txt if there is only that. @param {Map<string, StoredFile>} files */
  async #tokenizer(files) {
    const [whole, vocabulary, config] = await Promise.all(
      ['tokenizer.json', 'vocab.txt', 'tokenizer_config.json'].map((name) => files.get(name)?.bytes()),
    );
    return whole ?? (await this.#polytask).tokenizer_of_vocabulary(/** @type {Uint8Array} */ (vocabulary), config);
  }

  /** No run is expected any more: what was read for one is freed. */
  #giveUp() {
    this.#expected?.session.forget_plan();
    this.#expected = undefined;
  }

  /** Another encoder is asked for. @returns {() => boolean} Whether it still is the latest. */
  #ask() {
    const mine = ++this.#wanted;
    this.#giveUp();
    return () => mine === this.#wanted;
  }

  /** @param {() => boolean} isWanted @param {string} base @param {Promise<Map<string, StoredFile>>} coming */
  async #use(isWanted, base, coming) {
    const files = await coming;
    if (!isWanted()) return;
    this.#onReplaced();
    this.#loaded = { base, files };
  }
}

/** Tells runs apart. @param {string} base @param {import('./runner.js').Recipe} recipe @param {boolean} [keepHeads] */
const keyOf = (base, recipe, keepHeads) => JSON.stringify([base, recipe, keepHeads === true]);
