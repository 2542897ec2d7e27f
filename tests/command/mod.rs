//! The command in a temporary directory.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

use crate::tiny::Tiny;

/// A directory with the tiny encoder in `encoder/` and a data file `data.csv`.
pub fn workplace() -> TempDir {
    let directory = tempfile::tempdir().expect("a temporary directory");
    Tiny::new().write(&directory.path().join("encoder"));
    fs::write(
        directory.path().join("data.csv"),
        "text,topic,tone\nw5 w6,x,p\nw5 w7,x,q\nw8 w9,y,\nw8 w10,y,p\nw8 w11,y,q\nw5 w12,x,p\n",
    )
    .expect("a temporary file");
    directory
}

pub fn polytask(directory: &Path) -> Command {
    let mut command = Command::cargo_bin("polytask").expect("the command is built");
    command.current_dir(directory).env("POLYTASK_CACHE", directory.join("cache"));
    command
}

/// Runs with the tiny encoder; returns stdout.
#[track_caller]
pub fn succeeds(directory: &Path, arguments: &str) -> String {
    let output = polytask(directory).args(arguments.split_whitespace()).output().expect("it runs");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments}: {stderr}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Runs and returns the one line on stderr, beside the settings that were chosen if the run has begun; the exit code must be 2.
#[track_caller]
#[allow(dead_code, reason = "not every test has a command that fails")]
pub fn fails(directory: &Path, arguments: &str) -> String {
    let output = polytask(directory).args(arguments.split_whitespace()).output().expect("it runs");
    let stderr = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(2), "{arguments}: {stderr}");
    let last = stderr.lines().last().unwrap_or_default();
    assert_eq!(
        stderr.lines().filter(|line| !line.starts_with("Settings for ")).count(),
        1,
        "more than one line: {stderr}"
    );
    last.strip_prefix("polytask: ").expect("the command's name").to_string()
}

/// Trains the tiny encoder.
pub const TRAIN: &str = "train --encoder encoder --max-length 16 --threads 1";
