// Shortens names of tasks and classes for sentences and figures: a name may be as long as a paragraph.

/** Characters of a name that are shown. The whole name is in a tooltip, or in the field where it is edited. */
const MAX_LENGTH = 40;

/** The name, cut to `most` characters. @param {string} name @param {number} [most] */
export const brief = (name, most = MAX_LENGTH) =>
  name.length <= most ? name : `${[...name.slice(0, most)].slice(0, -1).join('').trimEnd()}…`;
