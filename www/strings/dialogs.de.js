// Die Worte der Dialoge über den Sätzen, auf Deutsch.

import { numbers } from '../ui/numbers.js';

const n = numbers('de-DE');

/** @type {typeof import('./dialogs.en.js').default} */
export default {
  task: {
    title: 'Aufgabe',
    titleOf: (task) => `Aufgabe ${task}`,
    name: 'Name',
    classes: 'Klassen',
    classOf: (label) => `Klasse ${label}`,
    newClass: 'Neue Klasse',
    addClass: 'Klasse hinzufügen',
    removeClass: (label) => `Klasse ${label} entfernen`,
    removeNewClass: 'Neue Klasse entfernen',
    findClass: 'Klasse suchen',
    moreClasses: (left) => `${n.grouped(left)} weitere: einen Teil des Namens eingeben`,
    remove: 'Aufgabe entfernen',
    cancel: 'Abbrechen',
    apply: 'Übernehmen',
    nameless: 'Eine Aufgabe braucht einen Namen.',
    notText: '„text“ heißt schon die Spalte mit den Sätzen; nimm einen anderen Namen.',
    notProto: 'Der Name „__proto__“ ist in JavaScript reserviert; nimm einen anderen.',
    taken: (name) => `Eine Aufgabe „${name}“ gibt es schon; nimm einen anderen Namen.`,
  },

  paste: {
    title: 'Tabelle einfügen',
    line: 'CSV, TSV oder JSONL mit Kopfzeile: eine Spalte mit Sätzen und eine Spalte für jede Aufgabe. Sie ersetzt alle Sätze.',
    field: 'Die Tabelle',
    cancel: 'Abbrechen',
    apply: 'Übernehmen',
    notATable: 'Das ist noch keine Tabelle: Es braucht eine Kopfzeile mit mehreren Spalten und eine Zeile für jeden Satz.',
  },
};
