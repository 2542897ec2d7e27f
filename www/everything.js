// Loads every part of the element, so that a page can keep them for later visits.

import { VIEWS } from './views/registry.js';

/**
 * All views, even those that the reader has not scrolled to, and what only a visit needs that opens a link, looks at a
 * reliability diagram, checks, labels or classifies data, or chooses another encoder.
 */
export const loadEverything = () =>
  Promise.all([
    ...Object.values(VIEWS).map((load) => load()),
    import('./lab/recipe/known-recipe.js'),
    import('./strings/link.en.js'),
    import('./lab/encoder/pooling.js'),
    import('./views/reliability-diagram.js'),
    import('./views/check.js'),
    import('./views/label-next.js'),
    import('./views/classify.js'),
    import('./views/encoder-choice.js'),
  ]);
