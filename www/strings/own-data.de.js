// Wörter für die Prüfung der Daten, fürs Labeln und fürs Klassifizieren einer Datei, auf Deutsch.

import { numbers } from '../ui/numbers.js';

const n = numbers('de-DE');
const count = (/** @type {number} */ of, /** @type {string} */ one, /** @type {string} */ many) => `${n.grouped(of)} ${of === 1 ? one : many}`;

/** @type {typeof import('./own-data.en.js').default} */
export default {
  close: 'Schließen',
  encoder: 'Der Encoder wird noch geladen…',
  encoded: (done, all) => `Satz ${n.grouped(done)} von ${n.grouped(all)} wird gelesen…`,
  judging: 'Suche nach falschen Labels…',

  check: {
    title: 'Was die Prüfung gefunden hat',
    counts: (task, labelled, blank, classes) =>
      `${task}: ${count(labelled, 'Label', 'Labels')} aus ${count(classes, 'Klasse', 'Klassen')}${blank > 0 ? `, ${n.grouped(blank)} ohne Label` : ''}`,
    none: 'Nichts Zweifelhaftes gefunden.',
    kinds: (kinds) => `${count(kinds, 'Art', 'Arten')} von Befunden.`,
    notFetched: 'Der Encoder wurde nicht geladen. Prüf noch einmal, um ihn zu laden.',
    unjudged: (task) => `${task}: zu wenige Labels, um nach falschen zu suchen.`,
    onBothSides: (of) => `${count(of, 'zurückgehaltener Satz', 'zurückgehaltene Sätze')} auch unter den Trainingssätzen`,
    more: (more) => `und ${n.grouped(more)} weitere`,
    again: 'Noch einmal prüfen',
    gone: 'Der Satz wurde seit der Prüfung geändert.',
    all: (of, next) => (next === of ? `Alle ${n.grouped(of)} zeigen` : `${n.grouped(next)} von ${n.grouped(of)} zeigen`),
    errors: (of, task) => `${count(of, 'Label', 'Labels')} von ${task}, ${of === 1 ? 'das' : 'die'} einen zweiten Blick lohn${of === 1 ? 't' : 'en'}`,
    errorsHint: (percent) =>
      `Kleine Modelle, die den Satz nicht kannten, erwarten ein anderes Label. Sie treffen ${percent} der Labels; manches Verdächtige ist richtig, wie es ist.`,
    unsure: (task, accuracy, commonest) =>
      `${task}: Ob Labels falsch sind, lässt sich hier nicht sagen. Der Encoder trifft ${accuracy} der Labels, das häufigste allein macht ${commonest} aus.`,
    is: (label, p) => `ist „${label}“ (${p})`,
    use: (label, p) => `„${label}“ nehmen (${p})`,
    keep: 'Behalten',
    contradictions: (of, task) => `${count(of, 'Satz', 'Sätze')} mit verschiedenen Labels für ${task}`,
    duplicates: (of) => `${count(of, 'Satz', 'Sätze')} mehr als einmal`,
    nearDuplicates: (of) => `${count(of, 'Gruppe', 'Gruppen')} fast gleicher Sätze`,
    lookAlikes: (of) => `${count(of, 'Label, das einem anderen ähnelt', 'Labels, die anderen ähneln')}`,
    lookAlike: (task, label, like) => `${task}: Ist „${label}“ dasselbe wie „${like}“?`,
    merge: (like) => `„${like}“ daraus machen`,
    lone: (of) => `${count(of, 'Label', 'Labels')} mit einem einzigen Satz`,
    loneOf: (task, label) => `${task}: ${label}`,
    unknown: (of) => `${count(of, 'Satz', 'Sätze')}, von ${of === 1 ? 'dem' : 'denen'} der Encoder kein Wort kennt`,
    empty: (of) => `${count(of, 'Satz', 'Sätze')} ohne jedes Token`,
    cut: (of) => `${count(of, 'Satz', 'Sätze')}, auf die größte Länge gekürzt`,
    unlabelled: (of) => `${count(of, 'Satz', 'Sätze')} ohne jedes Label`,
  },

  next: {
    title: 'Den nächsten labeln',
    about: 'Zuerst kommen die Sätze, deren Labels am meisten helfen. Drück die Nummer eines Labels.',
    noTask: 'Es gibt noch keine Aufgabe: Leg zuerst eine mit ihren Klassen an.',
    done: 'Jeder Satz hat seine Labels.',
    allSkipped: 'Du hast alle übrigen übersprungen. Schließ das Fenster und öffne es wieder, um sie noch einmal zu sehen.',
    left: (labelled, left) => `${count(labelled, 'Label', 'Labels')} vergeben, noch ${count(left, 'Satz', 'Sätze')}`,
    guess: (p) => `Vermutung, ${p}`,
    find: (classes) => `Eins von ${n.grouped(classes)} Labels suchen`,
    skip: 'Überspringen',
    undo: 'Rückgängig',
    train: 'Trainieren',
  },

  classify: {
    title: (file) => `Antworten für ${file}`,
    untitled: 'Eine Datei klassifizieren',
    about: 'CSV, TSV, JSON oder JSONL mit einer Spalte voller Sätze, oder eine Textdatei mit einem Satz je Zeile. Sie bleibt auf deinem Gerät.',
    choose: 'Datei wählen…',
    tooBig: (file, most) => `${file} ist zu groß: Hier lassen sich höchstens ${most} MB lesen. Die Kommandozeile hat keine solche Grenze.`,
    unreadable: (file) => `${file}: nicht lesbar; wurde die Datei verschoben, oder ist sie ein Ordner?`,
    column: 'Die Sätze stehen in',
    classified: (done, all) => `${n.grouped(done)} von ${count(all, 'Satz', 'Sätzen')}…`,
    rows: (rows) => count(rows, 'Zeile', 'Zeilen'),
    blank: (blank) => `${n.grouped(blank)} ohne Antwort`,
    row: 'Zeile',
    text: 'Satz',
    stopped: 'Abgebrochen. Wähl die Datei noch einmal.',
    paused: 'Das Training ist angehalten.',
    table: 'Die Zeilen mit ihren Antworten',
    threshold: 'Ohne Antwort unter',
    notThreshold: 'Ohne Antwort unter: Gib eine Wahrscheinlichkeit von 0 bis 1 an.',
    all: 'Alle Wahrscheinlichkeiten',
    format: 'Format',
    download: 'Herunterladen',
  },
};
