// The folder of one kept run, which one tab at a time has open:
//
//   recipe.json           the recipe and the encoder's address; empty: there is no run
//   journal-0, journal-1  the run's events and inputs: see journal.js
//   slot-0, slot-1        checkpoints, written in turn, so that one is whole while the other is being written

import { withLock } from '../locks.js';
import { folderName, RUNS } from './place.js';

/** The worker of a page that was reloaded may still be ending: so long it may hold the folder. */
const LOCK_MS = 1500;
/** Chromium takes two seconds to end a worker whose thread is gone: it waits in the module. */
const LOST_MS = 4000;
const AGAIN_MS = 50;

/** @typedef {import('../../types.js').OpenFile} OpenFile */

/**
 * @typedef {object} Folder
 * @property {OpenFile} recipe
 * @property {OpenFile[]} journals
 * @property {OpenFile[]} slots
 * @property {() => void} close Another tab may open it from now on.
 */

/**
 * @param {string} key Of the run.
 * @param {boolean} [isLost] Whether the worker that has it open was lost a moment ago.
 * @returns {Promise<Folder | undefined>} Nothing if another tab has it. Rejects where a browser keeps no files.
 */
export async function openFolder(key, isLost = false) {
  const root = await navigator.storage.getDirectory();
  const name = folderName(key);
  const ms = isLost ? LOST_MS : LOCK_MS;
  const release = await locked(`${RUNS}/${name}`, ms);
  if (!release) return undefined;
  /** @type {OpenFile[]} */
  const files = [];
  const close = () => {
    for (const file of files) file.close();
    release();
  };
  try {
    const folder = await (await root.getDirectoryHandle(RUNS, { create: true })).getDirectoryHandle(name, { create: true });
    for (const file of ['recipe.json', 'journal-0', 'journal-1', 'slot-0', 'slot-1'])
      files.push(await opened(await folder.getFileHandle(file, { create: true }), ms));
    const [recipe, ...rest] = files;
    return { recipe, journals: rest.slice(0, 2), slots: rest.slice(2), close };
  } catch (error) {
    close();
    throw error;
  }
}

/** @param {string} name @param {number} ms @returns {Promise<(() => void) | undefined>} Releases the lock; nothing if another tab keeps it. */
function locked(name, ms) {
  return new Promise((resolve, reject) => {
    withLock(name, AbortSignal.timeout(ms), () => new Promise((/** @type {(_: void) => void} */ release) => resolve(() => release())))
      .catch((error) => (error.name === 'TimeoutError' || error.name === 'AbortError' ? resolve(undefined) : reject(error)));
  });
}

/** @param {FileSystemFileHandle} handle @param {number} ms @returns {Promise<OpenFile>} */
async function opened(handle, ms) {
  const file = /** @type {FileSystemFileHandle & { createSyncAccessHandle(): Promise<OpenFile> }} */ (handle);
  for (const end = performance.now() + ms; ; await new Promise((resolve) => setTimeout(resolve, AGAIN_MS))) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      // The lock of a worker that ended may go before its files do.
      const isHeld = error instanceof DOMException && error.name === 'NoModificationAllowedError';
      if (!isHeld || performance.now() > end) throw error;
    }
  }
}
