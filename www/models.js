// A trained model on its way out of the page and back. Loaded together when the first run has taken a step, or when a model is to be
// opened; what packs and unpacks is loaded when there is something to pack.

export { fetchModel, openModel } from './lab/model/open.js';
export { modelBlob } from './lab/model/save.js';
export { modelWords } from './engine/model/words.js';
export { createModel } from './views/model.js';
