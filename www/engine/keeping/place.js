// Where the kept runs are in the browser's own file system (OPFS): a folder for each, all in one folder.

export const RUNS = 'polytask-runs';
/** A file system may allow no longer names. */
const LONGEST = 200;

/** The name of a run's folder. @param {string} key */
export const folderName = (key) => encodeURIComponent(key).slice(-LONGEST);

/** Whether a run may be kept under this key. @param {string} key */
export async function isKept(key) {
  try {
    const root = await navigator.storage.getDirectory();
    await (await root.getDirectoryHandle(RUNS)).getDirectoryHandle(folderName(key));
    return true;
  } catch {
    return false; // There is none, or the browser keeps no files.
  }
}
