// Finds an order of a wasm module's functions in which similar functions are neighbours, which compresses better: generic code
// has dozens of near copies, and a compressor stores a copy in few bits if the original is near. Replaces the compiler's names of
// the functions by their places in this order; wasm-opt's `--reorder-functions-by-name` then moves the functions.
//
//   node build/alike.mjs MODULE NAMED

import { readFileSync, writeFileSync } from 'node:fs';
import { CODE, CUSTOM, IMPORT, leb, Reader, sections, text } from './wasm-bytes.mjs';

/** Length in bytes of the strings that are compared: functions are similar if they share many of them. */
const LENGTH = 6;
/** One in `SAMPLED` strings is compared; its hash decides, so that all functions have the same sample. */
const SAMPLED = 2;
/** Strings that more functions than this have are ignored: they say little about similarity and take the most time. */
const MAX_FUNCTIONS = 200;
/** Factor by which a function's weight falls with each place further back in the order. */
const DECAY = 0.7;

const [from, to] = process.argv.slice(2);
const module = readFileSync(from);

let imported = 0;
/** @type {Uint8Array[]} */
const bodies = [];
const kept = [module.subarray(0, 8)];
for (const { id, whole, content } of sections(module)) {
  const reader = new Reader(content);
  if (id === IMPORT) imported = reader.functionsAmongImports();
  if (id === CODE) for (let left = reader.number(); left > 0; left--) bodies.push(reader.bytes(reader.number()));
  if (id !== CUSTOM || reader.name() !== 'name') kept.push(whole);
}
kept.push(nameSection(order(bodies.map(strings))));
writeFileSync(to, Buffer.concat(kept));

/** Hashes of a function's sampled strings. @param {Uint8Array} body */
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
 * Greedy order: begins with the first function and appends the one most similar to the latest ones.
 *
 * @param {Set<number>[]} functions The strings of each function.
 * @returns {number[]} The functions' indices in the new order.
 */
function order(functions) {
  /** The functions that contain each string. @type {Map<number, number[]>} */
  const having = new Map();
  functions.forEach((strings, i) => {
    for (const string of strings) {
      const list = having.get(string);
      if (list) list.push(i);
      else having.set(string, [i]);
    }
  });
  const left = new Set(functions.keys());
  /** Similarity of each remaining function to the latest ones; rare strings weigh more. @type {Map<number, number>} */
  const shared = new Map();
  const found = [];
  for (let next = 0; left.size > 0;) {
    left.delete(next);
    shared.delete(next);
    found.push(next);
    for (const [i, sum] of shared) {
      if (sum < 1e-3) shared.delete(i);
      else shared.set(i, sum * DECAY);
    }
    for (const string of functions[next]) {
      const list = having.get(string) ?? [];
      if (list.length > MAX_FUNCTIONS) continue;
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

/** Makes a custom section `name` in which each function's name is its place in the order `found`. @param {number[]} found */
function nameSection(found) {
  const entries = found.map((i, place) => [imported + i, place]).sort(([a], [b]) => a - b);
  const digits = String(found.length).length;
  const names = entries.map(([i, place]) => [...leb(i), ...text(String(place).padStart(digits, '0'))]);
  const functionNames = [...leb(names.length), ...names.flat()];
  const content = [...text('name'), 1, ...leb(functionNames.length), ...functionNames];
  return Buffer.from([CUSTOM, ...leb(content.length), ...content]);
}
