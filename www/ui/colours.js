// Resolves custom properties to colours that a canvas can use, and calls back when one of them changes.
//
// A theme can change in many ways: the reader's preference, a class or an attribute on any ancestor, a style sheet, a property
// that a host page sets. No event reports a changed computed style, but a transition has an end event. So each colour is set on
// a hidden probe element whose `color` has a transition of 1 ms.

import { h } from './dom.js';

/** Set as an important inline style, since the style sheet removes transitions for readers who prefer reduced motion. */
const INSTANT = 'color 1ms step-end';

/**
 * @param {HTMLElement} root The element in whose theme the colours are resolved.
 * @param {() => void} changed Called when a colour that was read has changed.
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

    /** Reads all colours again: elements without a layout have no transitions, so changes went unnoticed. */
    forget: () => known.clear(),

    destroy: () => box.remove(),
  };
}
