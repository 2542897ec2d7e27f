// Try a sentence: every head's probabilities for what the reader types, with the weights as they are now, and what they
// rest on.

import { debounce, h } from '../ui/dom.js';
import { mostOf } from '../ui/thin.js';
import { createHeadBars } from './head-bars.js';
import { createSaliency } from './saliency.js';

/** @typedef {import('../types.js').Prediction} Prediction */
/** @typedef {import('../lab/run/run-state.js').RunState} RunState */

const TYPING_MS = 120;
/** How long typing rests before the words are weighed, which takes a pass for each. */
const REST_MS = 500;
/** While training, the bars follow the weights this often at most: each look costs the training a forward pass. */
const FOLLOW_MS = 300;
/** @type {Set<RunState['status']>} */
const LIVE = new Set(['ready', 'training', 'paused', 'ended']);

/** @param {import('../lab/lab.js').Lab} lab @returns {import('../lab/views.js').View} */
export function createTry(lab) {
  const words = lab.words.try;
  const when = h('p', { dataset: { part: 'try-when' } }, words.soon);
  const field = h('textarea', {
    id: 'try-text',
    className: 'try-text',
    rows: 2,
    value: lab.tried,
    spellcheck: false,
    maxLength: 2000,
    dataset: { part: 'try-text' },
  });
  const examples = h('div', { className: 'examples', dataset: { part: 'try-examples' } });
  const answers = h('div', { className: 'answers', dataset: { part: 'try-answers' } });
  const said = h('p', { className: 'sr', 'aria-live': 'polite' });
  const saliency = createSaliency(lab.words, explain);
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-try', dataset: { part: 'try' } },
    h('header', {}, h('h3', { id: 'h-try' }, words.title), when),
    h('label', { className: 'sr', for: 'try-text' }, words.field),
    field,
    examples,
    answers,
    said,
    saliency.element,
  );
  /** @type {Map<string, ReturnType<typeof createHeadBars>>} */
  let heads = new Map();
  /** The latest answer to what stands in the field. @type {Prediction | undefined} */
  let answer;
  let waiting = false;
  let dirty = false;
  let askedAt = -Infinity;
  /** Whether the reader has not yet been told of what he typed. */
  let unsaid = false;
  let live = false;
  let training = false;
  /** Whether the panel is on the screen: training is not slowed for bars that nobody sees. */
  let seen = true;
  /** What was last asked for, and when in the run. */
  let [askedState, explained, shownSaliency] = ['', '', ''];
  /** Steps that the events on show have come to. */
  let step = 0;
  /** The run's. @type {import('../types.js').Task[]} */
  let tasks = [];

  const text = () => field.value.trim();
  const now = () => `${step} ${text()}`;

  function ask() {
    if (text() === '') return;
    if (waiting) {
      dirty = true;
      return;
    }
    waiting = true;
    dirty = false;
    askedAt = performance.now();
    // Why there is no answer, the lab itself has said.
    lab
      .predict(text())
      .catch(() => {})
      .finally(() => {
        waiting = false;
        if (dirty) ask();
      });
  }

  function explain() {
    if (!live || text() === '' || explained === now()) return;
    explained = now();
    lab.explain(text());
  }

  const rest = debounce(() => {
    if (unsaid) say();
    if (seen && !training) explain();
  }, REST_MS);
  const askSoon = debounce(ask, TYPING_MS);

  /** There is another sentence, of the reader's doing. @param {() => void} ask */
  function typed(ask) {
    unsaid = true;
    said.textContent = '';
    lab.point(text());
    ask();
    rest();
    age();
  }

  function say() {
    if (answer?.text !== text()) return;
    unsaid = false;
    said.textContent = Object.entries(answer.tasks)
      .map(([task, { label, probabilities }]) => words.answer(task, label, lab.words.n.percent(mostOf(probabilities))))
      .join(' ');
  }

  const age = () => saliency.age(shownSaliency !== now(), live && text() !== '');

  field.addEventListener('input', () => {
    lab.tried = field.value;
    typed(askSoon);
  });
  field.addEventListener('focus', () => lab.point(text()));
  const sight = new IntersectionObserver(([entry]) => {
    seen = entry.isIntersecting;
    if (seen && live) rest();
  });
  sight.observe(element);

  /** Sentences to start from; the first is put in if the field still holds one of ours. @param {readonly string[]} texts */
  function offer(texts) {
    const ours = Array.from(examples.children, (button) => button.textContent);
    if (field.value === '' || ours.includes(field.value)) field.value = texts[0] ?? '';
    examples.replaceChildren(
      ...texts.map((example) => {
        const button = h('button', { type: 'button', className: 'example' }, example);
        button.addEventListener('click', () => {
          field.value = example;
          typed(ask);
        });
        return button;
      }),
    );
  }

  /** @param {RunState} run */
  function whenOf(run) {
    if (run.encoder !== 'here' || run.replay) return words.soon;
    if (run.status === 'none' || run.status === 'preparing') return words.unprepared;
    return run.step === 0 ? words.untrained : words.after(run.step);
  }

  /** Empty bars. @param {import('../types.js').Task[]} ofTasks */
  function empty(ofTasks) {
    tasks = ofTasks;
    heads = new Map(tasks.map((task, k) => [task.name, createHeadBars(lab.words, task, k)]));
    answers.replaceChildren(...Array.from(heads.values(), (head) => head.element));
    answer = undefined;
  }

  return {
    element,

    reset({ tasks }) {
      empty(tasks);
      step = 0;
      [askedState, explained, shownSaliency] = ['', '', ''];
      saliency.reset(tasks.map(({ name }) => name));
    },

    edit({ table }, change) {
      if (change !== 'data') return;
      const presets = /** @type {Record<string, { tries: string[] } | undefined>} */ (lab.words.presets);
      offer(presets[table.preset?.name ?? '']?.tries ?? [words.own]);
    },

    take(event) {
      if (event.type === 'step') step = event.step;
      // What others asked, and what was asked before, does not belong to what stands in the field.
      if (event.type === 'prediction' && event.text === text()) {
        answer = event;
        for (const [task, { label, probabilities }] of Object.entries(event.tasks)) heads.get(task)?.show(label, probabilities);
        answers.dataset.for = event.text;
      }
      if (event.type === 'saliency' && event.text === text()) {
        shownSaliency = now();
        saliency.show(event);
      }
    },

    show(run) {
      live = LIVE.has(run.status) && run.replay === '';
      training = run.status === 'training';
      when.textContent = whenOf(run);
      age();
      if (!live || askedState === `${run.status} ${run.step}`) return;
      if (training && (!seen || waiting || performance.now() - askedAt < FOLLOW_MS)) return;
      askedState = `${run.status} ${run.step}`;
      ask();
      if (!training) rest();
    },

    forget(gone = false) {
      waiting = false;
      explained = '';
      if (!gone) return;
      live = false;
      empty(tasks);
    },

    destroy() {
      sight.disconnect();
      askSoon.cancel();
      rest.cancel();
      dirty = false;
    },
  };
}
