// The settings that a verdict suggests, and a recipe.

/** @typedef {import('../../types.js').Recipe} Recipe */
/** @typedef {import('../../types.js').Change} Change */

/** A recipe with the suggested settings. @param {Recipe} recipe @param {Change} change @returns {Recipe} */
export function withChange(recipe, { validation_fraction: fraction, ...training }) {
  const validation = fraction === undefined ? recipe.validation : { fraction };
  return { ...recipe, validation, training: { ...recipe.training, ...training } };
}

/** Whether a recipe has the suggested settings already. @param {Recipe} recipe @param {Change} change */
export const hasChange = (recipe, change) => JSON.stringify(withChange(recipe, change)) === JSON.stringify(recipe);
