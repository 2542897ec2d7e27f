// The training loop twice, line by line: the notebook's, abridged to the loop itself, and one with this crate's own API.
//
// Each line knows in which part of a step it is at work, and which of the step's values belongs at its end. The lines for
// two tasks in Rust are those of tests/library/loop_snippet.rs, where they compile and leave the same bits as the trainer;
// tests/node/loop.test.mjs holds the two texts against each other.

/** @typedef {import('../types.js').RunEvent} RunEvent */
/** @typedef {Extract<RunEvent, { type: 'phase' }>['name']} PhaseName */
/** A piece of code; one that belongs to a task has the task's colour. @typedef {string | { task: number, text: string }} Piece */

/**
 * @typedef {object} Line
 * @property {PhaseName} [phase] Absent: a line that does nothing.
 * @property {string} [value] The value at its end once a step is done: `epoch`, `step`, `batch`, `loss-0`, …, `total`, `rate`.
 * @property {Piece[]} code
 */

/** The parts of a step, in their order. @type {PhaseName[]} */
export const PHASES = ['batch', 'forward', 'losses', 'backward', 'update'];

const BLANK = { code: [''] };

/** @param {number} count */
const upTo = (count) => Array.from({ length: count }, (_, task) => task);

/** @param {number} task @param {string} text @returns {Piece} */
const of = (task, text) => ({ task, text });
/** @param {number} task */
const letter = (task) => (task < 26 ? String.fromCharCode(65 + task) : String(task));
/** @param {Piece[]} pieces @param {string} between @returns {Piece[]} */
const join = (pieces, between) => pieces.flatMap((piece, i) => (i > 0 ? [between, piece] : [piece]));

/** The notebook's steps 3 and 4 for so many tasks. @param {number} count @param {number[]} [trained] Those that add up to the total; all if absent. @returns {Line[]} */
export function python(count, trained = upTo(count)) {
  const tasks = upTo(count);
  /** @param {string} what @param {number} task */
  const named = (what, task) => of(task, `${what}_task${letter(task)}`);
  return [
    { phase: 'batch', value: 'epoch', code: ['for epoch in range(num_epochs):'] },
    {
      phase: 'forward',
      code: ['    ', ...join(tasks.map((task) => named('logits', task)), ', '), ' = model(input_sentences)'],
    },
    BLANK,
    ...tasks.map((task) => ({
      phase: /** @type {const} */ ('losses'),
      value: `loss-${task}`,
      code: [
        '    ',
        named('loss', task),
        ' = ',
        named('loss_fn', task),
        '(',
        named('logits', task),
        ', ',
        named('labels', task),
        ')',
      ],
    })),
    {
      phase: 'losses',
      value: 'total',
      code: ['    total_loss = ', ...join(trained.map((task) => named('loss', task)), ' + ')],
    },
    BLANK,
    { phase: 'backward', code: ['    optimizer.zero_grad()'] },
    { phase: 'backward', code: ['    total_loss.backward()'] },
    { phase: 'update', value: 'rate', code: ['    optimizer.step()'] },
  ];
}

/** The same with this crate, for so many tasks. @param {number} count @param {number[]} [trained] As in {@link python}. @returns {Line[]} */
export function rust(count, trained = upTo(count)) {
  const tasks = upTo(count);
  const loss = (/** @type {number} */ task) => of(task, `loss_${letter(task).toLowerCase()}`);
  return [
    { phase: 'batch', value: 'step', code: ['for rows in order.chunks(batch_size) {'] },
    {
      phase: 'batch',
      value: 'batch',
      code: [`    let batch = Batch::of_examples(&encodings, &examples, rows, ${count});`],
    },
    { phase: 'forward', code: ['    let logits = model.forward(&batch, Pass::Training(None))?;'] },
    BLANK,
    ...tasks.map((task) => ({
      phase: /** @type {const} */ ('losses'),
      value: `loss-${task}`,
      code: [
        '    let ',
        loss(task),
        ' = cross_entropy(',
        of(task, `&logits[${task}]`),
        ', ',
        of(task, `&batch.labels[${task}]`),
        ')?.expect("labels");',
      ],
    })),
    {
      phase: 'losses',
      value: 'total',
      code:
        trained.length > 1
          ? ['    let total = ', ...nested(trained.map(loss)), '?;']
          : ['    let total = ', ...trained.map(loss), ';'],
    },
    BLANK,
    { phase: 'backward', code: ['    model.backward(&total)?;'] },
    { phase: 'update', code: ['    let gradients = model.take_gradients();'] },
    { phase: 'update', value: 'rate', code: ['    optimizer.step(gradients, learning_rate)?;'] },
    { code: ['}'] },
  ];
}

/** A sum of tensors: each addition may fail, and the next takes what came of it. @param {Piece[]} terms @returns {Piece[]} */
const nested = (terms) =>
  terms.slice(1).reduce((sum, term, i) => ['(', ...sum, i > 0 ? '? + ' : ' + ', term, ')'], terms.slice(0, 1));

/** @param {Line[]} lines */
export const textOf = (lines) =>
  lines.map(({ code }) => code.map((piece) => (typeof piece === 'string' ? piece : piece.text)).join('')).join('\n');
