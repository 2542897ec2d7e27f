// The pooling that an encoder was trained with, in the recipe: unless the reader chose another, it is used. Loaded for an encoder
// that declares one, and for the one after it.

/**
 * Called before the first run with an encoder is prepared.
 *
 * @param {import('../lab.js').Lab} lab
 * @param {{ pooling: string, said: string } | undefined} declared What the encoder declares, and the same in a sentence.
 */
export function settlePooling(lab, declared) {
  const { store, state, choice, notices } = lab;
  const { pooling } = store.doc.recipe;
  const { pooling: taken } = choice.pooled;
  choice.pooled = { address: state.encoder.address, pooling: declared?.pooling };
  const wanted = /** @type {typeof pooling} */ (declared?.pooling ?? 'mean');
  if (pooling === wanted) return;
  if (declared) notices.notice(declared.said);
  if (pooling === 'mean' || pooling === taken) lab.adopt({ ...store.doc, recipe: { ...store.doc.recipe, pooling: wanted } });
}
