// For views: each event of the run on show once, and each edit of the document once, read from one state after the other.

/** @typedef {import('../../types.js').RunEvent} RunEvent */
/** @typedef {import('../document/store.js').Change} Change */
/** @typedef {import('../document/store.js').Doc} Doc */
/** @typedef {import('./types.js').Outline} Outline */
/** @typedef {import('./types.js').State} State */

/**
 * Reads along with the run on show.
 *
 * @param {object} reader
 * @param {(outline: Outline, state: State) => void} [reader.begin] Another run, or the place of one, is on show.
 * @param {(event: RunEvent, late: boolean) => void} [reader.take] `late`: it happened before the reader was there.
 * @returns {(state: State) => void}
 */
export function readAlong({ begin, take }) {
  /** @type {Outline | undefined} */
  let outline;
  let read = 0;
  let late = true;
  return (state) => {
    const { shown } = state;
    if (shown.outline !== outline) {
      outline = shown.outline;
      read = 0;
      if (outline) begin?.(outline, state);
    }
    const fresh = shown.events.since(read);
    read = shown.events.length;
    for (const event of fresh) take?.(event, late);
    late = false;
  };
}

/**
 * Reads along with the document. A reader that comes late takes it for all new.
 *
 * @param {(doc: Doc, change: Change) => void} edit
 * @returns {(state: State) => void}
 */
export function readEdits(edit) {
  /** @type {Doc | undefined} */
  let read;
  return ({ document: { doc, change } }) => {
    if (!doc || doc === read) return;
    const what = read ? change : 'data';
    read = doc;
    edit(doc, what);
  };
}
