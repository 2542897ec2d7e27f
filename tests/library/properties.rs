//! What holds for any input. proptest draws the inputs, and makes one that breaks a property as small as it can.
//!
//! They are the same in each run; `PROPTEST_CASES=2000 PROPTEST_RNG_SEED=7 cargo test --release --test library properties` tries
//! others. `src/weighting/properties.rs` does the same for the methods that work on inner products of gradients.

use polytask::data::{Dataset, Example, stratified_split};
use polytask::model::Pass;
use polytask::recipe::{Diagnostics, Recipe, Schedule, Task, Validation};
use polytask::run::Run;
use polytask::text::{Batch, Encoding};
use polytask::train::lr_multiplier;
use proptest::prelude::*;
use proptest::sample::{Index, subsequence};
use proptest::test_runner::{RngSeed, TestRunner};

use crate::checkpoint::{bits, lines, moved};
use crate::runs::{WEIGHTINGS, many, prepare, recipe};

/// Tries so many inputs, or as many as the environment asks for.
#[track_caller]
fn hold<S: Strategy>(cases: u32, inputs: S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let mut config = ProptestConfig { failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = cases;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(15);
    }
    if let Err(broken) = TestRunner::new(config).run(&inputs, property) {
        panic!("{broken}");
    }
}

/// Settings that have a say in how a run goes on, at most one of each list: a recipe has some of them.
const SETTINGS: [&[&str]; 12] = [
    &[r#""optimizer": "adamw", "weight_decay": 0.1"#, r#""optimizer": "sgd", "learning_rate": 0.05"#],
    &[r#""dropout": 0.2"#],
    &[r#""schedule": "cosine""#, r#""schedule": "linear""#],
    &[r#""warmup": 3"#],
    &[r#""gradient_accumulation_steps": 2"#, r#""gradient_accumulation_steps": 3"#],
    &[r#""freeze": "embeddings""#, r#""freeze": "layers:1""#, r#""freeze": "encoder""#, r#""gradual_unfreezing": 1"#],
    &[r#""weight_averaging": "ema:0.5""#, r#""weight_averaging": "swa:0.5""#],
    &[r#""load_best_model_at_end": true"#, r#""early_stopping_patience": 1"#],
    &[r#""tasks_per_step": 1"#, r#""task_weight": {"b": 0.5}"#],
    &[r#""shuffle": false"#],
    &[r#""max_grad_norm": 0.5"#],
    &[
        r#""few_examples": {"contrastive_steps": 3, "head_init": "ridge"}"#,
        r#""few_examples": {"head_init": "class_means", "label_names": 2}"#,
    ],
];

/// A recipe of any of the settings with any weighting, batch size and measurements, on 20 sentences of which some are held out.
fn recipes() -> impl Strategy<Value = Recipe> {
    let one_of_each = SETTINGS.map(|values| prop::sample::select(values).boxed()).to_vec();
    let settings = one_of_each.prop_flat_map(|all| {
        let most = all.len();
        subsequence(all, 0..=most)
    });
    (settings, prop::sample::select(&WEIGHTINGS[..]), 2..8_u32, 0..3_u32).prop_map(
        |(settings, weighting, batch_size, every)| {
            let mut all = settings;
            let more = format!(r#""weighting": "{weighting}", "batch_size": {batch_size}, "epochs": 2"#);
            all.push(&more);
            let mut recipe = many(20, &all.join(", "));
            recipe.validation = Some(Validation::Fraction(0.3));
            recipe.diagnostics = Diagnostics {
                gradients_every: every,
                interference_every: every,
                map_every: every,
                mistakes: every > 0,
            };
            recipe
        },
    )
}

#[test]
fn any_run_goes_on_from_a_checkpoint_after_any_piece_of_work() {
    hold(48, (recipes(), any::<[Index; 2]>()), |(recipe, places)| {
        // Settings that do not go together are refused in a sentence.
        let Ok((mut whole, _)) = prepare(&recipe) else { return Err(TestCaseError::reject("refused")) };
        let expected = pieces(&mut whole);
        let stops = places.map(|place| place.index(expected.len()));

        let (mut run, _) = prepare(&recipe).expect("as before");
        let mut found = Vec::new();
        while !run.is_finished() {
            if stops.contains(&found.len()) {
                run = moved(&recipe, run);
            }
            found.push(lines(&run.advance(&[]).expect("as before")));
        }
        prop_assert_eq!(found, expected);
        prop_assert!(bits(&run) == bits(&whole), "the weights differ");
        Ok(())
    });
}

/// The events of each piece of work of a run, to its end.
fn pieces(run: &mut Run) -> Vec<Vec<String>> {
    let mut all = Vec::new();
    while !run.is_finished() {
        all.push(lines(&run.advance(&[]).expect("a piece of work")));
    }
    all
}

#[test]
fn a_sentence_has_the_same_vector_in_any_batch() {
    let (run, _) = prepare(&recipe(r#""epochs": 1"#)).expect("a run");
    let model = run.trainer().model();
    let vectors = |sentences: &[Encoding]| -> Vec<Vec<f32>> {
        let vectors = model.embed(&Batch::of_sentences(sentences), Pass::Evaluation).expect("vectors");
        vectors.to_vec2().expect("(B,H)")
    };
    let sentence = prop::collection::vec(0..64_u32, 1..=16)
        .prop_map(|input_ids| Encoding { full_length: input_ids.len(), input_ids });
    hold(128, prop::collection::vec(sentence, 1..24), |sentences| {
        let together = vectors(&sentences);
        prop_assert_eq!(together.len(), sentences.len());
        for (sentence, packed) in sentences.iter().zip(&together) {
            let alone = &vectors(std::slice::from_ref(sentence))[0];
            for (x, y) in packed.iter().zip(alone) {
                prop_assert!((x - y).abs() <= 1e-5, "{:?}: {} in the batch and {} alone", sentence.input_ids, x, y);
            }
        }
        Ok(())
    });
}

#[test]
fn a_batch_has_each_sentence_once_and_in_its_place() {
    let rows = prop::collection::vec((prop::collection::vec(0..9_u32, 0..6), prop::option::of(0..5_u32)), 1..20);
    let drawn = rows.prop_flat_map(|rows| {
        let order = prop::collection::vec(0..rows.len(), 0..30);
        (Just(rows), order)
    });
    hold(256, drawn, |(rows, order)| {
        let encodings: Vec<Encoding> =
            rows.iter().map(|(ids, _)| Encoding { input_ids: ids.clone(), full_length: ids.len() }).collect();
        let examples: Vec<Example> = rows
            .iter()
            .map(|(_, class)| Example { text: String::new(), labels: class.iter().map(|&class| (1, class)).collect() })
            .collect();
        let batch = Batch::of_examples(&encodings, &examples, &order, 2);
        let ranges: Vec<_> = batch.sentences.ranges().collect();
        prop_assert_eq!(ranges.len(), order.len());
        prop_assert_eq!(batch.input_ids.len(), ranges.last().map_or(0, |last| last.end));
        for (at, (&row, range)) in order.iter().zip(ranges).enumerate() {
            prop_assert_eq!(&batch.input_ids[range.clone()], &rows[row].0[..]);
            prop_assert!(batch.positions[range].iter().copied().eq(0..rows[row].0.len() as u32));
            prop_assert_eq!(batch.labels[0][at], -100);
            prop_assert_eq!(batch.labels[1][at], rows[row].1.map_or(-100, i64::from));
        }
        Ok(())
    });
}

#[test]
fn a_schedule_rises_to_the_full_rate_and_never_rises_again() {
    let schedules = prop::sample::select(&[Schedule::Constant, Schedule::Linear, Schedule::Cosine][..]);
    let runs = (1..100_000_usize).prop_flat_map(|total| (Just(total), 0..=total, 0..total));
    hold(4096, (schedules, runs), |(schedule, (total, warmup, step))| {
        let rate = |step| lr_multiplier(schedule, step, warmup, total);
        prop_assert!(rate(step) > 0.0 && rate(step) <= 1.0, "{}", rate(step));
        prop_assert_eq!(rate(warmup.max(1) - 1), 1.0);
        if step + 1 < warmup {
            prop_assert!(rate(step) < rate(step + 1));
            prop_assert!((rate(step) - (step + 1) as f64 / warmup as f64).abs() < 1e-12);
        } else {
            prop_assert!(rate(step) >= rate(step + 1));
        }
        let after = rate(total);
        prop_assert!(
            if schedule == Schedule::Constant { after == 1.0 } else { after < 1e-9 },
            "{} after the last step",
            after
        );
        Ok(())
    });
}

#[test]
fn a_split_puts_each_labelled_sentence_on_one_side_and_leaves_every_class_in_training() {
    let classes = prop::collection::vec(2..9_u32, 1..4);
    let data = classes.prop_flat_map(|classes| {
        let row: Vec<_> = classes.iter().map(|&count| prop::option::weighted(0.7, 0..count)).collect();
        (Just(classes), prop::collection::vec(row, 1..120))
    });
    hold(256, (data, 0.0..1.0_f64, any::<u64>()), |((classes, rows), fraction, seed)| {
        let data = dataset(&classes, &rows);
        let labelled: Vec<usize> = (0..rows.len()).filter(|&i| data.is_labelled(i)).collect();
        let (training, held_out) = stratified_split(&data, fraction, seed);
        prop_assert!(training.is_sorted() && held_out.is_sorted());
        let mut both = [&training[..], &held_out[..]].concat();
        both.sort_unstable();
        prop_assert_eq!(&both, &labelled);
        let most = (labelled.len() as f64 * fraction).round().max(1.0) as usize;
        prop_assert!(held_out.len() <= most, "{} of at most {}", held_out.len(), most);
        let (all, kept) = (data.class_counts(&labelled), data.class_counts(&training));
        for (all, kept) in all.iter().flatten().zip(kept.iter().flatten()) {
            prop_assert!(*all == 0 || *kept > 0, "a class has gone from training");
        }
        prop_assert_eq!(stratified_split(&data, fraction, seed), (training, held_out));
        Ok(())
    });
}

/// Rows with these classes for tasks with `classes[k]` classes each; `None`: blank.
fn dataset(classes: &[u32], rows: &[Vec<Option<u32>>]) -> Dataset {
    let task = |(k, &count): (usize, &u32)| Task {
        name: format!("task {k}"),
        labels: (0..count).map(|class| class.to_string()).collect(),
    };
    let example = |row: &Vec<Option<u32>>| Example {
        text: "x".into(),
        labels: row.iter().enumerate().filter_map(|(task, class)| Some((task, (*class)?))).collect(),
    };
    Dataset { tasks: classes.iter().enumerate().map(task).collect(), examples: rows.iter().map(example).collect() }
}
