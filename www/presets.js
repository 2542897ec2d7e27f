// The built-in sets of sentences, as the picker names them.

import { part } from './dom.js';

/** @typedef {import('./types.js').Preset} Preset */

/**
 * What a first visit opens. A run on it takes about a minute and shows what the page is about: dozens of steps in
 * which two losses fall together, accuracy on held-out sentences rising from chance, and a head that then gets a new
 * sentence right. The notebook's own four sentences are over after three steps and hold nothing out.
 *
 * @type {Preset}
 */
export const FIRST_PRESET = { name: 'topic-sentiment' };

/** @type {Record<string, { title: string, tries: string[] }>} */
export const PRESETS = {
  notebook: {
    title: 'Notebook',
    tries: ['The soup was cold and bland.', 'It has rained for a week.', 'My new phone is wonderfully fast.'],
  },
  'topic-sentiment': {
    title: 'Topic and sentiment',
    tries: [
      'The noodles were cold and the waiter ignored us.',
      'At last the fog lifted and we could see the whole valley.',
      'The update deleted every photo on my phone.',
    ],
  },
  tickets: {
    title: 'Support tickets',
    tries: [
      'I was charged twice for one order and nobody answers!',
      'Could you add a dark theme some day? Thank you.',
      'The app closes whenever I open the calendar.',
    ],
  },
};

/**
 * @param {HTMLElement} root
 * @param {import('./store.js').Store} store
 * @param {(preset: Preset) => void} choose
 */
export function createPresetPicker(root, store, choose) {
  const picker = /** @type {HTMLFieldSetElement} */ (part(root, 'presets'));
  const labels = /** @type {HTMLFieldSetElement} */ (part(root, 'notebook-labels'));

  /** @returns {Preset} */
  function chosen() {
    const name = checked(picker) ?? FIRST_PRESET.name;
    return name === 'notebook' ? { name, labels: checked(labels) === 'random' ? 'random' : 'sensible' } : { name };
  }
  picker.addEventListener('change', () => choose(chosen()));
  labels.addEventListener('change', () => choose(chosen()));

  store.subscribe(({ table }) => {
    const preset = table.preset;
    for (const input of picker.querySelectorAll('input')) input.checked = input.value === preset?.name;
    labels.hidden = preset?.name !== 'notebook';
    if (!labels.hidden)
      for (const input of labels.querySelectorAll('input'))
        input.checked = input.value === (preset?.labels ?? 'random');
  });
}

/** @param {HTMLFieldSetElement} group */
const checked = (group) => /** @type {HTMLInputElement | null} */ (group.querySelector('input:checked'))?.value;
