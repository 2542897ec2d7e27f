// Takes the place of www/engine/files.js in the npm package, where a bundler may move files. Addresses stand in the form
// `new URL('…', import.meta.url)`: bundlers such as Vite and webpack look for it, copy the file and put its new address here.

export function workerScript() {
  if (!import.meta.url) throw new Error('the bundler made a script that is no ES module; let it make one, for example by --format=esm');
  return new URL('./worker.js', import.meta.url);
}
export const threadScript = () => new URL('./thread.js', import.meta.url);

/** The page's folder, if a bundler has put a path of the author's disk here. */
export function base() {
  const here = String(import.meta.url);
  return here.startsWith('http') ? new URL('../', here).href : new URL('./', document.baseURI).href;
}

export const modules = () => ({
  plain: new URL('../pkg/plain/polytask_bg.wasm', import.meta.url).href,
  fused: new URL('../pkg/fused/polytask_bg.wasm', import.meta.url).href,
  threads: new URL('../pkg/threads/polytask_bg.wasm', import.meta.url).href,
});

/**
 * The files of the encoder in the package. Without `no-inline`, Vite would write the small ones into the script as `data:` addresses,
 * which a page's policy may forbid to fetch.
 */
export const moved = () =>
  Object.entries({
    'manifest.json': new URL('../models/all-MiniLM-L6-v2-small/manifest.json?no-inline', import.meta.url),
    'config.json': new URL('../models/all-MiniLM-L6-v2-small/config.json?no-inline', import.meta.url),
    'vocab.txt': new URL('../models/all-MiniLM-L6-v2-small/vocab.txt', import.meta.url),
    'model.safetensors': new URL('../models/all-MiniLM-L6-v2-small/model.safetensors', import.meta.url),
  }).map(([name, { href }]) => [`${base()}models/all-MiniLM-L6-v2-small/${name}`, href]);

/** Vite up to version 7 serves a package's modules from a folder `.vite`, without the files that they name. @param {URL} script */
export const remedy = ({ pathname }) =>
  pathname.includes('/.vite/')
    ? ". Write optimizeDeps: { exclude: ['polytask'] } into vite.config.js"
    : '. If a bundler made this page, copy the folders engine, pkg and models of node_modules/polytask beside its scripts';
