// The words that an answer rests on: the sentence, each word shaded by how much less probable the answer is without it.
//
// Sign and underline show for and against as colour does, and a table holds the changes too.

import { brief } from '../ui/brief.js';
import { h, taskColour } from '../ui/dom.js';

/** @typedef {Extract<import('../types.js').RunEvent, { type: 'saliency' }>} Saliency */
/** @typedef {Saliency['tasks'][string]} OfTask */

/** Where no word changes more than this, the strongest is not shaded fully: a sentence can rest on nothing much. */
const STRONG = 0.2;
/** Below half a point there is no number. */
const WORTH_TELLING = 0.005;

/** @param {import('../strings/words.js').Words} allWords @param {() => void} again Asks once more. */
export function createSaliency({ n, try: words }, again) {
  const choice = h('fieldset', { className: 'segments' });
  const button = h('button', { type: 'button', className: 'quiet', disabled: true, dataset: { part: 'explain' } }, words.explain);
  const sentence = h('p', { className: 'salient', 'aria-hidden': 'true', dataset: { part: 'saliency' } });
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
    h('header', {}, h('h4', { id: 'h-saliency' }, words.goesBy), choice, button),
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
    const of = shown?.tasks[chosen];
    sentence.style.setProperty('--task', taskColour(Math.max(0, tasks.indexOf(chosen))));
    table.hidden = !of;
    remark.textContent = of ? words.explains(brief(of.label), n.percent(of.probability)) : words.explainsNothing;
    sentence.replaceChildren(...(shown && of ? shaded(shown, of) : []));
    if (!shown || !of) return;
    caption.textContent = `${chosen}. ${words.explains(of.label, n.percent(of.probability))}`;
    body.replaceChildren(
      ...shown.spans.map((span, i) =>
        h('tr', {}, h('th', { scope: 'row' }, span), h('td', {}, points(of.changes[i], 1))),
      ),
    );
  }

  /** A change in percentage points, with its sign. @param {number} change @param {number} decimals */
  function points(change, decimals) {
    const text = n.fixed(100 * Math.abs(change), decimals);
    return `${change > 0 ? '+' : change < 0 ? '−' : ''}${text}`;
  }

  /** The sentence with its words shaded. @param {Saliency} saliency @param {OfTask} of @returns {(Node | string)[]} */
  function shaded({ text, spans }, { changes }) {
    const full = Math.max(STRONG, ...changes.map(Math.abs));
    /** @type {(Node | string)[]} */
    const parts = [];
    let at = 0;
    for (const [i, span] of spans.entries()) {
      const from = text.indexOf(span, at);
      if (from < 0) continue;
      const change = changes[i];
      const tells = Math.abs(change) >= WORTH_TELLING;
      const element = h(
        'span',
        { className: 'span', title: `${span}: ${points(change, 1)}` },
        h('span', { className: 'word' }, span),
        h('small', {}, tells ? points(change, 0) : ''),
      );
      if (tells) element.classList.add(change > 0 ? 'for' : 'against');
      element.style.setProperty('--strength', String(Math.abs(change) / full));
      parts.push(text.slice(at, from), element);
      at = from + span.length;
    }
    // The rest is beyond the length that training reads.
    return [...parts, text.slice(at)];
  }

  return {
    element,

    /** @param {string[]} names The run's tasks. */
    reset(names) {
      tasks = names;
      if (!tasks.includes(chosen)) chosen = tasks[0] ?? '';
      choice.replaceChildren(
        h('legend', { className: 'sr' }, words.whichTask),
        ...tasks.map((value) =>
          h(
            'label',
            {},
            h('input', { type: 'radio', name: 'saliency-task', value, checked: value === chosen }),
            h('span', { title: value }, value),
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

    /** @param {boolean} outdated The sentence or the weights are others by now. @param {boolean} askable */
    age(outdated, askable) {
      element.classList.toggle('outdated', outdated && shown !== undefined);
      button.disabled = !(outdated && askable);
    },
  };
}
