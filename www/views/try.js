// Try a sentence: every head's probabilities for what the reader types, with the weights as they are now.

import { debounce, h, part, percent, taskColour } from './dom.js';

/** @typedef {import('./types.js').Task} Task */
/** @typedef {import('./types.js').Prediction} Prediction */

const TYPING_MS = 120;
/** While training, the bars follow the weights this often at most: each look costs the training a forward pass. */
const FOLLOW_MS = 300;

/**
 * @param {HTMLElement} root
 * @param {(text: string) => void} predict Answers through {@link take}.
 */
export function createTry(root, predict) {
  const field = /** @type {HTMLTextAreaElement} */ (part(root, 'try-text'));
  const answers = part(root, 'try-answers');
  const when = part(root, 'try-when');
  const examples = part(root, 'try-examples');
  /** @type {Map<string, ReturnType<typeof answer>>} */
  let heads = new Map();
  let waiting = false;
  let dirty = false;
  let lastAsked = -Infinity;
  let enabled = false;

  function ask() {
    const text = field.value.trim();
    if (!enabled || text === '') return;
    if (waiting) {
      dirty = true;
      return;
    }
    waiting = true;
    dirty = false;
    lastAsked = performance.now();
    predict(text);
  }

  field.addEventListener('input', debounce(ask, TYPING_MS));

  /** @param {Prediction} prediction */
  function show(prediction) {
    for (const [task, { label, probabilities }] of Object.entries(prediction.tasks))
      heads.get(task)?.show(label, probabilities);
    answers.dataset.for = prediction.text;
  }

  /** Empty bars for the tasks of a run. @param {{ tasks: Task[] }} outline */
  function reset({ tasks }) {
    heads = new Map(tasks.map((task, k) => [task.name, answer(task, k)]));
    answers.replaceChildren(...Array.from(heads.values(), (head) => head.element));
  }

  return {
    reset,

    /** Sentences to start from; the first is put in if the field still holds one of ours. @param {string[]} texts */
    offer(texts) {
      const ours = Array.from(examples.querySelectorAll('button'), (button) => button.textContent);
      if (field.value === '' || ours.includes(field.value)) field.value = texts[0] ?? '';
      examples.replaceChildren(
        ...texts.map((text) => {
          const button = h('button', { type: 'button', className: 'example' }, text);
          button.addEventListener('click', () => {
            field.value = text;
            ask();
          });
          return button;
        }),
      );
    },

    /** @param {import('./types.js').RunEvent} event @param {number} step Steps taken by now. */
    take(event, step) {
      switch (event.type) {
        case 'start':
          enabled = true;
          waiting = false;
          reset(event);
          when.textContent = 'with heads that have learned nothing yet';
          ask();
          break;
        case 'step':
          when.textContent = `with the weights after step ${step}`;
          if (!waiting && performance.now() - lastAsked > FOLLOW_MS) ask();
          break;
        case 'end':
        case 'paused':
          ask();
          break;
        case 'prediction':
          waiting = false;
          show(event);
          if (dirty) ask();
          break;
      }
    },

    /** The question in flight will not be answered. @param {boolean} [gone] Nor will any: there is no run. */
    forget(gone = false) {
      waiting = false;
      if (gone) enabled = false;
    },
  };
}

/** One head's bars. @param {Task} task @param {number} k */
function answer(task, k) {
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
  const element = h('div', { className: 'head' }, h('h3', {}, task.name), h('ul', {}, ...rows));
  element.style.setProperty('--task', taskColour(k));
  return {
    element,
    /** @param {string} best @param {number[]} probabilities */
    show(best, probabilities) {
      for (const [c, p] of probabilities.entries()) {
        bars[c].style.transform = `scaleX(${p})`;
        numbers[c].textContent = percent(p);
        rows[c].classList.toggle('best', task.labels[c] === best);
      }
      element.dataset.best = best;
    },
  };
}
