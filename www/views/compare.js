// Weightings side by side: the choice, how far the comparison has come, the plots, and the table behind them.
//
// A comparison trains beside the configured run, which waits meanwhile: while one is on, the page trains nothing else, so
// that nothing can break it off by accident.

import { comparisonDots, dotsKey } from './comparison-dots.js';
import { comparisonTable } from './comparison-table.js';
import { contendersOf, soFar, titleOf } from './contenders.js';
import { brief } from '../ui/brief.js';
import { canCompare } from '../lab/run/select.js';
import { h } from '../ui/dom.js';
import { WEIGHTING_NAMES } from '../lab/recipe/weightings.js';

/** @typedef {import('../lab/run/types.js').Plan} Plan */
/** @typedef {import('../lab/run/types.js').State} State */
/** @typedef {import('../types.js').Compared} Compared */
/** @typedef {import('../types.js').Weighting} Weighting */

/** @type {string[]} */
const CHOSEN = ['sum', 'uncertainty', 'pcgrad'];
const MOST_SEEDS = 5;

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createCompare(lab) {
  const words = lab.words.compare;
  const boxes = WEIGHTING_NAMES.map((name) =>
    h('input', { type: 'checkbox', value: name, name: 'compare', checked: CHOSEN.includes(name) }),
  );
  const choices = h(
    'fieldset',
    { className: 'choices', dataset: { part: 'compare-weightings' } },
    h('legend', { className: 'sr' }, words.weightings),
    ...boxes.map((box, i) => {
      const { title, line } = lab.words.weightings[WEIGHTING_NAMES[i]];
      return h('label', { title: line }, box, ` ${title}`);
    }),
  );
  const seeds = h(
    'select',
    { dataset: { part: 'compare-seeds' } },
    ...Array.from({ length: MOST_SEEDS }, (_, i) => h('option', { value: String(i + 1) }, String(i + 1))),
  );
  const button = h('button', { type: 'button', dataset: { part: 'compare-start' } }, words.compare);
  const status = h('p', { role: 'status', dataset: { part: 'compare-status' } });
  const done = h('span', { dataset: { part: 'compare-done' } });
  const bar = h(
    'div',
    {
      className: 'track',
      role: 'progressbar',
      'aria-label': words.bar,
      'aria-valuemin': 0,
      hidden: true,
      dataset: { part: 'compare-bar' },
    },
    done,
  );
  const plots = h('div', { dataset: { part: 'comparison-plots' } });
  const body = h('div', {
    className: 'wide-table',
    tabIndex: 0,
    role: 'region',
    'aria-label': words.table,
    dataset: { part: 'comparison-body' },
  });
  const note = h('p', { className: 'explains bad', hidden: true, dataset: { part: 'comparison-note' } });
  const element = h(
    'section',
    { className: 'panel', part: 'panel', 'aria-labelledby': 'h-compare', dataset: { part: 'compare' } },
    h('header', {}, h('h3', { id: 'h-compare' }, words.title), h('p', {}, words.about)),
    choices,
    h('div', { className: 'compare-controls' }, h('label', {}, `${words.seeds} `, seeds), button, status),
    h('div', { className: 'track-room' }, bar),
    h('p', { className: 'dots-heading' }, words.scale),
    dotsKey(lab.words),
    plots,
    note,
    h('p', { className: 'explains', dataset: { part: 'comparison-caveat' } }, words.caveat),
    h('details', {}, h('summary', {}, words.asTable), body),
  );
  /** The comparison that is drawn. @type {Partial<State['comparison']>} */
  let drawn = {};
  /** The tasks of the run on show. @type {string[]} */
  let tasks = [];
  /** The plan that the controls were last set to. @type {Plan | undefined} */
  let chosenFor;
  /** The plan whose outcome is no longer shown, since the reader has chosen something else. @type {Plan | undefined} */
  let dismissed;

  for (const control of [choices, seeds])
    control.addEventListener('change', () => {
      dismissed = lab.state.comparison.plan;
      render(lab.state, true);
    });
  button.addEventListener('click', () => {
    if (!lab.state.comparison.on) return lab.compare(chosen(), Number(seeds.value));
    button.disabled = true;
    lab.pause();
  });

  const chosen = () => WEIGHTING_NAMES.filter((_, i) => boxes[i].checked);

  /** The outcome of the latest comparison, or the extent of the next. @param {State} state */
  function atRest({ comparison, encoder }) {
    const outcome = comparison.plan === dismissed ? '' : outcomeOf(comparison);
    const [count, each] = [chosen().length, Number(seeds.value)];
    if (outcome) return outcome;
    if (count === 0) return words.chooseOne;
    const plan = words.plan(each * (1 + tasks.length + count), each, count);
    return encoder.is === 'here' ? plan : `${plan} ${words.noEncoder}`;
  }

  /** A sentence; '' while there is none. @param {State['comparison']} comparison */
  function outcomeOf({ outcome, plan, runs }) {
    switch (outcome) {
      case 'done':
        return words.done(runs.length, plan?.seeds.length ?? 0);
      case 'cancelled':
        return lab.words.lab.comparisonCancelled;
      case 'broken':
        return lab.words.lab.comparisonBroken;
      case 'sentences':
        return lab.words.lab.otherSentences;
      default:
        return '';
    }
  }

  /** How far it has come. @param {Plan} plan @param {Compared[]} runs */
  function underWay(plan, runs) {
    const all = plan.seeds.length * (1 + plan.tasks.length + plan.weightings.length);
    const last = runs.at(-1);
    done.style.transform = `scaleX(${runs.length / all})`;
    bar.setAttribute('aria-valuemax', String(all));
    bar.setAttribute('aria-valuenow', String(runs.length));
    const name = last && (last.task ? words.only(brief(last.task)) : titleOf(lab.words, last.contender));
    return words.progress(runs.length, all) + (last && name ? words.last(name, last.seed) : '.');
  }

  /** The plots, the table and the failures. @param {State['comparison']} comparison */
  function draw({ plan, runs, result }) {
    const shown = plan ?? { weightings: chosen(), seeds: [0], tasks };
    const names = result?.tasks ?? shown.tasks;
    const rows = result?.rows ?? soFar(contendersOf(shown.weightings), names, runs);
    plots.replaceChildren(comparisonDots(lab.words, names, shown.seeds, rows, runs));
    body.replaceChildren(comparisonTable(lab.words, names, shown.seeds.length, rows));
    const failures = [...new Set(runs.flatMap(({ failure }) => (failure ? lab.words.sentence(failure) : [])))];
    note.hidden = failures.length === 0;
    note.textContent = failures.length > 0 ? words.failed(failures.join(' ')) : '';
  }

  /** @param {State} state @param {boolean} [rechosen] Whether the reader has just chosen something else. */
  function render(state, rechosen = false) {
    const { comparison, shown } = state;
    const { on, plan, runs } = comparison;
    const names = shown.outline?.tasks.map(({ name }) => name) ?? tasks;
    const isOther = names.join('\n') !== tasks.join('\n');
    tasks = names;
    if (plan && plan !== chosenFor) {
      // They may have been chosen in another view, or before this one came.
      chosenFor = plan;
      for (const [i, box] of boxes.entries()) box.checked = plan.weightings.includes(WEIGHTING_NAMES[i]);
      seeds.value = String(plan.seeds.length);
    }
    choices.disabled = seeds.disabled = on;
    bar.hidden = !on;
    button.textContent = on ? words.cancel : words.compare;
    button.disabled = on ? comparison.cancelling : !canCompare(state) || chosen().length === 0;
    const said = on && plan ? underWay(plan, runs) : atRest(state);
    if (status.textContent !== said) status.textContent = said;
    if (plan === drawn.plan && runs === drawn.runs && comparison.result === drawn.result && !(!plan && (isOther || rechosen))) return;
    drawn = comparison;
    draw(comparison);
  }

  return { element, render: (state) => render(state) };
}
