// Loads every part of the element, so that a page can keep them for later visits.

import { VIEWS } from './views/registry.js';

/**
 * All views, even those that the reader has not scrolled to, and what only a visit needs that opens a link or looks at a
 * reliability diagram.
 */
export const loadEverything = () =>
  Promise.all([
    ...Object.values(VIEWS).map((load) => load()),
    import('./lab/recipe/known-recipe.js'),
    import('./views/reliability-diagram.js'),
  ]);
