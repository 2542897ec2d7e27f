// How a run stands to the document that it was configured with, which the reader goes on editing.

/** @typedef {import('../document/store.js').Doc} Doc */
/** @typedef {import('../document/store.js').Change} Change */

export class Following {
  /** What the run in the worker was configured with. @type {Doc | undefined} */
  doc;
  /** Whether all sentences were replaced since then. */
  wholesale = false;

  /** A run is being configured. @param {Doc} doc */
  begin(doc) {
    this.doc = doc;
    this.wholesale = false;
  }

  /** There is no run any more. */
  forget() {
    this.doc = undefined;
  }

  /**
   * @param {Doc} doc
   * @param {Change} change
   * @param {import('./run-state.js').RunState['stale']} stale As it was.
   * @returns {import('./run-state.js').RunState['stale']} What the reader has changed since the run was configured.
   */
  edited(doc, change, stale) {
    if (change === 'data') this.wholesale = true;
    if (!this.doc) return stale;
    // What is measured is no setting of the run: it makes nothing stale.
    if (change === 'diagnostics' && stale !== 'settings') this.doc = { ...this.doc, recipe: doc.recipe };
    return doc.table !== this.doc.table ? 'sentences' : doc.recipe !== this.doc.recipe ? 'settings' : '';
  }
}

/**
 * For each of a document's sentences, whether a run of it holds it out.
 *
 * @param {Doc | undefined} doc
 * @param {boolean[]} flags For the sentences that were sent: those with text.
 */
export function heldOutOf(doc, flags) {
  const sent = flags.values();
  return doc?.table.examples.map(({ text }) => text.trim() !== '' && sent.next().value === true) ?? [];
}

/**
 * What a document's run will look like: a view has its shape before the encoder is here.
 *
 * @param {Doc} doc
 * @returns {import('../views.js').Outline}
 */
export function outlineOf({ table: { tasks, examples }, recipe: { training, validation } }) {
  const share = validation && 'fraction' in validation ? validation.fraction : 0;
  const held = Math.round(examples.length * share);
  const steps = Math.max(1, Math.ceil((examples.length - held) / training.batch_size));
  return { tasks, epochs: training.epochs, steps_per_epoch: steps, validation_examples: held };
}
