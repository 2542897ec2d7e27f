// The words that an answer relies on: the sentence, each word shaded by how far the answer's probability falls without it.
//
// Colour alone must not tell support from opposition: the sign and the underline show it too. Screen readers get a table.

import { brief } from '../ui/brief.js';
import { h, taskColour } from '../ui/dom.js';
import { releaseRadios } from '../ui/letting-go.js';

/** @typedef {Extract<import('../types.js').RunEvent, { type: 'saliency' }>} Saliency */
/** @typedef {Saliency['tasks'][string]} TaskSaliency */

/** The change of probability that gets the full shade, unless one is larger. So where none is large, none looks it. */
const FULL_SHADE = 0.2;
/** A change below half a percentage point gets neither shade nor number. */
const LEAST_SHOWN = 0.005;

/** @param {import('../strings/words.js').Words} allWords @param {() => void} again Measures the words again. */
export function createSaliency({ n, try: words }, again) {
  const choice = h('fieldset', { className: 'segments' });
  const button = h('button', { type: 'button', className: 'quiet', disabled: true, dataset: { part: 'explain' } }, words.explain);
  const sentence = h('p', { dir: 'auto', className: 'salient', 'aria-hidden': 'true', dataset: { part: 'saliency' } });
  const body = h('tbody');
  const caption = h('caption');
  const table = h(
    'table',
    {},
    caption,
    h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, words.word), h('th', { scope: 'col' }, words.change))),
    body,
  );
  const remark = h('p', { className: 'explains' }, words.explainsNothing);
  const element = h(
    'section',
    { className: 'saliency', 'aria-labelledby': 'h-saliency' },
    h('header', {}, h('h4', { id: 'h-saliency' }, words.whichWords), choice, button),
    sentence,
    h('div', { className: 'sr' }, table),
    remark,
  );
  /** @type {string[]} */
  let tasks = [];
  let chosen = '';
  /** @type {Saliency | undefined} */
  let shown;

  button.addEventListener('click', again);
  choice.addEventListener('change', ({ target }) => {
    if (target instanceof HTMLInputElement) chosen = target.value;
    render();
  });

  function render() {
    const task = shown?.tasks[chosen];
    sentence.style.setProperty('--task', taskColour(Math.max(0, tasks.indexOf(chosen))));
    table.hidden = !task;
    remark.textContent = task ? words.explains(brief(task.label), n.percent(task.probability)) : words.explainsNothing;
    sentence.replaceChildren(...(shown && task ? shaded(shown, task) : []));
    if (!shown || !task) return;
    caption.textContent = `${chosen}. ${words.explains(task.label, n.percent(task.probability))}`;
    body.replaceChildren(
      ...shown.spans.map((span, i) =>
        h('tr', {}, h('th', { dir: 'auto', scope: 'row' }, span), h('td', {}, points(task.changes[i], 1))),
      ),
    );
  }

  /** A change in percentage points, with its sign. @param {number} change @param {number} decimals */
  function points(change, decimals) {
    const text = n.fixed(100 * Math.abs(change), decimals);
    return `${change > 0 ? '+' : change < 0 ? '−' : ''}${text}`;
  }

  /** The sentence with its words shaded. @param {Saliency} saliency @param {TaskSaliency} task @returns {(Node | string)[]} */
  function shaded({ text, spans }, { changes }) {
    const full = Math.max(FULL_SHADE, ...changes.map(Math.abs));
    /** @type {(Node | string)[]} */
    const parts = [];
    let at = 0;
    for (const [i, span] of spans.entries()) {
      const from = text.indexOf(span, at);
      if (from < 0) continue;
      const change = changes[i];
      const isShown = Math.abs(change) >= LEAST_SHOWN;
      const element = h(
        'span',
        { className: 'span', title: `${span}: ${points(change, 1)}` },
        h('span', { className: 'word' }, span),
        h('small', {}, isShown ? points(change, 0) : ''),
      );
      if (isShown) element.classList.add(change > 0 ? 'for' : 'against');
      element.style.setProperty('--strength', String(Math.abs(change) / full));
      parts.push(text.slice(at, from), element);
      at = from + span.length;
    }
    // The rest of the text is beyond the maximum length that the model reads: it has no spans.
    return [...parts, text.slice(at)];
  }

  return {
    element,

    /** Offers the tasks of a new run and shows no sentence. @param {string[]} names */
    reset(names) {
      tasks = names;
      if (!tasks.includes(chosen)) chosen = tasks[0] ?? '';
      releaseRadios(choice);
      choice.replaceChildren(
        h('legend', { className: 'sr' }, words.whichTask),
        ...tasks.map((value) =>
          h(
            'label',
            {},
            h('input', { type: 'radio', name: 'saliency-task', value, checked: value === chosen }),
            h('span', { dir: 'auto', title: value }, value),
          ),
        ),
      );
      this.show(undefined);
    },

    /** @param {Saliency | undefined} saliency */
    show(saliency) {
      shown = saliency;
      render();
    },

    /** @param {boolean} outdated The sentence or the weights have changed since. @param {boolean} canMeasure */
    setOutdated(outdated, canMeasure) {
      element.classList.toggle('outdated', outdated && shown !== undefined);
      button.disabled = !(outdated && canMeasure);
    },
  };
}
