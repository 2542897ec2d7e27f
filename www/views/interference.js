// What a step on one task alone would do to every task's loss: a table of K × K signed changes.

import { h, taskColour } from '../ui/dom.js';

/** @param {import('../lab/lab.js').Lab} lab @returns {import('../lab/views.js').View} */
export function createInterference(lab) {
  const words = lab.words.interference;
  const { n } = lab.words;
  const button = h(
    'button',
    { type: 'button', part: 'button', 'aria-describedby': 'what-interference', dataset: { part: 'measure-interference' } },
    words.measure,
  );
  const caption = h('p', { role: 'status', dataset: { part: 'interference-caption' } });
  const body = h('div', {
    className: 'wide-table',
    tabIndex: 0,
    role: 'region',
    'aria-labelledby': 'h-interference',
    dataset: { part: 'interference-body' },
  });
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-interference', dataset: { part: 'interference' } },
    h('header', {}, h('h3', { id: 'h-interference' }, words.title), button, caption),
    h('p', { className: 'explains', id: 'what-interference' }, words.explains),
    body,
  );
  /** @type {string[]} */
  let tasks = [];
  let measured = false;
  let waiting = false;
  let possible = false;

  button.addEventListener('click', () => {
    waiting = true;
    rest();
    lab.interference();
  });

  function rest() {
    button.textContent = waiting ? words.measuring : words.measure;
    button.disabled = waiting || !possible;
    if (!measured) say(possible ? words.notYet : words.noRun);
  }

  /** The caption is read out when it changes, and only then. @param {string} text */
  function say(text) {
    if (caption.textContent !== text) caption.textContent = text;
  }

  /**
   * @param {string[]} rows Those that were measured.
   * @param {(number | null)[][]} [changes]
   */
  function matrix(rows, changes) {
    const most = Math.max(...(changes ?? []).flat().map((x) => Math.abs(x ?? 0)), Number.MIN_VALUE);
    const named = (/** @type {'row' | 'col'} */ scope, /** @type {string} */ task) => {
      const cell = h('th', { scope, title: task }, task);
      cell.style.setProperty('--task', taskColour(tasks.indexOf(task)));
      return cell;
    };
    const cell = (/** @type {number | null | undefined} */ change) => {
      if (change === undefined) return h('td', {}, h('span', {}, '–'));
      if (change === null) return h('td', { className: 'diverged' }, h('span', {}, words.diverged));
      const effect = change < 0 ? 'helps' : change > 0 ? 'hurts' : 'nothing';
      const made = h('td', { className: effect }, h('span', {}, n.signed(change)), h('small', {}, words[effect]));
      made.style.setProperty('--share', String(Math.abs(change) / most));
      return made;
    };
    return h(
      'table',
      { className: 'interference' },
      h('caption', { className: 'sr' }, words.tableCaption),
      h('thead', {}, h('tr', {}, h('td', { className: 'corner' }, words.corner), ...rows.map((task) => named('col', task)))),
      h(
        'tbody',
        {},
        ...rows.map((task, i) => h('tr', {}, named('row', task), ...rows.map((_, j) => cell(changes?.[i][j])))),
      ),
    );
  }

  return {
    element,

    reset(outline) {
      tasks = outline.tasks.map(({ name }) => name);
      measured = waiting = false;
      rest();
      body.replaceChildren(matrix(tasks));
    },

    take(event) {
      if (event.type !== 'interference') return;
      measured = true;
      waiting = false;
      rest();
      say(words.measured(event.step, n.digits(event.learning_rate)));
      body.replaceChildren(matrix(event.tasks, event.changes));
    },

    show(run) {
      possible = ['ready', 'training', 'paused', 'ended'].includes(run.status) && !run.comparing && run.replay === '';
      rest();
    },

    forget() {
      waiting = false;
      rest();
    },
  };
}
