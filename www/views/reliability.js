// How far a task's probabilities can be believed: a line with the calibration error, and a diagram when the reader opens it.

import { h } from '../ui/dom.js';

/** @typedef {NonNullable<NonNullable<import('../types.js').Evaluation['tasks'][string]>['calibration']>} Calibration */

/** @param {import('../strings/words.js').Words} words */
export function createReliability(words) {
  const { n, results } = words;
  const summary = h('summary', {}, results.reliability('–'));
  const place = h('div');
  const element = h('details', { className: 'reliability', dataset: { part: 'reliability' } }, summary, place, h('p', { className: 'aside' }, results.reliabilityLine));
  /** @type {Calibration | undefined} */
  let latest;

  async function draw() {
    if (!element.open) return;
    const { reliabilityDiagram } = await import('./reliability-diagram.js');
    place.replaceChildren(reliabilityDiagram(words, latest?.bins ?? []));
  }
  element.addEventListener('toggle', () => draw().catch(() => {}));

  /** @param {Calibration | undefined} calibration */
  function show(calibration) {
    latest = calibration;
    summary.textContent = results.reliability(calibration ? n.percent(calibration.ece) : '–');
    draw().catch(() => {});
  }

  show(undefined);
  return { element, show };
}
