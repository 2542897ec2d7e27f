// Does sharing help here? Each task alone beside all together, on the reader's own sentences, and the answer in one sentence.
//
// It is a comparison with one weighting, that of the settings: compare.js shows the same one.

import { canCompare, sameSettings } from '../lab/run/select.js';
import { brief } from '../ui/brief.js';
import { h, taskColour } from '../ui/dom.js';

/** @typedef {import('../lab/run/types.js').State} State */
/** @typedef {import('../types.js').ComparisonRow} Row */
/** @typedef {NonNullable<Row['gain']>} Gain */

/** Two would do for an interval, but one that is far too wide to say anything. */
const SEEDS = [3, 5, 8];

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createSharing(lab) {
  const words = lab.words.sharing;
  const { n } = lab.words;
  const seeds = h('select', {}, ...SEEDS.map((count) => h('option', { value: String(count) }, String(count))));
  const button = h('button', { type: 'button', dataset: { part: 'sharing-start' } }, words.start);
  const answer = h('p', { className: 'answer', role: 'status', dataset: { part: 'sharing-answer' } });
  const body = h('tbody');
  const table = h(
    'table',
    { className: 'comparison', dataset: { part: 'sharing-table' } },
    h('thead', {}, h('tr', {}, ...[words.task, words.alone, words.together, words.gain].map((title) => h('th', { scope: 'col' }, title)))),
    body,
  );
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-sharing', dataset: { part: 'sharing' } },
    h('header', {}, h('h3', { id: 'h-sharing' }, words.title), h('p', {}, words.about)),
    h('div', { className: 'compare-controls' }, h('label', {}, `${lab.words.compare.seeds} `, seeds), button),
    answer,
    h('div', { className: 'wide-table', tabIndex: 0, role: 'region', 'aria-label': words.title }, table),
  );
  /** The inputs of the latest drawing. @type {unknown[]} */
  let shown = [];

  button.addEventListener('click', () => {
    if (!lab.state.comparison.on) return lab.compare([lab.store.doc.recipe.training.weighting], Number(seeds.value));
    button.disabled = true;
    lab.pause();
  });

  /** In percentage points, with its sign. @param {number} share */
  const points = (share) => `${share > 0 ? '+' : ''}${n.fixed(100 * share, 1)}`;

  /** @param {Gain} gain */
  const range = ({ mean, interval }) => (interval ? words.range(points(mean), points(interval[0]), points(interval[1])) : points(mean));

  /** @param {Gain} gain @param {Row} row */
  function verdict(gain, { finished, delta_m }) {
    if (!gain.interval) return words.oneSeed(points(gain.mean));
    const [low, high] = gain.interval;
    const kind = low > 0 ? 'helps' : high < 0 ? 'hurts' : 'unclear';
    const delta = delta_m ? ` ${words.delta(n.fixed(delta_m.mean, 1), n.fixed(delta_m.deviation, 1))}` : '';
    return words[kind](range(gain), finished) + delta;
  }

  /** @param {State['comparison']} comparison @param {string[]} tasks @param {string} weighting @param {boolean} isOurs Whether it is of the sentences and settings as they are. */
  function draw({ on, runs, plan, result }, tasks, weighting, isOurs) {
    const row = result?.rows.find(({ contender }) => typeof contender === 'object' && contender.weighting === weighting);
    const alone = result?.rows.find(({ contender }) => contender === 'single_task');
    const all = plan ? plan.seeds.length * (1 + plan.tasks.length + plan.weightings.length) : 0;
    answer.textContent = on
      ? lab.words.compare.progress(runs.length, all)
      : row?.gain
        ? isOurs ? verdict(row.gain, row) : words.old
        : tasks.length < 2
          ? words.oneTask
          : words.none;
    body.replaceChildren(
      ...tasks.map((task, k) => {
        const head = h('th', { scope: 'row', dir: 'auto', title: task }, brief(task));
        head.style.setProperty('--task', taskColour(k));
        const gain = row?.gains?.[task];
        const shares = [alone, row].map((of) => h('td', {}, of?.accuracy[task] ? n.percent(of.accuracy[task].mean) : '–'));
        return h('tr', {}, head, ...shares, h('td', {}, gain ? range(gain) : '–'));
      }),
    );
  }

  return {
    element,

    render(state) {
      const { comparison, document, shown: run } = state;
      const tasks = run.outline?.tasks ?? [];
      button.textContent = comparison.on ? lab.words.compare.cancel : words.start;
      button.disabled = comparison.on ? comparison.cancelling : !canCompare(state) || tasks.length < 2;
      seeds.disabled = comparison.on;
      const weighting = document.doc?.recipe.training.weighting ?? 'sum';
      const { table, recipe } = comparison.plan ?? {};
      const { doc } = document;
      const isOurs = doc !== undefined && recipe !== undefined && table === doc.table && sameSettings(recipe, doc.recipe);
      const next = [comparison, run.outline, weighting, isOurs];
      if (next.every((part, i) => part === shown[i])) return;
      shown = next;
      draw(comparison, tasks.map(({ name }) => name), weighting, isOurs);
    },
  };
}
