// The native build of the library: benches/step.rs, in a process of its own.

import { execFileSync } from 'node:child_process';
import { root } from './jobs.mjs';

/** The phases of a step, by the library's names and in their order. */
export const PHASES = ['batch', 'forward', 'losses', 'backward', 'update'];

/** Compiles benches/step.rs. @param {string[]} flags More of them, for cargo. @returns {string} The program. */
export function buildNative(flags = []) {
  const build = [
    'bench',
    ...flags,
    '--bench',
    'step',
    '--no-run',
    '--target-dir',
    'target',
    '--message-format=json-render-diagnostics',
  ];
  const messages = execFileSync('cargo', build, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const programs = messages
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ reason, target, executable }) => reason === 'compiler-artifact' && target.name === 'step' && executable);
  if (programs.length === 0) throw new Error('cargo built no program of benches/step.rs');
  return programs.at(-1).executable;
}

const run = (program, { recipe, encoder, threads, warmUp, counted }) =>
  JSON.parse(execFileSync(program, [recipe, encoder, threads, warmUp, counted].map(String), { encoding: 'utf8' }));

/** Milliseconds of each counted step. */
export const stepNatively = (program, job) => run(program, job).ms;

/** The share of the counted steps that each phase had. */
export function phasesNatively(program, job) {
  const { ms, phases } = run(program, job);
  const all = ms.reduce((sum, step) => sum + step, 0);
  return Object.fromEntries(PHASES.map((name) => [name, phases[name] / all]));
}
