// The control bar: Train/Pause, Step, Reset, speed, the counters, and one line that says what the run is doing.

import { canReset, canStep, canTrain, isRunning, progress, staleness } from '../lab/run/select.js';
import { readAlong } from '../lab/run/reading.js';
import { h, s } from '../ui/dom.js';

/** @typedef {import('../lab/run/types.js').State} State */
/** @typedef {Extract<import('../types.js').RunEvent, { type: 'verdict' }>} Verdict */

/** So many tasks are named beside a verdict; the others are counted. */
const NAMES = 3;

const ICONS = {
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z',
  step: 'M3 2.5v11l7-5.5zM11 2.5h2.5v11H11z',
  reset: 'M8 3a5 5 0 1 1-4.6 3l1.5.6A3.4 3.4 0 1 0 8 4.6v2.2L4 3.8 8 .9z',
};

/** @param {keyof typeof ICONS} name */
const icon = (name) =>
  s('svg', { class: `icon ${name}`, viewBox: '0 0 16 16', 'aria-hidden': 'true' }, s('path', { d: ICONS[name] }));

/** @param {import('../lab/lab.js').Lab} lab @returns {import('./view.js').View} */
export function createBar(lab) {
  const words = lab.words.bar;
  const { n } = lab.words;
  const trainLabel = h('span', { dataset: { part: 'train-label' } }, words.train);
  const train = button('train', 'primary train', icon('play'), icon('pause'), trainLabel);
  const step = button('step', '', icon('step'), h('span', {}, words.step));
  const reset = button('reset', '', icon('reset'), h('span', {}, words.reset));
  const speed = h(
    'select',
    { 'aria-label': words.speed, title: words.speed, dataset: { part: 'speed' } },
    ...Object.entries(words.speeds).map(([ms, name]) => h('option', { value: ms }, name)),
  );
  const numbers = { epoch: count('epoch-count'), step: count('step-count'), loss: count('loss-count') };
  const status = h('p', { className: 'status', dataset: { part: 'status' } });
  const done = h('span', { dataset: { part: 'done' } });
  const live = h('p', { className: 'sr', 'aria-live': 'polite', dataset: { part: 'live' } });
  const element = h(
    'div',
    { className: 'bar', part: 'bar', role: 'group', 'aria-label': words.label, dataset: { part: 'controls', status: 'none' } },
    h(
      'div',
      { className: 'bar-inner' },
      h('div', { className: 'buttons' }, train, step, reset),
      h(
        'dl',
        { className: 'counters' },
        h('div', {}, h('dt', {}, words.epoch), numbers.epoch),
        h('div', {}, h('dt', {}, words.stepCount), numbers.step),
        h('div', {}, h('dt', {}, words.loss), numbers.loss),
      ),
      status,
      speed,
    ),
    h('div', { className: 'track', 'aria-hidden': 'true' }, done),
    live,
  );

  train.addEventListener('click', () => (isRunning(lab.state) ? lab.pause() : lab.train()));
  step.addEventListener('click', () => lab.step());
  reset.addEventListener('click', () => lab.reset());
  speed.addEventListener('change', () => lab.pace(Number(speed.value)));

  /** The tasks of each verdict on the run. @type {Map<Verdict['kind'], string[]>} */
  let verdicts = new Map();
  function ended() {
    const judged = [...verdicts].map(([kind, tasks]) => words.judged(words.verdicts[kind], tasks.slice(0, NAMES), tasks.length));
    return judged.length > 0 ? words.endedWith(judged.join('; ')) : words.ended;
  }

  /** Announces each epoch's loss and accuracies to screen readers, and the verdicts. */
  const follow = readAlong({
    begin() {
      verdicts = new Map();
    },
    take(event) {
      if (event.type === 'verdict') verdicts.set(event.kind, [...(verdicts.get(event.kind) ?? []), event.task]);
      else if (event.type === 'end') live.textContent = ended();
      else if (event.type === 'epoch') {
        live.textContent = words.epochDone(event.epoch, event.epochs, n.figure(event.total));
      } else if (event.type === 'evaluation') {
        const accuracies = Object.entries(event.tasks).flatMap(([task, metrics]) =>
          metrics ? `${task} ${n.percent(metrics.accuracy)}` : [],
        );
        live.textContent = words.evaluated(event.epoch, event.split === 'train', accuracies.join(', '));
      }
    },
  });

  return {
    element,

    render(state) {
      follow(state);
      const { run, replay, counts, reader } = state;
      const running = isRunning(state);
      element.dataset.status = run.status;
      element.dataset.replay = replay.is;
      setText(trainLabel, running ? words.pause : run.status === 'ended' ? words.again : words.train);
      train.classList.toggle('is-training', running);
      train.disabled = !canTrain(state);
      step.disabled = !canStep(state);
      reset.disabled = !canReset(state);
      setText(numbers.epoch, `${counts.epoch} / ${counts.epochs || '–'}`);
      setText(numbers.step, `${counts.step} / ${counts.steps || '–'}`);
      setText(numbers.loss, counts.loss === undefined ? '–' : n.figure(counts.loss));
      done.style.transform = `scaleX(${progress(state)})`;
      setText(status, statusLine(state));
      // The speed may have been chosen in another bar of the page, or before this bar was created.
      const ms = String(reader.msBetween);
      if (speed.value !== ms) speed.value = ms;
    },
  };

  /** The status line of the run: the first of these that applies. @param {State} state */
  function statusLine(state) {
    const { missing, encoder, run, replay, counts, comparison } = state;
    const stale = staleness(state);
    const midway = counts.step > 0 && counts.step < counts.steps;
    if (missing) return replay.is ? words.cannot : words.cannotAtAll;
    if (encoder.is === 'unreachable') return words.unreachable;
    if (replay.is === 'playing') return encoder.is === 'away' ? words.replayingAway : words.replaying;
    if (replay.is === 'paused') return words.replayPaused;
    if (replay.is === 'over' && encoder.is !== 'here') return encoder.is === 'away' ? words.replayOverAway : words.replayOver;
    if (comparison.on) return words.comparing;
    if (run.resumesAt !== undefined) return words.resuming(run.resumesAt);
    if (run.queued) return run.queued === 'train' ? words.queuedTrain : words.queuedStep;
    if (run.status === 'preparing') return words.preparing;
    if (stale === 'sentences') return run.status === 'training' ? words.staleSentencesTraining : words.staleSentences;
    if (stale === 'settings') return midway ? words.staleSettingsMidway : words.staleSettings;
    switch (run.status) {
      case 'none':
        return { away: words.away, loading: words.loading, here: words.none }[encoder.is];
      case 'ready':
        return words.ready;
      case 'training': {
        const left = counts.steps - counts.step;
        if (left <= 0) return words.measuring;
        if (counts.step === 0 && counts.contrastive) return words.contrastive(...counts.contrastive);
        if (counts.msPerStep === 0) return words.training;
        return words.pace(n.fixed(counts.msPerStep / 1000, 2), (left * counts.msPerStep) / 1000);
      }
      case 'paused':
        return counts.step < counts.steps ? words.paused(counts.step) : words.lastStep;
      case 'ended':
        return ended();
      case 'stopped':
        return words.stopped;
    }
  }
}

/** @param {string} name @param {string} className @param {...Node} children */
const button = (name, className, ...children) =>
  h('button', { type: 'button', className, dataset: { part: name } }, ...children);

/** @param {string} name */
const count = (name) => h('dd', { dataset: { part: name } }, '–');

/** Leaves an unchanged text node alone. @param {HTMLElement} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
