// Builds the page, with independent steps in parallel; and serves it as soon as it can run.
//
//     node build/make.mjs page
//     node build/make.mjs serve [--port N]
//
// The steps themselves are functions of build.sh, which calls this.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { startServer } from './static-server.mjs';
import { clock, Steps } from './steps.mjs';

/** @typedef {import('./steps.mjs').Step} Step */

/** The command that runs a function of build.sh. @param {string[]} call */
const own = (...call) => ['./build.sh', 'step', ...call];

/**
 * The two steps of one build of the library for the browser.
 *
 * @param {string} build
 * @param {Partial<Step>} [rest]
 * @param {{ after?: string[], minutes?: number }} [compiling]
 */
const library = (build, rest, { after = ['compiler'], minutes = 4 } = {}) => ({
  [build]: {
    title: `the library for the browser, ${build}`,
    command: own('compile_wasm', build),
    minutes,
    after,
    compiles: true,
    ...rest,
  },
  [`${build}-module`]: {
    title: `the module for the page, ${build}`,
    command: own('wrap_wasm', build),
    minutes: 0.5,
    after: [build, 'wasm-bindgen', 'npm'],
    ...rest,
    compiles: false,
  },
});

/**
 * All steps. Of several that could begin, the first begins first.
 *
 * @param {boolean} serving Whether the page is served, and may train, while the last steps run.
 * @returns {Record<string, Step>}
 */
const steps = (serving) => ({
  compiler: { title: 'a compiler for the browser', command: own('need_wasm_toolchain'), minutes: 0.5 },
  npm: { title: 'npm packages', command: own('need_npm_packages'), minutes: 0.5 },
  encoder: { title: 'the encoder, 91 MB', command: own('fetch_encoder'), minutes: 0.5 },
  small: {
    title: 'the small encoder, 16 MB',
    command: own('make_small_encoder'),
    minutes: 1,
    after: ['encoder'],
  },
  stale: { title: 'older builds', command: own('drop_stale_builds'), minutes: 0.5 },
  vendor: { title: 'the chart library', command: own('copy_vendor'), minutes: 0.5, after: ['npm'] },
  ...library('plain'),
  'wasm-bindgen': {
    title: 'wasm-bindgen, from source',
    command: own('need_wasm_bindgen'),
    minutes: 2,
    compiles: true,
    yields: serving,
  },
  ...library('threads', { yields: serving }),
  native: { title: 'the native command', command: own('build_native'), minutes: 4, compiles: true, yields: serving },
  // It takes what `plain` has compiled.
  ...library('fused', { yields: serving }, { after: ['plain'], minutes: 2 }),
  site: {
    title: 'target/site',
    command: own('make_site'),
    minutes: 0.5,
    after: ['plain-module', 'threads-module', 'fused-module', 'vendor', 'small'],
  },
});

/** The steps after which the page can train in every browser. `stale` removes builds that are older than the source. */
const TO_SERVE = ['plain-module', 'vendor', 'small', 'stale'];

/** Seconds before the first progress report, and between later ones. */
const [FIRST, EVERY] = [2, 30];

const started = Date.now();
/** @param {string} text */
const say = (text) => process.stderr.write(`[${clock(started)}] ${text}\n`);
/** @param {Steps} work */
const tell = (work) => work.report().forEach((line, i) => (i === 0 ? say(line) : process.stderr.write(`       ${line}\n`)));
/** @param {Error & { output?: string }} error */
const complain = ({ message, output }) =>
  process.stderr.write(`${output === undefined ? '' : `\n${output}\n`}\nbuild.sh: ${message}\n`);

/** Calls `end` at the first signal that ends this process. @param {() => void} end */
function onSignal(end) {
  let ending = false;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      if (!ending) end();
      ending = true;
    });
  }
}

async function page() {
  const work = new Steps(steps(false), 'target/logs', say);
  onSignal(() => work.stop().then(() => process.exit(1)));
  setTimeout(tell, FIRST * 1000, work).unref();
  setInterval(tell, EVERY * 1000, work).unref();
  await work.run(['site']);
}

/** @param {number} port */
async function serve(port) {
  const work = new Steps(steps(true), 'target/logs', say);
  let served = false;
  // Starts before the build, so that a port in use is reported at once.
  const server = await startServer('www', port, () => (served ? undefined : work.report().join('\n'))).catch(({ message }) => {
    throw new Error(`--port: ${port} cannot be used: ${message}; name another, or 0 for a free one`);
  });
  onSignal(() => Promise.all([work.stop(), server.close()]).then(() => process.exit(served ? process.exitCode : 1)));
  setTimeout(tell, FIRST * 1000, work).unref();
  setInterval(tell, EVERY * 1000, work).unref();

  await work.run(TO_SERVE);
  served = true;
  process.stdout.write(`${server.url}\n`);
  const later = existsSync('www/pkg/threads') ? '' : ', on one core until a faster build is there';
  say(`the page is served${later}; Ctrl+C ends it`);

  await Promise.all([
    work.run(['threads-module']).then(() => later && say('the page trains on all cores as soon as it is loaded again')),
    work.run(['native']).then(sayWhereTheCommandIs),
    work.run(['fused-module']),
  ]).catch((error) => {
    complain(error);
    say('nothing more is built; the page is still served as it is');
    process.exitCode = 1;
  });
}

function sayWhereTheCommandIs() {
  say('the command line is there too; in another terminal:');
  process.stderr.write(`       export PATH="${path.resolve('target/release')}:$PATH"\n`);
}

/** @param {string[]} args */
function portOf(args) {
  let port;
  try {
    ({ port } = parseArgs({ args, options: { port: { type: 'string', default: '8080' } } }).values);
  } catch (error) {
    throw new Error(`serve takes --port N and nothing else: ${error.message.split('.')[0]}`);
  }
  if (!/^\d+$/.test(port) || port > 65535) throw new Error(`--port: "${port}" is no number from 0 to 65535`);
  return Number(port);
}

const [verb, ...args] = process.argv.slice(2);
try {
  await (verb === 'serve' ? serve(portOf(args)) : page());
} catch (error) {
  complain(error);
  process.exit(1);
}
