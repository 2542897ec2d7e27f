// The page on embedding in German. Keys as in embed.html; values may hold *emphasis*, `code` and [links](address).

export default {
  'page-title': 'Polytask einbetten: ein einziges Tag, auf jeder Seite',
  'page-description':
    'Wie ein Trainingslauf live in Dokumentation, Kursunterlagen oder ein Blog kommt: ein einziges Tag, mit Snippets für reines HTML, mdBook, Frames, npm und mehr.',
  skip: 'Zum ersten Snippet springen',
  article: 'Der Artikel',
  languages: 'Sprache',
  contents: 'Auf dieser Seite',
  copy: 'Kopieren',
  copied: 'Kopiert',
  selected: 'Markiert',

  title: 'Einbetten',
  'intro-1':
    'Ein einziges Tag bringt einen Trainingslauf live auf deine Seite: in eine Dokumentation, in Kursunterlagen, in ein Blog. Das Fine-Tuning läuft im Browser deiner Leserinnen und Leser. Kein Server rechnet, und nichts, was sie tippen, wird irgendwohin geschickt.',
  'intro-2':
    'Das Tag selbst ist etwa ein Dutzend Kilobyte Skript. Alles Übrige wird geladen, wenn jemand in seine Nähe scrollt. Der Encoder, 16\u00a0MB, wird heruntergeladen, wenn jemand trainiert; danach behält ihn der Browser.',

  'one-tag': 'Ein einziges Tag',
  'one-tag-1':
    'Diese zwei Elemente funktionieren in jeder HTML-Seite. Der Text zwischen den Tags erscheint dort, wo es kein JavaScript gibt.',
  'one-tag-2': 'Das ist das Ergebnis:',
  fallback: 'Mit JavaScript wird hier ein Satz-Encoder feingetunt.',

  files: 'Seine Dateien',
  'files-1':
    'Die Snippets auf dieser Seite laden die Dateien von dieser Website. Soll deine Seite Bestand haben, nimm eine eigene Kopie, auf einem beliebigen statischen Host:',
  'files-2': '`./build.sh` im Repository von Polytask baut diese ganze Website samt Encoder in `target/site`;',
  'files-3': '`./build.sh pack` baut das Element allein, mit seinem kleinen Encoder, als npm-Paket, einen Tarball, in `target/npm/`.',
  'files-4':
    'Das Paket enthält `all-MiniLM-L6-v2-small` (16\u00a0MB). Für `encoder="all-MiniLM-L6-v2"`, denselben Encoder mit Float-Gewichten (91\u00a0MB), holt dieser Befehl ihn in einen Ordner neben `polytask-lab.js`:',
  'files-5':
    'Der Encoder darf auch auf einem anderen Host liegen, wenn der deiner Seite das Lesen erlaubt ([siehe unten](#headers)):',

  systems: 'In deinem System',
  'systems-contents': 'mdBook, Frames, npm und andere',
  'systems-1':
    'Zu mdBook, React, MkDocs und Sphinx, zur einfachen Seite und zum Frame gibt es lauffähige Beispiele in `www/examples`, jedes in Chromium und Firefox getestet. Auch die Dateien und Typen des npm-Pakets werden getestet. Die als *ungetestet* gekennzeichneten Teile folgen der Dokumentation des jeweiligen Systems, wurden aber nicht ausprobiert.',
  untested: 'ungetestet',
  'mdbook-1': 'Das Skript kommt in `theme/head.hbs`, einmal für das ganze Buch:',
  'mdbook-2': 'oder, wenn die Dateien des Pakets in `src/polytask/` liegen (mdBook kopiert sie mit):',
  'mdbook-3':
    'Dann kann das Tag in jedem Kapitel stehen. Der Text darin ist Markdown, wenn er zwischen Leerzeilen steht:',
  frame: 'Ein Frame',
  'frame-1':
    'Wo du kein Skript einfügen kannst, nimm einen Frame. Die Seite darin liest ihre Attribute aus ihrer Adresse, außer denen, die sagen, woher Code oder Daten kommen:',
  npm: 'npm: React, Vue, Bundler',
  'npm-1':
    'Dieser Import definiert das Tag, das dann in jeder Komponente stehen kann. Mit Vite 8 und webpack 5 ist sonst nichts nötig: Sie kopieren die Worker, das WebAssembly und den Encoder.',
  'npm-2': 'Vite 7 und ältere brauchen das in `vite.config.js`:',
  'npm-3':
    'Bei Bundlern, die nur kopieren, was importiert wird, etwa esbuild, kopier die Ordner `engine`, `pkg` und `models` aus `node_modules/polytask` neben die gebündelten Skripte. Oder bündle nichts und liefere das Paket so aus, wie es ist:',
  'npm-4': 'Für TypeScript deklariert das Paket die Typen des Tags:',
  'docusaurus-1': 'Kopier die Dateien nach `static/polytask/`. In `docusaurus.config.js`, mit deiner `baseUrl` davor:',
  'docusaurus-2': 'In einer beliebigen `.mdx`-Seite:',
  'mkdocs-1':
    'Kopier die Dateien des Pakets nach `docs/polytask/`. In `mkdocs.yml`, wo die erste Zeile das README des Pakets aus den Seiten heraushält:',
  'mkdocs-2': 'In einer beliebigen Seite, als eigener Block; mit Material folgt das Element dessen Schalter für hell und dunkel:',
  sphinx: 'Sphinx',
  'sphinx-1':
    'Kopier die Dateien des Pakets nach `_static/polytask/`. In `conf.py`, wo die zweite Zeile das README des Pakets aus den Seiten heraushält:',
  'sphinx-2': 'In einer beliebigen Seite:',
  'sphinx-3':
    'Das Theme Furo sagt dem Browser nicht, dass eine Seite dunkel ist. Diese Zeilen in einem Stylesheet von dir tun es, und das Element folgt:',
  jupyter: 'Ein Jupyter-Notebook',

  attributes: 'Attribute',
  'attributes-1':
    'Alle Attribute sind optional. Ist eines falsch geschrieben oder hat es einen ungültigen Wert, zeigt das Element eine Meldung dazu und verwendet die übrigen.',
  'column-attribute': 'Attribut',
  'column-says': 'Bedeutung',
  'column-absent': 'Standardwert',
  'attribute-preset':
    'Mitgelieferte Sätze: `notebook` (4 Sätze, 2 Aufgaben), `topic-sentiment` (252 Sätze, 2 Aufgaben) oder `tickets` (3 Aufgaben, ein Viertel der Labels fehlt).',
  'attribute-src':
    'Adresse deiner eigenen Sätze: eine Tabelle (CSV, TSV, JSON oder JSONL) mit einer Spalte `text` und einer Spalte für jede Aufgabe, oder ein Rezept (JSON), das auch Einstellungen enthält. Worauf die Adresse endet, ist gleich.',
  'absent-src': 'das Preset',
  'attribute-tasks': 'Die Label-Spalten, die trainiert werden, durch Kommas getrennt.',
  'absent-tasks': 'alle',
  'attribute-encoder':
    '`all-MiniLM-L6-v2-small`, `all-MiniLM-L6-v2` oder ein anderer Ordner in `models/`; BESITZER/NAME eines BERT-Encoders auf dem Hugging-Face-Hub; oder die Adresse eines Ordners, mit einem Schrägstrich am Ende.',
  'attribute-model':
    'Adresse des Zips eines gespeicherten Modells oder seines Ordners, mit einem Schrägstrich am Ende. Es wird wie ein Encoder erst geholt, wenn es gebraucht wird. Sein Rezept bringt seine Sätze und Einstellungen mit, und das Training geht von ihm aus weiter.',
  'absent-model': 'ein Encoder mit neuen Köpfen',
  'attribute-weighting':
    'Wie aus mehreren Verlusten oder Gradienten ein Update wird: `sum`, `uncertainty`, `dwa`, `random`, `gradnorm`, `famo`, `pcgrad`, `cagrad`, `mgda`, `imtl-g`, `nash-mtl`, `upgrad` oder `aligned-mtl`.',
  'attribute-epochs': 'Anzahl der Durchgänge durch die Trainingssätze.',
  'absent-epochs': 'wie im Preset',
  'attribute-seed':
    'Eine ganze Zahl, die Aufteilung, Reihenfolge der Sätze und Anfangswerte der Köpfe bestimmt. Derselbe Seed ergibt denselben Lauf.',
  'absent-seed': 'wie im Preset',
  'attribute-views': 'Die Ansichten, in dieser Reihenfolge, durch Leerzeichen getrennt: [Liste der Ansichten](#views).',
  'attribute-run':
    'Ein Name. Alle Elemente einer Seite mit demselben Namen zeigen denselben Lauf; so kann zwischen seinen Ansichten Text stehen. Bei einem benannten Lauf bleiben Änderungen von Besuch zu Besuch erhalten.',
  'absent-run': 'ein eigener Lauf',
  'attribute-keep':
    '`on` oder `off`: ob der Lauf nach einem Neuladen oder Absturz weitergeht. Sein Stand wird im Browser aufgehoben, für diese Seite.',
  'absent-keep': '`on` bei `run`, sonst `off`',
  'attribute-autostart':
    'Holt den Encoder und trainiert ungefragt, außer in Browsern, die auf Datensparen eingestellt sind.',
  'absent-autostart': 'wartet auf „Trainieren“',
  'attribute-theme': '`light`, `dark` oder `auto`.',
  'absent-theme': 'wie im System eingestellt',
  'attribute-lang': '`en` oder `de`.',
  'absent-lang': 'die Sprache der Seite, wenn es eine davon ist',
  'attribute-base': 'Adresse des Ordners, der `models/` enthält.',
  'absent-base': 'der Ordner von `polytask-lab.js`',
  'attribute-record': 'Adresse einer Aufzeichnung, die läuft, bis der Encoder da ist.',
  'absent-record': 'keine Aufzeichnung',
  'attribute-linked': 'Das Element öffnet den Lauf aus der Adresse der Seite, wenn jemand ihn als Link geteilt hat.',
  'absent-linked': 'Links werden ignoriert',

  views: 'Ansichten',
  'column-view': 'Ansicht',
  'column-shows': 'was sie zeigt',
  'view-controls': '„Trainieren“ und „Pause“, „Schritt“, „Von vorn“, Tempo; Epoche, Schritt und Verlust.',
  'view-encoder': 'Name des Encoders und Fortschritt seines Downloads.',
  'view-sentences': 'Die Sätze und Labels: ändern, ergänzen, einfügen oder eine Datei öffnen.',
  'view-settings': 'Alle Einstellungen des Laufs.',
  'view-diagram': 'Das Modell, mit den Formen und Parameterzahlen dieses Laufs.',
  'view-losses': 'Der Verlust jeder Aufgabe und der Gesamtverlust, Schritt für Schritt.',
  'view-loop':
    'Die Trainingsschleife in Python und Rust; bei „Schritt“ leuchtet jede Zeile auf, während sie ausgeführt wird.',
  'view-accuracy': 'Die Genauigkeit (Accuracy) je Epoche, auf zurückgehaltenen Sätzen und auf Trainingssätzen.',
  'view-results': 'Konfusionsmatrizen und die falsch klassifizierten Sätze.',
  'view-log': 'Dieselbe Ausgabe wie auf der Kommandozeile.',
  'view-steps': 'Schritte für nur eine Aufgabe.',
  'view-gradients': 'Der Winkel zwischen den Gradienten der Aufgaben, als Pfeile und Schicht für Schicht.',
  'view-interference': 'Wie ein Schritt für jede der Aufgaben alle Verluste ändert.',
  'view-geometry': 'Diese drei zusammen: `steps`, `gradients`, `interference`.',
  'view-compare': 'Mehrere Gewichtungen mit mehreren Seeds, nebeneinander.',
  'view-sharing': 'Jede Aufgabe allein und alle zusammen: ob das Teilen hilft.',
  'view-map': 'Die Satzvektoren in zwei Dimensionen und wie das Training sie bewegt.',
  'view-try': 'Ein eigener Satz, klassifiziert, während man ihn tippt.',
  'view-model': 'Das trainierte Modell: sein Download und Code, der es anderswo benutzt.',
  'view-share': 'Der Lauf als Link und als Dateien.',

  script: 'Methoden und Ereignisse',
  'script-methods':
    'Alle Methoden laden zuerst, was sie brauchen; `state` lädt nichts. `train()` ist erfüllt, wenn der Lauf endet; solange er pausiert, wartet es. Kann der Lauf nicht beginnen oder weitergehen, so scheitert es mit einem Fehler, der den Grund nennt. Beginnt der Lauf von vorn, werden seine Sätze ersetzt, wird der Download abgebrochen oder das Element entfernt oder zeigt es einen anderen Lauf, so scheitert es mit einem `AbortError`.',
  'script-save':
    '`save()` gibt das Modell, wie es gerade ist, für sentence-transformers, transformers, die Kommandozeile und das Attribut `model`. Der Lauf wartet, während das Zip entsteht. Mit `{ headsOnly: true }`, für einen Lauf mit eingefrorenem Encoder, hat das Zip ein paar kB und nennt den Encoder. Die `recipe.json` des Zips enthält die Sätze; `{ withoutSentences: true }` lässt sie weg.',
  'script-properties':
    'Wer `examples` oder `recipe` setzt, beginnt mit diesen Daten einen anderen Lauf, anstelle von `preset` und `src`. Für `examples` werden Einstellungen gewählt. Auch Properties, die vor dem Laden des Skripts gesetzt werden, gelten.',
  'script-1':
    'Jedes Ereignis eines Laufs ist auch ein DOM-Ereignis: Sein Name ist `polytask-` mit dem Typ, und `polytask` wird für jeden Typ gesendet. `polytask-state` wird gesendet, wenn sich `state` geändert hat, höchstens einmal je Frame. Die Ereignisse steigen auf (Bubbling), deshalb hört ein einziger Listener am Dokument alle Elemente der Seite:',
  events:
    'Die Typen, in der Reihenfolge eines Laufs: `progress` und `loaded` (der Encoder), `start`, `contrastive`, `step`, `epoch`, `evaluation`, `verdict`, `end`; `paused`; `prediction`, `tokens`, `saliency`; `gradients`, `interference`, `mistakes`, `map`, `phase`; `compared`, `comparison`; `encoded`, `findings`, `label_next`, `classified`; `warning` und `error`.',
  'event-detail':
    'Die Typen des Pakets beschreiben das `detail` von jedem, und seine `custom-elements.json` sagt Editoren und Dokumentationswerkzeugen, was das Tag hat.',
  'script-types':
    'In JSX (React 18 und 19) und in Vue-Templates macht ein Import das Tag mit seinen Attributen bekannt; React 19 und Vue setzen dort auch Properties und hören auf Ereignisse:',
  'script-2': "Für Stylesheets enthält das Attribut `status` den Zustand des Laufs: `polytask-lab[status='training']`.",
  'script-keys':
    'Tasten, die im Element getippt oder benutzt werden, erreichen die Tastenkürzel deiner Seite nicht. Tab, Escape, Funktionstasten und Tasten mit Strg, Alt oder Meta erreichen sie.',

  looks: 'Aussehen',
  'looks-1':
    'Das Element hat einen Shadow Root: Deine Styles ändern es nicht aus Versehen, und seine Styles ändern deine Seite nicht. Du passt es mit Custom Properties an, die du am Tag setzt:',
  'looks-2': 'und mit Parts:',
  parts: 'Die Parts sind `panel`, `bar`, `encoder`, `button`, `field`, `dialog`, `message` und `chart`.',
  'looks-3':
    'Eine Farbe für hell und dunkel zugleich ist `light-dark(#ffffff, #1c1f23)`. Mit `color-scheme: inherit` ist das Element hell oder dunkel wie deine Seite; nimm das, wenn man dort zwischen hell und dunkel wählen kann. Reservier die Höhe, die das Element haben wird, damit die Seite beim Laden nicht springt:',

  trained: 'Ein trainiertes Modell',
  'trained-1':
    'Ein Modell, das hier oder auf der Kommandozeile trainiert wurde, antwortet auf deiner Seite auch ohne das Tag. Leg seinen Ordner oder sein Zip auf deinen Host:',
  'trained-2':
    'Mit einem Bundler importierst du es aus `polytask/model`. Mehrere Modelle einer Seite teilen sich einen Worker. Die Dateien eines Modells bleiben im Browser: Ein späterer Besuch holt sie nur, wenn sie sich geändert haben, und braucht kein Netz. `embed()` gibt die Satzvektoren, `close()` gibt den Speicher frei, und jeder Fehler ist ein Satz mit einem Code. `www/examples/model` ist eine ganze Seite: ein Feld, die Antworten als Balken und ein Service-Worker.',

  headers: 'Header und Richtlinien',
  origin: 'Von einem anderen Origin',
  'origin-1': 'Der Host der Dateien muss anderen Origins erlauben, sie zu lesen; sonst lädt der Browser keine davon:',
  'origin-2':
    '`polytask serve` sendet diesen Header, wie die meisten Hosts statischer Seiten. Ohne ihn bleibt der Text im Tag stehen. Dieses Skript anstelle des Moduls sagt in der Seite, was fehlt:',
  'policy-1':
    "Hat deine Seite eine solche Richtlinie, so muss sie das Folgende erlauben. Der Worker startet von einem `blob:`, weil Browser keinen Worker von der Adresse eines anderen Origins starten. Liegen die Dateien auf deinem eigenen Origin, schreib `'self'` statt der Adresse und lass `blob:` weg. Ein Encoder, der nicht bei den Dateien liegt, kommt vom Hugging-Face-Hub; dafür braucht `connect-src` auch `https://huggingface.co https://*.hf.co`.",
  'policy-2':
    'Eine Richtlinie mit `require-trusted-types-for` muss den Namen der Policy des Elements erlauben: `trusted-types polytask`.',
  threads: 'Threads',
  'threads-1':
    'Das Element funktioniert ohne besondere Header. Ist *deine Seite* cross-origin-isoliert, rechnet es auf mehreren Kernen. Auf dieser Website fügt `sw.js` den Seiten mit dem Element in seinem Ordner diese Header hinzu, vom zweiten Besuch an; `data-isolation="off"` im Tag `html` lässt eine Seite, wie sie ist:',
  offline: 'Ohne Netz',
  'offline-1':
    'Von sich aus fragt das Element nur den Host, von dem seine Dateien kommen, und, wenn der Encoder dort nicht liegt, den Hugging-Face-Hub. Nach dem ersten Besuch liegt der Encoder in einem Browser-Cache, der zu der einbettenden Website gehört, und wird bei jedem Lesen geprüft. Eine Seite, die weder über `https` noch von `localhost` kommt, hat keinen solchen Cache, und jeder Besuch lädt den Encoder von Neuem herunter. Die übrigen Dateien, etwa 1\u00a0MB, bleiben so lange im Cache, wie die Caching-Header ihres Hosts es sagen. Diese Website funktioniert nach dem ersten Besuch ohne Netz; auf deiner muss das ein Service Worker leisten, wie hier `sw.js`. Er sorgt auch dafür, dass alle Dateien einer geladenen Seite aus demselben Release stammen. Welche das sind, sagt `release.json` in `target/site`; kopier also diesen ganzen Ordner auf den Host.',

  foot:
    '[Polytask](./): Fine-Tuning eines gemeinsamen Encoders für mehrere Aufgaben, auf deinem eigenen Rechner. MIT oder Apache-2.0.',
};
