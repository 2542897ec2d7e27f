// Serves the page, the benchmarks' own files and the peers' to the browser.

import { createReadStream, promises as fs } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** The headers that make a page cross-origin isolated, so that its threads may share memory. */
const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/** Files that hosts compress. */
const COMPRESSED = new Set(['.html', '.css', '.js', '.json', '.wasm', '.txt']);
/** Bytes that a line carries at once. */
const PIECE = 1 << 14;

/**
 * A visitor's line, which all responses share: so many bits a second, and so many milliseconds from a request to its response.
 *
 * @param {{ bitsPerSecond: number, latency: number }} line
 */
function lineOf({ bitsPerSecond, latency }) {
  let free = 0;
  return async (response, bytes) => {
    await sleep(latency);
    // When the next piece could be on the line, had it nothing else to carry. Not the time when a timer says so: it is late by a
    // millisecond on an idle machine and by many on a busy one, and the line would be slower than it is said to be.
    let ready = performance.now();
    for (let at = 0; at < bytes.length; at += PIECE) {
      const piece = bytes.subarray(at, at + PIECE);
      free = Math.max(free, ready) + (piece.length * 8000) / bitsPerSecond;
      ready = free;
      if (free - performance.now() > 1) await sleep(free - performance.now());
      response.write(piece);
    }
    response.end();
  };
}

/**
 * @param {Record<string, string>} mounts Directory by the path's beginning; the longest that fits is taken.
 * @param {{ isolated?: boolean, line?: { bitsPerSecond: number, latency: number } }} [options] `line`: responses come over it,
 *   compressed as by a host.
 */
export async function serve(mounts, { isolated = false, line } = {}) {
  const send = line && lineOf(line);
  /** @type {Map<string, Promise<Buffer>>} */
  const compressed = new Map();
  const prefixes = Object.keys(mounts).sort((a, b) => b.length - a.length);
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    const prefix = prefixes.find((start) => pathname.startsWith(start));
    const rest = decodeURIComponent(pathname.slice(prefix.length));
    const file = path.join(mounts[prefix], rest === '' || rest.endsWith('/') ? `${rest}index.html` : rest);
    const stat = await fs.stat(file).catch(() => undefined);
    if (!file.startsWith(mounts[prefix]) || !stat?.isFile()) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('not found');
      return;
    }
    // As static hosts do: a browser may keep the file and asks whether it is still the same.
    const tag = `"${stat.size}-${stat.mtimeMs}"`;
    const headers = { etag: tag, 'cache-control': 'no-cache', ...(isolated ? ISOLATION : {}) };
    if (request.headers['if-none-match'] === tag) {
      response.writeHead(304, headers).end();
      return;
    }
    const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
    if (send) {
      const isCompressed = COMPRESSED.has(path.extname(file));
      if (isCompressed && !compressed.has(file))
        compressed.set(file, fs.readFile(file).then((bytes) => promisify(gzip)(bytes, { level: 9 })));
      const bytes = await (compressed.get(file) ?? fs.readFile(file));
      const encoding = isCompressed ? { 'content-encoding': 'gzip' } : {};
      response.writeHead(200, { ...headers, ...encoding, 'content-type': type, 'content-length': bytes.length });
      return send(response, bytes);
    }
    response.writeHead(200, { ...headers, 'content-type': type, 'content-length': stat.size });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  };
}
