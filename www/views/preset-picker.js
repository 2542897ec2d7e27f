// The choice among the built-in sentences, and for the notebook's among their labels.

import { FIRST_PRESET, PRESET_NAMES } from '../lab/document/presets.js';
import { h } from '../ui/dom.js';

/** @param {import('../lab/lab.js').Lab} lab */
export function createPresetPicker(lab) {
  const { presets: titles, sentences: words } = lab.words;
  const presets = segments(
    'preset',
    'presets',
    words.presets,
    PRESET_NAMES.map((name) => [name, titles[name].title]),
  );
  const labels = segments('notebook-labels', 'notebook-labels', words.labels, [
    ['sensible', words.sensible],
    ['random', words.random],
  ]);
  labels.hidden = true;
  for (const group of [presets, labels]) group.addEventListener('change', () => lab.sources.choose(chosen()));

  /** @returns {import('../types.js').Preset} */
  function chosen() {
    const name = checked(presets) ?? FIRST_PRESET.name;
    return name === 'notebook' ? { name, labels: checked(labels) === 'random' ? 'random' : 'sensible' } : { name };
  }

  return {
    element: h('div', { className: 'toolbar' }, presets, labels),

    /** @param {import('../lab/document/store.js').Doc} doc */
    edit({ table: { preset } }) {
      check(presets, preset?.name);
      labels.hidden = preset?.name !== 'notebook';
      if (preset?.name === 'notebook') check(labels, preset.labels ?? 'random');
    },
  };
}

/** @param {string} name @param {string} part @param {string} legend @param {string[][]} choices Values with their labels. */
function segments(name, part, legend, choices) {
  const options = choices.map(([value, label]) =>
    h('label', {}, h('input', { type: 'radio', name, value }), h('span', {}, label)),
  );
  return h('fieldset', { className: 'segments', dataset: { part } }, h('legend', { className: 'sr' }, legend), ...options);
}

/** @param {HTMLFieldSetElement} group */
const checked = (group) => /** @type {HTMLInputElement | null} */ (group.querySelector('input:checked'))?.value;

/** @param {HTMLFieldSetElement} group @param {string | undefined} value */
function check(group, value) {
  for (const input of group.querySelectorAll('input')) input.checked = input.value === value;
}
