// The list under a field that finds one of many choices. It follows what one types. Loaded when there is such a field
// (search-field.js).
//
// After the pattern “editable combobox with list autocomplete” of the ARIA Authoring Practices Guide.

import { h } from '../dom.js';
import { matching } from './matching.js';

/** With the keys Page Up and Page Down one moves by so many. */
const PAGE = 8;
/** Least width of the list, in px. */
const LEAST_WIDTH = 220;

/**
 * @param {HTMLElement} element Becomes the list.
 * @param {import('./search-field.js').SearchOptions} options
 */
export function createSearchList(element, { id, words, choicesOf, valueOf, pick, canAdd = false }) {
  const list = h('ul', { id, role: 'listbox', 'aria-label': words.choices });
  const rest = h('p', { className: 'rest', role: 'status' });
  element.replaceChildren(list, rest);
  /** The field that the list belongs to while it is open. @type {HTMLInputElement | undefined} */
  let open;
  /** What each option stands for. @type {{ choice: string, isNew: boolean }[]} */
  let options = [];
  let active = -1;

  /** @param {HTMLInputElement} field @param {string} text Only choices that contain it are listed. */
  function show(field, text) {
    open = field;
    const choices = choicesOf(field);
    const { found, count } = matching(choices, text);
    const isNew = canAdd && text !== '' && !choices.includes(text);
    options = [
      ...(text === '' ? [{ choice: '', isNew: false }] : []),
      ...found.map((choice) => ({ choice, isNew: false })),
      ...(isNew ? [{ choice: text, isNew: true }] : []),
    ];
    list.replaceChildren(
      ...options.map(({ choice, isNew }, i) =>
        h('li', { id: `${id}-${i}`, role: 'option', dir: 'auto', title: choice }, isNew ? words.create(choice) : choice || words.blank),
      ),
    );
    rest.textContent = count > found.length ? words.more(count - found.length) : options.length === 0 ? words.none : '';
    element.hidden = false;
    field.setAttribute('aria-expanded', 'true');
    field.setAttribute('aria-controls', id);
    point(Math.max(0, options.findIndex(({ choice, isNew }) => !isNew && choice === (text || valueOf(field)))));
    place();
    addEventListener('scroll', place, { capture: true, passive: true });
  }

  function close() {
    if (!open) return;
    open.setAttribute('aria-expanded', 'false');
    open.removeAttribute('aria-activedescendant');
    open = undefined;
    element.hidden = true;
    removeEventListener('scroll', place, { capture: true });
  }

  /** Puts the list under its field, or above it where there is more room. */
  function place() {
    const room = element.offsetParent;
    if (!open || !room) return close();
    const [at, within] = [open.getBoundingClientRect(), room.getBoundingClientRect()];
    const scroller = open.closest('.table-scroll')?.getBoundingClientRect();
    if (scroller && (at.bottom < scroller.top || at.top > scroller.bottom)) return close();
    const width = Math.min(Math.max(at.width, LEAST_WIDTH), within.width);
    element.style.width = `${width}px`;
    element.style.left = `${Math.max(0, Math.min(at.left, within.right - width) - within.left - room.clientLeft)}px`;
    const { offsetHeight } = element;
    const isBelow = at.bottom + offsetHeight <= innerHeight || at.top < offsetHeight;
    element.style.top = `${(isBelow ? at.bottom : at.top - offsetHeight) - within.top - room.clientTop}px`;
  }

  /** @param {number} i */
  function point(i) {
    const items = list.children;
    items[active]?.removeAttribute('aria-selected');
    active = Math.min(i, options.length - 1);
    const item = items[active];
    if (!(item instanceof HTMLElement)) return open?.removeAttribute('aria-activedescendant');
    item.setAttribute('aria-selected', 'true');
    open?.setAttribute('aria-activedescendant', item.id);
    const { offsetTop: top, offsetHeight: height } = item;
    element.scrollTop = Math.max(top + height - element.clientHeight, Math.min(top, element.scrollTop));
  }

  /** @param {number} i */
  function choose(i) {
    const [field, option] = [open, options[i]];
    close();
    if (!field) return;
    if (option) pick(field, option.choice, option.isNew);
    field.value = valueOf(field);
    if (field.matches(':focus')) field.select(); // It would take the focus back from where the choice led.
  }

  /** The reader leaves the field: a text that is a choice is one, any other goes. @param {HTMLInputElement} field */
  function leave(field) {
    const text = field.value.trim();
    if (open === field) close();
    if (text !== valueOf(field) && text !== '' && choicesOf(field).includes(text)) pick(field, text, false);
    field.value = valueOf(field);
  }

  /** @param {KeyboardEvent} event @param {HTMLInputElement} field */
  function key(event, field) {
    if (event.isComposing) return;
    if (open !== field) {
      if (!['ArrowDown', 'ArrowUp', 'Enter'].includes(event.key)) return;
      event.preventDefault();
      return show(field, '');
    }
    const last = options.length - 1;
    /** @type {Record<string, () => void>} */
    const moves = {
      ArrowDown: () => point(active < last ? active + 1 : 0),
      ArrowUp: () => point(active > 0 ? active - 1 : last),
      PageDown: () => point(Math.min(last, active + PAGE)),
      PageUp: () => point(Math.max(0, active - PAGE)),
      Enter: () => choose(active),
      Escape: () => {
        close();
        field.value = valueOf(field);
        field.select();
      },
    };
    if (!Object.hasOwn(moves, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    moves[event.key]();
  }

  // A press would take the focus from the field, and so close the list.
  element.addEventListener('pointerdown', (event) => event.preventDefault());
  element.addEventListener('mousedown', (event) => event.preventDefault());
  list.addEventListener('click', ({ target }) => {
    const item = target instanceof Element ? target.closest('li') : null;
    if (item) choose(Array.from(list.children).indexOf(item));
  });

  /** @param {EventTarget | null} target @returns {target is HTMLInputElement} */
  const isField = (target) => target instanceof HTMLInputElement && target.getAttribute('role') === 'combobox';

  return {
    /** Opens for the fields inside an element. Whoever handles an event first and prevents its default keeps the list closed. @param {HTMLElement} root */
    serve(root) {
      root.addEventListener('click', ({ target, defaultPrevented }) => {
        if (!isField(target) || defaultPrevented || open === target) return;
        show(target, '');
        target.select();
      });
      // What is typed then takes the place of what is there, however one came.
      root.addEventListener('focusin', ({ target }) => {
        if (isField(target)) target.select();
      });
      root.addEventListener('input', ({ target }) => {
        if (isField(target)) show(target, target.value.trim());
      });
      root.addEventListener('keydown', (event) => {
        if (isField(event.target) && !event.defaultPrevented) key(event, event.target);
      });
      root.addEventListener('focusout', ({ target }) => {
        if (isField(target)) leave(target);
      });
    },

    close,
  };
}
