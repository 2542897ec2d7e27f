// Serves a directory to browsers on this machine, with the headers of `polytask serve` (src/bin/polytask/serve.rs), which is not
// compiled yet at this time. Until the page is built, every address answers with the build's progress.

import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';

const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

const HEADERS = {
  'cache-control': 'no-cache',
  'x-content-type-options': 'nosniff',
  'access-control-allow-origin': '*',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'cross-origin',
};

/**
 * @param {string} directory
 * @param {number} port 0 chooses a free one.
 * @param {() => string | undefined} unready The build's progress as text; undefined when files may be served.
 * @returns {Promise<{ url: string, close: () => Promise<void> }>} Rejects if the port cannot be used.
 */
export async function startServer(directory, port, unready = () => undefined) {
  const root = path.resolve(directory);
  const server = createServer((request, response) => {
    // A page elsewhere may give a name of its own this machine's address.
    if (!/^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/i.test(request.headers.host ?? '')) {
      response.writeHead(421, { ...HEADERS, 'content-type': 'text/plain' });
      return response.end('This server answers for localhost only: open it as http://localhost, with its port.\n');
    }
    const waiting = unready();
    if (waiting !== undefined) return sendWaiting(response, waiting);
    return sendFile(root, request, response).catch(() => response.destroy());
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(undefined));
  });
  return {
    url: `http://127.0.0.1:${/** @type {import('node:net').AddressInfo} */ (server.address()).port}/`,
    close: () => new Promise((resolve) => (server.close(() => resolve()), server.closeAllConnections())),
  };
}

/** Sends a page with the build's progress, which reloads itself. @param {import('node:http').ServerResponse} response @param {string} waiting */
function sendWaiting(response, waiting) {
  const text = waiting.replace(/[&<]/g, (character) => ({ '&': '&amp;', '<': '&lt;' })[character]);
  response.writeHead(503, { ...HEADERS, 'content-type': TYPES['.html'], 'retry-after': '5', refresh: '5' });
  response.end(`<!doctype html><meta name="color-scheme" content="light dark"><title>Polytask is being built</title>
<h1>Polytask is being built</h1><pre>${text}</pre><p>The page comes by itself.</p>\n`);
}

/**
 * @param {string} root
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function sendFile(root, { method, url, headers }, response) {
  /** @param {number} status @param {Record<string, string | number>} [more] */
  const head = (status, more) => response.writeHead(status, { ...HEADERS, ...more });
  if (method !== 'GET' && method !== 'HEAD') return head(405, { allow: 'GET, HEAD' }).end();
  const { pathname, search } = new URL(url ?? '/', 'http://localhost');
  const file = locate(root, pathname);
  const found = file && (await stat(file).catch(() => undefined));
  if (found?.isDirectory()) return head(307, { location: `${pathname}/${search}` }).end();
  // A link may lead out of the directory.
  const isInside = found?.isFile() && (await realpath(file)).startsWith((await realpath(root)) + path.sep);
  if (!file || !isInside) return head(404).end();
  const modified = found.mtime.toUTCString();
  if (headers['if-modified-since'] === modified) return head(304, { 'last-modified': modified }).end();
  head(200, {
    'content-type': TYPES[/** @type {keyof typeof TYPES} */ (path.extname(file))] ?? 'application/octet-stream',
    'content-length': found.size,
    'last-modified': modified,
  });
  if (method === 'HEAD') return response.end();
  // `pipe` would leave the file open when the browser disconnects.
  await pipeline(createReadStream(file), response);
}

/** The file for a URL's path; undefined if it is outside `root` or invalid. @param {string} root @param {string} pathname */
function locate(root, pathname) {
  try {
    const file = path.join(root, decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname));
    return file.startsWith(root + path.sep) && !file.includes('\0') ? file : undefined;
  } catch {
    return undefined; // A lone % in the address.
  }
}
