// The contenders of a comparison: their names, and the results of each so far.

/** @typedef {import('../strings/words.js').Words} Words */
/** @typedef {import('../types.js').Compared} Compared */
/** @typedef {import('../types.js').ComparisonRow} Row */
/** @typedef {import('../types.js').Contender} Contender */
/** @typedef {import('../types.js').Spread} Spread */
/** @typedef {import('../types.js').Weighting} Weighting */

/** A contender's name. @param {Words} words @param {Contender} contender */
export const titleOf = (words, contender) =>
  typeof contender === 'object' ? words.weightings[contender.weighting].title : words.compare.titles[contender];

/** A contender in a few words. @param {Words} words @param {Contender} contender */
export const lineOf = (words, contender) =>
  typeof contender === 'object' ? words.compare.together : words.compare.lines[contender];

/** All rows of a comparison, first to last. @param {Weighting[]} weightings @returns {Contender[]} */
export const contendersOf = (weightings) => [
  'majority',
  'linear_probe',
  'single_task',
  ...weightings.map((weighting) => ({ weighting })),
];

/** @param {Contender} a @param {Contender} b */
export const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * The rows of the runs so far. The commonest class and Δm need several runs and come with the end.
 *
 * @param {Contender[]} contenders
 * @param {string[]} tasks
 * @param {Compared[]} runs
 * @returns {Row[]}
 */
export function soFar(contenders, tasks, runs) {
  return contenders.map((contender) => {
    const own = runs.filter((run) => !run.failure && isSame(run.contender, contender));
    const spreads = (/** @type {'accuracy' | 'macro_f1'} */ figure) =>
      Object.fromEntries(
        tasks.flatMap((task) => {
          const xs = own
            .filter((run) => run.task === undefined || run.task === task)
            .flatMap((run) => run.tasks[task]?.[figure] ?? []);
          return xs.length > 0 ? [[task, spread(xs)]] : [];
        }),
      );
    const parts = contender === 'single_task' ? tasks.length : 1;
    return {
      contender,
      finished: Math.floor(own.length / parts),
      accuracy: spreads('accuracy'),
      macro_f1: spreads('macro_f1'),
    };
  });
}

/** Mean and sample standard deviation. @param {number[]} xs @returns {Spread} */
function spread(xs) {
  const mean = xs.reduce((a, b) => a + b) / xs.length;
  const squares = xs.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, deviation: xs.length > 1 ? Math.sqrt(squares / (xs.length - 1)) : 0 };
}
