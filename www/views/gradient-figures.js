// The figures around the arrows of two gradients: the legend, the verdict, the numbers, and a bar for each layer.

import { brief } from '../ui/brief.js';
import { h } from '../ui/dom.js';

/** @typedef {import('../strings/words.js').Words} Words */
/** @typedef {import('../types.js').Gradients} Gradients */
/** @typedef {[string, string]} Pair */

/** Two gradients from 85° to 95° apart are nearly independent: a step along one hardly moves the other task's loss. */
export const INDEPENDENT = Math.cos((85 * Math.PI) / 180);

/** Conflict, no conflict, or nearly independent. @param {number} cosine */
export const kindOf = (cosine) => (Math.abs(cosine) <= INDEPENDENT ? 'independent' : cosine < 0 ? 'conflict' : 'noConflict');

/** @param {string} name @param {string} what @param {string} colour @param {{ dashed?: boolean, isName?: boolean }} [how] `isName`: `what` is a task's name. */
export function legendEntry(name, what, colour, { dashed = false, isName = false } = {}) {
  const swatch = h('span', { className: dashed ? 'swatch dashed' : 'swatch', 'aria-hidden': 'true' });
  swatch.style.setProperty('--colour', colour);
  return h('li', {}, swatch, h('span', { className: isName ? 'what cut' : 'what', title: what }, h('strong', {}, name), ` ${what}`));
}

/**
 * The numbers of the two gradients.
 *
 * @param {Words} words
 * @param {Pair} pair
 * @param {(task: string) => string} colour
 * @param {Gradients} [event]
 * @param {number[]} [at] The two in the event.
 */
export function pairTable({ gradients: words, n }, pair, colour, event, at = []) {
  const value = (x = NaN) => (event ? n.digits(x) : '–');
  const change = (x = NaN) => (event ? n.signed(x) : '–');
  const rows = /** @type {[string, string[]][]} */ ([
    [words.norm, at.map((i) => value(event?.whole.norms[i]))],
    [words.weight, at.map((i) => value(event?.weights[i]))],
    [words.change, at.map((i) => change(event?.update.products[i]))],
  ]);
  const head = pair.map((task, i) => {
    const cell = h('th', { scope: 'col', title: task }, h('span', { className: 'letter' }, 'AB'[i]), ' ', h('bdi', {}, brief(task)));
    cell.style.setProperty('--task', colour(task));
    return cell;
  });
  return h(
    'table',
    { className: 'figures-table' },
    h('caption', { className: 'sr' }, words.tableCaption(...pair)),
    h('thead', {}, h('tr', {}, h('td'), ...head)),
    h(
      'tbody',
      {},
      ...rows.map(([name, cells]) =>
        h('tr', {}, h('th', { scope: 'row' }, name), ...pair.map((_, i) => h('td', {}, cells[i] ?? '–'))),
      ),
    ),
  );
}

/**
 * @param {Words} words
 * @param {Gradients} [event]
 * @param {ReturnType<typeof import('./plane.js').planeOf>} [plane] Of the event.
 */
export function facts({ gradients: words, n }, event, plane) {
  const moved = event !== undefined && event.update.norm > 0;
  const values = /** @type {[string, string][]} */ ([
    [words.cosineOf, plane ? n.digits(plane.cosine) : '–'],
    [words.combinedNorm, event ? n.digits(event.combined_norm) : '–'],
    [words.stepNorm, moved ? n.digits(event.update.norm) : event ? words.noRate : '–'],
    [words.share, moved && plane ? n.percent(plane.share) : '–'],
  ]);
  return h('dl', { className: 'facts' }, ...values.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
}

/** A layer's cosine as a bar to the right of the middle, or to the left. @param {Words} words @param {string} layer @param {number} cosine */
export function layerBar({ n }, layer, cosine) {
  const fill = h('span', { className: `${cosine < 0 ? 'against' : 'along'} ${kindOf(cosine)}` });
  fill.style.setProperty('--length', String(Math.abs(cosine)));
  return h(
    'li',
    {},
    h('span', { className: 'name' }, layer),
    h('span', { className: 'balance', 'aria-hidden': 'true' }, fill),
    h('span', { className: 'value' }, n.cosine(cosine)),
  );
}
