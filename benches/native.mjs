// The native build of the library: benches/step.rs, in a process of its own.

import { execFileSync } from 'node:child_process';
import { root } from './jobs.mjs';

/** Compiles benches/step.rs. @returns {string} The program. */
export function buildNative() {
  const build = [
    'bench',
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

/** Milliseconds of each counted step. */
export function stepNatively(program, { recipe, encoder, threads, warmUp, counted }) {
  const step = [recipe, encoder, threads, warmUp, counted].map(String);
  return JSON.parse(execFileSync(program, step, { encoding: 'utf8' })).ms;
}
