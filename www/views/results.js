// How well each task is solved: accuracy beside its baseline, macro F1, and the confusion matrix.

import { grouped, h, part, percent, taskColour } from './dom.js';

/** @typedef {import('./types.js').Task} Task */
/** @typedef {import('./types.js').Evaluation} Evaluation */
/** @typedef {Evaluation['tasks'][string]} Metrics */

/** @param {HTMLElement} root */
export function createResults(root) {
  const body = part(root, 'results-body');
  const caption = part(root, 'results-caption');
  const choice = part(root, 'results-split');
  /** @type {Task[]} */
  let tasks = [];
  /** @type {Partial<Record<Evaluation['split'], Evaluation>>} */
  let latest = {};

  choice.addEventListener('change', render);

  function render() {
    const wanted = choice.querySelector('input:checked');
    const split = wanted instanceof HTMLInputElement && wanted.value === 'train' ? 'train' : 'validation';
    const evaluation = latest[split];
    caption.textContent = evaluation ? `after epoch ${evaluation.epoch}` : 'not measured yet';
    body.replaceChildren(...tasks.map((task, k) => card(task, k, evaluation?.tasks[task.name])));
  }

  /** Empty matrices for a run. @param {import('./plots.js').Outline} outline */
  function reset(outline) {
    tasks = outline.tasks;
    latest = {};
    select(outline.validation_examples > 0 ? 'validation' : 'train');
    render();
  }

  return {
    reset,

    /** @param {import('./types.js').RunEvent} event */
    take(event) {
      if (event.type === 'start') {
        reset(event);
      } else if (event.type === 'evaluation') {
        latest[event.split] = event;
        render();
      }
    },
  };

  /** @param {Evaluation['split']} split */
  function select(split) {
    for (const input of choice.querySelectorAll('input')) {
      input.checked = input.value === split;
      if (input.value === 'validation') input.disabled = split === 'train';
    }
  }
}

/** @param {Task} task @param {number} k @param {Metrics | undefined} metrics */
function card(task, k, metrics) {
  const figures = h(
    'p',
    { className: 'figures' },
    h('strong', {}, metrics ? `${percent(metrics.accuracy)} right` : '– right'),
  );
  if (metrics) {
    const { label, share } = commonest(task, metrics.confusion);
    figures.append(`${percent(share)} by always saying “${label}”. Macro F1 ${metrics.macro_f1.toFixed(2)}.`);
  }
  const article = h(
    'article',
    { className: 'result' },
    h('h3', {}, task.name),
    figures,
    matrix(task, metrics?.confusion),
  );
  article.style.setProperty('--task', taskColour(k));
  return article;
}

/** What an accuracy must be measured against: the class that occurs most, and its share. @param {Task} task @param {number[][]} confusion */
function commonest(task, confusion) {
  const counts = confusion.map(sum);
  const most = Math.max(...counts);
  return { label: task.labels[counts.indexOf(most)], share: most / Math.max(1, sum(counts)) };
}

/** @param {number[]} xs */
const sum = (xs) => xs.reduce((a, b) => a + b, 0);

/** Rows are the true classes, columns the predicted ones. @param {Task} task @param {number[][]} [confusion] */
function matrix(task, confusion) {
  const rows = task.labels.map((truth, t) => {
    const row = confusion?.[t];
    const total = row ? sum(row) : 0;
    return h(
      'tr',
      {},
      h('th', { scope: 'row', title: truth }, truth),
      ...task.labels.map((said, p) => {
        const count = row?.[p];
        const cell = h('td', { title: `${truth}, taken for ${said}` }, count ? grouped(count) : row ? '0' : '');
        cell.style.setProperty('--share', String(total && count ? count / total : 0));
        if (t === p) cell.className = 'right';
        if (!count) cell.classList.add('none');
        return cell;
      }),
    );
  });
  return h(
    'div',
    { className: 'matrix-scroll' },
    h(
      'table',
      { className: 'matrix' },
      h(
        'caption',
        { className: 'sr' },
        `Confusion matrix of ${task.name}: rows are true classes, columns predicted ones`,
      ),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          h('td', { className: 'corner' }, 'true ↓ said →'),
          ...task.labels.map((label) => h('th', { scope: 'col', title: label }, label)),
        ),
      ),
      h('tbody', {}, ...rows),
    ),
  );
}
