// What a step on one task alone would do to every task's loss: a table of K × K signed changes.

import { h, part, signed, taskColour } from './dom.js';

/** @typedef {import('./types.js').Interference} Interference */

/**
 * @param {HTMLElement} root
 * @param {() => void} measure Answers through {@link take}.
 */
export function createInterference(root, measure) {
  const button = /** @type {HTMLButtonElement} */ (part(root, 'measure-interference'));
  const caption = part(root, 'interference-caption');
  const body = part(root, 'interference-body');
  /** @type {string[]} */
  let tasks = [];
  let waiting = false;
  let possible = false;

  button.addEventListener('click', () => {
    waiting = true;
    button.textContent = 'Measuring…';
    button.disabled = true;
    measure();
  });

  function rest() {
    waiting = false;
    button.textContent = 'Measure';
    button.disabled = !possible;
  }

  /** An empty table of a run's tasks. @param {{ tasks: { name: string }[] }} outline */
  function reset(outline) {
    tasks = outline.tasks.map(({ name }) => name);
    rest();
    caption.textContent = 'not measured yet';
    body.replaceChildren(matrix(tasks, tasks));
  }

  return {
    reset,

    /** @param {boolean} can Whether there is a run to measure. */
    allow(can) {
      possible = can;
      if (!waiting) button.disabled = !can;
    },

    /** The measurement that was asked for will not come. */
    forget: rest,

    /** @param {import('./types.js').RunEvent} event */
    take(event) {
      if (event.type === 'start') reset(event);
      if (event.type !== 'interference') return;
      rest();
      const still = event.changes.flat().every((change) => change === 0);
      caption.textContent = still
        ? `after step ${event.step}: no change at all, for the schedule’s learning rate is 0 here`
        : `after step ${event.step}, on the next batch; undone again`;
      body.replaceChildren(matrix(tasks, event.tasks, event.changes));
    },
  };
}

/**
 * @param {string[]} all The run's tasks, for their colours.
 * @param {string[]} tasks Those that were measured.
 * @param {(number | null)[][]} [changes]
 */
function matrix(all, tasks, changes) {
  const most = Math.max(...(changes ?? []).flat().map((x) => Math.abs(x ?? 0)), Number.MIN_VALUE);
  const named = (/** @type {'row' | 'col'} */ scope, /** @type {string} */ task) => {
    const cell = h('th', { scope, title: task }, task);
    cell.style.setProperty('--task', taskColour(all.indexOf(task)));
    return cell;
  };
  const cell = (/** @type {number | null | undefined} */ change) => {
    if (change === undefined) return h('td', {}, h('span', {}, '–'));
    if (change === null) return h('td', { className: 'diverged' }, h('span', {}, 'diverged'));
    const effect = change < 0 ? 'helps' : change > 0 ? 'hurts' : 'nothing';
    const element = h('td', { className: effect }, h('span', {}, signed(change)), h('small', {}, effect));
    element.style.setProperty('--share', String(Math.abs(change) / most));
    return element;
  };
  return h(
    'table',
    { className: 'interference' },
    h(
      'caption',
      { className: 'sr' },
      'Change of each task’s loss (columns) by one step on one task alone (rows). Below 0 the step helps, above 0 it hurts.',
    ),
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        h('td', { className: 'corner' }, 'a step on ↓ changes →'),
        ...tasks.map((task) => named('col', task)),
      ),
    ),
    h(
      'tbody',
      {},
      ...tasks.map((task, i) => h('tr', {}, named('row', task), ...tasks.map((_, j) => cell(changes?.[i][j])))),
    ),
  );
}
