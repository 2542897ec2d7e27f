// The weightings: ways to make one update of several tasks, each from losses or from gradients. strings/ explains them.

/** @typedef {import('../../types.js').Weighting} Weighting */

/** Every name that a recipe may have, simplest first: `tsc` complains of one that is missing. @type {Record<Weighting, 'losses' | 'gradients'>} */
export const LOOKS_AT = {
  sum: 'losses',
  uncertainty: 'losses',
  dwa: 'losses',
  random: 'losses',
  gradnorm: 'gradients',
  famo: 'losses',
  pcgrad: 'gradients',
  cagrad: 'gradients',
  mgda: 'gradients',
  'imtl-g': 'gradients',
  'nash-mtl': 'gradients',
  upgrad: 'gradients',
  'aligned-mtl': 'gradients',
};

/** All names, in the table's order. */
export const WEIGHTING_NAMES = /** @type {Weighting[]} */ (Object.keys(LOOKS_AT));
