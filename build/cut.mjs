// Empties the functions of Candle that this library never calls: convolutions, pooling of images, scatter, where, and products of
// other numbers than f32. They stay in the module otherwise, since Candle chooses its operations while it runs. A call of one stops
// the module with "unreachable".
//
//   node build/cut.mjs MODULE CUT

import { readFileSync, writeFileSync } from 'node:fs';
import { CODE, CUSTOM, IMPORT, leb, Reader, sections } from './wasm-bytes.mjs';

/** The functions to empty, by their names. */
const NEVER_CALLED = [
  /^<?candle_core::.*(conv1d|conv2d|Conv1D|Conv2D|ConvTranspose|conv_transpose|Im2Col|Col2Im|UpsampleNearest|UpsampleBilinear|AvgPool2D|MaxPool2D)/,
  /^<candle_core::cpu_backend::(Scatter|WCond)</,
  /^<?gemm_(f64|f16|c32|c64)::/,
  /^<?candle_core::(cpu|cpu_backend|op|storage|tensor_cat)::.*[<(\[&](f64|i16|i32|half::binary16::f16|half::bfloat::bf16|float8::F8E4M3)[>,)\]]/,
  /^<?candle_core::display::|^<candle_core::tensor::Tensor as core::fmt::Debug>/,
];
/** The body of a function: no locals, `unreachable`, `end`. */
const EMPTY = Buffer.from([3, 0, 0x00, 0x0b]);

const [from, to] = process.argv.slice(2);
const module = readFileSync(from);
const all = [...sections(module)];
const cut = namesOf(all.find(isNames)?.content ?? fail('it has no names of functions'));
const imported = all.filter(({ id }) => id === IMPORT).reduce((sum, { content }) => sum + new Reader(content).functionsAmongImports(), 0);
const written = all.map((section) => (section.id === CODE ? emptied(section.content) : section.whole));
writeFileSync(to, Buffer.concat([module.subarray(0, 8), ...written]));

/** @param {{ id: number, content: Uint8Array }} section */
function isNames({ id, content }) {
  return id === CUSTOM && new Reader(content).name() === 'name';
}

/** The functions to empty, by their numbers. @param {Uint8Array} content Of the section with the names. */
function namesOf(content) {
  const reader = new Reader(content);
  reader.name();
  /** @type {Set<number>} */
  const found = new Set();
  while (reader.at < content.length) {
    const kind = reader.byte();
    const end = reader.number() + reader.at;
    if (kind === 1)
      for (let left = reader.number(); left > 0; left--) {
        const number = reader.number();
        const name = reader.name().replaceAll(/\[[0-9a-f]+\]/g, ''); // Without the crates' hashes.
        if (NEVER_CALLED.some((part) => part.test(name))) found.add(number);
      }
    reader.at = end;
  }
  return found.size > 0 ? found : fail('none of its functions is known by name');
}

/** @param {Uint8Array} content Of the code section. */
function emptied(content) {
  const reader = new Reader(content);
  const count = reader.number();
  /** @type {Uint8Array[]} */
  const bodies = [];
  for (let i = 0; i < count; i++) {
    const start = reader.at;
    reader.bytes(reader.number());
    bodies.push(cut.has(imported + i) ? EMPTY : content.subarray(start, reader.at));
  }
  const body = Buffer.concat([Buffer.from(leb(count)), ...bodies]);
  return Buffer.concat([Buffer.from([CODE, ...leb(body.length)]), body]);
}

/** @param {string} why @returns {never} */
function fail(why) {
  throw new Error(`${from}: ${why}`);
}
