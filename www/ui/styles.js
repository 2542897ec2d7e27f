// The element's stylesheets, fetched once and shared by all its shadow roots.

import { FILES } from './style-files.js';

/** One rem inside the element. As a length it is worked out where it is set, on the host. */
const REM = '--polytask-rem';
try {
  CSS.registerProperty({ name: REM, syntax: '<length>', inherits: true, initialValue: '16px' });
} catch {
  // Another copy of this module has registered it.
}

/** A page may give its root any font size (mdBook: 62.5 %), and so make rem anything. @param {string} css */
const inReadersSize = (css) => css.replace(/(-?[\d.]+)rem\b/g, `calc($1 * var(${REM}))`);

/** @type {Promise<CSSStyleSheet[]> | undefined} */
let sheets;

/** @returns {Promise<CSSStyleSheet[]>} In the order of precedence. */
export function styleSheets() {
  sheets ??= Promise.all(
    FILES.map(async (file) => {
      const response = await fetch(new URL(file, import.meta.url));
      if (!response.ok) throw new Error(`Failed to fetch ${response.url}: ${response.status}`);
      return new CSSStyleSheet().replace(inReadersSize(await response.text()));
    }),
  );
  sheets.catch(() => (sheets = undefined)); // The next element asks again.
  return sheets;
}
