// Interference: a table of K × K signed changes, each of one task's loss by a step on one task alone.

import { canMeasureInterference } from '../lab/run/select.js';
import { readAlong } from '../lab/run/reading.js';
import { h, taskColour } from '../ui/dom.js';

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createInterference(lab) {
  const words = lab.words.interference;
  const { n } = lab.words;
  const button = h(
    'button',
    { type: 'button', 'aria-describedby': 'what-interference', dataset: { part: 'measure-interference' } },
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
  /** Whether the run on show has been measured. */
  let measured = false;
  /** Whether the reader waits for a measurement. */
  let waiting = false;

  button.addEventListener('click', async () => {
    waiting = true;
    render(lab.state);
    await lab.ask({ type: 'interference' }).catch(() => {}); // The lab says what is wrong.
    waiting = false;
    render(lab.state);
  });

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
      const cell = h('th', { scope, dir: 'auto', title: task }, task);
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

  const follow = readAlong({
    begin(outline) {
      tasks = outline.tasks.map(({ name }) => name);
      measured = false;
      body.replaceChildren(matrix(tasks));
    },

    take(event) {
      if (event.type !== 'interference') return;
      measured = true;
      say(words.measured(event.step, n.digits(event.learning_rate)));
      body.replaceChildren(matrix(event.tasks, event.changes));
    },
  });

  /** @param {import('../lab/run/types.js').State} state */
  function render(state) {
    follow(state);
    const possible = canMeasureInterference(state);
    button.textContent = waiting ? words.measuring : words.measure;
    button.disabled = waiting || !possible;
    if (!measured) say(possible ? words.notYet : words.noRun);
  }

  return { element, render };
}
