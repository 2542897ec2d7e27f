// Alles, was das Element sagt, auf Deutsch. Ein Abschnitt gehört zu einer Ansicht oder zu einem Modul von lab/.
//
// Ein Begriff, ein Wort, hier wie in den anderen deutschen Texten:
//   accuracy Genauigkeit (Accuracy) · macro-F1 Macro-F1 · loss Verlust · total loss Gesamtverlust · score Score
//   step Schritt · epoch Epoche · batch Batch · run Lauf · seed Seed · recording Aufzeichnung · learning rate Lernrate
//   task Aufgabe · class Klasse · label Label · head Kopf · layer Schicht · encoder Encoder · frozen eingefroren
//   held out zurückgehalten · training sentences Trainingssätze · split Aufteilung · prediction Vorhersage
//   weighting Gewichtung · weight Gewicht · conflict Konflikt · interference Interferenz · mean Mittelwert

import { MOST_CLASSES, MOST_CLASSES_IN_ALL, MOST_TASKS } from '../lab/recipe/limits.js';
import { numbers } from '../ui/numbers.js';
import errors from './errors.de.js';
import { sentences } from './sentences.js';

const n = numbers('de-DE');
/** @param {number} count @param {string} one @param {string} many */
const count = (count, one, many) => `${n.grouped(count)} ${count === 1 ? one : many}`;

/** @type {import('./words.js').Words} */
export default {
  tag: 'de',
  n,

  sentence: sentences(errors, 'de-DE'),

  lab: {
    forgetful: 'Dieser Browser kann deine Sätze nicht speichern: Nach dem Neuladen sind sie weg.',
    nothingHeldOut:
      'Ohne zurückgehaltene Sätze gibt es nichts zu vergleichen: Setz „Zurückgehalten“ unter „Weitere Einstellungen“ etwa auf 0,25.',
    otherSentences: 'Vergleich abgebrochen: Die Sätze haben sich geändert.',
    comparisonCancelled: 'Abgebrochen. Die fertigen Läufe stehen in der Tabelle.',
    comparisonBroken: 'Vergleich abgebrochen.',
    taskGone: (task) => `Die Aufgabe „${task}“ gibt es nicht mehr: Die Sätze haben sich geändert.`,
    notLoaded: (part) => `„${part}“ konnte nicht geladen werden; prüf die Verbindung und versuch es noch einmal.`,
    retry: 'Noch einmal',
    cancel: 'Abbrechen',
    silent: 'Vom Encoder ist seit 10 s nichts gekommen: Vielleicht ist die Verbindung weg, oder ein anderer Tab holt ihn. Was da ist, bleibt.',
    useEncoder: (name) => `${name} nehmen`,
    crashed: (why) =>
      `Der Trainings-Worker ist abgestürzt (${why}) und wurde ersetzt. Deine Sätze und Einstellungen sind noch da, und „Trainieren“ beginnt wieder beim ersten Schritt. Falls der Speicher nicht gereicht hat, versuch es mit einer kleineren Batchgröße.`,
    replacing: (why) => `Der Trainings-Worker ist abgestürzt (${why}) und wird ersetzt …`,
    notStarted: (why) => `Der Trainingscode ließ sich nicht starten (${why}); lade die Seite neu, um es noch einmal zu versuchen.`,
  },

  attributes: {
    choice: (name, value, choices) =>
      `Das Attribut ${name}="${value}" gibt es so nicht; möglich sind: ${choices.join(', ')}.`,
    view: (value, choices) =>
      `Das Attribut views nennt „${value}“; eine solche Ansicht gibt es nicht. Die Ansichten sind: ${choices.join(', ')}.`,
    whole: (name, value, least) => `Das Attribut ${name}="${value}" muss eine ganze Zahl sein, mindestens ${least}.`,
    unknown: (name, meant, all) =>
      `Ein Attribut ${name} gibt es nicht; meinst du ${meant}? Die Attribute sind: ${all.join(', ')}.`,
    tasks: (value, columns) =>
      `Das Attribut tasks nennt „${value}“; eine solche Label-Spalte gibt es nicht. Die Label-Spalten sind: ${columns.join(', ')}.`,
  },

  support: {
    lacks: (what) =>
      `Diesem Browser fehlt ${what}; ohne das geht das Training nicht. Aktuelle Versionen von Chrome, Edge, Firefox und Safari (ab 16.4) haben es.`,
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
    sum: { title: 'Summe', line: 'Addiert die Verluste, wie das Notebook.' },
    uncertainty: {
      title: 'Unsicherheit',
      line: 'Lernt, wie verrauscht jede Aufgabe ist, und gibt verrauschten weniger Gewicht (Kendall 2018).',
    },
    dwa: {
      title: 'Dynamischer Mittelwert',
      line: 'Gibt Aufgaben mehr Gewicht, deren Verlust von Epoche zu Epoche am wenigsten sinkt (Liu 2019).',
    },
    random: {
      title: 'Zufall',
      line: 'Zieht in jedem Schritt zufällige Gewichte: Daran müssen sich die anderen messen (Lin 2022).',
    },
    gradnorm: {
      title: 'GradNorm',
      line: 'Gleicht die Längen der Gradienten an, damit alle Aufgaben ähnlich schnell lernen (Chen 2018).',
    },
    famo: {
      title: 'FAMO',
      line: 'Gibt Aufgaben mehr Gewicht, die sich im letzten Schritt am wenigsten verbessert haben (Liu 2023).',
    },
    pcgrad: {
      title: 'PCGrad',
      line: 'Entfernt aus jedem Gradienten den Anteil, der gegen einen anderen zeigt (Yu 2020).',
    },
    cagrad: {
      title: 'CAGrad',
      line: 'Bleibt nahe am mittleren Gradienten, hilft aber der Aufgabe, die davon am wenigsten hat (Liu 2021).',
    },
    mgda: {
      title: 'MGDA',
      line: 'Nimmt den kürzesten gewichteten Mittelwert der Gradienten; er senkt alle Verluste gleich stark (Sener 2018).',
    },
    'imtl-g': {
      title: 'IMTL-G',
      line: 'Geht in Richtung jedes Gradienten gleich weit (Liu 2021).',
    },
    'nash-mtl': {
      title: 'Nash-MTL',
      line: 'Lässt die Aufgaben verhandeln: maximiert das Produkt ihrer Gewinne (Navon 2022).',
    },
    upgrad: {
      title: 'UPGrad',
      line: 'Projiziert jeden Gradienten so, dass er keiner Aufgabe schadet, und mittelt dann (Quinton 2024).',
    },
    'aligned-mtl': {
      title: 'Aligned-MTL',
      line: 'Macht die Gradienten orthogonal und gleich lang (Senushkin 2023).',
    },
  },

  sources: {
    byPath: (path) => `${path}: Eine Seite kann keine Dateien über ihren Pfad lesen; öffne die Datei stattdessen.`,
    read: (sentences, filename) => `${count(sentences, 'Satz', 'Sätze')} aus ${filename} gelesen.`,
    crowded: (tasks) =>
      `Diese Seite öffnet höchstens ${MOST_TASKS} Aufgaben mit höchstens ${n.grouped(MOST_CLASSES)} Klassen in einer Aufgabe und ${n.grouped(MOST_CLASSES_IN_ALL)} insgesamt. Nicht geöffnet: ${tasks.join(', ')}.`,
    undo: 'Rückgängig',
    found: 'Deine Sätze von einem früheren Besuch wurden erst jetzt gefunden. Sie bleiben erhalten, deine Änderungen seither auch.',
    openFound: 'Öffnen',
    inOtherTab: 'Ein anderer Tab hat diese Sätze geändert. Sie bleiben erhalten, und Änderungen hier werden daneben aufbewahrt.',
    beside: 'Ein anderer Tab hat diese Sätze auch geändert. Seine Änderungen werden neben deinen aufbewahrt, und der nächste Besuch bietet beide an.',
  },

  sentences: {
    title: 'Sätze',
    line: 'Jede Label-Spalte ist eine Aufgabe. Du kannst jede Zelle ändern. Ein Satz ohne Label zählt bei dieser Aufgabe nicht mit.',
    presets: 'Mitgelieferte Sätze',
    labels: 'Labels der Notebook-Sätze',
    sensible: 'sinnvolle Labels',
    random: 'zufällige, wie im Notebook',
    table: 'Sätze und Labels',
    row: 'Zeile',
    text: 'Satz',
    textOf: (row) => `Satz ${row}`,
    removeColumn: 'Entfernen',
    remove: (row) => `Satz ${row} entfernen`,
    editTask: 'Diese Aufgabe und ihre Klassen umbenennen oder entfernen',
    labelOf: (task, row) => `${task} von Satz ${row}`,
    newClass: 'Neue Klasse …',
    newClassOf: (task) => `Neue Klasse von ${task}`,
    heldOut: 'Zurückgehalten: nie zum Trainieren, nur zum Auswerten.',
    rowHeldOut: (row) => `${row}, zurückgehalten`,
    rowInBatch: (row) => `${row}, im Batch`,
    countOf: (sentences, tasks) => `${count(sentences, 'Satz', 'Sätze')}, ${count(tasks, 'Aufgabe', 'Aufgaben')}`,
    heldOutCount: (rows) => `${n.grouped(rows)} zurückgehalten`,
    inBatchCount: (rows) => `${n.grouped(rows)} im Batch`,
    from: (name) => ` · Quelle: ${name}`,
    edited: (name) => ` · geändert, Quelle: ${name}`,
    skipTable: 'Tabelle überspringen',
    addRow: 'Satz hinzufügen',
    addTask: 'Aufgabe hinzufügen',
    freshTask: (number) => `Aufgabe ${number}`,
    open: 'Datei öffnen …',
    paste: 'Einfügen …',
    undo: 'Rückgängig',
    redo: 'Wiederholen',
    undoEnds: 'Die Änderungen vor dieser sind zu alt, um sie rückgängig zu machen.',
    own: 'Deine eigenen Sätze: Öffne eine Tabelle (CSV, TSV oder JSON), zieh sie hierher oder füg sie ein; sie braucht eine Spalte mit Sätzen und eine Spalte für jede Aufgabe.',
    pasted: (ending) => `eingefügter Text.${ending}`,
    tooBig: (file, size, most) => `${file}: ${size} MB sind zu viel; höchstens ${most} MB lassen sich hier lesen.`,
    columns: 'Spalten wählen…',
    check: 'Daten prüfen',
    labelNext: 'Den nächsten labeln',
    unreadable: (file) => `${file}: ließ sich nicht lesen; wurde die Datei verschoben, oder ist es ein Ordner?`,
  },

  painting: {
    title: 'Per Klick labeln',
    blank: (task) => `kein Label für ${task}`,
    hint: (task, label) =>
      `Klick in der Spalte ${task} auf die Zellen, ${label ? `die das Label „${label}“ bekommen` : 'die ihr Label verlieren'} sollen, oder nimm ↑ ↓ und die Leertaste. Esc beendet das Labeln.`,
    done: (row, label) => `Satz ${row}: ${label || 'kein Label'}`,
    find: (classes) => `eine von ${n.grouped(classes)} suchen`,
    findOf: (task) => `Klasse von ${task} suchen`,
  },

  search: {
    choices: 'Klassen',
    blank: '— kein Label',
    create: (label) => `Neue Klasse „${label}“`,
    more: (left) => `${n.grouped(left)} weitere: einen Teil des Namens eingeben`,
    none: 'Keine Klasse heißt so ähnlich.',
  },

  settings: {
    title: 'Einstellungen',
    newSeed: 'Neuer Seed',
    recommended: 'Empfohlene',
    more: 'Weitere Einstellungen',
    by: { losses: 'nach Verlusten', gradients: 'nach Gradienten' },
    taskWeights: 'Gewicht des Verlusts jeder Aufgabe',
    taskWeight: 'Faktor für ihren Verlust; meist 1',
    taskWeightWrong: (task) => `Das Gewicht von ${task} muss zwischen 0 und 1000 liegen.`,
    whole: (subject, least, most) => `${subject} muss eine ganze Zahl von ${least} bis ${most} sein.`,
    fields: {
      epochs: { label: 'Epochen', hint: 'Durchgänge durch die Sätze', subject: 'Die Anzahl der Epochen' },
      batch_size: { label: 'Batchgröße', hint: 'Sätze je Batch', subject: 'Die Batchgröße' },
      learning_rate: {
        label: 'Lernrate',
        hint: 'wie groß ein Schritt ist',
        wrong: 'Die Lernrate muss über 0 liegen und darf höchstens 10 sein; versuch es mit 1e-4.',
      },
      freeze: {
        label: 'Eingefroren',
        hint: 'was nicht trainiert wird',
        choices: {
          none: 'nichts',
          embeddings: 'Embeddings',
          'layers:1': 'Embeddings, Schicht 1',
          'layers:2': 'Embeddings, Schichten 1–2',
          'layers:3': 'Embeddings, Schichten 1–3',
          'layers:4': 'Embeddings, Schichten 1–4',
          'layers:5': 'Embeddings, Schichten 1–5',
          encoder: 'ganzer Encoder',
        },
      },
      seed: { label: 'Seed', hint: 'gleicher Seed, gleicher Lauf', subject: 'Der Seed' },
      weighting: { label: 'Gewichtung', hint: '' },
      held_out: {
        label: 'Zurückgehalten',
        hint: 'Anteil zum Auswerten, 0 bis 0,9',
        wrong: 'Der zurückgehaltene Anteil muss zwischen 0 und 0,9 liegen.',
      },
      pooling: {
        label: 'Pooling',
        hint: 'von Tokenvektoren zum Satzvektor',
        choices: { mean: 'Mittelwert aller Tokens', cls: '[CLS]-Token', pooler: 'Pooler von BERT' },
      },
      optimizer: {
        label: 'Optimierer',
        hint: 'die Update-Regel',
        choices: { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' },
      },
      head_learning_rate: {
        label: 'Lernrate der Köpfe',
        hint: 'leer: wie die des Encoders',
        wrong: 'Die Lernrate der Köpfe muss über 0 liegen und darf höchstens 10 sein, oder das Feld bleibt leer.',
      },
      weight_decay: {
        label: 'Weight Decay',
        hint: 'zieht die Gewichte zur 0',
        wrong: 'Weight Decay muss 0 oder größer sein.',
      },
      schedule: {
        label: 'Lernratenplan',
        hint: 'wie sich die Lernrate ändert',
        choices: { constant: 'konstant', linear: 'linear bis 0', cosine: 'Kosinus bis 0' },
      },
      warmup: { label: 'Warm-up', hint: 'Schritte mit steigender Lernrate', subject: 'Die Zahl der Warm-up-Schritte' },
      max_grad_norm: {
        label: 'Gradienten begrenzen',
        hint: 'auf diese Norm; leer: gar nicht',
        wrong: 'Die größte Norm der Gradienten muss über 0 liegen, oder das Feld bleibt leer.',
      },
      dropout: {
        label: 'Dropout',
        hint: 'Anteil der Werte, die 0 werden',
        wrong: 'Dropout muss mindestens 0 und kleiner als 1 sein.',
      },
      label_smoothing: {
        label: 'Label Smoothing',
        hint: 'Anteil, der auf alle Klassen verteilt wird',
        wrong: 'Label Smoothing muss mindestens 0 und kleiner als 1 sein.',
      },
      class_weights: {
        label: 'Klassengewichte',
        hint: 'wie viel eine seltene Klasse zählt',
        choices: { none: 'alle gleich', balanced: 'ausgeglichen' },
      },
      gradient_accumulation_steps: {
        label: 'Batches je Schritt',
        hint: 'ihre Gradienten werden addiert',
        subject: 'Die Zahl der Batches je Schritt',
      },
      tasks_per_step: {
        label: 'Aufgaben je Schritt',
        hint: 'reihum; leer: alle',
        subject: 'Die Zahl der Aufgaben je Schritt, wenn angegeben,',
      },
      gradual_unfreezing: {
        label: 'Stufenweise auftauen',
        hint: 'Epochen bis zur nächsten Schicht, von oben; leer: alles sofort',
        subject: 'Die Zahl der Epochen bis zur nächsten Schicht, wenn angegeben,',
      },
      early_stopping_patience: {
        label: 'Geduld',
        hint: 'Epochen ohne Verbesserung; leer: bis zum Ende trainieren',
        subject: 'Die Geduld, wenn angegeben,',
      },
      load_best_model_at_end: { label: 'Zurück zur besten Epoche', hint: 'am Ende des Laufs' },
      metric_for_best_model: {
        label: 'Beste Epoche nach',
        hint: 'auf den zurückgehaltenen Sätzen',
        choices: { loss: 'kleinstem Verlust', accuracy: 'Genauigkeit', macro_f1: 'Macro-F1' },
      },
      max_length: { label: 'Maximale Länge', hint: 'in Tokens; der Rest wird abgeschnitten', subject: 'Die maximale Länge' },
      shuffle: { label: 'Mischen', hint: 'in jeder Epoche eine neue Reihenfolge' },
      reproducible: {
        label: 'Überall dieselben Bits',
        hint: 'in jedem Browser, auf jedem Gerät: langsamer, ohne Fused Multiply-Add',
      },
    },
  },

  model: {
    title: 'Dein Modell',
    line: 'Der Code stellt ihm den Satz, den du zuletzt probiert hast.',
    soon: 'Vom ersten Schritt an kannst du es hier herunterladen.',
    python: 'In Python',
    page: 'Auf deiner eigenen Seite',
    command: 'Auf der Kommandozeile',
  },

  share: {
    title: 'Diesen Lauf teilen',
    line: 'Einstellungen, Seed und Sätze stecken im Link selbst; hochgeladen wird nichts.',
    reproducible: 'Dieselben Bits in jedem Browser',
    slower: 'etwa ein Viertel langsamer',
    link: 'Link zu diesem Lauf',
    copy: 'Kopieren',
    copied: 'Kopiert',
    byHand: 'Markiert: Kopier es mit der Tastatur.',
    size: (characters) => `${characters} Zeichen`,
    tooMuch: 'So viele Sätze passen in keinen Link: Nimm das Rezept als Datei mit.',
    long: (characters) =>
      `${characters} Zeichen: Manche Programme schneiden so lange Links ab. Sicherer ist das Rezept als Datei.`,
    files: 'Dateien',
    recipe: 'Rezept (JSON)',
    csv: 'Sätze (CSV)',
    command: 'Auf der Kommandozeile, mit dem Rezept',
    needsModel: (file) => `Wer diesen Lauf wiederholt, braucht das Modell ${file}.`,
    needsFiles: (name) => `Wer diesen Lauf wiederholt, braucht die Dateien deines Encoders ${name}.`,
    tag: 'Auf deiner eigenen Seite',
    tagWithFile: 'Auf deiner eigenen Seite, neben dem Rezept',
  },

  link: {
    kept: 'Ein Link hat deine Sätze und Einstellungen ersetzt; „Rückgängig“ holt sie zurück.',
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
    reset: 'Von vorn',
    speed: 'Tempo',
    speeds: { 0: 'schnell', 500: 'langsam', 1500: 'langsamer' },
    epoch: 'Epoche',
    stepCount: 'Schritt',
    loss: 'Verlust',
    epochDone: (epoch, epochs, total) => `Epoche ${epoch} von ${epochs}: Gesamtverlust ${total}.`,
    evaluated: (epoch, training, figures) =>
      `Epoche ${epoch}, Genauigkeit auf ${training ? 'Trainingssätzen' : 'zurückgehaltenen Sätzen'}: ${figures}.`,
    cannot: 'Dieser Browser kann nicht trainieren; du siehst eine Aufzeichnung.',
    cannotAtAll: 'Dieser Browser kann nicht trainieren.',
    unreachable: 'Der Encoder ließ sich nicht holen; „Trainieren“ versucht es noch einmal.',
    comparing: 'Dieser Lauf wartet, bis „Gewichtungen vergleichen“ fertig oder abgebrochen ist.',
    queuedTrain: 'Das Training beginnt, sobald der Encoder da ist.',
    queuedStep: 'Der Schritt beginnt, sobald der Encoder da ist.',
    replaying: 'Eine Aufzeichnung läuft, bis dein eigener Lauf beginnt.',
    replayingAway: 'Eine Aufzeichnung. Dein Lauf beginnt, wenn du den Encoder holst.',
    replayPaused: 'Die Aufzeichnung ist angehalten.',
    replayOverAway: 'Das war eine Aufzeichnung. Dein Lauf beginnt, wenn du den Encoder holst.',
    replayOver: 'Das war eine Aufzeichnung. Dein Lauf beginnt, sobald der Encoder da ist.',
    preparing: 'Der Lauf wird vorbereitet …',
    resuming: (step) => `Es geht weiter, wo es aufgehört hat: Schritt ${n.grouped(step)}.`,
    staleSentencesTraining: 'Sätze geändert: „Von vorn“ beginnt mit ihnen neu.',
    staleSentences: 'Sätze geändert: „Trainieren“ beginnt mit ihnen von vorn.',
    staleSettingsMidway: 'Einstellungen geändert: „Von vorn“ übernimmt sie, „Trainieren“ macht mit den alten weiter.',
    staleSettings: 'Einstellungen geändert: „Trainieren“ beginnt mit ihnen von vorn.',
    away: '„Trainieren“ holt den Encoder und beginnt.',
    loading: 'Der Encoder wird heruntergeladen. Sieh dir solange die Sätze an.',
    none: '„Trainieren“ bereitet den Lauf vor und beginnt ihn.',
    ready: 'Bereit. „Trainieren“ läuft bis zum Ende, „Schritt“ trainiert mit einem Batch.',
    measuring: 'Es wird gemessen …',
    paused: (step) => `Angehalten nach Schritt ${step}.`,
    lastStep: 'Der letzte Schritt ist fertig; „Trainieren“ wertet das Modell aus.',
    ended: 'Fertig. Probier einen Satz aus, oder ändere etwas und trainiere noch einmal.',
    endedWith: (verdicts) => `Fertig. ${verdicts}.`,
    judged: (verdict, tasks, all) =>
      `${verdict}: ${tasks.join(', ')}${all > tasks.length ? ` und ${all - tasks.length} weitere` : ''}`,
    verdicts: {
      learned: 'Gelernt',
      memorised: 'Auswendig gelernt',
      not_better: 'Nicht besser als die häufigste Antwort',
      not_learned: 'Nichts gelernt',
      diverged: 'Divergiert',
      too_few: 'Zu wenige zurückgehaltene Sätze für ein Urteil',
      nothing_held_out: 'Nichts zurückgehalten',
      no_labels: 'Keine Labels',
    },
    stopped: 'Gestoppt. „Von vorn“ beginnt neu.',
    contrastive: (step, steps) => `Sätze einer Klasse werden zusammengeführt: Schritt ${step} von ${steps}`,
    training: 'Es wird trainiert …',
    pace: (seconds, left) =>
      `Training: ${seconds} s je Schritt, noch etwa ${left < 90 ? `${Math.max(1, Math.round(left))} s` : `${Math.round(left / 60)} min`}.`,
  },

  loop: {
    title: 'Die Schleife',
    about: '„Schritt“ schickt einen Batch hindurch; jede Zeile leuchtet auf, während sie ausgeführt wird.',
    moves: 'Die fünf Phasen eines Schritts',
    phases: { batch: 'Batch', forward: 'vorwärts', losses: 'Verluste', backward: 'rückwärts', update: 'Update' },
    python: 'Das Notebook: Python mit PyTorch',
    rust: 'Dasselbe hier: Rust mit Polytask',
    same: 'backward() addiert zum Gradienten jedes Parameters; deshalb muss das Notebook die Gradienten vor jedem Schritt auf null setzen. take_gradients entnimmt sie, also ist danach nichts zurückzusetzen. Die Tests von Polytask kompilieren diese Rust-Zeilen und prüfen, dass sie Bit für Bit dieselben Parameter ergeben wie der Trainer, der hier läuft. Der Trainer kümmert sich außerdem um Lernratenplan, Gewichtung und Berichte.',
    weighted: 'Dieser Lauf hat eine Gewichtung: Sie ersetzt die Zeile, die die Verluste addiert, und der Faktor jeder Aufgabe kann sich von Schritt zu Schritt ändern.',
    epoch: (epoch) => `Epoche ${epoch}`,
    step: (step) => `Schritt ${step}`,
    batch: (sentences, tokens) => `${count(sentences, 'Satz', 'Sätze')}, ${count(tokens, 'Token', 'Tokens')}`,
    rate: (rate) => `Lernrate ${rate}`,
    noLabels: (task) => `kein Satz im Batch hat ein Label für ${task}`,
    said: (step, losses, total) => `Schritt ${step} ist fertig. Verluste: ${losses}; gesamt ${total}.`,
  },

  steps: {
    title: 'Eine Aufgabe nach der anderen',
    about: 'Ein Schritt für eine Aufgabe nutzt nur ihren Gradienten, auch im gemeinsamen Encoder. Die anderen Köpfe ändern sich nicht.',
    only: ['Schritt nur für', ''],
    onlyTitle: (task) => `Ein Schritt nur für ${task}`,
    all: (tasks) => (tasks === 2 ? 'Schritt für beide' : `Schritt für alle ${tasks}`),
    allTitle: 'Ein Schritt für alle Aufgaben zusammen, wie im Training',
    losses: (step) => `Verluste vor Schritt ${step}:`,
    none: 'Noch kein Schritt.',
  },

  gradients: {
    title: 'Gradienten',
    measure: 'Gradienten messen',
    whichTwo: 'Welche zwei Aufgaben',
    task: (letter) => `Aufgabe ${letter}`,
    combined: 'kombiniert',
    combinedWhat: 'die Gradienten aller Aufgaben, durch die Gewichtung kombiniert: Σ w·g',
    step: 'Schritt',
    stepWhat: 'der ausgeführte Schritt, als −Δθ: nur seine Richtung, nicht seine Länge',
    layers: 'Kosinus, Schicht für Schicht',
    against: '−1 entgegengesetzt',
    along: 'gleichgerichtet +1',
    steps: 'Kosinus, Schritt für Schritt',
    cosine: 'Kosinus',
    chartEmpty: 'Kosinus des Winkels zwischen den beiden Gradienten, nach Schritten. Noch keine Schritte.',
    chart: (a, b, step, cosine) =>
      `Kosinus des Winkels zwischen den Gradienten von ${a} und ${b}, nach Schritten. Schritt ${step}: ${cosine}.`,
    oneTask: 'Bei nur einer Aufgabe gibt es keinen zweiten Gradienten zum Vergleichen.',
    hintOn: 'Trainiere oder mach einen Schritt: Der nächste Schritt zeichnet die Pfeile.',
    hintOff: 'Schalte „Gradienten messen“ ein, dann trainiere oder mach einen Schritt.',
    noneYet: 'noch nichts gemessen',
    notMeasured: 'nicht gemessen',
    ofStep: (step) => `Schritt ${step}`,
    shown: (remark, step) => `${remark} Gezeigt: Schritt ${step}`,
    notBoth: (step) => `Schritt ${step} hat nicht beide Aufgaben trainiert.`,
    nothingShared: (step) =>
      `In Schritt ${step} gibt es nichts zu messen: Kein gemeinsamer Parameter wurde trainiert.`,
    arrowsEmpty: 'Pfeile der Gradienten zweier Aufgaben. Noch nichts gemessen.',
    arrows: (a, b, step, verdict) =>
      `Pfeile der Gradienten von ${a} und ${b} in Schritt ${step}. ${verdict} Die Zahlen stehen in der Tabelle daneben.`,
    verdicts: {
      conflict: {
        says: (angle) => `Konflikt: ${angle} auseinander.`,
        means:
          'Ein kleiner Schritt gegen den Gradienten der einen Aufgabe erhöht den Verlust der anderen. Wichtig ist das, wenn es über viele Schritte anhält und der Verlust einer Aufgabe nicht mehr sinkt: Dann bestimmt der längere Gradient die Richtung des Schritts.',
      },
      independent: {
        says: (angle) => `Fast unabhängig: ${angle} auseinander.`,
        means: 'Von 85° bis 95° ändert ein kleiner Schritt gegen den Gradienten der einen Aufgabe den Verlust der anderen kaum.',
      },
      noConflict: {
        says: (angle) => `Kein Konflikt: ${angle} auseinander.`,
        means: 'Ein kleiner Schritt gegen den Gradienten der einen Aufgabe senkt auch den Verlust der anderen.',
      },
    },
    band: 'Getönt: fast unabhängig, von 85° bis 95°. Einzelne Schritte unter dem getönten Streifen sind normal; viele hintereinander bedeuten, dass die Aufgaben im Konflikt sind.',
    tableCaption: (a, b) => `Gradienten von ${a} und ${b}`,
    norm: 'Länge ‖g‖',
    weight: 'Gewicht w',
    change: 'Änderung ihres Verlusts in erster Ordnung',
    cosineOf: 'Kosinus',
    combinedNorm: 'Länge kombiniert ‖Σ w·g‖',
    stepNorm: 'Länge des Schritts ‖Δθ‖',
    noRate: '0 (Lernrate 0)',
    share: 'Anteil des Schritts in dieser Ebene',
  },

  interference: {
    title: 'Interferenz',
    measure: 'Messen',
    measuring: 'Messe …',
    explains:
      'Jede Zeile ist ein Schritt nur für diese Aufgabe. Jede Spalte zeigt, wie sehr er den Verlust dieser Aufgabe auf denselben Sätzen ändert: Unter 0 hilft er, über 0 schadet er. Jeder Schritt wird gemessen und dann zurückgenommen; der Lauf ändert sich nicht.',
    noRun: 'braucht einen eigenen Lauf: Drück „Trainieren“ oder „Schritt“',
    notYet: 'noch nicht gemessen',
    measured: (step, rate) =>
      `nach Schritt ${step}, am nächsten Batch, mit der vollen Lernrate ${rate}; danach zurückgenommen`,
    tableCaption:
      'Änderung des Verlusts jeder Aufgabe (Spalten) durch einen Schritt für nur eine Aufgabe (Zeilen). Unter 0 hilft der Schritt, über 0 schadet er.',
    corner: 'Schritt für ↓ ändert →',
    helps: 'hilft',
    hurts: 'schadet',
    nothing: 'nichts',
    diverged: 'divergiert',
  },

  sharing: {
    title: 'Hilft das Teilen hier?',
    about: 'Trainiert jede Aufgabe allein und alle zusammen, mit deinen Einstellungen, derselben Aufteilung und denselben Seeds.',
    start: 'Herausfinden',
    task: 'Aufgabe',
    alone: 'allein',
    together: 'zusammen',
    gain: 'Gewinn in Punkten',
    range: (mean, low, high) => `${mean} (${low} bis ${high})`,
    helps: (gain, seeds) => `Ja: Zusammen gewinnen die Aufgaben im Mittel ${gain} Prozentpunkte Genauigkeit, mit ${seeds} Seeds.`,
    hurts: (gain, seeds) =>
      `Nein, es schadet: Zusammen ändern sich die Aufgaben im Mittel um ${gain} Prozentpunkte Genauigkeit, mit ${seeds} Seeds. Trainier sie getrennt.`,
    unclear: (gain, seeds) =>
      `Nicht klar: Zusammen ändern sich die Aufgaben im Mittel um ${gain} Prozentpunkte Genauigkeit, mit ${seeds} Seeds. Die Null liegt in diesem Bereich; ein gemeinsamer Encoder ist kleiner und schneller.`,
    oneSeed: (gain) => `Ein Seed sagt nichts aus: im Mittel ${gain} Prozentpunkte Genauigkeit. Nimm drei oder mehr.`,
    delta: (mean, deviation) => `Δm ${mean} ± ${deviation} %.`,
    old: 'Die Antwort galt früheren Sätzen oder Einstellungen: Finde es noch einmal heraus.',
    oneTask: 'Dazu braucht es mindestens zwei Aufgaben.',
    none: 'Die Bereiche werden 95-%-Konfidenzintervalle über die Seeds sein.',
  },

  compare: {
    title: 'Gewichtungen vergleichen',
    about: 'Trainiert jede Gewichtung von vorn, mit deinen Einstellungen, auf derselben Aufteilung und mit denselben Seeds. Dein Lauf wartet solange.',
    weightings: 'Gewichtungen',
    seeds: 'Seeds',
    compare: 'Vergleichen',
    cancel: 'Abbrechen',
    bar: 'Läufe des Vergleichs',
    chooseOne: 'Wähle mindestens eine Gewichtung.',
    plan: (runs, seeds, weightings) =>
      `${runs} Läufe: ${seeds > 1 ? `für jeden von ${seeds} Seeds ` : ''}die lineare Sonde, jede Aufgabe allein und ${weightings === 1 ? 'die Gewichtung' : `${weightings} Gewichtungen`}.`,
    noEncoder: 'Sie können beginnen, wenn der Encoder da ist.',
    progress: (done, all) => `${done} von ${all} Läufen fertig`,
    only: (task) => `nur ${task}`,
    last: (name, seed) => `; der letzte: ${name}, Seed ${seed}.`,
    done: (runs, seeds) =>
      `Alle ${runs} Läufe sind fertig${seeds === 1 ? '; bei nur einem Seed kann ein Unterschied Zufall sein' : ''}.`,
    failed: (why) => `Einige Läufe sind gescheitert und zählen nicht mit: ${why}`,
    scale: 'Genauigkeit auf zurückgehaltenen Sätzen in Prozent; alle Diagramme haben dieselbe Skala',
    keyDot: 'ein Seed',
    keyMean: 'Mittelwert der Seeds',
    keyAlone: 'jede Aufgabe allein',
    keyMajority: 'häufigste Klasse (am Ende bekannt)',
    dot: (seed, accuracy) => `Seed ${seed}: ${accuracy}`,
    noneYet: 'noch kein Lauf',
    said: (task, mean, least, most, seeds) => `${task} ${mean}${seeds > 1 ? ` (${seeds} Seeds, ${least} bis ${most})` : ''}`,
    caveat:
      'Eine sorgfältig eingestellte Summe der Verluste ist oft so gut wie die anderen Gewichtungen oder besser (Kurin et al. 2022; Xin et al. 2022). Unterschiede, die kleiner sind als die Abweichungen, bedeuten nichts, und bei nur einem Seed bedeutet kein Unterschied etwas. Δm ist der mittlere relative Gewinn an Genauigkeit gegenüber jeder Aufgabe allein.',
    asTable: 'Als Tabelle',
    table: 'Vergleich',
    tableCaption:
      'Genauigkeit auf zurückgehaltenen Sätzen für jede Art zu trainieren (Mittelwert und Abweichung über die Seeds), darunter Macro-F1, und der mittlere relative Gewinn gegenüber jeder Aufgabe allein',
    corner: 'Genauigkeit, Macro-F1',
    deltaTitle: 'mittlerer relativer Gewinn an Genauigkeit gegenüber jeder Aufgabe allein',
    someSeeds: (finished, seeds) => `, ${finished} von ${seeds} Seeds`,
    measure: 'die Referenz',
    titles: { majority: 'Häufigste Klasse', linear_probe: 'Lineare Sonde', single_task: 'Jede Aufgabe allein' },
    lines: {
      majority: 'immer dieselbe Antwort',
      linear_probe: 'nur die Köpfe lernen',
      single_task: 'ein Encoder je Aufgabe',
    },
    together: 'alle Aufgaben zusammen',
  },

  encoder: {
    title: 'Encoder',
    bar: 'Download des Encoders',
    away: (megabytes) => (megabytes ? `noch nicht geholt, ${megabytes} MB` : 'noch nicht geholt'),
    fetch: 'Holen',
    cancel: 'Abbrechen',
    retry: 'Noch einmal',
    change: 'Ändern …',
    opened: (total) => `${total} MB, aus deinen Dateien`,
    waiting: 'wartet …',
    reading: (received, total, percent) => `${received} von ${total} MB gelesen, ${percent} %`,
    downloading: (received, total, percent) => `${received} von ${total} MB geladen, ${percent} %`,
    arriving: (rate, left) => `, ${rate} MB/s, noch ${left < 90 ? `${left} s` : `${Math.round(left / 60)} min`}`,
    silent: (received, total) => `seit 10 s nichts, ${received} von ${total} MB sind da`,
    cached: (total) => `${total} MB, aus dem Cache dieses Browsers`,
    downloaded: (total) => `${total} MB, heruntergeladen`,
    notHere: 'ließ sich nicht holen',
    useless: 'nicht geholt: Dieser Browser kann nicht trainieren',
    threads: (threads) => count(threads, 'Thread', 'Threads'),
    parameters: (trainable, all) => `${n.grouped(trainable)} von ${n.grouped(all)} Parametern werden trainiert`,
  },

  chart: {
    role: 'Diagramm',
    table: 'Als Tabelle',
    before: 'voriger Lauf',
    recorded: 'Aufzeichnung',
    empty: 'noch nichts',
  },

  losses: {
    title: 'Verluste',
    lead: 'Kreuzentropie jedes Batches, vor seinem Schritt. Das Training senkt den Gesamtverlust.',
    chart: 'Verlust jeder Aufgabe und Gesamtverlust, Schritt für Schritt.',
    total: 'gesamt',
    xName: 'Schritt',
    epoch: (epoch) => `Epoche ${epoch}`,
    step: (step) => (step === undefined ? 'Noch kein Schritt' : `Schritt ${step}`),
    factors: (factors) => `Die Gewichtung multipliziert sie im Update: ${factors}.`,
    mean: (epoch, losses, total) => `Mittelwert der Epoche ${epoch}: ${losses}, gesamt ${total}.`,
  },

  accuracy: {
    title: 'Genauigkeit (Accuracy)',
    lead: 'Anteil der richtig klassifizierten Sätze: zurückgehaltene nach jeder Epoche, Trainingssätze während der Epoche.',
    chart: 'Genauigkeit jeder Aufgabe, Epoche für Epoche.',
    xName: 'Epoche',
    training: (task) => `${task}, Training`,
    heldOut: (task) => `${task}, zurückgehalten`,
    told: (epoch, heldOut, figures) => `Epoche ${epoch}, ${heldOut ? 'zurückgehalten' : 'Training'}: ${figures}.`,
  },

  log: {
    title: 'Protokoll',
    lead: 'Dieser Lauf, so ausgegeben wie im Notebook.',
    label: 'Protokoll des Laufs',
    empty: 'Noch nichts. Jede Epoche deines Laufs gibt hier ihre Verluste und Genauigkeiten aus.',
    copy: 'Kopieren',
    copied: 'Kopiert',
    notCopied: 'Nicht kopiert',
  },

  results: {
    title: 'Richtig und falsch',
    which: 'Welche Sätze',
    splits: { validation: 'zurückgehalten', train: 'Training' },
    after: (epoch) => `nach Epoche ${epoch}`,
    sample: (n) => `, an ${n} zufällig gezogenen davon`,
    notYet: 'noch nicht gemessen',
    right: (percent) => `${percent} richtig`,
    noLabels: 'keine Labels',
    baseline: (percent, label, f1) => `Immer „${label}“ vorherzusagen ergibt ${percent}. Macro-F1 ${f1}.`,
    interval: (low, high) => `95-%-Intervall: ${low} bis ${high}`,
    reliability: (error) => `Kalibrierungsfehler ${error}`,
    reliabilityLine:
      'Nach rechts: wie sicher die Antworten sind. Nach oben: wie viele davon stimmen. Auf der Diagonale passt beides zusammen; darunter ist das Modell zu sicher.',
    bin: (answers, confidence, correct) =>
      `${n.grouped(answers)} ${answers === 1 ? 'Antwort' : 'Antworten'} mit ${confidence}: ${correct} richtig.`,
    change: 'So einstellen',
    changed: 'Eingestellt',
    matrix: (task) => `Konfusionsmatrix von ${task}: Zeilen sind wahre Klassen, Spalten vorhergesagte Klassen`,
    corner: 'wahr ↓ vorhergesagt →',
    confusions: 'Die häufigsten Verwechslungen',
    confusionsOf: (label) => `Vorhersagen mit „${label}“`,
    truth: 'wahr',
    predicted: 'vorhergesagt',
    count: 'Sätze',
    classOf: (task) => `Eine Klasse von ${task} zum Ansehen`,
    findClass: (classes) => `eine von ${n.grouped(classes)} Klassen ansehen`,
    recall: (right, all) => `${right} von ${count(all, 'Satz', 'Sätzen')} dieser Klasse richtig`,
    moreCells: (left) => `… und ${n.grouped(left)} weitere`,
    noCells: 'Es gibt keine.',
    rightly: (label) => `${label}, richtig vorhergesagt`,
    taken: (label, said) => `${label}, vorhergesagt: ${said}`,
    mistakes: (task) => `Falsch klassifizierte Sätze von ${task}`,
    noMistakesYet: 'Hier erscheinen die falsch klassifizierten Sätze.',
    wrong: (told, wrong) =>
      wrong === 0
        ? 'Kein Satz wurde falsch klassifiziert.'
        : told < wrong
          ? `${n.grouped(wrong)} falsch klassifiziert; die ${n.grouped(told)} sichersten Fehler`
          : `${n.grouped(wrong)} falsch klassifiziert, die sichersten Fehler zuerst`,
    picked: (count, label, said) => `${n.grouped(count)} × ${label}, vorhergesagt: ${said}`,
    unpick: 'Auch die anderen zeigen',
    all: (count) => `Alle ${n.grouped(count)} zeigen`,
    fewer: 'Weniger zeigen',
    verdict: (label, said, percent) => `${label}, vorhergesagt: ${said} (${percent})`,
    row: (row) => `Satz ${n.grouped(row)} des Laufs; er wurde seither geändert.`,
  },

  try: {
    title: 'Probier einen Satz aus',
    field: 'Ein Satz zum Klassifizieren',
    own: 'Write a sentence of your own here.',
    classify: 'Datei klassifizieren…',
    soon: 'sobald der Encoder da ist',
    unprepared: 'sobald ein Lauf vorbereitet ist',
    untrained: 'mit untrainierten Köpfen',
    after: (step) => `mit den Gewichten nach Schritt ${step}`,
    answer: (task, label, percent) => `${task}: ${label}, ${percent}.`,
    whichWords: 'Welche Wörter zählen',
    whichTask: 'Für welche Aufgabe',
    explain: 'Neu messen',
    word: 'weggelassen',
    change: 'Änderung in Prozentpunkten',
    explains: (label, percent) =>
      `Um wie viele Prozentpunkte die Wahrscheinlichkeit von „${label}“ (${percent}) sinkt, wenn ein Wort wegfällt: +\u00a0das Wort spricht dafür, −\u00a0dagegen.`,
    explainsNothing: 'Jedes Wort wird danach getönt, wie weit die Wahrscheinlichkeit der Antwort ohne dieses Wort sinkt.',
  },

  diagram: {
    title: 'Vom Satz zu den Antworten',
    quoted: (text) => `„${text}“`,
    hintPoint: 'Zeig auf eine Station, um zu lesen, was sie tut.',
    hintStep: '„Schritt“ lässt jede aufleuchten, während sie rechnet.',
    tokens: 'Tokens',
    embeddings: 'Embeddings',
    layers: (layers) => (layers === undefined ? 'L Schichten' : count(layers, 'Schicht', 'Schichten')),
    pooling: { mean: 'Mittelwert', cls: '[CLS]', pooler: 'Pooler' },
    heads: (heads) => count(heads, 'Kopf', 'Köpfe'),
    more: (more) => `${n.grouped(more)} weitere`,
    layersShape: (A, H, F) => `${A} Attention-Köpfe, ${H}\u00a0→\u00a0${F}\u00a0→\u00a0${H}`,
    tokensSay:
      'Der Satz, zerlegt in Stücke aus dem Vokabular, jedes mit seiner Nummer darin. [CLS] und [SEP] kennzeichnen Anfang und Ende.',
    tokensCut:
      'Der Satz, zerlegt in Stücke aus dem Vokabular, jedes mit seiner Nummer darin. Er ist länger, als die Einstellungen erlauben, deshalb ist sein Ende abgeschnitten.',
    embeddingsSay: (H) =>
      `Eine Tabelle mit einer Zeile von ${H} Zahlen für jedes Stück des Vokabulars. Jedes Token bekommt seine Zeile und dazu eine für seine Position im Satz.`,
    layersSay: (A, H, F) =>
      `In jeder Schicht verknüpft die Attention jedes Token mit allen anderen, auf ${A} Arten zugleich (das Gewebe). Dann verändert ein kleines Netz jedes Token für sich, von ${H} Zahlen auf ${F} und zurück (die Linsen).`,
    poolingSays: {
      mean: (H) =>
        `Der Mittelwert der Tokenvektoren: ${H} Zahlen für den ganzen Satz. Das ist die letzte Station, die die Aufgaben gemeinsam haben.`,
      cls: (H) =>
        `Der Vektor von [CLS] steht für den ganzen Satz: ${H} Zahlen. Das ist die letzte Station, die die Aufgaben gemeinsam haben.`,
      pooler: (H) =>
        `Der Vektor von [CLS] läuft durch eine weitere lineare Schicht und tanh: ${H} Zahlen für den Satz. Das ist die letzte Station, die die Aufgaben gemeinsam haben.`,
    },
    headsSay: (H) =>
      `Eine lineare Schicht für jede Aufgabe: ${H} Gewichte und ein Bias je Klasse ergeben ihren Score, und Softmax macht aus den Scores Wahrscheinlichkeiten. Unterstrichen: das Label in der Tabelle.`,
    given: (label) => `${label}: das Label in der Tabelle`,
    givenMark: '(das Label in der Tabelle)',
    short: (x) => `${x < 1e6 ? n.grouped(x) : `${n.fixed(x / 1e6, 1)}\u00a0Mio.`} Parameter`,
    frozen: 'eingefroren',
    someFrozen: (layers) => `${n.grouped(layers)} eingefroren`,
    lettersSay:
      'Der Encoder ist noch nicht da, deshalb stehen Buchstaben für seine Größen: V Stücke in seinem Vokabular, Vektoren aus H Zahlen, L Schichten, A Attention-Köpfe, F Zahlen im kleinen Netz.',
    parameters: (all) => `Wo die ${n.grouped(all)} Parameter sind`,
    kinds: { embeddings: 'Embeddings', layer: 'Schichten', pooler: 'Pooler', head: 'Köpfe' },
    idle: 'Pooler, unbenutzt',
    ofAll: (share) => (share < 0.001 ? `${n.fixed(100 * share, 3)} %` : n.percent(share)),
    batch: (step, sentences, tokens) =>
      `Schritt ${n.grouped(step)}: ein Batch aus B = ${count(sentences, 'Satz', 'Sätzen')}, N = ${count(tokens, 'Token', 'Tokens')} hintereinander`,
    phases: {
      batch: '',
      forward: '– vorwärts, von den Tokens zu den Scores aller Köpfe.',
      losses: '– Verluste, aus den Scores jedes Kopfes und den Labels.',
      backward: '– rückwärts, von den Verlusten zum Gradienten jedes Parameters.',
      update: '– Update, jeder trainierte Parameter bewegt sich ein wenig.',
    },
  },

  map: {
    title: 'Die Sätze auf einer Karte',
    empty:
      'Die Karte entsteht während des Laufs: vor dem ersten Schritt, einige Male unterwegs und nach dem letzten Schritt.',
    by: 'Färben nach',
    at: (step) => `Schritt ${n.grouped(step)}`,
    slider: 'Schritt des Trainings',
    play: 'Vom Anfang abspielen',
    stop: 'Anhalten',
    some: (shown, all) =>
      `Die Karte zeigt ${n.grouped(shown)} der ${n.grouped(all)} Sätze, gleichmäßig aus der ganzen Tabelle gewählt.`,
    plot: (sentences, step) =>
      `${count(sentences, 'Satz', 'Sätze')} bei Schritt ${n.grouped(step)}. Die Pfeiltasten führen von einem zum nächsten.`,
    point: (text, labels) => `${text} ${labels}`,
    unlabelled: 'kein Label',
    heldOut: 'zurückgehalten',
    gone: 'Dieser Satz wurde inzwischen geändert.',
    note: 'Hauptkomponenten der Satzvektoren aus allen diesen Schritten zusammen. Beide Achsen haben dieselbe Skala, die bei jedem Schritt gleich bleibt; sie hat keine Einheit.',
    table: 'Als Tabelle',
    caption: 'Position jedes Satzes bei dem Schritt, den der Regler wählt',
    sentence: 'Satz',
    axes: ['1. Komponente', '2. Komponente'],
  },
};
