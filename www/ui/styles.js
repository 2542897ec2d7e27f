// The element's stylesheets, fetched once and shared by all its shadow roots.

const FILES = [
  '../vendor/uPlot.min.css',
  '../styles/tokens.css',
  '../styles/base.css',
  '../styles/elements.css',
  '../styles/bar.css',
  '../styles/encoder.css',
  '../styles/sentences.css',
  '../styles/painting.css',
  '../styles/dialog.css',
  '../styles/settings.css',
  '../styles/share.css',
  '../styles/charts.css',
  '../styles/losses.css',
  '../styles/try.css',
  '../styles/saliency.css',
  '../styles/results.css',
  '../styles/log.css',
  '../styles/steps.css',
  '../styles/gradients.css',
  '../styles/interference.css',
  '../styles/compare.css',
  '../styles/loop.css',
  '../styles/diagram.css',
  '../styles/diagram-heads.css',
  '../styles/diagram-step.css',
  '../styles/diagram-narrow.css',
  '../styles/map.css',
];

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
