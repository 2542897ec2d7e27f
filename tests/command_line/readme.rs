//! README.md and docs/ are true: their commands work as they are printed, their flags are the command's, their links lead
//! somewhere.

#![cfg(unix)]

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

const README: &str = include_str!("../../README.md");
const COMMAND_LINE: &str = include_str!("../../docs/command-line.md");
const ACCURACY: &str = include_str!("../../docs/accuracy.md");

/// The part of README.md about the command line.
fn chapter() -> &'static str {
    let (_, from) = README.split_once("\n## On the command line\n").expect("the chapter");
    from.split_once("\n## ").expect("a chapter after it").0
}

/// The first block of `text` that is fenced as `kind`.
fn block(text: &'static str, kind: &str) -> &'static str {
    let (_, from) = text.split_once(&format!("```{kind}\n")).expect("the block");
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
    let lines = block(chapter(), "sh");
    assert_eq!(lines.matches("\npolytask ").count(), 8, "{lines}");
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
    let printed = block(chapter(), "text");
    let out = shell("export PATH=\"$PWD/target/release:$PATH\"; polytask train");
    assert_eq!(words(out.trim()), words(printed.trim()));
    for (ours, there) in numbers(&out).into_iter().zip(numbers(printed)) {
        assert!((ours - there).abs() < 2e-3, "{ours} and {there}: {out}");
    }
}

#[test]
fn the_commands_in_docs_run_and_repeat_a_run_bit_for_bit() {
    let lines = block(COMMAND_LINE, "sh");
    // A difference would fail `cmp`, and so the shell.
    assert!(lines.contains("\ncmp first/model.safetensors second/model.safetensors"), "{lines}");
    let out = shell(lines);
    assert_eq!(out.matches("topic Accuracy: ").count(), 3, "{out}");
    assert!(out.contains("{\"text\":\"My soup was cold.\",\"tasks\":{\"topic\":"), "{out}");
}

#[test]
fn every_flag_of_train_is_described_and_no_other() {
    let help = shell("target/release/polytask train --help");
    let of_help = |line: &str| Some(line.trim_start().strip_prefix("--")?.split([' ', '[', '\n']).next()?.to_owned());
    let of_table = |line: &str| Some(line.strip_prefix("| `--")?.split([' ', '[', '`']).next()?.to_owned());
    let had: BTreeSet<String> = help.lines().filter_map(of_help).collect();
    let described: BTreeSet<String> = COMMAND_LINE.lines().filter_map(of_table).collect();
    assert!(had.len() > 30, "{had:?}");
    assert_eq!(described, had);
}

#[test]
fn every_command_is_described() {
    let help = shell("target/release/polytask --help");
    let (_, commands) = help.split_once("Commands:\n").expect("the commands");
    for line in commands.lines().take_while(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().expect("a name");
        assert!(name == "help" || COMMAND_LINE.contains(&format!("| `polytask {name}")), "{name}");
    }
}

#[test]
fn the_comparisons_have_every_weighting() {
    let help = shell("target/release/polytask train --help");
    let (_, from) = help.split_once("--weighting <NAME>").expect("the flag");
    let (_, from) = from.split_once(": ").expect("its choices");
    let weightings: BTreeSet<&str> = from.split_once(" [").expect("its default").0.split(", ").collect();
    let in_first_column = |line: &'static str| line.strip_prefix("| `")?.split('`').next();
    // The first row names the preset.
    for table in ["| `topic-sentiment` | topic", "| `tickets` | intent"] {
        let (_, from) = ACCURACY.split_once(table).expect("the comparison");
        let rows = from.lines().skip(1).take_while(|line| !line.is_empty()).filter_map(in_first_column);
        assert_eq!(rows.collect::<BTreeSet<_>>(), weightings);
    }
}

#[test]
fn links_lead_to_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    let entries = fs::read_dir(root.join("docs")).expect("docs").map(|entry| entry.expect("an entry").path());
    pages.extend(entries.filter(|path| path.extension().is_some_and(|e| e == "md")));
    let (mut linked, mut broken) = (BTreeSet::new(), Vec::new());
    for page in &pages {
        let text = fs::read_to_string(page).expect("a page");
        for target in text.split("](").skip(1).filter_map(|from| from.split(')').next()) {
            let file = target.split('#').next().expect("an address");
            if file.starts_with("http") {
                continue;
            }
            if let Ok(path) = page.parent().expect("a folder").join(file).canonicalize() {
                linked.insert(path);
            } else {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
    // No page is hidden.
    for page in &pages[1..] {
        assert!(linked.contains(&page.canonicalize().expect("a page")), "nothing links to {}", page.display());
    }
}
