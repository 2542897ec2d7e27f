//! The command on several processes under `mpirun`: the numbers of one process, and what happens when a process dies or stalls.

mod command;
mod tiny;

use std::fs;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use command::{TRAIN, succeeds, workplace};
use polytask::random::Stream;
use serde_json::Value;

/// Kills in the ordinary test. `POLYTASK_KILLS=20 ./build.sh mpi` tries more.
const KILLS: usize = 3;

/// How soon the others must have ended once a process is dead or stopped.
const SOON: Duration = Duration::from_secs(10);

const RUN: &str = "--data long.csv --validation-fraction 0.2 --contrastive-steps 0 --epochs 4 --batch-size 8 --dropout 0.1 --mistakes \
                   --learning-rate 1e-3 --weighting cagrad --load-best-model-at-end --checkpoint-every 1 --log log.jsonl --out model";

/// One test at a time: each starts several processes, and some measure time.
fn alone() -> MutexGuard<'static, ()> {
    static LOCK: Mutex<()> = Mutex::new(());
    LOCK.lock().unwrap_or_else(PoisonError::into_inner)
}

/// 120 sentences of two tasks.
fn long(directory: &Path) {
    let row = |i: usize| format!("w{} w{},{},{}\n", 5 + i % 50, 7 + i % 13, ["x", "y"][i % 2], ["p", "q", ""][i % 3]);
    let rows: String = (0..120).map(row).collect();
    fs::write(directory.join("long.csv"), format!("text,topic,tone\n{rows}")).expect("a temporary file");
}

/// `mpirun` with these programs: how many processes of each, and their arguments.
fn mpirun(directory: &Path, programs: &[(usize, &str)]) -> Command {
    let mut command = Command::new("mpirun");
    command.args(["--allow-run-as-root", "--oversubscribe", "--bind-to", "none"]);
    for (i, (n, arguments)) in programs.iter().enumerate() {
        if i > 0 {
            command.arg(":");
        }
        command.args(["-n", &n.to_string(), env!("CARGO_BIN_EXE_polytask")]).args(arguments.split_whitespace());
    }
    // A container may forbid that a process reads another's memory, of which Open MPI warns.
    command.env("OMPI_MCA_btl_vader_single_copy_mechanism", "none").env("POLYTASK_CACHE", directory.join("cache"));
    command.current_dir(directory).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output(directory: &Path, programs: &[(usize, &str)]) -> Output {
    mpirun(directory, programs).output().expect("mpirun is there")
}

/// Runs on `n` processes; returns stdout.
#[track_caller]
fn together(directory: &Path, n: usize, arguments: &str) -> String {
    let output = output(directory, &[(n, arguments)]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments}: {stderr}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Runs, and returns the one sentence that the processes print in all; the exit code must be 2.
#[track_caller]
fn fails(directory: &Path, programs: &[(usize, &str)]) -> String {
    let output = output(directory, programs);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    let lines: Vec<&str> = stderr.lines().filter_map(|line| line.strip_prefix("polytask: ")).collect();
    assert_eq!(lines.len(), 1, "{stderr}");
    assert!(!stderr.contains("MPI_ABORT"), "{stderr}");
    lines[0].to_string()
}

fn log(directory: &Path) -> Vec<Value> {
    let text = fs::read_to_string(directory.join("log.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The losses of all steps.
fn losses(log: &[Value]) -> Vec<f64> {
    let steps = log.iter().filter(|event| event["type"] == "step");
    steps.flat_map(|step| step["losses"].as_object().expect("losses").values().filter_map(Value::as_f64)).collect()
}

#[track_caller]
fn same_files(a: &Path, b: &Path) {
    for file in ["model/model.safetensors", "model/config.json", "log.jsonl"] {
        let read = |directory: &Path| fs::read(directory.join(file)).expect("a file");
        assert!(read(a) == read(b), "{file} differs");
    }
}

#[test]
fn as_one_process_and_the_same_bits_every_time() {
    let _alone = alone();
    let one = workplace();
    long(one.path());
    succeeds(one.path(), &format!("{TRAIN} {RUN}"));
    let expected = losses(&log(one.path()));
    assert!(expected.len() > 80, "{}", expected.len());
    for n in [2, 4] {
        let places = [workplace(), workplace()];
        let printed = places.each_ref().map(|place| {
            long(place.path());
            together(place.path(), n, &format!("{TRAIN} {RUN}"))
        });
        assert_eq!(printed[0], printed[1]);
        assert_eq!(printed[0].matches("Epoch 1/4").count(), 1, "one process prints");
        same_files(places[0].path(), places[1].path());
        let found = losses(&log(places[0].path()));
        assert_eq!(found.len(), expected.len());
        let apart = found.iter().zip(&expected).map(|(a, b)| (a - b).abs() / b).fold(0.0, f64::max);
        println!("{n} processes: {} losses within {apart:e} of one process", found.len());
        assert!(apart < 1e-5, "{apart:e}");
    }
}

/// A run that was started, and its processes.
struct Started {
    mpirun: Child,
    since: Instant,
}

impl Started {
    fn new(directory: &Path, n: usize, arguments: &str) -> Self {
        Self { mpirun: mpirun(directory, &[(n, arguments)]).spawn().expect("mpirun is there"), since: Instant::now() }
    }

    /// The process id of a rank, once it runs.
    fn rank(&mut self, rank: usize) -> Option<u32> {
        let wanted = format!("OMPI_COMM_WORLD_RANK={rank}");
        while self.mpirun.try_wait().expect("it was started").is_none() {
            let processes = fs::read_dir("/proc").expect("Linux").flatten();
            let mut ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
            let parent = format!(" {} ", self.mpirun.id());
            let found = ids.find(|id| {
                let read = |file: &str| fs::read(format!("/proc/{id}/{file}")).unwrap_or_default();
                // After the name in brackets: state, parent.
                let stat = String::from_utf8_lossy(&read("stat")).into_owned();
                let is_child = stat
                    .rsplit(')')
                    .next()
                    .is_some_and(|rest| rest.get(2..).is_some_and(|rest| rest.starts_with(&parent)));
                is_child && read("environ").split(|byte| *byte == 0).any(|entry| entry == wanted.as_bytes())
            });
            if found.is_some() {
                return found;
            }
            sleep(Duration::from_millis(5));
        }
        None
    }

    /// Waits for its end. Returns the exit code and stderr.
    fn end(mut self) -> (Option<i32>, String) {
        let mut stderr = String::new();
        self.mpirun.stderr.take().expect("a pipe").read_to_string(&mut stderr).expect("UTF-8");
        (self.mpirun.wait().expect("it was started").code(), stderr)
    }
}

fn signal(id: u32, name: &str) -> bool {
    Command::new("kill").args([name, &id.to_string()]).stderr(Stdio::null()).status().expect("kill is there").success()
}

#[test]
fn a_process_killed_at_random_moments_ends_the_run_and_it_goes_on_bit_for_bit() {
    let _alone = alone();
    let kills = std::env::var("POLYTASK_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(KILLS);
    let whole = workplace();
    long(whole.path());
    let begun = Instant::now();
    together(whole.path(), 2, &format!("{TRAIN} {RUN}"));
    let most = begun.elapsed().as_millis() as u32;
    let mut random = Stream::new(12, "test");
    let (mut killed, mut longest) = (0, Duration::ZERO);
    while killed < kills {
        let place = workplace();
        long(place.path());
        loop {
            let mut run = Started::new(place.path(), 2, &format!("{TRAIN} {RUN} --resume"));
            let victim = random.below(2) as usize;
            let process = run.rank(victim);
            sleep(Duration::from_millis(random.below(most / 2 + 100).into()));
            let at = Instant::now();
            let was_killed = killed < kills && process.is_some_and(|id| signal(id, "-KILL"));
            let (code, stderr) = run.end();
            if code == Some(0) {
                break;
            }
            assert!(was_killed, "{code:?}: {stderr}");
            killed += 1;
            longest = longest.max(at.elapsed());
            assert!(at.elapsed() < SOON, "{:?}: {stderr}", at.elapsed());
            assert!(stderr.contains(&format!("rank {victim} ")), "no sentence names rank {victim}: {stderr}");
        }
        same_files(whole.path(), place.path());
    }
    println!("{killed} kills; the others ended after {longest:?} at most");
}

#[test]
fn a_process_that_stalls_is_named_and_ends_the_run() {
    let _alone = alone();
    for victim in [1, 0] {
        let place = workplace();
        long(place.path());
        let mut run = Started::new(place.path(), 3, &format!("{TRAIN} {}", RUN.replace("--epochs 4", "--epochs 500")));
        let process = run.rank(victim).expect("it runs");
        while log(place.path()).len() < 3 {
            sleep(Duration::from_millis(20));
            assert!(run.since.elapsed() < Duration::from_secs(60), "no step");
        }
        assert!(signal(process, "-STOP"));
        let at = Instant::now();
        let (code, stderr) = run.end();
        println!("rank {victim} was stopped; the others ended after {:?}", at.elapsed());
        assert_eq!(code, Some(2), "{stderr}");
        assert!(at.elapsed() < SOON, "{:?}", at.elapsed());
        let lines: Vec<&str> = stderr.lines().filter_map(|line| line.strip_prefix("polytask: ")).collect();
        assert!(lines.len() == 1 && lines[0].starts_with(&format!("rank {victim} has not answered for ")), "{stderr}");
    }
}

#[test]
fn a_run_goes_on_with_another_number_of_processes() {
    let _alone = alone();
    let place = workplace();
    long(place.path());
    let one = workplace();
    long(one.path());
    succeeds(one.path(), &format!("{TRAIN} {RUN}"));
    let mut run = Started::new(place.path(), 2, &format!("{TRAIN} {RUN}"));
    let process = run.rank(0).expect("it runs");
    while log(place.path()).len() < 10 {
        sleep(Duration::from_millis(5));
    }
    signal(process, "-KILL");
    assert_ne!(run.end().0, Some(0));
    together(place.path(), 3, &format!("{TRAIN} {RUN} --resume"));
    let [ours, theirs] = [&place, &one].map(|place| losses(&log(place.path())));
    assert_eq!(ours.len(), theirs.len());
    assert!(ours.iter().zip(&theirs).all(|(a, b)| (a - b).abs() < 1e-5 * b));
}

#[test]
fn what_cannot_be_trained_together_is_one_sentence() {
    let _alone = alone();
    let place = workplace();
    long(place.path());
    let train = |more: &str| format!("{TRAIN} --data data.csv --contrastive-steps 0 --epochs 1 --batch-size 2 {more}");
    assert_eq!(
        fails(place.path(), &[(3, &train(""))]),
        "there are 3 ranks and 2 sentences in a step; start at most 2 ranks, or raise batch_size"
    );
    assert_eq!(
        fails(place.path(), &[(1, &train("")), (1, &train("--seed 4"))]),
        "rank 1 cannot train with rank 0: recipe.seed is 4 on rank 1 and 0 on rank 0; start all ranks with the same recipe, \
         sentences, encoder, device and version of Polytask"
    );
    let other = fails(place.path(), &[(1, &train("")), (1, &train("").replace("data.csv", "long.csv"))]);
    assert!(other.starts_with("rank 1 cannot train with rank 0: "), "{other}");
    let no_encoder = train("").replace("--encoder encoder", "--encoder ./nowhere");
    let missing = fails(place.path(), &[(1, &train("")), (1, &no_encoder)]);
    assert!(missing.starts_with("rank 1, on "), "{missing}");
    assert!(
        missing.ends_with(": encoder: \"./nowhere\" is neither a directory nor a model of the hub (owner/name)"),
        "{missing}"
    );
    assert_eq!(
        fails(place.path(), &[(2, &train("--data nowhere.csv").replace("--data data.csv ", ""))]),
        "nowhere.csv: the file cannot be read: No such file or directory (os error 2)"
    );
    assert_eq!(
        fails(place.path(), &[(1, &train("--out m")), (1, &train(""))]),
        "rank 1 cannot train with rank 0: --out is false on rank 1 and true on rank 0; start all ranks with the same recipe, \
         sentences, encoder, device and version of Polytask"
    );
    assert_eq!(
        fails(place.path(), &[(2, "predict --model encoder --threads 1")]),
        "2 processes were started, and of all commands only train and compare run in several; start this one without mpirun or srun"
    );
    let diverges = "--data long.csv --contrastive-steps 0 --epochs 50 --batch-size 8 --learning-rate 10 --weight-decay 1e9 \
                    --max-grad-norm 1e9 --optimizer sgd";
    let error = fails(place.path(), &[(2, &format!("{TRAIN} {diverges}"))]);
    assert!(error.contains("so training stopped and the parameters of the step before were kept"), "{error}");
}

#[test]
fn a_comparison_is_spread_over_processes() {
    let _alone = alone();
    let place = workplace();
    long(place.path());
    let compare = "compare --encoder encoder --max-length 16 --data long.csv --batch-size 8 --epochs 1 --contrastive-steps 0 \
                   --weightings sum,pcgrad --seeds 1,2 --log log.jsonl";
    let alone = succeeds(place.path(), compare);
    let runs = |log: Vec<Value>| {
        let mut lines: Vec<Value> = log.into_iter().filter(|line| line["type"] == "compared").collect();
        for line in &mut lines {
            line.as_object_mut().expect("an event").retain(|name, _| name != "seconds");
        }
        let mut lines: Vec<String> = lines.iter().map(Value::to_string).collect();
        lines.sort();
        lines
    };
    let expected = runs(log(place.path()));
    assert_eq!(expected.len(), 10, "a probe, two tasks alone and two weightings, of two seeds");
    for n in [2, 3] {
        assert_eq!(together(place.path(), n, compare), alone, "{n} processes");
        assert_eq!(runs(log(place.path())), expected, "{n} processes");
    }
    assert_eq!(
        fails(place.path(), &[(1, compare), (1, &compare.replace("1,2", "1,3"))]),
        "rank 1 cannot train with rank 0: --seeds is [1,3] on rank 1 and [1,2] on rank 0; start all ranks with the same recipe, \
         sentences, encoder, device and version of Polytask"
    );
}
