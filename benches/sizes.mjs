// The download size of a build: its wasm and its glue, as a host that compresses sends them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/** Kilobytes (1000 bytes) by build, each file at brotli's quality 11. @returns {Map<string, number>} */
export function sizes(pkg) {
  const builds = existsSync(pkg)
    ? readdirSync(pkg, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    : [];
  return new Map(builds.map(({ name }) => [name, brotliKilobytes(path.join(pkg, name))]));
}

function brotliKilobytes(directory) {
  const files = readdirSync(directory, { recursive: true }).filter((name) => /\.(wasm|js)$/.test(name));
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };
  const bytes = files.map((name) => brotliCompressSync(readFileSync(path.join(directory, name)), quality).length);
  return bytes.reduce((a, b) => a + b, 0) / 1000;
}
