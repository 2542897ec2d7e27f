// The text of a style sheet. In the npm package this module holds all texts itself (build/site.mjs): bundlers treat addresses of
// style sheets each in a way of its own.

/** @param {string} file Relative to this folder. */
export async function textOf(file) {
  const response = await fetch(new URL(file, import.meta.url));
  if (!response.ok) throw new Error(`Failed to fetch ${response.url}: ${response.status}`);
  return response.text();
}
