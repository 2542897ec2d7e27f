// The element's stylesheets, fetched once and shared by all its shadow roots.

const FILES = [
  '../vendor/uPlot.min.css',
  '../styles/tokens.css',
  '../styles/base.css',
  '../styles/elements.css',
  '../styles/bar.css',
  '../styles/sentences.css',
  '../styles/share.css',
  '../styles/views.css',
  '../styles/fight.css',
  '../styles/loop.css',
  '../styles/figures.css',
];

/** @type {Promise<CSSStyleSheet[]> | undefined} */
let sheets;

/** @returns {Promise<CSSStyleSheet[]>} In the order of precedence. */
export function styleSheets() {
  sheets ??= Promise.all(
    FILES.map(async (file) => {
      const response = await fetch(new URL(file, import.meta.url));
      if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
      return new CSSStyleSheet().replace(await response.text());
    }),
  );
  sheets.catch(() => (sheets = undefined)); // The next element asks again.
  return sheets;
}
