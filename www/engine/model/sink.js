// Where the bytes of a model go: to a file that the reader chose, to a file in the browser's own storage, or to a Blob in memory.

/**
 * @typedef {object} Sink
 * @property {(chunk: Uint8Array<ArrayBuffer>) => Promise<void>} write
 * @property {() => Promise<Blob | undefined>} close Ends the file. The Blob, unless the reader has the file already.
 * @property {() => Promise<void>} discard Removes all that was written.
 */

/** Names of files in the browser's storage. */
const PREFIX = 'polytask-zip-';
/** Bytes that are put into a Blob together: the browser may keep those on disk. */
const PART = 8 << 20;

/** A file that the reader chose, which exists already. @param {FileSystemFileHandle} handle @returns {Promise<Sink>} */
export async function toFile(handle) {
  const stream = await handle.createWritable();
  return {
    write: (chunk) => stream.write(chunk),
    close: () => stream.close().then(() => undefined),
    async discard() {
      await stream.abort().catch(() => {});
      // Only Chromium has `remove`, as it has the dialog that gave the handle.
      await /** @type {{ remove?: () => Promise<void> }} */ (/** @type {unknown} */ (handle)).remove?.().catch(() => {});
    },
  };
}

/** A file that the page keeps as long as it lives, in the browser's storage if that is to be had. @returns {Promise<Sink>} */
export async function toKeep() {
  try {
    return await toStorage();
  } catch {
    return toMemory(); // No storage: a private window, a page without an origin.
  }
}

/** @returns {Promise<Sink>} */
async function toStorage() {
  const root = await navigator.storage.getDirectory();
  await clear(root);
  const name = `${PREFIX}${Date.now().toString(36)}${Math.random().toString(36).slice(2)}.zip`;
  const letGo = await hold(name);
  /** @type {FileSystemFileHandle} */
  let handle;
  /** @type {FileSystemWritableFileStream} */
  let stream;
  try {
    handle = await root.getFileHandle(name, { create: true });
    stream = await handle.createWritable();
  } catch (error) {
    letGo();
    await root.removeEntry(name).catch(() => {});
    throw error;
  }
  return {
    write: (chunk) => stream.write(chunk),
    async close() {
      await stream.close();
      return handle.getFile();
    },
    async discard() {
      await stream.abort().catch(() => {});
      await root.removeEntry(name).catch(() => {});
      letGo();
    },
  };
}

/** Says to other pages of this origin that a file is in use, as long as this page lives. @param {string} name @returns {Promise<() => void>} Lets it go. */
const hold = (name) =>
  new Promise((resolve, reject) => {
    navigator.locks
      .request(name, () => {
        const { promise, resolve: letGo } = Promise.withResolvers();
        resolve(() => letGo(undefined));
        return promise;
      })
      .catch(reject);
  });

/** Removes the files of pages that are gone. @param {FileSystemDirectoryHandle} root */
async function clear(root) {
  // tsc's DOM types lack the directory's names.
  const { keys } = /** @type {{ keys: () => AsyncIterable<string> }} */ (/** @type {unknown} */ (root));
  const names = [];
  for await (const name of keys.call(root)) if (name.startsWith(PREFIX)) names.push(name);
  for (const name of names)
    await navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? root.removeEntry(name).catch(() => {}) : undefined));
}

/** For small files, and where there is no storage. @returns {Sink} */
export function toMemory() {
  /** @type {Blob[]} */
  let blobs = [];
  /** @type {Uint8Array<ArrayBuffer>[]} */
  let chunks = [];
  let bytes = 0;
  function settle() {
    blobs.push(new Blob(chunks));
    chunks = [];
    bytes = 0;
  }
  return {
    async write(chunk) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= PART) settle();
    },
    async close() {
      settle();
      return new Blob(blobs, { type: 'application/zip' });
    },
    async discard() {
      blobs = [];
      chunks = [];
    },
  };
}
