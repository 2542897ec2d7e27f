//! Runs whose result is an average of their weights. That the average itself agrees with PyTorch is in `tests/library/reference.rs`.

use std::collections::BTreeMap;

use crate::runs::{loss_bits, parameters, prepare, recipe, run_to_end, step};
use polytask::protocol::{Event, Split};
use polytask::recipe::{Diagnostics, Recipe, Validation, WeightAveraging};

const SETTINGS: &str = r#""epochs": 4, "batch_size": 2, "dropout": 0.1, "optimizer": "adamw", "weight_decay": 0.1"#;

fn averaged(averaging: &str, settings: &str) -> Recipe {
    recipe(&format!(r#""weight_averaging": "{averaging}", {settings}"#))
}

/// The losses of all evaluations, as bits.
fn evaluations(events: &[Event]) -> Vec<u32> {
    let of = |event: &Event| if let Event::Evaluation(evaluation) = event { Some(evaluation.clone()) } else { None };
    let losses = events.iter().filter_map(of).flat_map(|evaluation| evaluation.tasks.into_values());
    losses.map(|metrics| metrics.expect("labels").loss.to_bits()).collect()
}

#[test]
fn training_goes_on_with_the_weights_themselves() {
    let (plain, events) = run_to_end(&recipe(SETTINGS)).unwrap();
    for averaging in ["ema:0.5", "swa:0.5"] {
        let (run, again) = run_to_end(&averaged(averaging, SETTINGS)).unwrap();
        assert_eq!(loss_bits(&events), loss_bits(&again), "{averaging}");
        assert_ne!(parameters(&plain), parameters(&run), "{averaging}");
    }
}

#[test]
fn what_is_saved_is_the_mean_of_the_weights_after_the_steps_that_count() {
    let (mut plain, _) = prepare(&recipe(SETTINGS)).unwrap();
    let mut sums: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    for number in 1..=12 {
        step(&mut plain).unwrap();
        if number > 6 {
            for (name, values) in parameters(&plain) {
                let sum = sums.entry(name).or_insert_with(|| vec![0.0; values.len()]);
                sum.iter_mut().zip(values).for_each(|(sum, x)| *sum += f64::from(x));
            }
        }
    }
    let (run, _) = run_to_end(&averaged("swa:0.5", SETTINGS)).unwrap();
    for (name, values) in parameters(&run) {
        for (found, sum) in values.iter().zip(&sums[&name]) {
            let mean = sum / 6.0;
            assert!((f64::from(*found) - mean).abs() < 1e-6, "{name}: {found} is not the mean {mean}");
        }
    }
}

#[test]
fn observers_change_no_bit_of_an_averaged_run() {
    for averaging in ["ema:0.5", "swa:0.25"] {
        let mut recipe = averaged(averaging, SETTINGS);
        recipe.validation = Some(Validation::Fraction(0.34));
        let (quiet, events) = run_to_end(&recipe).unwrap();
        recipe.diagnostics = Diagnostics { gradients_every: 1, interference_every: 1, map_every: 1, mistakes: true };
        let (observed, again) = run_to_end(&recipe).unwrap();
        assert_eq!(loss_bits(&events), loss_bits(&again), "{averaging}");
        assert_eq!(evaluations(&events), evaluations(&again), "{averaging}");
        assert_eq!(parameters(&quiet), parameters(&observed), "{averaging}");
    }
}

#[test]
fn the_best_epoch_is_one_of_the_average() {
    let settings = format!(r#"{SETTINGS}, "load_best_model_at_end": true"#);
    let mut recipe = averaged("ema:0.5", &settings);
    recipe.validation = Some(Validation::Fraction(0.34));
    let (run, events) = run_to_end(&recipe).unwrap();
    let best = run.trainer().restored_epoch().expect("an epoch");
    let held_out = events.iter().filter_map(|event| match event {
        Event::Evaluation(evaluation) if evaluation.split == Split::Validation => Some(evaluation),
        _ => None,
    });
    let of_best: Vec<_> = held_out.filter(|evaluation| evaluation.epoch == best).collect();
    assert!(!of_best.is_empty());
    // Once more without a best epoch, as far as that epoch: the parameters are those that were evaluated then.
    let (mut other, _) = prepare(&Recipe {
        training: polytask::recipe::Training { load_best_model_at_end: false, ..recipe.training.clone() },
        ..recipe.clone()
    })
    .unwrap();
    let steps_per_epoch = other.trainer().steps_per_epoch();
    for _ in 0..best as usize * steps_per_epoch {
        step(&mut other).unwrap();
    }
    assert_eq!(parameters(&run), parameters(&other));
}

#[test]
fn parts_that_unfreeze_during_the_run_are_averaged_too() {
    let settings = format!(r#"{SETTINGS}, "gradual_unfreezing": 1"#);
    let (plain, events) = run_to_end(&recipe(&settings)).unwrap();
    let (run, again) = run_to_end(&averaged("ema:0.5", &settings)).unwrap();
    assert_eq!(loss_bits(&events), loss_bits(&again));
    let averaged: BTreeMap<_, _> = parameters(&run).into_iter().collect();
    let moved = |part: &str| parameters(&plain).iter().any(|(name, xs)| name.contains(part) && averaged[name] != *xs);
    assert!(["heads.", "layer.1.", "layer.0.", "word_embeddings"].into_iter().all(moved));
}

#[test]
fn a_diverging_run_keeps_the_last_good_weights_and_no_average() {
    let settings = r#""epochs": 50, "batch_size": 6, "optimizer": "sgd", "learning_rate": 10, "weight_decay": 1e9"#;
    let diverge = |recipe: &Recipe| {
        let (mut run, _) = prepare(recipe).unwrap();
        while step(&mut run).is_ok() {}
        parameters(&run)
    };
    assert_eq!(diverge(&averaged("ema:0.5", settings)), diverge(&recipe(settings)));
}

#[test]
fn names_and_numbers_that_are_none_are_refused() {
    for text in ["mean", "ema:1", "ema:0", "ema:-1", "ema:NaN", "ema:", "swa:1", "swa:x", "none:0.5", ""] {
        let error = text.parse::<WeightAveraging>().unwrap_err().to_string();
        let expected = format!(
            "weight_averaging: {text:?} is not one of none, ema:DECAY with a decay in (0, 1), swa:START with a start in [0, 1)"
        );
        assert_eq!(error, expected);
        let json = format!(r#"{{"training": {{"weight_averaging": "{text}"}}}}"#);
        assert!(Recipe::from_json(&json).unwrap_err().to_string().contains(&expected), "{text}");
    }
    for (text, written) in [("ema", "ema:0.99"), ("swa", "swa:0.5"), ("swa:0", "swa:0"), ("ema:0.9", "ema:0.9")] {
        let averaging: WeightAveraging = text.parse().unwrap();
        assert_eq!(serde_json::to_value(averaging).unwrap(), written);
        assert_eq!(written.parse::<WeightAveraging>().unwrap(), averaging);
    }
}

#[test]
fn an_average_over_more_steps_than_the_run_has_is_warned_of() {
    let warned = |averaging: &str| {
        let (_, events) = prepare(&averaged(averaging, SETTINGS)).unwrap();
        let warning =
            |event: &Event| if let Event::Warning(warning) = event { Some(warning.to_string()) } else { None };
        events.iter().filter_map(warning).find(|text| text.contains("weight_averaging"))
    };
    assert_eq!(
        warned("ema").unwrap(),
        "weight_averaging: with a decay of 0.99 the average is one over about 100 steps, and the run has 12, so it stays near \
         where the run started; a lower decay follows sooner"
    );
    assert_eq!((warned("ema:0.9"), warned("swa")), (None, None));
}
