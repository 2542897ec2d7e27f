// Alles, was das Element sagt, auf Deutsch. Ein Abschnitt gehört zu einer Ansicht oder zu einem Modul von lab/.

import { numbers } from '../ui/numbers.js';

const n = numbers('de-DE');
/** @param {number} count @param {string} one @param {string} many */
const count = (count, one, many) => `${n.grouped(count)} ${count === 1 ? one : many}`;

/** @type {import('./words.js').Words} */
export default {
  tag: 'de',
  n,

  lab: {
    forgetful: 'Dieser Browser hat keinen Platz für deine Sätze: nach dem Neuladen sind sie weg.',
    nothingHeldOut:
      'Es ist nichts zurückgehalten, woran sich vergleichen ließe: Setz „Zurückgehalten“ unter „Weitere Einstellungen“ etwa auf 0,25.',
    otherSentences: 'Abgebrochen: Jetzt sind es andere Sätze.',
    comparisonCancelled: 'Abgebrochen. Was fertig war, steht in der Tabelle.',
    comparisonBroken: 'Abgebrochen.',
    taskGone: (task) => `Die Aufgabe „${task}“ gibt es nicht mehr: Die Sätze haben sich geändert.`,
    retry: 'Noch einmal',
    crashed: (why) =>
      `Der Trainings-Worker ist abgestürzt (${why}) und wurde ersetzt: Deine Sätze und Einstellungen sind noch da, „Trainieren“ beginnt beim ersten Schritt; falls der Speicher nicht gereicht hat, hilft eine kleinere Batchgröße.`,
    notStarted: (why) => `Der Trainingscode ließ sich nicht starten (${why}); lade die Seite neu, um es noch einmal zu versuchen.`,
  },

  attributes: {
    choice: (name, value, choices) =>
      `Das Attribut ${name}="${value}" ist keine der Möglichkeiten: ${choices.join(', ')}.`,
    view: (value, choices) =>
      `Das Attribut views nennt „${value}“; das ist keine der Ansichten: ${choices.join(', ')}.`,
    whole: (name, value, least) => `Das Attribut ${name}="${value}" muss eine ganze Zahl ab ${least} sein.`,
    unknown: (name, meant, all) =>
      `Ein Attribut ${name} gibt es nicht; ist ${meant} gemeint? Es gibt diese: ${all.join(', ')}.`,
    notFetched: (url, status) =>
      `Die Sätze ließen sich nicht holen: ${status ? `Der Server antwortet mit ${status} auf` : 'Es antwortet niemand unter'} ${url}; der Server einer anderen Seite muss es erlauben (Access-Control-Allow-Origin).`,
    srcKind: (url) =>
      `Das Attribut src nennt ${url}; die Adresse muss auf .csv, .tsv oder .jsonl enden (eine Tabelle) oder auf .json (ein Rezept).`,
    notJson: (url, why) => `${url} ist kein JSON (${why}).`,
  },

  support: {
    lacks: (what) =>
      `Diesem Browser fehlt ${what}; ohne das lässt sich hier nicht trainieren. Aktuelle Versionen von Chrome, Edge, Firefox und Safari (ab 16.4) können es.`,
    wasm: 'WebAssembly',
    simd: 'WebAssembly-SIMD',
    workers: 'die Unterstützung für Modul-Worker',
  },

  presets: {
    notebook: {
      title: 'Notebook',
      tries: ['The soup was cold and bland.', 'It has rained for a week.', 'My new phone is wonderfully fast.'],
    },
    'topic-sentiment': {
      title: 'Thema + Stimmung',
      tries: [
        'The noodles were cold and the waiter ignored us.',
        'At last the fog lifted and we could see the whole valley.',
        'The update deleted every photo on my phone.',
      ],
    },
    tickets: {
      title: 'Support-Anfragen',
      tries: [
        'I was charged twice for one order and nobody answers!',
        'Could you add a dark theme some day? Thank you.',
        'The app closes whenever I open the calendar.',
      ],
    },
  },

  weightings: {
    sum: { title: 'Summe', line: 'Zählt die Verluste zusammen, wie das Notebook.' },
    uncertainty: {
      title: 'Unsicherheit',
      line: 'Lernt, wie verrauscht jede Aufgabe ist, und lässt eine verrauschte weniger zählen (Kendall 2018).',
    },
    dwa: {
      title: 'Dynamisches Mittel',
      line: 'Mehr für die Aufgaben, deren Verlust von Epoche zu Epoche am wenigsten fiel (Liu 2019).',
    },
    random: {
      title: 'Zufall',
      line: 'Lost in jedem Schritt neue Gewichte aus: Daran müssen sich die anderen messen (Lin 2022).',
    },
    gradnorm: {
      title: 'GradNorm',
      line: 'Gleicht die Längen der Gradienten aus, damit die Aufgaben gleich schnell lernen (Chen 2018).',
    },
    famo: {
      title: 'FAMO',
      line: 'Verschiebt Gewicht zu den Aufgaben, die beim letzten Schritt am wenigsten gewannen (Liu 2023).',
    },
    pcgrad: {
      title: 'PCGrad',
      line: 'Nimmt aus jedem Gradienten heraus, was gegen einen anderen zeigt (Yu 2020).',
    },
    cagrad: {
      title: 'CAGrad',
      line: 'Bleibt beim mittleren Gradienten und hilft der am schlechtesten bedienten Aufgabe am meisten (Liu 2021).',
    },
    mgda: {
      title: 'MGDA',
      line: 'Nimmt die kürzeste Mischung der Gradienten, die alle Verluste gleichermaßen senkt (Sener 2018).',
    },
    'imtl-g': {
      title: 'IMTL-G',
      line: 'Ein Schritt, der längs der Richtung jedes Gradienten gleich weit geht (Liu 2021).',
    },
    'nash-mtl': {
      title: 'Nash-MTL',
      line: 'Lässt die Aufgaben verhandeln: Das Produkt ihrer Gewinne wird am größten (Navon 2022).',
    },
    upgrad: {
      title: 'UPGrad',
      line: 'Projiziert jeden Gradienten dorthin, wo er keiner Aufgabe schadet, und mittelt (Quinton 2024).',
    },
    'aligned-mtl': {
      title: 'Aligned-MTL',
      line: 'Stellt die Gradienten rechtwinklig zueinander und macht sie gleich lang (Senushkin 2023).',
    },
  },

  sources: {
    byPath: (path) => `${path}: Eine Seite kann keine Dateien über ihren Pfad lesen; öffne die Datei stattdessen.`,
    read: (sentences, filename) => `${count(sentences, 'Satz', 'Sätze')} aus ${filename} gelesen.`,
    undo: 'Rückgängig',
  },

  notices: {
    dismiss: 'Diese Meldung schließen',
  },

  bar: {
    label: 'Training',
    train: 'Trainieren',
    again: 'Noch einmal',
    pause: 'Pause',
    step: 'Schritt',
    reset: 'Zurück',
    speed: 'Tempo',
    speeds: { 0: 'volles Tempo', 500: '2 Schritte je Sekunde', 1500: '40 Schritte je Minute' },
    epoch: 'Epoche',
    stepCount: 'Schritt',
    loss: 'Verlust',
    epochDone: (epoch, epochs, total) => `Epoche ${epoch} von ${epochs}: Gesamtverlust ${total}.`,
    evaluated: (epoch, training, figures) =>
      `Epoche ${epoch}, Treffer bei ${training ? 'Trainingssätzen' : 'zurückgehaltenen Sätzen'}: ${figures}.`,
    cannot: 'Dieser Browser kann nicht trainieren; was läuft, ist eine Aufzeichnung.',
    unreachable: 'Der Encoder ist nicht da; „Trainieren“ fragt noch einmal nach ihm.',
    comparing: 'Gewichtungen werden verglichen, und dieser Lauf wartet: „Abbrechen“ beim Vergleich beendet das.',
    queuedTrain: 'Das Training beginnt, sobald der Encoder da ist.',
    queuedStep: 'Der Schritt folgt, sobald der Encoder da ist.',
    replaying: 'Ein aufgezeichneter Lauf, bis der Encoder da ist und deiner beginnt.',
    replayPaused: 'Die Aufzeichnung ist angehalten.',
    replayOver: 'Das war eine Aufzeichnung. Dein Lauf beginnt, sobald der Encoder da ist.',
    preparing: 'Der Lauf wird vorbereitet…',
    staleSentencesTraining: 'Die Sätze sind geändert: „Zurück“ beginnt mit ihnen von vorn.',
    staleSentences: 'Die Sätze sind geändert: „Trainieren“ beginnt mit ihnen von vorn.',
    staleSettingsMidway: 'Die Einstellungen sind geändert: „Zurück“ übernimmt sie, „Trainieren“ macht mit den alten weiter.',
    staleSettings: 'Die Einstellungen sind geändert: „Trainieren“ beginnt mit ihnen von vorn.',
    away: '„Trainieren“ holt den Encoder und fängt an.',
    loading: 'Der Encoder ist unterwegs. Sieh dir solange die Sätze an.',
    none: '„Trainieren“ bereitet den Lauf vor und beginnt ihn.',
    ready: 'Bereit. „Trainieren“ geht bis zum Ende, „Schritt“ nimmt einen Batch.',
    measuring: 'Es wird gemessen…',
    paused: (step) => `Angehalten nach Schritt ${step}.`,
    lastStep: 'Der letzte Schritt ist getan; „Trainieren“ misst ihn.',
    ended: 'Fertig. Probier einen Satz aus, oder ändere etwas und trainiere noch einmal.',
    stopped: 'Gestoppt. „Zurück“ beginnt von vorn.',
    training: 'Es wird trainiert…',
    pace: (seconds, left) =>
      `Training: ${seconds} s je Schritt, noch etwa ${left < 90 ? `${Math.max(1, Math.round(left))} s` : `${Math.round(left / 60)} min`}.`,
  },

  encoder: {
    title: 'Encoder',
    bar: 'Download des Encoders',
    away: 'noch nicht geholt',
    fetch: 'Holen',
    cancel: 'Abbrechen',
    retry: 'Noch einmal',
    waiting: 'wartet…',
    reading: (received, total, percent) => `${received} von ${total} MB gelesen, ${percent} %`,
    downloading: (received, total, percent) => `${received} von ${total} MB geladen, ${percent} %`,
    cached: (total) => `${total} MB, aus dem Cache dieses Browsers`,
    downloaded: (total) => `${total} MB, heruntergeladen`,
    notHere: 'nicht da',
    useless: 'nicht geholt: Er ließe sich nicht benutzen',
    threads: (threads) => count(threads, 'Thread', 'Threads'),
    parameters: (trainable, all) => `${n.grouped(trainable)} von ${n.grouped(all)} Parametern lernen`,
  },
};
