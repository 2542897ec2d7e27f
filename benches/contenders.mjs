// Who takes turns: our builds in Chromium and natively, PyTorch, ONNX Runtime Web; each with one way to run a job.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { openChromium, whatOrtLacks } from './chromium.mjs';
import { commandContenders } from './command.mjs';
import { JOBS, root } from './jobs.mjs';
import { buildNative, stepNatively } from './native.mjs';
import { coldVisit, LINE, openVisits, probe } from './page.mjs';
import { exportOnnx, lastLine, runPyTorch, whatPythonLacks } from './pytorch.mjs';
import { BERT_BASE, writeRandomBert } from './random-bert.mjs';
import { serve } from './server.mjs';

export const made = path.join(root, 'target/bench');
export const minilm = path.join(root, 'www/models/all-MiniLM-L6-v2');

const threadsOf = (n) => `${n} thread${n > 1 ? 's' : ''}`;

/**
 * Makes ready what the contenders `keys` of the jobs `names` need.
 *
 * A contender has a `name`, perhaps the reason why it is `missing`, and `run(name, job)`, which gives the round's
 * `samples` in the job's unit and whatever of `memory`, `vectors`, `note` and `versions` there is to tell.
 *
 * @param {string[]} names
 * @param {Set<string>} keys
 * @param {{ native: boolean }} also Whether the native program is needed even where no job asks for it.
 */
export async function assemble(names, keys, also) {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'polytask-bench-'));
  const file = (name, content) => {
    const to = path.join(scratch, name);
    writeFileSync(to, JSON.stringify(content));
    return to;
  };
  const encoderOf = (job) => (job.encoder ? path.join(made, job.encoder) : minilm);

  const program = also.native || [...keys].some((key) => key.startsWith('native')) ? buildNative() : undefined;
  if (names.includes('bertbase'))
    writeRandomBert(path.join(made, 'bert-base'), BERT_BASE, path.join(minilm, 'tokenizer.json'));
  const withoutPyTorch = whatPythonLacks('torch', 'transformers', 'safetensors', 'tokenizers');
  const withoutOrt = keys.has('ort') ? prepareOrt(names, file) : '';
  const ofCommand = ['epoch', 'prediction'].some((name) => names.includes(name)) ? commandContenders(minilm, made) : {};
  const chromium = await openChromium();
  const faraway = keys.has('new-visitor') ? await serve({ '/': path.join(root, 'target/site') }, { line: LINE }) : undefined;
  const visits = keys.has('page') ? await openVisits(`${chromium.url}site/`) : undefined;

  const native = (threads) => ({
    name: `Polytask, native, ${threadsOf(threads)}`,
    run(name, job) {
      const recipe = file(`${name}.json`, job.recipe);
      return { samples: stepNatively(program, { ...job, threads, encoder: encoderOf(job), recipe }) };
    },
  });
  const pytorch = (threads) => ({
    name: `PyTorch, ${threadsOf(threads)}`,
    missing: withoutPyTorch,
    run(name, job) {
      const sentences = file(`${name}.sentences.json`, job.sentences);
      const forward = job.kind === 'forward';
      const said = runPyTorch({ ...job, threads, sentences, encoder: encoderOf(job), forward });
      return {
        samples: said.ms,
        note: said.padded > said.tokens ? `${said.tokens} tokens, padded to ${said.padded}` : undefined,
        versions: { PyTorch: said.torch, transformers: said.transformers },
      };
    },
  });
  const single = (build, title) => ({
    name: `Polytask, Chromium, 1 thread${title}`,
    run: (_, job) => (job.kind === 'forward' ? chromium.forward(job, build) : chromium.step(job, build)),
  });
  /** Another contender on the same job, but with two gradients to combine. */
  const fighting = (contender) => ({
    name: `${contender.name}, PCGrad`,
    run(name, job) {
      const training = { ...job.recipe.training, weighting: 'pcgrad' };
      return contender.run(`${name}-pcgrad`, { ...job, recipe: { ...job.recipe, training } });
    },
  });
  const threaded = (threads) => ({
    name: `Polytask, Chromium, build with threads, ${threadsOf(threads)}`,
    run: (_, job) => chromium.step(job, 'threads', threads),
  });

  return {
    chromium,
    program,
    scratch,
    contenders: {
      chromium: single('fused', ''),
      'chromium-plain': single('plain', ', reproducible arithmetic'),
      'native-1': native(1),
      'native-2': native(2),
      'chromium-pcgrad': fighting(single('fused', '')),
      'native-pcgrad': fighting(native(1)),
      'pytorch-1': pytorch(1),
      'pytorch-2': pytorch(2),
      'threads-1': threaded(1),
      'threads-2': threaded(2),
      ort: {
        name: 'ONNX Runtime Web, wasm, 1 thread',
        missing: withoutOrt,
        run(name, job) {
          const encoded = JSON.parse(readFileSync(path.join(made, 'onnx', `${name}.json`), 'utf8'));
          return chromium.forwardByOnnx(job, encoded);
        },
      },
      ...ofCommand,
      worker: { name: "Polytask, Chromium, the page's worker", run: () => probe(chromium) },
      page: { name: 'Polytask, Chromium, the page', run: () => visits.next() },
      'new-visitor': { name: 'Polytask, Chromium, the page', run: () => coldVisit(faraway.url) },
    },
    async close() {
      await visits?.close();
      await faraway?.close();
      await chromium.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** Exports the encoder for ONNX Runtime Web. @returns {string} Why it cannot take part; empty if it can. */
function prepareOrt(names, file) {
  const lacks = whatOrtLacks() || whatPythonLacks('torch', 'transformers', 'onnx', 'onnxscript');
  if (lacks) return lacks;
  const forward = names.filter((name) => JOBS[name].kind === 'forward');
  const lists = forward.map((name) => [name, file(`${name}.sentences.json`, JOBS[name].sentences)]);
  try {
    exportOnnx(minilm, path.join(made, 'onnx'), Object.fromEntries(lists));
    return '';
  } catch (error) {
    return `the encoder could not be exported to ONNX (${lastLine(error)})`;
  }
}
