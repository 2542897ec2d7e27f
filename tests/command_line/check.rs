//! The checks of a data set: the command's reports, warnings before a run, and the library on vectors whose structure is known.

use std::fs;
use std::path::Path;
use std::process::Output;

use crate::tiny::Tiny;
use assert_cmd::Command;
use polytask::check::{Subject, data_to_label, label_errors, label_next};
use polytask::compute::Context;
use polytask::data::{Columns, Dataset, read_table};
use polytask::probe::unit_rows;
use polytask::random::Stream;
use polytask::text::Tokenizer;
use serde_json::Value;
use tempfile::TempDir;

/// A directory with the tiny encoder in `encoder/` and `data.csv`.
fn workplace(csv: &str) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    Tiny::new().write(&directory.path().join("encoder"));
    fs::write(directory.path().join("data.csv"), csv).expect("a temporary file");
    directory
}

fn polytask(directory: &Path, arguments: &str) -> Output {
    let mut command = Command::cargo_bin("polytask").expect("the command is built");
    let words = arguments.split_whitespace();
    command.current_dir(directory).args(words).args(["--encoder", "encoder", "--max-length", "16", "--threads", "1"]);
    command.output().expect("it runs")
}

#[track_caller]
fn succeeds(directory: &Path, arguments: &str) -> String {
    let output = polytask(directory, arguments);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[track_caller]
fn fails(directory: &Path, arguments: &str) -> String {
    let output = polytask(directory, arguments);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{arguments}: {stderr}");
    stderr.trim_end().strip_prefix("polytask: ").expect("the command's name").to_string()
}

/// The warnings of a run, without the first word.
#[track_caller]
fn warnings(directory: &Path, arguments: &str) -> Vec<String> {
    let output = polytask(directory, arguments);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(output.status.success(), "{arguments}: {stderr}");
    stderr.lines().filter_map(|line| line.strip_prefix("Warning: ")).map(String::from).collect()
}

const DOUBTFUL: &str = "text,topic,tone
w5 w6,food,good
W5  w6,food,bad
w5 w6,,good
w7 w8,Food,good
w9 w10,sky,bad
ምግቡ ጥሩ,sky,good
w11 w12 w13 w14 w15 w16 w17 w18 w19 w20 w21 w22 w23 w24 w25 w26,sky,
w30 w31,,
w32 w33,food,bad
";

#[test]
fn the_report_names_each_finding_with_its_lines() {
    let place = workplace(DOUBTFUL);
    fs::write(place.path().join("held.csv"), "text,topic,tone\nw7 w8,Food,good\nw40 w41,sky,bad\n").unwrap();
    let report = succeeds(place.path(), "check data.csv --validation held.csv");
    let expected = [
        "9 sentences, 2 held out\n",
        "\ntopic: 7 labelled, 2 blank, 3 labels\n       3  food\n       3  sky\n       1  Food\n",
        "\ntone: 7 labelled, 2 blank, 2 labels\n       4  good\n       3  bad\n",
        "\n1 sentence with no word that this encoder knows ([UNK])\n  line 7: \"ምግቡ ጥሩ\"\n",
        "\n1 sentence cut at the maximum length\n  line 8: ",
        "\n1 sentence without any label\n  line 9: \"w30 w31\"\n",
        "\n2 texts appear more than once\n  \"w5 w6\": line 2, line 3, line 4\n  \"w7 w8\": line 5, line 2 of the held-out file\n",
        "\n1 text with different labels for a task\n  \"w5 w6\", tone: line 2 good, line 3 bad, line 4 good\n",
        "\n1 held-out sentence is also in the data\n  line 2 of the held-out file and line 5: \"w7 w8\"\n",
        "\n1 label looks like another\n  topic: \"Food\" and \"food\"\n",
        "\n1 label has a single sentence\n  topic: \"Food\"\n",
    ];
    let mut rest = report.as_str();
    for part in expected {
        let at = rest.find(part).unwrap_or_else(|| panic!("{part:?} is missing, or not here:\n{report}"));
        rest = &rest[at + part.len()..];
    }
}

#[test]
fn json_has_every_finding_with_rows_and_lines() {
    let place = workplace(DOUBTFUL);
    let found: Value = serde_json::from_str(&succeeds(place.path(), "check data.csv --json")).unwrap();
    assert_eq!(found["lines"], serde_json::json!([2, 3, 4, 5, 6, 7, 8, 9, 10]));
    assert_eq!(found["tasks"][0]["labels"], serde_json::json!({"Food": 1, "food": 3, "sky": 3}));
    assert_eq!(found["duplicates"], serde_json::json!([[0, 1, 2]]));
    assert_eq!(found["contradictions"][0]["labels"], serde_json::json!(["good", "bad", "good"]));
    assert_eq!(found["reading"], serde_json::json!({"only_unknown": [5], "no_token": [], "cut": [6]}));
    assert_eq!(found["unlabelled"], serde_json::json!([7]));
    assert_eq!(found["label_errors"][0]["judged"], 6);
    // Without a validation file there is nothing to say of one.
    assert_eq!((&found["in_both_splits"], found.get("validation")), (&serde_json::json!([]), None));
}

#[test]
fn rows_without_labels_are_listed_with_a_guess() {
    let place = workplace("text,topic\nw5 w6,x\nw5 w7,x\nw8 w9,y\nw8 w10,y\nw8 w11,\nw5 w12,\nw20 w21,\n");
    let listed = succeeds(place.path(), "check data.csv --next 2");
    let lines: Vec<&str> = listed.lines().collect();
    assert_eq!(lines.len(), 4, "{listed}");
    assert!(
        lines[0].starts_with("line ") && lines[1].starts_with("  topic: ") && lines[1].ends_with(" %)"),
        "{listed}"
    );
    let next: Value = serde_json::from_str(&succeeds(place.path(), "check data.csv --next 9 --json")).unwrap();
    let mut rows: Vec<u64> = next["next"].as_array().unwrap().iter().map(|one| one["row"].as_u64().unwrap()).collect();
    rows.sort_unstable();
    assert_eq!(rows, [4, 5, 6], "fewer rows than asked for: all of them");

    // From nothing.
    fs::write(place.path().join("new.csv"), "text,topic\nw5 w6,\nw5 w7,\nw8 w9,\n").unwrap();
    let listed = succeeds(place.path(), "check new.csv --next 1");
    assert!(listed.ends_with("\n  topic: no guess yet\n"), "{listed}");

    fs::write(place.path().join("full.csv"), "text,topic\nw5,x\nw6,y\n").unwrap();
    assert_eq!(
        fails(place.path(), "check full.csv --next 3"),
        "--next: every row of full.csv has a label for each task; there is none to label"
    );
    assert_eq!(fails(place.path(), "check new.csv"), {
        "new.csv: no usable task column: \"topic\" (it is blank in every row); add a column of labels, or name one of these \
         with --tasks"
    });
    assert_eq!(fails(place.path(), "check nowhere.csv").split(": ").next(), Some("nowhere.csv"));
}

const RUN: &str = "train --data data.csv --epochs 1";

#[test]
fn sentences_that_the_encoder_cannot_read_are_told_before_training() {
    let place = workplace("text,tone\nምግቡ ጥሩ,good\nምግቡ መጥፎ,bad\nክፍሉ ጥሩ,good\n🙁,bad\n");
    assert_eq!(
        warnings(place.path(), &format!("{RUN} --validation-fraction 0")),
        [
            "4 of 4 sentences hold nothing that this encoder has a word for ([UNK]), so it cannot tell them apart; the first \
          is \"ምግቡ ጥሩ\""
        ]
    );
}

#[test]
fn what_is_doubtful_is_told_before_training_in_one_line_a_kind() {
    let place = workplace(DOUBTFUL);
    fs::write(place.path().join("held.csv"), "text,topic,tone\nw7 w8,Food,good\nw40 w41,sky,bad\n").unwrap();
    let told = warnings(place.path(), &format!("{RUN} --validation held.csv"));
    let among = [
        "texts that appear more than once with different labels: 1; the first is \"w5 w6\", for \"tone\" labelled \"good\", \"bad\", \
         \"good\"",
        "1 of 2 held-out sentences also train, so the held-out figures look better than they are; the first is \"w7 w8\"",
        "these labels look alike and count as different ones: \"topic: Food / food\"",
    ];
    for line in among {
        assert!(told.iter().any(|told| told == line), "{line}\n{told:#?}");
    }
    fs::write(place.path().join("data.csv"), "text,topic\nw5 w6,x\nw7 w8,y\nw9 w10,x\nw11 w12,y\n").unwrap();
    assert_eq!(warnings(place.path(), RUN), [""; 0], "nothing is doubtful");
}

#[test]
fn no_turn_is_spent_on_a_task_without_labels_in_the_batch() {
    // The first batch has only tones, the second only topics, and topic has the first turn.
    let rows = "w5 w6,,p\nw5 w7,,q\nw8 w9,,p\nw8 w10,,q\nw20 w21,x,\nw20 w22,y,\nw23 w24,x,\nw23 w25,y,\n";
    let place = workplace(&format!("text,topic,tone\n{rows}"));
    let run = "train --data data.csv --tasks-per-step 1 --validation-fraction 0 --epochs 4 --learning-rate 1e-2";
    for batches in ["--batch-size 4 --no-shuffle", "--batch-size 1"] {
        let log = |name: &str| {
            succeeds(place.path(), &format!("{run} {batches} --log {name}"));
            fs::read_to_string(place.path().join(name)).unwrap()
        };
        let text = log("a.jsonl");
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let steps: Vec<&Value> = lines.iter().filter(|line| line["type"] == "step").collect();
        assert!(steps.iter().all(|step| step["total"].as_f64().unwrap() > 0.0), "{batches}: a step trains nothing");
        assert!(!text.contains("-0.0"), "{batches}");
        let first = |task: &str| steps.iter().find_map(|step| step["losses"][task].as_f64()).unwrap();
        let last = |task: &str| steps.iter().rev().find_map(|step| step["losses"][task].as_f64()).unwrap();
        assert!(["topic", "tone"].iter().all(|task| first(task) != last(task)), "{batches}: the losses do not move");
    }
}

/// Points around `clusters` centres of 8 dimensions; every `blank`-th has no label. Row i is of cluster i modulo `clusters`.
fn clustered(n: usize, clusters: usize, label: impl Fn(usize) -> Option<usize>) -> (Dataset, Vec<f32>) {
    let mut stream = Stream::new(3, "test");
    let mut draw = |size: f32| -> Vec<f32> { (0..8).map(|_| size * (stream.uniform() - 0.5)).collect() };
    let centres: Vec<Vec<f32>> = (0..clusters).map(|_| draw(2.0)).collect();
    let mut vectors: Vec<f32> = Vec::new();
    for row in 0..n {
        vectors.extend(draw(0.8).iter().zip(&centres[row % clusters]).map(|(noise, x)| noise + x));
    }
    unit_rows(&mut vectors, 8);
    let rows: String =
        (0..n).map(|row| format!("w{row},{}\n", label(row).map(|c| format!("c{c}")).unwrap_or_default())).collect();
    let table = read_table("a.csv", format!("text,kind\n{rows}").as_bytes(), &Columns::to_label()).unwrap();
    (data_to_label(&table, &[]).unwrap(), vectors)
}

fn tokenizer() -> Tokenizer {
    Tokenizer::from_json(&Tiny::new().tokenizer, 16, 64).unwrap()
}

#[test]
fn flipped_labels_are_found_first_with_the_right_suggestion() {
    // Every tenth row has the next cluster's label.
    let flipped = |row: usize| row.is_multiple_of(10);
    let (data, vectors) = clustered(120, 3, |row| Some((row % 3 + usize::from(flipped(row))) % 3));
    let tokenizer = tokenizer();
    let subject =
        Subject { data: &data, own: 120, encodings: &[], tokenizer: &tokenizer, vectors: &vectors, hidden_size: 8 };
    let context = Context::default();
    let found = label_errors(&subject, 0, 0, &context);
    assert_eq!(found.judged, 120);
    let suspects = found.suspects.clone().expect("the clusters can be told apart");
    let right = suspects.iter().take(12).filter(|suspect| flipped(suspect.row));
    assert!(right.clone().count() >= 10, "{suspects:#?}");
    for suspect in right {
        assert_eq!(suspect.suggested, format!("c{}", suspect.row % 3));
    }
    assert_eq!(found, label_errors(&subject, 0, 0, &context), "the same seed is the same list");

    // Labels that have nothing to do with the vectors cannot be judged.
    let (data, vectors) = clustered(120, 3, |row| Some(row / 3 % 2));
    let subject = Subject { data: &data, vectors: &vectors, ..subject };
    assert_eq!(label_errors(&subject, 0, 0, &context).suspects, None);
}

#[test]
fn the_first_rows_to_label_show_every_cluster() {
    let (data, vectors) = clustered(90, 6, |_| None);
    let tokenizer = tokenizer();
    let mut subject =
        Subject { data: &data, own: 90, encodings: &[], tokenizer: &tokenizer, vectors: &vectors, hidden_size: 8 };
    let context = Context::default();
    let clusters = |subject: &Subject, n: usize| {
        let mut clusters: Vec<usize> = label_next(subject, n, &context).iter().map(|one| one.row % 6).collect();
        clusters.sort_unstable();
        clusters.dedup();
        clusters
    };
    assert_eq!(clusters(&subject, 6), [0, 1, 2, 3, 4, 5]);
    // With two clusters labelled, the others come first.
    let (data, _) = clustered(90, 6, |row| (row % 6 < 2).then_some(row % 6));
    subject.data = &data;
    assert_eq!(clusters(&subject, 4), [2, 3, 4, 5]);
}
