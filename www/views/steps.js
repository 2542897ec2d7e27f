// Steps on one task only, or on all of them: a button for each, and the losses that the latest step began with.

import { canStep } from '../lab/run/select.js';
import { readAlong } from '../lab/run/reading.js';
import { h, oncePerFrame, taskColour } from '../ui/dom.js';

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createSteps(lab) {
  const words = lab.words.steps;
  const { n } = lab.words;
  const group = h('div', { className: 'solo-steps', role: 'group', 'aria-labelledby': 'h-steps', dataset: { part: 'solo-steps' } });
  const line = h('p', { className: 'solo-losses', dataset: { part: 'solo-losses' } }, words.none);
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-steps', dataset: { part: 'steps' } },
    h('header', {}, h('h3', { id: 'h-steps' }, words.title), h('p', {}, words.about)),
    group,
    line,
  );
  /** The run's tasks. @type {string[]} */
  let tasks = [];
  /** @type {HTMLButtonElement[]} */
  let buttons = [];
  /** The latest step. @type {Extract<import('../types.js').RunEvent, { type: 'step' }> | undefined} */
  let latest;

  /** @param {string[]} only @param {string} title @param {...(Node | string)} children */
  function button(only, title, ...children) {
    const made = h('button', { type: 'button', className: 'solo', value: only[0] ?? '', title, disabled: !canStep(lab.state) }, ...children);
    made.addEventListener('click', () => lab.step(only));
    return made;
  }

  function offer() {
    const [before, after] = words.only;
    buttons = tasks.map((task, k) => {
      const made = button([task], words.onlyTitle(task), before, h('span', { dir: 'auto', className: 'solo-name' }, task), after);
      made.style.setProperty('--task', taskColour(k));
      return made;
    });
    if (tasks.length > 1) buttons.push(button([], words.allTitle, words.all(tasks.length)));
    group.replaceChildren(...buttons);
  }

  const write = oncePerFrame(() => {
    if (!latest) return line.replaceChildren(words.none);
    const { step, losses } = latest;
    const figures = Object.entries(losses).map(([task, loss]) => {
      const figure = h('span', { className: 'solo-loss' }, h('span', { dir: 'auto', className: 'solo-name', title: task }, task), ` ${n.fixed(loss, 3)}`);
      figure.style.setProperty('--task', taskColour(Math.max(0, tasks.indexOf(task))));
      return figure;
    });
    line.replaceChildren(`${words.losses(step)} `, ...figures);
  });

  const follow = readAlong({
    begin(outline) {
      const names = outline.tasks.map(({ name }) => name);
      // A run that starts again has the same buttons: one of them may have the focus.
      if (names.join('\n') !== tasks.join('\n')) {
        tasks = names;
        offer();
      }
      latest = undefined;
      write();
    },

    take(event) {
      if (event.type !== 'step') return;
      latest = event;
      write();
    },
  });

  return {
    element,

    render(state) {
      follow(state);
      for (const each of buttons) each.disabled = !canStep(state);
    },
  };
}
