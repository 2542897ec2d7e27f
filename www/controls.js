// The bar that stays in reach: Train/Pause, Step, Reset, the counters, and one line on what happens next.

import { part } from './dom.js';

/**
 * What the bar shows. `stale` says what the reader changed since the run was configured.
 *
 * @typedef {object} RunState
 * @property {'none' | 'preparing' | 'ready' | 'training' | 'paused' | 'ended' | 'stopped'} status
 * @property {'' | 'train' | 'step'} queued What starts as soon as the encoder is here.
 * @property {boolean} encoder Whether the encoder is loaded.
 * @property {boolean} unreachable Whether it could not be had; Train asks for it again.
 * @property {boolean} supported Whether this browser can train at all.
 * @property {'' | 'sentences' | 'settings'} stale
 * @property {number} step
 * @property {number} epoch
 * @property {number} steps Of the whole run; 0 before one is configured.
 * @property {number} epochs
 * @property {number} [loss] The latest step's total.
 * @property {boolean} comparing Whether weightings are being compared, which the run waits for.
 * @property {number} msPerStep Mean of the latest steps; 0 before the second.
 */

/**
 * @param {HTMLElement} root
 * @param {{ train: () => void, pause: () => void, step: () => void, reset: () => void }} on
 */
export function createControls(root, on) {
  const train = /** @type {HTMLButtonElement} */ (part(root, 'train'));
  const trainLabel = part(root, 'train-label');
  const step = /** @type {HTMLButtonElement} */ (part(root, 'step'));
  const reset = /** @type {HTMLButtonElement} */ (part(root, 'reset'));
  const epochCount = part(root, 'epoch-count');
  const stepCount = part(root, 'step-count');
  const lossCount = part(root, 'loss-count');
  const status = part(root, 'status');
  const done = part(root, 'done');
  let training = false;

  train.addEventListener('click', () => (training ? on.pause() : on.train()));
  step.addEventListener('click', on.step);
  reset.addEventListener('click', on.reset);

  return {
    /** @param {RunState} run */
    show(run) {
      training = run.status === 'training' || run.queued === 'train';
      root.dataset.status = run.status;
      setText(trainLabel, training ? 'Pause' : run.status === 'ended' ? 'Train again' : 'Train');
      train.classList.toggle('is-training', training);
      train.disabled = !run.supported || run.comparing;
      step.disabled = !run.supported || run.comparing || training || run.queued !== '';
      reset.disabled = !run.supported || run.comparing || !run.encoder || run.status === 'preparing';
      setText(epochCount, `${run.epoch} / ${run.epochs || '–'}`);
      setText(stepCount, `${run.step} / ${run.steps || '–'}`);
      setText(lossCount, run.loss === undefined ? '–' : run.loss.toFixed(2));
      done.style.transform = `scaleX(${run.steps ? run.step / run.steps : 0})`;
      setText(status, statusLine(run));
    },
  };
}

/** Leaves an unchanged text node alone. @param {HTMLElement} element @param {string} text */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** @param {RunState} run */
function statusLine(run) {
  const midway = run.step > 0 && run.step < run.steps;
  if (!run.supported) return 'This browser cannot train.';
  if (run.unreachable) return 'The encoder is not here; Train asks for it again.';
  if (run.comparing) return 'Weightings are being compared, and this run waits: Cancel, below, ends that.';
  if (run.queued) return `The ${run.queued === 'train' ? 'training' : 'step'} starts as soon as the encoder is here.`;
  if (run.status === 'preparing') return 'Preparing the run…';
  if (run.stale === 'sentences') {
    return run.status === 'training'
      ? 'Sentences changed: Reset starts over with them.'
      : 'Sentences changed: Train starts over with them.';
  }
  if (run.stale === 'settings') {
    return midway
      ? 'Settings changed: Reset applies them, Train goes on with the old ones.'
      : 'Settings changed: Train starts over with them.';
  }
  switch (run.status) {
    case 'none':
      return run.encoder
        ? 'Train prepares the run and starts it.'
        : 'The encoder is on its way. Look at the sentences meanwhile.';
    case 'ready':
      return 'Ready. Train goes to the end, Step takes one batch.';
    case 'training':
      return run.step < run.steps ? pace(run) : 'Measuring…';
    case 'paused':
      return run.step < run.steps ? `Paused after step ${run.step}.` : 'The last step is done; Train measures it.';
    case 'ended':
      return 'Done. Try a sentence, or change something and train again.';
    case 'stopped':
      return 'Stopped. Reset starts over.';
  }
}

/** @param {RunState} run */
function pace({ msPerStep, step, steps }) {
  if (msPerStep === 0) return 'Training…';
  const left = ((steps - step) * msPerStep) / 1000;
  const about = left < 90 ? `${Math.max(1, Math.round(left))} s` : `${Math.round(left / 60)} min`;
  return `Training: ${(msPerStep / 1000).toFixed(2)} s a step, about ${about} left.`;
}
