// Die deutschen Sätze zu allen Fehlern und Warnungen, nach ihren Codes. Ein Test prüft, dass es zu jedem Code einen gibt, der
// dieselben Parameter nennt wie der englische. Vor dem Satz kann ein Ort stehen, mit einem Doppelpunkt.

/** @type {Record<string, string>} */
export default {
  // Orte
  'place.line': 'Zeile {line}',
  'place.sentence': 'Satz {sentence}',
  'place.lines': 'Zeilen {list}',
  'place.sentences_listed': 'Sätze {list}',
  'place.row': '{table}, {row}',
  'place.column': '{of}, Spalte {column:?}',
  'place.sentences': 'Die Sätze',
  'place.validation': 'Die Validierungsdatei',
  'place.encoder': 'Encoder',
  'place.tokenizer': 'Tokenizer',
  'place.recipe': 'Rezept',
  'place.memory': 'Speicher',
  'place.checkpoint': 'Sicherung',

  // Aufzählungen
  'list.next': '{one}; {next}',
  'list.more': 'und {n} weitere',

  // src/data
  'data.no_text_column':
    'Es gibt keine Spalte {column:?} für die Sätze; die Spalten sind {columns}; --text nennt die richtige',
  'data.row_width':
    'Hier sind {found} Felder, in der Kopfzeile {expected}; eine Zelle, die selbst {separator} enthält, muss in doppelten Anführungszeichen stehen',
  'data.task_without_column':
    'Es gibt keine Spalte für die Aufgaben {tasks}; die Spalten neben den Sätzen sind {columns}',
  'data.task_without_label':
    'Kein Satz hat ein Label für die Aufgaben {tasks}; gib einigen eines oder entferne die Aufgaben',
  'data.unknown_label': 'Das Label {label:?} ist keines von {labels}; berichtige es oder lass die Zelle leer',
  'data.empty_file': 'Die Datei ist leer; sie muss eine Spalte mit Sätzen haben und für jede Aufgabe eine Label-Spalte',
  'data.format':
    'Weder die Endung noch die erste Zeile zeigt, wie die Datei zu lesen ist; sie muss CSV, TSV, JSON oder JSONL sein',
  'data.commas': 'Kommas',
  'data.semicolons': 'Semikolons',
  'data.tabs': 'Tabulatoren',
  'data.bars': 'senkrechte Striche',
  'data.separators': 'Trennzeichen',
  'data.separated': 'Zwischen den Spalten stehen {separator}',
  'data.quotes_are_text': 'Die doppelten Anführungszeichen um oder vor einigen Zellen werden als Text gelesen',
  'data.quotes_escaped':
    'Ein Backslash vor einem doppelten Anführungszeichen kennzeichnet es in einer Zelle, die in Anführungszeichen steht',
  'data.unmarked_utf16': 'Die Datei wird als UTF-16 gelesen',
  'data.not_utf16': 'Der UTF-16-Text ist beschädigt; speichere die Datei als UTF-8',
  'data.utf32': 'Das ist UTF-32-Text; speichere die Datei als UTF-8',
  'data.workbook': 'Das ist eine Excel-Arbeitsmappe; speichere sie als CSV UTF-8 (in Excel: Speichern unter)',
  'data.open_document': 'Das ist eine OpenDocument-Tabelle; speichere sie als CSV in UTF-8',
  'data.archive': 'Diese Datei ist komprimiert; entpack sie zuerst',
  'data.parquet': 'Das ist eine Parquet-Datei; schreib die Tabelle als CSV oder JSONL',
  'data.parquet_damaged': 'Die Parquet-Daten sind nicht lesbar ({why}); schreib oder lade die Datei noch einmal',
  'data.column_type':
    'Sie enthält {what}; ein Satz muss eine Zeichenkette sein, ein Label eine Zeichenkette, eine ganze Zahl oder ein Wahrheitswert',
  'data.pdf': 'Das ist ein PDF; speichere die Tabelle als CSV UTF-8',
  'data.markup': 'Das ist HTML oder XML; speichere die Tabelle als CSV UTF-8',
  'data.lfs_pointer': 'Das ist ein Verweis von Git LFS und nicht die Datei; hol sie mit git lfs pull',
  'data.nul':
    'Hier steht ein NUL-Zeichen zwischen den anderen; die Datei ist kein reiner Text; exportiere sie noch einmal',
  'data.padded': 'NUL-Zeichen um Zellen werden entfernt',
  'data.not_an_object': 'Das ist kein JSON-Objekt; jedes Element der Liste ist eines, etwa {example}',
  'data.open_array': 'Die Liste hat kein Ende, ]',
  'data.broken_json': 'Das ist kein gültiges JSON ({why})',
  'data.no_sentence_at_all': 'Keine Zeile hat einen Satz',
  'data.blank_rows': '{n} leere Zeilen werden ausgelassen',
  'data.no_sentence_beside': 'Hier steht kein Satz, deshalb werden diese Zeilen ausgelassen',
  'data.missing': 'nan und Ähnliches gilt als leer',
  'data.maybe_missing': '{words} gilt als Label; eine Zelle ohne Label ist leer',
  'data.labels_at_once':
    '{value} ist mehr als ein Label, und eine Aufgabe hat nur eines für jeden Satz; mach jedes zu einer eigenen Aufgabe',
  'data.one_class': 'Labels mit demselben Wert sind eine Klasse: {label:?} wird als {short:?} gelesen',
  'data.why_unnamed': 'sie hat keinen Namen',
  'data.why_blank': 'sie ist in jeder Zeile leer',
  'data.why_nested': 'sie enthält Listen oder Objekte',
  'data.why_constant': 'sie enthält immer nur {value:?}',
  'data.why_different': 'sie hat {classes} verschiedene Werte in {rows} Zeilen',
  'data.column_why': '{column:?} ({why})',
  'data.text_unclear':
    'Es ist nicht klar, welche Spalte die Sätze enthält, und keine heißt {text:?}; die Spalten sind {columns}; --text nennt die richtige',
  'data.no_header':
    'Die erste Zeile sieht wie ein Satz mit Labels aus; schreib eine Zeile mit den Namen der Spalten darüber',
  'data.text_found': 'Die Sätze stehen in der Spalte {column:?} (--text nennt eine andere)',
  'data.task_absent': 'Es gibt keine Spalte für die Aufgaben {tasks}; hier sind sie leer',
  'data.no_task_column':
    'Keine Spalte eignet sich als Aufgabe: {reasons}; füg eine Spalte mit Labels hinzu, oder nenn eine von diesen mit --tasks',
  'data.left_out': 'Diese Spalten sind wohl keine Aufgaben und werden ausgelassen (--tasks wählt andere): {reasons}',
  'data.column_twice':
    'Mehr als eine Spalte heißt {names}; gib jeder Spalte, die gebraucht wird, einen eigenen Namen',
  'data.quote_open':
    'Das Feld, das hier mit einem Anführungszeichen beginnt, endet nie; schließ es oder schreib das Anführungszeichen zweimal',
  'data.text_after_quote':
    'Nach dem schließenden Anführungszeichen folgt noch Text; schreib in einem Feld mit Anführungszeichen jedes darin zweimal',
  'data.not_json': 'Das ist kein JSON-Objekt ({why}); jede Zeile ist eines, etwa {example}',
  'data.not_a_string': '{value} ist keine Zeichenkette; der Satz muss eine sein',
  'data.not_a_label':
    '{value} ist kein Label; das muss eine Zeichenkette, eine Zahl, ein Wahrheitswert oder null sein',
  'data.no_sentence': 'Hier ist kein Satz; gib mindestens zwei Sätze mit Labels an',
  'data.no_label_column': 'Es gibt keine Label-Spalte; füg neben dem Text für jede Aufgabe eine hinzu',
  'data.task_twice': '{name:?} ist zweimal genannt',
  'data.label_twice': 'Aufgabe {task:?} nennt ein Label zweimal',
  'data.no_label': 'Eine Aufgabe braucht mindestens zwei verschiedene Labels, und hier ist keines',
  'data.single_label': 'Eine Aufgabe braucht mindestens zwei verschiedene Labels, und hier ist nur {label:?}',
  'data.preset_name': '{name:?} ist keines von {names}',
  'data.task_without_name':
    'Jedes Label braucht den Namen seiner Aufgabe, und bei einem ist er {name:?}; gib ihr einen Namen',
  'data.empty_sentence': 'Hier steht nichts; schreib einen Satz oder entferne die Zeile',
  'data.not_utf8': 'Das ist kein UTF-8-Text; speichere die Datei als UTF-8',
  'data.no_row': 'Unter der Kopfzeile steht keine Zeile',
  'data.reserved_name': 'Diesen Namen behält JavaScript für sich; gib der Spalte einen anderen',

  // src/model
  'model.config_not_json': 'config.json: Das ist kein JSON-Objekt ({why})',
  'model.config_family':
    'config.json: model_type ist {family:?}, und nur "bert" wird unterstützt (bert-base-uncased, die MiniLMs, die kleinen BERTs)',
  'model.config_field': 'config.json: {why}',
  'model.config_zero': 'config.json: {field} ist 0 und muss mindestens 1 sein',
  'model.config_layers': 'config.json: num_hidden_layers ist {layers}; höchstens {most} sind möglich',
  'model.config_heads': 'config.json: hidden_size {hidden} ist kein Vielfaches von num_attention_heads {heads}',
  'model.no_pooler': 'Dieser Encoder hat keinen Pooler; nimm "mean" oder "cls"',
  'model.tensor_missing':
    'model.safetensors: Der Tensor {name:?} fehlt; die Datei muss einen BERT-Encoder mit den Namen von Hugging Face enthalten',
  'model.tensor_shape':
    'model.safetensors: Der Tensor {name:?} hat die Form {found}, und die Konfiguration verlangt {expected}',
  'model.tensor_type': 'model.safetensors: Der Tensor {name:?} enthält {dtype}, und nötig ist f32, f16 oder bf16',
  'model.tensor_taken': 'model.safetensors: Der Tensor {name:?} wurde übersprungen oder schon entnommen',
  'model.tensor_room':
    'Für den Tensor {name:?} des Encoders ist kein Platz ({bytes:size}); nimm einen kleineren Encoder',
  'model.not_safetensors': 'model.safetensors ist keine safetensors-Datei ({why}); lade sie noch einmal herunter',
  'model.lfs_pointer':
    '{file} ist ein Verweis von Git LFS und nicht die Datei: ruf im Ordner „git lfs pull“ auf, oder lade die Datei selbst herunter',
  'model.index': 'model.safetensors.index.json lässt sich nicht lesen: {why}',
  'model.tensor_twice':
    'Der Tensor {name:?} steht in zwei der Dateien, die model.safetensors.index.json aufzählt',
  'model.tensor_not_finite':
    'model.safetensors: Der Tensor {name:?} enthält an der Stelle {place} {value}, und jede Zahl muss endlich sein; die Datei ist beschädigt, oder ihr Training lief aus dem Ruder',
  'model.no_heads':
    'config.json: Sie nennt keine Aufgaben, also ist das ein bloßer Encoder; nimm die Dateien eines Modells, das Polytask gespeichert hat',
  'model.head_missing':
    'model.safetensors: Der Tensor {name:?} fehlt; config.json nennt eine Aufgabe, deren Kopf nicht da ist',
  'model.file_short':
    'model.safetensors endet zu früh, bei {bytes} Bytes (ihr Kopf beschreibt mehr); lade sie noch einmal herunter',
  'model.file_long':
    'model.safetensors geht nach den {bytes} Bytes weiter, die ihr Kopf beschreibt; lade sie noch einmal herunter',

  // src/text
  'text.tokenizer_unreadable': 'tokenizer.json lässt sich nicht lesen: {why}',
  'text.vocabulary_not_utf8': 'vocab.txt: Zeile {line} ist kein UTF-8',
  'text.vocabulary_twice':
    'In vocab.txt steht {token:?} zweimal, in den Zeilen {first} und {second}; nimm das vocab.txt des Encoders',
  'text.vocabulary_special':
    'In vocab.txt fehlt {token}; es muss das eines BERT-Encoders sein, ein Token je Zeile',
  'text.tokenizer_config': 'tokenizer_config.json lässt sich nicht lesen: {why}',
  'text.id_beyond':
    'tokenizer.json gibt {token:?} die Nummer {id}, und vocab_size des Encoders ist {size}; sie gehören zu verschiedenen Modellen',
  'text.added_token_id':
    'tokenizer.json gibt {token:?} als zusätzlichem Token die Nummer {id}, und aus seinem Vokabular ergibt sich {other}; nimm die tokenizer.json, die zum Encoder gehört',
  'text.ids_and_tokens':
    'Der Post-Prozessor in tokenizer.json macht aus einem Satz {ids} Nummern und {tokens} Tokens; jedes seiner besonderen Tokens muss so viele Nummern wie Tokens haben',
  'text.tokenizers_failed':
    '{subject} bringt die tokenizers-Bibliothek zum Absturz ({why}); nimm die tokenizer.json, die zum Encoder gehört',
  'text.no_reason': 'ohne zu sagen, warum',
  'text.not_encoded': '{text:?} lässt sich nicht in Tokens zerlegen: {why}',
  'text.no_token': '{text:?} ergibt kein einziges Token; der Tokenizer muss [CLS] und [SEP] hinzufügen',

  // src/recipe
  'recipe.freeze_layers': 'layers:{n} ist mehr als die {layers} Schichten des Encoders',
  'recipe.freeze_name': '{text:?} ist nichts davon: none, embeddings, layers:N, encoder',
  'recipe.averaging':
    '{text:?} ist nichts davon: none, ema:DECAY mit einem Abfall in (0, 1), swa:START mit einem Anfang in [0, 1)',
  'recipe.seed_range': 'darf höchstens 2^53 sein, damit ein Browser die Zahl genau halten kann',
  'recipe.share_range': '{x} liegt nicht in [0, 1)',
  'recipe.rate_range':
    '{rate:e} liegt außerhalb; es muss über 0 sein und höchstens 10 (1e-3 steht im Notebook, 2e-5 ist für BERT üblich)',
  'recipe.no_epoch': 'ist 0; trainiere mindestens 1 Epoche',
  'recipe.no_sentence': 'ist 0; ein Schritt braucht mindestens 1 Satz',
  'recipe.no_batch': 'ist 0; ein Schritt braucht mindestens 1 Batch',
  'recipe.zero': 'ist 0; gib mindestens 1 an oder lass es weg',
  'recipe.step_size':
    '{batches} × batch_size {batch} macht Schritte von {sentences} Sätzen; ein Schritt nimmt höchstens {most}',
  'recipe.negative': '{x} ist keine Zahl ab 0',
  'recipe.not_positive': '{x} ist nicht über 0',
  'recipe.chosen':
    'Einstellungen für {sentences} Sätze mit Label (Aufgaben: {tasks}, meiste Klassen einer: {classes}): {steps} kontrastive Schritte, Köpfe aus {heads}, {epochs} Epochen mit Batches von {batch}, Lernrate {rate:e}',
  'recipe.label_names':
    '{n} liegt außerhalb des Bereichs; der Name eines Labels zählt wie 0 bis 100 Beispiele seiner Klasse',
  'recipe.length': 'ist {n}; mindestens 3 braucht es für [CLS], ein Wortstück und [SEP]',
  'recipe.task_weight': '{x} für Aufgabe {task:?} ist keine Zahl ab 0',

  // src/train
  'train.diverged':
    'Schritt {step}: Der Verlust von {task} wurde {loss}, deshalb hielt das Training an, und die Parameter des Schritts davor blieben; versuch eine zehnmal kleinere Lernrate als {rate:e}, ein Warm-up oder max_grad_norm 1',
  'parallel.too_many':
    'Es gibt {ranks} Ränge und {sentences} Sätze in einem Schritt; starte höchstens {sentences} Ränge oder erhöhe batch_size',
  'parallel.drifted':
    'Nach Schritt {step} sind die Parameter von Rang {rank} nicht die von Rang 0, was sie sein müssen; starte die Ränge auf gleichartigen Rechnern',
  'parallel.differ':
    'Rang {rank} kann nicht mit Rang 0 trainieren: {setting} ist {there} auf Rang {rank} und {here} auf Rang 0; starte alle Ränge mit demselben Rezept, denselben Sätzen, demselben Encoder, demselben Gerät und derselben Version von Polytask',
  // src/parallel
  'parallel.lost':
    'Rang {rank} ist zu Ende, und die anderen können ohne ihn nicht weitermachen; starte alle neu, mit --resume, falls es eine Sicherung gibt',
  // src/checkpoint, src/export
  'checkpoint.damaged': 'Sie ist beschädigt oder endet zu früh; nimm eine ältere',
  'checkpoint.foreign':
    'Das ist keine Sicherung dieser Version von Polytask; setz den Lauf mit der Version fort, die sie geschrieben hat',
  'checkpoint.unreadable': 'Sie lässt sich nicht lesen: {why}',
  'checkpoint.has_trained':
    'Dieser Trainer hat schon einen Schritt getan; mach einen neuen, um von einer Sicherung aus weiterzumachen',
  'checkpoint.other_recipe':
    'Sie gehört zu einem Lauf mit anderen Einstellungen: {setting} ist dort {there} und jetzt {here}; mach mit den Einstellungen weiter, mit denen der Lauf begann',
  'checkpoint.other_recipe_more':
    'Sie gehört zu einem Lauf mit anderen Einstellungen: {setting} ist dort {there} und jetzt {here}, und {n} weitere sind anders; mach mit den Einstellungen weiter, mit denen der Lauf begann',
  'checkpoint.other_data':
    'Sie gehört zu einem Lauf mit anderen Sätzen oder Labels; mach mit der Datei weiter, mit der der Lauf begann',
  'checkpoint.other_encoder':
    'Sie gehört zu einem Lauf mit einem anderen Encoder; mach mit dem Encoder weiter, mit dem der Lauf begann',
  'export.encoder_trained':
    'Die Köpfe allein nützen nichts ohne den Encoder, der mit ihnen trainiert hat; speichere das ganze Modell',
  'train.all_tasks': 'allen Aufgaben zusammen',
  'tensor.failed': 'Eine Tensorrechnung ist fehlgeschlagen: {why}',
  'train.best_nothing_held_out':
    'Welche Epoche die beste ist, entscheiden zurückgehaltene Sätze, und es gibt keine; halt einen Teil der Sätze zurück (etwa 0,25) oder gib eine Validierungsdatei an',
  'train.best_no_label':
    'Welche Epoche die beste ist, entscheiden zurückgehaltene Sätze, und keiner hat ein Label für eine Aufgabe, die trainiert wird; halt solche zurück',
  'train.memory':
    'Dieser Lauf braucht etwa {total:size} ({parameters:size} für {parts}, {batch:size} für {work}{kept}), und es gibt {limit:size}: Nimm eine kleinere batch_size oder max_length, frier einige Schichten ein oder nimm einen kleineren Encoder',
  'train.parts_sgd': 'Gewichte und Gradienten',
  'train.parts_sgd_best': 'Gewichte, Gradienten und eine Kopie der besten Epoche',
  'train.parts_adam': 'Gewichte, Gradienten und Adam',
  'train.parts_adam_best': 'Gewichte, Gradienten, Adam und eine Kopie der besten Epoche',
  'train.parts_averaged': 'gemittelte Gewichte und {parts}',
  'train.memory_batch': 'einen Batch von {sentences} Sätzen',
  'train.memory_heads': 'den Anfang der Köpfe aus den Satzvektoren',
  'train.memory_frozen': ', {bytes:size} für das, was die eingefrorenen Schichten aus jedem Satz gemacht haben',
  'train.max_length': '{n} ist mehr als die {positions} Positionen des Encoders',
  'train.too_many_tasks': 'Es gibt {n}, und höchstens {most} trainieren zusammen; nenn weniger',
  'train.tasks_per_step': '{n} ist mehr, als es Aufgaben gibt: {tasks}',
  'train.too_many_steps':
    '{epochs} zu je {per_epoch} Schritten sind {steps} Schritte, und ein Lauf hat höchstens {most}; trainiere weniger Epochen',
  'train.warmup':
    '{warmup} Schritte Warm-up sind mehr, als der Lauf hat: {steps}; gib höchstens {steps} an oder trainiere mehr Epochen',
  'train.no_held_out_label': 'Keiner ihrer Sätze hat ein Label',
  'train.no_label': 'Kein Satz hat ein Label; gib mindestens einem Satz je Klasse eines',
  'train.no_such_task': 'Es gibt keine Aufgabe {name:?}; die Aufgaben sind {tasks}',
  'train.all_weights_zero': 'Jede Aufgabe hat das Gewicht 0; gib einer eines über 0',
  'train.unfreezing':
    'gradual_unfreezing: Die {epochs} Epochen des Laufs erreichen nicht jede Schicht; was freeze {last:?} nennt, bleibt, wie es ist ({enough} Epochen erreichten alle)',
  'train.average_span':
    'weight_averaging: Mit einem Abfall von {decay} mittelt der Lauf über etwa {span} Schritte, und er hat {steps}, also bleibt das Mittel nahe am Anfang; ein kleinerer Abfall folgt schneller',
  'train.sentences_cut':
    '{cut} von {all} Sätzen sind länger als {limit} Tokens und wurden gekürzt; der erste, {text:?}, hat {tokens} Tokens (max_length setzt die Grenze)',
  'train.only_unknown':
    '{n} von {all} Sätzen enthalten nichts, wofür dieser Encoder ein Wort hat ([UNK]), er kann sie also nicht unterscheiden; der erste ist {text:?}',
  'train.no_token':
    '{n} von {all} Sätzen enthalten gar kein Token, der Encoder liest also nichts von ihnen; der erste ist {text:?}',
  'train.contradictions':
    'Texte, die mehrmals mit verschiedenen Labels vorkommen: {n}; der erste ist {text:?}, bei {task:?} mit {labels}',
  'train.in_both_splits':
    '{n} von {all} zurückgehaltenen Sätzen trainieren auch mit, die Werte darauf sehen also besser aus, als sie sind; der erste ist {text:?}',
  'train.look_alikes': 'Diese Labels sehen gleich aus und zählen als verschiedene: {pairs}',
  'train.unlabelled': '{n} von {all} Sätzen haben gar kein Label und nehmen am Training nicht teil',
  'train.lone_labels':
    'Diese Labels kommen nur einmal vor; ihr Satz trainiert also, und kein zurückgehaltener prüft sie: {labels}',
  'train.nothing_held_out':
    'Kein Satz ließ sich zurückhalten: Jeder ist das einzige Trainingsbeispiel eines seiner Labels',
  'train.absent_labels': 'Aufgabe {task:?}: Kein Trainingssatz hat das Label {labels}, sie lässt sich also nicht lernen',

  // Der Vergleich
  'compare.no_weighting': 'Es gibt nichts zu vergleichen; nenn mindestens eine, etwa sum',
  'compare.no_seed': 'Es gibt keinen; gib mindestens einen an',
  'compare.seed_twice': '{seed} steht zweimal da; jeder Seed zählt einmal',
  'compare.nothing_held_out': 'Es gibt keine zurückgehaltenen Sätze, um daran zu vergleichen; halt einige zurück',

  // src/weighting
  'weighting.others_combined': '{method}: {why}; in diesem Schritt wurden nur die anderen vereint',
  'weighting.not_moving': '{method}: {why}; der Encoder bewegt sich in diesem Schritt nicht',
  'weighting.hardly_moving': 'mgda: {why}; der Encoder bewegt sich in diesem Schritt kaum',
  'weighting.cancel': 'Die Gradienten heben einander auf',
  'weighting.zero_gradient': 'Der Gradient von Aufgabe {task} ist null',
  'weighting.zero_gradients': 'Die Gradienten der Aufgaben {others} und {last} sind null',
  'weighting.all_but_zero': 'Die kürzeste Mischung der Gradienten ist fast null',
  'weighting.no_equal_projections':
    'imtl-g: Kein Update, das die Verluste senkt, hat auf alle Gradienten die gleiche Projektion; stattdessen bekam in diesem Schritt jeder Gradient die gleiche Länge',
  'weighting.no_bargain':
    'nash-mtl: Eine Mischung der Gradienten hebt sich auf, sodass kein Update jeder Aufgabe nützt; stattdessen bekam in diesem Schritt jeder Gradient die gleiche Länge',

  // src/wasm/
  'wasm.model_not_begun': 'Die Gewichte des Modells sind noch nicht da',
  'wasm.model_complete': 'Die Gewichte des Modells sind schon da',
  'wasm.no_run': 'Es gibt noch keinen Lauf; richte erst einen ein',
  'classify.no_text_column':
    'Es gibt keine Spalte {column:?} für die Sätze; die Spalten sind {columns}; wähl die richtige',
  'classify.threshold': 'Schwelle: {x} liegt nicht in 0..=1; gib eine Wahrscheinlichkeit an',
  'wasm.no_plan': 'Es ist kein Lauf geplant; plane erst einen',
  'wasm.data_file': 'Eine Seite kann Dateien nicht über ihren Pfad lesen; importier die Datei',
  'wasm.validation_file':
    'Eine Seite kann Dateien nicht über ihren Pfad lesen; halt einen Teil der Sätze zurück',

  // www/engine
  'encoder.incomplete': 'Der Encoder ist unvollständig: {url} nennt {files} nicht.',
  'encoder.not_kept':
    'Dieser Browser hat keinen Platz, um den Encoder zu behalten; der nächste Besuch lädt ihn noch einmal herunter. Mehr freier Platz auf diesem Gerät hilft.',
  'encoder.damaged': '{file} wurde im Speicher dieses Browsers beschädigt.',
  'download.offline':
    'Der Download von {file} begann nicht: Unter {url} antwortet niemand. Prüf die Verbindung und versuch es noch einmal.',
  'download.html': 'Der Download von {file} schlug fehl: {url} ist eine Seite und nicht die Datei.',
  'download.refused': 'Der Download von {file} schlug fehl: Der Server antwortet mit {status} auf {url}.',
  'download.too_long':
    'Der Download von {file} ist länger als die {bytes:grouped} Bytes, die er haben soll, und wurde verworfen. Versuch es noch einmal oder lade die Seite neu.',
  'download.cut':
    'Der Download von {file} brach nach {received:grouped} von {bytes:grouped} Bytes ab. Prüf die Verbindung und versuch es noch einmal.',
  'download.wrong_hash':
    'Der Download von {file} hat alle {bytes:grouped} Bytes, aber nicht die erwartete SHA-256-Summe, und wurde verworfen. Versuch es noch einmal oder lade die Seite neu.',
  'encoder.lfs_pointer':
    '{file} ist ein Verweis von Git LFS und nicht die Datei ({where}): Wer den Server betreibt, muss git lfs pull ausführen.',
  'encoder.from_hub': 'Unter {url} ist kein Encoder. {encoder}, {bytes:size}, kommt stattdessen von {hub}.',
  'encoder.nowhere':
    'Unter {url} ist kein Encoder ({why}) Es muss ein Ordner mit manifest.json sein oder mit config.json, tokenizer.json und model.safetensors. Berichtige die Adresse oder wähl einen anderen Encoder.',
  'encoder.nowhere_at_all':
    'Der Encoder ließ sich nicht holen, weder von {url} noch von {hub}. Prüf die Verbindung und versuch es noch einmal, oder öffne die Dateien eines Encoders, den du hast.',
  'encoder.earlier':
    'Der Server hat eine neuere Fassung von {name}, die sich nicht holen ließ ({why}) Die in diesem Browser wird benutzt.',
  'encoder.own_gone': 'Dieser Browser hat die Dateien von {name} nicht mehr. Öffne sie noch einmal.',
  'encoder.family':
    'config.json: model_type ist "{family}", und nur "bert" wird unterstützt (bert-base-uncased, die MiniLMs, die Encoder BGE und E5). Wähl einen solchen Encoder.',
  'encoder.not_at_hub':
    '{hub} hat keinen Encoder {name}, den alle lesen dürfen. Prüf den Namen, BESITZER/NAME. Die Adresse eines Ordners endet mit einem Schrägstrich.',
  'encoder.hub_silent':
    'Die Dateien von {name} ließen sich nicht auflisten: {hub} antwortet nicht (Status {status}). Prüf die Verbindung und versuch es noch einmal.',
  'encoder.not_an_encoder':
    '{where} ist kein Encoder, der hier trainiert werden kann: Es fehlt {files}. Wähl einen BERT-Encoder mit diesen Dateien.',
  'encoder.pytorch':
    '{where} hat seine Gewichte in {file}, gebraucht wird model.safetensors. Zwei Zeilen Python schreiben sie: from transformers import AutoModel; AutoModel.from_pretrained("{from}").save_pretrained("converted"). Öffne dann die Dateien des Ordners „converted“ mit denen des Tokenizers.',
  'encoder.files_missing':
    'Ein Encoder hat die Dateien config.json, tokenizer.json (oder vocab.txt) und model.safetensors (oder deren Teile mit ihrem Verzeichnis). Öffne sie zusammen: {missing} ist nicht dabei.',
  'encoder.own_lfs_pointer':
    '{file} ist ein Verweis von Git LFS und nicht die Datei: Hol sie in ihrem Ordner mit git lfs pull und öffne sie noch einmal.',
  'model.closed': 'Das Modell wurde nicht bis zum Ende gelesen: Ein anderer Download davon hat begonnen.',
  'model.encoder_missing': 'Seine Dateien enthalten nur die Köpfe, und ihr Encoder, {name}, war nicht zu haben ({why}) Öffne zuerst diesen Encoder, dann die Köpfe.',
  'model.other_encoder':
    'Seine Dateien enthalten nur die Köpfe, und {name} ist nicht der Encoder, mit dem sie gelernt haben: Der SHA-256 seiner model.safetensors ist {found}, erwartet wird {expected}. Öffne zuerst den richtigen Encoder, dann die Köpfe.',

  'encoder.own_not_kept': 'Dieser Browser kann die Dateien von {name} nicht behalten: Öffne sie nach dem Neuladen noch einmal.',
  'encoder.shard': '{file} ist beschädigt: Es ist keine safetensors-Datei. Hol sie noch einmal.',
  'encoder.pooling': 'Dieser Encoder wurde mit dem Pooling {pooling} trainiert: Es wird benutzt, wenn du in den Einstellungen kein anderes wählst.',
  'encoder.pooling_unknown':
    'Dieser Encoder wurde mit einem Pooling trainiert, das es hier nicht gibt ({modes}): Wähl eines in den Einstellungen.',
  'run.replaced':
    'Die Datei wurde nicht zu Ende klassifiziert: Das Modell hat sich inzwischen geändert. Wähl sie noch einmal.',
  'run.superseded': 'Eine andere Frage kam dazwischen; frag noch einmal.',
  'run.nothing_classified': 'Die Antworten sind weg: Der Trainingscode wurde neu gestartet. Wähl die Datei noch einmal.',
  'run.no_encoder': 'Der Encoder ist noch nicht geladen.',
  'keeping.no_storage':
    'Dieser Browser hebt für diese Seite keine Dateien auf, vielleicht weil das Fenster privat ist: Der Lauf ist nach dem Neuladen weg.',
  'keeping.no_room':
    'Dieser Browser hat keinen Platz mehr, um den Lauf aufzuheben: Er ist nach dem Neuladen weg. Schaffe Platz und drücke dann „Zurücksetzen“.',
  'keeping.failed': 'Der Lauf kann nicht aufgehoben werden ({why}): Er ist nach dem Neuladen weg.',
  'keeping.other_tab':
    'Ein anderer Tab hebt den Lauf dieser Seite auf: Der Lauf hier ist ein anderer und nach dem Neuladen weg.',
  'keeping.lost': 'Der Lauf vom letzten Besuch kann nicht weitergehen ({why}): Er beginnt von vorn.',
  'keeping.journal': 'sein Protokoll ist beschädigt',
  'keeping.crashed':
    'Der Trainings-Worker ist abgestürzt ({why}) und wurde ersetzt: Der Lauf geht weiter, wo er aufgehört hat. Falls der Speicher nicht gereicht hat, versuche es mit einem kleineren Batch.',
  'keeping.crashed_again':
    'Der Trainings-Worker ist am selben Schritt noch einmal abgestürzt ({why}) und wurde ersetzt: Der Lauf ist pausiert, wo er aufgehört hat. Falls der Speicher nicht gereicht hat, versuche es mit einem kleineren Batch.',
  'run.none': 'Es gibt noch keinen Lauf: Richte erst einen ein.',
  'worker.no_build': 'keine Fassung passt zu diesem Browser',
  'worker.not_loaded': 'sein Code ließ sich nicht laden{remedy}',
  'worker.not_trusted': 'die Seite verlangt Trusted Types und erlaubt die Policy „polytask“ nicht, die ihre Direktive trusted-types nennen muss',
  'worker.unreadable': 'er schickte etwas Unlesbares',
  'worker.ended': 'der Browser hat ihn beendet',
  'worker.thread_ended': 'der Browser hat einen seiner Threads beendet',
  'worker.thread_not_loaded': 'der Code eines Threads ließ sich nicht laden',

  // src/verdict
  'verdict.no_labels': 'Kein Trainingssatz hat dafür ein Label, der Kopf hat also nichts gelernt.',
  'verdict.not_finite':
    'Divergiert: In Schritt {step} war der Verlust keine endliche Zahl mehr, und das Training hielt an.',
  'verdict.diverged': 'Divergiert: Der Trainingsverlust endete bei {loss}, weit über den {guessing} bloßen Ratens.',
  'verdict.not_learned':
    'Nichts gelernt: Der Trainingsverlust endete bei {loss}, nicht unter den {guessing}, für die man nur wissen muss, wie häufig jedes Label ist.',
  'verdict.nothing_held_out':
    '{accuracy} % richtig bei den {n} Trainingssätzen, aber kein zurückgehaltener Satz hat dafür ein Label: Über neue Sätze ist nichts bekannt.',
  'verdict.too_few':
    'Zu wenige zurückgehaltene Sätze für ein Urteil: {accuracy} % richtig bei {n}, das kann alles zwischen {low} und {high} % bedeuten; immer {label:?} zu antworten ergibt {baseline} %.',
  'verdict.memorised_only':
    'Auswendig gelernt: {training} % richtig bei den Trainingssätzen, aber nur {accuracy} % bei {n} zurückgehaltenen, nicht besser, als immer {label:?} zu antworten ({baseline} %).',
  'verdict.not_better':
    'Nicht besser, als immer {label:?} zu antworten: {accuracy} % richtig bei {n} zurückgehaltenen Sätzen, und diese Antwort ergibt {baseline} %.',
  'verdict.memorised':
    'Mehr auswendig gelernt als verstanden: {training} % richtig bei den Trainingssätzen, aber nur {accuracy} % bei {n} zurückgehaltenen (95-%-Intervall {low} bis {high} %); immer {label:?} zu antworten ergibt {baseline} %.',
  'verdict.learned_roughly':
    'Gelernt, doch wie gut, ist unsicher: {accuracy} % richtig bei nur {n} zurückgehaltenen Sätzen, das kann alles zwischen {low} und {high} % bedeuten; immer {label:?} zu antworten ergibt {baseline} %.',
  'verdict.learned':
    'Gelernt: {accuracy} % richtig bei {n} zurückgehaltenen Sätzen (95-%-Intervall {low} bis {high} %); immer {label:?} zu antworten ergibt {baseline} %.',
  'verdict.label_some': 'Gib einigen Sätzen ein Label dafür.',
  'verdict.lower_rate': 'Versuch eine zehnmal kleinere Lernrate, {rate:e}.',
  'verdict.higher_rate': 'Versuch eine zehnmal größere Lernrate, {rate:e}.',
  'verdict.more_epochs': 'Trainier mehr Epochen, {epochs}.',
  'verdict.best_epoch':
    'Geh zur besten Epoche zurück: Nach Epoche {epoch} waren {accuracy} % der zurückgehaltenen Sätze richtig.',
  'verdict.hold_out': 'Halt ein Viertel der Sätze zurück.',
  'verdict.label_held_out': 'Gib mehr Sätzen ein Label dafür und halt einige davon zurück.',
  'verdict.hold_out_more':
    'Halt einen größeren Anteil zurück, {share}: {n} zurückgehaltene Sätze grenzen es auf ± 10 Punkte ein.',
  'verdict.label_more_held_out':
    'Gib mehr Sätzen ein Label und halt sie zurück: {n} davon grenzen es auf ± 10 Punkte ein.',
  'verdict.label_more': 'Gib mehr Sätzen ein Label: Bisher trainieren {n} Sätze {classes} Klassen.',
  'verdict.label_class':
    'Gib mehr Sätzen das Label {label:?}: {right} seiner {n} zurückgehaltenen sind richtig, und {training} haben es trainiert.',

  // Gespeicherte Modelle auf eigenen Seiten
  'model.unsupported':
    'Dieser Browser kann das Modell nicht benutzen: Ihm fehlt WebAssembly mit SIMD, oder es fehlen Modul-Worker. Nimm einen Browser von 2023 oder später; außerhalb von Browsern gibt es den Befehl `polytask predict`.',
  'model.address': 'load() braucht die Adresse des Ordners oder der Zip-Datei eines Modells, etwa load("model/") oder load("model.zip"), und bekam {given}.',
  'model.zip': '{url} ist eine Zip-Datei. Entpack sie auf dem Server und nenn den Ordner.',
  'model.zip_unreadable': '{why}',
  'model.zip_lacks': '{url} ist kein Modell von Polytask: {missing} fehlt. Leg die Zip-Datei so auf den Server, wie sie gespeichert wurde.',
  'model.texts': 'Das Modell braucht eine Liste von Sätzen, etwa ["einer", "noch einer"], und bekam {given}.',
  'model.freed': 'Das Modell wurde geschlossen. Lade es noch einmal.',
  'model.died': 'Der Code, der rechnet, ist beendet: {why}. Die nächste Frage startet ihn neu.',
  'model.nowhere':
    'Unter {url} ist kein Modell: Der Server hat dort kein config.json. Nenn den Ordner, der config.json, tokenizer.json und model.safetensors enthält.',
  'model.cors':
    'Diese Seite darf {url} nicht lesen: Der Server schickt die Kopfzeile Access-Control-Allow-Origin nicht. Lass ihn sie schicken, oder leg den Ordner des Modells neben die Seite.',
  'model.not_json': '{url} ist kein JSON ({why}). Kopier den Ordner des Modells noch einmal auf den Server.',
  'model.bare_encoder':
    '{url} beschreibt einen Encoder ohne Köpfe, der keine Antworten gibt: Es fehlt das Objekt "polytask" mit tasks. Nenn den Ordner eines Modells, das mit Polytask trainiert und gespeichert wurde.',
  'model.no_weights': '{url} hat keinen Kopf für die Aufgabe {task}. Kopier den ganzen Ordner des Modells noch einmal auf den Server.',
  'model.wrong_encoder':
    'Der Encoder unter {url} ist nicht der, mit dem die Köpfe trainiert wurden, {name}: Sein model.safetensors hat den SHA-256 {found}, und {wanted} ist nötig. Nenn mit der Option encoder den richtigen Ordner.',

  // Was eine andere Bibliothek oder der Browser sagt
  unexpected: '{why}',
};
