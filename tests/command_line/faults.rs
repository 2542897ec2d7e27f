//! A full disk, files that may not be read or written, files that change while they are read, and pipes that give one byte at a
//! time: a sentence says what is wrong, and what was there before is still there.
#![cfg(unix)]

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::command::{TRAIN, polytask, succeeds, workplace};
use crate::large::assert_same_answers;
use crate::tiny::Tiny;

const PROGRAM: &str = env!("CARGO_BIN_EXE_polytask");
const FULL: &str = "No space left on device (os error 28)";

/// A run that saves its model and its checkpoints.
fn saving() -> String {
    format!("{TRAIN} --data data.csv --epochs 3 --batch-size 2 --checkpoint-every 1 --out model")
}

fn command(directory: &Path, program: &str, arguments: &str) -> Command {
    let mut command = Command::new(program);
    command.args(arguments.split_whitespace()).current_dir(directory).stdin(Stdio::null());
    command
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The names of a directory's files, in order.
fn names(directory: &Path) -> Vec<String> {
    let files = fs::read_dir(directory).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = files.collect();
    names.sort();
    names
}

#[test]
fn a_full_disk_under_the_log_ends_no_run() {
    let (place, other) = (workplace(), workplace());
    succeeds(other.path(), &saving());
    let output = command(place.path(), PROGRAM, &format!("{} --log /dev/full", saving())).output().unwrap();
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    let warning = format!("Warning: --log: /dev/full: cannot be written: {FULL}; the run goes on");
    assert_eq!(said.lines().filter(|line| *line == warning).count(), 1, "{said}");
    let last = said.lines().last().unwrap();
    assert!(last.starts_with("polytask: --log: /dev/full: its last lines, ") && last.ends_with(FULL), "{last}");
    let weights = |place: &Path| fs::read(place.join("model/model.safetensors")).unwrap();
    assert!(weights(place.path()) == weights(other.path()), "it trained to its end");
}

#[test]
fn a_full_disk_under_the_printout_costs_neither_the_model_nor_the_log() {
    let (place, other) = (workplace(), workplace());
    succeeds(other.path(), &format!("{} --log log.jsonl", saving()));
    let full = || OpenOptions::new().write(true).open("/dev/full").unwrap();
    let sentence = format!("polytask: standard output: cannot be written: {FULL}");
    let output =
        command(place.path(), PROGRAM, &format!("{} --log log.jsonl", saving())).stdout(full()).output().unwrap();
    assert_eq!((output.status.code(), stderr(&output).lines().last()), (Some(2), Some(&*sentence)));
    for file in ["log.jsonl", "model/model.safetensors"] {
        assert!(fs::read(place.path().join(file)).unwrap() == fs::read(other.path().join(file)).unwrap(), "{file}");
    }
    // The other commands, and a reader that is gone already.
    for arguments in [
        "predict --model model --data data.csv",
        "predict --model model --json w5",
        "evaluate --model model --data data.csv",
        "evaluate --model model --data data.csv --json",
        "check data.csv --encoder encoder --max-length 16",
        "check data.csv --encoder encoder --max-length 16 --json",
        "compare --encoder encoder --max-length 16 --data data.csv --weightings sum --seeds 1 --epochs 1",
    ] {
        let output = command(place.path(), PROGRAM, arguments).stdout(full()).output().unwrap();
        assert_eq!((output.status.code(), stderr(&output).lines().last()), (Some(2), Some(&*sentence)), "{arguments}");
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = command(place.path(), PROGRAM, arguments).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments}: {}", stderr(&output));
    }
}

#[test]
fn a_reader_of_both_outputs_that_leaves_does_not_cut_the_log() {
    let (place, other) = (workplace(), workplace());
    succeeds(other.path(), &format!("{} --log log.jsonl", saving()));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output =
        command(place.path(), PROGRAM, &format!("{} --log log.jsonl", saving())).stdout(writer).output().unwrap();
    assert!(output.status.success(), "{}", stderr(&output));
    assert!(fs::read(place.path().join("log.jsonl")).unwrap() == fs::read(other.path().join("log.jsonl")).unwrap());
}

/// Runs where a file may have at most this many blocks of 512 bytes: a disk that is full after them.
fn with_room_for(blocks: u32, directory: &Path, arguments: &str) -> Output {
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec {PROGRAM} {arguments}");
    Command::new("sh").args(["-c", &script]).current_dir(directory).stdin(Stdio::null()).output().unwrap()
}

#[test]
fn a_disk_that_is_full_leaves_the_old_files_and_no_halves() {
    let place = workplace();
    let at = place.path();
    succeeds(at, &saving());
    succeeds(at, "export --model model --format zip --out model.zip");
    succeeds(at, "export --model model --format onnx --out model.onnx");
    succeeds(at, "predict --model model --data data.csv --out answers.csv");
    let rows: String = (0..200).map(|i| format!("w{} w7,x,p\n", 5 + i % 40)).collect();
    fs::write(at.join("many.csv"), format!("text,topic,tone\n{rows}")).unwrap();
    let files = ["model/model.safetensors", "model/config.json", "model.zip", "model.onnx", "answers.csv"];
    let read = || files.map(|file| fs::read(at.join(file)).unwrap());
    let (before, listed) = (read(), (names(at), names(&at.join("model"))));

    let again = saving().replace("--epochs 3", "--epochs 4");
    for (arguments, blocks, file) in [
        (&*again, 8, "model/model.safetensors"),
        ("export --model model --format zip --out model.zip", 8, "model.zip"),
        ("export --model model --format onnx --out model.onnx", 8, "model.onnx"),
        ("predict --model model --data many.csv --out answers.csv", 1, "answers.csv"),
    ] {
        let output = with_room_for(blocks, at, arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {said}");
        let last = said.lines().last().unwrap();
        assert!(
            last.contains(&format!("{file}: ")) && last.ends_with("cannot be written: File too large (os error 27)"),
            "{arguments}: {said}"
        );
        assert!(read() == before, "{arguments}: the old files are as they were");
    }
    assert_eq!((names(at), names(&at.join("model"))), listed, "no halves are left");
}

#[test]
fn a_disk_that_is_full_costs_a_checkpoint_and_no_run() {
    let place = workplace();
    let output = with_room_for(8, place.path(), &saving());
    let said = stderr(&output);
    let file = "model/checkpoints/step-00000001.safetensors";
    let warning =
        format!("Warning: no checkpoint after step 1: {file}: cannot be written: File too large (os error 27)");
    assert!(said.lines().any(|line| line == warning), "{said}");
    assert!(said.contains("Warning: no checkpoint after step 6: "), "the run went on: {said}");
    // Before training there is hardly anything to save.
    assert_eq!(names(&place.path().join("model/checkpoints")), ["step-00000000.safetensors"]);
}

/// The command as somebody whom files' permissions bind: not as root.
fn bound(directory: &Path, arguments: &str) -> Output {
    let is_root = String::from_utf8(Command::new("id").arg("-u").output().unwrap().stdout).unwrap().trim() == "0";
    if !is_root {
        return command(directory, PROGRAM, arguments).output().unwrap();
    }
    // Nobody may look into root's directories: a copy of the program that all may run.
    let program = directory.join("polytask");
    if !program.exists() {
        fs::copy(PROGRAM, &program).unwrap();
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let nobody = format!("--reuid 65534 --regid 65534 --clear-groups {} {arguments}", program.display());
    command(directory, "setpriv", &nobody).output().unwrap()
}

#[test]
fn what_may_not_be_read_or_written_is_named() {
    let place = workplace();
    let at = place.path();
    succeeds(at, &saving());
    let set = |path: &str, mode: u32| fs::set_permissions(at.join(path), fs::Permissions::from_mode(mode)).unwrap();
    fs::create_dir(at.join("locked")).unwrap();
    set("locked", 0o555);
    let refused = |arguments: &str, sentence: &str| {
        let output = bound(at, arguments);
        let said = stderr(&output);
        let last = said.lines().last().unwrap_or_default().trim_end_matches(" (os error 13)").to_lowercase();
        let sentence = format!("polytask: {sentence}: permission denied").to_lowercase();
        assert_eq!((output.status.code(), last), (Some(2), sentence), "{arguments}: {said}");
    };
    // All can read what the command wrote.
    let output = bound(at, "predict --model model w5");
    assert!(output.status.success(), "{}", stderr(&output));
    refused(&format!("{TRAIN} --data data.csv --out locked/model"), "--out: locked/model: cannot be written");
    refused(&format!("{TRAIN} --data data.csv --log locked/log.jsonl"), "--log: locked/log.jsonl: cannot be written");
    refused("predict --model model --data data.csv --out locked/a.csv", "--out: locked/a.csv: cannot be written");
    refused("export --model model --format zip --out locked/a.zip", "locked/a.zip: cannot be written");
    assert_eq!(names(&at.join("locked")), [""; 0]);

    set("data.csv", 0);
    refused(&format!("{TRAIN} --data data.csv"), "data.csv: the file cannot be read");
    set("data.csv", 0o644);
    for file in ["config.json", "tokenizer.json", "model.safetensors"] {
        set(&format!("model/{file}"), 0);
        refused("predict --model model w5", &format!("model/{file}: cannot be read"));
        set(&format!("model/{file}"), 0o644);
    }
    set("locked", 0o755);
}

/// Repeats `act`, with the number of the turn, in another thread until `test` is through.
fn meanwhile(mut act: impl FnMut(usize) + Send, test: impl FnOnce()) {
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _end = AtEnd(&is_over);
        scope.spawn(|| (0..).take_while(|_| !is_over.load(Ordering::Relaxed)).for_each(&mut act));
        test();
    });
}

/// Says that a test is over, also when it fails: another thread of it goes on until then.
struct AtEnd<'a>(&'a AtomicBool);

impl Drop for AtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Puts a model's files in the place of those in `to`, as the command does when it saves: when all are whole, they get their names
/// one after the other.
fn replace(from: &Path, to: &Path) {
    let files: Vec<String> = names(from).into_iter().filter(|name| name.contains('.')).collect();
    let unfinished = |name: &str| to.join(format!(".new-{name}"));
    for name in &files {
        fs::copy(from.join(name), unfinished(name)).unwrap();
    }
    sleep(Duration::from_millis(120));
    files.iter().for_each(|name| fs::rename(unfinished(name), to.join(name)).unwrap());
}

#[test]
fn a_model_that_is_replaced_while_it_is_read_is_the_old_one_or_the_new_one() {
    let place = workplace();
    let at = place.path();
    // The same shapes, and other labels: a mixture of the two would answer, and be wrong.
    let data = fs::read_to_string(at.join("data.csv")).unwrap();
    fs::write(at.join("other.csv"), data.replace(",x,", ",no,").replace(",y,", ",yes,")).unwrap();
    for (data, seed, out) in [("data", 1, "one"), ("other", 2, "two")] {
        succeeds(at, &format!("{TRAIN} --data {data}.csv --seed {seed} --epochs 3 --learning-rate 0.01 --out {out}"));
        // What lies between the configuration and the weights takes a while to be read.
        let tokenizer = at.join(out).join("tokenizer.json");
        OpenOptions::new().append(true).open(tokenizer).unwrap().write_all(&vec![b' '; 8 << 20]).unwrap();
    }
    let answer = |model: &str| polytask(at).args(["predict", "--json", "--model", model, "w5 w6"]).output().unwrap();
    let whole = ["one", "two"].map(|model| answer(model).stdout);
    assert!(whole[0] != whole[1] && !whole[0].is_empty());

    fs::create_dir(at.join("model")).unwrap();
    replace(&at.join("one"), &at.join("model"));
    let mut seen = [0; 2];
    let replacing = |turn: usize| replace(&at.join(["one", "two"][turn % 2]), &at.join("model"));
    meanwhile(replacing, || {
        for _ in 0..40 {
            let output = answer("model");
            match whole.iter().position(|whole| *whole == output.stdout) {
                Some(model) => seen[model] += 1,
                None => assert_changing(&output, "model"),
            }
        }
    });
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
}

#[track_caller]
fn assert_changing(output: &Output, path: &str) {
    let said = stderr(output);
    let begin = format!("polytask: {path}");
    let end = ": it changes while it is read; run the command again when nothing writes into it";
    let last = said.lines().last().unwrap_or_default();
    assert!(output.status.code() == Some(2) && last.starts_with(&begin) && last.ends_with(end), "{said}");
}

#[test]
fn weights_that_are_written_to_while_they_are_read_are_refused() {
    let place = workplace();
    let at = place.path();
    Tiny::random(40_000, 256, 1).write(&at.join("large"));
    let mut file = OpenOptions::new().write(true).open(at.join("large/model.safetensors")).unwrap();
    let writing = |_| {
        file.seek(SeekFrom::End(-1)).unwrap();
        file.write_all(&[0]).unwrap();
        sleep(Duration::from_millis(1));
    };
    meanwhile(writing, || {
        let output = command(at, PROGRAM, "check data.csv --encoder large --max-length 16").output().unwrap();
        assert_changing(&output, "large");
    });
}

/// What the command prints if its input comes so many bytes at a time at first.
fn trickled(directory: &Path, arguments: &str, input: &[u8], step: usize) -> String {
    let mut child = Command::new(PROGRAM)
        .args(arguments.split_whitespace())
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    // The first bytes decide how the rest is read. They come one by one, also after the command has begun to wait for them.
    let (first, rest) = input.split_at(input.len().min(24));
    for piece in first.chunks(step) {
        // A command that refused its input has left.
        if pipe.write_all(piece).is_err() {
            break;
        }
        sleep(Duration::from_millis(25));
    }
    let _ = pipe.write_all(rest);
    drop(pipe);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{arguments}, {step} bytes at a time: {}", stderr(&output));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_pipe_that_gives_one_byte_at_a_time_gives_the_same() {
    let place = workplace();
    let at = place.path();
    succeeds(at, &saving());
    let table = fs::read_to_string(at.join("data.csv")).unwrap();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(table.as_bytes()).unwrap();
    // One frame of one block that is not compressed: RFC 8878.
    let (bytes, header) = (table.len(), (table.len() as u32) << 3 | 1);
    assert!(bytes < 256);
    let zstd = [&[0x28, 0xb5, 0x2f, 0xfd, 0x20, bytes as u8], &header.to_le_bytes()[..3], table.as_bytes()].concat();
    let utf16: Vec<u8> = format!("\u{feff}{table}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let inputs =
        [("plain", table.clone().into_bytes()), ("gzip", gzip.finish().unwrap()), ("zstd", zstd), ("UTF-16", utf16)];

    let predict = "predict --model model --format csv --data -";
    let train = format!("{TRAIN} --data /dev/stdin --epochs 1");
    let plain = [predict, &train].map(|arguments| trickled(at, arguments, table.as_bytes(), table.len()));
    for (name, input) in inputs {
        for step in [1, 3] {
            // The byte order mark stays in front of the first column's name.
            let answers = trickled(at, predict, &input, step);
            // Lines are answered as they come, and sentences in another company may differ in the last digit.
            assert_same_answers(answers.trim_start_matches('\u{feff}'), &plain[0]);
        }
        assert_eq!(trickled(at, &train, &input, 1), plain[1], "{name}");
    }
}

#[test]
fn a_table_that_grows_or_shrinks_while_it_is_read_is_no_crash() {
    let place = workplace();
    let at = place.path();
    succeeds(at, &saving());
    let row = "w5 w6 w7 w8 w9 w10\n";
    let write = |rows: usize| fs::write(at.join("moving.csv"), format!("text\n{}", row.repeat(rows))).unwrap();
    write(2000);
    let writing = |turn: usize| {
        write([3000, 500][turn % 2]);
        sleep(Duration::from_millis(3));
    };
    meanwhile(writing, || {
        for _ in 0..10 {
            let output =
                command(at, PROGRAM, "predict --model model --data moving.csv --out answers.csv").output().unwrap();
            assert!([Some(0), Some(2)].contains(&output.status.code()), "{}", stderr(&output));
        }
    });
    let mut answers = String::new();
    if let Ok(mut file) = File::open(at.join("answers.csv")) {
        file.read_to_string(&mut answers).unwrap();
        assert!(answers.ends_with('\n'), "answers are whole");
    }
}
