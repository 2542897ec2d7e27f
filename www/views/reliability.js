// The reliability diagram of a task: of answers of about the same confidence, how many are correct.

import { h, s } from '../ui/dom.js';
import { mostOf } from '../ui/thin.js';

/** @typedef {NonNullable<NonNullable<import('../types.js').Evaluation['tasks'][string]>['calibration']>} Calibration */

/** Of the diagram, in its own units; a margin keeps the dots at the edges whole. */
const [SIDE, MARGIN, LARGEST] = [100, 5, 4];

/** @param {import('../strings/words.js').Words} words */
export function createReliability({ n, results: words }) {
  const summary = h('summary', {}, words.reliability('–'));
  const box = `${-MARGIN} ${-MARGIN} ${SIDE + 2 * MARGIN} ${SIDE + 2 * MARGIN}`;
  const figure = s('svg', { viewBox: box, role: 'img' });
  const element = h(
    'details',
    { className: 'reliability', dataset: { part: 'reliability' } },
    summary,
    figure,
    h('p', { className: 'aside' }, words.reliabilityLine),
  );

  /** @param {Calibration | undefined} calibration */
  function show(calibration) {
    const bins = calibration?.bins ?? [];
    summary.textContent = words.reliability(calibration ? n.percent(calibration.ece) : '–');
    const most = mostOf(bins.map(({ count }) => count));
    figure.replaceChildren(
      s('rect', { width: SIDE, height: SIDE }),
      s('line', { x1: 0, y1: SIDE, x2: SIDE, y2: 0 }),
      ...bins.map(({ confidence, accuracy, count }) => {
        const [cx, cy] = [SIDE * confidence, SIDE * (1 - accuracy)];
        return s('circle', { cx, cy, r: LARGEST * Math.sqrt(count / most) });
      }),
    );
    const told = bins.map((bin) => words.bin(bin.count, n.percent(bin.confidence), n.percent(bin.accuracy)));
    figure.setAttribute('aria-label', [words.reliabilityLine, ...told].join(' '));
  }

  show(undefined);
  return { element, show };
}
