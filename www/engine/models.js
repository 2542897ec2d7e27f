// A run's model on its way to a file, and a saved model on its way to a run. The page writes and reads the zip (engine/model/, lab/model/); here is
// what needs the wasm instance.

import { failure } from './encoder/elsewhere-failure.js';
import { joined } from './encoder/shards.js';
import { StoredFile } from './encoder/stored-file.js';
import { messageOf } from './failure.js';
import { isFatal } from './worker-failure.js';

/** @typedef {import('../types.js').Recipe} Recipe */
/** @typedef {import('../types.js').Task} Task */
/** The encoder of a model whose own files hold the heads alone. `base`: where it is looked for. @typedef {{ base: string, name: string, sha256: string }} Elsewhere */

export class Models {
  #polytask;
  #run;
  /** The files that the page reads. @type {import('../types.js').ModelFiles | undefined} */
  #files;
  /** Lets the run go on. */
  #release = () => {};

  /** @param {Promise<import('../types.js').Polytask>} polytask @param {import('./runner.js').Runner} run */
  constructor(polytask, run) {
    this.#polytask = polytask;
    this.#run = run;
  }

  /**
   * Lists the files of the run's model as it is now. The run does not go on before {@link close}.
   *
   * @param {Recipe} recipe Is written beside them.
   * @param {boolean} headsOnly Whether to leave the encoder out, which must be frozen.
   */
  async list(recipe, headsOnly) {
    const session = await this.#run.session();
    this.close();
    // Held before the encoder is read: a step in between would be in the files and not in the hash.
    const { promise, resolve } = Promise.withResolvers();
    this.#run.held = promise;
    this.#release = () => {
      if (this.#run.held === promise) this.#run.held = undefined;
      resolve(undefined);
    };
    try {
      const { pieces, small } = await this.#run.encoder.read();
      const sha256 = headsOnly ? await this.#hash(pieces) : undefined;
      const files = session.model_files(small[1], recipe, sha256);
      this.#files = files;
      return Array.from({ length: files.count }, (_, i) => ({ path: files.path(i), bytes: files.bytes(i) }));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Bytes of file `i` of those that were listed last. @param {number} i @param {number} offset @param {number} length */
  read(i, offset, length) {
    if (!this.#files) throw failure('model.closed');
    return /** @type {Uint8Array<ArrayBuffer>} */ (this.#files.read(i, offset, length));
  }

  /** Ends the reading; the run goes on. */
  close() {
    this.#files?.free();
    this.#files = undefined;
    this.#release();
    this.#release = () => {};
  }

  /**
   * Checks a saved model as a whole, before anything of the page changes for it.
   *
   * @param {[path: string, file: Blob][]} given config.json, the tokenizer's files and model.safetensors; where `elsewhere` is
   *   given, model.safetensors holds the heads alone and there is no tokenizer.
   * @param {Elsewhere} [elsewhere]
   * @returns {Promise<{ tasks: Task[], files: [path: string, file: Blob][] }>} The files of the whole model.
   */
  async check(given, elsewhere) {
    const files = new Map(given.map(([path, blob]) => [path, new StoredFile(path, blob, [])]));
    if (elsewhere) for (const [path, file] of await this.#encoderOf(elsewhere, files)) files.set(path, file);
    const { SavedModel, tokenizer_of_vocabulary } = await this.#polytask;
    const [config, whole, vocabulary, settings] = await Promise.all(
      ['config.json', 'tokenizer.json', 'vocab.txt', 'tokenizer_config.json'].map((path) => files.get(path)?.bytes()),
    );
    const tokenizer = whole ?? tokenizer_of_vocabulary(/** @type {Uint8Array} */ (vocabulary), settings);
    const model = new SavedModel(/** @type {Uint8Array} */ (config), tokenizer);
    try {
      for await (const piece of /** @type {StoredFile} */ (files.get('model.safetensors')).pieces()) model.receive(piece);
      model.begin();
    } catch (error) {
      if (!isFatal(error)) model.free(); // After a trap there is nothing to free.
      throw error;
    }
    const tasks = /** @type {Task[]} */ (model.tasks());
    model.free();
    return { tasks, files: Array.from(files, ([path, { blob }]) => [path, blob]) };
  }

  /**
   * The files of the encoder that heads name, with the heads in its weights.
   *
   * @param {Elsewhere} elsewhere
   * @param {Map<string, StoredFile>} own
   * @returns {Promise<[path: string, file: StoredFile][]>}
   */
  async #encoderOf({ base, name, sha256 }, own) {
    const encoder = await this.#run.encoder.encoders.load(base, () => {}).catch((error) => {
      throw failure('model.encoder_missing', { name, why: messageOf(error) });
    });
    const weights = /** @type {StoredFile} */ (encoder.get('model.safetensors'));
    const found = await this.#hash(weights.pieces());
    if (found !== sha256) throw failure('model.other_encoder', { name, found, expected: sha256 });
    const heads = /** @type {StoredFile} */ (own.get('model.safetensors'));
    const both = await joined(new Map([['model-1-of-2.safetensors', weights], ['model-2-of-2.safetensors', heads]]));
    const tokenizer = [...encoder].filter(([path]) => /^(tokenizer\.json|vocab\.txt|tokenizer_config\.json)$/.test(path));
    return [...tokenizer, ['model.safetensors', both]];
  }

  /** In hexadecimal. @param {AsyncGenerator<Uint8Array<ArrayBuffer>>} pieces */
  async #hash(pieces) {
    const hash = new (await this.#polytask).Sha256();
    for await (const piece of pieces) hash.update(piece);
    return hash.finish();
  }
}
