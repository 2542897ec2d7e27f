// Die Worte des Dialogs für die Spalten einer Datei, auf Deutsch.

import { numbers } from '../ui/numbers.js';

const n = numbers('de-DE');
const count = (/** @type {number} */ of, /** @type {string} */ one, /** @type {string} */ many) => `${n.grouped(of)} ${of === 1 ? one : many}`;

/** @type {typeof import('./columns.en.js').default} */
export default {
  title: (file) => `Spalten von ${file}`,
  size: (rows, columns) =>
    `${count(rows, 'Zeile', 'Zeilen')}, ${count(columns, 'Spalte', 'Spalten')}. Welche enthält die Sätze, welche sind Aufgaben? Vor dem Importieren ändert sich nichts.`,
  roleOf: (column) => `${column} ist`,
  roles: { text: 'Satz', task: 'Aufgabe', other: 'Weglassen' },
  unnamed: (column) => `Spalte ${column}`,
  counts: (classes, filled) => `${count(classes, 'Wert', 'verschiedene Werte')} in ${count(filled, 'Zeile', 'Zeilen')}`,
  noTask: (why) => `Keine Aufgabe: ${why}`,
  blankRows: (rows) => `${count(rows, 'leere Zeile', 'leere Zeilen')} weggelassen.`,
  preview: 'Die ersten Zeilen',
  cancel: 'Abbrechen',
  apply: (rows) => `${count(rows, 'Zeile', 'Zeilen')} importieren`,
  lacks: {
    text: 'Noch enthält keine Spalte die Sätze.',
    task: 'Noch ist keine Spalte eine Aufgabe.',
    names: 'Eine Spalte ohne Namen oder mit dem Namen einer anderen ist nicht zu unterscheiden: benenne sie in der Datei oder lass sie weg.',
  },
};
