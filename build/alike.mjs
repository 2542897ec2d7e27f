// Names a module's functions by their places in an order in which each stands beside those that it resembles: generic code
// comes in dozens of near copies, and a compressor tells a copy in few bits where the original is near. wasm-opt's
// `--reorder-functions-by-name` then puts them there. The compiler's own names go.
//
//   node build/alike.mjs MODULE NAMED

import { readFileSync, writeFileSync } from 'node:fs';

/** Functions are alike by the byte strings of this length that they share. */
const LENGTH = 6;
/** One in so many of the strings is looked at, the same in all functions. */
const SAMPLED = 2;
/** Strings that more functions have say little, and cost the most time. */
const COMMON = 200;
/** How much a function counts that stands one place further back. */
const FADING = 0.7;

const [from, to] = process.argv.slice(2);
const module = readFileSync(from);

const [CUSTOM, IMPORT, CODE] = [0, 2, 10];
let at = 8; // behind the magic number and the version
let imported = 0;
/** @type {Uint8Array[]} */
const bodies = [];
const kept = [module.subarray(0, at)];
while (at < module.length) {
  const start = at;
  const id = module[at++];
  const length = number();
  const end = at + length;
  if (id === IMPORT) imported = functionsAmongImports();
  if (id === CODE) for (let left = number(); left > 0; left--) bodies.push(bytes(number()));
  if (id !== CUSTOM || bytes(number()).toString() !== 'name') kept.push(module.subarray(start, end));
  at = end;
}
kept.push(nameSection(order(bodies.map(strings))));
writeFileSync(to, Buffer.concat(kept));

/** An unsigned number in LEB128. */
function number() {
  let value = 0;
  for (let factor = 1; ; factor *= 128) {
    const byte = module[at++];
    value += (byte & 127) * factor;
    if (byte < 128) return value;
  }
}

/** @param {number} length */
function bytes(length) {
  at += length;
  return module.subarray(at - length, at);
}

function functionsAmongImports() {
  let functions = 0;
  for (let left = number(); left > 0; left--) {
    bytes(number());
    bytes(number());
    const kind = module[at++];
    if (kind === 0) {
      functions += 1;
      number();
    } else {
      if (kind !== 2) throw new Error(`${from} imports what is neither a function nor a memory (${kind})`);
      const flags = number();
      number();
      if (flags & 1) number();
    }
  }
  return functions;
}

/** The sampled strings of a function, as hashes. @param {Uint8Array} body */
function strings(body) {
  /** @type {Set<number>} */
  const found = new Set();
  for (let i = 0; i + LENGTH <= body.length; i++) {
    let hash = 2166136261;
    for (let j = i; j < i + LENGTH; j++) hash = Math.imul(hash ^ body[j], 16777619);
    hash = (hash ^ (hash >>> 15)) >>> 0;
    if (hash % SAMPLED === 0) found.add(hash);
  }
  return found;
}

/**
 * Begins with the first function, and goes on with the one most like those before it.
 *
 * @param {Set<number>[]} functions The strings of each.
 * @returns {number[]} Their indices, in the order found.
 */
function order(functions) {
  /** @type {Map<number, number[]>} */
  const having = new Map();
  functions.forEach((strings, i) => {
    for (const string of strings) {
      const list = having.get(string);
      if (list) list.push(i);
      else having.set(string, [i]);
    }
  });
  const left = new Set(functions.keys());
  /** @type {Map<number, number>} What each shares with those before, rare strings weighing more. */
  const shared = new Map();
  const found = [];
  for (let next = 0; left.size > 0;) {
    left.delete(next);
    shared.delete(next);
    found.push(next);
    for (const [i, sum] of shared) {
      if (sum < 1e-3) shared.delete(i);
      else shared.set(i, sum * FADING);
    }
    for (const string of functions[next]) {
      const list = having.get(string) ?? [];
      if (list.length > COMMON) continue;
      for (const i of list) if (left.has(i)) shared.set(i, (shared.get(i) ?? 0) + list.length ** -0.5);
    }
    let most = 0;
    let best = left.values().next().value ?? 0;
    for (const [i, sum] of shared) {
      const alike = sum / (functions[i].size + functions[next].size);
      if (alike > most) [most, best] = [alike, i];
    }
    next = best;
  }
  return found;
}

/** A custom section `name` by which names sort as the functions are to stand. @param {number[]} found */
function nameSection(found) {
  const entries = found.map((i, place) => [imported + i, place]).sort(([a], [b]) => a - b);
  const digits = String(found.length).length;
  const names = entries.map(([i, place]) => [...leb(i), ...text(String(place).padStart(digits, '0'))]);
  const functionNames = [...leb(names.length), ...names.flat()];
  const content = [...text('name'), 1, ...leb(functionNames.length), ...functionNames];
  return Buffer.from([CUSTOM, ...leb(content.length), ...content]);
}

/** @param {string} letters */
function text(letters) {
  return [...leb(letters.length), ...Buffer.from(letters)];
}

/** @param {number} value */
function leb(value) {
  const written = [];
  for (; value > 127; value = Math.floor(value / 128)) written.push((value % 128) | 128);
  return [...written, value];
}
