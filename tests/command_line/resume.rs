//! The command's checkpoints: a run that is killed at any moment goes on, and ends with the same files, bit for bit.
#![cfg(unix)]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use crate::command::{TRAIN, fails, polytask, succeeds, workplace};
use polytask::random::Stream;

/// Kills in the ordinary test. `POLYTASK_KILLS=200 cargo test --release --test command_line resume` tries more.
const KILLS: usize = 12;

const RUN: &str = "--data long.csv --validation-fraction 0.2 --epochs 4 --batch-size 4 --dropout 0.1 --mistakes --map-every 7 \
                   --gradients-every 5 --weighting cagrad --load-best-model-at-end --checkpoint-every 1 --log log.jsonl";

/// 120 sentences of two tasks.
fn long(directory: &Path) {
    let row = |i: usize| format!("w{} w{},{},{}\n", 5 + i % 50, 7 + i % 13, ["x", "y"][i % 2], ["p", "q", ""][i % 3]);
    let rows: String = (0..120).map(row).collect();
    fs::write(directory.join("long.csv"), format!("text,topic,tone\n{rows}")).expect("a temporary file");
}

fn start(directory: &Path, arguments: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_polytask"))
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command is built")
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().expect("kill is there");
    assert!(sent.success());
}

/// The last `step` in a log, 0 without one.
fn last_step(log: &Path) -> u64 {
    let text = fs::read_to_string(log).unwrap_or_default();
    let steps = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    steps.filter(|event| event["type"] == "step").filter_map(|event| event["step"].as_u64()).next_back().unwrap_or(0)
}

/// The step after which a run with these last words on stderr went on.
fn resumed_after(stderr: &str) -> u64 {
    let line = stderr.lines().find_map(|line| line.strip_prefix("Going on after step "));
    line.and_then(|rest| rest.split(',').next()?.parse().ok()).unwrap_or(0)
}

#[test]
fn killed_at_random_moments() {
    let kills = std::env::var("POLYTASK_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    let whole = workplace();
    long(whole.path());
    succeeds(whole.path(), &format!("{TRAIN} {RUN} --out model"));
    let mut random = Stream::new(11, "test");
    let mut killed = 0;
    while killed < kills {
        let place = workplace();
        long(place.path());
        let arguments = format!("{TRAIN} {RUN} --out model --resume");
        let log = place.path().join("log.jsonl");
        loop {
            let mut child = start(place.path(), &arguments);
            sleep(Duration::from_millis(20 + u64::from(random.below(250))));
            if child.try_wait().expect("it runs").is_some_and(|status| status.success()) {
                break;
            }
            child.kill().and_then(|()| child.wait()).expect("it ends");
            killed += 1;
            let reached = last_step(&log);
            // What the next attempt finds.
            let found = checkpoints(place.path());
            if reached > 1 {
                let newest = found.iter().max().expect("a checkpoint");
                assert!(*newest + 1 >= reached, "step {reached} was logged, and the newest checkpoint is of {newest}");
            }
        }
        for file in ["model/model.safetensors", "model/config.json", "log.jsonl"] {
            let read = |directory: &Path| fs::read(directory.join(file)).expect("a file");
            assert!(read(place.path()) == read(whole.path()), "{file} after {killed} kills");
        }
    }
    println!("{killed} kills");
}

/// The steps of the checkpoints in `model/`.
fn checkpoints(directory: &Path) -> Vec<u64> {
    let files = fs::read_dir(directory.join("model/checkpoints")).into_iter().flatten().flatten();
    let names = files.map(|file| file.file_name().into_string().expect("ASCII"));
    names.filter_map(|name| name.strip_prefix("step-")?.strip_suffix(".safetensors")?.parse().ok()).collect()
}

#[test]
fn ctrl_c_saves_and_says_how_to_go_on() {
    let place = workplace();
    long(place.path());
    let run = RUN.replace("--checkpoint-every 1", "").replace("--epochs 4", "--epochs 400");
    let arguments = format!("{TRAIN} {run} --out model");
    let child = Command::new(env!("CARGO_BIN_EXE_polytask"))
        .args(arguments.split_whitespace())
        .current_dir(place.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command is built");
    while last_step(&place.path().join("log.jsonl")) < 3 {
        sleep(Duration::from_millis(10));
    }
    signal(&child, "-INT");
    let output = child.wait_with_output().expect("it ends");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    let step = last_step(&place.path().join("log.jsonl"));
    let said = format!("polytask: stopped after step {step}; the same command with --resume goes on from there");
    assert_eq!(stderr.lines().last(), Some(&*said));
    assert_eq!(checkpoints(place.path()), [step]);
    assert!(!place.path().join("model/model.safetensors").exists());
    let mut child = start(place.path(), &format!("{arguments} --resume"));
    while last_step(&place.path().join("log.jsonl")) < step + 3 {
        sleep(Duration::from_millis(10));
    }
    child.kill().and_then(|()| child.wait()).expect("it ends");
}

#[test]
fn a_damaged_checkpoint_gives_way_to_the_one_before() {
    let place = workplace();
    long(place.path());
    let arguments = format!("{TRAIN} {RUN} --out model --resume");
    succeeds(place.path(), &arguments);
    let whole = fs::read(place.path().join("model/model.safetensors")).unwrap();
    let mut steps = checkpoints(place.path());
    steps.sort_unstable();
    let [before, newest] = steps[..] else { panic!("{steps:?}") };
    let file = place.path().join(format!("model/checkpoints/step-{newest:08}.safetensors"));
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let output = polytask(place.path()).args(arguments.split_whitespace()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let warning = format!(
        "Warning: model/checkpoints/step-{newest:08}.safetensors: checkpoint: it is damaged or ends too early; use an older one"
    );
    assert!(stderr.contains(&warning), "{stderr}");
    assert_eq!(resumed_after(&stderr), before);
    assert_eq!(fs::read(place.path().join("model/model.safetensors")).unwrap(), whole);
    assert_eq!(checkpoints(place.path()).len(), 2, "the damaged one was replaced");
}

#[test]
fn another_run_is_refused_and_nothing_is_lost() {
    let place = workplace();
    long(place.path());
    let arguments = format!("{TRAIN} {RUN} --out model");
    succeeds(place.path(), &arguments);
    let saved = fs::read(place.path().join("model/model.safetensors")).unwrap();
    let log = fs::read(place.path().join("log.jsonl")).unwrap();
    let name = format!("model/checkpoints/step-{:08}.safetensors", checkpoints(place.path()).iter().max().unwrap());
    assert_eq!(
        fails(place.path(), &format!("{arguments} --resume").replace("--dropout 0.1", "--dropout 0.2")),
        format!(
            "{name}: checkpoint: it is of a run with other settings: training.dropout is 0.1 there and 0.2 now; resume with the \
             settings that the run began with"
        )
    );
    let mut data = fs::read_to_string(place.path().join("long.csv")).unwrap();
    data.push_str("w9 w9,x,p\n");
    fs::write(place.path().join("long.csv"), data).unwrap();
    assert_eq!(
        fails(place.path(), &format!("{arguments} --resume")),
        format!(
            "{name}: checkpoint: it is of a run on other sentences or labels; resume with the file that the run began with"
        )
    );
    assert_eq!(fs::read(place.path().join("model/model.safetensors")).unwrap(), saved);
    assert_eq!(fs::read(place.path().join("log.jsonl")).unwrap(), log);
}

#[test]
fn a_new_run_in_an_old_place_replaces_its_checkpoints() {
    let place = workplace();
    long(place.path());
    succeeds(place.path(), &format!("{TRAIN} {RUN} --out model"));
    let short = RUN.replace("--epochs 4", "--epochs 1");
    succeeds(place.path(), &format!("{TRAIN} {short} --out model"));
    let most = *checkpoints(place.path()).iter().max().unwrap();
    assert!(most <= 24, "{most}");
}

#[test]
fn a_place_that_cannot_be_written_costs_a_warning_and_no_run() {
    let place = workplace();
    long(place.path());
    fs::create_dir(place.path().join("model")).unwrap();
    fs::write(place.path().join("model/checkpoints"), "a file").unwrap();
    let output = polytask(place.path()).args(format!("{TRAIN} {RUN} --out model").split_whitespace()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let begin = "Warning: no checkpoint after step 1: model/checkpoints/step-00000001.safetensors: cannot be written: ";
    assert!(stderr.contains(begin), "{stderr}");
    assert!(place.path().join("model/model.safetensors").exists());
}

#[test]
fn checkpoints_need_a_place() {
    let place = workplace();
    for flag in ["--resume", "--checkpoint-every 5"] {
        let arguments = format!("{TRAIN} {flag}");
        let output = polytask(place.path()).args(arguments.split_whitespace()).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert!(stderr.contains("--out <DIR>"), "{stderr}");
    }
}
