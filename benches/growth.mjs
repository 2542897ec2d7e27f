// How a step's cost grows: with the batch, and with a vocabulary that the sentences do not use. Native, one thread.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { recipeOf, root, sentencesOf, WORDS } from './jobs.mjs';
import { stepNatively } from './native.mjs';
import { writeRandomBert } from './random-bert.mjs';

const BATCHES = [4, 8, 16, 32, 64];
const VOCABULARIES = [1_000, 30_000, 120_000];
const TOKENS = 32;
const SMALL = { hidden_size: 128, num_hidden_layers: 2, num_attention_heads: 2, intermediate_size: 512 };

/** `{ size, samples }` by batch and by vocabulary; all take turns, once a round. */
export function measureGrowth(program, minilm, scratch, rounds) {
  const contender = (size, rows, encoder, counted) => {
    const recipe = path.join(scratch, `growth-${rows}.json`);
    writeFileSync(recipe, JSON.stringify(recipeOf(sentencesOf(rows, TOKENS))));
    return { size, samples: [], run: () => stepNatively(program, { recipe, encoder, threads: 1, warmUp: 1, counted }) };
  };
  const batch = BATCHES.map((rows) => contender(rows, rows, minilm, rows > 16 ? 3 : 6));
  const vocabulary = VOCABULARIES.map((size) => contender(size, 16, smallBert(size, minilm), 30));
  for (let round = 1; round <= rounds; round++) {
    process.stderr.write(`growth, round ${round} of ${rounds}\n`);
    for (const { samples, run } of [...batch, ...vocabulary]) samples.push(...run());
  }
  return { batch, vocabulary };
}

/** A small BERT with `vocab_size` rows, of whose tokens only the sentences' own have names. */
function smallBert(vocab_size, minilm) {
  const directory = path.join(root, `target/bench/vocabulary-${vocab_size}`);
  mkdirSync(directory, { recursive: true });
  const tokenizer = JSON.parse(readFileSync(path.join(minilm, 'tokenizer.json'), 'utf8'));
  const special = tokenizer.added_tokens.map(({ content, id }) => [content, id]);
  const first = Math.max(...special.map(([, id]) => id)) + 1;
  tokenizer.model.vocab = Object.fromEntries([...special, ...WORDS.map((word, i) => [word, first + i])]);
  const file = path.join(directory, 'words.json');
  writeFileSync(file, JSON.stringify(tokenizer));
  writeRandomBert(directory, { ...SMALL, vocab_size }, file);
  return directory;
}
