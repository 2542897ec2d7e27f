// Where a model's parameters are: one strip, each part of the model as long as it is large.

import { h, taskColour } from '../ui/dom.js';

/** @typedef {import('../types.js').Start['model']} Model */
/** @typedef {{ kind: 'embeddings' | 'layer' | 'pooler' | 'head', parameters: number, frozen: boolean, task: number }} Part */

/** @param {import('../strings/words.js').Words} table */
export function createParameterStrip({ diagram: words }) {
  const element = h('div', { className: 'flow-sizes', dataset: { part: 'flow-sizes' } });

  return {
    element,

    /**
     * @param {Model | undefined} model
     * @param {import('../types.js').Task[]} tasks
     * @param {boolean} idle Whether the pooler, if there is one, is not used.
     */
    show(model, tasks, idle) {
      if (!model) return element.replaceChildren(h('p', {}, words.lettersSay));
      const all = [...shared(model), ...heads(model, tasks)];
      const total = sum(all);
      const kinds = Object.entries({ ...words.kinds, ...(idle && { pooler: words.idle }) })
        .map(([kind, name]) => ({ kind, name, size: sum(all.filter((part) => part.kind === kind)) }))
        .filter(({ size }) => size > 0);
      return element.replaceChildren(
        h('h4', {}, words.parameters(total)),
        h('div', { className: 'flow-strip', 'aria-hidden': 'true' }, ...all.map(piece)),
        h('ul', {}, ...kinds.map(({ kind, name, size }) => h('li', { className: kind }, `${name} ${words.ofAll(size / total)}`))),
      );
    },
  };
}

/** @param {Model} model @returns {Part[]} */
const shared = ({ parts }) =>
  Object.entries(parts)
    .filter(([name]) => !name.startsWith('heads.'))
    .map(([name, { parameters, trainable }]) => ({
      kind: /** @type {Part['kind']} */ (name.split('.')[0]),
      parameters,
      frozen: trainable === 0,
      task: -1,
    }));

/**
 * The heads as the table has them now, which may have other classes than the run's.
 *
 * @param {Model} model
 * @param {import('../types.js').Task[]} tasks
 * @returns {Part[]}
 */
const heads = ({ hidden_size: H }, tasks) =>
  tasks.map(({ labels }, task) => ({ kind: 'head', parameters: (H + 1) * labels.length, frozen: false, task }));

/** @param {Part} part */
function piece({ kind, parameters, frozen, task }) {
  const element = h('span', { className: frozen ? `${kind} frozen` : kind });
  element.style.flexGrow = String(parameters);
  if (task >= 0) element.style.setProperty('--task', taskColour(task));
  return element;
}

/** @param {Part[]} parts */
const sum = (parts) => parts.reduce((total, { parameters }) => total + parameters, 0);
