// The worker that owns the wasm instance and all runs. It receives commands, which runner.js executes, and posts events.

import { startBuild } from './builds.js';
import { Encoders } from './encoder/encoders.js';
import { learn } from './encoder/moved.js';
import { messageOf } from './failure.js';
import { hold } from './lifeline.js';
import { Runner } from './runner.js';
import { ONE_THREAD } from './threads.js';
import { isFatal } from './worker-failure.js';

/** @typedef {import('../types.js').FromWorker} FromWorker */
/** @typedef {import('../types.js').ToWorker} ToWorker */

// tsc's DOM types lack a worker's global scope; `Worker` has the two members of it that are used here.
const scope = /** @type {Pick<Worker, 'postMessage' | 'addEventListener'>} */ (/** @type {unknown} */ (self));

/** Called with the page's first message. @type {(modules: Record<import('../types.js').Build, string>) => void} */
let start;
const ready = new Promise((/** @type {typeof start} */ resolve) => (start = resolve)).then((modules) => startBuild(modules, self.name !== ONE_THREAD));
const polytask = ready.then((started) => started.polytask);
polytask.catch(() => {}); // The end of this file reports it.
// A function, since the encoder may arrive from the cache before the module is compiled.
const encoders = new Encoders(async () => new (await polytask).Sha256());
/** @type {Map<number, Runner>} */
const runners = new Map();

/** @param {FromWorker} message */
const post = (message) => scope.postMessage(message);

/** @param {number} run */
function runner(run) {
  const known = runners.get(run);
  if (known) return known;
  const made = new Runner(polytask, encoders, (event, of, text, request) => post({ kind: 'event', run, event, of, text, request }));
  runners.set(run, made);
  return made;
}

/** @type {{ [M in ToWorker as M['kind']]: (message: M) => void | Promise<void> }} */
const take = {
  async start({ modules, moved, lock }) {
    learn(moved);
    start(modules);
    if (await hold(lock)) post({ kind: 'alive' });
  },

  async command({ run, command, request }) {
    if (command.type !== 'load') await ready;
    await runner(run).obey(command, request);
  },

  async ask({ id, question, args }) {
    const call = /** @type {(...args: unknown[]) => unknown} */ ((await polytask)[question]);
    post({ kind: 'answer', id, value: call(...args) });
  },

  open: ({ run, base, files, name }) => runner(run).encoder.open(base, files, name),

  async call({ id, run, name, args }) {
    const call = /** @type {(...args: unknown[]) => unknown} */ ((await runner(run).readerData())[name]);
    post({ kind: 'answer', id, value: await call(...args) });
  },

  async model({ id, run, request }) {
    const { answer } = await import('./model/in-worker.js');
    post({ kind: 'answer', id, value: await answer(polytask, run, request, (event) => post({ kind: 'event', run, event, of: 'load' })) });
  },

  async keep({ id, run, key, finds, isLost }) {
    post({ kind: 'answer', id, value: await runner(run).keep(key, finds, isLost) });
  },

  async resume({ run, recipe, keep_heads, request }) {
    await ready;
    await runner(run).prepare(recipe, keep_heads, request, true);
  },

  expect: ({ run, base, recipe, keep_heads }) => runner(run).expect(base, recipe, keep_heads),

  save: ({ run }) => runners.get(run)?.save(),

  forget: ({ run }) => runners.get(run)?.forget(),

  cancel: ({ run }) => runners.get(run)?.encoder.cancel(),

  close({ run }) {
    runners.get(run)?.close();
    runners.delete(run);
  },
};

scope.addEventListener('message', async ({ data }) => {
  const message = /** @type {ToWorker} */ (data);
  try {
    await /** @type {(message: ToWorker) => void | Promise<void>} */ (take[message.kind])(message);
  } catch (error) {
    if (isFatal(error)) {
      for (const runner of runners.values()) runner.stop();
      post({ kind: 'dead', ...messageOf(error) });
    } else if ('id' in message) {
      post({ kind: 'refusal', id: message.id, ...messageOf(error) });
    } else if (message.kind !== 'start') {
      const of = message.kind === 'command' ? message.command.type : message.kind === 'resume' ? 'configure' : 'load';
      const request = 'request' in message ? message.request : undefined;
      runners.get(message.run)?.fail(/** @type {Error} */ (error), of, request);
    }
  }
});

ready.then(
  ({ build, threads }) =>
    post({ kind: 'ready', build, threads, files: performance.getEntriesByType('resource').map(({ name }) => name) }),
  (error) => post({ kind: 'dead', ...messageOf(error) }),
);
