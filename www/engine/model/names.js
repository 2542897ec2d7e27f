// The names and sizes of a model's files, and those of a zip that is to be one. Pure: tested in Node.

/** The files of a saved model that are read; a model of ours has either tokenizer.json or, beside its encoder, none. */
export const READ = ['config.json', 'tokenizer.json', 'vocab.txt', 'tokenizer_config.json', 'model.safetensors', 'recipe.json', 'README.md'];
/** Those that every model has, beside a tokenizer. */
export const NEEDED = ['config.json', 'model.safetensors'];

/** Bytes up to which a file may be packed as it likes. src/bin/polytask/unpack.rs has the same limits. */
const HARMLESS = 1 << 20;
/** The most bytes that a larger file may unpack to for one that is packed: no model's file comes near. */
const MOST_RATIO = 100;
/** What systems put beside the files of a folder. */
const NOISE = /^__MACOSX\/|(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/;

/** Whether a name in a zip stays inside of the folder that it is unpacked to. @param {string} name With `/`; of a folder, with one at its end. */
export function isPlain(name) {
  const parts = name.replace(/\/$/, '').split('/');
  return !/[\\:\u0000-\u001f]/.test(name) && parts.every((part) => part !== '' && part !== '.' && part !== '..');
}

/** Whether a file would unpack to far more than a model's does. @param {number} packed Its bytes in the zip. @param {number} bytes */
export const isBomb = (packed, bytes) => bytes > HARMLESS && bytes > MOST_RATIO * packed;

/** The one folder that holds all files, with its slash; '' if there is none. @param {string[]} names */
export function folderOf(names) {
  const own = names.filter((name) => !NOISE.test(name));
  const [first = ''] = own;
  const folder = first.slice(0, first.indexOf('/') + 1);
  return folder !== '' && own.every((name) => name.startsWith(folder)) ? folder : '';
}

/** The name of a model in a file or a folder. @param {string} path */
export const modelName = (path) => path.split(/[?#]/)[0].replace(/(\.zip)?\/*$/i, '').split('/').at(-1) || 'model';

/**
 * The figures on held-out sentences in a model card, as src/export/card.rs writes them.
 *
 * @param {string} card README.md.
 * @returns {{ task: string, heldOut: number, accuracy: number }[]} None of a task without held-out sentences.
 */
export function heldOutFigures(card) {
  const row = /^\| `+ ?(.+?) ?`+ \| .* \| \d+ \| (\d+) \| (\d\.\d+) \| \d\.\d+ to \d\.\d+ \| \d\.\d+ \|$/gm;
  return Array.from(card.matchAll(row), ([, task, heldOut, accuracy]) => ({ task, heldOut: Number(heldOut), accuracy: Number(accuracy) }));
}
