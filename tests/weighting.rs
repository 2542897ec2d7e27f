//! The weighting methods against implementations that work on the gradients themselves: `tests/reference/weighting.json`,
//! which `weighting.py` there made.
//!
//! Every number below is relative to the largest of its kind. Polytask agrees with our own reference to 1e-9 and with
//! torchjd to the figure beside each method.

use std::path::Path;

use polytask::random::Stream;
use polytask::recipe::Weighting;
use polytask::weighting::{Gram, Method, Seen, method};
use serde_json::Value;

fn golden() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reference/weighting.json");
    serde_json::from_slice(&std::fs::read(path).expect("the golden")).expect("JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
}

/// The numbers of a list that has `null` for tasks that take no part, and those that do.
fn present(value: &Value) -> (Vec<usize>, Vec<f64>) {
    let list = value.as_array().expect("a list").iter().enumerate();
    list.filter_map(|(i, x)| Some((i, x.as_f64()?))).unzip()
}

fn weighting(name: &str) -> Weighting {
    serde_json::from_value(name.into()).expect("a method's name")
}

fn dot(x: &[f64], y: &[f64]) -> f64 {
    x.iter().zip(y).map(|(x, y)| x * y).sum()
}

/// Σ wᵢgᵢ.
fn combined(weights: &[f64], gradients: &[Vec<f64>]) -> Vec<f64> {
    (0..gradients[0].len()).map(|d| weights.iter().zip(gradients).map(|(w, g)| w * g[d]).sum()).collect()
}

#[track_caller]
fn close(what: &str, ours: &[f64], theirs: &[f64], tolerance: f64) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let size = dot(theirs, theirs).sqrt();
    let error = ours.iter().zip(theirs).map(|(x, y)| (x - y) * (x - y)).sum::<f64>().sqrt() / size;
    assert!(error <= tolerance, "{what}: off by {error:e}");
}

/// The weights that a method at its beginning gives these gradients.
fn weights(name: &str, gradients: &[Vec<f64>], seed: u64) -> Vec<f64> {
    let k = gradients.len();
    let gram = Gram::new(k, |i, j| dot(&gradients[i], &gradients[j]));
    let tasks: Vec<usize> = (0..k).collect();
    let losses = vec![1.0; k];
    let seen = Seen { tasks: &tasks, losses: &losses, gram: Some(&gram), last_layer: Some(&gram), learning_rate: 1e-3 };
    let chosen = method(weighting(name), k, seed).choose(&seen);
    assert_eq!(chosen.warning, None, "{name}");
    chosen.weights
}

#[test]
fn updates_are_the_references() {
    let golden = golden();
    let cases = golden["updates"].as_object().expect("cases");
    assert_eq!(cases.len(), 6);
    let mut compared = 0;
    for (case, golden) in cases {
        let gradients: Vec<Vec<f64>> = golden["gradients"].as_array().expect("rows").iter().map(numbers).collect();
        // torchjd's solvers for CAGrad and Nash-MTL stop at these, the latter in one case without having arrived.
        for (name, torchjd) in [
            ("cagrad", 1e-4),
            ("mgda", 1e-9),
            ("imtl-g", 1e-9),
            ("nash-mtl", 1e-4),
            ("upgrad", 1e-9),
            ("aligned-mtl", 1e-9),
        ] {
            let ours = combined(&weights(name, &gradients, 0), &gradients);
            close(&format!("{case}, {name}"), &ours, &numbers(&golden["updates"][name]), 1e-9);
            if let Some(theirs) = golden["torchjd"].get(name) {
                compared += 1;
                close(&format!("{case}, {name}, torchjd"), &ours, &numbers(theirs), torchjd);
            }
        }
    }
    assert_eq!(compared, 6 * 6 - 1);
}

#[test]
fn pcgrad_is_the_references_in_the_order_it_drew() {
    let golden = golden();
    for (case, golden) in golden["updates"].as_object().expect("cases") {
        let gradients: Vec<Vec<f64>> = golden["gradients"].as_array().expect("rows").iter().map(numbers).collect();
        let k = gradients.len();
        let mut different = Vec::new();
        for seed in 0..20 {
            let mut stream = Stream::new(seed, "weighting");
            let mut expected = vec![0.0; k];
            for i in 0..k {
                let mut others: Vec<usize> = (0..k).filter(|&j| j != i).collect();
                stream.shuffle(&mut others);
                let order: Vec<String> = others.iter().map(usize::to_string).collect();
                let factors = numbers(&golden["pcgrad"][i][order.join(",")]);
                expected.iter_mut().zip(factors).for_each(|(sum, factor)| *sum += factor);
            }
            let ours = combined(&weights("pcgrad", &gradients, seed), &gradients);
            close(&format!("{case}, pcgrad, seed {seed}"), &ours, &combined(&expected, &gradients), 1e-9);
            if !different.contains(&ours) {
                different.push(ours);
            }
        }
        assert!(different.len() > 1 || !case.contains("in conflict, unlike"), "{case}: one order only");
        if k == 2 {
            close(&format!("{case}, torchjd"), &different[0], &numbers(&golden["torchjd"]["pcgrad"]), 1e-9);
        }
    }
}

/// A method's weights over the recorded steps, told of what it asks for, against the reference's.
fn follow(name: &str, golden: &Value) {
    let mut method: Box<dyn Method> = method(weighting(name), 3, 0);
    let steps = golden["steps"].as_array().expect("steps");
    let expected = golden[name].as_array().expect("weights");
    assert_eq!((steps.len(), expected.len()), (20, 20));
    let mut blanks = 0;
    for (number, (step, expected)) in steps.iter().zip(expected).enumerate() {
        let (tasks, losses) = present(&step["losses"]);
        let (_, norms) = present(&step["norms"]);
        let layer = Gram::new(norms.len(), |i, j| norms[i] * norms[j]);
        let seen = Seen {
            tasks: &tasks,
            losses: &losses,
            gram: Some(&layer),
            last_layer: Some(&layer),
            learning_rate: step["learning_rate"].as_f64().expect("a number"),
        };
        let chosen = method.choose(&seen);
        let (those, expected) = present(expected);
        assert_eq!((those, chosen.warning), (tasks, None), "{name}, step {number}");
        close(&format!("{name}, step {number}"), &chosen.weights, &expected, 1e-9);
        blanks += 3 - expected.len();
        if method.asks_after() {
            method.stepped(&present(&step["after"]).1);
        }
    }
    assert_eq!(blanks, 6);
}

#[test]
fn weights_that_are_trained_follow_the_reference() {
    let golden = &golden()["runs"];
    for name in ["uncertainty", "famo", "gradnorm"] {
        follow(name, golden);
    }
}

#[test]
fn dynamic_weight_average_follows_the_reference() {
    let golden = &golden()["runs"];
    let mut method = method(Weighting::Dwa, 3, 0);
    let seen = Seen { tasks: &[0, 1, 2], losses: &[], gram: None, last_layer: None, learning_rate: 1e-3 };
    let epochs = golden["epochs"].as_array().expect("epochs");
    let expected = golden["dwa"].as_array().expect("weights");
    assert_eq!(expected.len(), epochs.len() + 1);
    for (t, expected) in expected.iter().enumerate() {
        close(&format!("dwa, epoch {t}"), &method.choose(&seen).weights, &numbers(expected), 1e-9);
        if let Some(epoch) = epochs.get(t) {
            let losses: Vec<Option<f64>> = epoch.as_array().expect("losses").iter().map(Value::as_f64).collect();
            method.epoch_ended(&losses);
        }
    }
}
