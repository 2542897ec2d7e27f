// The reliability diagram of a task: of answers of about the same confidence, how many are correct.

import { s } from '../ui/dom.js';
import { mostOf } from '../ui/thin.js';

/** Of the diagram, in its own units; a margin keeps the dots at the edges whole. */
const [SIDE, MARGIN, LARGEST] = [100, 5, 4];

/**
 * @param {import('../strings/words.js').Words} words
 * @param {import('./reliability.js').Calibration['bins']} bins
 */
export function reliabilityDiagram({ n, results: words }, bins) {
  const most = mostOf(bins.map(({ count }) => count));
  const told = bins.map((bin) => words.bin(bin.count, n.percent(bin.confidence), n.percent(bin.accuracy)));
  return s(
    'svg',
    {
      viewBox: `${-MARGIN} ${-MARGIN} ${SIDE + 2 * MARGIN} ${SIDE + 2 * MARGIN}`,
      role: 'img',
      'aria-label': [words.reliabilityLine, ...told].join(' '),
    },
    s('rect', { width: SIDE, height: SIDE }),
    s('line', { x1: 0, y1: SIDE, x2: SIDE, y2: 0 }),
    ...bins.map(({ confidence, accuracy, count }) => {
      const [cx, cy] = [SIDE * confidence, SIDE * (1 - accuracy)];
      return s('circle', { cx, cy, r: LARGEST * Math.sqrt(count / most) });
    }),
  );
}
