// The pooling that an encoder was trained with, in the recipe: unless the reader chose another, it is used.

export class Pooling {
  #lab;
  /** What the encoder in use declares; absent if it declares nothing. @type {string | undefined} */
  declared;
  /** The same in a sentence. */
  said = '';

  /** @param {import('../lab.js').Lab} lab */
  constructor(lab) {
    this.#lab = lab;
  }

  /** Before a run is prepared: takes over what the encoder declares, once for each encoder. */
  settle() {
    const { store, state, choice } = this.#lab;
    const { address } = state.encoder;
    const { pooling } = store.doc.recipe;
    const { address: settled, pooling: taken } = choice.pooled;
    if (settled === address || (taken === undefined && this.declared === undefined)) return;
    choice.pooled = { address, pooling: this.declared };
    const isOwn = pooling !== 'mean' && pooling !== taken;
    const wanted = /** @type {typeof pooling} */ (this.declared ?? 'mean');
    if (pooling === wanted) return;
    if (this.declared) this.#lab.notices.notice(this.said);
    if (isOwn) return;
    this.#lab.adopt({ ...store.doc, recipe: { ...store.doc.recipe, pooling: wanted } });
  }
}
