// Words for a model that is saved or opened, in English. Loaded with the first such wish.

import { numbers } from '../ui/numbers.js';

const n = numbers('en-GB');
const size = (/** @type {number} */ bytes) => (bytes < 1e6 ? `${n.grouped(Math.max(1, Math.round(bytes / 1000)))} kB` : `${n.fixed(bytes / 1e6, bytes < 1e7 ? 1 : 0)} MB`);
const named = (/** @type {string} */ name) => `“${name}”`;
const list = (/** @type {string[]} */ names) => names.join(' and ');

export default {
  download: (/** @type {number} */ bytes) => `Download model (${size(bytes)})`,
  heads: (/** @type {number} */ bytes) => `Heads only (${size(bytes)})`,
  headsHint: (/** @type {string} */ encoder) => `The encoder did not train: the heads alone, and its name, are enough wherever there is ${encoder}.`,
  hint: 'A zip for sentence-transformers, transformers, the command line and “Open model” on this page.',
  privacy: 'Its recipe.json holds your sentences.',
  withoutSentences: 'Without my sentences',
  writing: (/** @type {number} */ done, /** @type {number} */ all) => `Writing ${size(done)} of ${size(all)}…`,
  preparing: 'Reading the model… The run waits meanwhile.',
  cancel: 'Cancel',
  cancelled: 'Cancelled. Nothing was kept.',
  saved: (/** @type {string} */ name) => `Saved as ${name}.`,
  zip: 'Zip of a model',

  open: 'Open model…',
  openTitle: 'The zip of a model that was downloaded here or made by polytask export',
  drop: 'Or drop the zip here.',
  opening: (/** @type {string} */ name) => `Opening ${name}…`,
  opened: (/** @type {string} */ name, /** @type {{ task: string, heldOut: number, accuracy: number }[]} */ figures) =>
    `${named(name)} is open; training goes on from it.${figures.length > 0 ? ` Right on held-out sentences: ${figures.map(({ task, heldOut, accuracy }) => `${task} ${n.percent(accuracy)} of ${n.grouped(heldOut)}`).join(', ')}.` : ''}`,
  noSentences: 'It came without its sentences: the table has the names of the classes in their place. Put yours there before you train.',

  noRoom: 'There is not enough room for the model, on the disk or in what this browser may use. Make room, then try again; nothing was kept.',
  notWritten: (/** @type {string} */ why) => `The model could not be written (${why}). Nothing was kept; try again, or choose another place.`,

  notZip: (/** @type {string} */ name) => `${named(name)} is no zip. Open the zip of a model as it was saved.`,
  truncated: (/** @type {string} */ name) => `${named(name)} is cut off or damaged: the list of files at its end is not there. Download or copy it again.`,
  damaged: (/** @type {string} */ name, /** @type {string} */ path) => `${named(name)} is damaged: ${path} cannot be read as it was packed. Download or copy it again.`,
  outside: (/** @type {string} */ name, /** @type {string} */ path) => `${named(name)} has a file ${JSON.stringify(path)}, whose name leads out of the zip. Open the zip as it was saved.`,
  bomb: (/** @type {string} */ name, /** @type {string} */ path, /** @type {number} */ packed, /** @type {number} */ bytes) =>
    `${named(name)}: ${path} would unpack from ${size(packed)} to ${size(bytes)} or more, as no model does. Open the zip as it was saved.`,
  missing: (/** @type {string} */ name, /** @type {string[]} */ paths) => `${named(name)} is no model of Polytask: it has no ${list(paths)}. Open the zip of a model as it was saved.`,
  family: (/** @type {string} */ name, /** @type {string} */ family) => `${named(name)} is a model of another family: its config.json says ${JSON.stringify(family)}, and only "bert" is supported.`,
  noHeads: (/** @type {string} */ name) =>
    `${named(name)} has no tasks in its config.json ("polytask" is missing): it is a bare encoder. Open it under “Your files”, or open a model that Polytask saved.`,
  tooMany: (/** @type {string} */ name) => `${named(name)} has more tasks or classes than this page has room for. Use it on the command line: polytask predict --model.`,
  notOpened: (/** @type {string} */ name, /** @type {string} */ why) => `${named(name)} could not be opened: ${why}`,

  notAddress: (/** @type {string} */ given) => `model="${given}" is no address. Give that of a model’s zip, or of its folder with a slash at the end.`,
  noAnswer: (/** @type {string} */ url, /** @type {boolean} */ isElsewhere) =>
    isElsewhere
      ? `The model at ${url} could not be fetched: the connection is down, or its host does not let other sites read it (Access-Control-Allow-Origin).`
      : `The model at ${url} could not be fetched. Check the connection, then try again.`,
  refused: (/** @type {string} */ url, /** @type {number} */ status) => `The model could not be fetched: the server answered ${status} for ${url}. Check the address; that of a folder ends with a slash.`,
  html: (/** @type {string} */ url) => `${url} is a page and no model. Check the address; that of a folder ends with a slash.`,
};
