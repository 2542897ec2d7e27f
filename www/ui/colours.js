// What custom properties come to as colours, for a canvas, and word of it when one of them comes to another.
//
// A theme can change in many ways: the reader's preference, a class or an attribute on any element around, a style sheet, a
// property that a host sets. No event tells of a computed style, but a transition does: each colour is worn by a probe that
// takes a moment to change it.

import { h } from './dom.js';

/** Reduced motion takes transitions away, except for what is written on the element itself and marked so. */
const INSTANT = 'color 1ms step-end';

/**
 * @param {HTMLElement} root Where the colours count.
 * @param {() => void} changed Called when colours that were asked for are others by now.
 */
export function createColours(root, changed) {
  const box = h('span', { className: 'probes', 'aria-hidden': 'true' });
  /** @type {Map<string, HTMLElement>} */
  const probes = new Map();
  /** @type {Map<string, string>} */
  const known = new Map();
  root.append(box);

  box.addEventListener('transitionend', () => {
    known.clear();
    changed();
  });

  /** @param {string} name Of a custom property. */
  function probeOf(name) {
    const found = probes.get(name);
    if (found) return found;
    const probe = h('span');
    probe.style.color = `var(${name})`;
    probe.style.setProperty('transition', INSTANT, 'important');
    box.append(probe);
    probes.set(name, probe);
    return probe;
  }

  return {
    /** @param {string} name Of a custom property. */
    of(name) {
      const value = known.get(name) ?? getComputedStyle(probeOf(name)).color;
      known.set(name, value);
      return value;
    },

    /** What was hidden heard nothing: colours are asked for anew. */
    forget: () => known.clear(),

    destroy: () => box.remove(),
  };
}
