// The two charts of a run: losses by step, accuracies by epoch.

import { createChart } from './chart.js';
import { part, percent, TASK_COLOURS } from './dom.js';

/** @typedef {import('./types.js').Start} Start */
/** @typedef {ReturnType<typeof createChart>} Chart */
/** What must be known of a run to draw its axes. @typedef {Pick<Start, 'tasks' | 'epochs' | 'steps_per_epoch' | 'validation_examples'>} Outline */

/** Two ways to tell lines apart at once: by colour for the task, by dash for the kind. */
const DOTS = [2, 4];
const DASHES = [7, 4];

/** @param {HTMLElement} root */
export function createPlots(root) {
  /** @type {Chart | undefined} */
  let losses;
  /** @type {Chart | undefined} */
  let accuracies;
  /** @type {string[]} */
  let tasks = [];
  let hasValidation = false;

  /** Empty axes for a run. @param {Outline} start */
  function reset(start) {
    losses?.destroy();
    accuracies?.destroy();
    tasks = start.tasks.map((task) => task.name);
    hasValidation = start.validation_examples > 0;
    const colours = tasks.map((_, k) => `--task-${k % TASK_COLOURS}`);
    const steps = start.epochs * start.steps_per_epoch;

    losses = createChart(part(root, 'loss-chart'), part(root, 'loss-legend'), {
      label: 'Loss of each task and their total, by step. No steps yet.',
      lines: [
        ...tasks.map((label, k) => ({ label, colour: colours[k] })),
        { label: 'total', colour: '--ink-3', dash: DASHES },
      ],
      x: [1, Math.max(2, steps)],
      // A head that knows nothing has the loss ln C: a run starts near the sum of these.
      y: [
        0,
        Math.ceil(2.3 * start.tasks.reduce((sum, { labels }) => sum + Math.log(Math.max(2, labels.length)), 0)) / 2,
      ],
      xName: 'step',
      // A step belongs to the epoch it completes a part of, so the rule stands just before the epoch's first step.
      spans: Array.from({ length: start.epochs }, (_, e) => ({
        x: e * start.steps_per_epoch + 0.5,
        label: `epoch ${e + 1}`,
      })),
      xText: (x) => (Number.isInteger(x) ? String(x) : ''),
      yText: (y) => y.toFixed(2),
    });

    accuracies = createChart(part(root, 'accuracy-chart'), part(root, 'accuracy-legend'), {
      label: 'Accuracy of each task, by epoch. No epochs yet.',
      lines: tasks.flatMap((label, k) => {
        const training = { label: `${label}, training`, colour: colours[k], dash: DOTS, faint: true, points: true };
        const validation = { label: `${label}, held out`, colour: colours[k], width: 2.25, points: true };
        return hasValidation ? [validation, training] : [training];
      }),
      x: [0.5, start.epochs + 0.5],
      y: [0, 1],
      xName: 'epoch',
      xTicks: epochTicks(start.epochs),
      xText: String,
      yText: percent,
    });
  }

  /** @param {number} epoch @param {'train' | 'validation'} split @param {Record<string, number>} byTask */
  function putAccuracies(epoch, split, byTask) {
    const row = tasks.flatMap((task) => {
      const x = byTask[task];
      if (!hasValidation) return [split === 'train' ? x : undefined];
      return split === 'train' ? [undefined, x] : [x, undefined];
    });
    accuracies?.put(epoch, row);
    const said = tasks.filter((task) => byTask[task] !== undefined).map((task) => `${task} ${percent(byTask[task])}`);
    accuracies?.describe(
      `Accuracy of each task, by epoch. Epoch ${epoch}, ${split === 'train' ? 'training' : 'held out'}: ${said.join(', ')}.`,
    );
  }

  return {
    reset,

    /** @param {import('./types.js').RunEvent} event */
    take(event) {
      switch (event.type) {
        case 'start':
          reset(event);
          break;
        case 'step':
          losses?.put(event.step, [...tasks.map((task) => event.losses[task]), event.total]);
          break;
        case 'epoch': {
          const said = Object.entries(event.losses).map(([task, loss]) => `${task} ${loss.toFixed(2)}`);
          losses?.describe(
            `Loss of each task and their total, by step. Mean of epoch ${event.epoch}: ${said.join(', ')}, total ${event.total.toFixed(2)}.`,
          );
          putAccuracies(event.epoch, 'train', event.accuracies);
          break;
        }
        case 'evaluation':
          if (event.split === 'validation') {
            putAccuracies(
              event.epoch,
              'validation',
              Object.fromEntries(Object.entries(event.tasks).map(([task, { accuracy }]) => [task, accuracy])),
            );
          }
          break;
      }
    },
  };
}

/** At most about ten whole epochs. @param {number} epochs */
function epochTicks(epochs) {
  const every = Math.max(1, Math.ceil(epochs / 10));
  return Array.from({ length: Math.floor(epochs / every) }, (_, i) => (i + 1) * every);
}
