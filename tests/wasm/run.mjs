// Runs the tests in a module that tests/wasm/lib.rs was compiled to.

import { readFileSync } from 'node:fs';

/** The module compiled as `build`. `build.sh test` makes it. */
export const compiled = (build) =>
  readFileSync(
    new URL(`../../target/wasm/${build}-tests.wasm`, import.meta.url),
  );

/**
 * Runs all of them, each in an instance of its own: one that fails traps. Needs nothing around it, so that a page can be
 * given its source.
 *
 * @param {Uint8Array} bytes
 * @returns {Promise<{ name: string, failure: string | undefined }[]>}
 */
export async function runAll(bytes) {
  const module = await WebAssembly.compile(bytes);
  let said = '';
  const start = async () => {
    const say = (at, length) => (said = new TextDecoder().decode(new Uint8Array(exports.memory.buffer, at, length)));
    const { exports } = await WebAssembly.instantiate(module, { host: { say } });
    return exports;
  };
  const results = [];
  const tests = (await start()).count();
  for (let i = 0; i < tests; i++) {
    const instance = await start();
    instance.name(i);
    const name = said;
    said = '';
    try {
      instance.run(i);
      results.push({ name, failure: undefined });
    } catch (error) {
      results.push({ name, failure: said || String(error) });
    }
  }
  return results;
}
