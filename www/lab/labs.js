// The labs of a page by name: elements with the same `run` show one, and it ends with the last of them.

/** @typedef {import('./lab.js').Lab} Lab */
/**
 * @template Host An element of the page.
 * @template Notices Where its messages are shown.
 * @typedef {{ lab: Lab, notices: Notices, hosts: Host[], told?: string }} Shared `told`: the latest state that the page has
 *   heard of, as JSON.
 */

/** @type {Map<string, Shared<any, any>>} */
const named = new Map();

/**
 * @template Host
 * @template Notices
 * @param {string | undefined} name
 * @param {Host} host The element that shows it.
 * @param {() => { lab: Lab, notices: Notices }} make
 * @returns {Shared<Host, Notices>}
 */
export function acquire(name, host, make) {
  const known = name === undefined ? undefined : named.get(name);
  const shared = known ?? { ...make(), hosts: [] };
  shared.hosts.push(host);
  if (name !== undefined) named.set(name, shared);
  return shared;
}

/**
 * @template Host
 * @template Notices
 * @param {string | undefined} name
 * @param {Host} host
 * @param {Shared<Host, Notices>} shared
 */
export function release(name, host, shared) {
  shared.hosts.splice(shared.hosts.indexOf(host), 1);
  if (shared.hosts.length > 0) return;
  shared.lab.dispose();
  if (name !== undefined && named.get(name) === shared) named.delete(name);
}
