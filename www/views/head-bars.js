// One head's answer: a bar for each class; of many classes, for the most probable ones.

import { h, taskColour } from '../ui/dom.js';
import { largest } from '../ui/many/largest.js';

/** Of more classes than this only some are shown, in the order of their probabilities. */
const MOST = 12;
const SHOWN = 6;

/**
 * @param {import('../strings/words.js').Words} words
 * @param {import('../types.js').Task} task
 * @param {number} k
 */
export function createHeadBars({ n, diagram: { more } }, { name: task, labels }, k) {
  const isCut = labels.length > MOST;
  const rows = Array.from({ length: isCut ? SHOWN : labels.length }, () => {
    const name = h('span', { dir: 'auto', className: 'name' });
    const fill = h('span', { className: 'fill' });
    const number = h('span', { className: 'number' }, '–');
    return { name, fill, number, element: h('li', {}, name, h('span', { className: 'meter', 'aria-hidden': 'true' }, fill), number) };
  });
  const rest = h('li', { className: 'rest', hidden: !isCut }, isCut ? more(labels.length - SHOWN) : '');
  const list = h('ul', {}, ...rows.map(({ element }) => element), rest);
  const element = h('div', { className: 'head' }, h('h4', { dir: 'auto', className: 'cut', title: task }, task), list);
  element.style.setProperty('--task', taskColour(k));
  name(rows.map((_, c) => c));

  /** @param {number[]} classes The class of each row. */
  function name(classes) {
    for (const [i, c] of classes.entries()) rows[i].name.textContent = rows[i].name.title = labels[c];
  }

  return {
    element,
    labels,

    /** @param {string} best @param {number[]} probabilities */
    show(best, probabilities) {
      const classes = isCut ? largest(probabilities, SHOWN) : probabilities.map((_, c) => c);
      if (isCut) name(classes);
      for (const [i, c] of classes.entries()) {
        rows[i].fill.style.transform = `scaleX(${probabilities[c]})`;
        rows[i].number.textContent = n.percent(probabilities[c]);
        rows[i].element.classList.toggle('best', labels[c] === best);
      }
      element.dataset.best = best;
    },
  };
}
