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
  lede: 'Ein Satz-Encoder hat viel gelesen, aber deine Kategorien kennt er nicht. Beim Fine-Tuning lernt er sie an Beispielen. Hier kannst du zusehen: Ein echter Encoder lernt zwei Aufgaben gemeinsam, in diesem Tab, auf deinem Rechner. Nichts, was du tippst, verlässt ihn.',
  'first-minute':
    'Der Encoder wird einmal heruntergeladen, 91\u00a0MB; danach behält ihn dein Browser. Bis er da ist, spielen die Abbildungen einen früher aufgezeichneten Lauf ab. Dann beginnt deiner: 60 Schritte, auf einem Laptop etwa eine Minute. Du kannst ihn jederzeit anhalten, Schritt für Schritt gehen lassen oder neu beginnen.',
  'fallback-encoder': 'Der Encoder: all-MiniLM-L6-v2, 91\u00a0MB, 22,7\u00a0Millionen Parameter.',
  idea: 'Der Satz „Sunshine at last!“ läuft durch sechs Schichten, die sich alle Aufgaben teilen; dann teilt sich der Weg: zu einem Thema, weather, und zu einer Stimmung, positive.',
  'idea-shared': 'gemeinsam',
  watch: 'Ein Lauf, während er läuft',

  sentences: 'Die Sätze',
  'sentences-1':
    'Fine-Tuning beginnt mit Beispielen. Jede Zeile dieser Tabelle enthält einen Satz und für jede *Aufgabe* das Label, das das Modell ihm geben soll. Zwei Aufgaben teilen sich diese 252 englischen Sätze: *topic* fragt, wovon ein Satz handelt (Essen, Technik oder Wetter), *sentiment*, ob er negativ oder positiv ist.',
  'sentences-2':
    'Eine Aufgabe ist nichts weiter als eine Spalte. Ist ihre Zelle leer, so hat der Satz für diese Aufgabe kein Label und lehrt nur die anderen; halb gelabelte Daten sind also willkommen.',
  'sentences-3':
    'Ein Viertel der Zeilen, die getönten, wird *zurückgehalten*: Mit ihnen trainiert das Modell nie. Nur sie können zeigen, ob es die Aufgaben gelernt hat oder bloß die Zeilen.',
  'sentences-do':
    '*Zum Ausprobieren.* Ändere ein Label, schreib einen Satz um, füge eine Aufgabe oder eine Klasse hinzu oder setz deine eigene Tabelle ein. Der nächste Lauf lernt, was du geschrieben hast.',
  'sentences-notebook':
    'Die ersten fünf Kapitel folgen einem Lehr-Notebook, das nur so tat, als ob es trainiere: Wo seine Sätze und Labels hätten stehen sollen, standen Zufallszahlen. Hier ist jeder Schritt echt. Die vier Sätze des Notebooks findest du über der Tabelle unter *Notebook*.',
  'fallback-sentences': 'Eine Tabelle mit 252 Sätzen, die du ändern kannst, und einer Label-Spalte für jede Aufgabe.',

  encoder: 'Ein Encoder, viele Köpfe',
  'encoder-1':
    'Ein Netz rechnet, also muss Text zu Zahlen werden. Der Satz wird in *Tokens* zerlegt, häufige Wörter ganz, seltene in Stücken, alle aus einem Vokabular von 30.522. Jedes Token wird in einer Tabelle nachgeschlagen und so zu einem Vektor aus H\u00a0=\u00a0384 Zahlen. Allein diese Tabelle macht die Hälfte der 22,7\u00a0Millionen Parameter des Encoders aus.',
  'encoder-2':
    'Es folgen sechs *Schichten*. In jeder lässt die Attention jedes Token alle anderen seines Satzes ansehen, auf 12 Weisen zugleich (diese „Attention-Köpfe“ sind nicht die Köpfe dieses Kapitels); dann bearbeitet ein kleines Netz, von 384 Zahlen auf F\u00a0=\u00a01.536 und zurück, jedes Token für sich. Der Mittelwert der Token-Vektoren ist der *Satzvektor*.',
  'encoder-3':
    'Bis hierher war den Aufgaben alles gemeinsam. Erst jetzt trennen sie sich: Jede hat ihren eigenen *Kopf*, eine einzige lineare Schicht, die aus dem Satzvektor einen Punktwert für jede Klasse macht, die *Logits*. Der Kopf von *topic* hat 384\u00a0×\u00a03\u00a0+\u00a03\u00a0=\u00a01.155 Parameter, der von *sentiment* 770.',
  'encoder-4':
    'Das ist die ganze Idee des Multi-Task-Lernens ([Caruana 1997](https://doi.org/10.1023/A:1007379606734)): Was vor den Köpfen liegt, wird nur einmal gelernt, aus den Labels aller Aufgaben.',
  'fallback-diagram':
    'Ein Schaubild des Modells: Tokens, Embeddings, sechs Schichten, der Mittelwert und für jede Aufgabe ein Kopf, mit Formen und Parameterzahlen.',

  losses: 'Die Verluste',
  'losses-1':
    '*Softmax* macht aus den Logits eines Kopfes Wahrscheinlichkeiten. Wie gut sie sind, sagt eine einzige Zahl, die *Kreuzentropie*, gemittelt über die gelabelten Sätze eines Batches:',
  'losses-formula': 'Verlust = −ln *p*(richtiges Label)',
  'losses-2':
    'Sich des richtigen Labels sicher zu sein kostet 0, ihm die Hälfte zu geben 0,69, und je weniger es bekommt, desto teurer wird es, ohne Grenze. Ein Kopf, der nichts weiß, zieht keine seiner C Klassen vor und beginnt bei etwa ln\u00a0C: 1,10 bei den drei Themen, 0,69 bei den zwei Stimmungen. Eine Kurve, die dort bleibt, hat nichts gelernt.',
  'losses-3':
    'Die Verluste der Aufgaben werden einfach addiert. Diese Summe verringert das Training, und durch sie reicht jede Aufgabe in den gemeinsamen Encoder hinein:',
  'losses-sum': 'Summe = *topic* + *sentiment*',
  'losses-4':
    'Jeder Punkt ist ein Batch von bis zu 16 Sätzen, gemessen vor seinem Schritt. Manche Batches sind schwerer als andere, daher der Zickzack.',
  'fallback-losses':
    'Ein Diagramm der Verluste, Schritt für Schritt: topic fällt von etwa 1,1, sentiment, langsamer, von etwa 0,7.',

  loop: 'Die Schleife',
  'loop-1':
    'Training heißt, fünf Handgriffe zu wiederholen. Nimm einen *Batch* von Sätzen. Schick ihn *vorwärts* durch den Encoder und die Köpfe. Berechne die *Verluste*. Geh *rückwärts*: Die Kettenregel sagt von jedem Parameter, wie sich die Summe änderte, wenn er ein wenig wüchse, und alle diese Zahlen zusammen sind der *Gradient*. *Aktualisiere*: Rück jeden Parameter ein kleines Stück gegen ihn.',
  'loop-2': 'Hier steht diese Schleife zweimal: wie das Notebook sie in PyTorch hat und wie diese Seite sie in Rust ausführt.',
  'loop-do':
    '*Zum Ausprobieren.* Halte den Lauf an und drück auf *Schritt*: Ein Batch läuft einmal durch die Schleife, und jede Zeile leuchtet auf, während sie ausgeführt wird.',
  'fallback-loop': 'Die Trainingsschleife des Notebooks neben der dieser Bibliothek, Zeile für Zeile.',
  'loop-3':
    'Wie weit ist ein kleines Stück? Das entscheidet [Adam](https://arxiv.org/abs/1412.6980) für jeden Parameter nach dem Werdegang seines Gradienten; die *Lernrate*, hier höchstens 0,0003, gibt den Maßstab vor. Sie steigt über die ersten sechs Schritte und fällt dann geradlinig auf 0: Große Sprünge am Anfang würden zerstören, was der Encoder schon kann, und kleine am Ende lassen ihn zur Ruhe kommen.',
  'loop-4':
    'Die 189 Trainingssätze ergeben 12 Batches, und 12 Schritte sind eine *Epoche*, in der jeder Satz einmal vorkommt. Dieser Lauf hat fünf. Das Protokoll druckt sie so, wie das Notebook es tat.',
  'fallback-log': 'Das Protokoll des Laufs: für jede Epoche der Verlust jeder Aufgabe und die Summe, dann die Trefferquoten.',

  metrics: 'Die Metriken',
  'metrics-1':
    'Das Training senkt den Verlust, aber wissen wollen wir etwas Schlichteres: Wie oft hat das Modell recht? Die *Trefferquote* (Accuracy) ist der Anteil der Sätze, bei denen der höchste Punktwert auf das richtige Label fällt. Raten trifft ein Drittel der Themen und die Hälfte der Stimmungen.',
  'metrics-2':
    'Durchgezogene Linien zählen die zurückgehaltenen Sätze, gepunktete die, mit denen es trainiert. Steigt die gepunktete und bleibt die durchgezogene zurück, dann lernt das Modell seine Sätze auswendig: *Overfitting*.',
  'metrics-3':
    '*Topic* ist leicht: Nach fünf Epochen stimmen rund 98\u00a0% der zurückgehaltenen Sätze, im Mittel über drei Läufe. *Sentiment* bleibt bei etwa 70\u00a0%, denn viele Sätze hier tragen ein Gefühl, ohne ein Wort dafür zu haben: „We paid for fresh orange juice and watched him pour it from a carton.“ Lies in kleine Unterschiede nicht zu viel hinein: Ein zurückgehaltener Satz macht 1,6\u00a0Prozentpunkte aus.',
  'metrics-4':
    'Die *Konfusionsmatrix* zeigt, was wofür gehalten wird, mit einer Zeile für jedes wahre und einer Spalte für jedes vorhergesagte Label. Darunter stehen die Sätze, bei denen es schiefging, die sichersten Irrtümer zuerst. Vielleicht gibst du dabei auch einmal dem Modell recht.',
  'fallback-metrics':
    'Die Trefferquote je Epoche auf Trainingssätzen und zurückgehaltenen; eine Konfusionsmatrix für jede Aufgabe; die falsch eingeordneten Sätze.',

  fight: 'Wenn Aufgaben streiten',
  'fight-1':
    'Zwei Aufgaben ziehen an einem Encoder. Jede hat ihren eigenen Gradienten über denselben gemeinsamen Parametern, und nichts zwingt die beiden zur Einigkeit. So viele Millionen Dimensionen sie auch haben: Zwei Vektoren liegen immer in einer Ebene, deshalb ist diese Zeichnung exakt. Die Längen stimmen und der Winkel auch.',
  'fight-2':
    'Bis 90° schadet ein kleiner Schritt geradewegs den Hang der einen Aufgabe hinab der anderen nicht. Darüber liegen sie im *Konflikt*: Hier hinab heißt dort hinauf. Addiert man sie, entscheidet die Länge: Der längere Pfeil hat mehr zu sagen. Bei etwa 90° haben sie kaum miteinander zu tun, und in so vielen Dimensionen ist das der Normalfall; ein Konflikt ist von Bedeutung, wenn er anhält.',
  'fight-3':
    'Der gestrichelte Pfeil ist der Schritt, den Adam dann getan hat. Weil Adam jeden Parameter für sich skaliert, führen seine Schritte aus der Ebene hinaus: Zu sehen ist die Richtung ihres Schattens, und daneben steht, wie viel vom Schritt in der Ebene liegt.',
  'fight-do':
    '*Zum Ausprobieren.* Halte den Lauf an, lass die Gradienten messen und mach dann einen Schritt nur für *topic*, einen nur für *sentiment* und einen für beide. Achte auf die Pfeile und auf die zwei Verluste.',
  'fallback-gradients':
    'Zwei Pfeile, der Gradient jeder Aufgabe, mit dem Winkel dazwischen; darunter, wie sie in jeder Schicht zueinander liegen.',
  interference: 'Was ein Schritt den anderen antut',
  'interference-1':
    'Pfeile sprechen von winzigen Schritten. Ein wirklicher lässt sich messen: einen Schritt für nur eine Aufgabe machen, den Verlust jeder Aufgabe vorher und nachher ansehen, alles Bit für Bit zurücknehmen. Eine Zeile ist die Aufgabe, für die der Schritt war, eine Spalte die, deren Verlust er geändert hat: Unter 0 hat er ihr geholfen, über 0 geschadet.',
  'fallback-interference':
    'Eine kleine Tabelle: wie sehr ein Schritt für nur eine Aufgabe den Verlust jeder Aufgabe ändert.',
  compare: 'Geht es besser als mit Addieren?',
  'compare-1':
    'Ein Dutzend Rivalen steht hier zur Wahl. Manche gewichten die Aufgaben nach ihren Verlusten. Andere bauen das Update aus den Gradienten neu: [PCGrad](https://arxiv.org/abs/2001.06782) etwa nimmt aus jedem Gradienten heraus, was gegen einen anderen zeigt.',
  'compare-2':
    'Doch der ehrliche Befund ernüchtert. [Kurin et al. (2022)](https://arxiv.org/abs/2201.04122) und [Xin et al. (2022)](https://arxiv.org/abs/2209.11379) haben das schlichte Addieren ebenso sorgfältig eingestellt wie seine Rivalen, und deren Vorsprung war dahin. Auch auf den zwei größeren Satzsammlungen hier schlägt keiner die Summe um mehr, als der Zufall erklärt.',
  'compare-do':
    '*Zum Ausprobieren.* Vergleiche zwei oder drei mit mehreren Seeds; mit jedem beginnen alle bei denselben Köpfen und sehen dieselben Batches. Lies zuerst die Streuung: Ein kleinerer Vorsprung bedeutet nichts, und bei nur einem Seed bedeutet keiner etwas.',
  'fallback-compare':
    'Ein kleines Diagramm für jede Gewichtung, daneben jede Aufgabe für sich allein, eine lineare Sonde und die häufigste Klasse.',

  space: 'Der Raum der Sätze',
  'space-1':
    'Was hat sich im Encoder geändert? Wohin er die Sätze legt. Jeder Punkt ist ein Satzvektor, 384 Zahlen, gezeichnet entlang der zwei Richtungen, in denen sich die Vektoren im ganzen Lauf am meisten unterscheiden (*Hauptkomponenten*).',
  'space-2':
    'Ein Kopf kann diesen Raum nur mit ebenen Grenzen zerteilen, also verschiebt das Training die Punkte, bis die Klassen auseinanderliegen. Färb sie nach der einen Aufgabe, dann nach der anderen: Dieselben Punkte müssen sich nach Thema *und* nach Stimmung trennen. Das verlangt es von einem Encoder, geteilt zu werden.',
  'space-3': 'Zwei Dimensionen sind nur ein Schatten von 384. Punkte, die sich hier überdecken, können dort weit auseinanderliegen.',
  'space-do': '*Zum Ausprobieren.* Zieh den Regler durch das Training.',
  'fallback-map':
    'Eine Karte der Sätze, die sich im Laufe des Trainings bewegt, gefärbt nach den Labels der einen oder der anderen Aufgabe.',

  try: 'Dein eigener Satz',
  'try-1':
    'Jetzt zu einem Satz, dem niemand ein Label gegeben hat. Jeder Kopf antwortet, während du tippst, mit den Gewichten, wie sie in diesem Augenblick sind: Frag vor dem Training, mittendrin und danach. Am besten versteht der Encoder Englisch.',
  'try-2':
    'Und wonach richtet er sich? Lass ein Wort weg und sieh, wie weit die Wahrscheinlichkeit der Antwort sinkt: So viel sprach das Wort für sie ([Li, Monroe und Jurafsky 2016](https://arxiv.org/abs/1612.08220)). Das verrät, worauf sich das Modell stützt, nicht, ob es das sollte, und es übersieht Wörter, die nur gemeinsam wirken.',
  'try-do':
    '*Zum Ausprobieren.* Schreib über etwas, das weder mit Essen noch mit Technik noch mit Wetter zu tun hat. Der Kopf muss trotzdem wählen, denn ein „nichts davon“ kennt Softmax nicht.',
  'fallback-try':
    'Ein Feld für einen Satz; darunter die Wahrscheinlichkeiten aus jedem Kopf und wie viel jedes Wort für sie spricht.',

  settings: 'Alle Einstellungen',
  'settings-1':
    'Hier steht alles, was einen Lauf sonst noch bestimmt, unter den Namen von PyTorch und Hugging Face. Der *Seed* steht für jeden Zufall: welche Sätze zurückgehalten werden, wie die Köpfe beginnen, in welcher Reihenfolge die Batches kommen. Dieselben Sätze, dieselben Einstellungen und derselbe Seed ergeben wieder denselben Lauf.',
  'settings-do':
    '*Zum Ausprobieren.* Mach die Lernrate zehnmal so groß: Lernt es dann noch? Frier den Encoder ein, sodass nur die Köpfe trainieren: Wie viel geht verloren? Gib einer Aufgabe mehr Gewicht: Was zahlt die andere dafür?',
  'fallback-settings': 'Felder für jede Einstellung des Laufs, von der Lernrate bis zum Seed.',

  take: 'Zum Mitnehmen',
  'take-1':
    'Sätze, Einstellungen und Seed passen in einen Link: Wer ihn öffnet, sieht dieselbe Kurve. Sie reisen in dem Teil der Adresse hinter dem #, den ein Browser an keinen Server schickt.',
  'take-2':
    'Dasselbe passt in eine Datei, `recipe.json`. Aus ihr wiederholt die Kommandozeile den Lauf und speichert das Modell so, wie Hugging Face es tut, damit andere Werkzeuge es öffnen können.',
  'fallback-share': 'Der Link dieses Laufs, sein Rezept und seine Sätze, zum Kopieren oder Herunterladen.',
  command: 'Auf der Kommandozeile',
  'command-1': 'Dasselbe Rust, für deinen Rechner übersetzt.',
  embed: 'Auf deiner eigenen Seite',
  'embed-1': 'Jede Abbildung hier ist ein einziges Tag, und das funktioniert auch anderswo: [einbetten](embed.html).',
  source: 'Woraus es gemacht ist',
  'source-1':
    'Aus Rust mit [Candle](https://github.com/huggingface/candle), übersetzt nach WebAssembly und Gradient für Gradient an PyTorch gemessen. Der Encoder ist all-MiniLM-L6-v2 ([MiniLM](https://arxiv.org/abs/2002.10957), [Sentence-BERT](https://arxiv.org/abs/1908.10084)), unter Apache-2.0. Polytask gehört dir unter MIT oder Apache-2.0, wie du magst.',
  not: 'Was es nicht ist',
  'not-1':
    'Es erzeugt keinen Text, trainiert keinen Tokenizer und sucht dir keine Einstellungen. Es gibt keine Konten und keine Telemetrie.',

  foot: 'Polytask feintunt einen gemeinsamen Encoder für mehrere Aufgaben, da, wo du bist. MIT oder Apache-2.0. [Einbetten](embed.html)',
  newer: 'Eine neue Version dieser Seite ist bereit.',
  'newer-reload': 'Neu laden',
  'newer-later': 'Später',
};
