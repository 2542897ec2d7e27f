//! `polytask compare` as a person meets it: the table, the lines for machines, and what bad input gets.

use std::fs;
use std::path::Path;

use crate::tiny::Tiny;
use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A directory with the tiny encoder and two dozen sentences, of which the first word tells the topic and the second the
/// tone.
fn workplace() -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    Tiny::new().write(&directory.path().join("encoder"));
    let rows = (0..24).map(|i| {
        let tone = if i % 5 == 0 { "" } else { ["p", "q"][i / 3 % 2] };
        format!("w{} w{} w{},{},{tone}\n", 5 + i % 3, 10 + i / 3 % 2, 12 + i % 4, ["x", "y", "z"][i % 3])
    });
    let data: String = std::iter::once("text,topic,tone\n".to_string()).chain(rows).collect();
    fs::write(directory.path().join("data.csv"), data).expect("a temporary file");
    directory
}

const COMPARE: &str = "compare --encoder encoder --max-length 16 --data data.csv --batch-size 6";

fn compare(directory: &Path, arguments: &str) -> std::process::Output {
    let mut command = Command::cargo_bin("polytask").expect("the command is built");
    command.current_dir(directory).args(format!("{COMPARE} {arguments}").split_whitespace()).output().expect("it runs")
}

#[track_caller]
fn fails(directory: &Path, arguments: &str) -> String {
    let output = compare(directory, arguments);
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{arguments}: {stderr}");
    stderr.trim_end().strip_prefix("polytask: ").expect("the command's name").to_string()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).expect("the log");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn every_contender_has_its_row() {
    let place = workplace();
    let output = compare(place.path(), "--epochs 2 --weightings sum,pcgrad --seeds 3,4 --log log.jsonl --threads 2");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let table = String::from_utf8(output.stdout).expect("UTF-8");
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows[0], "Held-out accuracy (macro-F1), mean ± deviation over 2 seeds; Δm in %");
    let (rows, answers) = rows.split_at(rows.len() - 2);
    let names: Vec<&str> = rows[2..].iter().map(|row| row.split("  ").next().unwrap()).collect();
    assert_eq!(names, ["commonest class", "linear probe", "single tasks", "sum", "pcgrad"]);

    let log = lines(&place.path().join("log.jsonl"));
    let (table, runs) = log.split_last().expect("lines");
    // Whether sharing helps, from the differences to the single tasks, seed by seed.
    for (answer, (row, name)) in answers.iter().zip([(3, "sum"), (4, "pcgrad")]) {
        let gain = &table["rows"][row]["gain"];
        let points = |share: &Value| format!("{:+.1}", 100.0 * share.as_f64().expect("a number"));
        let (mean, low, high) = (points(&gain["mean"]), points(&gain["interval"][0]), points(&gain["interval"][1]));
        assert!(answer.starts_with(&format!("Does sharing help with {name}? ")), "{answer}");
        assert!(
            answer.ends_with(&format!(
                "{mean} points of accuracy over each task alone ({low} to {high} with 95 % confidence, 2 seeds)"
            )),
            "{answer}"
        );
    }
    // A linear probe, two single tasks and two weightings for each of two seeds.
    assert_eq!(runs.len(), 10);
    assert!(runs.iter().all(|run| run["type"] == "compared" && run["seconds"].as_f64().unwrap() > 0.0));
    assert_eq!((&table["type"], &table["seeds"]), (&"comparison".into(), &serde_json::json!([3, 4])));

    // The row of `sum` is the mean of its own two runs, and each of these is what `train` gives.
    let sums: Vec<&Value> = runs.iter().filter(|run| run["contender"]["weighting"] == "sum").collect();
    // An evaluation tells f32.
    let accuracy = |run: &Value| run["tasks"]["topic"]["accuracy"].as_f64().unwrap() as f32;
    let mean = sums.iter().map(|run| f64::from(accuracy(run))).sum::<f64>() / 2.0;
    let told = table["rows"].as_array().unwrap().iter().find(|row| row["contender"]["weighting"] == "sum").unwrap();
    assert!((told["accuracy"]["topic"]["mean"].as_f64().unwrap() - mean).abs() < 1e-7);
    for run in sums {
        let seed = run["seed"].as_u64().unwrap();
        let train = format!("{} --epochs 2 --seed {seed} --log train.jsonl", COMPARE.replacen("compare", "train", 1));
        let mut command = Command::cargo_bin("polytask").expect("the command is built");
        command.current_dir(place.path()).args(train.split_whitespace()).assert().success();
        let events = lines(&place.path().join("train.jsonl"));
        let held_out = events.iter().rev().find(|event| event["split"] == "validation").expect("an evaluation");
        assert_eq!(accuracy(held_out), accuracy(run), "seed {seed}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_table() {
    let place = workplace();
    let table = |threads: u32| {
        compare(place.path(), &format!("--epochs 2 --weightings sum --seeds 1 --threads {threads}")).stdout
    };
    assert_eq!(table(1), table(2));
}

#[test]
fn a_run_that_fails_is_told_of_and_the_others_count() {
    let place = workplace();
    let output = compare(
        place.path(),
        "--weightings sum --seeds 1,2 --optimizer sgd --learning-rate 10 --max-grad-norm 1e9 --epochs 60 \
         --head-init random --contrastive-steps 0 --schedule constant --warmup 0",
    );
    let (table, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success());
    assert!(told.contains("Warning: sum, seed 1: ") && table.contains("sum (0 of 2 seeds)"), "{told}\n{table}");
    assert!(table.contains("linear probe  "), "{table}");
}

#[test]
fn bad_input_gets_one_sentence() {
    let place = workplace();
    let fails = |arguments: &str| fails(place.path(), arguments);
    let unknown = fails("--weightings sum,best");
    assert!(unknown.starts_with("weightings: unknown name `best`, expected one of `sum`, `uncertainty`"), "{unknown}");
    assert!(unknown.ends_with("`aligned-mtl`"), "{unknown}");
    assert_eq!(fails("--seeds 1,1"), "seeds: 1 is there twice; each seed counts once");
    assert_eq!(fails("--seed 1"), "--seed: a comparison has several; give --seeds");
    assert_eq!(fails("--weighting sum"), "--weighting: a comparison has several; give --weightings");
    assert_eq!(fails("--out model"), "--out: a comparison saves no model; train the weighting that you choose");
    let held_out = fails("--validation-fraction 0");
    assert_eq!(held_out, "validation_fraction: a comparison is made on held-out sentences, and there are none");
    let warmup = fails("--warmup 1000");
    assert!(warmup.starts_with("warmup: "), "{warmup}");
    assert!(fails("--task-weight tone=-1").starts_with("task_weight: "));
    assert!(fails("--task-weight mood=1").starts_with("task_weight: there is no task \"mood\""));
}

#[test]
fn a_run_that_alone_cannot_start_fails_in_its_row() {
    let place = workplace();
    let held_out: String = (0..6).map(|i| format!("w{},{},\n", 5 + i % 3, ["x", "y", "z"][i % 3])).collect();
    fs::write(place.path().join("held.csv"), format!("text,topic,tone\n{held_out}")).expect("a temporary file");
    let asked =
        "--validation held.csv --epochs 1 --early-stopping-patience 2 --weightings sum --seeds 3 --log log.jsonl";
    let output = compare(place.path(), asked);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let log = lines(&place.path().join("log.jsonl"));
    let failures: Vec<&str> = log.iter().filter_map(|run| run["failure"]["message"].as_str()).collect();
    let nothing_decides = "early_stopping_patience: held-out sentences decide which epoch is best, and none of them is \
                           labelled for a task that trains; hold out some that are";
    assert_eq!(failures, [nothing_decides], "of tone alone");
}
