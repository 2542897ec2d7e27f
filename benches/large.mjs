// How long `polytask train` takes to read and tokenise a large file, and with how much memory:
//
//     node benches/large.mjs ENCODER_DIR [ROWS …]
//
// For each number of rows (100,000 and 1,000,000) it writes a file of that many sentences of 12 words with two tasks into
// target/bench, starts the command, and ends it when its log has the `start` event: by then the file is read, tokenised,
// split and looked through for duplicates, and the encoder is loaded. Prints a JSON line for each file.
// PROGRAM is another command than target/release/polytask; KIND another ending than csv: jsonl, csv.gz, jsonl.gz.

import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createGzip } from 'node:zlib';

const root = path.join(import.meta.dirname, '..');

const TOPICS = {
  food: 'soup bread cheese dinner breakfast waiter kitchen menu coffee salad',
  weather: 'rain sun wind snow storm cloud fog heat ice umbrella',
  travel: 'train station airport ticket luggage hotel passport flight taxi map',
  sport: 'match goal coach stadium player referee team score race medal',
  money: 'bank card account transfer fee loan salary invoice tax refund',
};
const TONES = { good: 'lovely quick friendly perfect clean', bad: 'broken late rude wrong dirty' };
const OTHERS =
  'the a my our this that was is were are and but with after before near under again very quite almost never always often ' +
  'yesterday today morning evening week month people friend family house street door window table chair book phone letter ' +
  'water garden city river road school office meeting question answer problem reason story picture music number colour ' +
  'went came took gave found lost bought asked told saw heard wrote opened closed waited walked called stayed needed wanted';
const CONSONANTS = [...'bdfghjklmnprstvwz'];
const VOWELS = [...'aeiou', 'ai', 'ea', 'ou'];

/** Numbers below a bound, always the same: Park and Miller's generator. */
function dice(seed) {
  let state = seed;
  return (below) => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
}

/** Sentences of 12 words with the label of each task. */
export function* sentences(rows) {
  const roll = dice(20);
  const [topics, tones] = [TOPICS, TONES].map((of) => Object.entries(of).map(([label, words]) => [label, words.split(' ')]));
  const others = OTHERS.split(' ');
  const of = (words) => words[roll(words.length)];
  for (let row = 0; row < rows; row++) {
    const words = Array.from({ length: 12 }, () => of(others));
    const [topic, ofTopic] = of(topics);
    const [tone, ofTone] = of(tones);
    words[roll(6)] = of(ofTopic);
    words[6 + roll(6)] = of(ofTone);
    // Names and the like: a word in twelve is one that hardly comes again, as in real text.
    words[roll(12)] = Array.from({ length: 2 + roll(3) }, () => of(CONSONANTS) + of(VOWELS)).join('');
    yield { text: `${words.join(' ')}.`, topic, tone };
  }
}

async function write(file, rows, kind) {
  const out = createWriteStream(`${file}.part`);
  const sink = kind.endsWith('.gz') ? createGzip() : out;
  if (sink !== out) sink.pipe(out);
  const isCsv = kind.startsWith('csv');
  let lines = isCsv ? ['text,topic,tone'] : [];
  const flush = async () => {
    if (lines.length && !sink.write(`${lines.join('\n')}\n`)) await once(sink, 'drain');
    lines = [];
  };
  for (const { text, topic, tone } of sentences(rows)) {
    lines.push(isCsv ? `${text},${topic},${tone}` : JSON.stringify({ text, topic, tone }));
    if (lines.length === 10_000) await flush();
  }
  await flush();
  sink.end();
  await once(out, 'close');
  renameSync(`${file}.part`, file);
}

/** Seconds until the run starts, those of all processors together, and the most memory that the process held by then. */
async function measure(program, file, encoder) {
  const log = `${file}.log`;
  rmSync(log, { force: true });
  const start = performance.now();
  const flags = ['--data', file, '--text', 'text', '--tasks', 'topic,tone', '--encoder', encoder, '--log', log];
  const child = spawn(program, ['train', ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (data) => (said += data));
  const ended = once(child, 'exit');
  let gone = false;
  ended.then(() => (gone = true));
  let memory = 0;
  let ticks = 0;
  while (!gone && !(existsSync(log) && statSync(log).size > 0)) {
    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    memory = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? memory);
    // Of the fields after the program's name, the 12th and 13th are ticks of 10 ms: its own, and the system's for it.
    const fields = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1].split(' ');
    ticks = Number(fields[11]) + Number(fields[12]);
    await wait(20);
  }
  const seconds = (performance.now() - start) / 1000;
  child.kill('SIGKILL');
  await ended;
  if (gone && !existsSync(log)) throw new Error(said);
  rmSync(log, { force: true });
  return { seconds, processor_seconds: ticks / 100, gigabytes: (memory * 1024) / 1e9, said: said.trim().split('\n').slice(0, 3) };
}

const [encoder, ...given] = process.argv.slice(2);
if (!encoder) {
  process.stderr.write('usage: node benches/large.mjs ENCODER_DIR [ROWS …]\n');
  process.exit(2);
}
const program = process.env.PROGRAM ?? path.join(root, 'target/release/polytask');
const kind = process.env.KIND ?? 'csv';
mkdirSync(path.join(root, 'target/bench'), { recursive: true });
for (const rows of given.length ? given.map(Number) : [100_000, 1_000_000]) {
  const file = path.join(root, `target/bench/sentences-${rows}.${kind}`);
  if (!existsSync(file)) await write(file, rows, kind);
  const measured = await measure(program, file, encoder);
  process.stdout.write(`${JSON.stringify({ rows, megabytes: statSync(file).size / 1e6, ...measured })}\n`);
}
