// The table, and results.md around it.

import { JOBS } from './jobs.mjs';
import { PHASES } from './native.mjs';
import { PARTS } from './profile.mjs';
import { verdict } from './rows.mjs';
import { figure, median, spread } from './statistics.mjs';

/** Each row with its figures: `ours`, `peer`, `ratio` (null where there is none), their unit, and the verdict. */
export function rowsOf(rows, jobs) {
  return rows.map((row) => {
    const results = jobs[row.job] ?? {};
    const [ours, theirs] = [results[row.ours], results[row.peer]];
    const value = (result) => {
      if (!result || result.samples.length === 0) return null;
      return row.of ? result[row.of] : median(result.samples);
    };
    const figures = { ours: value(ours), peer: row.peer ? value(theirs) : null, ratio: null };
    if (figures.ours !== null && figures.peer !== null) figures.ratio = figures.ours / figures.peer;
    // How far the ratio moved from round to round.
    const ratios =
      figures.ratio === null ? [] : ours.rounds.map((samples, i) => median(samples) / median(theirs.rounds[i]));
    return {
      ...row,
      hasPeer: row.peer !== undefined,
      ...rounded(figures),
      range: ratios.length > 1 ? [Math.min(...ratios), Math.max(...ratios)] : undefined,
      unit: row.unit ?? JOBS[row.job].unit,
      verdict: verdict(row, figures),
    };
  });
}

const rounded = (figures) =>
  Object.fromEntries(Object.entries(figures).map(([key, x]) => [key, x === null ? null : Number(x.toPrecision(4))]));

const amount = (x, unit) => (x === null ? 'missing' : `${figure(x)} ${unit}`);

const MARKS = { aim: 'yes, and the aim', must: 'yes', no: 'NO', missing: '–' };

/** The one table, in Markdown that also reads well as it stands. */
export function table(rows) {
  const bound = ({ least }, x) => `${least ? '≥' : '≤'} ${x}`;
  const range = ({ range: ends }) => (ends ? ` (${figure(ends[0])}–${figure(ends[1])})` : '');
  return aligned([
    ['id', 'ours', 'peer', 'ratio (rounds)', 'must', 'aim', 'holds'],
    ...rows.map((row) => [
      row.id,
      amount(row.ours, row.unit),
      row.hasPeer ? amount(row.peer, row.unit) : '–',
      row.ratio === null ? '–' : figure(row.ratio) + range(row),
      bound(row, row.must),
      bound(row, row.aim),
      MARKS[row.verdict],
    ]),
  ]);
}

/** A Markdown table whose columns are padded to one width. */
function aligned([head, ...body]) {
  const widths = head.map((_, column) => Math.max(3, ...[head, ...body].map((line) => line[column].length)));
  const line = (cells) => `| ${cells.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n');
}

/** results.md. */
export function markdown({ machine, versions, rounds, rows, missing, measured }) {
  const programs = Object.entries(versions).map((pair) => pair.join(' '));
  const sections = [
    '# Results',
    `\`./build.sh bench\` on ${machine}. ${programs.join(', ')}.`,
    `Medians over ${rounds} round${rounds > 1 ? 's' : ''} in which the contenders of a job took turns. A ratio is our time ÷ the
peer's: lower is better; in brackets its least and its greatest over the rounds.`,
    table(rows),
    ...(missing.size > 0
      ? [`**Missing in this run:** ${[...missing].map((pair) => pair.join(': ')).join('; ')}.`]
      : []),
    '## What was timed',
    PROSE,
    ...Object.entries(measured.jobs).flatMap(([name, results]) => jobSection(JOBS[name], results)),
    ...sizesSection(measured),
    ...profileSection(measured),
    ...growthSection(measured),
  ];
  return `${sections.join('\n\n')}\n`;
}

const PROSE = `A **step** is forward, backward and Adam over all parameters, dropout 0, after a few steps that are not counted. PyTorch
runs in its own process what its users write: \`BertModel\` with its default attention, sentences padded to the batch's
longest, the default (unfused) Adam. Ours in Chromium runs in a dedicated worker, as in the page; “Chromium, 1 thread” is
the build with relaxed SIMD (fused multiply-add), which is what Chromium gets; “reproducible arithmetic” is the build that
gives the same bits in every browser. The build with threads runs on a cross-origin isolated page; its row compares two
threads with one in that same build.

A **forward** pass of ours is \`session.embed(texts)\`, tokenisation included; ONNX Runtime Web is given token ids,
attention mask and token types, runs the model exported from PyTorch (mean pooling in the graph) with its default graph
optimisations on one thread, and its vectors are held against ours.

The **probe** is timed through the page's own worker and its messages: from the end of the first epoch and its evaluation,
after which every sentence's vector is known, to the end of the run, with the evaluation of the held-out quarter after
every epoch and each event posted to the page. **First step**: a browser just started on a profile whose cache holds the
encoder opens the lab as a host has it (target/site), Train is pressed as soon as it is enabled, and the page itself reads
its clock (0 at the start of the navigation) when the first \`step\` event reaches it.`;

function jobSection({ title, unit, kind }, results) {
  if (kind === 'size') return [];
  const line = ({ name, missing, samples, note, memory }) => [
    name,
    missing ? 'missing' : spread(samples),
    [note, memory && `wasm memory ${figure(memory)} GB`].filter(Boolean).join('; '),
  ];
  return [
    `### ${title}`,
    aligned([['contender', `${unit}: median (quartiles)`, ''], ...Object.values(results).map(line)]),
  ];
}

function sizesSection({ sizes }) {
  if (sizes.size === 0) return [];
  const lines = [...sizes].map(([build, kilobytes]) => [`www/pkg/${build}`, figure(kilobytes)]);
  return ['### wasm and glue', aligned([['build', 'kB, brotli 11'], ...lines])];
}

/** `profiles` and `phases`: shares of a step, by job. `profileLacks`: why some are missing, if some are. */
export function profileSection({ profiles, phases, profileLacks }) {
  const percent = (x) => `${(100 * x).toFixed(1)} %`;
  const tableOf = (shares, kind, names) => {
    const jobs = Object.keys(shares);
    const lines = names.map((name) => [name, ...jobs.map((job) => percent(shares[job][name]))]);
    return aligned([[kind, ...jobs], ...lines]);
  };
  const sections = [
    ...(profileLacks ? [`Missing in this run: ${profileLacks}.`] : []),
    ...(Object.keys(profiles).length > 0
      ? [
          `Chromium's sampling profiler on the worker, one thread, dropout 0. Attention includes its small products and softmax;
element-wise is LayerNorm, GELU, biases, embedding, pooling and loss; overhead is allocation, copies, zeroing, Candle's
graph, JavaScript and the engine.`,
          tableOf(
            Object.fromEntries(Object.entries(profiles).map(([job, { shares }]) => [job, shares])),
            'part',
            PARTS,
          ),
        ]
      : []),
    ...(Object.keys(phases).length > 0
      ? [
          "Natively, one thread, by the phases of a step; the optimizer's is `update`.",
          tableOf(phases, 'phase', PHASES),
        ]
      : []),
  ];
  return sections.length > 0 ? ['## Where a step goes', ...sections] : [];
}

function growthSection({ growth }) {
  if (!growth) return [];
  const [smallest] = growth.vocabulary;
  return [
    '## How cost grows',
    'Native, one thread, sentences of 32 tokens. With the batch, on MiniLM; Adam over the weights is a fixed cost of a step:',
    aligned([
      ['sentences', 'ms per step: median (quartiles)', 'ms per sentence'],
      ...growth.batch.map(({ size, samples }) => [String(size), spread(samples), figure(median(samples) / size)]),
    ]),
    'With the vocabulary, on a small random BERT (2 × 128), the same 16 sentences:',
    aligned([
      ['rows in the table', 'ms per step: median (quartiles)', '÷ the smallest'],
      ...growth.vocabulary.map(({ size, samples }) => [
        String(size),
        spread(samples),
        figure(median(samples) / median(smallest.samples)),
      ]),
    ]),
  ];
}
