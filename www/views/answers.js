// The heads' answers to one sentence: each head's shape, and its classes with their probabilities once there are any.

import { h, taskColour } from '../ui/dom.js';
import { largest } from '../ui/many/largest.js';

/** How many classes of a task are listed: of more, the most probable. */
const MOST = 6;
/** Heights of a head and of a class, in rem. */
const ROOM = { head: 3.1, label: 1.3 };

/** @param {import('../strings/words.js').Words} table */
export function createAnswers({ diagram: words, n }) {
  const element = h('ul', { className: 'flow-heads' });
  /** @type {import('../types.js').Task[]} */
  let tasks = [];
  /** The shapes, by head. @type {HTMLElement[]} */
  let shapes = [];
  /** @type {HTMLElement[]} */
  let lists = [];
  let text = '';
  /** The labels that the sentence has. @type {Record<string, string>} */
  let given = {};
  /** @type {import('../types.js').Prediction | undefined} */
  let prediction;

  const rooms = () => tasks.map(({ labels }) => ROOM.head + ROOM.label * Math.min(MOST, labels.length));

  function draw() {
    const known = prediction?.text === text ? prediction.tasks : {};
    for (const [k, { name, labels }] of tasks.entries()) {
      const { probabilities } = known[name] ?? {};
      const isCut = labels.length > MOST;
      const first = Array.from({ length: isCut ? MOST - 1 : labels.length }, (_, c) => c);
      const shown = probabilities && isCut ? largest(probabilities, MOST - 1) : first;
      lists[k].replaceChildren(
        ...shown.map((c) => answer(labels[c], probabilities?.[c], labels[c] === known[name]?.label, labels[c] === given[name])),
        ...(shown.length < labels.length ? [h('li', { className: 'rest' }, words.more(labels.length - shown.length))] : []),
      );
    }
  }

  /** @param {string} label @param {number | undefined} probability @param {boolean} best @param {boolean} right */
  function answer(label, probability, best, right) {
    const fill = h('span', {});
    fill.style.transform = `scaleX(${probability ?? 0})`;
    return h(
      'li',
      { className: best ? 'best' : '' },
      h('span', { dir: 'auto', className: right ? 'label given' : 'label', title: right ? words.given(label) : label }, label),
      ...(right ? [h('span', { className: 'sr' }, words.givenMark)] : []),
      h('span', { className: 'flow-meter', 'aria-hidden': 'true' }, fill),
      h('span', { className: 'number' }, probability === undefined ? '' : n.percent(probability)),
    );
  }

  return {
    element,

    /** The height that each head needs, in rem. */
    rooms,

    /** @param {import('../types.js').Task[]} next */
    tasks(next) {
      tasks = next;
      shapes = tasks.map(() => h('span', { className: 'flow-shape' }));
      lists = tasks.map(() => h('ul', {}));
      element.replaceChildren(
        ...tasks.map(({ name }, k) => {
          const head = h('li', { className: 'flow-head' }, h('p', {}, h('strong', { dir: 'auto', title: name }, name), ' ', shapes[k]), lists[k]);
          head.style.setProperty('--task', taskColour(k));
          head.style.setProperty('--k', String(k));
          return head;
        }),
      );
      element.style.gridTemplateRows = rooms()
        .map((rem) => `minmax(0, ${rem}fr)`)
        .join(' ');
      draw();
    },

    /** @param {string} H @param {(classes: number) => string} [parameters] */
    shapes(H, parameters) {
      for (const [k, { labels }] of tasks.entries()) {
        const C = labels.length;
        shapes[k].textContent = `${H} × ${C} + ${C}${parameters ? ` = ${parameters(C)}` : ''}`;
      }
    },

    /** @param {string} next @param {Record<string, string>} labels Those that it has in the table. */
    sentence(next, labels) {
      text = next;
      given = labels;
      draw();
    },

    /** @param {import('../types.js').Prediction} next */
    take(next) {
      prediction = next;
      if (next.text === text) draw();
    },

    forget() {
      prediction = undefined;
      draw();
    },
  };
}
