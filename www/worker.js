// The worker that owns the wasm instance: commands in, events out.
//
// A call into wasm cannot be interrupted, so a session advances by one short unit of work at a time (a training step, or
// one batch of an evaluation) and the loop below lets waiting messages in between two units. Pause, Step and Predict are
// therefore answered within one unit, whatever the run is doing.

import { ONE_THREAD, startBuild } from './builds.js';
import { forgetEncoder, loadEncoder } from './encoder.js';
import { DamagedFile } from './stored-file.js';

/** @typedef {import('./types.js').FromWorker} FromWorker */
/** @typedef {import('./types.js').ToWorker} ToWorker */
/** @typedef {import('./types.js').Command} Command */
/** @typedef {import('./types.js').Polytask} Polytask */
/** @typedef {import('./types.js').RunEvent} RunEvent */
/** @typedef {Extract<Command, { type: 'configure' }>['recipe']} Recipe */
/** @typedef {import('./stored-file.js').StoredFile} StoredFile */

// `Worker` has the two members of a worker's own global scope that are used here, and the DOM's types know it.
const scope = /** @type {Pick<Worker, 'postMessage' | 'addEventListener'>} */ (/** @type {unknown} */ (self));

const ready = startBuild(self.name !== ONE_THREAD);
/** The encoder's address and files. @type {{ base: string, files: Map<string, StoredFile> } | undefined} */
let encoder;
/** @type {import('./types.js').Session | undefined} */
let session;
/** The configured run. @type {RunEvent & { type: 'start' } | undefined} */
let start;
/** Number of the latest run that was asked for. The preparation of an earlier one stops where it waits. */
let asked = 0;
/** Settled when the latest run is prepared, or cannot be. @type {Promise<void>} */
let prepared = Promise.resolve();
/** Number of the training loop that may run. Raising it stops the loop in progress, wherever it waits. */
let loop = 0;

/** @param {FromWorker} message */
const post = (message) => scope.postMessage(message);

/**
 * @param {RunEvent} event
 * @param {Command['type']} of
 * @param {string | null} [text] Its lines in the notebook's printout.
 */
function say(event, of, text) {
  post({ kind: 'event', event, of, text: text ?? undefined });
}

/**
 * Tells what a session just told.
 *
 * @param {import('./types.js').Session} session
 * @param {RunEvent[]} events
 * @param {Command['type']} of
 */
function sayAll(session, events, of) {
  // Steps come by the thousand, and the notebook prints none of them.
  const lines = events.every((event) => event.type === 'step') ? [] : session.lines();
  events.forEach((event, i) => say(event, of, lines[i]));
}

/** @type {{ [C in Command as C['type']]: (command: C) => void | Promise<void> }} */
const commands = {
  async load({ base }) {
    // What is cached is here before the module is.
    const hasher = async () => new (await ready).polytask.Sha256();
    encoder = { base, files: await loadEncoder(base, hasher, (event) => say(event, 'load')) };
  },

  async configure({ recipe }) {
    loop += 1;
    const preparing = prepare(recipe, ++asked);
    prepared = preparing.catch(() => {});
    await preparing;
  },

  async train() {
    await prepared;
    const mine = ++loop;
    while (mine === loop && !advance('train').some((event) => event.type === 'end')) await breathe();
  },

  pause() {
    loop += 1;
    say({ type: 'paused' }, 'pause');
  },

  async step({ tasks = [] }) {
    await prepared;
    const mine = ++loop;
    /** @type {RunEvent['type'] | undefined} */
    let awaited = 'step';
    while (mine === loop) {
      for (const event of advance('step', tasks)) {
        if (event.type === 'step') awaited = endOfStep(event);
        if (event.type === awaited || event.type === 'end') awaited = undefined;
      }
      if (!awaited) return say({ type: 'paused' }, 'step');
      await breathe();
    }
  },

  async observe({ diagnostics }) {
    await prepared;
    configured().session.observe(diagnostics);
  },

  async interference() {
    await prepared;
    say(/** @type {RunEvent} */ (configured().session.interference()), 'interference');
  },

  async compare({ recipe, weightings, seeds }) {
    const mine = ++loop;
    const { polytask } = await ready;
    const comparison = new polytask.ComparisonRuns(recipe, weightings, Float64Array.from(seeds));
    try {
      for (const [i, planned] of /** @type {Recipe[]} */ (comparison.recipes()).entries()) {
        const compared = await runBeside(planned, () => mine === loop, (session, failure) =>
          failure ? comparison.fail(i, sentence(failure)) : comparison.finish(i, session),
        );
        if (!compared) return;
        say(/** @type {RunEvent} */ (compared), 'compare');
      }
      say(/** @type {RunEvent} */ (comparison.table()), 'compare');
    } finally {
      comparison.free();
    }
  },

  async predict({ text }) {
    await prepared;
    say(/** @type {RunEvent} */ (configured().session.predict(text)), 'predict');
  },
};

/**
 * Prepares run number `mine`. A file that was damaged in the browser's cache is fetched anew before anything trains on it.
 *
 * @param {Recipe} recipe
 * @param {number} mine
 */
async function prepare(recipe, mine) {
  try {
    await fill(recipe, mine);
  } catch (error) {
    if (!(error instanceof DamagedFile) || !encoder) throw error;
    const { base } = encoder;
    await forgetEncoder(base);
    await commands.load({ type: 'load', base });
    await fill(recipe, mine);
  }
}

/** @param {Recipe} recipe @param {number} mine */
async function fill(recipe, mine) {
  session ??= new (await ready).polytask.Session();
  const events = await begin(session, recipe, () => mine === asked);
  if (!events) return;
  for (const event of events) if (event.type === 'start') start = event;
  sayAll(session, events, 'configure');
}

/**
 * Begins `recipe` in `into` with the encoder that is loaded.
 *
 * @param {import('./types.js').Session} into
 * @param {Recipe} recipe
 * @param {() => boolean} wanted Asked while waiting; if it says no, nothing more happens.
 * @returns {Promise<RunEvent[] | undefined>} What there is to tell; nothing if it is wanted no more.
 */
async function begin(into, recipe, wanted) {
  if (!encoder) throw new Error('The encoder is not loaded yet.');
  const { files } = encoder;
  const [config, tokenizer, weights] = ['config.json', 'tokenizer.json', 'model.safetensors'].map(
    (name) => /** @type {StoredFile} */ (files.get(name)),
  );
  const pieces = weights.pieces();
  const small = await Promise.all([config.bytes(), tokenizer.bytes()]);
  if (!wanted()) return undefined;
  into.plan(recipe, ...small);
  for await (const piece of pieces) {
    if (!wanted()) return undefined;
    into.receive(piece);
  }
  return /** @type {RunEvent[]} */ (into.begin());
}

/**
 * Trains `recipe` beside the configured run, from its first step to its end.
 *
 * @template T
 * @param {Recipe} recipe
 * @param {() => boolean} wanted
 * @param {(session: import('./types.js').Session, failure?: Error) => T} conclude What to make of the run, and of why it
 *   failed if it did.
 * @returns {Promise<T | undefined>} Nothing if it is wanted no more.
 */
async function runBeside(recipe, wanted, conclude) {
  const beside = new (await ready).polytask.Session();
  /** @type {Error | undefined} */
  let failure;
  try {
    let events = await begin(beside, recipe, wanted);
    while (events && wanted() && !events.some((event) => event.type === 'end')) {
      events = /** @type {RunEvent[]} */ (beside.advance());
      await breathe();
    }
  } catch (error) {
    // What trapped cannot be freed: that it could not would be all that is told.
    if (isFatal(error) || !(error instanceof Error)) throw error;
    failure = error;
  }
  try {
    return wanted() ? conclude(beside, failure) : undefined;
  } finally {
    beside.free();
  }
}

/** The event that completes a step: an epoch's last step is measured too. @param {{ step: number }} report */
function endOfStep({ step }) {
  const { steps_per_epoch, epochs, validation_examples } = configured().start;
  if (step === epochs * steps_per_epoch) return 'end';
  return step % steps_per_epoch === 0 && validation_examples > 0 ? 'evaluation' : 'step';
}

/**
 * @param {Command['type']} of
 * @param {string[]} [tasks] What a step is to train; all if absent or empty.
 */
function advance(of, tasks = []) {
  const { session } = configured();
  const events = /** @type {RunEvent[]} */ (session.advance(tasks));
  sayAll(session, events, of);
  return events;
}

function configured() {
  if (!session || !start) throw new Error('There is no run yet: configure one first.');
  return { session, start };
}

/** Lets the messages that wait be handled. Not a timer: those are slowed down to 4 ms, and more in the background. */
const breathe = (() => {
  const { port1, port2 } = new MessageChannel();
  /** @type {(() => void)[]} */
  const waiting = [];
  port1.onmessage = () => waiting.shift()?.();
  return () =>
    /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        waiting.push(resolve);
        port2.postMessage(null);
      })
    );
})();

/**
 * A trap, a full stack or memory that cannot grow: after these the instance's state is unknown.
 *
 * @param {unknown} error
 */
function isFatal(error) {
  return (
    error instanceof WebAssembly.RuntimeError ||
    error instanceof RangeError ||
    (error instanceof Error && error.name === 'InternalError')
  );
}

/** @param {unknown} error */
const sentence = (error) => (error instanceof Error ? error.message : String(error));


scope.addEventListener('message', async ({ data }) => {
  const message = /** @type {ToWorker} */ (data);
  try {
    if ('ask' in message) {
      const { polytask } = await ready;
      const call = /** @type {(...args: unknown[]) => unknown} */ (polytask[message.ask]);
      post({ kind: 'answer', id: message.id, value: call(...message.args) });
    } else {
      const { command } = message;
      if (command.type !== 'load') await ready;
      await /** @type {(command: Command) => void | Promise<void>} */ (commands[command.type])(command);
    }
  } catch (error) {
    if (isFatal(error)) {
      loop += 1;
      post({ kind: 'dead', message: sentence(error) });
    } else if ('ask' in message) {
      post({ kind: 'refusal', id: message.id, message: sentence(error) });
    } else {
      // A sentence that cannot be classified is no reason to stop training.
      if (message.command.type !== 'predict') loop += 1;
      const what = sentence(error);
      say({ type: 'error', message: what }, message.command.type, `Error: ${what}`);
    }
  }
});

ready.then(
  ({ build, threads }) => post({ kind: 'ready', build, threads }),
  (error) => post({ kind: 'dead', message: sentence(error) }),
);
