//! The commands in README.md work as they are printed.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

/// The part of README.md about the command line.
fn chapter() -> &'static str {
    let (_, from) = include_str!("../README.md").split_once("\n## On the command line\n").expect("the chapter");
    from.split_once("\n## ").expect("a chapter after it").0
}

/// The first block of the chapter that is fenced as `kind`.
fn block(kind: &str) -> &'static str {
    let (_, from) = chapter().split_once(&format!("```{kind}\n")).expect("the block");
    from.split_once("```").expect("its end").0
}

/// Runs shell lines in a directory that looks like the checkout after `./build.sh serve`. Returns stdout.
#[track_caller]
fn shell(lines: &str) -> String {
    let place = tempfile::tempdir().expect("a temporary directory");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for entry in ["docs", "www"] {
        symlink(root.join(entry), place.path().join(entry)).expect("a link");
    }
    fs::create_dir_all(place.path().join("target/release")).expect("a directory");
    symlink(env!("CARGO_BIN_EXE_polytask"), place.path().join("target/release/polytask")).expect("a link");
    let mut command = Command::new("sh");
    command.args(["-eu", "-c", lines]).current_dir(place.path()).env("POLYTASK_CACHE", place.path().join("cache"));
    let output = command.output().expect("a shell");
    assert!(output.status.success(), "{lines}\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn every_command_runs() {
    let lines = block("sh");
    assert_eq!(lines.matches("\npolytask ").count(), 6, "{lines}");
    // All of it takes minutes.
    let [train, compare] = ["--preset topic-sentiment", "--seeds 0,1,2"];
    assert!(lines.contains(train) && lines.contains(compare), "{lines}");
    let out = shell(&lines.replace(train, &format!("{train} --epochs 1")).replace(compare, "--seeds 0 --epochs 1"));
    assert!(out.contains("\nTask A Accuracy: "), "{out}");
    assert!(out.contains("The soup was cold and the waiter shrugged.\n  topic: "), "{out}");
    // Of the 12 held-out sentences of the sample a third has the commonest topic, and half have each tone.
    for (task, chance) in [("topic", 0.34), ("tone", 0.5)] {
        let name = format!("{task} Accuracy: ");
        let line =
            out.lines().find(|line| line.starts_with(&name) && line.contains(", Macro-F1: ")).expect("the evaluation");
        let accuracy: f64 = line[name.len()..][..4].parse().expect("a number");
        assert!(accuracy > chance + 0.2, "{line}");
    }
}

#[test]
fn the_notebooks_job_prints_what_is_printed_there() {
    let numbers = |text: &str| -> Vec<f64> {
        text.split(|c: char| !c.is_ascii_digit() && c != '.').filter_map(|number| number.parse().ok()).collect()
    };
    let words = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "");
    let printed = block("text");
    let out = shell("export PATH=\"$PWD/target/release:$PATH\"; polytask train");
    assert_eq!(words(out.trim()), words(printed.trim()));
    for (ours, there) in numbers(&out).into_iter().zip(numbers(printed)) {
        assert!((ours - there).abs() < 2e-3, "{ours} and {there}: {out}");
    }
}
