//! Data files that are compressed, in columns or large: the command reads them as it reads the plain ones.

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::command::{TRAIN, fails, polytask, succeeds, workplace};
use serde_json::Value;
use tempfile::TempDir;

/// `n` rows of CSV with two tasks, the second blank in every third row, and a sentence in quotes.
fn csv(n: usize) -> String {
    let mut csv = "text,topic,stars\n".to_string();
    for i in 0..n {
        let stars = if i % 3 == 0 { String::new() } else { format!("{}.0", 1 + i % 2) };
        writeln!(csv, "\"w{} w{}, w{}\",{},{stars}", 5 + i % 50, 6 + i % 31, 5 + i % 7, ["x", "y"][i % 2]).unwrap();
    }
    csv
}

/// The same rows as JSONL.
fn jsonl(csv: &str) -> String {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut lines = String::new();
    for row in reader.records().map(Result::unwrap) {
        let object = serde_json::json!({ "text": row[0], "topic": row[1], "stars": row[2] });
        writeln!(lines, "{object}").unwrap();
    }
    lines
}

/// Packs a file with a program of the system's, if it is there.
fn packed(directory: &Path, program: &str, file: &str, into: &str) -> bool {
    let Ok(output) = Command::new(program).arg("-c").arg(file).current_dir(directory).output() else { return false };
    assert!(output.status.success(), "{output:?}");
    fs::write(directory.join(into), output.stdout).unwrap();
    true
}

/// A workplace with `rows.csv` and `rows.jsonl`, plain and packed. Their names are returned.
fn with_files(n: usize) -> (TempDir, Vec<&'static str>) {
    let place = workplace();
    let at = place.path();
    fs::write(at.join("rows.csv"), csv(n)).unwrap();
    fs::write(at.join("rows.jsonl"), jsonl(&csv(n))).unwrap();
    let mut files = vec!["rows.csv", "rows.jsonl"];
    assert!(packed(at, "gzip", "rows.csv", "rows.csv.gz") && packed(at, "gzip", "rows.jsonl", "rows.jsonl.gz"));
    // What a file is shows in its bytes.
    fs::copy(at.join("rows.csv.gz"), at.join("odd.csv")).unwrap();
    files.extend(["rows.csv.gz", "rows.jsonl.gz", "odd.csv"]);
    if packed(at, "zstd", "rows.csv", "rows.csv.zst") {
        files.push("rows.csv.zst");
    }
    (place, files)
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON")
}

#[test]
fn a_compressed_file_trains_evaluates_and_predicts_as_the_plain_one() {
    let (place, files) = with_files(40);
    let at = place.path();
    let mut seen: Vec<(Vec<u8>, String, Vec<String>)> = Vec::new();
    for file in &files {
        let model = format!("model-{file}");
        succeeds(at, &format!("{TRAIN} --data {file} --epochs 2 --out {model}"));
        let weights = fs::read(at.join(&model).join("model.safetensors")).unwrap();
        let figures = succeeds(at, &format!("evaluate --model {model} --data {file} --json"));
        let answers = succeeds(at, &format!("predict --model {model} --data {file} --json"));
        seen.push((weights, figures, answers.lines().map(String::from).collect()));
        assert_eq!(read_json(&at.join(&model).join("recipe.json"))["data"]["file"]["path"], *file);
    }
    assert_eq!(seen[0].2.len(), 40);
    for (file, (weights, figures, answers)) in files.iter().zip(&seen) {
        assert!(*weights == seen[0].0, "{file}: other weights");
        assert_same_answers(figures, &seen[0].1);
        assert_same_answers(&answers.join("\n"), &seen[0].2.join("\n"));
    }
}

/// Texts that are the same, but for the last digit of their numbers: a product of as many sentences as happened to be there may
/// round a sum otherwise than one of more or fewer.
#[track_caller]
pub fn assert_same_answers(one: &str, other: &str) {
    let parts = |text: &str| text.split([',', ':', '\n', '}', ']']).map(String::from).collect::<Vec<_>>();
    let (one, other) = (parts(one), parts(other));
    assert_eq!(one.len(), other.len());
    for (a, b) in one.iter().zip(&other) {
        let close = matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if (a - b).abs() < 1e-6);
        assert!(close || a == b, "{a} and {b}");
    }
}

#[test]
fn a_compressed_table_is_written_out_plain_with_its_own_columns() {
    let (place, _) = with_files(40);
    let at = place.path();
    succeeds(at, &format!("{TRAIN} --data rows.csv --epochs 1 --out model"));
    let plain = succeeds(at, "predict --model model --data rows.csv");
    assert_same_answers(&succeeds(at, "predict --model model --data rows.csv.gz"), &plain);
    let mut stdin = polytask(at);
    let stdin =
        stdin.args("predict --model model --data -".split(' ')).write_stdin(fs::read(at.join("rows.csv.gz")).unwrap());
    assert_same_answers(&String::from_utf8(stdin.output().unwrap().stdout).unwrap(), &plain);
    assert_eq!(
        fails(at, "predict --model model --data rows.csv --out answers.csv.gz"),
        "--out: answers.csv.gz: its ending must be .csv, .tsv or .jsonl"
    );
}

#[test]
fn damaged_and_wrong_archives_are_refused_in_a_sentence() {
    let (place, files) = with_files(400);
    let at = place.path();
    succeeds(at, &format!("{TRAIN} --data rows.csv --epochs 1 --out model"));
    let cut = |from: &str, into: &str, keep: usize| {
        let whole = fs::read(at.join(from)).unwrap();
        fs::write(at.join(into), &whole[..whole.len() * keep / 100]).unwrap();
    };
    cut("rows.csv.gz", "cut.csv.gz", 70);
    let early = |name: &str| {
        format!("its {name} data ends too early, as of a file that was cut off; copy or download it again")
    };
    let train = |file: &str| fails(at, &format!("{TRAIN} --data {file}"));
    assert_eq!(train("cut.csv.gz"), format!("cut.csv.gz: {}", early("gzip")));
    assert_eq!(fails(at, "evaluate --model model --data cut.csv.gz"), format!("cut.csv.gz: {}", early("gzip")));
    let predicted = fails(at, "predict --model model --data cut.csv.gz --out answers.csv");
    assert!(predicted.starts_with("cut.csv.gz") && predicted.ends_with(&early("gzip")), "{predicted}");
    assert!(!at.join("answers.csv").exists(), "nothing half-written");
    if files.contains(&"rows.csv.zst") {
        cut("rows.csv.zst", "cut.csv.zst", 70);
        let said = train("cut.csv.zst");
        assert!(said.starts_with("cut.csv.zst: its zstd data "), "{said}");
    }
    let mut broken = fs::read(at.join("rows.csv.gz")).unwrap();
    let middle = broken.len() / 2;
    broken[middle..middle + 8].fill(0xff);
    fs::write(at.join("broken.csv.gz"), broken).unwrap();
    let said = train("broken.csv.gz");
    assert!(said.starts_with("broken.csv.gz: its gzip data is damaged ("), "{said}");
    assert!(said.ends_with("; copy or download it again"), "{said}");
    // gzip of something else.
    fs::write(at.join("page"), "<!DOCTYPE html><table></table>").unwrap();
    packed(at, "gzip", "page", "page.csv.gz");
    assert_eq!(train("page.csv.gz"), "page.csv.gz: this is HTML or XML; save the table as CSV UTF-8");
    packed(at, "gzip", "rows.csv.gz", "twice.csv.gz");
    assert_eq!(train("twice.csv.gz"), "twice.csv.gz: this file is compressed; unpack it first");
    let tar = Command::new("tar").args(["-czf", "rows.tar.gz", "rows.csv"]).current_dir(at).status();
    assert!(tar.is_ok_and(|status| status.success()));
    assert_eq!(train("rows.tar.gz"), "rows.tar.gz: it is a tar archive; unpack it, and give one file of it");
    // The faults of a compressed file are those of the plain one.
    fs::write(at.join("wide.csv"), "text,topic\nw5,x\nw6,y,z\nw7,x,y,z\n").unwrap();
    packed(at, "gzip", "wide.csv", "wide.csv.gz");
    let plain = train("wide.csv");
    assert!(plain.contains("line 3"), "{plain}");
    assert_eq!(train("wide.csv.gz"), plain.replace("wide.csv", "wide.csv.gz"));
}

/// A file that pandas or pyarrow wrote: tests/reference/parquet.py.
fn parquet(directory: &Path, file: &str) {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/parquet").join(file);
    fs::copy(from, directory.join(file)).unwrap();
}

#[test]
#[cfg(not(feature = "parquet"))]
fn a_parquet_file_says_which_feature_reads_it() {
    let place = workplace();
    let at = place.path();
    parquet(at, "table.parquet");
    let wrong = "table.parquet: this is a Parquet file, and this program was built without the feature parquet; build it with \
                 --features parquet, or write the table as CSV or JSONL";
    assert_eq!(fails(at, &format!("{TRAIN} --data table.parquet")), wrong);
    succeeds(at, &format!("{TRAIN} --data data.csv --epochs 1 --out model"));
    assert_eq!(fails(at, "evaluate --model model --data table.parquet"), wrong);
    assert_eq!(fails(at, "predict --model model --data table.parquet"), wrong);
}

#[test]
#[cfg(feature = "parquet")]
fn a_parquet_file_is_read_as_the_same_csv() {
    let place = workplace();
    let at = place.path();
    parquet(at, "table.parquet");
    parquet(at, "polars.parquet");
    let mut csv = "text,tone,stars,urgent\n".to_string();
    for i in 0..12 {
        let stars = if i == 3 { String::new() } else { (1 + i % 3).to_string() };
        writeln!(csv, "w{} w{} w7,{},{stars},{}", 5 + i, 6 + i, ["good", "bad"][i % 2], i % 4 == 0).unwrap();
    }
    fs::write(at.join("table.csv"), csv).unwrap();
    let trained = |file: &str| {
        let model = format!("model-{file}");
        succeeds(at, &format!("{TRAIN} --data {file} --tasks tone,stars,urgent --epochs 2 --out {model}"));
        let weights = fs::read(at.join(&model).join("model.safetensors")).unwrap();
        let figures = succeeds(at, &format!("evaluate --model {model} --data {file} --json"));
        (weights, figures)
    };
    let expected = trained("table.csv");
    assert!(trained("table.parquet") == expected && trained("polars.parquet") == expected);
    // Without --tasks the list column is left out.
    let output = polytask(at).args(format!("{TRAIN} --data table.parquet --epochs 1").split(' ')).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("\"tags\" (it holds lists or objects)"), "{said}");
    // Answers are JSONL with the file's own fields.
    let answers = succeeds(at, "predict --model model-table.csv --data polars.parquet");
    let rows: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 12);
    assert_eq!((&rows[4]["stars"], &rows[3]["stars"], &rows[4]["urgent"]), (&2.into(), &Value::Null, &true.into()));
    assert!(rows.iter().all(|row| row["predicted_tone"].is_string()));
}

#[test]
#[cfg(feature = "parquet")]
fn parquet_of_wrong_types_or_cut_off_is_refused_in_a_sentence() {
    let place = workplace();
    let at = place.path();
    parquet(at, "types.parquet");
    let right = "a sentence must be a string, and a label a string, a whole number or a boolean";
    for (flags, column, what) in [
        ("--text number --tasks about", "number", "numbers, booleans or dates"),
        ("--text text --tasks labels", "labels", "lists"),
        ("--text text --tasks about", "about", "objects"),
        ("--text text --tasks blob", "blob", "bytes"),
    ] {
        let said = fails(at, &format!("{TRAIN} --data types.parquet {flags}"));
        assert_eq!(said, format!("types.parquet, column {column:?}: it holds {what}; {right}"));
    }
    let whole = fs::read(at.join("types.parquet")).unwrap();
    fs::write(at.join("cut.parquet"), &whole[..whole.len() - 40]).unwrap();
    let said = fails(at, &format!("{TRAIN} --data cut.parquet"));
    assert!(said.starts_with("cut.parquet: its Parquet data cannot be read ("), "{said}");
    assert!(said.ends_with("; write or download the file again"), "{said}");
    // Files that would cost the crate much time or memory.
    for (file, why) in [
        ("footer-with-lists-of-booleans", "a list of booleans where Parquet has none"),
        ("page-with-a-list-of-booleans", "a list of booleans where Parquet has none"),
        ("columns-larger-than-the-file", "its columns take more bytes than it has"),
        ("page-of-a-gigabyte", "a page of 15 bytes that says it unpacks to 1420382885"),
    ] {
        let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/found/parquet").join(file);
        fs::copy(found, at.join("found.parquet")).unwrap();
        let said = fails(at, &format!("{TRAIN} --data found.parquet"));
        let expected =
            format!("found.parquet: its Parquet data cannot be read ({why}); write or download the file again");
        assert_eq!(said, expected, "{file}");
    }
}

#[test]
fn a_run_on_a_file_resumes_from_its_checkpoint() {
    let (place, _) = with_files(40);
    let at = place.path();
    let flags = "--epochs 2 --batch-size 4 --checkpoint-every 3 --seed 5 --validation rows.jsonl";
    succeeds(at, &format!("{TRAIN} --data rows.csv {flags} --out whole"));
    // The newest checkpoint of a run that ended is from before its last steps.
    let before = fs::read(at.join("whole/model.safetensors")).unwrap();
    fs::remove_file(at.join("whole/model.safetensors")).unwrap();
    succeeds(at, &format!("{TRAIN} --data rows.csv {flags} --out whole --resume"));
    assert!(fs::read(at.join("whole/model.safetensors")).unwrap() == before);
    // Another sentence is another run.
    fs::write(at.join("rows.csv"), csv(40).replacen("w5", "w4", 1)).unwrap();
    let said = fails(at, &format!("{TRAIN} --data rows.csv {flags} --out whole --resume"));
    assert!(said.contains("other sentences"), "{said}");
}
