// The labs of a page by name: elements with the same `run` show one, and it ends with the last of them.

import { Lab } from './lab.js';

/** @typedef {{ lab: Lab, notices: import('../views/notices.js').NoticesView, hosts: HTMLElement[] }} Shared */

/** @type {Map<string, Shared>} */
const named = new Map();

/**
 * @param {string | undefined} name
 * @param {HTMLElement} host The element that shows it.
 * @param {() => { lab: Lab, notices: import('../views/notices.js').NoticesView }} make
 * @returns {Shared}
 */
export function acquire(name, host, make) {
  const known = name === undefined ? undefined : named.get(name);
  const shared = known ?? { ...make(), hosts: [] };
  shared.hosts.push(host);
  if (name !== undefined) named.set(name, shared);
  return shared;
}

/** @param {string | undefined} name @param {HTMLElement} host @param {Shared} shared */
export function release(name, host, shared) {
  shared.hosts.splice(shared.hosts.indexOf(host), 1);
  if (shared.hosts.length > 0) return;
  shared.lab.dispose();
  if (name !== undefined && named.get(name) === shared) named.delete(name);
}
