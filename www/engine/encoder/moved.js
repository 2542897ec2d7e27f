// Where a bundler has put the files of the default encoder (engine/files.js). The page tells the worker, which fetches them.

/** @type {Map<string, string>} */
const addresses = new Map();

/** @param {string[][]} moved Pairs of an address in the package's folder and the file's real one. */
export function learn(moved) {
  for (const [from, to] of moved) addresses.set(from, to);
}

/** The address to fetch. @param {string} url */
export const realAddress = (url) => addresses.get(url) ?? url;
