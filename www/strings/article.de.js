// The article in German. Keys as in index.html; values may hold *emphasis*, `code` and [links](address).

export default {
  'page-title': 'Einem Modell mehrere Aufgaben zugleich beibringen: Multi-Task-Fine-Tuning, live',
  'page-description':
    'Ein Artikel, in dem ein echter Satz-Encoder mehrere Aufgaben zugleich lernt, in diesem Tab, während du zusiehst. Nichts, was du tippst, verlässt deinen Rechner.',
  skip: 'Zum ersten Kapitel springen',
  languages: 'Sprache',
  theme: 'Farben',
  'theme-auto': 'Wie im System eingestellt',
  'theme-light': 'Hell',
  'theme-dark': 'Dunkel',
  chapters: 'Kapitel',

  title: 'Einem Modell mehrere Aufgaben zugleich beibringen',
  lede:
    'Ein Satz-Encoder ist ein neuronales Netz, das einen Satz in Zahlen verwandelt. Er wurde mit sehr viel Text trainiert, aber deine Kategorien kennt er nicht. Beim Fine-Tuning lernt er sie aus gelabelten Beispielen. Hier kannst du zusehen: Ein echter Encoder lernt zwei Aufgaben zugleich, in diesem Tab, auf deinem Rechner. Nichts, was du tippst, verlässt ihn.',
  'first-minute':
    'Der Encoder wird einmal heruntergeladen, 16\u00a0MB; danach behält ihn dein Browser. Bis er da ist, spielen die Abbildungen einen früher aufgezeichneten Lauf ab. Dann beginnt dein eigener: 60 Schritte, auf einem Laptop etwa eine Minute. Du kannst ihn jederzeit anhalten, Schritt für Schritt ausführen oder neu beginnen.',
  'fallback-encoder': 'Der Encoder: all-MiniLM-L6-v2-small, 16\u00a0MB, 22,7\u00a0Millionen Parameter.',
  idea:
    'Der Satz „Sunshine at last!“ läuft durch sechs Schichten, die sich alle Aufgaben teilen. Dann teilt sich der Weg: Das Thema ist weather, die Stimmung positive.',
  'idea-shared': 'gemeinsam',
  watch: 'Ein Trainingslauf, live',

  sentences: 'Die Sätze',
  'sentences-1':
    'Fine-Tuning beginnt mit Beispielen. Jede Zeile dieser Tabelle enthält einen Satz und für jede *Aufgabe* das Label, das ihm das Modell geben soll. Zwei Aufgaben teilen sich diese 252 englischen Sätze: *topic* fragt, wovon ein Satz handelt (Essen, Technik oder Wetter), *sentiment*, ob er negativ oder positiv ist.',
  'sentences-2':
    'Eine Aufgabe ist einfach eine Spalte. Ist ihre Zelle leer, hat der Satz für diese Aufgabe kein Label und trainiert nur die anderen. Deine Daten müssen also nicht vollständig gelabelt sein.',
  'sentences-3':
    'Ein Viertel der Zeilen, die getönten, wird *zurückgehalten*: Mit ihnen trainiert das Modell nie. Nur sie können zeigen, ob es die Aufgaben gelernt hat oder bloß die anderen Zeilen auswendig kennt.',
  'sentences-do':
    '*Zum Ausprobieren.* Ändere ein Label, schreib einen Satz um, füge eine Aufgabe oder eine Klasse hinzu, oder füge deine eigene Tabelle ein. Der nächste Lauf trainiert mit deiner Fassung.',
  'sentences-notebook':
    'Die ersten fünf Kapitel folgen einem Lehr-Notebook, einem Dokument aus Text und Python-Code, das Training nur simuliert hat: Statt Sätzen und Labels benutzte es Zufallszahlen. Hier ist jeder Schritt echt. Um mit den vier Sätzen des Notebooks zu trainieren, wähle über der Tabelle *Notebook*.',
  'fallback-sentences': 'Eine Tabelle mit 252 Sätzen, die du ändern kannst, und einer Label-Spalte für jede Aufgabe.',

  encoder: 'Ein Encoder, viele Köpfe',
  'encoder-1':
    'Ein Netz rechnet mit Zahlen, also muss der Text erst zu Zahlen werden. Der Satz wird in *Tokens* zerlegt: Häufige Wörter bleiben ganz, seltene werden in Stücke geteilt, alle aus einem Vokabular von 30.522 Tokens. Jedes Token wird in einer Tabelle nachgeschlagen und bekommt daraus einen Vektor aus H\u00a0=\u00a0384 Zahlen. Allein diese Tabelle enthält die Hälfte der 22,7\u00a0Millionen Parameter des Encoders.',
  'encoder-2':
    'Es folgen sechs *Schichten*. In jeder verknüpft die Attention jedes Token mit allen anderen seines Satzes, auf 12 Arten zugleich (diese „Attention-Köpfe“ sind nicht die Köpfe dieses Kapitels). Dann verändert ein kleines Netz jedes Token für sich, von 384 Zahlen auf F\u00a0=\u00a01.536 und zurück. Der Mittelwert der Tokenvektoren ist der *Satzvektor*.',
  'encoder-3':
    'Bis hierher ist den Aufgaben alles gemeinsam. Erst jetzt trennen sie sich: Jede hat ihren eigenen *Kopf*, eine einzige lineare Schicht. Für jede Klasse berechnet sie einen Score: eine gewichtete Summe der Zahlen im Satzvektor, plus eine Konstante. Diese Scores sind die *Logits*. Der Kopf von *topic* hat 384\u00a0×\u00a03\u00a0+\u00a03\u00a0=\u00a01.155 Parameter, der von *sentiment* hat 770.',
  'encoder-4':
    'Das ist die ganze Idee des Multi-Task-Lernens ([Caruana 1997](https://doi.org/10.1023/A:1007379606734)): Alles vor den Köpfen wird nur einmal trainiert, mit den Labels aller Aufgaben.',
  'fallback-diagram':
    'Ein Schaubild des Modells: Tokens, Embeddings, sechs Schichten, der Mittelwert und für jede Aufgabe ein Kopf, mit Formen und Parameterzahlen.',

  losses: 'Die Verluste',
  'losses-1':
    '*Softmax* macht aus den Logits eines Kopfes Wahrscheinlichkeiten. Wie gut sie sind, misst eine einzige Zahl: die *Kreuzentropie*, gemittelt über die gelabelten Sätze eines Batches, der kleinen Gruppe von Sätzen in einem Trainingsschritt:',
  'losses-formula': 'Verlust = −ln *p*(richtiges Label)',
  'losses-2':
    'Ist sich der Kopf beim richtigen Label ganz sicher, so ist der Verlust 0. Gibt er dem richtigen Label die Wahrscheinlichkeit ½, so ist der Verlust 0,69, und je kleiner diese Wahrscheinlichkeit, desto größer der Verlust, ohne Grenze. Ein Kopf, der noch nichts gelernt hat, gibt seinen C Klassen etwa die gleiche Wahrscheinlichkeit; deshalb beginnt sein Verlust bei etwa ln\u00a0C: 1,10 bei den drei Themen, 0,69 bei den zwei Stimmungen. Bleibt eine Kurve dort, hat ihr Kopf nichts gelernt.',
  'losses-3':
    'Die Verluste der Aufgaben werden einfach addiert. Das Training senkt diesen Gesamtverlust, und so verändert jede Aufgabe den gemeinsamen Encoder:',
  'losses-sum': 'Gesamtverlust = *topic* + *sentiment*',
  'losses-4':
    'Jeder Punkt ist der Verlust auf einem Batch von bis zu 16 Sätzen, gemessen vor dem Schritt mit diesem Batch. Manche Batches sind schwerer als andere, deshalb verläuft die Kurve im Zickzack.',
  'fallback-losses':
    'Ein Diagramm der Verluste, Schritt für Schritt: topic sinkt von etwa 1,1, sentiment langsamer von etwa 0,7.',

  loop: 'Die Schleife',
  'loop-1':
    'Ein Trainingsschritt hat fünf Phasen. Nimm einen *Batch* von Sätzen. Schick ihn *vorwärts* durch den Encoder und die Köpfe. Berechne die *Verluste*. Geh *rückwärts*: Die Kettenregel ergibt für jeden Parameter, wie stark sich der Gesamtverlust ändern würde, wenn der Parameter ein wenig größer wäre. Alle diese Zahlen zusammen sind der *Gradient*. *Update*: Verschieb jeden Parameter ein wenig gegen den Gradienten, damit der Gesamtverlust sinkt.',
  'loop-2':
    'Hier steht diese Schleife zweimal: so, wie das Notebook sie in PyTorch schreibt, und so, wie diese Seite sie in Rust ausführt.',
  'loop-do':
    '*Zum Ausprobieren.* Halte den Lauf an und drück auf *Schritt*: Ein Batch läuft durch die Schleife, und jede Zeile leuchtet auf, während sie ausgeführt wird.',
  'fallback-loop': 'Die Trainingsschleife des Notebooks neben der dieser Bibliothek, Zeile für Zeile.',
  'loop-3':
    'Wie viel ist „ein wenig“? Das entscheidet [Adam](https://arxiv.org/abs/1412.6980), der Optimierer dieses Laufs, für jeden Parameter aus dem bisherigen Verlauf seines Gradienten. Den Maßstab gibt die *Lernrate* vor, hier höchstens 0,0003. Sie steigt über die ersten sechs Schritte und sinkt dann linear auf 0: Große Schritte am Anfang würden beschädigen, was der Encoder schon kann, und kleine Schritte am Ende lassen die Parameter zur Ruhe kommen.',
  'loop-4':
    'Die 189 Trainingssätze ergeben 12 Batches, und 12 Schritte sind eine *Epoche*, in der jeder Satz einmal vorkommt. Dieser Lauf hat fünf Epochen. Das Protokoll gibt jede Epoche so aus wie das Notebook.',
  'fallback-log':
    'Das Protokoll des Laufs: für jede Epoche der Verlust jeder Aufgabe und der Gesamtverlust, dann die Genauigkeiten.',

  metrics: 'Die Metriken',
  'metrics-1':
    'Das Training senkt den Verlust, aber wissen wollen wir etwas Einfacheres: Wie oft hat das Modell recht? Die *Genauigkeit* (Accuracy) ist der Anteil der Sätze, bei denen das richtige Label den höchsten Score hat. Wer rät, liegt bei einem Drittel der Themen und bei der Hälfte der Stimmungen richtig.',
  'metrics-2':
    'Durchgezogene Linien zeigen die zurückgehaltenen Sätze, gepunktete die Trainingssätze. Steigt die gepunktete Linie und die durchgezogene nicht, dann lernt das Modell seine Trainingssätze auswendig: *Overfitting*.',
  'metrics-3':
    '*Topic* ist leicht: Nach fünf Epochen liegt das Modell bei etwa 98\u00a0% der zurückgehaltenen Sätze richtig, im Mittel über drei Läufe. *Sentiment* bleibt bei etwa 70\u00a0%, denn viele Sätze hier drücken ein Gefühl aus, ohne ein Wort dafür zu enthalten: „We paid for fresh orange juice and watched him pour it from a carton.“ Lies in kleine Unterschiede nicht zu viel hinein: Ein zurückgehaltener Satz macht 1,6\u00a0Prozentpunkte aus.',
  'metrics-4':
    'Die *Konfusionsmatrix* zählt die Vorhersagen, mit einer Zeile für jedes wahre und einer Spalte für jedes vorhergesagte Label. Darunter stehen die falsch klassifizierten Sätze, die sichersten Fehler zuerst. Bei manchen gibst du vielleicht dem Modell recht.',
  'fallback-metrics':
    'Die Genauigkeit je Epoche auf Trainingssätzen und zurückgehaltenen Sätzen; eine Konfusionsmatrix für jede Aufgabe; die falsch klassifizierten Sätze.',

  fight: 'Aufgaben im Konflikt',
  'fight-1':
    'Zwei Aufgaben trainieren einen Encoder. Jede hat ihren eigenen Gradienten für dieselben gemeinsamen Parameter, und die beiden müssen nicht in dieselbe Richtung zeigen. Die Zeichnung stellt sie als Pfeile dar. Sie haben Millionen Dimensionen, aber zwei Vektoren liegen immer in einer Ebene. Deshalb ist die Zeichnung exakt: Die Längen stimmen und der Winkel auch.',
  'fight-2':
    'Ist der Winkel kleiner als 90°, senkt ein kleiner Schritt gegen den Gradienten der einen Aufgabe auch den Verlust der anderen. Über 90° sind die Aufgaben im *Konflikt*: Ein solcher Schritt senkt den einen Verlust und erhöht den anderen. Addiert man die Gradienten, hat der längere mehr Einfluss. Bei etwa 90° beeinflussen sich die Aufgaben kaum; in so vielen Dimensionen ist das der Normalfall. Wichtig ist ein Konflikt erst, wenn er anhält.',
  'fight-3':
    'Der gestrichelte Pfeil ist der Schritt, den Adam dann gemacht hat. Ein Schritt geht gegen die Gradienten. Damit sich die Pfeile vergleichen lassen, ist dieser umgedreht gezeichnet. Adam skaliert jeden Parameter für sich, deshalb führen seine Schritte aus der Ebene hinaus. Der Pfeil zeigt nur die Richtung des Teils, der in der Ebene liegt; die Tabelle sagt, welcher Anteil des Schritts das ist.',
  'fight-do':
    '*Zum Ausprobieren.* Halte den Lauf an und schalte „Gradienten messen“ ein. Dann mach einen Schritt nur für *topic*, einen nur für *sentiment* und einen für beide. Achte auf die Pfeile und die zwei Verluste.',
  'fallback-gradients':
    'Zwei Pfeile, der Gradient jeder Aufgabe, mit dem Winkel dazwischen; darunter der Kosinus dieses Winkels in jeder Schicht.',
  interference: 'Was ein Schritt bei den anderen Aufgaben bewirkt',
  'interference-1':
    'Die Pfeile beschreiben sehr kleine Schritte. Die Wirkung eines echten Schritts lässt sich messen: einen Schritt für nur eine Aufgabe machen, den Verlust jeder Aufgabe vorher und nachher vergleichen, den Schritt Bit für Bit zurücknehmen. Jede Zeile ist die Aufgabe, für die der Schritt war, jede Spalte die Aufgabe, deren Verlust er geändert hat. Unter 0 hat er ihr geholfen, über 0 geschadet.',
  'fallback-interference':
    'Eine kleine Tabelle: wie sehr ein Schritt für nur eine Aufgabe den Verlust jeder Aufgabe ändert.',
  compare: 'Geht es besser als mit Addieren?',
  'compare-1':
    'Ein Dutzend Alternativen, Gewichtungen genannt, steht hier zur Wahl. Manche gewichten die Aufgaben nach ihren Verlusten. Andere bilden das Update aus den Gradienten: [PCGrad](https://arxiv.org/abs/2001.06782) zum Beispiel entfernt aus jedem Gradienten den Anteil, der gegen einen anderen zeigt.',
  'compare-2':
    'Aber sie gewinnen selten. [Kurin et al. (2022)](https://arxiv.org/abs/2201.04122) und [Xin et al. (2022)](https://arxiv.org/abs/2209.11379) haben das einfache Addieren ebenso sorgfältig eingestellt wie die Alternativen, und deren Vorsprung war weg. Auch auf den zwei größeren Satzsammlungen hier schlägt keine die Summe um mehr, als der Zufall erklärt.',
  'compare-do':
    '*Zum Ausprobieren.* Vergleiche zwei oder drei Gewichtungen mit mehreren Seeds (ein Seed bestimmt alles Zufällige in einem Lauf). Bei jedem Seed beginnen alle mit denselben Köpfen und sehen dieselben Batches. Sieh zuerst auf die Streuung über die Seeds: Ein Vorsprung, der kleiner ist als sie, bedeutet nichts, und bei nur einem Seed bedeutet kein Vorsprung etwas.',
  'fallback-compare':
    'Ein kleines Diagramm für jede Gewichtung, daneben jede Aufgabe für sich allein, eine lineare Sonde (nur die Köpfe lernen) und die häufigste Klasse.',

  sharing: 'Hilft das Teilen?',
  'sharing-1':
    'Mehrere Aufgaben in einem Encoder brauchen weniger Speicher und Zeit als ein Encoder für jede. Aber ist das Ergebnis besser? Das hängt von den Daten ab: Eine Aufgabe mit wenigen Labels kann von den anderen lernen, und zwei Aufgaben, die verschiedene Merkmale brauchen, können einander im Weg sein.',
  'sharing-2':
    'Frag also deine eigenen Sätze. Jede Aufgabe wird allein trainiert und alle zusammen, von denselben Köpfen aus und mit derselben Aufteilung, einmal für jeden Seed. Der Gewinn ist der Unterschied der Genauigkeit auf zurückgehaltenen Sätzen. Auch der Zufall macht einen Unterschied: Nur wenn der ganze Bereich über 0 liegt, hilft das Teilen hier.',
  'fallback-sharing': 'Eine Tabelle: die Genauigkeit jeder Aufgabe allein und zusammen, der Gewinn und sein Bereich.',

  space: 'Der Raum der Sätze',
  'space-1':
    'Ein Satzvektor ist ein Punkt in einem Raum mit 384 Dimensionen, und das Training verschiebt diese Punkte. Die Karte zeichnet sie entlang der zwei Richtungen, in denen sie sich im ganzen Lauf am meisten unterscheiden (*Hauptkomponenten*).',
  'space-2':
    'Ein Kopf kann Klassen nur mit ebenen Grenzen trennen, also verschiebt das Training die Punkte, bis die Klassen auseinanderliegen. Färb die Punkte nach der einen Aufgabe, dann nach der anderen: Dieselben Punkte müssen sich nach Thema *und* nach Stimmung trennen. Ein gemeinsamer Encoder muss beides leisten.',
  'space-3':
    'Eine Karte mit zwei Dimensionen zeigt nur einen Teil eines Raums mit 384. Punkte, die sich hier überdecken, können in anderen Richtungen weit auseinanderliegen.',
  'space-do': '*Zum Ausprobieren.* Zieh den Regler vom ersten Schritt bis zum letzten.',
  'fallback-map':
    'Eine Karte der Sätze, die sich im Laufe des Trainings bewegt, gefärbt nach den Labels der einen oder der anderen Aufgabe.',

  try: 'Dein eigener Satz',
  'try-1':
    'Nimm jetzt einen Satz, den niemand gelabelt hat. Jeder Kopf antwortet, während du tippst, mit den aktuellen Gewichten: Frag vor dem Training, mittendrin und danach. Am besten versteht der Encoder Englisch.',
  'try-2':
    'Welche Wörter zählen? Lass ein Wort weg und sieh, wie weit die Wahrscheinlichkeit der Antwort sinkt: So groß ist sein Beitrag ([Li, Monroe und Jurafsky 2016](https://arxiv.org/abs/1612.08220)). Das zeigt, worauf sich das Modell stützt, nicht, ob es das sollte. Wörter, die nur gemeinsam wirken, werden dabei übersehen.',
  'try-do':
    '*Zum Ausprobieren.* Schreib über etwas, das weder mit Essen noch mit Technik noch mit Wetter zu tun hat. Der Kopf muss trotzdem eines der drei wählen, denn bei Softmax gibt es kein „nichts davon“.',
  'fallback-try':
    'Ein Feld für einen Satz; darunter die Wahrscheinlichkeiten aus jedem Kopf und der Beitrag jedes Wortes dazu.',

  use: 'Dein Modell benutzen',
  'use-1':
    'Was du hier trainiert hast, gehört dir. *Modell herunterladen* gibt dir eine Zip-Datei mit dem Encoder, seinen Köpfen und einer Karte, auf der steht, womit das Modell trainiert wurde und wie oft es bei zurückgehaltenen Sätzen richtigliegt.',
  'use-2':
    'Danach antwortet das Modell in Python, auf deiner eigenen Seite und auf der Kommandozeile, ohne diese Seite. Seine Dateien sind angelegt wie bei Hugging Face. Darum öffnen es auch sentence-transformers und transformers und nach `polytask export` auch ONNX Runtime. *Modell öffnen*, oben bei der Wahl des Encoders, holt es zurück, und das Training geht von da weiter.',
  'use-do':
    '*Zum Ausprobieren.* Schreib im Kapitel davor einen Satz. Der Code hier stellt deinem Modell denselben Satz, und die Kommentare sagen, was es antwortet.',
  'fallback-model': 'Ein Knopf, der das Modell herunterlädt, und Code, der es in Python, auf einer Seite und auf der Kommandozeile benutzt.',

  settings: 'Alle Einstellungen',
  'settings-1':
    'Hier stehen alle übrigen Einstellungen eines Laufs. Die meisten heißen wie in PyTorch und Hugging Face. Der *Seed* bestimmt alles Zufällige: welche Sätze zurückgehalten werden, wie die Köpfe initialisiert werden und in welcher Reihenfolge die Batches kommen. Dieselben Sätze, dieselben Einstellungen und derselbe Seed ergeben wieder denselben Lauf.',
  'settings-do':
    '*Zum Ausprobieren.* Mach die Lernrate zehnmal so groß: Lernt das Modell dann noch? Frier den Encoder ein, sodass nur die Köpfe lernen: Wie viel Genauigkeit geht verloren? Gib einer Aufgabe mehr Gewicht: Wie viel verliert die andere?',
  'fallback-settings': 'Felder für jede Einstellung des Laufs, von der Lernrate bis zum Seed.',

  take: 'Zum Mitnehmen',
  'take-1':
    'Sätze, Einstellungen und Seed passen in einen Link, in den Teil der Adresse hinter dem #. Diesen Teil schickt ein Browser nie an einen Server. Wer den Link öffnet, sieht dieselbe Kurve.',
  'take-2':
    'Dasselbe passt in eine Datei, `recipe.json`. Mit ihr wiederholt die Kommandozeile den Lauf und speichert das Modell im Format von Hugging Face, sodass andere Werkzeuge es öffnen können.',
  'fallback-share': 'Der Link dieses Laufs, sein Rezept und seine Sätze, zum Kopieren oder Herunterladen.',
  command: 'Auf der Kommandozeile',
  'command-1': 'Derselbe Rust-Code, für deinen Rechner kompiliert.',
  embed: 'Auf deiner eigenen Seite',
  'embed-1':
    'Jede Abbildung hier ist ein einziges Tag, und das funktioniert auch auf anderen Seiten: [einbetten](embed.html).',
  source: 'Woraus es gemacht ist',
  'source-1':
    'Aus Rust, nach WebAssembly kompiliert. [Candle](https://github.com/huggingface/candle) liefert Tensoren und automatisches Differenzieren; die Rechenkerne sind unsere eigenen und werden Gradient für Gradient gegen PyTorch geprüft. Der Encoder ist all-MiniLM-L6-v2 ([MiniLM](https://arxiv.org/abs/2002.10957), [Sentence-BERT](https://arxiv.org/abs/1908.10084)), unter Apache-2.0. Polytask darfst du unter MIT oder Apache-2.0 nutzen, wie du magst.',
  not: 'Was es nicht ist',
  'not-1':
    'Es erzeugt keinen Text, trainiert keinen Tokenizer und sucht nicht nach den besten Einstellungen. Es gibt keine Konten und keine Telemetrie.',

  foot:
    'Polytask: Fine-Tuning eines gemeinsamen Encoders für mehrere Aufgaben, auf deinem eigenen Rechner. MIT oder Apache-2.0. [Einbetten](embed.html)',
  newer: 'Eine neue Version dieser Seite ist bereit.',
  'newer-reload': 'Neu laden',
  'newer-later': 'Später',
};
