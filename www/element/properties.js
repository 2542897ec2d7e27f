// The attributes of the tag as properties, for scripts and frameworks: each sets its attribute, and reads it.

import { ATTRIBUTES } from './attributes.js';

/** Attributes that are there or not. */
const SWITCHES = ['autostart', 'linked'];
const NUMBERS = ['epochs', 'seed'];

/** Node has no elements; a page that is rendered there too may import this module all the same. */
const Element = globalThis.HTMLElement ?? class {};

/** The base of <polytask-lab>: an element with a property for each attribute. */
export const Reflecting = /** @type {{ new (): HTMLElement & import('../polytask.js').PolytaskAttributes }} */ (class extends Element {});

for (const name of ATTRIBUTES) {
  if (name in Element.prototype) continue; // `lang`
  Object.defineProperty(Reflecting.prototype, name, {
    configurable: true,
    enumerable: true,
    /** @this {HTMLElement} */
    get() {
      const text = this.getAttribute(name);
      if (SWITCHES.includes(name)) return text !== null;
      if (NUMBERS.includes(name)) return text === null ? undefined : Number(text);
      return text ?? '';
    },
    /** @this {HTMLElement} @param {unknown} value A list of tasks or views too. */
    set(value) {
      if (value === undefined || value === null || value === false) this.removeAttribute(name);
      else if (value === true) this.setAttribute(name, '');
      else this.setAttribute(name, Array.isArray(value) ? value.join(name === 'views' ? ' ' : ',') : String(value));
    },
  });
}

/**
 * Sets what a script has set before the tag was defined: until then these were properties of the element alone, and would hide
 * those of the tag.
 *
 * @param {HTMLElement} element
 * @param {readonly string[]} more Names of other properties.
 */
export function upgrade(element, more) {
  for (const name of [...ATTRIBUTES, ...more]) {
    if (!Object.hasOwn(element, name)) continue;
    const value = Reflect.get(element, name);
    Reflect.deleteProperty(element, name);
    Reflect.set(element, name, value);
  }
}
