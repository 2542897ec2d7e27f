//! What comes before the first epoch: the contrastive loss and the heads' start against PyTorch and scikit-learn
//! (`tests/reference/few_examples.json`), and whole runs on the tiny encoder.

use std::path::Path;

use crate::runs::{self, loss_bits, parameters, recipe, run_to_end};
use candle_core::{Device, Tensor, Var};
use polytask::compute::Context;
use polytask::metrics::argmax;
use polytask::ops::contrastive_loss;
use polytask::probe::Probe;
use polytask::protocol::{ContrastiveStep, Event, Split};
use polytask::recipe::{Recipe, Validation};
use serde_json::Value;

fn golden() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/few_examples.json");
    serde_json::from_slice(&std::fs::read(path).expect("the golden")).expect("JSON")
}

/// The numbers of a matrix, row after row, and the length of a row.
fn matrix(rows: &Value) -> (Vec<f32>, usize) {
    let rows: Vec<Vec<f32>> = serde_json::from_value(rows.clone()).expect("rows of numbers");
    let h = rows[0].len();
    (rows.concat(), h)
}

#[track_caller]
fn assert_close(found: &[f32], expected: &[f32], tolerance: f32) {
    let largest = expected.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(expected) {
        assert!((found - expected).abs() <= tolerance * largest, "{found} is not {expected}");
    }
}

#[test]
fn the_contrastive_loss_and_its_gradient_agree_with_pytorch() {
    let cases = golden()["contrastive"].as_array().expect("cases").clone();
    assert_eq!(cases.len(), 4);
    for case in cases {
        let (numbers, h) = matrix(&case["embeddings"]);
        let labels: Vec<i64> = serde_json::from_value(case["labels"].clone()).expect("labels");
        let xs = Var::from_vec(numbers, (labels.len(), h), &Device::Cpu).unwrap();
        let temperature = case["temperature"].as_f64().expect("a number");
        let loss = contrastive_loss(xs.as_tensor(), &labels, temperature).unwrap().expect("two share a label");
        assert_close(&[loss.to_scalar::<f32>().unwrap()], &[case["loss"].as_f64().unwrap() as f32], 1e-5);
        let gradient = loss.backward().unwrap().get(&xs).expect("a gradient").flatten_all().unwrap();
        assert_close(&gradient.to_vec1().unwrap(), &matrix(&case["gradient"]).0, 1e-4);
    }
}

#[test]
fn sentences_without_a_partner_make_no_contrastive_loss() {
    let xs = Tensor::ones((3, 4), candle_core::DType::F32, &Device::Cpu).unwrap();
    for labels in [[0, 1, 2], [0, -100, -100], [-100, -100, -100]] {
        assert!(contrastive_loss(&xs, &labels, 0.1).unwrap().is_none(), "{labels:?}");
    }
}

#[test]
fn extreme_sentence_vectors_keep_the_contrastive_loss_finite() {
    let numbers = vec![1e4_f32, 0.0, -1e4, 0.0, 0.0, 0.0, 1e-9, 0.0];
    let xs = Var::from_vec(numbers, (4, 2), &Device::Cpu).unwrap();
    let loss = contrastive_loss(xs.as_tensor(), &[0, 0, 1, 1], 0.01).unwrap().expect("partners");
    let gradient: Vec<f32> = loss.backward().unwrap().get(&xs).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    assert!(loss.to_scalar::<f32>().unwrap().is_finite() && gradient.iter().all(|x| x.is_finite()), "{gradient:?}");
}

#[test]
fn ridge_and_nearest_means_agree_with_scikit_learn() {
    let heads = &golden()["heads"];
    let (vectors, h) = matrix(&heads["vectors"]);
    let labels: Vec<u32> = serde_json::from_value(heads["labels"].clone()).expect("labels");
    let labels: Vec<Option<u32>> = labels.into_iter().map(Some).collect();
    let context = Context::default();
    let ridge = Probe::ridge(&vectors, h, &labels, 3, 1.0, &context);
    assert_close(ridge.weight(), &matrix(&heads["ridge"]["weight"]).0, 1e-3);
    let bias: Vec<f32> = serde_json::from_value(heads["ridge"]["bias"].clone()).expect("numbers");
    assert_close(ridge.bias(), &bias, 1e-3);

    let probabilities = Probe::class_means(&vectors, h, &labels, 3).predict_proba(&matrix(&heads["new"]).0, &context);
    let nearest: Vec<usize> = probabilities.chunks_exact(3).map(argmax).collect();
    let expected: Vec<usize> = serde_json::from_value(heads["nearest_centroid"].clone()).expect("classes");
    assert_eq!(nearest, expected);
}

/// The tiny recipe with what is under `few_examples`.
fn few(settings: &str, rest: &str) -> Recipe {
    recipe(&format!(r#""few_examples": {{{settings}}}, {rest}"#))
}

fn contrastive_steps(events: &[Event]) -> Vec<ContrastiveStep> {
    let step = |event: &Event| if let Event::Contrastive(step) = event { Some(step.clone()) } else { None };
    events.iter().filter_map(step).collect()
}

#[test]
fn the_contrastive_phase_comes_first_and_its_loss_falls() {
    let settings = r#""contrastive_steps": 30, "contrastive_temperature": 0.5, "head_init": "logistic_regression""#;
    let recipe = few(settings, r#""epochs": 1, "batch_size": 6, "learning_rate": 1e-3"#);
    let (run, events) = run_to_end(&recipe).unwrap();
    let steps = contrastive_steps(&events);
    assert_eq!(steps.iter().map(|step| step.step).collect::<Vec<_>>(), (1..=30).collect::<Vec<_>>());
    assert!(steps.iter().all(|step| step.steps == 30));
    // The rate rises over 3 steps and falls in a straight line to 0 after the last.
    let rates: Vec<f64> = steps.iter().map(|step| step.learning_rate).collect();
    assert!((rates[0] - 1e-3 / 3.0).abs() < 1e-9 && (rates[2] - 1e-3).abs() < 1e-9 && rates[29] < 1e-4, "{rates:?}");
    let mean = |steps: &[ContrastiveStep], task: &str| {
        let losses: Vec<f32> = steps.iter().filter_map(|step| step.losses.get(task).copied()).collect();
        losses.iter().sum::<f32>() / losses.len() as f32
    };
    assert!(mean(&steps[25..], "a") < 0.7 * mean(&steps[..5], "a"), "{steps:?}");
    let first_step = events.iter().position(|event| matches!(event, Event::Step(_))).unwrap();
    let last_contrastive = events.iter().rposition(|event| matches!(event, Event::Contrastive(_))).unwrap();
    assert!(last_contrastive < first_step);
    assert!(parameters(&run).iter().flat_map(|(_, values)| values).all(|x| x.is_finite()));
}

#[test]
fn heads_that_start_from_the_data_know_it_before_the_first_step() {
    for init in ["class_means", "ridge", "logistic_regression"] {
        let mut recipe = few(&format!(r#""head_init": "{init}""#), r#""epochs": 1, "learning_rate": 1e-9"#);
        recipe.validation = Some(Validation::Fraction(0.34));
        let (_, events) = run_to_end(&recipe).unwrap();
        let evaluations: Vec<_> =
            events.iter().filter_map(|e| if let Event::Evaluation(e) = e { Some(e) } else { None }).collect();
        assert_eq!((evaluations[0].epoch, evaluations[0].split), (0, Split::Validation), "{init}");
        let train = evaluations.iter().find(|evaluation| evaluation.split == Split::Train).unwrap();
        let accuracy = train.tasks["a"].as_ref().unwrap().accuracy;
        assert!(accuracy >= 0.5, "{init}: {accuracy}, where one in three is chance");
    }
}

#[test]
fn the_start_that_was_best_can_be_gone_back_to() {
    // The learning rate ruins the heads at once, so that their start is the best on the held-out sentences.
    let settings = r#""head_init": "logistic_regression""#;
    let mut recipe = few(settings, r#""epochs": 3, "learning_rate": 1.0, "load_best_model_at_end": true"#);
    recipe.validation = Some(Validation::Fraction(0.34));
    let (_, events) = run_to_end(&recipe).unwrap();
    let end = events.iter().find_map(|e| if let Event::End(e) = e { Some(e.clone()) } else { None }).unwrap();
    assert_eq!(end.best_epoch, Some(0));
}

#[test]
fn what_comes_first_is_the_same_in_every_run() {
    let settings = r#""contrastive_steps": 5, "head_init": "logistic_regression", "label_names": 2"#;
    let recipe = few(settings, r#""epochs": 2, "batch_size": 4, "dropout": 0.1"#);
    let (first, events) = run_to_end(&recipe).unwrap();
    let (second, again) = run_to_end(&recipe).unwrap();
    assert_eq!(loss_bits(&events), loss_bits(&again));
    assert_eq!(parameters(&first), parameters(&second));
}

#[test]
fn settings_that_do_not_fit_are_named() {
    let fails = |settings: &str, expected: &str| {
        let json = format!(r#"{{"training": {{"few_examples": {{{settings}}}}}}}"#);
        assert_eq!(Recipe::from_json(&json).unwrap_err().to_string(), expected);
    };
    fails(r#""contrastive_temperature": 0.0"#, "contrastive_temperature: 0 is not above 0");
    fails(
        r#""label_names": 101"#,
        "label_names: 101 is out of range; a label's name counts as 0 to 100 examples of its class",
    );
}

#[test]
fn a_frozen_encoder_has_no_contrastive_phase() {
    for frozen in [r#""freeze": "encoder""#, r#""gradual_unfreezing": 1"#] {
        let settings = r#""contrastive_steps": 5, "head_init": "logistic_regression""#;
        let (_, events) = run_to_end(&few(settings, &format!(r#""epochs": 1, {frozen}"#))).unwrap();
        assert_eq!(contrastive_steps(&events), []);
    }
}

#[test]
fn more_tasks_than_a_batch_has_room_for_take_turns() {
    let labels: String = (0..9).map(|task| format!(r#""t{task}": "LABEL""#)).collect::<Vec<_>>().join(", ");
    let row =
        |i: usize| format!(r#"{{"text": "w{}", "labels": {{{}}}}}"#, 4 + i, labels.replace("LABEL", ["x", "y"][i % 2]));
    let rows = (0..8).map(row).collect::<Vec<_>>().join(",");
    let recipe = runs::recipe_on(
        &format!("[{rows}]"),
        r#""few_examples": {"contrastive_steps": 9}, "epochs": 1, "batch_size": 4"#,
    );
    let (_, events) = run_to_end(&recipe).unwrap();
    let steps = contrastive_steps(&events);
    assert!(steps.iter().all(|step| step.losses.values().all(|loss| loss.is_finite())), "{steps:?}");
    assert_eq!(steps.len(), 9);
}
