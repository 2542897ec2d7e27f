// Weightings side by side: what is to be compared, how far it has come, and the table.
//
// A comparison trains beside the configured run, which waits meanwhile: while one is on, the page trains nothing else, so
// that nothing can break it off by accident.

import { comparisonTable, contendersOf, soFar, titleOf } from './comparison-table.js';
import { h, part } from './dom.js';
import { WEIGHTINGS, WEIGHTING_NAMES } from './weightings.js';

/** @typedef {import('./types.js').Weighting} Weighting */
/** @typedef {import('./types.js').Compared} Compared */

/** @type {string[]} */
const CHOSEN = ['sum', 'uncertainty', 'pcgrad'];
const MOST_SEEDS = 5;

/**
 * What is compared.
 *
 * @typedef {object} Plan
 * @property {Weighting[]} weightings
 * @property {string[]} tasks
 * @property {number[]} seeds
 */

/**
 * @param {HTMLElement} root
 * @param {{ start: (weightings: Weighting[], seeds: number) => Plan | undefined, cancel: () => void }} on `start`
 *   returns what it began, if it could.
 */
export function createCompare(root, on) {
  const choices = part(root, 'compare-weightings');
  const seeds = /** @type {HTMLSelectElement} */ (part(root, 'compare-seeds'));
  const button = /** @type {HTMLButtonElement} */ (part(root, 'compare-start'));
  const status = part(root, 'compare-status');
  const bar = part(root, 'compare-bar');
  const done = part(root, 'compare-done');
  const body = part(root, 'comparison-body');
  const note = part(root, 'comparison-note');
  /** @type {Plan | undefined} */
  let plan;
  /** @type {Compared[]} */
  let runs = [];
  let running = false;
  let possible = false;
  /** @type {string[]} */
  let tasks = [];

  choices.append(
    ...WEIGHTING_NAMES.map((name) => {
      const { title, line } = WEIGHTINGS[name];
      const box = h('input', { type: 'checkbox', value: name, name: 'compare', checked: CHOSEN.includes(name) });
      return h('label', { title: line }, box, ` ${title}`);
    }),
  );
  seeds.append(...Array.from({ length: MOST_SEEDS }, (_, i) => h('option', { value: String(i + 1) }, String(i + 1))));
  for (const control of [choices, seeds])
    control.addEventListener('change', () => {
      if (!running) rest();
    });
  button.addEventListener('click', () => {
    if (running) {
      button.disabled = true;
      return on.cancel();
    }
    const begun = on.start(chosen(), Number(seeds.value));
    if (begun) begin(begun);
  });

  const chosen = () =>
    Array.from(
      choices.querySelectorAll('input:checked'),
      (box) => /** @type {Weighting} */ (box.getAttribute('value')),
    );
  const total = (/** @type {Plan} */ { seeds, tasks, weightings }) =>
    seeds.length * (1 + tasks.length + weightings.length);

  /** What the button would start. */
  function rest() {
    const [n, each] = [chosen().length, Number(seeds.value)];
    const count = each * (1 + tasks.length + n);
    button.textContent = 'Compare';
    button.disabled = !possible || n === 0;
    status.textContent =
      n === 0
        ? 'Choose at least one weighting.'
        : `${count} runs: ${each > 1 ? `for each of ${each} seeds ` : ''}the linear probe, each task alone, and ${n === 1 ? 'the weighting' : `${n} weightings`}.`;
  }

  /** @param {Plan} begun */
  function begin(begun) {
    plan = begun;
    runs = [];
    running = true;
    button.textContent = 'Cancel';
    button.disabled = false;
    choices.toggleAttribute('disabled', true);
    seeds.disabled = true;
    bar.hidden = false;
    progress();
    draw();
  }

  function progress() {
    if (!plan) return;
    const all = total(plan);
    const last = runs.at(-1);
    done.style.transform = `scaleX(${runs.length / all})`;
    bar.setAttribute('aria-valuemax', String(all));
    bar.setAttribute('aria-valuenow', String(runs.length));
    const said = last && `${last.task ? `only ${last.task}` : titleOf(last.contender)}, seed ${last.seed}`;
    status.textContent = `${runs.length} of ${all} runs done${said ? `; the last: ${said}` : ''}.`;
  }

  /** @param {import('./types.js').Comparison} [table] The end's. */
  function draw(table) {
    if (!plan) return;
    const rows = table?.rows ?? soFar(contendersOf(plan.weightings), plan.tasks, runs);
    body.replaceChildren(comparisonTable(table?.tasks ?? plan.tasks, plan.seeds.length, rows));
    const failures = [...new Set(runs.flatMap(({ failure }) => failure ?? []))];
    note.hidden = failures.length === 0;
    note.textContent = failures.length > 0 ? `Runs failed and are left out: ${failures.join(' ')}` : '';
  }

  /** @param {string} sentence */
  function stop(sentence) {
    if (!running) return;
    running = false;
    choices.toggleAttribute('disabled', false);
    seeds.disabled = false;
    bar.hidden = true;
    rest();
    status.textContent = sentence;
  }

  return {
    /** An empty table of a run's tasks, unless a comparison's is on show. @param {{ tasks: { name: string }[] }} outline */
    reset(outline) {
      tasks = outline.tasks.map(({ name }) => name);
      if (running) return;
      const stale = plan !== undefined && plan.tasks.join('\n') !== tasks.join('\n');
      if (stale) {
        plan = undefined;
        note.hidden = true;
      }
      rest();
      if (!plan) body.replaceChildren(comparisonTable(tasks, 1, soFar(contendersOf(chosen()), tasks, [])));
    },

    /** @param {boolean} can Whether a comparison could begin. */
    allow(can) {
      possible = can;
      if (!running) button.disabled = !can || chosen().length === 0;
    },

    /** It has been broken off. @param {string} why A sentence. */
    stop,

    /** @param {import('./types.js').RunEvent} event */
    take(event) {
      if (!running || !plan) return;
      if (event.type === 'compared') {
        runs.push(event);
        progress();
        draw();
      } else if (event.type === 'comparison') {
        const { length } = runs;
        stop(
          `All ${length} runs are done${plan.seeds.length === 1 ? '; with one seed nothing tells luck from merit' : ''}.`,
        );
        draw(event);
      }
    },
  };
}
