// Labelling by clicking: a chip for each class, which a click in the table then gives to a sentence. Of a task with many classes a
// field finds the one that becomes a chip.

import { brief } from '../ui/brief.js';
import { h, taskColour } from '../ui/dom.js';
import { createSearch, MANY, searchField } from '../ui/many/search-field.js';

/** @typedef {{ task: string, label: string }} Brush What a click gives; an empty label takes one away. */

/**
 * @param {import('../strings/words.js').Words} allWords
 * @param {(brush: Brush | undefined, byKeyboard: boolean) => void} choose The reader took a brush up, or put it down.
 */
export function createPainting({ painting: words, search }, choose) {
  const chips = h('div', { className: 'chips', dataset: { part: 'chips' } });
  const hint = h('p', { className: 'hint', dataset: { part: 'paint-hint' }, hidden: true });
  const said = h('p', { className: 'sr', role: 'status' });
  const element = h(
    'div',
    { className: 'painting', role: 'group', 'aria-labelledby': 'h-painting', dataset: { part: 'painting' }, hidden: true },
    h('p', { className: 'eyebrow', id: 'h-painting' }, words.title),
    chips,
    hint,
    said,
  );
  const list = createSearch(chips, {
    id: 'brushes-found',
    words: search,
    choicesOf: ({ dataset }) => tasks.find(({ name }) => name === dataset.brush)?.labels ?? [],
    valueOf: ({ dataset }) => (brush?.task === dataset.brush ? brush?.label : undefined) ?? '',
    pick: ({ dataset }, label) => take({ task: String(dataset.brush), label }, true),
  });
  element.append(list.element);
  /** @type {import('../types.js').Task[]} */
  let tasks = [];
  /** @type {Brush | undefined} */
  let brush;
  /** The tasks whose classes have chips, as JSON. */
  let shown = '';

  /** @param {Brush | undefined} next @param {boolean} [byKeyboard] */
  function take(next, byKeyboard = false) {
    brush = next;
    for (const field of chips.querySelectorAll('input')) {
      field.value = field.dataset.brush === next?.task ? (next?.label ?? '') : '';
      field.title = field.value;
    }
    for (const chip of chips.querySelectorAll('button'))
      chip.setAttribute('aria-pressed', String(chip.dataset.task === next?.task && chip.dataset.label === next?.label));
    hint.hidden = next === undefined;
    hint.textContent = next ? words.hint(brief(next.task), brief(next.label)) : '';
    said.textContent = hint.textContent;
    choose(next, byKeyboard);
  }

  chips.addEventListener('click', (event) => {
    const chip = event.target instanceof Element ? event.target.closest('button') : null;
    if (!chip) return;
    const { task = '', label = '' } = chip.dataset;
    const again = brush?.task === task && brush.label === label;
    // A click without a pointer is one by Enter or Space.
    take(again ? undefined : { task, label }, event.detail === 0);
  });

  /** @param {import('../types.js').Task} task @param {number} k */
  function group({ name, labels }, k) {
    const chip = (/** @type {string} */ label) =>
      h(
        'button',
        {
          type: 'button',
          dir: 'auto',
          className: 'chip',
          title: label,
          'aria-pressed': 'false',
          'aria-label': label ? undefined : words.blank(name),
          dataset: { task: name, label },
        },
        label || '—',
      );
    const element = h(
      'span',
      { className: 'chip-group', role: 'group', 'aria-label': name },
      h('span', { dir: 'auto', className: 'chip-task', title: name, 'aria-hidden': 'true' }, name),
      ...(labels.length > MANY ? [finder(name, labels.length)] : labels.map(chip)),
      chip(''),
    );
    element.style.setProperty('--task', taskColour(k));
    return element;
  }

  /** The chip of the brush in hand, or the field that found it. @returns {HTMLElement | null} */
  const brushElement = () =>
    chips.querySelector('[aria-pressed="true"]') ?? Array.from(chips.querySelectorAll('input')).find(({ dataset }) => dataset.brush === brush?.task) ?? null;

  /** @param {string} name @param {number} classes */
  function finder(name, classes) {
    list.need();
    return searchField({ className: 'find chip', placeholder: words.find(classes), 'aria-label': words.findOf(name), dataset: { brush: name } });
  }

  return {
    element,

    get brush() {
      return brush;
    },

    /** Says what was done to those who do not see it. @param {number} row From 1. @param {string} label */
    done(row, label) {
      said.textContent = words.done(row, label);
    },

    /** Puts the brush down; the focus goes back to its chip if it must not be lost. @param {boolean} [focus] */
    stop(focus = false) {
      if (!brush) return;
      if (focus) brushElement()?.focus();
      take(undefined);
    },

    /** @param {import('../lab/document/store.js').Doc} doc */
    edit({ table }) {
      if (table.tasks === tasks) return;
      tasks = table.tasks;
      const next = JSON.stringify(tasks);
      if (next === shown) return;
      shown = next;
      element.hidden = tasks.length === 0;
      chips.replaceChildren(...tasks.map(group));
      const still = tasks.some(({ name, labels }) => name === brush?.task && (!brush.label || labels.includes(brush.label)));
      take(still ? brush : undefined);
    },

    destroy: () => list.destroy(),
  };
}
