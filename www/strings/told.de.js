// Was Rust und der Worker auf Englisch sagen, auf Deutsch. Die Schlüssel stehen so in den Quellen, mit {Namen} für das, was
// wechselt ({#Namen}: eine Zahl); ein Test hält beides beisammen. Was am Anfang wechselt, steht auch im Deutschen am Anfang:
// davor kann ein Ort stehen, mit einem Doppelpunkt.

/** @type {Record<string, string>} */
export default {
  // Orte
  '{place}, line {line}': '{place}, Zeile {line}',
  '{place}, column {column}': '{place}, Spalte {column}',
  '{place}, field {field}': '{place}, Feld {field}',
  '{place}, sentence {n}': '{place}, Satz {n}',
  'sentence {n}': 'Satz {n}',
  'task {name}': 'Aufgabe {name}',
  'the sentences': 'Die Sätze',
  'the validation file': 'Die Validierungsdatei',
  'encoder: {wrong}': 'Encoder: {wrong}',
  'tokenizer: {wrong}': 'Tokenizer: {wrong}',
  'recipe: {wrong}': 'Rezept: {wrong}',
  'memory: {wrong}': 'Speicher: {wrong}',
  'model.safetensors: tensor {name} {wrong}': 'model.safetensors: Der Tensor {name} {wrong}',

  // src/data
  'there is no column {column} for the sentences; the columns are {columns}; give theirs this name':
    'Es gibt keine Spalte {column} für die Sätze; die Spalten sind {columns}; gib ihrer diesen Namen',
  'column {n} needs a name of its own, and it is {name}': 'Spalte {n} braucht einen eigenen Namen und heißt {name}',
  'the sentence is blank; write one or remove the row': 'Der Satz ist leer; schreib einen oder entferne die Zeile',
  'the sentence is blank; write one or remove the line': 'Der Satz ist leer; schreib einen oder entferne die Zeile',
  'it has {n} fields and the header has {expected}; a sentence with commas must stand in double quotes':
    'Hier sind {n} Felder, in der Kopfzeile {expected}; ein Satz mit Kommas muss in doppelten Anführungszeichen stehen',
  'a stray double quote inside a field that does not begin with one; put the whole field in quotes and write each quote inside it twice':
    'Ein doppeltes Anführungszeichen steht in einem Feld, das nicht mit einem beginnt; setz das ganze Feld in Anführungszeichen und schreib jedes darin zweimal',
  'a stray double quote: the quoted field that begins here never ends; close it or write the quote twice':
    'Das Feld, das hier mit einem Anführungszeichen beginnt, endet nie; schließ es oder schreib das Anführungszeichen zweimal',
  'a stray double quote: text follows a closing quote; inside a quoted field write each quote twice':
    'Nach dem schließenden Anführungszeichen folgt noch Text; schreib in einem Feld mit Anführungszeichen jedes darin zweimal',
  'it is not a JSON object ({why}); each line is one, like {"text": "…", "topic": "…"}':
    'Das ist kein JSON-Objekt ({why}); jede Zeile ist eines, etwa {"text": "…", "topic": "…"}',
  '{value} is not a string; the sentence must be one': '{value} ist keine Zeichenkette; der Satz muss eine sein',
  'there is no field {field} for the sentence; give its field this name':
    'Es gibt kein Feld {field} für den Satz; gib seinem Feld diesen Namen',
  '{value} is not a label; it must be a string, a number, a boolean or null':
    '{value} ist keine Klasse; das muss eine Zeichenkette, eine Zahl, ein Wahrheitswert oder null sein',
  'there is no sentence in it; give at least two labelled ones':
    'Es ist kein Satz darin; gib mindestens zwei, denen eine Klasse zugeteilt ist',
  'there is no label column; add one column per task beside the text':
    'Es gibt keine Spalte mit Klassen; füg neben dem Text für jede Aufgabe eine hinzu',
  'there is no column {column} for a task of that name; its label columns are {columns}':
    'Es gibt keine Spalte {column} für eine Aufgabe dieses Namens; die Spalten mit Klassen sind {columns}',
  'none of them has a label for task {task}; label some, or remove the task':
    'Keiner hat eine Klasse für Aufgabe {task}; gib einigen eine oder entferne die Aufgabe',
  '{name} is named twice': '{name} ist zweimal genannt',
  'task {name} lists a label twice': 'Aufgabe {name} nennt eine Klasse zweimal',
  'a task needs at least two different labels, and there {are}':
    'Eine Aufgabe braucht mindestens zwei verschiedene Klassen, und hier ist {are}',
  'is none': 'keine',
  'is only {label}': 'nur {label}',
  'the label {label} is not one of {labels}': 'Die Klasse {label} ist keine von {labels}',
  '{name} is not one of {names}': '{name} ist nichts davon: {names}',
  'each label needs the name of its task, and one has {name} for it; give it a name':
    'Jede Klasse braucht den Namen ihrer Aufgabe, und eine hat {name} dafür; gib ihr einen Namen',
  'it is empty; write a sentence or remove the row': 'Hier steht nichts; schreib einen Satz oder entferne die Zeile',
  'it is not UTF-8 text; save the file as UTF-8': 'Das ist kein UTF-8-Text; speichere die Datei als UTF-8',
  'the file is empty; it must hold sentences under "text" and a label column per task':
    'Die Datei ist leer; sie muss unter "text" Sätze haben und für jede Aufgabe eine Spalte mit Klassen',
  'its ending says nothing of its format; it must be .csv, .tsv or .jsonl':
    'Die Endung verrät das Format nicht; sie muss .csv, .tsv oder .jsonl sein',
  'there is no row below the header': 'Unter der Kopfzeile steht keine Zeile',
  'JavaScript keeps this name for itself; give the column another':
    'Diesen Namen behält JavaScript für sich; gib der Spalte einen anderen',

  // src/model und src/text
  'it is not a JSON object ({why})': 'Das ist kein JSON-Objekt ({why})',
  'model_type is {family}, and only "bert" is supported (bert-base-uncased, the MiniLMs, the small BERTs)':
    'model_type ist {family}, und nur "bert" wird unterstützt (bert-base-uncased, die MiniLMs, die kleinen BERTs)',
  '{field} is 0; it must be at least 1': '{field} ist 0 und muss mindestens 1 sein',
  'hidden_size {hidden} is not a multiple of num_attention_heads {heads}':
    'hidden_size {hidden} ist kein Vielfaches von num_attention_heads {heads}',
  'this encoder has no pooler; use "mean" or "cls"': 'Dieser Encoder hat keinen Pooler; nimm "mean" oder "cls"',
  'is missing; the file must hold a BERT encoder under Hugging Face\'s names':
    'fehlt; die Datei muss einen BERT-Encoder mit den Namen von Hugging Face enthalten',
  'has shape {shape}, and the config asks for {wanted}': 'hat die Form {shape}, und die Konfiguration verlangt {wanted}',
  'holds {type}, and f32, f16 or bf16 is needed': 'enthält {type}, und nötig ist f32, f16 oder bf16',
  'model.safetensors is not a safetensors file ({why}); fetch it again':
    'model.safetensors ist keine safetensors-Datei ({why}); hol sie noch einmal',
  'model.safetensors ends too early, at {n} bytes (its header describes more); fetch it again':
    'model.safetensors endet zu früh, bei {n} Bytes (ihr Kopf beschreibt mehr); hol sie noch einmal',
  'model.safetensors goes on after the {n} bytes that its header describes; fetch it again':
    'model.safetensors geht nach den {n} Bytes weiter, die ihr Kopf beschreibt; hol sie noch einmal',
  'there is no room for the encoder\'s tensor {name} ({size} MB); take a smaller encoder':
    'Für den Tensor {name} des Encoders ist kein Platz ({size} MB); nimm einen kleineren Encoder',
  'model.safetensors: tensor {name} was passed over or has been taken':
    'model.safetensors: Der Tensor {name} wurde übergangen oder ist schon vergeben',
  'tokenizer.json cannot be read: {why}': 'tokenizer.json lässt sich nicht lesen: {why}',
  'tokenizer.json gives {token} the id {id} and the encoder\'s vocab_size is {size}; they belong to different models':
    'tokenizer.json gibt {token} die Nummer {id}, und vocab_size des Encoders ist {size}; sie gehören zu verschiedenen Modellen',
  'tokenizer.json declares {token} as an added token with the id {id}, and its vocabulary leads to the id {other}; take the encoder\'s own tokenizer.json':
    'tokenizer.json gibt {token} als zusätzlichem Token die Nummer {id}, und in seinem Vokabular ergibt sich {other}; nimm die tokenizer.json, die zum Encoder gehört',
  'tokenizer.json\'s post-processor makes {ids} ids and {tokens} tokens of one sentence; each of its special tokens must have as many ids as tokens':
    'Der Post-Prozessor in tokenizer.json macht aus einem Satz {ids} Nummern und {tokens} Tokens; jedes seiner besonderen Tokens muss so viele Nummern wie Tokens haben',
  '{subject} makes the tokenizers library fail ({why}); take the encoder\'s own tokenizer.json':
    '{subject} bringt die tokenizers-Bibliothek zum Absturz ({why}); nimm die tokenizer.json, die zum Encoder gehört',
  'it does not say why': 'ohne zu sagen, warum',
  '{text} cannot be encoded: {why}': '{text} lässt sich nicht in Tokens zerlegen: {why}',
  '{text} gives no token at all; the tokeniser must add [CLS] and [SEP]':
    '{text} ergibt kein einziges Token; der Tokenizer muss [CLS] und [SEP] hinzufügen',

  // src/recipe
  'layers:{n} asks for more than the encoder\'s {layers} layers': 'layers:{n} ist mehr als die {layers} Schichten des Encoders',
  '{text} is not one of none, embeddings, layers:N, encoder':
    '{text} ist nichts davon: none, embeddings, layers:N, encoder',
  'must be at most 2^53, so that a browser can hold it exactly':
    'darf höchstens 2^53 sein, damit ein Browser die Zahl genau halten kann',
  '{x} is not in [0, 1)': '{x} liegt nicht in [0, 1)',
  '{x} is out of range; it must be above 0 and at most 10 (1e-3 is the notebook\'s, 2e-5 is usual for BERT)':
    '{x} liegt außerhalb; es muss über 0 sein und höchstens 10 (1e-3 steht im Notebook, 2e-5 ist für BERT üblich)',
  'is 0; train for at least 1 epoch': 'ist 0; trainiere mindestens 1 Epoche',
  'is 0; a step needs at least 1 sentence': 'ist 0; ein Schritt braucht mindestens 1 Satz',
  'is 0; a step needs at least 1 batch': 'ist 0; ein Schritt braucht mindestens 1 Batch',
  'is 0; give at least 1, or leave it out': 'ist 0; gib mindestens 1 an oder lass es weg',
  '{batches} × batch_size {batch} makes steps of {sentences} sentences; a step takes at most {most}':
    '{batches} × batch_size {batch} macht Schritte von {sentences} Sätzen; ein Schritt nimmt höchstens {most}',
  '{x} is not a number of at least 0': '{x} ist keine Zahl ab 0',
  '{x} is not above 0': '{x} ist nicht über 0',
  'is {n}; at least 3 are needed for [CLS], one word piece and [SEP]':
    'ist {n}; mindestens 3 braucht es für [CLS], ein Wortstück und [SEP]',
  '{x} for task {task} is not a number of at least 0': '{x} für Aufgabe {task} ist keine Zahl ab 0',

  // src/train
  'step {step}: the loss of {task} became {loss}, so training stopped and the parameters of the step before were kept; try a learning rate ten times smaller than {rate}, a warm-up, or max_grad_norm 1':
    'Schritt {step}: Der Verlust von {task} wurde {loss}, deshalb hielt das Training an, und die Parameter des Schritts davor blieben; versuch eine zehnmal kleinere Lernrate als {rate}, ein Aufwärmen oder max_grad_norm 1',
  'tensor computation failed: {why}': 'Eine Tensorrechnung ist fehlgeschlagen: {why}',
  'held-out sentences decide which epoch is best, and there are none; hold out a share of the sentences (a validation fraction of 0.25, say) or give a validation file':
    'Welche Epoche die beste ist, entscheiden zurückgehaltene Sätze, und es gibt keine; halt einen Teil der Sätze zurück (etwa 0,25) oder gib eine Validierungsdatei an',
  'held-out sentences decide which epoch is best, and none of them is labelled for a task that trains; hold out some that are':
    'Welche Epoche die beste ist, entscheiden zurückgehaltene Sätze, und keiner hat eine Klasse für eine Aufgabe, die trainiert wird; halt solche zurück',
  'there is none to compare; name at least one, such as sum': 'Es gibt nichts zu vergleichen; nenn mindestens eine, etwa sum',
  'there is none; give at least one': 'Es gibt keinen; gib mindestens einen an',
  '{seed} is there twice; each seed counts once': '{seed} steht zweimal da; jeder Startwert zählt einmal',
  'there are no held-out sentences to compare on; hold some out':
    'Es gibt keine zurückgehaltenen Sätze, um daran zu vergleichen; halt einige zurück',
  'this run needs about {#total} ({#parameters} for {parts}, {#batch} for a batch of {sentences} sentences{kept}), and there are {#limit}: use a smaller batch_size or max_length, freeze some layers, or take a smaller encoder':
    'Dieser Lauf braucht etwa {#total} ({#parameters} für {parts}, {#batch} für einen Batch von {sentences} Sätzen{kept}), und es gibt {#limit}: Nimm eine kleinere batch_size oder max_length, frier einige Schichten ein oder nimm einen kleineren Encoder',
  'weights and gradients': 'Gewichte und Gradienten',
  'weights, gradients and a copy of the best epoch\'s': 'Gewichte, Gradienten und eine Kopie der besten Epoche',
  'weights, gradients and Adam': 'Gewichte, Gradienten und Adam',
  'weights, gradients, Adam and a copy of the best epoch\'s': 'Gewichte, Gradienten, Adam und eine Kopie der besten Epoche',
  ', {size} for what the frozen layers made of every sentence':
    ', {size} für das, was die eingefrorenen Schichten aus jedem Satz gemacht haben',
  '{n} is more than the encoder\'s {positions} positions': '{n} ist mehr als die {positions} Positionen des Encoders',
  'there are {n}, and at most {most} train together; name fewer': 'Es gibt {n}, und höchstens {most} trainieren zusammen; nenn weniger',
  '{n} is more than there are tasks, {tasks}': '{n} ist mehr, als es Aufgaben gibt: {tasks}',
  '{epochs} of {steps} steps each are {all} steps, and a run has at most {most}; train for fewer epochs':
    '{epochs} zu je {steps} Schritten sind {all} Schritte, und ein Lauf hat höchstens {most}; trainiere weniger Epochen',
  '{warmup} steps of warm-up are more than the run has, {steps}; give at most {most}, or train for more epochs':
    '{warmup} Schritte Aufwärmen sind mehr, als der Lauf hat: {steps}; gib höchstens {most} an oder trainiere mehr Epochen',
  'none of its sentences carries a label': 'Keiner ihrer Sätze hat eine Klasse',
  'none of them carries a label; label at least one per class':
    'Keiner hat eine Klasse; gib mindestens einem Satz je Klasse eine',
  'there is no task {name}; the tasks are {tasks}': 'Es gibt keine Aufgabe {name}; die Aufgaben sind {tasks}',
  'every task has weight 0; give one a weight above 0': 'Jede Aufgabe hat das Gewicht 0; gib einer eines über 0',
  'gradual_unfreezing: the run\'s {epochs} epochs do not reach every layer; what freeze calls "{last}" stays as it is ({enough} epochs would reach all)':
    'gradual_unfreezing: Die {epochs} Epochen des Laufs erreichen nicht jede Schicht; was freeze "{last}" nennt, bleibt, wie es ist ({enough} Epochen erreichten alle)',
  '{cut} of {all} sentences are longer than {limit} tokens and were cut; the first, {text}, has {tokens} tokens (max_length sets the limit)':
    '{cut} von {all} Sätzen sind länger als {limit} Tokens und wurden gekürzt; der erste, {text}, hat {tokens} Tokens (max_length setzt die Grenze)',
  '{n} of {all} sentences carry no label at all and take no part in training':
    '{n} von {all} Sätzen haben gar keine Klasse und nehmen am Training nicht teil',
  'these labels appear once, so their sentence trains and no held-out one checks them: {labels}':
    'Diese Klassen kommen nur einmal vor; ihr Satz trainiert also, und kein zurückgehaltener prüft sie: {labels}',
  'no sentence could be held out: each is the only training example of one of its labels':
    'Kein Satz ließ sich zurückhalten: Jeder ist das einzige Trainingsbeispiel einer seiner Klassen',
  'task {task}: no training sentence is labelled {labels}, so it cannot be learnt':
    'Aufgabe {task}: Kein Trainingssatz hat die Klasse {labels}, sie lässt sich also nicht lernen',

  // src/weighting
  'aligned-mtl: {why}; only the others were combined in this step':
    'aligned-mtl: {why}; in diesem Schritt wurden nur die anderen vereint',
  'aligned-mtl: the gradients cancel; the encoder does not move in this step':
    'aligned-mtl: Die Gradienten heben einander auf; der Encoder bewegt sich in diesem Schritt nicht',
  'cagrad: {why}; the encoder does not move in this step': 'cagrad: {why}; der Encoder bewegt sich in diesem Schritt nicht',
  'the gradients cancel': 'Die Gradienten heben einander auf',
  'the gradient of task {n} is zero': 'Der Gradient von Aufgabe {n} ist null',
  'the gradients of tasks {some} and {last} are zero': 'Die Gradienten der Aufgaben {some} und {last} sind null',
  'imtl-g: {why}; only the others were combined in this step': 'imtl-g: {why}; in diesem Schritt wurden nur die anderen vereint',
  'imtl-g: no update that lowers the losses has equal projections onto all gradients; each gradient was given the same length instead in this step':
    'imtl-g: Kein Update, das die Verluste senkt, hat auf alle Gradienten die gleiche Projektion; stattdessen bekam in diesem Schritt jeder Gradient die gleiche Länge',
  'mgda: {why}; the encoder hardly moves in this step': 'mgda: {why}; der Encoder bewegt sich in diesem Schritt kaum',
  'the shortest mixture of the gradients is all but zero': 'Die kürzeste Mischung der Gradienten ist fast null',
  'nash-mtl: {why}; only the others were combined in this step':
    'nash-mtl: {why}; in diesem Schritt wurden nur die anderen vereint',
  'nash-mtl: some mixture of the gradients cancels, so that no update serves every task; each gradient was given the same length instead in this step':
    'nash-mtl: Eine Mischung der Gradienten hebt sich auf, sodass kein Update jeder Aufgabe nützt; stattdessen bekam in diesem Schritt jeder Gradient die gleiche Länge',

  // src/wasm.rs
  'there is no run yet; configure one first': 'Es gibt noch keinen Lauf; richte erst einen ein',
  'no run is planned; plan one first': 'Es ist kein Lauf geplant; plane erst einen',
  'a page cannot read files by path; import the file instead':
    'Eine Seite kann Dateien nicht über ihren Pfad lesen; importier die Datei',
  'a page cannot read files by path; hold out a fraction instead':
    'Eine Seite kann Dateien nicht über ihren Pfad lesen; halt einen Teil der Sätze zurück',

  // www/engine
  'The encoder could not be fetched: nothing answers at {url}. Check the connection, then retry.':
    'Der Encoder ließ sich nicht holen: Unter {url} antwortet niemand. Prüf die Verbindung und versuch es noch einmal.',
  'The encoder could not be fetched: the server answered {status} for {url}.':
    'Der Encoder ließ sich nicht holen: Der Server antwortet mit {status} auf {url}.',
  'The encoder could not be fetched: {url} is not JSON.': 'Der Encoder ließ sich nicht holen: {url} ist kein JSON.',
  'The encoder is incomplete: {url} does not list {files}.': 'Der Encoder ist unvollständig: {url} nennt {files} nicht.',
  'The encoder is not loaded yet.': 'Der Encoder ist noch nicht geladen.',
  'There is no run yet: configure one first.': 'Es gibt noch keinen Lauf: Richte erst einen ein.',
  'An encoder has the files {needed}; of these {missing} {were} not among what was opened.':
    'Ein Encoder hat die Dateien {needed}; davon fehlt unter den geöffneten: {missing}.',
  'The download of {file} did not start: nothing answers at {url}. Check the connection, then retry.':
    'Der Download von {file} begann nicht: Unter {url} antwortet niemand. Prüf die Verbindung und versuch es noch einmal.',
  'The download of {file} failed: the server answered {status} for {url}.':
    'Der Download von {file} schlug fehl: Der Server antwortet mit {status} auf {url}.',
  'The download of {file} is longer than the {bytes} bytes that it should have, so it was thrown away. Retry, or reload the page.':
    'Der Download von {file} ist länger als die {bytes} Bytes, die er haben soll, und wurde verworfen. Versuch es noch einmal oder lade die Seite neu.',
  'The download of {file} stopped at {received} of {bytes} bytes; nothing of it was kept. Check the connection, then retry.':
    'Der Download von {file} brach nach {received} von {bytes} Bytes ab; nichts davon wurde behalten. Prüf die Verbindung und versuch es noch einmal.',
  'The download of {file} has all its {bytes} bytes but not the expected SHA-256, so it was thrown away. Retry, or reload the page.':
    'Der Download von {file} hat alle {bytes} Bytes, aber nicht die erwartete SHA-256-Summe, und wurde verworfen. Versuch es noch einmal oder lade die Seite neu.',
  'its code could not be loaded': 'sein Code ließ sich nicht laden',
  'it sent something unreadable': 'er schickte etwas Unlesbares',
  'no build suits this browser': 'keine Fassung passt zu diesem Browser',
  'the code of a thread could not be loaded': 'der Code eines Threads ließ sich nicht laden',
};
