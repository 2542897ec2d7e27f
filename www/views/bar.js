// The bar that stays in reach: Train/Pause, Step, Reset, speed, the counters, and one line on what happens next.

import { h, s } from '../ui/dom.js';

/** @typedef {import('../lab/run/run-state.js').RunState} RunState */

const ICONS = {
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z',
  step: 'M3 2.5v11l7-5.5zM11 2.5h2.5v11H11z',
  reset: 'M8 3a5 5 0 1 1-4.6 3l1.5.6A3.4 3.4 0 1 0 8 4.6v2.2L4 3.8 8 .9z',
};

/** @param {keyof typeof ICONS} name */
const icon = (name) =>
  s('svg', { class: `icon ${name}`, viewBox: '0 0 16 16', 'aria-hidden': 'true' }, s('path', { d: ICONS[name] }));

/** @param {import('../lab/lab.js').Lab} lab @returns {import('../lab/views.js').View} */
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
  const counts = { epoch: count('epoch-count'), step: count('step-count'), loss: count('loss-count') };
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
        h('div', {}, h('dt', {}, words.epoch), counts.epoch),
        h('div', {}, h('dt', {}, words.stepCount), counts.step),
        h('div', {}, h('dt', {}, words.loss), counts.loss),
      ),
      status,
      speed,
    ),
    h('div', { className: 'track', 'aria-hidden': 'true' }, done),
    live,
  );
  let running = false;
  let pace = 0;

  train.addEventListener('click', () => (running ? lab.pause() : lab.train()));
  step.addEventListener('click', () => lab.step());
  reset.addEventListener('click', () => lab.reset());
  speed.addEventListener('change', () => lab.pace(Number(speed.value)));

  return {
    element,

    take(event) {
      if (event.type === 'epoch') {
        live.textContent = words.epochDone(event.epoch, event.epochs, n.figure(event.total));
      } else if (event.type === 'evaluation') {
        const said = Object.entries(event.tasks).flatMap(([task, metrics]) => (metrics ? `${task} ${n.percent(metrics.accuracy)}` : []));
        live.textContent = words.evaluated(event.epoch, event.split === 'train', said.join(', '));
      }
    },

    show(run) {
      running = run.status === 'training' || run.queued === 'train' || run.replay === 'playing';
      element.dataset.status = run.status;
      element.dataset.replay = run.replay;
      setText(trainLabel, running ? words.pause : run.status === 'ended' ? words.again : words.train);
      train.classList.toggle('is-training', running);
      const replays = run.replay === 'playing' || run.replay === 'paused';
      train.disabled = (run.missing !== '' && !replays) || run.comparing;
      step.disabled = run.missing !== '' || run.comparing || running || run.queued !== '';
      reset.disabled = run.missing !== '' || run.comparing || run.encoder !== 'here' || run.status === 'preparing';
      setText(counts.epoch, `${run.epoch} / ${run.epochs || '–'}`);
      setText(counts.step, `${run.step} / ${run.steps || '–'}`);
      setText(counts.loss, run.loss === undefined ? '–' : n.figure(run.loss));
      done.style.transform = `scaleX(${run.steps ? run.step / run.steps : 0})`;
      setText(status, statusLine(run));
      if (run.msBetween === pace) return;
      // Chosen at another bar, or before this one was made.
      pace = run.msBetween;
      speed.value = String(pace);
    },
  };

  /** @param {RunState} run */
  function statusLine(run) {
    const midway = run.step > 0 && run.step < run.steps;
    if (run.missing) return run.replay ? words.cannot : words.cannotAtAll;
    if (run.encoder === 'unreachable') return words.unreachable;
    if (run.replay === 'playing') return run.encoder === 'away' ? words.replayingAway : words.replaying;
    if (run.replay === 'paused') return words.replayPaused;
    if (run.replay === 'over' && run.encoder !== 'here') return run.encoder === 'away' ? words.replayOverAway : words.replayOver;
    if (run.comparing) return words.comparing;
    if (run.queued) return run.queued === 'train' ? words.queuedTrain : words.queuedStep;
    if (run.status === 'preparing') return words.preparing;
    if (run.stale === 'sentences') return run.status === 'training' ? words.staleSentencesTraining : words.staleSentences;
    if (run.stale === 'settings') return midway ? words.staleSettingsMidway : words.staleSettings;
    switch (run.status) {
      case 'none':
        return { away: words.away, loading: words.loading, here: words.none }[run.encoder];
      case 'ready':
        return words.ready;
      case 'training':
        if (run.step >= run.steps) return words.measuring;
        if (run.msPerStep === 0) return words.training;
        return words.pace(n.fixed(run.msPerStep / 1000, 2), ((run.steps - run.step) * run.msPerStep) / 1000);
      case 'paused':
        return run.step < run.steps ? words.paused(run.step) : words.lastStep;
      case 'ended':
        return words.ended;
      case 'stopped':
        return words.stopped;
    }
  }
}

/** @param {string} name @param {string} className @param {...Node} children */
const button = (name, className, ...children) =>
  h('button', { type: 'button', className, part: 'button', dataset: { part: name } }, ...children);

/** @param {string} name */
const count = (name) => h('dd', { dataset: { part: name } }, '–');

/** Leaves an unchanged text node alone. @param {HTMLElement} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
