//! `polytask predict` on files and in pipes, and `polytask evaluate` on files that label only some tasks.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::command::{TRAIN, fails, polytask, succeeds, workplace};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A workplace with `model`, which knows that `w5` is topic x and `w8` topic y.
fn with_model() -> TempDir {
    let place = workplace();
    let flags = "--data data.csv --validation-fraction 0 --epochs 40 --learning-rate 1e-2 --out model";
    succeeds(place.path(), &format!("{TRAIN} {flags}"));
    place
}

const PREDICT: &str = "predict --model model --threads 1";

/// Predicts with `input` as standard input. Returns stdout, stderr and the exit code.
fn piped(directory: &Path, flags: &str, input: impl Into<Vec<u8>>) -> (String, String, Option<i32>) {
    let mut command = polytask(directory);
    let command = command.args(PREDICT.split(' ')).args(flags.split_whitespace()).write_stdin(input);
    let output = command.output().expect("it runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code())
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The rows of CSV or TSV as lists.
fn rows(text: &str, delimiter: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(String::from).collect()).collect()
}

#[test]
fn a_file_gets_columns_for_the_answers_and_keeps_its_own() {
    let place = with_model();
    let at = place.path();
    let given = "id,text,topic\n7,\"w5 w6, w7\",true\n8,,\n9,\"w8\nw9\",\"say \"\"y\"\"\"\n";
    fs::write(at.join("in.csv"), given).unwrap();
    assert_eq!(succeeds(at, &format!("{PREDICT} --data in.csv --out out.csv")), "");
    let csv = fs::read_to_string(at.join("out.csv")).unwrap();
    let table = rows(&csv, b',');
    let header = ["id", "text", "topic", "predicted_topic", "topic_probability", "predicted_tone", "tone_probability"];
    assert_eq!(table[0], header);
    assert_eq!(table[1][..4], ["7", "w5 w6, w7", "true", "x"]);
    assert_eq!(table[2], ["8", "", "", "", "", "", ""]);
    assert_eq!(table[3][..4], ["9", "w8\nw9", "say \"y\"", "y"]);
    let p: f64 = table[1][4].parse().unwrap();
    assert!((0.5..=1.0).contains(&p), "{p}");

    // Without --out the same goes to standard output; other endings are other formats with the same content.
    assert_eq!(succeeds(at, &format!("{PREDICT} --data in.csv")), csv);
    succeeds(at, &format!("{PREDICT} --data in.csv --out out.tsv"));
    assert_eq!(rows(&fs::read_to_string(at.join("out.tsv")).unwrap(), b'\t'), table);
    succeeds(at, &format!("{PREDICT} --data in.csv --out out.jsonl"));
    let objects = json_lines(&fs::read_to_string(at.join("out.jsonl")).unwrap());
    assert_eq!(objects[0].as_object().unwrap().keys().collect::<Vec<_>>(), header);
    assert_eq!(objects[0]["topic_probability"].to_string(), table[1][4]);
    let blank = json!({
        "id": "8", "text": "", "topic": "", "predicted_topic": null, "topic_probability": null, "predicted_tone": null,
        "tone_probability": null
    });
    assert_eq!(objects[1], blank);

    // All probabilities on request, in the order of the labels.
    succeeds(at, &format!("{PREDICT} --data in.csv --out all.csv --probabilities"));
    let all = rows(&fs::read_to_string(at.join("all.csv")).unwrap(), b',');
    assert_eq!(all[0][3..7], ["predicted_topic", "topic_probability", "topic_probability_x", "topic_probability_y"]);
    assert_eq!(all[1][4], all[1][5]);
    let sum: f64 = all[1][5..7].iter().map(|p| p.parse::<f64>().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    assert_eq!(all[2][3..], [""; 8]);
    succeeds(at, &format!("{PREDICT} --data in.csv --out all.jsonl --probabilities"));
    let object = &json_lines(&fs::read_to_string(at.join("all.jsonl")).unwrap())[0];
    assert_eq!(object["topic_probabilities"]["y"].to_string(), all[1][6]);

    // As from a spreadsheet: semicolons and a byte order mark stay.
    fs::write(at.join("sheet.csv"), "\u{feff}text;note\r\nw5;a, b\r\nw8;\r\n").unwrap();
    let out = succeeds(at, &format!("{PREDICT} --data sheet.csv"));
    assert!(out.starts_with("\u{feff}text;note;predicted_topic;topic_probability;"), "{out}");
    assert!(out.contains("\nw5;a, b;x;"), "{out}");
    // Answers at what they were made of.
    succeeds(at, &format!("{PREDICT} --data in.csv --out in.csv"));
    assert_eq!(fs::read_to_string(at.join("in.csv")).unwrap(), csv);
    assert_eq!(
        fs::read_dir(at).unwrap().filter(|e| e.as_ref().unwrap().path().is_file()).count(),
        8,
        "nothing is left over"
    );
}

#[test]
fn jsonl_keeps_every_character_of_its_rows() {
    let place = with_model();
    let at = place.path();
    let given = "{\"text\": \"w5 w6\", \"n\": 12345678901234567890123, \"x\": 1e2, \"more\": {\"a\": {}}}\n\n\
                 {\"x\": null, \"text\": null }\n{\"text\":\"w8\",\"late\":[1]}\n{\"text\": 5}\n";
    fs::write(at.join("in.jsonl"), given).unwrap();
    let out = succeeds(at, &format!("{PREDICT} --data in.jsonl"));
    let lines: Vec<&str> = out.lines().collect();
    let own = given.lines().filter(|line| !line.is_empty());
    for (line, own) in lines.iter().zip(own) {
        let own = own.strip_suffix('}').unwrap().trim_end();
        assert!(line.starts_with(&format!("{own},\"predicted_topic\":")), "{line}");
        serde_json::from_str::<Value>(line).unwrap();
    }
    assert_eq!(lines.len(), 4);
    // As a table: all fields of all rows are columns.
    succeeds(at, &format!("{PREDICT} --data in.jsonl --out out.csv"));
    let table = rows(&fs::read_to_string(at.join("out.csv")).unwrap(), b',');
    assert_eq!(table[0][..6], ["text", "n", "x", "more", "late", "predicted_topic"]);
    assert_eq!(table[1][..6], ["w5 w6", "12345678901234567890123", "1e2", "{\"a\": {}}", "", "x"]);
    assert_eq!(table[2], [""; 9]);
    assert_eq!(table[4][0], "5");
}

#[test]
fn columns_of_answers_do_not_collide() {
    let place = with_model();
    let at = place.path();
    succeeds(at, &format!("{PREDICT} --data data.csv --out once.csv"));
    succeeds(at, &format!("{PREDICT} --data once.csv --out twice.csv"));
    let table = rows(&fs::read_to_string(at.join("twice.csv")).unwrap(), b',');
    assert_eq!(
        table[0][3..9],
        [
            "predicted_topic",
            "topic_probability",
            "predicted_tone",
            "tone_probability",
            "predicted_topic_2",
            "topic_probability_2"
        ]
    );
    assert_eq!(table[1][3..7], table[1][7..11]);
    // Columns of one name, or none, are no matter in a table, and become fields of different names.
    fs::write(at.join("odd.csv"), ",text,a,a\n0,w5,1,2\n").unwrap();
    assert!(succeeds(at, &format!("{PREDICT} --data odd.csv")).starts_with(",text,a,a,predicted_topic,"));
    succeeds(at, &format!("{PREDICT} --data odd.csv --out odd.jsonl"));
    let text = fs::read_to_string(at.join("odd.jsonl")).unwrap();
    assert!(
        text.starts_with("{\"\":\"0\",\"text\":\"w5\",\"a\":\"1\",\"a_2\":\"2\",\"predicted_topic\":\"x\","),
        "{text}"
    );
    // A row of a stream that has a field of an answer's name cannot be renamed any more.
    let (_, stderr, code) =
        piped(at, "--data -", "{\"text\": \"w5\"}\n{\"text\": \"w5\", \"predicted_tone\": \"p\"}\n");
    assert_eq!(code, Some(2));
    let expected = "polytask: standard input, line 2: it has the field \"predicted_tone\", which the first row does not have; \
                    give the rows as a file with --data, so that all fields are known before the first answer\n";
    assert!(stderr.ends_with(expected), "{stderr}");
}

#[test]
fn answers_do_not_depend_on_the_rows_around_them() {
    let place = with_model();
    let at = place.path();
    let sentence = |i: usize| (0..i * 7 % 13).map(|j| format!("w{}", 4 + (i + j) % 60)).collect::<Vec<_>>().join(" ");
    let given: String = (0..2500).map(|i| format!("{i}\t{}\n", sentence(i))).collect();
    fs::write(at.join("in.tsv"), format!("id\ttext\n{given}")).unwrap();
    let out = succeeds(at, &format!("{PREDICT} --data in.tsv"));
    let table = rows(&out, b'\t');
    assert_eq!(table.len(), 2501);
    for i in [0, 1, 2, 1023, 1024, 1025, 2499] {
        assert_eq!(table[i + 1][..2], [i.to_string(), sentence(i)]);
        let (alone, ..) = piped(at, "--json", sentence(i) + "\n");
        let tasks = &json_lines(&alone)[0]["tasks"];
        for (task, column) in [("topic", 2), ("tone", 4)] {
            let Some(label) = tasks[task]["label"].as_str() else {
                assert!(sentence(i).is_empty() && table[i + 1][column].is_empty());
                continue;
            };
            assert_eq!(table[i + 1][column], label);
            let together: f64 = table[i + 1][column + 1].parse().unwrap();
            let p = tasks[task]["probabilities"]
                .as_array()
                .unwrap()
                .iter()
                .map(|p| p.as_f64().unwrap())
                .fold(0.0, f64::max);
            assert!((together - p).abs() < 1e-6, "row {i}: {together} and {p}");
        }
    }
    assert_eq!(out, succeeds(at, "predict --model model --threads 2 --data in.tsv"), "any number of threads");
}

/// `predict` with pipes.
fn talking(directory: &Path, flags: &str) -> Child {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("polytask"));
    let command = command.args(PREDICT.split(' ')).args(flags.split_whitespace()).current_dir(directory);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn standard_input_is_answered_as_it_comes() {
    let place = with_model();
    for (flags, header, row) in [
        ("--json", "", "w5 w6\n"),
        ("--json --format csv", "id,text\n", "1,w5 w6\n"),
        ("--format csv", "id,text\n", "1,w5 w6\n"),
        ("--format jsonl", "", "{\"text\": \"w5 w6\"}\n"),
    ] {
        let mut child = talking(place.path(), flags);
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdin.write_all(header.as_bytes()).unwrap();
        let mut line = String::new();
        if flags == "--format csv" {
            stdout.read_line(&mut line).unwrap();
            assert!(line.starts_with("id,text,predicted_topic,"), "{line}");
        }
        for _ in 0..3 {
            // Standard input is open, so the answer does not wait for its end.
            stdin.write_all(row.as_bytes()).unwrap();
            line.clear();
            stdout.read_line(&mut line).unwrap();
            assert!(line.contains('x') && line.ends_with('\n'), "{flags}: {line}");
        }
        drop(stdin);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn line_n_is_answered_on_line_n() {
    let place = with_model();
    let at = place.path();
    let (out, stderr, code) = piped(at, "--json", "\u{feff}w5 w6\r\n\n \t\nw8 w9");
    assert_eq!((stderr.as_str(), code), ("", Some(0)));
    let lines = json_lines(&out);
    assert_eq!(lines.len(), 4);
    assert_eq!(lines[0]["text"], "w5 w6");
    assert_eq!(lines[1], json!({"text": "", "tasks": {"topic": null, "tone": null}}));
    assert_eq!(lines[2], json!({"text": " \t", "tasks": {"topic": null, "tone": null}}));
    assert_eq!(lines[3]["tasks"]["topic"]["label"], "y");
    assert!(piped(at, "", "w5\n\nw8 w9\n").0.contains(")\n\nw8 w9\n  topic: y ("));

    // Lines that are not UTF-8 get no answer, the others theirs; all are named at the end.
    let (out, stderr, code) = piped(at, "--json", b"w5\nw8 caf\xe9\nw8 w9\n\xff\n".to_vec());
    let expected = "polytask: standard input, lines 2, 4: they are not UTF-8 text and got no answer; convert the text to \
                    UTF-8\n";
    assert_eq!((stderr.as_str(), code), (expected, Some(2)));
    let lines = json_lines(&out);
    assert_eq!(lines[1], json!({"text": "w8 caf\u{fffd}", "tasks": {"topic": null, "tone": null}}));
    assert_eq!(lines[2]["tasks"]["topic"]["label"], "y");
    let (_, stderr, _) = piped(at, "", b"w5\n".repeat(3).into_iter().chain(b"\xff\n".repeat(12)).collect::<Vec<u8>>());
    let expected = "polytask: standard input, lines 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, … (+2): they are not UTF-8 text and \
                    got no answer; convert the text to UTF-8\n";
    assert_eq!(stderr, expected);
    let (_, stderr, code) = piped(at, "", "");
    let expected = "polytask: predict: there is no sentence; give some as arguments or one a line on standard input\n";
    assert_eq!((stderr.as_str(), code), (expected, Some(2)));
}

#[test]
fn a_table_on_standard_input_is_told_from_sentences() {
    let place = with_model();
    let at = place.path();
    let note = |format: &str| {
        format!(
            "standard input is read as {format}, since its first line names \"text\"; with --format lines each line is a sentence\n"
        )
    };
    for (format, table) in [
        ("CSV", "topic,text\nx,w5 w6\n,\ny,w8 w9\n"),
        ("CSV", "topic;text\nx;w5 w6\n;\ny;w8 w9\n"),
        ("TSV", "topic\ttext\nx\tw5 w6\n\t\ny\tw8 w9\n"),
        ("JSONL", "{\"text\": \"w5 w6\"}\n{}\n{\"text\": \"w8 w9\"}\n"),
    ] {
        let (out, stderr, code) = piped(at, "--json", table);
        assert_eq!((stderr, code), (note(format), Some(0)));
        let lines = json_lines(&out);
        assert_eq!(lines.len(), 3, "{out}");
        assert_eq!(lines[0]["text"], "w5 w6");
        assert_eq!([0, 1, 2].map(|i| &lines[i]["tasks"]["topic"]["label"]), [&json!("x"), &Value::Null, &json!("y")]);
    }
    // The input's format is the output's, too.
    let (out, ..) = piped(at, "", "topic\ttext\nx\tw5 w6\n");
    assert!(out.starts_with("topic\ttext\tpredicted_topic\t"), "{out}");
    // Sentences with commas, and of the column's name, are sentences; --format says otherwise.
    let (out, stderr, _) = piped(at, "--json", "some text, w5\nw8,w9\n");
    assert_eq!((json_lines(&out).len(), stderr.as_str()), (2, ""));
    let (out, stderr, _) = piped(at, "--json", "text\nw8\n");
    let expected =
        "standard input: the first line, \"text\", is taken for a sentence; with --format csv it is the header\n";
    assert_eq!((json_lines(&out).len(), stderr.as_str()), (2, expected));
    let (out, stderr, _) = piped(at, "--json --format csv", "text\nw8\n");
    assert_eq!((json_lines(&out).len(), stderr.as_str()), (1, ""));
    let (out, stderr, _) = piped(at, "--json --format lines", "text,topic\nw8\n");
    assert_eq!((json_lines(&out).len(), stderr.as_str()), (2, ""));
    let (out, ..) = piped(at, "--json --text words", "words\nw8\n");
    assert_eq!(json_lines(&out).len(), 1);
    let (_, stderr, code) = piped(at, "--text words", "w5 w6\n");
    let expected = "polytask: standard input, line 1: there is no column \"words\" for the sentences; the columns are \
                    \"w5 w6\"; name theirs with --text\n";
    assert_eq!((stderr.as_str(), code), (expected, Some(2)));
}

#[test]
fn the_column_of_the_sentences_is_the_one_of_the_training() {
    let place = with_model();
    let at = place.path();
    let words = fs::read_to_string(at.join("data.csv")).unwrap().replace("text,", "words,");
    fs::write(at.join("words.csv"), &words).unwrap();
    fs::write(at.join("other.csv"), words.replace("words,", "review,")).unwrap();
    succeeds(at, &format!("{TRAIN} --data words.csv --text words --epochs 1 --validation-fraction 0 --out other"));
    for data in ["words.csv", "data.csv", "other.csv --text review"] {
        let out = succeeds(at, &format!("predict --model other --data {data}"));
        assert_eq!(out.lines().count(), 7, "{data}: {out}");
    }
    assert_eq!(
        fails(at, "predict --model other --data other.csv"),
        "other.csv, line 1: there is no column \"words\" for the sentences; the columns are \"review\", \"topic\", \"tone\"; \
         name theirs with --text"
    );
    assert_eq!(
        fails(at, "predict --model model --data data.csv --text review"),
        "data.csv, line 1: there is no column \"review\" for the sentences; the columns are \"text\", \"topic\", \"tone\"; \
         name theirs with --text"
    );
    succeeds(at, "evaluate --model other --data words.csv");
    succeeds(at, "evaluate --model other --data data.csv --text text");
    // The only column of a table is the sentences'; so are the lines of a text file.
    fs::write(at.join("one.csv"), "comment\nw5\n\"w8, w9\"\n").unwrap();
    assert_eq!(succeeds(at, &format!("{PREDICT} --data one.csv")).lines().count(), 3);
    fs::write(at.join("one.txt"), "w5\n\nw8, w9\n").unwrap();
    assert_eq!(json_lines(&succeeds(at, &format!("{PREDICT} --data one.txt --json"))).len(), 3);
    succeeds(at, &format!("{PREDICT} --data one.txt --out one-out.csv"));
    let table = rows(&fs::read_to_string(at.join("one-out.csv")).unwrap(), b',');
    assert_eq!((table.len(), table[0][0].as_str(), table[3][0].as_str()), (4, "text", "w8, w9"));
}

#[test]
fn an_answer_below_the_threshold_is_blank() {
    let place = with_model();
    let at = place.path();
    fs::write(at.join("in.csv"), "text\nw5 w6\nw8 w9\n").unwrap();
    let table = rows(&succeeds(at, &format!("{PREDICT} --data in.csv")), b',');
    let p: f64 = table[1][2].parse().unwrap();
    assert!(p < 0.99999, "{p}");
    let blank = rows(&succeeds(at, &format!("{PREDICT} --data in.csv --threshold 1")), b',');
    assert_eq!((blank[1][1].as_str(), &blank[1][2]), ("", &table[1][2]), "its probability stays");
    let just = rows(&succeeds(at, &format!("{PREDICT} --data in.csv --threshold {}", table[1][2])), b',');
    assert_eq!(just[1][..3], table[1][..3], "as probable as asked for");
    let (out, ..) = piped(at, "--json --threshold 1", "w5 w6\n");
    let answer = &json_lines(&out)[0]["tasks"]["topic"];
    assert!(answer["label"].is_null() && answer["probabilities"].as_array().unwrap().len() == 2, "{answer}");
    assert!(piped(at, "--threshold 1", "w5 w6\n").0.contains("\n  topic: no answer (x "), "for people, too");
    for wrong in ["1.5", "-0.1", "NaN"] {
        let expected = format!("--threshold: {wrong} is not in 0..=1; give a probability");
        assert_eq!(fails(at, &format!("{PREDICT} --threshold {wrong} hello")), expected);
    }
}

#[test]
fn people_see_the_best_three_of_many_classes() {
    let place = workplace();
    let at = place.path();
    let data: String = (0..40).map(|i| format!("w{} w{},c{}\n", 4 + i, 5 + i, i % 20)).collect();
    fs::write(at.join("many.csv"), format!("text,class\n{data}")).unwrap();
    succeeds(at, &format!("{TRAIN} --data many.csv --validation-fraction 0 --out model"));
    let out = succeeds(at, &format!("{PREDICT} w5"));
    let shares = out.split_once(" (").unwrap().1;
    assert!(shares.ends_with(", … (+17))\n") && shares.matches(" 0.").count() == 3, "{out}");
    let p: Vec<f64> = shares.split([' ', ',']).filter_map(|word| word.parse().ok()).collect();
    assert!(p.is_sorted_by(|a, b| a >= b), "{out}");
    let out = succeeds(at, &format!("{PREDICT} w5 --probabilities"));
    assert_eq!(out.matches(" 0.").count(), 20, "{out}");
}

#[test]
fn rows_that_cannot_be_read_are_all_named_before_any_is_classified() {
    let place = with_model();
    let at = place.path();
    let write = |name: &str, text: &[u8]| fs::write(at.join(name), text).unwrap();
    let predict = |data: &str| fails(at, &format!("{PREDICT} --out out.csv --data {data}"));
    write("wide.csv", b"text,topic\nw5,x\nw5, w6,x\nw7,x\nw8\n");
    assert_eq!(
        predict("wide.csv"),
        "wide.csv: 2 rows cannot be read: line 3: it has 3 fields and the header has 2; a sentence with commas must stand in \
         double quotes; line 5: it has 1 fields and the header has 2; a sentence with commas must stand in double quotes"
    );
    write("open.csv", b"text,topic\n\"w5, w6,x\nw6,y\n");
    assert_eq!(
        predict("open.csv"),
        "open.csv, line 2: a stray double quote: the quoted field that begins here never ends; close it or write the quote \
         twice"
    );
    write("latin.csv", b"text,topic\ncaf\xe9,x\nw6,y\n");
    assert_eq!(predict("latin.csv"), "latin.csv, line 2: it is not UTF-8 text; save the file as UTF-8");
    write("latin.txt", b"caf\xe9\nw6\n");
    assert_eq!(predict("latin.txt"), "latin.txt, line 1: it is not UTF-8 text; save the file as UTF-8");
    write("odd.jsonl", b"{\"text\": \"w5\"}\nnonsense\n{\"text\": [1]}\n");
    assert_eq!(
        predict("odd.jsonl"),
        "odd.jsonl: 2 rows cannot be read: line 2: it is not a JSON object (expected ident at line 1 column 2); each line is \
         one, like {\"text\": \"…\", \"topic\": \"…\"}; line 3: its field \"text\" is not a string; the sentence must be one"
    );
    write("many.csv", format!("text,topic\n{}", "w5\n".repeat(15)).as_bytes());
    let error = predict("many.csv");
    assert!(error.starts_with("many.csv: 15 rows cannot be read: line 2: ") && error.ends_with("; … (+5)"), "{error}");
    write("empty.csv", b"");
    assert_eq!(predict("empty.csv"), "empty.csv: it is empty; it must hold sentences under \"text\"");
    write("book.xlsx", b"PK");
    assert_eq!(
        predict("book.xlsx"),
        "book.xlsx: its ending does not show its format; it must be .csv, .tsv, .json, .jsonl or .txt, or give --format"
    );
    assert_eq!(predict("nowhere.csv"), "nowhere.csv: cannot be read: No such file or directory (os error 2)");
    assert!(!at.join("out.csv").exists());
    assert_eq!(
        fails(at, &format!("{PREDICT} --data data.csv --out out.xlsx")),
        "--out: out.xlsx: its ending must be .csv, .tsv or .jsonl"
    );
    assert!(
        fails(at, &format!("{PREDICT} --data data.csv --out nowhere/out.csv"))
            .starts_with("--out: nowhere/out.csv: cannot be written: ")
    );
    // Of a stream, the rows before are answered.
    let (out, stderr, code) = piped(at, "--json", "text,topic\nw5,x\nw6\n");
    assert_eq!((json_lines(&out).len(), code), (1, Some(2)));
    assert!(
        stderr.ends_with(
            "\npolytask: standard input, line 3: it has 1 fields and the header has 2; a sentence with commas \
                              must stand in double quotes\n"
        ),
        "{stderr}"
    );
    // A table without rows is a table with answers for none.
    write("header.csv", b"text,topic\n");
    succeeds(at, &format!("{PREDICT} --data header.csv --out out.csv"));
    assert_eq!(rows(&fs::read_to_string(at.join("out.csv")).unwrap(), b',').len(), 1);
}

#[test]
fn tables_are_read_as_spreadsheets_write_them() {
    let place = with_model();
    let at = place.path();
    let predict = |name: &str, bytes: &[u8]| {
        fs::write(at.join(name), bytes).unwrap();
        json_lines(&succeeds(at, &format!("{PREDICT} --json --data {name}")))
            .iter()
            .map(|line| line["text"].as_str().unwrap().to_string())
            .collect::<Vec<_>>()
    };
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let sentences = ["w5, w6", "w8"];
    for (name, text) in [
        ("plain.csv", "text,topic\n\"w5, w6\",x\nw8,y\n"),
        ("tabs.csv", "text\ttopic\nw5, w6\tx\nw8\ty\n"),
        ("bars.csv", "text|topic\nw5, w6|x\nw8|y\n"),
        ("semicolons.csv", "text;\"topic, all\"\nw5, w6;x\nw8;y\n"),
        ("commas.tsv", "text,topic\n\"w5, w6\",x\nw8,y\n"),
        ("named.csv", "sep=;\r\ntext;topic\r\nw5, w6;x\r\nw8;y\r\n"),
        ("spaces.csv", "topic, \"text\"\nx, \"w5, w6\"\ny, \"w8\" \n"),
        ("marked.csv", "\u{feff}topic,text\r\nx,\"w5, w6\"\r\ny,w8"),
        ("tabs.txt", "\u{feff}topic\ttext\r\nx\tw5, w6\r\ny\tw8\r\n"),
    ] {
        assert_eq!(predict(name, text.as_bytes()), sentences, "{name}");
        if text.starts_with('\u{feff}') {
            assert_eq!(predict(name, &utf16(text)), sentences, "{name} as UTF-16");
        }
    }
    // Sentences that begin with a quotation mark.
    let spoken = ["\"w5 w6", "w8\" w9", "\"w5\", w8"];
    assert_eq!(predict("spoken.tsv", "text\ttopic\n\"w5 w6\tx\nw8\" w9\ty\n\"w5\", w8\ty\n".as_bytes()), spoken);
    assert_eq!(predict("spoken.csv", "text;topic\n\"w5 w6;x\nw8\" w9;y\n\"w5\", w8;y\n".as_bytes()), spoken);
}

#[test]
fn what_train_reads_whole_is_classified_too() {
    let place = with_model();
    let at = place.path();
    let predict = |name: &str, bytes: &[u8]| {
        fs::write(at.join(name), bytes).unwrap();
        succeeds(at, &format!("{PREDICT} --data {name}"))
    };
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    // pandas with orient="records" and "columns"; a dictionary of a datasets table.
    for (name, text) in [
        ("records.json", r#"[{"text": "w5 w6", "n": 1.5, "l": ["a", "b"]}, {"text": "w8", "n": null, "l": []}]"#),
        ("lists.json", r#"{"text": ["w5 w6", "w8"], "n": [1.5, null]}"#),
        ("columns.json", r#"{"text": {"0": "w5 w6", "1": "w8"}, "n": {"0": 1.5, "1": null}}"#),
    ] {
        let rows = json_lines(&predict(name, text.as_bytes()));
        assert_eq!(rows.len(), 2, "{name}");
        assert_eq!((&rows[0]["text"], &rows[1]["text"]), (&"w5 w6".into(), &"w8".into()), "{name}");
        assert_eq!((&rows[0]["n"], &rows[1]["n"]), (&1.5.into(), &Value::Null), "{name}");
        assert!(rows[0]["predicted_topic"].is_string() && rows[0]["topic_probability"].is_number(), "{name}: {rows:?}");
        if name == "records.json" {
            assert_eq!(rows[0]["l"], serde_json::json!(["a", "b"]));
        }
    }
    succeeds(at, &format!("{PREDICT} --data records.json --out records.csv"));
    let table = rows(&fs::read_to_string(at.join("records.csv")).unwrap(), b',');
    assert_eq!(table[0][..3], ["text", "n", "l"]);
    assert_eq!(table[1][..3], ["w5 w6", "1.5", "[\"a\",\"b\"]"]);

    let table = rows(&predict("unmarked.csv", &utf16("text;other\nw5, w6;x\nw8;y\n")), b';');
    assert_eq!((table[1][..2].to_vec(), table.len()), (vec!["w5, w6".to_string(), "x".into()], 3));
    assert!(predict("unmarked.txt", &utf16("w5 w6\nw8\n")).starts_with("w5 w6\n  topic: "));
    // A program's .jsonl that holds an array, and lines that end as on old Macs.
    assert_eq!(json_lines(&predict("array.jsonl", br#"[{"text": "w5"}, {"text": "w8"}]"#)).len(), 2);
    assert_eq!(rows(&predict("mac.csv", b"text,other\rw5,x\rw8,y\r"), b',').len(), 3);

    fs::write(at.join("nested.json"), r#"[{"text": "w5"}, {"text": ["w6", "w7"]}]"#).unwrap();
    assert_eq!(
        fails(at, &format!("{PREDICT} --data nested.json")),
        "nested.json, row 2: its field \"text\" is not a string; the sentence must be one"
    );
    fs::write(at.join("broken.json"), r#"[{"text": "w5"}, "#).unwrap();
    assert!(fails(at, &format!("{PREDICT} --data broken.json")).starts_with("broken.json, line 1"));
}

#[test]
fn a_reader_that_leaves_ends_the_command_quietly() {
    let place = with_model();
    for flags in ["--json", ""] {
        let mut child = talking(place.path(), flags);
        let mut stdin = child.stdin.take().unwrap();
        let writer = std::thread::spawn(move || while stdin.write_all(&b"w5 w6\n".repeat(1000)).is_ok() {});
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        writer.join().unwrap();
    }
}

#[test]
#[cfg(target_os = "linux")] // Elsewhere there is no /proc.
fn memory_does_not_grow_with_the_file() {
    let place = with_model();
    let at = place.path();
    let peak = |n: usize| {
        fs::write(at.join("in.csv"), format!("text,note\n{}", "w5 w6,some note of a certain length\n".repeat(n)))
            .unwrap();
        let mut child = talking(at, "--data in.csv --out out.jsonl");
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        while child.try_wait().unwrap().is_none() {
            let text = fs::read_to_string(&status).unwrap_or_default();
            let kilobytes =
                text.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
            peak = peak.max(kilobytes.unwrap_or(0));
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        assert_eq!(BufReader::new(fs::File::open(at.join("out.jsonl")).unwrap()).lines().count(), n);
        peak
    };
    let (few, many) = (peak(5_000), peak(100_000));
    // The larger file is 3.6 MB, and its rows with their answers take more than 100 MB.
    assert!(few > 0 && many < few + 3_000, "{few} kB and {many} kB");
}

#[test]
fn tasks_that_a_file_does_not_label_have_no_figures() {
    let place = with_model();
    let at = place.path();
    let all = "text,topic,tone\nw5 w6,x,p\nw8 w9,y,q\n";
    fs::write(at.join("all.csv"), all).unwrap();
    fs::write(at.join("blank.csv"), "text,topic,tone\nw5 w6,x,\nw8 w9,y, \n").unwrap();
    fs::write(at.join("missing.csv"), "text,topic\nw5 w6,x\nw8 w9,y\n").unwrap();
    fs::write(
        at.join("missing.jsonl"),
        "{\"text\": \"w5 w6\", \"topic\": \"x\"}\n{\"text\": \"w8 w9\", \"topic\": \"y\"}\n",
    )
    .unwrap();
    let evaluate = |flags: &str| succeeds(at, &format!("evaluate --model model --data {flags}"));
    let topic = evaluate("all.csv").split("\n\n").next().unwrap().to_string();
    assert!(topic.starts_with("topic Accuracy: 1.00, "), "{topic}");
    for data in ["blank.csv", "missing.csv", "missing.jsonl"] {
        assert_eq!(evaluate(data), format!("{topic}\n\ntone: no labelled sentence\n"), "{data}");
        let figures: Value = serde_json::from_str(&evaluate(&format!("{data} --json"))).unwrap();
        assert_eq!(figures.as_object().unwrap().keys().collect::<Vec<_>>(), ["topic", "tone"]);
        assert!(figures["tone"].is_null() && figures["topic"]["accuracy"] == 1.0, "{figures}");
    }
    fs::write(at.join("none.csv"), "text,colour\nw5,red\n").unwrap();
    assert_eq!(
        fails(at, "evaluate --model model --data none.csv"),
        "none.csv: there is no column for the tasks \"topic\", \"tone\"; the columns beside the sentences are \"colour\""
    );
}

#[test]
fn a_sentence_that_begins_with_a_dash_comes_after_two() {
    let place = with_model();
    let at = place.path();
    assert!(succeeds(at, &format!("{PREDICT} -- -w5")).starts_with("-w5\n  topic: "));
    let output = polytask(at).args(PREDICT.split(' ')).arg("- cold soup").output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(2) && stderr.contains("use '-- -"), "{stderr}");
}

#[test]
fn a_blank_sentence_has_no_answer_wherever_it_comes_from() {
    let place = with_model();
    let at = place.path();
    let mut command = polytask(at);
    let output = command.args(PREDICT.split(' ')).args(["--json", "", "w5"]).output().unwrap();
    let lines = json_lines(&String::from_utf8(output.stdout).unwrap());
    assert_eq!((lines.len(), &lines[0]["tasks"]["tone"]), (2, &Value::Null));
}
