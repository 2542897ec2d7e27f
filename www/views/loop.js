// The loop: the notebook's lines beside this crate's own, each lit while its part of a step is at work, with the step's
// values at their ends.
//
// The worker reports each part of a step as it begins. They may follow each other faster than the eye, so each is lit for a moment
// at least, in order; a long backlog goes faster. At full speed it reports none, and the steps show their values only.

import { brief } from '../ui/brief.js';
import { readAlong } from '../lab/run/reading.js';
import { canStep } from '../lab/run/select.js';
import { h, oncePerFrame, taskColour } from '../ui/dom.js';
import { PHASES, python, rust } from './loop-code.js';

/** @typedef {import('./loop-code.js').Line} Line */
/** @typedef {import('./loop-code.js').PhaseName} PhaseName */
/** @typedef {Extract<import('../types.js').RunEvent, { type: 'step' }>} Step */
/** @typedef {Extract<import('../types.js').RunEvent, { type: 'phase' }>} Phase */

/** How long a part is lit at least, in ms. */
const DWELL = 120;
/** With a longer queue parts are shown faster; beyond the second number only the last ones are. */
const [BACKLOG, MOST] = [PHASES.length + 1, 60];
const KEYWORD = /\b(for|in|let)\b/;

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createLoop(lab) {
  const words = lab.words.loop;
  const { n } = lab.words;
  const step = h('button', { type: 'button', dataset: { part: 'loop-step' } }, lab.words.bar.step);
  const moves = new Map(PHASES.map((phase) => [phase, h('li', { dataset: { phase } }, words.phases[phase])]));
  const [pythonCode, rustCode] = [h('code'), h('code')];
  const note = h('p', { className: 'explains', hidden: true, dataset: { part: 'loop-note' } }, words.weighted);
  const live = h('p', { className: 'sr', 'aria-live': 'polite', dataset: { part: 'loop-live' } });
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-loop', dataset: { part: 'loop' } },
    h('header', {}, h('h3', { id: 'h-loop' }, words.title), step, h('p', {}, words.about)),
    h('ol', { className: 'loop-moves', 'aria-label': words.moves }, ...moves.values()),
    h(
      'div',
      { className: 'loop-columns' },
      box('loop-python', words.python, pythonCode),
      box('loop-rust', words.rust, rustCode),
    ),
    note,
    h('p', { className: 'explains' }, words.same),
    live,
  );
  /** The run's tasks. @type {string[]} */
  let tasks = [];
  /** @type {(Phase | Step)[]} */
  let queue = [];
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** The latest step. @type {Step | undefined} */
  let latest;
  /** @type {Phase | undefined} */
  let batch;
  /** The tasks that add up to the total in the code on show, by number. */
  let summed = '';
  /** The part that is at work. @type {PhaseName | undefined} */
  let lit;
  /** Whether a step that comes now was asked for one by one. */
  let single = false;

  step.addEventListener('click', () => lab.step());

  /** The code, with the tasks in its sum that the latest step trained; before a step, and after one that trained none, all. */
  function draw() {
    const { losses, trained = Object.keys(losses) } = latest ?? { losses: {}, trained: tasks };
    const all = tasks.map((_, task) => task);
    const some = all.filter((task) => trained.includes(tasks[task]));
    const terms = some.length > 0 ? some : all;
    if (summed === String(terms)) return;
    summed = String(terms);
    for (const [code, lines, comment] of /** @type {const} */ ([
      [pythonCode, python(tasks.length, terms), '#'],
      [rustCode, rust(tasks.length, terms), '//'],
    ]))
      code.replaceChildren(...lines.map((line) => lineElement(line, comment)));
    light(lit);
  }

  /** @param {PhaseName} [phase] Absent: nothing is at work. */
  function light(phase) {
    lit = phase;
    for (const [name, move] of moves) {
      if (name === phase) move.setAttribute('aria-current', 'step');
      else move.removeAttribute('aria-current');
    }
    for (const line of element.querySelectorAll('.loop-line'))
      line.classList.toggle('lit', phase !== undefined && line.getAttribute('data-phase') === phase);
  }

  function next() {
    timer = undefined;
    const event = queue.shift();
    if (!event) return;
    if (event.type === 'step') {
      finish(event);
      return next();
    }
    if (event.name === 'batch') batch = event;
    light(event.name);
    timer = setTimeout(next, DWELL / Math.max(1, queue.length / BACKLOG));
  }

  /** @param {Step} event */
  function finish(event) {
    latest = event;
    light();
    write();
    if (single) live.textContent = words.said(event.step, figures(event).join(', '), n.fixed(event.total, 4));
  }

  /** @param {Step} event */
  const figures = ({ losses }) => Object.entries(losses).map(([task, loss]) => `${task} ${n.fixed(loss, 4)}`);

  const write = oncePerFrame(() => {
    draw();
    note.hidden = !latest || Object.keys(latest.weights ?? {}).length === 0;
    for (const value of /** @type {NodeListOf<HTMLElement>} */ (element.querySelectorAll('.loop-value'))) {
      const text = latest ? valueOf(value.dataset.value ?? '', latest) : '';
      value.textContent = text && `  ${value.dataset.comment} ${text}`;
    }
  });

  /** @param {string} value As in {@link Line}. @param {Step} event */
  function valueOf(value, { epoch, step: number, losses, total, learning_rate }) {
    switch (value) {
      case 'epoch':
        return words.epoch(epoch);
      case 'step':
        return words.step(number);
      case 'batch':
        return batch?.step === number ? words.batch(batch.rows.length, batch.tokens) : '';
      case 'total':
        return n.fixed(total, 4);
      case 'rate':
        return words.rate(n.digits(learning_rate));
      default: {
        const task = tasks[Number(value.replace('loss-', ''))];
        return task in losses ? `${n.fixed(losses[task], 4)}  ${brief(task)}` : words.noLabels(brief(task));
      }
    }
  }

  function rest() {
    clearTimeout(timer);
    timer = undefined;
    queue = [];
    light();
  }

  const follow = readAlong({
    begin(outline) {
      rest();
      latest = batch = undefined;
      tasks = outline.tasks.map(({ name }) => name);
      summed = '';
      draw();
      write();
    },

    take(event, late) {
      if (event.type === 'error') return rest();
      if (event.type !== 'step' && (event.type !== 'phase' || late)) return;
      if (queue.length > MOST) queue.splice(0, queue.length - BACKLOG);
      queue.push(event);
      if (timer === undefined) next();
    },
  });

  return {
    element,

    render(state) {
      follow(state);
      step.disabled = !canStep(state);
      single = state.run.status !== 'training' && state.replay.is === '';
      if (state.run.status === 'none' && state.replay.is === '') rest();
    },

    destroy: rest,
  };
}

/** @param {string} name @param {string} caption @param {HTMLElement} code */
const box = (name, caption, code) =>
  h(
    'figure',
    { className: 'loop-code' },
    h('figcaption', { id: `h-${name}` }, caption),
    h('pre', { tabIndex: 0, role: 'region', 'aria-labelledby': `h-${name}`, translate: false, dataset: { part: name } }, code),
  );

/** @param {Line} line @param {'#' | '//'} comment How the language begins one. */
function lineElement({ phase, value, code }, comment) {
  const pieces = code.flatMap((piece) => {
    if (typeof piece === 'string') return piece.split(KEYWORD).map((text, i) => (i % 2 ? h('span', { className: 'keyword' }, text) : text));
    const made = h('span', { className: 'loop-task' }, piece.text);
    made.style.setProperty('--task', taskColour(piece.task));
    return [made];
  });
  const end = value === undefined ? [] : [h('span', { className: 'loop-value', dataset: { value, comment } })];
  return h('span', { className: 'loop-line', dataset: phase ? { phase } : {} }, ...pieces, ...end, '\n');
}
