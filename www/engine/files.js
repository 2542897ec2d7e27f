// Addresses of the files that are not imported. In the npm package build/package-files.js takes the place of this module.
//
// All are functions, since a module that another system imports may have no address.

/** @typedef {import('../types.js').Build} Build */

export const workerScript = () => new URL('./worker.js', import.meta.url);
export const threadScript = () => new URL('./thread.js', import.meta.url);

/** Address of the folder that holds `models/`. */
export const base = () => new URL('../', import.meta.url).href;

/** The wasm module of each build. @returns {Record<Build, string>} */
export function modules() {
  const at = (/** @type {Build} */ build) => `${base()}pkg/${build}/polytask_bg.wasm`;
  return { plain: at('plain'), fused: at('fused'), threads: at('threads') };
}

/** Pairs of the address of an encoder's file in `models/` and its real one, where they differ. @returns {string[][]} */
export const moved = () => [];

/** What an author must do when a worker's script is not found. @type {(script: URL) => string} */
export const remedy = () => '';
