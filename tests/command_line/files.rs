//! The command with data files as other tools write them: what it assumes and says, what it refuses, and what the recipe and
//! the model keep of it.

use std::fs;
use std::path::Path;

use crate::tiny::Tiny;
use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

const TRAIN: &str = "train --encoder encoder --max-length 16 --threads 1 --epochs 1 --validation-fraction 0";

/// A directory with the tiny encoder in `encoder/` and the given files.
fn workplace(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    Tiny::new().write(&directory.path().join("encoder"));
    for (name, text) in files {
        fs::write(directory.path().join(name), text).expect("a temporary file");
    }
    directory
}

/// Runs the command; returns its exit code, stdout, and the lines of stderr.
fn run(directory: &Path, arguments: &str) -> (Option<i32>, String, Vec<String>) {
    let mut command = Command::cargo_bin("polytask").expect("the command is built");
    let output = command.current_dir(directory).args(arguments.split_whitespace()).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    (output.status.code(), stdout, stderr.lines().map(String::from).collect())
}

/// Runs the command, which must succeed; returns the lines of stderr.
#[track_caller]
fn says(directory: &Path, arguments: &str) -> Vec<String> {
    let (code, _, said) = run(directory, arguments);
    assert_eq!(code, Some(0), "{said:?}");
    said.into_iter().filter(|line| !line.starts_with("Settings for ")).collect()
}

/// Runs the command, which must fail with one line; returns it.
#[track_caller]
fn fails(directory: &Path, arguments: &str) -> String {
    let (code, _, said) = run(directory, arguments);
    assert_eq!((code, said.len()), (Some(2), 1), "{said:?}");
    said[0].strip_prefix("polytask: ").expect("the command's name").to_string()
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

/// Rows of a sentence and a label each, between `separator`.
fn rows(separator: &str) -> String {
    (0..12).map(|i| format!("w{} w{} w{}{separator}{}\n", 5 + i, 6 + i, 7, ["good", "bad"][i % 2])).collect()
}

#[test]
fn what_is_assumed_is_said_before_the_run_and_kept_in_the_recipe() {
    let numbered: String = rows(";").lines().enumerate().map(|(i, row)| format!("{};{row};\r\n", 700 + i)).collect();
    let place = workplace(&[("excel.csv", &format!("id;Comment;tone;\r\n{numbered};;;\r\n"))]);
    let at = place.path();
    let said = says(at, &format!("{TRAIN} --data excel.csv --log log.jsonl --out model"));
    let expected = [
        "excel.csv: its columns are separated by semicolons",
        "excel.csv: the sentences are read from column \"Comment\" (--text names another)",
        "excel.csv: these columns are left out as no tasks (--tasks chooses others): \"id\" (it has 12 different values in 12 \
         rows)",
        "excel.csv: 1 blank rows are left out",
    ];
    assert_eq!(said, expected.map(|line| format!("Warning: {line}")));
    let log = fs::read_to_string(at.join("log.jsonl")).expect("the log");
    let events: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(events[0]["type"], "start");
    let warned: Vec<&str> = events[1..5].iter().map(|event| event["message"].as_str().expect("a sentence")).collect();
    assert_eq!(warned, expected);

    let recipe = read_json(&at.join("model/recipe.json"));
    assert_eq!(recipe["data"], json!({"file": {"path": "excel.csv", "text": "Comment"}}));
    assert_eq!(recipe["tasks"], json!([{"name": "tone", "labels": []}]));
    // Nothing is left to find then: only the separator and the blank row are the file's.
    let said = says(at, "train --recipe model/recipe.json --threads 1");
    assert_eq!(said, [expected[0], expected[3]].map(|line| format!("Warning: {line}")));
}

#[test]
fn a_validation_file_is_read_in_the_same_way() {
    let place = workplace(&[
        ("train.csv", "review,stars,topic\nw5 w6 w7,0,x\nw8 w9 w7,1,y\nw5 w6 w8,0,x\nw8 w9 w5,1,y\n"),
        ("held.csv", ",Review,review,stars\n0,9,w5 w7 w7,0.0\n1,9,w8 w9 w9,1.0\n"),
        ("wrong.csv", "review,stars\nw5 w6 w7,0.0\nw5 w6 w7,5\nw5 w6 w7,five\nw5 w6 w7,5\n"),
    ]);
    let at = place.path();
    let train = "train --encoder encoder --max-length 16 --threads 1 --epochs 1 --data train.csv --validation";
    let found = "the sentences are read from column \"review\" (--text names another)";
    let absent = "held.csv: there is no column for the tasks \"topic\", so they are blank here";
    let short = "labels that are the same value are one class: \"0.0\" is read as \"0\"";
    let said = says(at, &format!("{train} held.csv --out model"));
    let expected = [format!("train.csv: {found}"), absent.into(), format!("held.csv, column \"stars\": {short}")];
    assert_eq!(said, expected.map(|line| format!("Warning: {line}")));
    assert_eq!(read_json(&at.join("model/recipe.json"))["validation"]["file"]["text"], "review");
    assert_eq!(read_json(&at.join("model/config.json"))["polytask"]["tasks"][0]["labels"], json!(["0", "1"]));
    let label = |label| format!("the label {label:?} is not one of \"0\", \"1\"; correct it, or leave it blank");
    assert_eq!(
        fails(at, &format!("{train} wrong.csv")),
        format!("wrong.csv, lines 3, 5, column \"stars\": {}; line 4, column \"stars\": {}", label("5"), label("five"))
    );
    // A saved model is evaluated on the tasks that a file has. Its recipe knows the column of the sentences.
    let said = says(at, "evaluate --model model --data held.csv --max-length 16");
    assert_eq!(said, [format!("Warning: {absent}"), format!("Warning: held.csv, column \"stars\": {short}")]);
}

#[test]
fn numeric_classes_are_in_numeric_order() {
    let rows: String = (0..24).map(|i| format!("w{} w7,{}\n", 5 + i % 9, 1 + i % 12)).collect();
    let place = workplace(&[("ten.csv", &format!("text,stars\n{rows}"))]);
    says(place.path(), &format!("{TRAIN} --data ten.csv --out model"));
    let labels = &read_json(&place.path().join("model/config.json"))["polytask"]["tasks"][0]["labels"];
    assert_eq!(*labels, json!(["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12"]));
}

#[test]
fn quotes_and_separators_lose_no_sentence() {
    // The first sentence opens a quotation, the sixth closes it.
    let quotation = rows("\t").replacen("w5 ", "\"w5 ", 1).replacen("w10 w11 w7", "w10 w11 w7\"", 1);
    let place = workplace(&[
        ("quotation.tsv", &format!("text\ttone\n{quotation}")),
        ("quotation.csv", &format!("text,tone\n{}", quotation.replace('\t', ","))),
        ("sep.csv", &format!("sep=;\r\ntext;tone\r\n{}", rows(";"))),
        ("tabs.csv", &format!("text\ttone\n{}", rows("\t"))),
        ("space.csv", &format!("text, tone\n{}", rows(", \"").replace('\n', "\"\n"))),
        ("mac.csv", &format!("text,tone\n{}", rows(",")).replace('\n', "\r")),
    ]);
    for name in ["quotation.tsv", "quotation.csv", "sep.csv", "tabs.csv", "space.csv", "mac.csv"] {
        says(place.path(), &format!("{TRAIN} --data {name} --log log.jsonl"));
        let log = fs::read_to_string(place.path().join("log.jsonl")).expect("the log");
        let start: Value = serde_json::from_str(log.lines().next().expect("a line")).expect("JSON");
        assert_eq!((&start["train_examples"], &start["validation_examples"]), (&json!(12), &json!(0)), "{name}");
    }
}

#[test]
fn a_file_that_is_no_table_is_named_and_a_table_without_a_task_too() {
    let place = workplace(&[
        ("book.csv", "PK\u{3}\u{4}\u{14}\0 xl/workbook.xml"),
        (
            "ids.csv",
            &rows(",").lines().enumerate().fold("text,tone,id\n".to_string(), |text, (i, row)| {
                format!("{text}{},{i}\n", row.replace("good", "bad"))
            }),
        ),
    ]);
    let at = place.path();
    assert_eq!(
        fails(at, &format!("{TRAIN} --data book.csv")),
        "book.csv: this is an Excel workbook; save it as CSV UTF-8 (in Excel: Save As)"
    );
    assert_eq!(
        fails(at, &format!("{TRAIN} --data ids.csv")),
        "ids.csv: no usable task column: \"tone\" (it is never anything but \"bad\"); \"id\" (it has 12 different values in 12 \
         rows); add a column of labels, or name one of these with --tasks"
    );
}
