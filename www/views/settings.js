// The settings of a run: a form of the fields in fields.js, with the checks and messages that follow from them.

import { readEdits } from '../lab/run/reading.js';
import { h } from '../ui/dom.js';
import { fieldsOf, taskWeightFields } from './fields.js';

/** @typedef {import('../types.js').Recipe} Recipe */
/** @typedef {import('./fields.js').Field} Field */
/** @typedef {{ field: Field, control: HTMLInputElement | HTMLSelectElement, hint: HTMLElement }} Row */

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createSettings(lab) {
  const words = lab.words.settings;
  const { store } = lab;
  const { main, wide, more } = fieldsOf(lab.words);
  /** @type {Row[]} */
  const rows = [];
  /** The rows of the tasks' weights. @type {Row[]} */
  let taskRows = [];

  const newSeed = h('button', { type: 'button', className: 'quiet', dataset: { part: 'new-seed' } }, words.newSeed);
  const recommended = h('button', { type: 'button', className: 'quiet', dataset: { part: 'recommended' } }, words.recommended);
  const taskWeights = h('div', { className: 'fields', dataset: { part: 'task-weights' } });
  const details = h(
    'details',
    { dataset: { part: 'more-settings' } },
    h('summary', {}, words.more),
    h('div', { className: 'fields', dataset: { part: 'other-settings' } }, ...more.map((field) => rowOf(field, rows))),
    h('h4', {}, words.taskWeights),
    taskWeights,
  );
  const element = h(
    'section',
    { className: 'panel', part: 'panel', inert: true, 'aria-labelledby': 'h-settings', dataset: { part: 'settings' } },
    h('header', {}, h('h3', { id: 'h-settings' }, words.title), h('div', { className: 'buttons' }, newSeed, recommended)),
    h('div', { className: 'fields main', dataset: { part: 'main-settings' } }, ...main.map((field) => rowOf(field, rows))),
    h('div', { className: 'wide-fields', dataset: { part: 'wide-settings' } }, ...wide.map((field) => rowOf(field, rows))),
    details,
  );

  newSeed.addEventListener('click', () => {
    store.editSettings((recipe) => ({ ...recipe, seed: Math.floor(Math.random() * 1e6) }));
    show(store.doc.recipe);
  });
  recommended.addEventListener('click', async () => {
    await lab.sources.recommend();
    show(store.doc.recipe);
  });

  /** @param {Field} field @param {Row[]} into */
  function rowOf(field, into) {
    const id = `setting-${field.id}`;
    const hint = h('span', { className: 'hint', id: `${id}-hint` });
    const common = { id, 'aria-describedby': hint.id };
    const control =
      field.kind === 'choice'
        ? h('select', common, ...options(field.choices ?? []))
        : field.kind === 'switch'
          ? h('input', { ...common, type: 'checkbox' })
          : h('input', { ...common, type: 'text', inputMode: 'decimal', autocomplete: 'off', spellcheck: false });
    const row = { field, control, hint };
    control.addEventListener('input', () => take(row));
    into.push(row);
    return h('div', { className: `field kind-${field.kind}` }, h('label', { for: id, title: field.label }, field.label), control, hint);
  }

  /** @param {Row} row @returns {{ value?: number | string | boolean, wrong: string }} */
  function read({ field, control }) {
    if (field.kind === 'choice') return { value: control.value, wrong: '' };
    if (field.kind === 'switch') return { value: /** @type {HTMLInputElement} */ (control).checked, wrong: '' };
    const text = control.value.trim().replace(',', '.');
    if (text === '' && field.optional) return { wrong: '' };
    const value = text === '' ? NaN : Number(text);
    return { value, wrong: field.wrong(value) };
  }

  /** @param {Row} row @param {string} wrong */
  function complain({ field, control, hint }, wrong) {
    hint.textContent = wrong || field.hint(control.value);
    hint.classList.toggle('complaint', wrong !== '');
    control.setAttribute('aria-invalid', String(wrong !== ''));
    store.complain(field.id, wrong);
  }

  /** @param {Row} row */
  function take(row) {
    const { field } = row;
    const { value, wrong } = read(row);
    complain(row, wrong);
    if (wrong || value === field.get(store.doc.recipe)) return;
    store.editSettings((recipe) => field.set(recipe, value), field.kind === 'number' ? field.id : undefined);
  }

  /** @param {Row} row @param {Recipe} recipe */
  function put(row, recipe) {
    const { field, control } = row;
    const value = field.get(recipe);
    if (control instanceof HTMLInputElement && field.kind === 'switch') control.checked = value === true;
    else control.value = typeof value === 'number' ? written(value) : String(value ?? '');
    complain(row, '');
  }

  /** @param {Recipe} recipe */
  function show(recipe) {
    for (const row of [...rows, ...taskRows]) put(row, recipe);
  }

  /** @param {import('../lab/document/store.js').Doc} doc */
  function showTasks({ table: { tasks }, recipe }) {
    for (const { field } of taskRows) store.complain(field.id, '');
    taskRows = [];
    taskWeights.replaceChildren(...taskWeightFields(lab.words, tasks).map((field) => rowOf(field, taskRows)));
    for (const row of taskRows) put(row, recipe);
  }

  const follow = readEdits((doc, change) => {
    const names = taskRows.map(({ field }) => field.label);
    const same = names.length === doc.table.tasks.length && doc.table.tasks.every(({ name }, k) => name === names[k]);
    if (!same) showTasks(doc);
    if (change === 'data') show(doc.recipe);
    if (change !== 'settings') return;
    // Set elsewhere. A field that is being typed in is left alone: it has the value already, or a wrong one.
    for (const row of [...rows, ...taskRows]) {
      const { value, wrong } = read(row);
      if (!wrong && value !== row.field.get(doc.recipe)) put(row, doc.recipe);
    }
  });
  /** The refusal that the focus was last moved for. */
  let { refused } = lab.state.document;

  /** @param {string} id A field's. */
  function focus(id) {
    const row = [...rows, ...taskRows].find(({ field }) => field.id === id);
    if (row && details.contains(row.control)) details.open = true;
    row?.control.focus();
  }

  return {
    element,

    render(state) {
      const { document } = state;
      element.inert = document.doc === undefined;
      follow(state);
      if (document.refused === refused) return;
      refused = document.refused;
      if (refused) focus(refused.field);
    },

    destroy() {
      for (const { field } of [...rows, ...taskRows]) store.complain(field.id, '');
    },
  };
}

/** @param {NonNullable<Field['choices']>} choices */
function options(choices) {
  const option = (/** @type {[string, string, string?]} */ [value, label]) => h('option', { value }, label);
  const groups = [...new Set(choices.map(([, , group]) => group))];
  return groups.flatMap((label) => {
    const own = choices.filter(([, , group]) => group === label).map(option);
    return label === undefined ? own : [h('optgroup', { label }, ...own)];
  });
}

/** Small rates as 1e-4, not 0.0001, where one miscounts the zeros. @param {number} x */
const written = (x) => (x !== 0 && Math.abs(x) < 0.01 ? x.toExponential() : String(x));
