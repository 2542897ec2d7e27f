// The verdicts on a finished run: for each task what its figures mean and what to try next, with a button where settings do it.

import { hasChange, withChange } from '../lab/recipe/change.js';
import { h, taskColour } from '../ui/dom.js';

/** @typedef {Extract<import('../types.js').RunEvent, { type: 'verdict' }>} Verdict */
/** @typedef {import('../types.js').Change} Change */

/** @param {import('../lab/lab.js').Lab} lab */
export function createVerdicts(lab) {
  const { results: words, sentence } = lab.words;
  const element = h('div', { className: 'verdicts', hidden: true, dataset: { part: 'verdicts' } });
  /** @type {string[]} */
  let names = [];
  /** @type {{ button: HTMLButtonElement, change: Change }[]} */
  let buttons = [];

  /** @param {Change} change */
  function buttonFor(change) {
    const button = h('button', { type: 'button' });
    button.addEventListener('click', () => lab.store.editSettings((recipe) => withChange(recipe, change)));
    buttons.push({ button, change });
    return button;
  }

  return {
    element,

    /** Another run is on show. @param {import('../types.js').Task[]} tasks */
    begin(tasks) {
      names = tasks.map(({ name }) => name);
      buttons = [];
      element.hidden = true;
      element.replaceChildren();
    },

    /** @param {Verdict} verdict */
    take({ task, kind, message, next }) {
      const name = h('strong', { dir: 'auto' }, task);
      name.style.color = taskColour(names.indexOf(task));
      const said = h('p', { dataset: { kind } }, name, ` ${sentence(message)}`);
      element.append(said);
      if (next) {
        const buttons = next.change ? [' ', buttonFor(next.change)] : [];
        element.append(h('p', { className: 'next' }, sentence(next.message), ...buttons));
      }
      element.hidden = false;
    },

    /** @param {import('../lab/run/types.js').State} state */
    render({ document: { doc } }) {
      for (const { button, change } of buttons) {
        const isDone = doc !== undefined && hasChange(doc.recipe, change);
        button.disabled = !doc || isDone;
        button.textContent = isDone ? words.changed : words.change;
      }
    },
  };
}
