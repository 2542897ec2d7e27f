// Records the run that the page plays back until the reader starts one: www/recorded/NAME.json. Record it again after an
// intended change of results: node build/record.mjs [NAME]. Trains with the module `plain`, as a browser would.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mapEvery } from '../www/lab/run/measuring.js';

const file = (path) => fileURLToPath(new URL(`../www/${path}`, import.meta.url));
/** The page's own. */
const ENCODER = 'all-MiniLM-L6-v2-small';
const PIECE = 4 << 20;
/** Significant digits of numbers that are only drawn. They halve the size of the recording. */
const DIGITS = 5;

/** Trains a built-in set with its recommended settings and all measurements that the page's figures show. */
export async function record(name, { steps = Infinity } = {}) {
  const polytask = await import(file('pkg/plain/polytask.js'));
  polytask.initSync({ module: readFileSync(file('pkg/plain/polytask_bg.wasm')) });
  const encoder = (part) => readFileSync(file(`models/${ENCODER}/${part}`));
  const recommended = polytask.default_recipe(name);
  const recipe = {
    ...recommended,
    encoder: ENCODER,
    validation: { fraction: 0.25 },
    training: { ...recommended.training, reproducible: true },
    diagnostics: { gradients_every: 1, interference_every: 0, mistakes: true, map_every: 1 },
  };
  const session = new polytask.Session();
  session.plan(recipe, encoder('config.json'), polytask.tokenizer_of_vocabulary(encoder('vocab.txt')));
  const weights = encoder('model.safetensors');
  for (let at = 0; at < weights.length; at += PIECE) session.receive(weights.subarray(at, at + PIECE));
  const events = session.begin();
  const { epochs, steps_per_epoch } = events.find(({ type }) => type === 'start');
  session.observe({ ...recipe.diagnostics, map_every: mapEvery(epochs * steps_per_epoch) });
  /** The notebook's printout, each text with the index of the event after it. @type {[at: number, text: string][]} */
  const printed = [];
  for (let taken = 0; taken < steps && events.at(-1).type !== 'end';) {
    const told = session.advance();
    session.lines().forEach((line, i) => line !== null && printed.push([events.length + i, line]));
    events.push(...told);
    taken += told.filter(({ type }) => type === 'step').length;
  }
  session.free();
  // The page opens the recommended recipe, without reproducible arithmetic. It measures gradients only every fourth step, to save
  // time.
  const opened = { ...recommended, encoder: ENCODER, validation: recipe.validation, diagnostics: { ...recommended.diagnostics, gradients_every: 4 } };
  return { recipe: opened, sentences: polytask.preset({ name }, recipe.seed), events, printed };
}

/** Replaces each map's frames, which are projected again with every new frame, by those of the last map, and rounds numbers. */
function slim(events) {
  const last = events.findLast(({ type }) => type === 'map');
  const until = (event) => last.frames.filter(({ step }) => step <= event.frames.at(-1).step);
  return events.map((event) => rounded(event.type === 'map' ? { ...event, frames: until(event) } : event));
}

/** Rounds numbers that are only drawn; losses and accuracies keep every bit. */
function rounded(event) {
  const shorten = (_, x) => (typeof x === 'number' && !Number.isInteger(x) ? Number(x.toPrecision(DIGITS)) : x);
  return ['gradients', 'map', 'mistakes'].includes(event.type) ? JSON.parse(JSON.stringify(event, shorten)) : event;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const name = process.argv[2] ?? 'topic-sentiment';
  const { events, ...rest } = await record(name);
  mkdirSync(file('recorded'), { recursive: true });
  writeFileSync(file(`recorded/${name}.json`), `${JSON.stringify({ ...rest, events: slim(events) })}\n`);
}
