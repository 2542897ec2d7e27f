// The columns of a file before it is read: what each is for, as Rust guessed it and as the reader changes it.

/** @typedef {import('../../types.js').Inspection} Inspection */
/** @typedef {Inspection['columns'][number]['role']} Role */
/** @typedef {{ name: string, bytes: Uint8Array, text?: string }} TableFile A file's name and content; `text`: the column that its sentences were read from. */

/**
 * A file whose columns the reader chooses.
 *
 * @typedef {object} Choosing
 * @property {TableFile} file
 * @property {Inspection} inspection
 * @property {Role[]} roles Of each column.
 */

/** @param {TableFile} file @param {Inspection} inspection @returns {Choosing} */
export const choosing = (file, inspection) => ({ file, inspection, roles: inspection.columns.map(({ role }) => role) });

/**
 * Whether a file can be read without asking: one column holds the sentences, and all others are tasks. What was assumed to read its
 * cells is said afterwards, and the columns can be chosen again.
 *
 * @param {Inspection} inspection
 */
export function isClear({ columns }) {
  const count = (/** @type {Role} */ role) => columns.filter((column) => column.role === role).length;
  return count('text') === 1 && count('task') > 0 && count('other') === 0;
}

/**
 * Gives a column another role. Only one holds the sentences: the one that did is left out then.
 *
 * @param {Choosing} choosing
 * @param {number} column
 * @param {Role} role
 * @returns {Choosing}
 */
export function withRole(choosing, column, role) {
  const roles = choosing.roles.map((old, i) => (i === column ? role : role === 'text' && old === 'text' ? 'other' : old));
  return { ...choosing, roles };
}

/** What keeps a file from being read with these roles. @param {Choosing} choosing @returns {'' | 'text' | 'task' | 'names'} */
export function lacking({ inspection: { columns }, roles }) {
  if (!roles.includes('text')) return 'text';
  if (!roles.includes('task')) return 'task';
  const names = columns.flatMap(({ name }, i) => (roles[i] === 'other' ? [] : [name]));
  return names.includes('') || new Set(names).size < names.length ? 'names' : '';
}

/** The columns by their roles, as Rust reads them. @param {Choosing} choosing @returns {import('../../types.js').Columns} */
export function columnsOf({ inspection: { columns }, roles }) {
  const named = (/** @type {Role} */ role) => columns.flatMap(({ name }, i) => (roles[i] === role ? [name] : []));
  return { text: named('text')[0], tasks: named('task') };
}
