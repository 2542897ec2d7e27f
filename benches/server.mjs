// Serves the page, the benchmarks' own files and the peers' to the browser.

import { createReadStream, promises as fs } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';

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

/**
 * @param {Record<string, string>} mounts Directory by the path's beginning; the longest that fits is taken.
 * @param {{ isolated?: boolean }} [options]
 */
export async function serve(mounts, { isolated = false } = {}) {
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
    response.writeHead(200, { ...headers, 'content-type': type, 'content-length': stat.size });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  };
}
