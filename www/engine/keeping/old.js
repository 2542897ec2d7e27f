// Kept runs that nobody has come back to: a page that was closed for good removes none of its own.

import { RUNS } from './place.js';

const OLD_MS = 30 * 24 * 3600 * 1000;

let isDone = false;

/** Removes the runs that no page has visited for 30 days, once for each worker. A page that is open has its run locked. */
export async function removeOld() {
  if (isDone) return;
  isDone = true;
  try {
    const runs = await (await navigator.storage.getDirectory()).getDirectoryHandle(RUNS);
    for (const [name, folder] of await all(runs)) {
      if (folder.kind !== 'directory') continue;
      await navigator.locks.request(`${RUNS}/${name}`, { ifAvailable: true }, async (lock) => {
        if (lock && (await lastVisit(folder)) < Date.now() - OLD_MS) await runs.removeEntry(name, { recursive: true });
      });
    }
  } catch {
    // Another visit tries again.
  }
}

/** The time at which one of a folder's files was written last. @param {FileSystemDirectoryHandle} folder */
async function lastVisit(folder) {
  let last = 0;
  for (const [, file] of await all(folder)) if (file.kind === 'file') last = Math.max(last, (await file.getFile()).lastModified);
  return last;
}

/**
 * What is in a folder, with the names.
 *
 * @param {FileSystemDirectoryHandle} folder
 */
async function all(folder) {
  /** @type {[string, FileSystemDirectoryHandle | FileSystemFileHandle][]} */
  const found = [];
  for await (const entry of /** @type {any} */ (folder).entries()) found.push(entry);
  return found;
}
