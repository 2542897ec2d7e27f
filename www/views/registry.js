// The views that a lab can show, by the names that the attribute `views` takes. Each is loaded when it is first shown.

/** @typedef {import('../lab/lab.js').Lab} Lab */
/** @typedef {import('./view.js').View} View */

/** @type {Record<string, () => Promise<(lab: Lab) => View>>} */
export const VIEWS = {
  controls: async () => (await import('./bar.js')).createBar,
  encoder: async () => (await import('./encoder.js')).createEncoder,
  sentences: async () => (await import('./sentences.js')).createSentences,
  settings: async () => (await import('./settings.js')).createSettings,
  diagram: async () => (await import('./diagram.js')).createDiagram,
  losses: async () => (await import('./losses.js')).createLosses,
  loop: async () => (await import('./loop.js')).createLoop,
  accuracy: async () => (await import('./accuracy.js')).createAccuracy,
  results: async () => (await import('./results.js')).createResults,
  log: async () => (await import('./log.js')).createLog,
  steps: async () => (await import('./steps.js')).createSteps,
  gradients: async () => (await import('./gradients.js')).createGradients,
  interference: async () => (await import('./interference.js')).createInterference,
  compare: async () => (await import('./compare.js')).createCompare,
  sharing: async () => (await import('./sharing.js')).createSharing,
  map: async () => (await import('./map.js')).createMap,
  try: async () => (await import('./try.js')).createTry,
  model: async () => (await import('./use-model.js')).createUseModel,
  share: async () => (await import('./share.js')).createShare,
};

/** Names for several views in the attribute. @type {Record<string, string[]>} */
export const GROUPS = {
  geometry: ['steps', 'gradients', 'interference'],
};

/** The views of an element without the attribute. */
export const USUAL = ['controls', 'encoder', 'sentences', 'losses', 'accuracy', 'try'];

/** The measurements beside a run that a view needs. @type {Record<string, Partial<import('../types.js').Diagnostics>>} */
const WANTS = {
  map: { map_every: 1 }, // How often it is depends on the run: see lab/run/measuring.js.
  results: { mistakes: true },
};

/** The measurements that some views need. @param {string[]} views @returns {Partial<import('../types.js').Diagnostics>} */
export const wantsOf = (views) => Object.assign({}, ...views.map((name) => WANTS[name]));
