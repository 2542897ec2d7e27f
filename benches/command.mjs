// The command on a large file, and what users of Hugging Face's tools run on the same file.

import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { root, WORDS } from './jobs.mjs';
import { runHuggingFace, whatPythonLacks } from './pytorch.mjs';

/** Tokens of a Banking77 sentence, [CLS] and [SEP] included: 40 quantiles, evenly spaced, of 2,032 of them; 15.7 in the mean. */
const TOKENS = [
  7, 8, 9, 9, 9, 10, 10, 10, 10, 10, 11, 11, 11, 11, 12, 12, 12, 12, 13, 13, 13, 14, 14, 14, 14, 15, 15, 16, 16, 16, 17, 18, 19,
  20, 22, 24, 28, 33, 38, 50,
];
const CLASSES = 77;
/** Of both sides. */
const THREADS = 2;

/** Writes `rows` sentences of Banking77's lengths with one label each: a CSV file with the columns text and intent. */
function writeSentences(file, rows) {
  let state = 20;
  const roll = (below) => {
    state = (state * 48271) % 2147483647; // Park and Miller's generator: the same file everywhere
    return state % below;
  };
  const lines = ['text,intent'];
  for (let row = 0; row < rows; row++) {
    const words = Array.from({ length: TOKENS[roll(TOKENS.length)] - 2 }, () => WORDS[roll(WORDS.length)]);
    lines.push(`${words.join(' ')},intent ${roll(CLASSES)}`);
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
}

function buildCommand() {
  execFileSync('./build.sh', ['step', 'build_native'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  return path.join(root, 'target/release/polytask');
}

/** Seconds from a process's start to its end; what it prints goes to a file, as in real use. */
function secondsOf(program, flags, printed) {
  const out = openSync(printed, 'w');
  try {
    const start = performance.now();
    execFileSync(program, [...flags, '--threads', String(THREADS)], { stdio: ['ignore', out, 'pipe'], encoding: 'utf8' });
    return (performance.now() - start) / 1000;
  } finally {
    closeSync(out);
  }
}

/**
 * The contenders of the jobs `epoch` and `prediction`.
 *
 * @param {string} encoder The encoder's directory.
 * @param {string} folder Where the file of sentences, a trained model and what the command prints may lie.
 */
export function commandContenders(encoder, folder) {
  const program = buildCommand();
  const file = (name) => path.join(folder, name);
  const [data, few, model, printed] = ['banking-like.csv', 'banking-like-few.csv', 'banking-like-model', 'printed.txt'].map(file);
  writeSentences(data, 20_000);
  writeSentences(few, 2_000);

  // As Trainer's defaults are, and benches/hugging_face.py: the same arithmetic.
  const settings = {
    epochs: 1,
    'batch-size': 32,
    'learning-rate': '5e-5',
    optimizer: 'adamw',
    schedule: 'linear',
    'max-grad-norm': 1,
    'validation-fraction': 0,
    'head-init': 'random',
    'label-names': 0,
    'contrastive-steps': 0,
  };
  const train = (csv, ...more) => {
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    return secondsOf(program, ['train', '--data', csv, '--encoder', encoder, ...flags, ...more], printed);
  };
  const predict = () => {
    if (!existsSync(file('banking-like-model/model.safetensors'))) train(few, '--freeze', 'encoder', '--out', model);
    return secondsOf(program, ['predict', '--model', model, '--data', data], printed);
  };
  const huggingFace = (job, name, ...modules) => ({
    name,
    missing: whatPythonLacks('torch', ...modules),
    run() {
      const { seconds, torch, ...versions } = runHuggingFace({ job, encoder, data, threads: THREADS });
      return { samples: [seconds], versions: { PyTorch: torch, ...versions } };
    },
  });
  return {
    'command-train': { name: 'polytask train, the whole command', run: () => ({ samples: [train(data)] }) },
    trainer: huggingFace('train', "Hugging Face's Trainer.train()", 'transformers', 'accelerate'),
    'command-predict': { name: 'polytask predict, the whole command', run: () => ({ samples: [predict()] }) },
    encode: huggingFace('encode', "sentence-transformers' encode(), model loaded", 'sentence_transformers'),
  };
}
