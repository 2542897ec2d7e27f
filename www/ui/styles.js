// The element's stylesheets, fetched once and shared by all its shadow roots.

import { FILES } from './style-files.js';
import { textOf } from './style-text.js';

/** The size of one rem inside the element. Registered as a length, so that `1em` is resolved on the host, where it is set. */
const REM = '--polytask-rem';
try {
  CSS.registerProperty({ name: REM, syntax: '<length>', inherits: true, initialValue: '16px' });
} catch {
  // Another copy of this module has registered it.
}

/** Replaces rem by multiples of `REM`: a host page may set any font size on its root (mdBook: 62.5 %). @param {string} css */
const inReadersSize = (css) => css.replace(/(-?[\d.]+)rem\b/g, `calc($1 * var(${REM}))`);

/** @type {Promise<CSSStyleSheet[]> | undefined} */
let sheets;

/** @returns {Promise<CSSStyleSheet[]>} In the order of precedence. */
export function styleSheets() {
  sheets ??= Promise.all(FILES.map(fetched));
  sheets.catch(() => (sheets = undefined)); // The next element tries again.
  return sheets;
}

/** @param {string} file */
const fetched = async (file) => new CSSStyleSheet().replace(inReadersSize(await textOf(file)));

/** Adds the style sheet of a part that is loaded later to a shadow root. @param {Node} root @param {string} file */
export async function addStyleSheet(root, file) {
  if (root instanceof ShadowRoot) root.adoptedStyleSheets.push(await fetched(file));
}
