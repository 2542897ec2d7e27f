//! The weighting methods against implementations that work on the gradients themselves: `tests/reference/weighting.json`,
//! which `weighting.py` there made; and in runs whose gradients have fewer dimensions than there are tasks.
//!
//! Every number below is relative to the largest of its kind. Polytask agrees with our own reference to 1e-9 and with
//! torchjd to the figure beside each method.

use crate::runs;
use crate::tiny;
use std::collections::HashMap;
use std::path::Path;

use candle_core::{Device, Tensor};
use polytask::compute::Context;
use polytask::data::Dataset;
use polytask::model::{Weights, parse_config};
use polytask::protocol::Event;
use polytask::random::Stream;
use polytask::recipe::Weighting;
use polytask::run::{Plan, Run};
use polytask::train::Inputs;
use polytask::weighting::{Chosen, Gram, Method, StepInfo, method};
use serde_json::{Value, json};

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

/// What a method at its beginning chooses for these gradients.
fn chosen(name: &str, gradients: &[Vec<f64>], seed: u64) -> Chosen {
    let k = gradients.len();
    let gram = Gram::new(k, |i, j| dot(&gradients[i], &gradients[j]));
    let tasks: Vec<usize> = (0..k).collect();
    let losses = vec![1.0; k];
    let seen =
        StepInfo { tasks: &tasks, losses: &losses, gram: Some(&gram), last_layer: Some(&gram), learning_rate: 1e-3 };
    method(weighting(name), k, seed).choose(&seen)
}

/// Its weights, if there is nothing to warn of.
fn weights(name: &str, gradients: &[Vec<f64>], seed: u64) -> Vec<f64> {
    let chosen = chosen(name, gradients, seed);
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
fn updates_of_dependent_gradients_are_the_references() {
    let golden = golden();
    let cases = golden["dependent"].as_object().expect("cases");
    assert_eq!(cases.len(), 5);
    for (case, golden) in cases {
        let gradients: Vec<Vec<f64>> = golden["gradients"].as_array().expect("rows").iter().map(numbers).collect();
        let longest = gradients.iter().map(|g| dot(g, g).sqrt()).fold(0.0, f64::max);
        // Some of these updates are zero, so that errors are relative to the longest gradient. torchjd's solver for UPGrad
        // needs a multiple of the identity added to the inner products, and its descent for MGDA stops early.
        for (name, torchjd) in [("cagrad", 1e-5), ("mgda", 2e-3), ("upgrad", 1e-3), ("aligned-mtl", 1e-9)] {
            let ours = combined(&chosen(name, &gradients, 0).weights, &gradients);
            for (whose, tolerance) in [("updates", 1e-9), ("torchjd", torchjd)] {
                let theirs = numbers(&golden[whose][name]);
                let off: Vec<f64> = ours.iter().zip(&theirs).map(|(x, y)| x - y).collect();
                let error = dot(&off, &off).sqrt() / longest;
                assert!(error <= tolerance, "{case}, {name}, {whose}: off by {error:e}");
            }
        }
    }
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
        let seen = StepInfo {
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
        if method.wants_losses_after() {
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
    let seen = StepInfo { tasks: &[0, 1, 2], losses: &[], gram: None, last_layer: None, learning_rate: 1e-3 };
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

/// `model.safetensors` of an encoder with one layer and `h` hidden units, by lot.
fn weights_of(h: usize, seed: u64) -> Vec<u8> {
    let layer = "bert.encoder.layer.0";
    let mut shapes = vec![
        ("bert.embeddings.word_embeddings.weight".into(), vec![64, h]),
        ("bert.embeddings.position_embeddings.weight".into(), vec![32, h]),
        ("bert.embeddings.token_type_embeddings.weight".into(), vec![2, h]),
        ("bert.embeddings.LayerNorm.weight".into(), vec![h]),
        ("bert.embeddings.LayerNorm.bias".into(), vec![h]),
    ];
    let dense = [
        ("attention.self.query", h, h),
        ("attention.self.key", h, h),
        ("attention.self.value", h, h),
        ("attention.output.dense", h, h),
        ("intermediate.dense", 4, h),
        ("output.dense", h, 4),
    ];
    for (name, rows, columns) in dense {
        shapes.push((format!("{layer}.{name}.weight"), vec![rows, columns]));
        shapes.push((format!("{layer}.{name}.bias"), vec![rows]));
    }
    for name in ["attention.output.LayerNorm", "output.LayerNorm"] {
        shapes.extend(["weight", "bias"].map(|part| (format!("{layer}.{name}.{part}"), vec![h])));
    }
    let mut stream = Stream::new(seed, "init");
    let mut tensor = |(name, shape): (String, Vec<usize>)| {
        let center = if name.ends_with("LayerNorm.weight") { 1.0 } else { 0.0 };
        let xs: Vec<f32> = (0..shape.iter().product()).map(|_| center + 0.5 * (stream.uniform() - 0.5)).collect();
        (name, Tensor::from_vec(xs, shape, &Device::Cpu).expect("a tensor"))
    };
    runs::serialised(&shapes.into_iter().map(&mut tensor).collect::<HashMap<_, _>>())
}

/// Six sentences, one a batch, with `k` tasks on an encoder with `h` hidden units.
fn run_in_few_dimensions(weighting: &str, h: usize, k: usize, seed: u64) -> (Run, Vec<Event>) {
    let mut labels = Stream::new(seed, "labels");
    let examples: Vec<Value> = (0..6)
        .map(|i| {
            let labels: serde_json::Map<String, Value> = (0..k)
                .map(|task| {
                    // Both classes in the first two sentences.
                    let class = if i < 2 { i } else { labels.below(2) };
                    (format!("t{task}"), ["x", "y"][class as usize].into())
                })
                .collect();
            json!({"text": format!("w{} w{}", i + 5, 2 * i + 9), "labels": labels})
        })
        .collect();
    let training = format!(r#""batch_size": 1, "weighting": "{weighting}""#);
    let mut recipe = runs::recipe_on(&json!(examples).to_string(), &training);
    recipe.diagnostics.gradients_every = 1;
    let config = json!({
        "vocab_size": 64, "hidden_size": h, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 4,
        "max_position_embeddings": 32, "type_vocab_size": 2, "hidden_act": "gelu", "layer_norm_eps": 1e-12
    });
    let inputs = Inputs {
        data: Dataset::from_recipe(&recipe, |_| unreachable!("the sentences are in the recipe")).expect("data"),
        validation: None,
        config: parse_config(config.to_string().as_bytes()).expect("a config"),
        keep_heads: false,
        tokenizer: &tiny::Tiny::new().tokenizer,
        context: Context::default(),
        memory_limit: None,
    };
    let weights = Weights::from_safetensors(&weights_of(h, seed)).expect("weights");
    let plan = Plan::new(recipe, inputs).expect("a plan");
    let (mut run, mut events) = Run::start(plan, weights).expect("a run");
    while !run.is_finished() {
        events.extend(run.advance(&[]).expect("a step"));
    }
    (run, events)
}

#[test]
fn a_run_with_more_tasks_than_dimensions_stays_finite() {
    // UPGrad's weights reached 1e137 here, and then NaN in the parameters.
    for weighting in ["upgrad", "cagrad", "mgda", "nash-mtl", "imtl-g", "aligned-mtl", "pcgrad"] {
        for (h, k) in [2, 3, 4].into_iter().flat_map(|h| [4, 5, 6].map(|k| (h, k))) {
            for seed in 0..3 {
                let at = format!("{weighting}, H = {h}, K = {k}, seed {seed}");
                let (run, events) = run_in_few_dimensions(weighting, h, k, seed);
                for (name, xs) in runs::parameters(&run) {
                    assert!(xs.iter().all(|x| x.is_finite()), "{at}: {name} is {xs:?}");
                }
                let gradients = events.iter().filter_map(|event| match event {
                    Event::Gradients(gradients) => Some(gradients),
                    _ => None,
                });
                let mut observed = 0;
                for gradients in gradients {
                    observed += 1;
                    let norms = &gradients.whole.norms;
                    let longest = norms.iter().copied().fold(0.0, f64::max);
                    let lengths = gradients.weights.iter().zip(norms).map(|(w, norm)| w.abs() * norm);
                    // Nash-MTL's weights are inverse lengths.
                    let bound = if weighting == "nash-mtl" { 1e4 } else { 1e4 * longest };
                    assert!(lengths.fold(0.0, f64::max) <= bound, "{at}: {:?} of {norms:?}", gradients.weights);
                    if weighting == "upgrad" {
                        let mean = norms.iter().sum::<f64>() / k as f64;
                        assert!(gradients.combined_norm <= mean * (1.0 + 1e-6), "{at}: {gradients:?}");
                    }
                }
                assert_eq!(observed, 18, "{at}");
            }
        }
    }
}
