// The confusion matrix of a task with few classes: rows are the true classes, columns the predicted ones.

import { h } from '../ui/dom.js';

/**
 * @param {import('../strings/words.js').Words} words
 * @param {import('../types.js').Task} task
 * @param {(cell: { truth: number, said: number }) => void} pick Called when the reader wants to see a cell's sentences.
 */
export function createConfusionMatrix({ n, results: words }, task, pick) {
  const classes = task.labels;
  const cells = classes.map((truth, t) =>
    classes.map((said, p) => {
      const title = t === p ? words.rightly(truth) : words.taken(truth, said);
      const count = t === p ? h('span') : h('button', { type: 'button', disabled: true, 'aria-pressed': false });
      count.addEventListener('click', () => pick({ truth: t, said: p }));
      return { count, title, element: h('td', { title, className: t === p ? 'right' : '' }, count) };
    }),
  );
  const matrix = h(
    'table',
    { className: 'matrix' },
    h('caption', { className: 'sr' }, words.matrix(task.name)),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('td', { className: 'corner' }, words.corner),
        ...classes.map((label) => h('th', { scope: 'col', dir: 'auto', title: label }, label)),
      ),
    ),
    h(
      'tbody',
      {},
      ...classes.map((label, t) =>
        h('tr', {}, h('th', { scope: 'row', dir: 'auto', title: label }, label), ...cells[t].map((cell) => cell.element)),
      ),
    ),
  );

  return {
    element: matrix,

    /**
     * @param {import('./confusion-cells.js').Cell[] | undefined} known
     * @param {[number, number] | undefined} picked
     * @param {boolean} canPick
     */
    show(known, picked, canPick) {
      const counts = classes.map(() => classes.map(() => 0));
      for (const { truth, said, count } of known ?? []) counts[truth][said] = count;
      for (const [t, row] of cells.entries()) {
        const total = counts[t].reduce((a, b) => a + b, 0);
        for (const [p, cell] of row.entries()) {
          const count = counts[t][p];
          cell.count.textContent = known ? n.grouped(count) : '';
          cell.element.classList.toggle('none', !count);
          cell.element.style.setProperty('--share', String(total ? count / total : 0));
          if (!(cell.count instanceof HTMLButtonElement)) continue;
          cell.count.disabled = !count || !canPick;
          cell.count.setAttribute('aria-label', `${known ? count : ''} ${cell.title}`);
          cell.count.setAttribute('aria-pressed', String(picked?.[0] === t && picked[1] === p));
        }
      }
    },
  };
}
