// Weightings side by side: what is to be compared, how far it has come, the plots, and the table behind them.
//
// A comparison trains beside the configured run, which waits meanwhile: while one is on, the page trains nothing else, so
// that nothing can break it off by accident.

import { comparisonDots, dotsKey } from './comparison-dots.js';
import { comparisonTable } from './comparison-table.js';
import { contendersOf, soFar, titleOf } from './contenders.js';
import { brief } from '../ui/brief.js';
import { h } from '../ui/dom.js';
import { WEIGHTING_NAMES } from '../lab/recipe/weightings.js';

/** @typedef {import('../lab/run/comparing.js').Plan} Plan */
/** @typedef {import('../types.js').Compared} Compared */
/** @typedef {import('../types.js').Comparison} Comparison */
/** @typedef {import('../types.js').Weighting} Weighting */

/** @type {string[]} */
const CHOSEN = ['sum', 'uncertainty', 'pcgrad'];
const MOST_SEEDS = 5;

/** @param {import('../lab/lab.js').Lab} lab @returns {import('../lab/views.js').View} */
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
  const button = h('button', { type: 'button', part: 'button', dataset: { part: 'compare-start' } }, words.compare);
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
  /** What is on show. @type {Plan | undefined} */
  let plan;
  /** @type {Compared[]} */
  let runs = [];
  /** @type {Comparison | undefined} */
  let result;
  /** How it ended: a sentence. */
  let outcome = '';
  let running = false;
  let possible = false;
  let encoderHere = false;
  /** The run's tasks. @type {string[]} */
  let tasks = [];

  for (const control of [choices, seeds])
    control.addEventListener('change', () => {
      outcome = '';
      rest();
      if (!plan) draw();
    });
  button.addEventListener('click', () => {
    if (running) {
      button.disabled = true;
      lab.comparing.cancel();
    } else {
      lab.comparing.start(chosen(), Number(seeds.value));
    }
  });

  const chosen = () => WEIGHTING_NAMES.filter((_, i) => boxes[i].checked);

  /** How the latest ended, or what the button would start. */
  function rest() {
    const [count, each] = [chosen().length, Number(seeds.value)];
    button.textContent = words.compare;
    button.disabled = !possible || count === 0;
    const said = count === 0 ? words.chooseOne : words.plan(each * (1 + tasks.length + count), each, count);
    status.textContent = outcome || (encoderHere || count === 0 ? said : `${said} ${words.noEncoder}`);
  }

  /** @param {Plan} begun */
  function begin(begun) {
    plan = begun;
    runs = [];
    result = undefined;
    outcome = '';
    // A view that comes late did not choose them.
    for (const [i, box] of boxes.entries()) box.checked = begun.weightings.includes(WEIGHTING_NAMES[i]);
    seeds.value = String(begun.seeds.length);
    draw();
  }

  /** @param {boolean} on */
  function run(on) {
    running = on;
    choices.disabled = seeds.disabled = on;
    bar.hidden = !on;
    if (!on) return rest();
    button.textContent = words.cancel;
    button.disabled = false;
    progress();
  }

  /** @param {string} how A sentence. */
  function end(how) {
    outcome = how;
    run(false);
  }

  function progress() {
    if (!plan || !running) return;
    const all = plan.seeds.length * (1 + plan.tasks.length + plan.weightings.length);
    const last = runs.at(-1);
    done.style.transform = `scaleX(${runs.length / all})`;
    bar.setAttribute('aria-valuemax', String(all));
    bar.setAttribute('aria-valuenow', String(runs.length));
    const name = last && (last.task ? words.only(brief(last.task)) : titleOf(lab.words, last.contender));
    status.textContent = words.progress(runs.length, all) + (last && name ? words.last(name, last.seed) : '.');
  }

  function draw() {
    const shown = plan ?? { weightings: chosen(), seeds: [0], tasks };
    const names = result?.tasks ?? shown.tasks;
    const rows = result?.rows ?? soFar(contendersOf(shown.weightings), names, runs);
    plots.replaceChildren(comparisonDots(lab.words, names, shown.seeds, rows, runs));
    body.replaceChildren(comparisonTable(lab.words, names, shown.seeds.length, rows));
    const failures = [...new Set(runs.flatMap(({ failure }) => (failure ? lab.words.told(failure) : [])))];
    note.hidden = failures.length === 0;
    note.textContent = failures.length > 0 ? words.failed(failures.join(' ')) : '';
  }

  return {
    element,

    reset(outline) {
      tasks = outline.tasks.map(({ name }) => name);
      if (running) return;
      // What was compared stays on show as long as it is about these tasks.
      if (plan && plan.tasks.join('\n') !== tasks.join('\n')) {
        plan = result = undefined;
        outcome = '';
        runs = [];
      }
      rest();
      if (!plan) draw();
    },

    take(event) {
      if (event.type === 'compared' && lab.comparing.plan) {
        if (plan !== lab.comparing.plan) begin(lab.comparing.plan);
        runs.push(event);
        progress();
        draw();
      } else if (event.type === 'comparison' && plan) {
        result = event;
        end(words.done(runs.length, plan.seeds.length));
        draw();
      }
    },

    show(state) {
      const changed = encoderHere !== (state.encoder === 'here');
      encoderHere = state.encoder === 'here';
      possible = encoderHere && state.status !== 'preparing' && state.queued === '' && !state.comparing;
      if (state.comparing && lab.comparing.plan && plan !== lab.comparing.plan) begin(lab.comparing.plan);
      if (state.comparing !== running) run(state.comparing);
      else if (changed && !running) rest();
      else if (!running) button.disabled = !possible || chosen().length === 0;
    },

    stopComparing: end,
  };
}
