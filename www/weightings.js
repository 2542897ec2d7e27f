// The ways to make one update of several tasks, in the page's words. The papers stand in src/weighting/.

/** @typedef {import('./types.js').Weighting} Weighting */

/**
 * @typedef {object} Explained
 * @property {string} title
 * @property {'losses' | 'gradients'} from What it looks at to choose the tasks' weights.
 * @property {string} line What it does, in one sentence.
 */

/** Every name that a recipe may have, simplest first: `tsc` complains of one that is missing. @type {Record<Weighting, Explained>} */
export const WEIGHTINGS = {
  sum: {
    title: 'Sum',
    from: 'losses',
    line: 'Adds the losses up, as the notebook does.',
  },
  uncertainty: {
    title: 'Uncertainty',
    from: 'losses',
    line: 'Learns how noisy each task is, and lets a noisy one count for less (Kendall 2018).',
  },
  dwa: {
    title: 'Dynamic average',
    from: 'losses',
    line: 'More for the tasks whose loss fell least from epoch to epoch (Liu 2019).',
  },
  random: {
    title: 'Random',
    from: 'losses',
    line: 'Draws new weights by lot in each step: the one that others must beat (Lin 2022).',
  },
  gradnorm: {
    title: 'GradNorm',
    from: 'gradients',
    line: 'Evens out the gradients’ lengths, so that the tasks train at like rates (Chen 2018).',
  },
  famo: {
    title: 'FAMO',
    from: 'losses',
    line: 'Moves weight to the tasks that gained least by the step before (Liu 2023).',
  },
  pcgrad: {
    title: 'PCGrad',
    from: 'gradients',
    line: 'Takes out of each gradient what points against another (Yu 2020).',
  },
  cagrad: {
    title: 'CAGrad',
    from: 'gradients',
    line: 'Stays near the mean gradient and helps the worst-served task most (Liu 2021).',
  },
  mgda: {
    title: 'MGDA',
    from: 'gradients',
    line: 'Takes the gradients’ shortest mixture, which lowers every loss alike (Sener 2018).',
  },
  'imtl-g': {
    title: 'IMTL-G',
    from: 'gradients',
    line: 'An update that goes equally far along every gradient’s direction (Liu 2021).',
  },
  'nash-mtl': {
    title: 'Nash-MTL',
    from: 'gradients',
    line: 'Lets the tasks bargain: the product of their gains is largest (Navon 2022).',
  },
  upgrad: {
    title: 'UPGrad',
    from: 'gradients',
    line: 'Projects each gradient to where it harms no task, and averages (Quinton 2024).',
  },
  'aligned-mtl': {
    title: 'Aligned-MTL',
    from: 'gradients',
    line: 'Sets the gradients at right angles and makes them equally long (Senushkin 2023).',
  },
};

/** All names, in the table's order. */
export const WEIGHTING_NAMES = /** @type {Weighting[]} */ (Object.keys(WEIGHTINGS));
