// Alles, was das Element sagt, auf Deutsch. Ein Abschnitt gehört zu einer Ansicht oder zu einem Modul von lab/.

import { MOST_CLASSES, MOST_CLASSES_IN_ALL, MOST_TASKS } from '../lab/recipe/limits.js';
import { numbers } from '../ui/numbers.js';
import told from './told.de.js';
import { translator } from './translator.js';

const n = numbers('de-DE');
/** @param {number} count @param {string} one @param {string} many */
const count = (count, one, many) => `${n.grouped(count)} ${count === 1 ? one : many}`;

/** @type {import('./words.js').Words} */
export default {
  tag: 'de',
  n,

  told: translator(told, { group: '.', point: ',' }),

  lab: {
    forgetful: 'Dieser Browser hat keinen Platz für deine Sätze: nach dem Neuladen sind sie weg.',
    nothingHeldOut:
      'Es ist nichts zurückgehalten, woran sich vergleichen ließe: Setz „Zurückgehalten“ unter „Weitere Einstellungen“ etwa auf 0,25.',
    otherSentences: 'Abgebrochen: Jetzt sind es andere Sätze.',
    comparisonCancelled: 'Abgebrochen. Was fertig war, steht in der Tabelle.',
    comparisonBroken: 'Abgebrochen.',
    taskGone: (task) => `Die Aufgabe „${task}“ gibt es nicht mehr: Die Sätze haben sich geändert.`,
    retry: 'Noch einmal',
    hub: 'Beim Hugging-Face-Hub versuchen',
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
    tasks: (value, columns) =>
      `Das Attribut tasks nennt „${value}“; das ist keine der Label-Spalten: ${columns.join(', ')}.`,
    notAddress: (src) => `Das Attribut src="${src}" ist keine Adresse.`,
    notFetched: (url, status) =>
      `Die Sätze ließen sich nicht holen: Der Server antwortet mit ${status} auf ${url}; prüfe das Attribut src.`,
    noAnswer: (url, isForeign) =>
      `Die Sätze ließen sich nicht holen: Es antwortet niemand unter ${url}; ${isForeign ? 'der Server einer anderen Seite muss es erlauben (Access-Control-Allow-Origin)' : 'prüfe das Attribut src und die Verbindung'}.`,
    srcKind: (url) =>
      `Das Attribut src nennt ${url}; die Adresse muss auf .csv, .tsv oder .jsonl enden (eine Tabelle) oder auf .json (ein Rezept).`,
    notJson: (url, why) => `${url} ist kein JSON (${why}).`,
    notRecipe: (url) => `${url} ist kein Rezept: Es muss ein JSON-Objekt mit Feldern wie data und training sein.`,
    noSentences: (url, presets) =>
      `${url} hat keine Sätze: Die data müssen ein Preset (${presets.join(', ')}) oder eine Liste von examples sein, jedes mit einem text.`,
    leftOut: (file, fields) =>
      `Aus ${file} weggelassen, weil es hier unbekannt oder nicht so ist, wie es sein müsste: ${fields.join(', ')}.`,
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
    crowded: (tasks) =>
      `Diese Seite öffnet höchstens ${MOST_TASKS} Aufgaben mit höchstens ${MOST_CLASSES} Klassen in einer Aufgabe und ${n.grouped(MOST_CLASSES_IN_ALL)} insgesamt. Nicht geöffnet: ${tasks.join(', ')}.`,
    undo: 'Rückgängig',
    found: 'Deine Sätze von einem früheren Besuch wurden erst jetzt gefunden; sie und deine Änderungen seither bleiben erhalten.',
    openFound: 'Öffnen',
  },

  sentences: {
    title: 'Sätze',
    line: 'Jede Spalte mit Labels ist eine Aufgabe. Ändere, was du willst; ohne Label bleibt ein Satz bei dieser Aufgabe außen vor.',
    presets: 'Mitgelieferte Sätze',
    labels: 'Labels der Sätze aus dem Notebook',
    sensible: 'sinnvolle Labels',
    random: 'zufällige wie im Notebook',
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
    heldOut: 'Zurückgehalten: damit wird nie trainiert, nur gemessen.',
    rowHeldOut: (row) => `${row}, zurückgehalten`,
    rowInBatch: (row) => `${row}, im Batch`,
    countOf: (sentences, tasks) => `${count(sentences, 'Satz', 'Sätze')}, ${count(tasks, 'Aufgabe', 'Aufgaben')}`,
    heldOutCount: (rows) => `${n.grouped(rows)} zurückgehalten`,
    inBatchCount: (rows) => `${n.grouped(rows)} im Batch`,
    from: (name) => ` · Quelle: ${name}`,
    edited: (name) => ` · geändert, ursprünglich ${name}`,
    skipTable: 'Tabelle überspringen',
    addRow: 'Satz hinzufügen',
    addTask: 'Aufgabe hinzufügen',
    freshTask: (number) => `Aufgabe ${number}`,
    open: 'Datei öffnen …',
    paste: 'Einfügen …',
    undo: 'Rückgängig',
    redo: 'Wiederholen',
    own: 'Deine eigenen Sätze: Öffne eine Tabelle (CSV, TSV oder JSONL), zieh sie hierher oder füg sie ein; sie braucht eine Spalte text und eine Spalte für jede Aufgabe.',
    pasted: (ending) => `eingefügter Text.${ending}`,
    pasteTitle: 'Tabelle einfügen',
    pasteLine: 'CSV, TSV oder JSONL mit Kopfzeile: eine Spalte text und eine Spalte für jede Aufgabe. Sie ersetzt alle Sätze.',
    pasteField: 'Die Tabelle',
    pasteApply: 'Übernehmen',
    notATable: 'Das ist noch keine Tabelle: Es braucht eine Kopfzeile mit mehreren Spalten und eine Zeile für jeden Satz.',
    tooBig: (file, size, most) => `${file}: hat ${size} MB; höchstens ${most} MB lassen sich hier lesen.`,
    notUtf8: (file) => `${file}: Das ist kein UTF-8-Text; speichere die Datei als UTF-8.`,
    unreadable: (file) => `${file}: ließ sich nicht lesen; wurde die Datei verschoben, oder ist es ein Ordner?`,
  },

  painting: {
    title: 'Per Klick labeln',
    blank: (task) => `kein Label für ${task}`,
    hint: (task, label) =>
      `Klick in der Spalte ${task} auf die Zellen, die ${label ? `„${label}“` : 'kein Label'} bekommen sollen, oder geh sie mit ↑ ↓ und der Leertaste durch. Esc beendet es.`,
    done: (row, label) => `Satz ${row}: ${label || 'kein Label'}`,
  },

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
    remove: 'Aufgabe entfernen',
    cancel: 'Abbrechen',
    apply: 'Übernehmen',
    nameless: 'Eine Aufgabe braucht einen Namen.',
    notText: '„text“ heißt schon die Spalte mit den Sätzen; nimm einen anderen Namen.',
    notProto: 'Den Namen „__proto__“ behält JavaScript für sich; nimm einen anderen.',
    taken: (name) => `Eine Aufgabe „${name}“ gibt es schon; nimm einen anderen Namen.`,
  },

  settings: {
    title: 'Einstellungen',
    newSeed: 'Neuer Seed',
    recommended: 'Empfohlene',
    more: 'Weitere Einstellungen',
    by: { losses: 'nach Verlusten', gradients: 'nach Gradienten' },
    taskWeights: 'Gewicht des Verlusts jeder Aufgabe',
    taskWeight: 'Faktor auf ihrem Verlust; üblich ist 1',
    taskWeightWrong: (task) => `Das Gewicht von ${task} muss zwischen 0 und 1000 liegen.`,
    whole: (subject, least, most) => `${subject} muss eine ganze Zahl von ${least} bis ${most} sein.`,
    fields: {
      epochs: { label: 'Epochen', hint: 'Durchgänge durch die Sätze', subject: 'Die Anzahl der Epochen' },
      batch_size: { label: 'Batchgröße', hint: 'Sätze je Schritt', subject: 'Die Batchgröße' },
      learning_rate: {
        label: 'Lernrate',
        hint: 'wie weit ein Schritt geht',
        wrong: 'Die Lernrate muss über 0 liegen und darf höchstens 10 sein; versuch es mit 1e-4.',
      },
      freeze: {
        label: 'Eingefroren',
        hint: 'was nicht trainiert wird',
        choices: {
          none: 'nichts',
          embeddings: 'Embeddings',
          'layers:1': 'und erste Schicht',
          'layers:2': 'und erste 2 Schichten',
          'layers:3': 'und erste 3 Schichten',
          'layers:4': 'und erste 4 Schichten',
          'layers:5': 'und erste 5 Schichten',
          encoder: 'ganzer Encoder',
        },
      },
      seed: { label: 'Seed', hint: 'gleicher Seed, gleicher Lauf', subject: 'Der Seed' },
      weighting: { label: 'Gewichtung', hint: '' },
      held_out: {
        label: 'Zurückgehalten',
        hint: 'Anteil zum Messen, 0 bis 0,9',
        wrong: 'Der zurückgehaltene Anteil muss zwischen 0 und 0,9 liegen.',
      },
      pooling: {
        label: 'Pooling',
        hint: 'von Tokenvektoren zum Satzvektor',
        choices: { mean: 'Mittel aller Tokens', cls: '[CLS]-Token', pooler: 'Pooler von BERT' },
      },
      optimizer: {
        label: 'Optimierer',
        hint: 'die Regel für jeden Schritt',
        choices: { adam: 'Adam', adamw: 'AdamW', sgd: 'SGD' },
      },
      head_learning_rate: {
        label: 'Lernrate der Köpfe',
        hint: 'leer: wie die des Encoders',
        wrong: 'Die Lernrate der Köpfe muss über 0 liegen und darf höchstens 10 sein, oder das Feld bleibt leer.',
      },
      weight_decay: {
        label: 'Weight Decay',
        hint: 'Zug der Gewichte zur 0',
        wrong: 'Weight Decay muss 0 oder größer sein.',
      },
      schedule: {
        label: 'Verlauf',
        hint: 'der Lernrate',
        choices: { constant: 'konstant', linear: 'linear bis 0', cosine: 'Kosinus bis 0' },
      },
      warmup: { label: 'Warm-up', hint: 'Schritte mit steigender Rate', subject: 'Die Zahl der Warm-up-Schritte' },
      max_grad_norm: {
        label: 'Gradienten kappen',
        hint: 'bei dieser Norm; leer: nie',
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
        hint: 'ihre Gradienten addieren sich',
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
        hint: 'Epochen ohne Gewinn; leer: bis zum Ende trainieren',
        subject: 'Die Geduld, wenn angegeben,',
      },
      load_best_model_at_end: { label: 'Zurück zur besten Epoche', hint: 'wenn der Lauf vorbei ist' },
      metric_for_best_model: {
        label: 'Was das Beste ist',
        hint: 'auf den zurückgehaltenen Sätzen',
        choices: { loss: 'kleinster Verlust', accuracy: 'Accuracy', macro_f1: 'Macro-F1' },
      },
      max_length: { label: 'Längster Satz', hint: 'in Tokens; der Rest wird abgeschnitten', subject: 'Die Länge des längsten Satzes' },
      shuffle: { label: 'Mischen', hint: 'in jeder Epoche eine neue Reihenfolge' },
      reproducible: {
        label: 'Überall dieselben Bits',
        hint: 'in jedem Browser, auf jedem Gerät: langsamer, ohne Fused Multiply-Add',
      },
    },
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
    long: (characters) =>
      `${characters} Zeichen: So lange Links schneiden manche Programme ab. Das Rezept als Datei ist sicherer.`,
    files: 'Dateien',
    recipe: 'Rezept (JSON)',
    csv: 'Sätze (CSV)',
    command: 'Auf der Kommandozeile, mit dem Rezept',
    tag: 'Auf deiner eigenen Seite',
    tagWithFile: 'Auf deiner eigenen Seite, neben dem Rezept',
  },

  link: {
    name: 'ein Link',
    future: (version) =>
      `Diesen Link hat eine neuere Version der Seite gemacht (Format ${version}; diese hier schreibt 1): Was hier bekannt ist, wurde geöffnet.`,
    futureUnreadable: (version) =>
      `Diesen Link hat eine neuere Version der Seite gemacht (Format ${version}; diese hier liest 1), und nichts darin ist hier lesbar: Lade die Seite neu, oder öffne den Link dort, wo er herkommt.`,
    unknown: (fields) => `Aus dem Link weggelassen, weil es hier unbekannt oder nicht so ist, wie es sein müsste: ${fields.join(', ')}.`,
    damaged: 'Dieser Link ist beschädigt: Sein Lauf lässt sich nicht lesen. Kopier ihn noch einmal ganz.',
    tooLarge: (most) => `Dieser Link enthält mehr als ${most} MB: So einen Lauf öffnet diese Seite nicht.`,
    kept: 'An die Stelle dessen, was du hier hattest, ist ein Link getreten; „Rückgängig“ holt es zurück.',
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
      `Epoche ${epoch}, Treffer bei ${training ? 'Trainingssätzen' : 'zurückgehaltenen Sätzen'}: ${figures}.`,
    cannot: 'Dieser Browser kann nicht trainieren; was läuft, ist eine Aufzeichnung.',
    cannotAtAll: 'Dieser Browser kann nicht trainieren.',
    unreachable: 'Der Encoder ist nicht da; „Trainieren“ fragt noch einmal nach ihm.',
    comparing: 'Gewichtungen werden verglichen, und dieser Lauf wartet: „Abbrechen“ beim Vergleich beendet das.',
    queuedTrain: 'Das Training beginnt, sobald der Encoder da ist.',
    queuedStep: 'Der Schritt folgt, sobald der Encoder da ist.',
    replaying: 'Ein aufgezeichneter Lauf, bis der Encoder da ist und deiner beginnt.',
    replayingAway: 'Ein aufgezeichneter Lauf. Deiner beginnt, wenn du den Encoder holst.',
    replayPaused: 'Die Aufzeichnung ist angehalten.',
    replayOverAway: 'Das war eine Aufzeichnung. Dein Lauf beginnt, wenn du den Encoder holst.',
    replayOver: 'Das war eine Aufzeichnung. Dein Lauf beginnt, sobald der Encoder da ist.',
    preparing: 'Der Lauf wird vorbereitet…',
    staleSentencesTraining: 'Die Sätze sind geändert: „Von vorn“ beginnt mit ihnen neu.',
    staleSentences: 'Die Sätze sind geändert: „Trainieren“ beginnt mit ihnen von vorn.',
    staleSettingsMidway: 'Die Einstellungen sind geändert: „Von vorn“ übernimmt sie, „Trainieren“ macht mit den alten weiter.',
    staleSettings: 'Die Einstellungen sind geändert: „Trainieren“ beginnt mit ihnen von vorn.',
    away: '„Trainieren“ holt den Encoder und fängt an.',
    loading: 'Der Encoder ist unterwegs. Sieh dir solange die Sätze an.',
    none: '„Trainieren“ bereitet den Lauf vor und beginnt ihn.',
    ready: 'Bereit. „Trainieren“ geht bis zum Ende, „Schritt“ nimmt einen Batch.',
    measuring: 'Es wird gemessen…',
    paused: (step) => `Angehalten nach Schritt ${step}.`,
    lastStep: 'Der letzte Schritt ist getan; „Trainieren“ misst ihn.',
    ended: 'Fertig. Probier einen Satz aus, oder ändere etwas und trainiere noch einmal.',
    stopped: 'Gestoppt. „Von vorn“ beginnt neu.',
    training: 'Es wird trainiert…',
    pace: (seconds, left) =>
      `Training: ${seconds} s je Schritt, noch etwa ${left < 90 ? `${Math.max(1, Math.round(left))} s` : `${Math.round(left / 60)} min`}.`,
  },

  loop: {
    title: 'Die Schleife',
    about: '„Schritt“ schickt einen Batch hindurch: Jede Zeile leuchtet auf, während sie ausgeführt wird.',
    moves: 'Die fünf Handgriffe eines Schritts',
    phases: { batch: 'Batch', forward: 'vorwärts', losses: 'Verluste', backward: 'rückwärts', update: 'Update' },
    python: 'Das Notebook: Python mit PyTorch',
    rust: 'Dasselbe hier: Rust mit Polytask',
    same: 'Was backward() zum Gradienten jedes Parameters addiert, muss das Notebook auf null zurücksetzen; take_gradients nimmt es heraus, also bleibt nichts zurückzusetzen. Die Rust-Zeilen werden in den Tests von Polytask übersetzt und ergeben Bit für Bit dieselben Parameter wie der Trainer, der hier arbeitet; er kennt außerdem den Lernratenplan, die Gewichtung und die Berichte.',
    weighted: 'Dieser Lauf gewichtet seine Aufgaben: Wo die Verluste addiert werden, steht etwas anderes, und der Faktor jeder Aufgabe kann sich von Schritt zu Schritt ändern.',
    epoch: (epoch) => `Epoche ${epoch}`,
    step: (step) => `Schritt ${step}`,
    batch: (sentences, tokens) => `${count(sentences, 'Satz', 'Sätze')}, ${count(tokens, 'Token', 'Tokens')}`,
    rate: (rate) => `Lernrate ${rate}`,
    noLabels: (task) => `keiner im Batch hat ein Label für ${task}`,
    said: (step, losses, total) => `Schritt ${step} ist fertig. Verluste: ${losses}; Summe ${total}.`,
  },

  steps: {
    title: 'Eine Aufgabe nach der anderen',
    about: 'Ein Schritt für eine Aufgabe folgt allein ihrem Gradienten, auch im gemeinsamen Encoder. Die anderen Köpfe bleiben, wie sie sind.',
    only: ['Schritt nur für', ''],
    onlyTitle: (task) => `Ein Schritt nur für ${task}`,
    all: (tasks) => (tasks === 2 ? 'Schritt für beide' : `Schritt für alle ${tasks}`),
    allTitle: 'Ein Schritt für alle Aufgaben zusammen, wie im Training',
    losses: (step) => `Verluste zu Beginn von Schritt ${step}:`,
    none: 'Noch kein Schritt.',
  },

  gradients: {
    title: 'Gradienten',
    measure: 'Gradienten messen',
    whichTwo: 'Welche zwei Aufgaben',
    task: (letter) => `Aufgabe ${letter}`,
    combined: 'kombiniert',
    combinedWhat: 'was die Gewichtung aus allen Aufgaben macht, Σ w·g',
    step: 'Schritt',
    stepWhat: 'wohin der Schritt ging, als −Δθ: nur seine Richtung, nicht seine Länge',
    layers: 'Kosinus, Schicht für Schicht',
    against: '−1 entgegen',
    along: 'entlang +1',
    steps: 'Kosinus, Schritt für Schritt',
    cosine: 'Kosinus',
    chartEmpty: 'Kosinus des Winkels zwischen den beiden Gradienten, nach Schritten. Noch keine Schritte.',
    chart: (a, b, step, cosine) =>
      `Kosinus des Winkels zwischen den Gradienten von ${a} und ${b}, nach Schritten. Schritt ${step}: ${cosine}.`,
    oneTask: 'Eine Aufgabe allein hat niemanden, mit dem sie streiten könnte.',
    hintOn: 'Trainiere oder mach einen Schritt: Die Pfeile kommen mit dem nächsten.',
    hintOff: 'Schalte das Messen ein, dann trainiere oder mach einen Schritt.',
    noneYet: 'noch nichts gemessen',
    notMeasured: 'nicht gemessen',
    ofStep: (step) => `Schritt ${step}`,
    shown: (remark, step) => `${remark} Gezeigt: Schritt ${step}`,
    notBoth: (step) => `Schritt ${step} galt nicht beiden Aufgaben.`,
    nothingShared: (step) =>
      `In Schritt ${step} gibt es nichts zu messen: Nichts, was die Aufgaben teilen, wurde trainiert.`,
    arrowsEmpty: 'Pfeile der Gradienten zweier Aufgaben. Noch nichts gemessen.',
    arrows: (a, b, step, verdict) =>
      `Pfeile der Gradienten von ${a} und ${b} in Schritt ${step}. ${verdict} Die Zahlen stehen in der Tabelle daneben.`,
    verdicts: {
      conflict: {
        says: (angle) => `Konflikt: ${angle} auseinander.`,
        means:
          'In erster Ordnung erhöht ein Schritt gegen den einen Gradienten allein den Verlust der anderen Aufgabe. Wichtig ist das, wenn es über viele Schritte anhält und der Verlust einer Aufgabe nicht mehr sinkt: Dann bestimmt der längere Gradient die Richtung des Schritts.',
      },
      independent: {
        says: (angle) => `Fast unabhängig: ${angle} auseinander.`,
        means: 'Von 85° bis 95° ändert ein Schritt gegen den einen Gradienten allein den Verlust der anderen Aufgabe kaum.',
      },
      noConflict: {
        says: (angle) => `Kein Konflikt: ${angle} auseinander.`,
        means: 'In erster Ordnung senkt ein Schritt gegen den einen Gradienten allein auch den Verlust der anderen Aufgabe.',
      },
    },
    band: 'Getönt: fast unabhängig, von 85° bis 95°. Einzelne Schritte unter dem getönten Streifen sind normal; viele hintereinander bedeuten, dass die Aufgaben in Konflikt stehen.',
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
    title: 'Wechselwirkung',
    measure: 'Messen',
    measuring: 'Messe …',
    explains:
      'Eine Zeile ist ein Schritt für diese Aufgabe allein, eine Spalte sagt, wie sehr er den Verlust dieser Aufgabe auf denselben Sätzen ändert: unter 0 hilft er, über 0 schadet er. Jeder Schritt wird gemessen und dann zurückgenommen; der Lauf bleibt, wie er ist.',
    noRun: 'braucht einen eigenen Lauf: „Trainieren“ oder „Schritt“ beginnt ihn',
    notYet: 'noch nicht gemessen',
    measured: (step, rate) =>
      `nach Schritt ${step}, am nächsten Batch, mit der vollen Lernrate ${rate}; wieder zurückgenommen`,
    tableCaption:
      'Änderung des Verlusts jeder Aufgabe (Spalten) durch einen Schritt für eine Aufgabe allein (Zeilen). Unter 0 hilft der Schritt, über 0 schadet er.',
    corner: 'Schritt für ↓ ändert →',
    helps: 'hilft',
    hurts: 'schadet',
    nothing: 'nichts',
    diverged: 'divergiert',
  },

  compare: {
    title: 'Gewichtungen vergleichen',
    about: 'Trainiert jede von vorn, mit deinen Einstellungen, auf derselben Aufteilung und mit denselben Seeds. Der Lauf wartet solange.',
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
      `Alle ${runs} Läufe sind fertig${seeds === 1 ? '; mit nur einem Seed lässt sich Glück nicht von Können unterscheiden' : ''}.`,
    failed: (why) => `Läufe sind gescheitert und zählen nicht mit: ${why}`,
    scale: 'Trefferquote auf zurückgehaltenen Sätzen in Prozent, überall derselbe Maßstab',
    keyDot: 'ein Seed',
    keyMean: 'Mittel der Seeds',
    keyAlone: 'jede Aufgabe allein',
    keyMajority: 'häufigste Klasse (am Ende bekannt)',
    dot: (seed, accuracy) => `Seed ${seed}: ${accuracy}`,
    noneYet: 'noch kein Lauf',
    said: (task, mean, least, most, seeds) => `${task} ${mean}${seeds > 1 ? ` (${seeds} Seeds, ${least} bis ${most})` : ''}`,
    caveat:
      'Schlichtes Gewichten, sorgfältig eingestellt, hält oft mit allem anderen mit oder schlägt es (Kurin et al. 2022; Xin et al. 2022). Unterschiede innerhalb der Abweichungen bedeuten nichts, und mit nur einem Seed bedeutet keiner etwas. Δm ist der mittlere Gewinn an Trefferquote gegenüber jeder Aufgabe allein.',
    asTable: 'Als Tabelle',
    table: 'Vergleich',
    tableCaption:
      'Trefferquote auf zurückgehaltenen Sätzen für jede Art zu trainieren, Mittel und Abweichung über die Seeds, darunter Makro-F1, und der mittlere Gewinn gegenüber jeder Aufgabe allein',
    corner: 'Trefferquote, Makro-F1',
    deltaTitle: 'mittlerer relativer Gewinn an Trefferquote gegenüber jeder Aufgabe allein',
    someSeeds: (finished, seeds) => `, ${finished} von ${seeds} Seeds`,
    measure: 'der Maßstab',
    titles: { majority: 'Häufigste Klasse', linear_probe: 'Lineare Sonde', single_task: 'Jede Aufgabe allein' },
    lines: {
      majority: 'immer dieselbe Antwort',
      linear_probe: 'Köpfe auf dem eingefrorenen Encoder',
      single_task: 'für jede ein eigener Encoder',
    },
    together: 'alle Aufgaben zusammen',
  },

  encoder: {
    title: 'Encoder',
    bar: 'Download des Encoders',
    away: 'noch nicht geholt',
    fetch: 'Holen',
    cancel: 'Abbrechen',
    retry: 'Noch einmal',
    files: 'Dateien öffnen…',
    filesTitle: 'config.json, tokenizer.json und model.safetensors eines BERT-Encoders, von diesem Rechner',
    opened: (total) => `${total} MB, aus deinen Dateien`,
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

  chart: {
    role: 'Diagramm',
    table: 'Als Tabelle',
    before: 'der Lauf davor',
    recorded: 'der aufgezeichnete Lauf',
    empty: 'noch nichts',
  },

  losses: {
    title: 'Verluste',
    lead: 'Kreuzentropie jedes Batches, vor seinem Schritt. Das Training verringert die Summe.',
    chart: 'Verlust jeder Aufgabe und ihre Summe, Schritt für Schritt.',
    total: 'Summe',
    xName: 'Schritt',
    epoch: (epoch) => `Epoche ${epoch}`,
    step: (step) => (step === undefined ? 'Noch kein Schritt' : `Schritt ${step}`),
    factors: (factors) => `Im Update zählen sie nach der Gewichtung verschieden viel: ${factors}.`,
    mean: (epoch, losses, total) => `Mittel der Epoche ${epoch}: ${losses}, Summe ${total}.`,
  },

  accuracy: {
    title: 'Trefferquote',
    lead: 'Anteil der richtig klassifizierten Sätze, Epoche für Epoche: zurückgehaltene danach, Trainingssätze unterwegs.',
    chart: 'Trefferquote jeder Aufgabe, Epoche für Epoche.',
    xName: 'Epoche',
    training: (task) => `${task}, Training`,
    heldOut: (task) => `${task}, zurückgehalten`,
    told: (epoch, heldOut, figures) => `Epoche ${epoch}, ${heldOut ? 'zurückgehalten' : 'Training'}: ${figures}.`,
  },

  log: {
    title: 'Protokoll',
    lead: 'Was das Notebook ausgibt, für diesen Lauf.',
    label: 'Protokoll des Laufs',
    empty: 'Noch nichts. Jede Epoche deines Laufs gibt hier ihre Verluste aus und dann ihre Trefferquoten.',
    copy: 'Kopieren',
    copied: 'Kopiert',
    notCopied: 'Nicht kopiert',
  },

  results: {
    title: 'Richtig und falsch',
    which: 'Welche Sätze',
    splits: { validation: 'zurückgehalten', train: 'Training' },
    after: (epoch) => `nach Epoche ${epoch}`,
    notYet: 'noch nicht gemessen',
    right: (percent) => `${percent} richtig`,
    noLabels: 'keine Labels',
    baseline: (percent, label, f1) => `${percent} erreicht, wer immer „${label}“ sagt. Makro-F1 ${f1}.`,
    matrix: (task) => `Konfusionsmatrix von ${task}: Zeilen sind wahre Klassen, Spalten vorhergesagte`,
    corner: 'wahr ↓ vorhergesagt →',
    noMatrix: (classes, most) =>
      `Eine Konfusionsmatrix gibt es bis ${most} Klassen; diese Aufgabe hat ${n.grouped(classes)}.`,
    rightly: (label) => `${label}, richtig erkannt`,
    taken: (label, said) => `${label}, für ${said} gehalten`,
    mistakes: (task) => `Falsch klassifizierte Sätze von ${task}`,
    noMistakesYet: 'Hier werden die falsch klassifizierten Sätze stehen.',
    wrong: (told, wrong) =>
      wrong === 0
        ? 'Kein Satz wurde falsch klassifiziert.'
        : told < wrong
          ? `${n.grouped(wrong)} falsch klassifiziert; die ${n.grouped(told)} sichersten Irrtümer`
          : `${n.grouped(wrong)} falsch klassifiziert, die sichersten Irrtümer zuerst`,
    picked: (count, label, said) => `${n.grouped(count)} × ${label}, für ${said} gehalten`,
    unpick: 'Nicht nur diese',
    all: (count) => `Alle ${n.grouped(count)} zeigen`,
    fewer: 'Weniger zeigen',
    verdict: (label, said, percent) => `${label}, für ${said} gehalten (${percent})`,
    row: (row) => `Satz ${n.grouped(row)} des Laufs; er wurde seither geändert.`,
  },

  try: {
    title: 'Probier einen Satz',
    field: 'Ein Satz zum Klassifizieren',
    own: 'Write a sentence of your own here.',
    soon: 'sobald der Encoder da ist',
    unprepared: 'sobald ein Lauf vorbereitet ist',
    untrained: 'mit Köpfen, die noch nichts gelernt haben',
    after: (step) => `mit den Gewichten nach Schritt ${step}`,
    answer: (task, label, percent) => `${task}: ${label}, ${percent}.`,
    goesBy: 'Worauf es ankommt',
    whichTask: 'Für welche Aufgabe',
    explain: 'Neu abwägen',
    word: 'weggelassen',
    change: 'Änderung in Prozentpunkten',
    explains: (label, percent) =>
      `Um wie viele Prozentpunkte „${label}“ (${percent}) unwahrscheinlicher wird, wenn ein Wort wegfällt: +\u00a0spricht dafür, −\u00a0dagegen.`,
    explainsNothing: 'Jedes Wort wird danach getönt, wie viel unwahrscheinlicher die Antwort ohne es wird.',
  },

  diagram: {
    title: 'Vom Satz zu den Antworten',
    quoted: (text) => `„${text}“`,
    hintPoint: 'Zeig auf eine Station, um zu lesen, was sie tut.',
    hintStep: '„Schritt“ lässt jede aufleuchten, wenn sie an der Reihe ist.',
    tokens: 'Tokens',
    embeddings: 'Embeddings',
    layers: (layers) => (layers === undefined ? 'L Schichten' : count(layers, 'Schicht', 'Schichten')),
    pooling: { mean: 'Mittel', cls: '[CLS]', pooler: 'Pooler' },
    heads: (heads) => count(heads, 'Kopf', 'Köpfe'),
    more: (more) => `${n.grouped(more)} weitere`,
    layersShape: (A, H, F) => `${A} Attention-Köpfe, ${H}\u00a0→\u00a0${F}\u00a0→\u00a0${H}`,
    tokensSay:
      'Der Satz in Stücken des Vokabulars, jedes mit seiner Nummer darin. [CLS] und [SEP] kennzeichnen Anfang und Ende.',
    tokensCut:
      'Der Satz in Stücken des Vokabulars, jedes mit seiner Nummer darin; er ist länger, als die Einstellungen erlauben, deshalb ist sein Ende abgeschnitten.',
    embeddingsSay: (H) =>
      `Eine Tabelle mit einer Zeile von ${H} Zahlen für jedes Stück des Vokabulars. Jedes Token bekommt seine Zeile und dazu eine für seinen Platz im Satz.`,
    layersSay: (A, H, F) =>
      `In jeder Schicht lässt die Attention jedes Token alle anderen ansehen, auf ${A} Weisen zugleich (das Gewebe); dann bearbeitet ein kleines Netz jedes Token für sich, von ${H} Zahlen auf ${F} und zurück (die Linsen).`,
    poolingSays: {
      mean: (H) =>
        `Der Mittelwert der Token-Vektoren: ${H} Zahlen für den ganzen Satz, das Letzte, was die Aufgaben gemeinsam haben.`,
      cls: (H) =>
        `Der Vektor von [CLS] steht für den ganzen Satz: ${H} Zahlen, das Letzte, was die Aufgaben gemeinsam haben.`,
      pooler: (H) =>
        `Der Vektor von [CLS] läuft durch eine weitere lineare Schicht und tanh: ${H} Zahlen für den Satz, das Letzte, was die Aufgaben gemeinsam haben.`,
    },
    headsSay: (H) =>
      `Eine lineare Schicht für jede Aufgabe: ${H} Gewichte und ein Bias je Klasse ergeben deren Punktwert, und Softmax macht aus den Punktwerten Wahrscheinlichkeiten. Unterstrichen: das Label in der Tabelle.`,
    given: (label) => `${label}: das Label in der Tabelle`,
    givenMark: '(das Label in der Tabelle)',
    short: (x) => `${x < 1e6 ? n.grouped(x) : `${n.fixed(x / 1e6, 1)}\u00a0Mio.`} Parameter`,
    frozen: 'eingefroren',
    someFrozen: (layers) => `${n.grouped(layers)} eingefroren`,
    lettersSay:
      'Buchstaben stehen für die Größen des Encoders, der noch nicht da ist: V Stücke in seinem Vokabular, Vektoren aus H Zahlen, L Schichten, A Attention-Köpfe, F Zahlen im kleinen Netz.',
    parameters: (all) => `Wo die ${n.grouped(all)} Parameter sind`,
    kinds: { embeddings: 'Embeddings', layer: 'Schichten', pooler: 'Pooler', head: 'Köpfe' },
    idle: 'Pooler, unbenutzt',
    ofAll: (share) => (share < 0.001 ? `${n.fixed(100 * share, 3)} %` : n.percent(share)),
    batch: (step, sentences, tokens) =>
      `Schritt ${n.grouped(step)}: ein Batch aus B = ${count(sentences, 'Satz', 'Sätzen')}, N = ${count(tokens, 'Token', 'Tokens')} hintereinander`,
    phases: {
      batch: '',
      forward: '– vorwärts, von den Tokens zu den Punktwerten aller Köpfe.',
      losses: '– Verluste, die Punktwerte jedes Kopfes gegen die Labels.',
      backward: '– rückwärts, von den Verlusten zum Gradienten jedes Parameters.',
      update: '– Update, jeder Parameter, der trainiert, bewegt sich ein wenig.',
    },
  },

  map: {
    title: 'Die Sätze auf einer Karte',
    empty:
      'Die Karte kommt mit dem Lauf: Die Sätze werden vor dem ersten Schritt eingetragen, einige Male unterwegs und nach dem letzten.',
    by: 'Färben nach',
    at: (step) => `Schritt ${n.grouped(step)}`,
    slider: 'Durch das Training',
    play: 'Vom Anfang abspielen',
    stop: 'Anhalten',
    some: (shown, all) =>
      `Gezeigt werden ${n.grouped(shown)} der ${n.grouped(all)} Sätze, gleichmäßig aus der ganzen Tabelle genommen.`,
    plot: (sentences, step) =>
      `${count(sentences, 'Satz', 'Sätze')} bei Schritt ${n.grouped(step)}. Die Pfeiltasten führen von einem zum nächsten.`,
    point: (text, labels) => `${text} ${labels}`,
    unlabelled: 'kein Label',
    heldOut: 'zurückgehalten',
    gone: 'Dieser Satz ist inzwischen ein anderer.',
    note: 'Hauptkomponenten der Satzvektoren aus allen diesen Schritten zusammen. Beide Achsen haben denselben Maßstab, bei jedem Schritt denselben, und keine Einheit.',
    table: 'Als Tabelle',
    caption: 'Wo jeder Satz bei dem Schritt liegt, auf dem der Regler steht',
    sentence: 'Satz',
    axes: ['1. Komponente', '2. Komponente'],
  },
};
