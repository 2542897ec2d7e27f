// How an encoder comes to a lab's run: fetched when it is first needed, chosen by the reader, or opened from their files; and the
// pooling that it declares.

import { DEFAULT_ENCODER, MODEL, OWN, ownAddress } from '../../engine/encoder/addresses.js';

/** When nothing has come for so long, the reader is asked what to do. */
const SILENT_MS = 10_000;

export class Fetching {
  #lab;
  #channel;
  #questions;
  #prepare;
  #expect;
  /** The pooling that the encoder on its way or in use declares. @type {{ pooling: string, said: string } | undefined} */
  declared;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #listening;
  /** Removes the message that nothing comes. */
  #unsay = () => {};

  /**
   * @param {import('../lab.js').Lab} lab
   * @param {import('../../engine/engine.js').Channel | undefined} channel Absent where the browser cannot train.
   * @param {import('../run/questions.js').Questions} questions They get no answer if the encoder does not come.
   * @param {() => void} prepare Prepares the run.
   * @param {() => void} expect Says for which run the encoder comes.
   */
  constructor(lab, channel, questions, prepare, expect) {
    this.#lab = lab;
    this.#channel = channel;
    this.#questions = questions;
    this.#prepare = prepare;
    this.#expect = expect;
  }

  /** Fetches the encoder, if nobody has yet, and prepares a run as soon as it is here. */
  wake() {
    const before = this.#lab.state.encoder.is;
    this.#lab.dispatch({ type: 'wake' });
    if (before !== 'loading') this.again();
  }

  /** Has the worker fetch the encoder that is on its way. */
  again() {
    const { is, address } = this.#lab.state.encoder;
    if (is === 'loading') this.#load(address);
  }

  /** @param {string} address */
  #load(address) {
    this.declared = undefined;
    this.heard();
    if (address.startsWith(MODEL)) this.#loadModel(address);
    else this.#channel?.send({ type: 'load', base: address });
    this.#expect();
  }

  /** Something has come, or nothing is awaited any more. */
  heard() {
    clearTimeout(this.#listening);
    this.#unsay();
    if (this.#awaited !== undefined) this.#listening = setTimeout(() => this.#silent(), SILENT_MS);
  }

  dispose() {
    clearTimeout(this.#listening);
  }

  /** The address of the encoder that is on its way over the network. */
  get #awaited() {
    const { is, address, next, latest } = this.#lab.state.encoder;
    const wanted = next?.address ?? (is === 'loading' ? address : OWN);
    const coming = next ? next.latest : latest;
    const isHere = wanted.startsWith(OWN) || wanted.startsWith(MODEL) || (coming?.type === 'progress' && coming.cached);
    return isHere ? undefined : wanted;
  }

  #silent() {
    // A module that is being compiled holds the download up.
    if (!this.#lab.state.engine) return this.heard();
    const { notices, words } = this.#lab;
    this.#lab.dispatch({ type: 'silent' });
    this.#unsay = notices.notice(
      words.lab.silent,
      { label: words.lab.retry, run: () => this.#askAgain() },
      { label: words.lab.cancel, run: () => this.cancel() },
    );
  }

  /** Asks the host for the rest. */
  #askAgain() {
    const address = this.#awaited;
    if (address === undefined) return;
    this.#channel?.cancel();
    this.#load(address);
  }

  /** Fetches a saved model. @param {string} address */
  async #loadModel(address) {
    const { words, notices } = this.#lab;
    try {
      const { fetchModel } = await import('../../models.js');
      fetchModel(this.#lab, address, (text, before) => this.failed(text, before));
    } catch {
      this.cancel();
      notices.error(words.lab.notLoaded('models.js'));
    }
  }

  /** Fetches another encoder. The one that is in use stays until it is here. @param {string} address @param {boolean} [returns] */
  choose(address, returns = false) {
    if (!this.#channel) return;
    this.#channel.cancel();
    this.#lab.dispatch({ type: 'choose encoder', address, returns });
    this.#load(address);
  }

  /**
   * Takes the reader's own files for the encoder.
   *
   * @param {[path: string, file: Blob][]} files
   * @param {string} name
   * @param {{ file: string, tasks: import('../../types.js').Task[] }} [model] They are a saved model's, which has heads for these tasks;
   *   `file`: the name of its zip or folder.
   */
  open(files, name, model) {
    if (!this.#channel) return;
    const address = ownAddress(name);
    // The pooling of a saved model is that of its recipe.
    if (model) this.#lab.choice.pooled = { address, tasks: JSON.stringify(model.tasks), file: model.file };
    this.#channel.cancel();
    this.declared = undefined;
    this.#lab.dispatch({ type: 'choose encoder', address, returns: false });
    this.#channel.open(address, files, name);
  }

  /** Breaks the download off. */
  cancel() {
    const { is, next, address } = this.#lab.state.encoder;
    if (is !== 'loading' && !next) return;
    this.#channel?.cancel();
    this.#lab.dispatch({ type: 'cancel encoder' });
    this.heard();
    // It may have come just now: the worker must not use it.
    if (next) return this.#channel?.send({ type: 'load', base: address });
    this.#questions.refuseAll(new DOMException('The encoder is not fetched any more.', 'AbortError'));
  }

  /** The encoder did not come. @param {string} message @param {import('../run/types.js').Encoder} before The state until then. */
  failed(message, { address, next }) {
    const { notices, words } = this.#lab;
    const wanted = next?.address ?? address;
    if (!next) this.#questions.refuseAll(new Error(message));
    const again = { label: words.lab.retry, run: () => (next ? this.choose(wanted) : this.wake()) };
    const usual = this.#lab.encoderAt(DEFAULT_ENCODER);
    const other = { label: words.lab.useEncoder(DEFAULT_ENCODER), run: () => this.choose(usual) };
    notices.error(message, ...(wanted.startsWith(OWN) ? [] : [again]), ...(next || wanted === usual ? [] : [other]));
  }

  /** Whether the pooling is to be settled first, for another encoder; then the run is prepared. */
  settlesPooling() {
    const { choice, notices, state, words } = this.#lab;
    const { address } = state.encoder;
    const { declared } = this;
    if (choice.pooled.address === address || !(choice.pooled.pooling ?? declared)) return false;
    import('./pooling.js').then(({ settlePooling }) => {
      // The element may be gone, or another encoder may have come meanwhile.
      if (this.#lab.isDisposed || this.#lab.state.encoder.address !== address) return;
      settlePooling(this.#lab, declared);
      this.#prepare();
    }, () => notices.error(words.lab.notLoaded('pooling.js')));
    return true;
  }
}
