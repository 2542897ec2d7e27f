// Names in sentences and in figures. A task or a class may be called anything, and be as long as a paragraph.

/** So long a name is whole; of a longer one the rest is in a title, or where the name itself is set. */
const MOST = 40;

/** The beginning of a name, if it is long. @param {string} name @param {number} [most] In characters. */
export const brief = (name, most = MOST) =>
  name.length <= most ? name : `${[...name.slice(0, most)].slice(0, -1).join('').trimEnd()}…`;
