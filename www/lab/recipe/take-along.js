// A run to take along: its sentences as a table, and the tag that shows it on another page.

import { DEFAULT_ENCODER } from '../../engine/encoder/addresses.js';
import { TRAINING } from './limits.js';
import { labelOf } from '../document/sentences.js';

/** @typedef {import('../../types.js').Recipe} Recipe */
/** @typedef {import('../document/sentences.js').Table} Table */

/** Settings that the tag has attributes for. @type {(keyof typeof TRAINING)[]} */
const ATTRIBUTES = ['epochs', 'weighting'];

/**
 * The table as CSV after RFC 4180, which this page and `polytask train --data` read: a `text` column, and one for each task.
 *
 * @param {Table} table
 */
export function toCsv({ tasks, examples }) {
  const names = tasks.map(({ name }) => name);
  const written = examples.filter(({ text }) => text.trim() !== '');
  const rows = [['text', ...names], ...written.map((example) => [example.text, ...names.map((name) => labelOf(example, name))])];
  return rows.map((row) => `${row.map(quoted).join(',')}\r\n`).join('');
}

/** @param {string} cell */
const quoted = (cell) => (/[",\r\n]|^\s|\s$/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

/**
 * The tag that shows the same run.
 *
 * @param {Recipe} recipe
 * @param {Recipe | undefined} recommended The preset's recommended recipe, if the sentences are a preset.
 * @param {string} base Address of the package's folder.
 * @param {string} file Name of the recipe's file.
 * @returns {{ html: string, needsFile: boolean }} A built-in set with no more than the attributes changed needs no file.
 */
export function tagOf({ data, training, seed, pooling, validation, encoder }, recommended, base, file) {
  const usual = recommended && { ...recommended.training, ...pick(training, ATTRIBUTES), reproducible: training.reproducible };
  const needsFile =
    !usual ||
    !('preset' in data) ||
    (data.preset.name === 'notebook' && data.preset.labels !== 'sensible') ||
    JSON.stringify(essence({ training, pooling, validation })) !==
      JSON.stringify(essence({ training: usual, pooling: recommended.pooling, validation: recommended.validation }));
  const own = ATTRIBUTES.filter((name) => recommended && training[name] !== recommended.training[name]);
  const attributes = needsFile
    ? [['src', file]]
    : [
        ['preset', data.preset.name],
        ...own.map((name) => [name, String(training[name])]),
        ...(seed === recommended.seed ? [] : [['seed', String(seed)]]),
        ...(encoder === DEFAULT_ENCODER ? [] : [['encoder', encoder.replaceAll('&', '&amp;').replaceAll('"', '&quot;')]]),
      ];
  const words = [...attributes, ['views', 'controls losses accuracy try']].map(([name, value]) => `${name}="${value}"`);
  const html = `<script type="module" src="${new URL('polytask-lab.js', base)}"></script>\n<polytask-lab ${words.join(' ')}></polytask-lab>`;
  return { html, needsFile };
}

/** @template {object} T @param {T} object @param {(keyof T)[]} names */
const pick = (object, names) => Object.fromEntries(names.map((name) => [name, object[name]]));

/** The settings in an order of their own, so that their JSON can be compared. @param {Pick<Recipe, 'training' | 'pooling' | 'validation'>} settings */
const essence = ({ training, pooling, validation }) => [
  pooling,
  validation,
  ...Object.keys(TRAINING).map((name) => training[/** @type {keyof typeof TRAINING} */ (name)] ?? null),
];
