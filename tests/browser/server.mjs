// A small static server for the browser tests: it counts requests, can break a download off half-way or hold it back, and
// can lack files, for a while or for good, or have some that are not on disk.

import { createReadStream, existsSync, promises as fs } from 'node:fs';
import { createServer } from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

/** The page as it is written, with a file for each module. */
export const WWW = path.resolve(process.env.POLYTASK_WWW ?? fileURLToPath(new URL('../../www', import.meta.url)));

/** The same with scripts and style sheets in a few small files, as a host is to have it: what most tests open. */
export const SITE = path.resolve(WWW, '../target/site');

/** What makes a page cross-origin isolated, so that its threads may share memory. */
const ISOLATION = { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' };

/**
 * @param {string} [root]
 * @param {object} [options]
 * @param {boolean} [options.isolated] Sends the headers that isolate the page.
 * @param {boolean} [options.cors] Sends the header that lets pages of other origins read what is here.
 * @param {string} [options.without] Files whose path contains this are not here.
 * @param {Record<string, string>} [options.pages] Texts by their path, served in place of files.
 * @param {boolean} [options.release] Whether it has release.json: the service worker stores the files that it lists, as one release.
 *   Otherwise that one asks the network first.
 * @param {boolean} [options.modules] Has each module of www/ too, under its own name: for what a test itself imports.
 */
export async function startServer(root = SITE, { isolated = false, cors = false, without, pages = {}, modules = false, release = root !== SITE } = {}) {
  /** How often each path was asked for. */
  const requests = new Map();
  /** @type {{ name: string, after: number } | undefined} A file that is cut off after so many bytes. */
  let cut;
  /**
   * A file of which only the first bytes come, until it is let go.
   *
   * @type {{ name: string, after: number, gone: Promise<void>, letGo: () => void } | undefined}
   */
  let held;

  /** @type {{ name: string, rate: number } | undefined} A file of which so many bytes come in a second. */
  let slow;

  /** @type {{ folder: string, answer: (file: string) => { status?: number, type?: string, headers?: Record<string, string>, body: string | Buffer } }[]} */
  const answers = [];

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost');
    requests.set(pathname, (requests.get(pathname) ?? 0) + 1);
    const name = decodeURIComponent(pathname.endsWith('/') ? `${pathname}index.html` : pathname);
    const file = path.join(modules && !existsSync(path.join(root, name)) ? WWW : root, name);
    const headers = {
      'cache-control': 'no-cache',
      ...(isolated ? ISOLATION : {}),
      ...(cors ? { 'access-control-allow-origin': '*' } : {}),
    };
    if (Object.hasOwn(pages, pathname)) {
      const type = TYPES[path.extname(pathname)] ?? 'text/plain; charset=utf-8';
      response.writeHead(200, { 'content-type': type, ...headers }).end(pages[pathname]);
      return;
    }
    const own = answers.findLast(({ folder }) => pathname.startsWith(folder));
    if (own) {
      const { status = 200, type = 'application/octet-stream', headers: more, body } = own.answer(pathname.slice(own.folder.length));
      response.writeHead(status, { 'content-type': type, ...headers, ...more }).end(body);
      return;
    }
    const lacking = (without !== undefined && pathname.includes(without)) || (!release && pathname === '/release.json');
    const stat = lacking ? undefined : await fs.stat(file).catch(() => undefined);
    if (![root, WWW].some((folder) => file.startsWith(folder + path.sep)) || !stat?.isFile()) {
      response.writeHead(404, { 'content-type': 'text/plain', ...headers }).end('not found');
      return;
    }
    response.writeHead(200, {
      'content-type': TYPES[path.extname(file)] ?? 'application/octet-stream',
      'content-length': stat.size,
      ...headers,
    });
    if (held && pathname.endsWith(held.name)) {
      const { after, gone } = held;
      createReadStream(file, { end: after - 1 })
        .on('end', () => gone.then(() => createReadStream(file, { start: after }).pipe(response)))
        .pipe(response, { end: false });
    } else if (cut && pathname.endsWith(cut.name)) {
      // What was written must reach the browser before the connection breaks.
      const part = createReadStream(file, { end: cut.after - 1 });
      part.pipe(response, { end: false });
      part.on('end', () => response.write('', () => setTimeout(() => response.destroy(), 200)));
    } else if (slow && pathname.endsWith(slow.name)) {
      for await (const part of createReadStream(file, { highWaterMark: 50_000 })) {
        while (slow && slow.rate === 0 && !response.destroyed) await sleep(50);
        response.write(part);
        if (slow) await sleep((1000 * part.length) / slow.rate);
      }
      response.end();
    } else {
      createReadStream(file).pipe(response);
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.unref(); // A test that fails before it closes its server must not keep the whole run from ending.

  return {
    url: `http://localhost:${server.address().port}/`,
    requests,
    count: (suffix) => [...requests].reduce((sum, [name, n]) => sum + (name.endsWith(suffix) ? n : 0), 0),
    cutOff: (name, after) => (cut = { name, after }),
    mend: () => (cut = slow = undefined),
    slow: (name, rate) => (slow = { name, rate }),
    holdBack: (name, after) => {
      let letGo;
      const gone = new Promise((resolve) => (letGo = resolve));
      held = { name, after, gone, letGo };
    },
    letGo: () => {
      held?.letGo();
      held = undefined;
    },
    /** Answers for a folder from now on. */
    answer: (folder, answer) => answers.push({ folder, answer }),
    /** Files whose path contains this are not here from now on; absent: all are. @param {string} [name] */
    lack: (name) => (without = name),
    close: () => new Promise((resolve) => (server.closeAllConnections(), server.close(resolve))),
  };
}
