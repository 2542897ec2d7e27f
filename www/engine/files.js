// Addresses of the files that are not imported. Each is written as `new URL('…', import.meta.url)`: bundlers such as Vite and
// webpack look for this form, copy the file and put its new address here. In the npm package a worker imports nothing
// (build/site.mjs), so that a copy of it works alone.
//
// All are functions: in a bundle that is no ES module there is no `import.meta.url`, and importing the element must not fail.

/** @typedef {import('../types.js').Build} Build */

export const workerScript = () => new URL('./worker.js', import.meta.url);
export const threadScript = () => new URL('./thread.js', import.meta.url);

/** The wasm module of each build. @returns {Record<Build, string>} */
export const modules = () => ({
  plain: new URL('../pkg/plain/polytask_bg.wasm', import.meta.url).href,
  fused: new URL('../pkg/fused/polytask_bg.wasm', import.meta.url).href,
  threads: new URL('../pkg/threads/polytask_bg.wasm', import.meta.url).href,
});

/** Address of the package's folder, which holds `models/`; the page's folder if a bundler has left a path of the disk here. */
export function base() {
  const here = String(import.meta.url);
  return here.startsWith('http') ? new URL('../', here).href : new URL('./', document.baseURI).href;
}

/** The files of the default encoder: pairs of the address in the package's folder and the one that a bundler gave it. */
export const moved = () =>
  Object.entries({
    'manifest.json': new URL('../models/all-MiniLM-L6-v2-small/manifest.json', import.meta.url),
    'config.json': new URL('../models/all-MiniLM-L6-v2-small/config.json', import.meta.url),
    'vocab.txt': new URL('../models/all-MiniLM-L6-v2-small/vocab.txt', import.meta.url),
    'model.safetensors': new URL('../models/all-MiniLM-L6-v2-small/model.safetensors', import.meta.url),
  }).map(([name, { href }]) => [`${base()}models/all-MiniLM-L6-v2-small/${name}`, href]);
