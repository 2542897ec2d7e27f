// Loads every part of the element, so that a page can keep them for later visits.

import { VIEWS } from './views/registry.js';

/**
 * All views, even those that the reader has not scrolled to, and what only a visit needs that opens a link, goes on with an
 * earlier visit's run, looks at a reliability diagram, edits tasks, pastes a table, checks, labels or classifies data, chooses
 * another encoder, or saves or opens a model.
 */
export const loadEverything = () =>
  Promise.all([
    ...Object.values(VIEWS).map((load) => load()),
    import('./lab/recipe/known-recipe.js'),
    import('./lab/recipe/read-link.js'),
    import('./strings/link.en.js'),
    import('./engine/keeping/found.js'),
    import('./lab/encoder/pooling.js'),
    import('./views/reliability-diagram.js'),
    import('./views/check.js'),
    import('./views/dialogs.js'),
    import('./strings/dialogs.en.js'),
    import('./strings/dialogs.de.js'),
    import('./views/label-next.js'),
    import('./views/classify.js'),
    import('./views/encoder-choice.js'),
    import('./models.js'),
    import('./vendor/zip.js'),
    import('./strings/model.en.js'),
    import('./strings/model.de.js'),
  ]);
