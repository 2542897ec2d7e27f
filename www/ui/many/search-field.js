// Fields that find one of many choices. One list serves all fields of a panel, so a thousand fields with thousands of choices each cost
// no more than one; it is loaded as soon as there is such a field.

import { h } from '../dom.js';

/** More choices than this are better searched than scrolled through. */
export const MANY = 30;

/**
 * @typedef {object} SearchOptions
 * @property {string} id Of the list; differs from that of others in the same root.
 * @property {import('../../strings/words.js').Words['search']} words
 * @property {(field: HTMLInputElement) => string[]} choicesOf
 * @property {(field: HTMLInputElement) => string} valueOf The choice that the field shows.
 * @property {(field: HTMLInputElement, choice: string, isNew: boolean) => void} pick '' is no choice. `isNew`: there was none of that name.
 * @property {boolean} [canAdd] Whether a text that is none of the choices can be picked too.
 */

/** Makes a field for {@link createSearch}. @param {Record<string, unknown>} properties */
export const searchField = (properties) =>
  h('input', {
    type: 'text',
    className: 'find',
    role: 'combobox',
    autocomplete: 'off',
    spellcheck: false,
    maxLength: 200,
    'aria-autocomplete': 'list',
    'aria-expanded': 'false',
    ...properties,
  });

/**
 * The list of the fields inside an element.
 *
 * @param {HTMLElement} root
 * @param {SearchOptions} options
 */
export function createSearch(root, options) {
  const element = h('div', { className: 'search-list', hidden: true, dataset: { part: options.id } });
  /** @type {Promise<{ close: () => void } | undefined> | undefined} */
  let list;

  async function load() {
    const { createSearchList } = await import('./search-list.js');
    const made = createSearchList(element, options);
    made.serve(root);
    return made;
  }

  return {
    /** Stands in the panel, where nothing cuts it off. */
    element,

    /** There is a field inside. */
    need() {
      list ??= load().catch(() => (list = undefined)); // The next field tries again.
    },

    destroy: () => list?.then((made) => made?.close()),
  };
}
