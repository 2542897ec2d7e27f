// "When tasks fight": steps on one task, gradients, interference, and weightings compared.

import { createCompare } from './compare.js';
import { h, part, taskColour } from './dom.js';
import { createGradients } from './gradients.js';
import { createInterference } from './interference.js';

/** @typedef {import('./controls.js').RunState} RunState */

/**
 * @param {HTMLElement} root
 * @param {object} on
 * @param {(task: string) => void} on.step A step on this task only.
 * @param {(every: number) => void} on.observe
 * @param {() => void} on.interference
 * @param {(weightings: import('./types.js').Weighting[], seeds: number) => import('./compare.js').Plan | undefined} on.compare
 * @param {() => void} on.cancel Breaks the comparison off.
 */
export function createFight(root, on) {
  const solo = part(root, 'solo-steps');
  const gradients = createGradients(root, on.observe);
  const interference = createInterference(root, on.interference);
  const compare = createCompare(root, { start: on.compare, cancel: on.cancel });
  /** @type {HTMLButtonElement[]} */
  let buttons = [];

  /** @param {{ tasks: { name: string }[] }} outline */
  function offerSteps({ tasks }) {
    const names = tasks.map(({ name }) => name);
    // A run that starts again has the same buttons: one of them may have the focus.
    if (names.join('\n') === buttons.map(({ value }) => value).join('\n')) return;
    buttons = names.map((name, k) => {
      const button = h(
        'button',
        { type: 'button', className: 'solo', value: name, title: `A step on ${name} only` },
        'Step on ',
        h('span', { className: 'solo-name' }, name),
        ' only',
      );
      button.style.setProperty('--task', taskColour(k));
      button.addEventListener('click', () => on.step(name));
      return button;
    });
    solo.replaceChildren(...buttons);
  }

  return {
    /** @param {import('./plots.js').Outline} outline */
    reset(outline) {
      offerSteps(outline);
      for (const view of [gradients, interference, compare]) view.reset(outline);
    },

    /** @param {import('./types.js').RunEvent} event */
    take(event) {
      if (event.type === 'start') {
        offerSteps(event);
        compare.reset(event);
      }
      for (const view of [gradients, interference, compare]) view.take(event);
    },

    /** @param {RunState} run @param {import('./types.js').Recipe} [recipe] */
    show(run, recipe) {
      if (recipe) gradients.show(recipe);
      const stands = ['ready', 'training', 'paused', 'ended'].includes(run.status) && !run.comparing;
      const steps = run.supported && run.status !== 'training' && run.queued === '' && !run.comparing;
      for (const button of buttons) button.disabled = !steps;
      interference.allow(stands);
      compare.allow(run.encoder && run.status !== 'preparing' && run.queued === '' && !run.comparing);
    },

    /** The comparison is broken off, or could not go on. @param {string} why A sentence. */
    stopComparing: compare.stop,

    /** A measurement that was asked for will not come. */
    forget: interference.forget,
  };
}
