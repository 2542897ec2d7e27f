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
    'Ein einziges Tag bringt einen Trainingslauf live auf deine Seite: in eine Dokumentation, Kursunterlagen, ein Blog. Das Fine-Tuning des Encoders geschieht im Browser derer, die sie lesen. Kein Server rechnet, und nichts, was sie tippen, wird irgendwohin geschickt.',
  'intro-2':
    'Das Tag selbst ist ein Dutzend Kilobyte Skript. Alles Übrige wird geladen, wenn jemand in seine Nähe kommt, und der Encoder, 91\u00a0MB, wenn jemand trainiert; danach behält ihn der Browser.',

  'one-tag': 'Ein einziges Tag',
  'one-tag-1':
    'Diese zwei Elemente passen in jedes HTML. Was zwischen den Tags steht, ist dort zu sehen, wo es kein JavaScript gibt.',
  'one-tag-2': 'Und das wird daraus:',
  fallback: 'Mit JavaScript wird hier ein Satz-Encoder feingetunt.',

  files: 'Seine Dateien',
  'files-1':
    'Die Snippets dieser Seite zeigen dorthin, wo du sie gerade liest. Eine Seite, die Bestand haben soll, hat ihre eigene Kopie, auf einem beliebigen statischen Host:',
  'files-2': '`./build.sh` im Repository von Polytask legt diese ganze Website samt Encoder in `www/` ab;',
  'files-3': '`./build.sh pack` legt das Element allein als npm-Paket, einen Tarball, in `target/npm/` ab.',
  'files-4': 'Der Encoder ist nicht im Paket. Das hier holt ihn, in einen Ordner neben `polytask-lab.js`:',
  'files-5': 'Er darf auch anderswo liegen, wenn der Host dort deiner Seite das Lesen erlaubt ([siehe unten](#headers)):',

  systems: 'In deinem System',
  'systems-contents': 'mdBook, Frames, npm und andere',
  'systems-1':
    'Zu mdBook, zur einfachen Seite und zum Frame gibt es lauffähige Beispiele in `www/examples`, und jedes wird in Chromium und Firefox getestet. Auch die Dateien und Typen des npm-Pakets werden getestet. Was als *ungetestet* gekennzeichnet ist, folgt der Dokumentation des Systems, mehr nicht.',
  untested: 'ungetestet',
  'mdbook-1': 'Das Skript kommt in `theme/head.hbs`, einmal für das ganze Buch:',
  'mdbook-2': 'oder, mit den Dateien des Pakets in `src/polytask/`, die mdBook mitkopiert:',
  'mdbook-3': 'Dann darf das Tag in jedem Kapitel stehen. Zwischen Leerzeilen ist sein Inhalt Markdown:',
  frame: 'Ein Frame',
  'frame-1':
    'Wo sich kein Skript einfügen lässt, geht immer noch ein Frame. Die Seite darin nimmt die Attribute aus ihrer Adresse, alle außer denen, die sagen, woher Code oder Daten kommen:',
  'npm-1':
    'Liefere die Dateien aus, wie sie sind, ohne sie zu bündeln: Das Element findet seinen Worker, seine Stylesheets und den WebAssembly-Build für jeden Browser neben sich. In TypeScript gibt das Paket dem Tag seine Typen:',
  'docusaurus-1': 'Die Dateien kommen in `static/polytask/`. In `docusaurus.config.js`, mit deiner `baseUrl` davor:',
  'docusaurus-2': 'In einer beliebigen `.mdx`-Seite:',
  'mkdocs-1': 'Die Dateien kommen in `docs/polytask/`. In `mkdocs.yml`:',
  'mkdocs-2': 'In einer beliebigen Seite, als eigener Block:',
  sphinx: 'Sphinx und Jupyter Book',
  'sphinx-1': 'Die Dateien kommen in `_static/polytask/`. In `conf.py`:',
  'sphinx-2': 'In einer beliebigen Seite:',
  jupyter: 'Ein Jupyter-Notebook',

  attributes: 'Attribute',
  'attributes-1':
    'Alle dürfen fehlen. Ist ein Attribut falsch geschrieben oder sein Wert keine der Möglichkeiten, so steht das an der Stelle des Elements, und alles Übrige gilt.',
  'column-attribute': 'Attribut',
  'column-says': 'was es sagt',
  'column-absent': 'wenn es fehlt',
  'attribute-preset':
    'Mitgelieferte Sätze: `notebook` (4 Sätze, 2 Aufgaben), `topic-sentiment` (252, 2) oder `tickets` (drei Aufgaben, ein Viertel der Labels leer).',
  'attribute-src':
    'Adresse deiner eigenen Sätze: eine Tabelle (`.csv`, `.tsv` oder `.jsonl`) mit einer Spalte `text` und einer für jede Aufgabe; oder ein Rezept (`.json`), das auch Einstellungen hat.',
  'absent-src': 'das Preset',
  'attribute-tasks': 'Die Label-Spalten, die trainiert werden, durch Kommas getrennt.',
  'absent-tasks': 'alle',
  'attribute-encoder': 'Name eines Ordners in `models/` oder Adresse eines Ordners, den `./build.sh encoder` angelegt hat.',
  'attribute-weighting':
    'Wie aus mehreren Verlusten oder Gradienten ein Update wird: `sum`, `uncertainty`, `dwa`, `random`, `gradnorm`, `famo`, `pcgrad`, `cagrad`, `mgda`, `imtl-g`, `nash-mtl`, `upgrad` oder `aligned-mtl`.',
  'attribute-epochs': 'Wie oft mit jedem Satz trainiert wird.',
  'absent-epochs': 'wie im Preset',
  'attribute-seed':
    'Eine ganze Zahl, die bestimmt, wie aufgeteilt wird, in welcher Reihenfolge die Sätze kommen und wie die Köpfe beginnen. Derselbe Seed ist derselbe Lauf.',
  'absent-seed': 'wie im Preset',
  'attribute-views': 'Was es zeigt, in dieser Reihenfolge, durch Leerzeichen getrennt: [die Ansichten](#views).',
  'attribute-run':
    'Ein Name. Alle Elemente einer Seite mit demselben Namen zeigen denselben Lauf; so können seine Ansichten getrennt stehen, mit Text dazwischen. Was jemand in einem benannten Lauf ändert, bleibt von Besuch zu Besuch erhalten.',
  'absent-run': 'ein eigener Lauf',
  'attribute-autostart':
    'Holt den Encoder und trainiert ungefragt, außer in Browsern, die auf Datensparen eingestellt sind.',
  'absent-autostart': 'wartet auf „Trainieren“',
  'attribute-theme': '`light`, `dark` oder `auto`.',
  'absent-theme': 'wie im System eingestellt',
  'attribute-lang': '`en` oder `de`.',
  'absent-lang': 'die Sprache der Seite, wenn es eine davon ist',
  'attribute-base': 'Adresse des Ordners, in dem `models/` liegt.',
  'absent-base': 'wo `polytask-lab.js` liegt',
  'attribute-record': 'Adresse eines aufgezeichneten Laufs, der abgespielt wird, bis der Encoder da ist.',
  'absent-record': 'keine Aufzeichnung',
  'attribute-linked': 'Der Lauf ist der aus der Adresse der Seite: Ein geteilter Link öffnet sich in diesem Element.',
  'absent-linked': 'Links bleiben unbeachtet',

  views: 'Ansichten',
  'column-view': 'Ansicht',
  'column-shows': 'was sie zeigt',
  'view-controls': '„Trainieren“ und „Pause“, „Schritt“, „Von vorn“, Tempo; Epoche, Schritt und Verlust.',
  'view-encoder': 'Welcher Encoder, und wie weit sein Download ist.',
  'view-sentences': 'Die Sätze und Labels, zum Ändern, Ergänzen, Einfügen oder Importieren.',
  'view-settings': 'Alle Einstellungen des Laufs.',
  'view-diagram': 'Das Modell, mit den Formen und Parameterzahlen dieses Laufs.',
  'view-losses': 'Der Verlust jeder Aufgabe und die Summe, Schritt für Schritt.',
  'view-loop': 'Die Trainingsschleife in Python und Rust; ihre Zeilen leuchten auf, während „Schritt“ sie ausführt.',
  'view-accuracy': 'Die Trefferquote je Epoche, auf zurückgehaltenen Sätzen und auf Trainingssätzen.',
  'view-results': 'Konfusionsmatrizen und die falsch klassifizierten Sätze.',
  'view-log': 'Was die Kommandozeile ausgeben würde.',
  'view-steps': 'Schritte für nur eine Aufgabe.',
  'view-gradients': 'Wie die Gradienten der Aufgaben zueinander liegen, als Pfeile und Schicht für Schicht.',
  'view-interference': 'Was ein Schritt für jede der Aufgaben an allen Verlusten ändert.',
  'view-geometry': 'Die letzten drei zusammen.',
  'view-compare': 'Mehrere Gewichtungen mit mehreren Seeds, nebeneinander.',
  'view-map': 'Die Satzvektoren in zwei Dimensionen, wie das Training sie bewegt.',
  'view-try': 'Ein eigener Satz, klassifiziert, während man ihn tippt.',
  'view-share': 'Der Lauf als Link und als Dateien.',

  script: 'Methoden und Ereignisse',
  'script-1':
    'Alle außer `state` laden erst, was sie brauchen. Jedes Ereignis eines Laufs ist ein DOM-Ereignis, `polytask-` und sein Typ, und `polytask` für alle zusammen. Sie steigen auf (Bubbling), also hört ein einziger Listener jedes Element der Seite:',
  events:
    'Die Typen, in der Reihenfolge eines Laufs: `progress` und `loaded` (der Encoder), `start`, `step`, `epoch`, `evaluation`, `end`; `paused`; `prediction`, `tokens`, `saliency`; `gradients`, `interference`, `mistakes`, `map`, `phase`; `compared`, `comparison`; `warning` und `error`.',
  'event-detail': 'Was in jedem `detail` steht, sagen die Typen des Pakets.',
  'script-2': "In einem Stylesheet sagt das Attribut `status`, wie die Dinge stehen: `polytask-lab[status='training']`.",

  looks: 'Aussehen',
  'looks-1':
    'Das Element lebt in einem Shadow Root: Weder reichen deine Styles aus Versehen hinein noch seine eigenen hinaus. Über Custom Properties, am Tag gesetzt, fügt es sich in deine Seite ein:',
  'looks-2': 'und über Parts:',
  'looks-3':
    'Eine Farbe für hell und dunkel zugleich ist `light-dark(#ffffff, #1c1f23)`; mit `color-scheme: inherit` ist das Element hell oder dunkel wie deine Seite, falls man das dort wählen kann. Bis das Element da ist, gib seinem Platz die Höhe, die es haben wird, damit die Seite nicht springt:',

  headers: 'Header und Richtlinien',
  origin: 'Von einem anderen Origin',
  'origin-1': 'Der Host der Dateien muss anderen Origins erlauben, sie zu lesen, sonst lädt der Browser keine davon:',
  'origin-2': '`polytask serve` sendet das, wie die meisten Hosts statischer Seiten.',
  'policy-1':
    "Hat deine Seite eine solche Richtlinie, so muss sie das Folgende erlauben. Der Worker startet von einem `blob:`, denn von der Adresse eines anderen Origins starten Browser keinen; liegen die Dateien auf deinem eigenen, so steht `'self'` für die Adresse, und `blob:` darf entfallen. Ist der Encoder nicht zu haben, so bietet ein Knopf an, ihn vom Hugging-Face-Hub zu holen; dafür braucht `connect-src` auch `https://huggingface.co https://*.hf.co`.",
  threads: 'Threads',
  'threads-1':
    'Nichts davon braucht besondere Header. Wo *deine Seite* cross-origin-isoliert ist, rechnet das Element auf mehreren Kernen:',
  offline: 'Ohne Netz',
  'offline-1':
    'Gefragt wird kein anderer Host als der, von dem die Dateien kommen. Nach dem ersten Besuch hat der Browser den Encoder in einem Cache der Website, die ihn einbettet, und prüft ihn bei jedem Lesen; kommt eine Seite weder über `https` noch von `localhost`, so hat sie keinen solchen Cache, und jeder Besuch lädt ihn von Neuem herunter. Die übrigen Dateien, etwa 1\u00a0MB, bleiben, wie es die Caching-Header ihres Hosts sagen. Diese Website selbst funktioniert vom ersten Besuch an ohne Netz; bei deiner muss ein Service Worker dafür sorgen, wie hier `sw.js`. Er sorgt auch dafür, dass alle Dateien einer geladenen Seite aus einem Release kommen; welche das sind, sagt `release.json` in `target/site`: Leg also diesen Ordner als Ganzes auf den Host.',

  foot: '[Polytask](./) feintunt einen gemeinsamen Encoder für mehrere Aufgaben, da, wo du bist. MIT oder Apache-2.0.',
};
