//! Several ranks train one model as one process does, which is held against PyTorch in other tests. Here the ranks are threads
//! of this process; `tests/mpi.rs` has real ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::runs::{self, many, parameters, prepare, recipe, run_to_end};
use polytask::checkpoint::{Notes, Opened};
use polytask::parallel::{Group, Ranks, ThreadRank};
use polytask::protocol::Event;
use polytask::recipe::{Diagnostics, Recipe, Validation, Weighting};
use polytask::run::Run;

/// Calls `work` on each of `size` ranks at once. Returns what each returns.
fn on_all<T: Send>(size: usize, work: impl Fn(Ranks) -> T + Sync) -> Vec<T> {
    on_all_threads(size, |rank| work(Ranks::new(rank)))
}

fn on_all_threads<T: Send>(size: usize, work: impl Fn(ThreadRank) -> T + Sync) -> Vec<T> {
    let work = &work;
    std::thread::scope(|scope| {
        let ranks = ThreadRank::group(size).into_iter();
        let started: Vec<_> = ranks.map(|rank| scope.spawn(|| work(rank))).collect();
        started.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    })
}

/// A run on one rank, from its start or a checkpoint: its parameters' bits, its events as they are logged, and its last
/// checkpoint.
#[derive(Debug, PartialEq)]
struct Course {
    bits: Vec<(String, Vec<u32>)>,
    lines: Vec<String>,
    checkpoint: Vec<u8>,
}

fn course(recipe: &Recipe, ranks: Ranks, from: Option<&[u8]>, pieces: usize) -> Course {
    let (mut run, _) = prepare(recipe).unwrap();
    run.join(ranks).unwrap();
    if let Some(mut checkpoint) = from {
        run.restore(&mut Opened::new(&mut checkpoint).unwrap()).unwrap();
    }
    let mut events = Vec::new();
    for _ in 0..pieces {
        events.extend(run.advance(&[]).unwrap());
    }
    Course {
        bits: bits(&run),
        lines: events.iter().map(|event| serde_json::to_string(event).unwrap()).collect(),
        checkpoint: run.checkpoint(&Notes::new()).unwrap().to_bytes().unwrap(),
    }
}

fn bits(run: &Run) -> Vec<(String, Vec<u32>)> {
    parameters(run).into_iter().map(|(name, xs)| (name, xs.iter().map(|x| x.to_bits()).collect())).collect()
}

/// More than any of the runs here takes; nothing happens after the end.
const ALL: usize = 1000;

/// The run on `size` ranks, which must all see the same.
#[track_caller]
fn together(recipe: &Recipe, size: usize, from: Option<&[u8]>, pieces: usize) -> Course {
    let mut courses = on_all(size, |ranks| course(recipe, ranks, from, pieces));
    let first = courses.swap_remove(0);
    assert!(courses.iter().all(|other| *other == first), "the ranks differ");
    first
}

/// The largest relative difference between the numbers of two logs that otherwise agree.
#[track_caller]
fn difference(ours: &[String], theirs: &[String]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    let mut most = 0.0_f64;
    for (a, b) in ours.iter().zip(theirs) {
        let parsed = |line: &String| serde_json::from_str(line).unwrap();
        compare(&parsed(a), &parsed(b), &mut most);
    }
    most
}

fn compare(a: &serde_json::Value, b: &serde_json::Value, most: &mut f64) {
    use serde_json::Value;
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
            a.values().zip(b.values()).for_each(|(a, b)| compare(a, b, most));
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len());
            a.iter().zip(b).for_each(|(a, b)| compare(a, b, most));
        }
        (Value::Number(x), Value::Number(y)) => {
            let (x, y) = (x.as_f64().unwrap(), y.as_f64().unwrap());
            *most = most.max((x - y).abs() / x.abs().max(1e-2));
        }
        _ => assert_eq!(a, b),
    }
}

/// Losses, learning rates and metrics alone: a change or an angle is a small difference of large numbers.
fn without_measurements(lines: &[String]) -> Vec<String> {
    let is_measured = |line: &&String| {
        ["gradients", "interference", "map"].iter().all(|kind| !line.starts_with(&format!("{{\"type\":\"{kind}\"")))
    };
    lines.iter().filter(is_measured).cloned().collect()
}

/// Compares 2 and 4 ranks with one process.
#[track_caller]
fn as_one_process(recipe: &Recipe, tolerance: f64) {
    let (run, events) = run_to_end(recipe).unwrap();
    let alone: Vec<String> = events.iter().skip(1).map(|event| serde_json::to_string(event).unwrap()).collect();
    let alone: Vec<String> = alone.into_iter().filter(|line| !line.starts_with("{\"type\":\"warning\"")).collect();
    for size in [2, 4] {
        let course = together(recipe, size, None, ALL);
        let lines: Vec<String> =
            course.lines.iter().filter(|line| !line.starts_with("{\"type\":\"warning\"")).cloned().collect();
        let most = difference(&without_measurements(&lines), &without_measurements(&alone));
        assert!(most <= tolerance, "{size} ranks: {most:e}");
        let weights = |bits: &[(String, Vec<u32>)]| -> Vec<f32> {
            bits.iter().flat_map(|(_, xs)| xs.iter().map(|x| f32::from_bits(*x))).collect()
        };
        let (ours, theirs) = (weights(&course.bits), weights(&bits(&run)));
        let apart = ours.iter().zip(&theirs).map(|(a, b)| f64::from((a - b).abs())).fold(0.0, f64::max);
        println!("{size} ranks: losses within {most:e}, weights within {apart:e}");
    }
}

/// Two epochs on sentences of which some are held out, with every observer.
fn observed(settings: &str) -> Recipe {
    let usual = [("epochs", 2), ("batch_size", 6)].map(|(name, n)| format!(r#""{name}": {n}, "#));
    let missing: String = usual.into_iter().filter(|usual| !settings.contains(&usual[..usual.len() - 4])).collect();
    let mut recipe = many(40, &format!("{missing}{settings}"));
    recipe.validation = Some(Validation::Fraction(0.3));
    recipe.diagnostics = Diagnostics { gradients_every: 2, interference_every: 3, map_every: 2, mistakes: true };
    recipe
}

#[test]
fn every_weighting() {
    for weighting in Weighting::ALL {
        let name = serde_json::to_value(weighting).unwrap();
        println!("{name}");
        as_one_process(&observed(&format!(r#""weighting": {name}, "learning_rate": 1e-3"#)), 1e-5);
        as_one_process(
            &observed(&format!(r#""weighting": {name}, "gradient_accumulation_steps": 2, "dropout": 0.1"#)),
            1e-5,
        );
    }
}

#[test]
fn every_setting() {
    for settings in [
        r#""gradient_accumulation_steps": 3, "dropout": 0.2, "label_smoothing": 0.1"#,
        r#""class_weights": "balanced", "max_grad_norm": 0.5, "optimizer": "adamw", "weight_decay": 0.1"#,
        r#""tasks_per_step": 1, "optimizer": "sgd", "learning_rate": 0.1"#,
        r#""task_weight": {"b": 0}, "warmup": 2, "schedule": "cosine""#,
        r#""load_best_model_at_end": true, "weight_averaging": "ema:0.9""#,
        r#""early_stopping_patience": 1, "metric_for_best_model": "loss""#,
        r#""reproducible": true, "shuffle": false, "batch_size": 32"#,
    ] {
        println!("{settings}");
        as_one_process(&observed(settings), 1e-5);
    }
}

#[test]
fn every_frozen_part() {
    for freeze in ["embeddings", "layers:1", "encoder"] {
        for more in ["", r#", "dropout": 0.1"#, r#", "gradient_accumulation_steps": 2, "weighting": "pcgrad""#] {
            println!("{freeze}{more}");
            as_one_process(&observed(&format!(r#""freeze": "{freeze}"{more}"#)), 1e-5);
        }
    }
    as_one_process(&observed(r#""gradual_unfreezing": 1, "epochs": 4, "dropout": 0.1"#), 1e-5);
}

#[test]
fn few_examples() {
    for head in ["class_means", "ridge", "logistic_regression"] {
        let settings = format!(
            r#""few_examples": {{"contrastive_steps": 3, "head_init": "{head}", "label_names": 1}}, "dropout": 0.1"#
        );
        let recipe = observed(&settings);
        // The heads of so small an encoder start with large weights, which make a step's last bits larger.
        as_one_process(&recipe, 1e-4);
        // What comes before the first step is not divided, or in whole batches, and has the bits of one process.
        let before = |size| {
            let lines = without_measurements(&together(&recipe, size, None, ALL).lines).into_iter();
            lines.take_while(|line| !line.starts_with("{\"type\":\"step\"")).collect::<Vec<_>>()
        };
        let alone = before(1);
        assert!(alone.iter().any(|line| line.starts_with("{\"type\":\"evaluation\"")), "{alone:?}");
        assert_eq!(before(3), alone);
    }
}

#[test]
fn steps_with_fewer_sentences_than_ranks() {
    // The last step of each epoch has one sentence, and most ranks have none.
    let mut recipe = many(9, r#""epochs": 3, "batch_size": 8, "dropout": 0.1"#);
    as_one_process(&recipe, 1e-5);
    recipe.training.gradient_accumulation_steps = 2;
    recipe.training.batch_size = 4;
    as_one_process(&recipe, 1e-5);
    as_one_process(&runs::recipe(r#""epochs": 5, "batch_size": 4"#), 1e-5);
}

#[test]
fn fifty_steps_of_one_batch_size() {
    let recipe = many(80, r#""epochs": 10, "batch_size": 16, "learning_rate": 1e-3, "dropout": 0.1"#);
    as_one_process(&recipe, 1e-6);
}

#[test]
fn the_same_bits_every_time_and_from_every_checkpoint() {
    for settings in [
        r#""dropout": 0.1, "weighting": "cagrad", "gradient_accumulation_steps": 2"#,
        r#""dropout": 0.1, "freeze": "layers:1", "load_best_model_at_end": true"#,
        r#""gradual_unfreezing": 1, "epochs": 3, "weight_averaging": "ema:0.9""#,
        r#""few_examples": {"contrastive_steps": 3, "head_init": "ridge"}"#,
    ] {
        let recipe = observed(settings);
        let whole = together(&recipe, 2, None, ALL);
        assert_eq!(together(&recipe, 2, None, ALL), whole);
        for pieces in [1, 4, 9, 17] {
            let begun = together(&recipe, 2, None, pieces);
            let ended = together(&recipe, 2, Some(&begun.checkpoint), ALL);
            assert_eq!([begun.lines, ended.lines].concat(), whole.lines, "{settings}, {pieces}");
            assert_eq!(ended.bits, whole.bits);
        }
    }
}

#[test]
fn a_checkpoint_goes_on_with_another_number_of_ranks() {
    let recipe = observed(r#""dropout": 0.1, "freeze": "embeddings", "weighting": "mgda""#);
    let whole = together(&recipe, 1, None, ALL);
    for sizes in [[1, 2], [2, 1], [2, 4], [4, 3]] {
        for pieces in [2, 7, 12] {
            let begun = together(&recipe, sizes[0], None, pieces);
            let ended = together(&recipe, sizes[1], Some(&begun.checkpoint), ALL);
            let lines = [begun.lines, ended.lines].concat();
            let most = difference(&without_measurements(&lines), &without_measurements(&whole.lines));
            assert!(most < 1e-5, "{sizes:?}, {pieces}: {most:e}");
        }
    }
}

#[test]
fn an_evaluation_and_a_calibration_have_the_bits_of_one_process() {
    let mut recipe = many(90, r#""epochs": 1, "learning_rate": 1e-10, "shuffle": false"#);
    recipe.validation = Some(Validation::Fraction(0.5));
    let figures = |ranks: Ranks| {
        let (mut run, _) = prepare(&recipe).unwrap();
        run.join(ranks).unwrap();
        let mut found = Vec::new();
        while !run.is_finished() {
            let events = run.advance(&[]).unwrap().into_iter();
            found.extend(events.filter(|event| matches!(event, Event::Evaluation(_))));
        }
        (found, format!("{:?}", run.calibrate().unwrap()))
    };
    let alone = on_all(1, figures).remove(0);
    assert_eq!(alone.0.len(), 2);
    for (found, temperatures) in on_all(3, figures) {
        let [ours, theirs] =
            [&found, &alone.0].map(|events| events.iter().map(|event| serde_json::to_string(event).unwrap()));
        assert!(difference(&ours.collect::<Vec<_>>(), &theirs.collect::<Vec<_>>()) < 1e-6);
        assert_eq!(temperatures, alone.1);
    }
}

/// The error of each rank when rank 1 has another recipe.
#[track_caller]
fn refused(of_rank: impl Fn(usize) -> Recipe + Sync, size: usize) -> String {
    let errors = on_all(size, |ranks| {
        let (mut run, _) = prepare(&of_rank(ranks.rank())).unwrap();
        run.join(ranks).unwrap_err().to_string()
    });
    assert!(errors.iter().all(|error| *error == errors[0]), "{errors:?}");
    errors[0].clone()
}

#[test]
fn ranks_that_differ_are_refused() {
    let settings = r#""epochs": 2, "batch_size": 4"#;
    let other = |recipe: Recipe| move |rank: usize| if rank == 1 { recipe.clone() } else { runs::recipe(settings) };
    assert_eq!(
        refused(other(recipe(r#""epochs": 3, "batch_size": 4"#)), 2),
        "rank 1 cannot train with rank 0: recipe.training.epochs is 3 on rank 1 and 2 on rank 0; start all ranks with the same \
         recipe, sentences, encoder, device and version of Polytask"
    );
    let error = refused(other(many(6, settings)), 3);
    assert!(error.starts_with("rank 1 cannot train with rank 0: data is \""), "{error}");
    let mut seed = recipe(settings);
    seed.seed = 4;
    assert!(
        refused(other(seed), 2).starts_with("rank 1 cannot train with rank 0: recipe.seed is 4 on rank 1 and 3 on")
    );
    let mut measured = recipe(settings);
    measured.diagnostics.gradients_every = 1;
    assert!(refused(other(measured), 2).contains("recipe.diagnostics.gradients_every is 1 on rank 1 and 0 on rank 0"));
}

#[test]
fn more_ranks_than_sentences_in_a_step_are_refused() {
    assert_eq!(
        refused(|_| recipe(r#""batch_size": 2"#), 3),
        "there are 3 ranks and 2 sentences in a step; start at most 2 ranks, or raise batch_size"
    );
    assert_eq!(
        refused(|_| recipe(r#""batch_size": 20"#), 7),
        "there are 7 ranks and 6 sentences in a step; start at most 6 ranks, or raise batch_size"
    );
}

#[test]
fn a_loss_that_is_not_finite_ends_all_ranks_alike() {
    let recipe = many(24, r#""epochs": 20, "batch_size": 4, "learning_rate": 10, "optimizer": "sgd""#);
    let errors = on_all(3, |ranks| {
        let (mut run, _) = prepare(&recipe).unwrap();
        run.join(ranks).unwrap();
        let error = (0..ALL).find_map(|_| run.advance(&[]).err()).expect("it diverges");
        (error.to_string(), bits(&run))
    });
    assert!(errors[0].0.contains("so training stopped and the parameters of the step before were kept"), "{errors:?}");
    assert!(errors.iter().all(|error| *error == errors[0]));
    assert!(errors[0].1.iter().flat_map(|(_, xs)| xs).all(|x| f32::from_bits(*x).is_finite()));
}

#[test]
fn a_rank_that_ends_is_named_by_the_others() {
    let recipe = many(24, r#""epochs": 2, "batch_size": 6"#);
    let errors = on_all(3, |ranks| {
        let (mut run, _) = prepare(&recipe).unwrap();
        let ends = ranks.rank() == 2;
        run.join(ranks).unwrap();
        let steps = if ends { 3 } else { ALL };
        (0..steps).find_map(|_| run.advance(&[]).err()).map(|error| error.to_string())
    });
    let named = errors.iter().flatten().filter(|error| error.starts_with("rank ")).count();
    assert_eq!((named, &errors[2]), (2, &None), "{errors:?}");
    assert!(
        errors
            .iter()
            .flatten()
            .any(|error| error.starts_with("rank 2 has ended, and the others cannot go on without it"))
    );
}

/// A rank that counts the bytes that it sends.
#[derive(Debug)]
struct Counting {
    rank: ThreadRank,
    sent: Arc<AtomicU64>,
}

impl Group for Counting {
    fn rank(&self) -> usize {
        self.rank.rank()
    }

    fn size(&self) -> usize {
        self.rank.size()
    }

    fn exchange(&self, to: &[&[u8]], from: &mut [&mut [u8]]) -> polytask::Result<()> {
        let others = to.iter().enumerate().filter(|(rank, _)| *rank != self.rank());
        self.sent.fetch_add(others.map(|(_, bytes)| bytes.len() as u64).sum(), Ordering::Relaxed);
        self.rank.exchange(to, from)
    }
}

#[test]
fn a_step_sends_little_more_than_the_gradients() {
    let recipe = many(40, r#""epochs": 2, "batch_size": 8"#);
    for size in [2, 3, 4] {
        let counts = on_all_threads(size, |rank| {
            let (mut run, _) = prepare(&recipe).unwrap();
            let sent = Arc::new(AtomicU64::new(0));
            run.join(Ranks::new(Counting { rank, sent: sent.clone() })).unwrap();
            runs::step(&mut run).unwrap();
            let before = sent.load(Ordering::Relaxed);
            runs::step(&mut run).unwrap();
            let model = run.trainer().model();
            let names: usize = model.trainable().len();
            let numbers: usize = model.trainable().values().map(|p| p.value().elem_count()).sum();
            let blocks = model.encoder().depth();
            (sent.load(Ordering::Relaxed) - before, numbers as u64, names as u64, blocks as u64)
        });
        let (sent, numbers, names, blocks) = counts[0];
        // Every number twice to all others, in pieces: 4 bytes × 2·(P−1)/P. Beside them a byte for each parameter, in as many
        // messages as there are blocks and one more, the losses and the logits (8 sentences, 3 + 2 classes), and the lengths of
        // what is gathered.
        let others = size as u64 - 1;
        let gradients = 4 * numbers * 2 * others / size as u64;
        let more = others * (names + 8 * blocks + 8 * 4 * (5 + 6) + 64) + 64;
        println!("{size} ranks: {sent} bytes for {numbers} numbers");
        assert!(
            (gradients - 64..=gradients + more).contains(&sent),
            "{sent}, of gradients {gradients}, at most {more} more"
        );
    }
}
