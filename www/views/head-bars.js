// One head's answer: a bar for each class.

import { h, taskColour } from '../ui/dom.js';

/**
 * @param {import('../strings/words.js').Words} words
 * @param {import('../types.js').Task} task
 * @param {number} k
 */
export function createHeadBars({ n }, task, k) {
  const bars = task.labels.map(() => h('span', { className: 'fill' }));
  const numbers = task.labels.map(() => h('span', { className: 'number' }, '–'));
  const rows = task.labels.map((label, c) =>
    h(
      'li',
      {},
      h('span', { className: 'name', title: label }, label),
      h('span', { className: 'meter', 'aria-hidden': 'true' }, bars[c]),
      numbers[c],
    ),
  );
  const element = h('div', { className: 'head' }, h('h4', { className: 'cut', title: task.name }, task.name), h('ul', {}, ...rows));
  element.style.setProperty('--task', taskColour(k));

  return {
    element,

    /** @param {string} best @param {number[]} probabilities */
    show(best, probabilities) {
      for (const [c, p] of probabilities.entries()) {
        bars[c].style.transform = `scaleX(${p})`;
        numbers[c].textContent = n.percent(p);
        rows[c].classList.toggle('best', task.labels[c] === best);
      }
      element.dataset.best = best;
    },
  };
}
