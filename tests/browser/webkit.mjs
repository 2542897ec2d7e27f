// Starts WebKit as WebKitGTK has it, and drives a page in it through WebKitWebDriver, which speaks W3C WebDriver
// (https://www.w3.org/TR/webdriver2/), on a screen of its own (Xvfb).

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Lab, sleep } from './browser.mjs';
import { WWW } from './server.mjs';

const START_MS = 60_000;
/** So long may one script run in the page. */
const SCRIPT_MS = 300_000;

/** Also in the page: what its console says, since WebDriver does not tell of it. */
const NOISE = () => {
  window.noise = [];
  addEventListener('error', ({ message }) => window.noise.push(`uncaught: ${message}`));
  addEventListener('unhandledrejection', ({ reason }) => window.noise.push(`uncaught: ${reason}`));
  for (const level of ['log', 'info', 'warn', 'error']) console[level] = (...said) => window.noise.push(`${level}: ${said.join(' ')}`);
};

/**
 * Pages of www/ with the test's script in their heads, for the server to have in place of them: WebDriver can put nothing
 * into a page before the page's own scripts run.
 *
 * @param {string[]} names Such as `index.html`.
 */
export async function pagesToDrive(...names) {
  const pages = { '/test.js': `(${NOISE})();\n${await readFile(new URL('page.js', import.meta.url), 'utf8')}` };
  for (const name of names) {
    const html = await readFile(path.join(WWW, name), 'utf8');
    pages[`/${name}`] = html.replace('<script', '<script src="/test.js"></script>\n<script');
    assert.notEqual(pages[`/${name}`], html);
  }
  return pages;
}

/**
 * A WebKit with a fresh profile.
 *
 * @param {Record<string, string>} [env] Its environment's own part, such as the language: without one, it is that of `C`.
 */
export async function launchWebKit(env = {}) {
  const profile = await mkdtemp(path.join(tmpdir(), 'polytask-'));
  /** Leaders of process groups: the driver starts the browser, and would leave it behind. */
  const started = [];
  const start = (command, args, options) => {
    const child = spawn(command, args, { ...options, detached: true });
    started.push(child);
    return child;
  };
  const end = () => {
    for (const { pid } of started.splice(0)) {
      try {
        if (pid) process.kill(-pid);
      } catch {
        // It is gone.
      }
    }
  };
  const onTerm = () => (end(), process.exit(143));
  process.once('SIGTERM', onTerm); // The runner ends a file that hangs.
  const close = async () => {
    process.off('SIGTERM', onTerm);
    const gone = started.filter(({ pid, exitCode, signalCode }) => pid && exitCode === null && signalCode === null).map((child) => once(child, 'exit'));
    end();
    await Promise.race([Promise.all(gone), sleep(5000)]);
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const display = await startScreen(start);
    const port = await freePort();
    const { LANG, LANGUAGE, LC_ALL, ...rest } = process.env;
    const own = { HOME: profile, XDG_DATA_HOME: profile, XDG_CACHE_HOME: profile, XDG_CONFIG_HOME: profile };
    // Root may start no sandbox.
    const sandbox = process.getuid() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' } : {};
    start('WebKitWebDriver', [`--port=${port}`], {
      env: { ...rest, ...own, ...sandbox, LANG: 'C', ...env, DISPLAY: display },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const driver = `http://127.0.0.1:${port}`;
    await untilReady(driver);
    const options = { binary: miniBrowser(), args: ['--automation'] };
    const { sessionId } = await ask(driver, 'POST', '/session', {
      capabilities: { alwaysMatch: { 'webkitgtk:browserOptions': options, timeouts: { script: SCRIPT_MS, pageLoad: START_MS } } },
    });
    const session = `${driver}/session/${sessionId}`;
    return {
      page: new Page(session),
      close: async () => {
        await ask(session, 'DELETE', '').catch(() => {});
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The page, with the methods of puppeteer's that `Lab` needs. */
class Page {
  #session;

  /** @param {string} session */
  constructor(session) {
    this.#session = session;
  }

  goto(url) {
    return ask(this.#session, 'POST', '/url', { url });
  }

  reload() {
    return ask(this.#session, 'POST', '/refresh', {});
  }

  /** What a function answers in the page, given arguments that are JSON. */
  async evaluate(call, ...args) {
    const script = `
      const done = arguments[1];
      Promise.resolve(arguments[0]).then((args) => (${call})(...args)).then(
        (value) => done({ value }),
        (error) => done({ error: String(error) }),
      );`;
    const { value, error } = await ask(this.#session, 'POST', '/execute/async', { script, args: [args] });
    if (error) throw new Error(error);
    return value ?? undefined;
  }
}

/**
 * The element on a page, once it has views.
 *
 * @param {Page} page
 * @param {string} url
 * @param {boolean} [fetches] Whether the encoder is asked for at once.
 */
export async function openInWebKit(page, url, fetches = true) {
  await page.goto(url);
  const lab = new Lab(page);
  await lab.until('the test’s script', () => typeof window.$drawn === 'function');
  await lab.untilShown(fetches);
  return lab;
}

/** A WebDriver command's answer. */
async function ask(address, method, command, body) {
  const response = await fetch(address + command, { method, body: body && JSON.stringify(body) });
  const { value } = await response.json();
  if (!response.ok) throw new Error(`WebDriver, ${command || method}: ${value.error}: ${value.message}`);
  return value;
}

async function untilReady(driver) {
  for (const end = Date.now() + START_MS; ; await sleep(100)) {
    const { ready } = await ask(driver, 'GET', '/status').catch(() => ({ ready: false }));
    if (ready) return;
    assert.ok(Date.now() < end, `WebKitWebDriver does not answer at ${driver}`);
  }
}

/** A screen that nobody sees; its name. */
async function startScreen(start) {
  const screen = start('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  const failed = once(screen, 'error').then(([error]) => assert.fail(`Xvfb does not start: ${error.message}`));
  const [number] = await Promise.race([once(screen.stdio[3], 'data'), failed]);
  return `:${String(number).trim()}`;
}

/** WebKitGTK's own browser, where Debian and others put it. */
function miniBrowser() {
  const folders = ['/usr/lib', '/usr/libexec', ...readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu')).map((name) => `/usr/lib/${name}`)];
  const found = folders
    .flatMap((folder) => ['webkit2gtk-4.1', 'webkit2gtk-4.0', 'webkitgtk-6.0'].map((version) => `${folder}/${version}/MiniBrowser`))
    .find(existsSync);
  return found ?? assert.fail('WebKitGTK’s MiniBrowser is missing; Debian has it in webkit2gtk-driver');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
