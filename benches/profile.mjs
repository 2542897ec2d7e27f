// Where a step's time goes: Chromium's sampling profiler on our worker, its samples sorted by the functions' names.
//
// The shipped module has lost its names to wasm-opt, so a copy that wasm-bindgen made of the same compiled library, and
// that wasm-opt has not seen, is profiled instead (`build.sh` leaves it in target/bench/named/).

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { root } from './jobs.mjs';

export const PARTS = ['GEMM', 'attention', 'element-wise', 'optimizer', 'overhead'];
const SAMPLE_MICROSECONDS = 200;

/** Why there can be no profile; empty if there can. */
export function whatProfileLacks() {
  const wasm = path.join(root, 'target/bench/named/polytask_bg.wasm');
  if (!existsSync(wasm)) return 'target/bench/named/ holds no module with names';
  // Not by WebAssembly.Module.customSections: Node.js may know less of wasm than the browser.
  const names = readFileSync(wasm, 'latin1');
  return /polytask(\[[0-9a-f]+\])?::ops::/.test(names) ? '' : 'the module in target/bench/named/ has no names';
}

/**
 * The share of a step that each part has.
 *
 * @returns {Promise<{ shares: Record<string, number>, functions: [string, string, number][] }>} `functions`: part,
 *   name and share of those that take the most time, for whoever doubts the sorting.
 */
export function profile(chromium, job) {
  return chromium.withWorker('/bench/browser-worker.js', async (tab) => {
    await tab.ask('prepare', { pkg: '/made/named/', recipe: job.recipe, encoder: '/models/all-MiniLM-L6-v2/' });
    await tab.ask('steps', { warmUp: job.warmUp, counted: 1 });
    const [worker] = tab.page.workers();
    const { client } = worker;
    await client.send('Profiler.enable');
    await client.send('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS });
    await client.send('Profiler.start');
    await tab.ask('steps', { warmUp: 0, counted: 4 * job.counted });
    return sorted((await client.send('Profiler.stop')).profile);
  });
}

/** Sums a profile up. A sample's time is the one since the sample before it. */
function sorted({ nodes, samples, timeDeltas }) {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  for (const node of nodes) for (const child of node.children ?? []) byId.get(child).parent = node;
  const total = Object.fromEntries(PARTS.map((part) => [part, 0]));
  const functions = new Map();
  let all = 0;
  samples.forEach((id, i) => {
    const names = [];
    for (let at = byId.get(id); at; at = at.parent) names.push(withoutHashes(at.callFrame.functionName));
    const part = partOf(names);
    if (!part) return;
    const key = `${part}\t${names[0]}`;
    total[part] += timeDeltas[i];
    functions.set(key, (functions.get(key) ?? 0) + timeDeltas[i]);
    all += timeDeltas[i];
  });
  const most = [...functions].sort((a, b) => b[1] - a[1]).slice(0, 25);
  return {
    shares: Object.fromEntries(PARTS.map((part) => [part, total[part] / all])),
    functions: most.map(([key, time]) => [...key.split('\t'), time / all]),
  };
}

/** A function's name without what tells versions of a crate apart: `polytask[1f2e]::ops` in one compiler's names. */
const withoutHashes = (name) => name.replaceAll(/\[[0-9a-f]+\]/g, '');

/** A function's own name, without the types that it is compiled for: `f::<T>` and `Vec<T>` become `f` and `Vec`. */
function withoutTypes(name) {
  let own = '';
  let depth = 0;
  for (const [i, letter] of [...name].entries()) {
    if (letter === '<' && (depth > 0 || /[\w:]/.test(name[i - 1] ?? ''))) depth += 1;
    else if (letter === '>' && depth > 0 && name[i - 1] !== '-') depth -= 1;
    else if (depth === 0) own += letter;
  }
  return own;
}

/** Allocation, copying and zeroing, whoever asked for it: but inside attention, which is counted whole. */
const OVERHEAD =
  /dlmalloc|__rust_|__rdl_|__rg_|alloc::|mem(cpy|move|set)|drop_in_place|RawVec|^\((garbage collector|program)\)$/;
const BY_NAME = [
  [/gemm|matmul|matrix_product/i, 'GEMM'],
  [/optimizer|adam/i, 'optimizer'],
  [/ops::block|linear|bias|add_rows|layer_norm|gelu|activation|embedding|pool|dropout/i, 'element-wise'],
  [/cross_entropy|softmax/i, 'element-wise'],
];

/** The part that a stack belongs to, its innermost function first; nothing while the worker waits. */
function partOf(names) {
  if (names[0] === '(idle)' || names[0] === '(root)') return undefined;
  // The small products inside attention are attention's.
  if (names.some((name) => /ops::attention/.test(name))) return 'attention';
  if (OVERHEAD.test(withoutTypes(names[0]))) return 'overhead';
  // A function without a telling name (a closure, a shared loop) belongs to the nearest caller that has one.
  for (const name of names) for (const [pattern, part] of BY_NAME) if (pattern.test(name)) return part;
  return 'overhead';
}
