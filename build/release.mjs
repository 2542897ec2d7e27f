// Writes release.json into a built site: the SHA-256 of every file that its pages may request. With it, sw.js loads all files of a
// page from one release.
//
//   node build/release.mjs SITE

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const [site] = process.argv.slice(2);
/** Files that sw.js does not store: the engine stores the encoder, the examples are separate pages, and no page requests the rest. */
const NOT_STORED = /^(models|examples)\/|(^|\/)(sw\.js|release\.json|package\.json|tsconfig\.json|README\.md|.*\.d\.ts|.*LICENSE.*)$/;

const sha256 = (/** @type {string | Buffer} */ bytes) => createHash('sha256').update(bytes).digest('hex');

const files = readdirSync(site, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => path.relative(site, path.join(entry.parentPath, entry.name)).split(path.sep).join('/'))
  .filter((file) => !NOT_STORED.test(file))
  .sort()
  .map((file) => [file, sha256(readFileSync(path.join(site, file)))]);
if (files.length === 0) throw new Error(`${site} holds no page; build.sh leaves one in target/site`);
const release = sha256(JSON.stringify(files)).slice(0, 16);
writeFileSync(path.join(site, 'release.json'), `${JSON.stringify({ release, files: Object.fromEntries(files) })}\n`);
