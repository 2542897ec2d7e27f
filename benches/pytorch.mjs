// PyTorch, in a process of its own, and the ONNX model that is exported from it.

import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { root } from './jobs.mjs';

const python = process.env.PYTHON;

/** Why a peer that needs these Python modules cannot take part; empty if it can. */
export function whatPythonLacks(...modules) {
  if (!python) return 'PYTHON names no interpreter';
  try {
    execFileSync(python, ['-c', `import ${modules.join(', ')}`], { encoding: 'utf8', stdio: 'pipe' });
    return '';
  } catch (error) {
    return `PYTHON cannot import ${modules.join(', ')} (${lastLine(error)})`;
  }
}

/** The last line that a failed program printed. */
export const lastLine = (error) => lastOf(String(error.stderr || error.message));

const lastOf = (printed) => printed.trim().split('\n').at(-1);

/** One run of benches/pytorch_step.py: what it prints. */
export function runPyTorch({ sentences, encoder, threads, warmUp, counted, forward }) {
  const options = { encoder, sentences, threads, 'warm-up': warmUp, counted };
  const script = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  if (forward) script.push('--forward');
  return JSON.parse(execPython('pytorch_step.py', script));
}

/** One run of benches/hugging_face.py: what it prints. @param {{ job: 'train' | 'encode' }} options Its job; the rest are its options. */
export function runHuggingFace({ job, ...options }) {
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return JSON.parse(lastOf(execPython('hugging_face.py', [job, ...flags])));
}

/** Exports `encoder` for ONNX Runtime Web into `out`, with its encodings of the lists of sentences `{ name: file }`. */
export function exportOnnx(encoder, out, sentences) {
  const lists = Object.entries(sentences).map(([name, file]) => `${name}=${file}`);
  execPython('export_onnx.py', ['--encoder', encoder, '--out', out, '--sentences', ...lists]);
  if (!existsSync(path.join(out, 'model.onnx'))) throw new Error('export_onnx.py left no model.onnx');
}

const execPython = (script, options) =>
  execFileSync(python, [path.join(root, 'benches', script), ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONWARNINGS: 'ignore', PYTHONDONTWRITEBYTECODE: '1' },
  });
