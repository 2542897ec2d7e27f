//! Whole runs on the tiny encoder: six sentences, two tasks, one blank label.
#![allow(dead_code)] // Each test file uses some of it.

use candle_core::{Device, Tensor};
use polytask::compute::Context;
use polytask::data::Dataset;
use polytask::model::{ModelFiles, Weights, parse_config};
use polytask::protocol::{Event, StepReport};
use polytask::recipe::Recipe;
use polytask::run::{Plan, Run};
use polytask::train::Inputs;

use crate::tiny::Tiny;

/// The names of all weightings.
pub const WEIGHTINGS: [&str; 13] = [
    "sum",
    "uncertainty",
    "dwa",
    "random",
    "gradnorm",
    "famo",
    "pcgrad",
    "cagrad",
    "mgda",
    "imtl-g",
    "nash-mtl",
    "upgrad",
    "aligned-mtl",
];

/// Six sentences, two tasks, one blank, as a recipe with the given training settings.
pub fn recipe(training: &str) -> Recipe {
    recipe_on(
        r#"[
            {"text": "w5 w6 w7", "labels": {"a": "x", "b": "p"}},
            {"text": "w8 w9", "labels": {"a": "y", "b": "q"}},
            {"text": "w5 w10 w11 w12", "labels": {"a": "x", "b": "p"}},
            {"text": "w8 w13", "labels": {"a": "y"}},
            {"text": "w14 w15 w6", "labels": {"a": "z", "b": "p"}},
            {"text": "w14 w9 w9", "labels": {"a": "z", "b": "q"}}
        ]"#,
        training,
    )
}

pub fn recipe_on(examples: &str, training: &str) -> Recipe {
    let json = format!(
        r#"{{"data": {{"examples": {examples}}}, "validation": {{"fraction": 0}}, "seed": 3,
            "training": {{"max_length": 16, {training}}}}}"#
    );
    Recipe::from_json(&json).expect("a recipe")
}

/// `n` sentences, two in three of them labelled for task b, as a recipe with the given training settings.
pub fn many(n: usize, training: &str) -> Recipe {
    let labels = |i: usize| match i % 3 {
        0 => format!(r#"{{"a": "{}"}}"#, ["x", "y", "z"][i % 7 % 3]),
        _ => format!(r#"{{"a": "{}", "b": "{}"}}"#, ["x", "y", "z"][i % 5 % 3], ["p", "q"][i / 2 % 2]),
    };
    let sentence =
        |i: usize| format!(r#"{{"text": "w{} w{} w{}", "labels": {}}}"#, 4 + i % 60, 4 + i % 31, 4 + i / 7, labels(i));
    recipe_on(&format!("[{}]", (0..n).map(sentence).collect::<Vec<_>>().join(",")), training)
}

pub fn prepare(recipe: &Recipe) -> polytask::Result<(Run, Vec<Event>)> {
    prepare_from(recipe, None)
}

/// A run of `recipe` on an encoder other than the tiny one, before its weights.
pub fn plan(recipe: &Recipe, files: &Tiny, memory_limit: Option<u64>) -> polytask::Result<Plan> {
    plan_in(Context::default(), recipe, files, memory_limit)
}

/// The same in `context`.
pub fn plan_in(context: Context, recipe: &Recipe, files: &Tiny, memory_limit: Option<u64>) -> polytask::Result<Plan> {
    let inputs = Inputs {
        data: Dataset::from_recipe(recipe, |_| unreachable!("the sentences are in the recipe"))?,
        validation: None,
        config: parse_config(&files.config)?,
        keep_heads: false,
        tokenizer: &files.tokenizer,
        context,
        memory_limit,
    };
    Plan::new(recipe.clone(), inputs)
}

/// A run that goes on with a saved model, or begins with the tiny encoder and new heads.
pub fn prepare_from(recipe: &Recipe, saved: Option<&ModelFiles>) -> polytask::Result<(Run, Vec<Event>)> {
    let files = Tiny::new();
    let data = Dataset::from_recipe(recipe, |_| unreachable!("the sentences are in the recipe"))?;
    let inputs = Inputs {
        data,
        validation: None,
        config: parse_config(saved.map_or(&files.config, |saved| &saved.config))?,
        keep_heads: saved.is_some(),
        tokenizer: &files.tokenizer,
        context: Context::default(),
        memory_limit: None,
    };
    let weights = saved.map_or(&files.weights, |saved| &saved.weights);
    Run::start(Plan::new(recipe.clone(), inputs)?, Weights::from_safetensors(weights)?)
}

/// Does the work that is due, then the next step, and returns the step's report.
pub fn step(run: &mut Run) -> polytask::Result<StepReport> {
    loop {
        assert!(!run.is_finished(), "no step is left to take");
        for event in run.advance(&[])? {
            if let Event::Step(report) = event {
                return Ok(report);
            }
        }
    }
}

/// Runs to the end. Returns the run and all its events.
pub fn run_to_end(recipe: &Recipe) -> polytask::Result<(Run, Vec<Event>)> {
    let (mut run, mut events) = prepare(recipe)?;
    while !run.is_finished() {
        events.extend(run.advance(&[])?);
    }
    Ok((run, events))
}

pub fn loss_bits(events: &[Event]) -> Vec<u32> {
    let steps = events.iter().filter_map(|event| match event {
        Event::Step(step) => Some(step),
        _ => None,
    });
    steps.flat_map(|step| step.losses.values().chain([&step.total]).map(|x| x.to_bits())).collect()
}

pub fn parameters(run: &Run) -> Vec<(String, Vec<f32>)> {
    let files = run.trainer().to_files().expect("files");
    let tensors = candle_core::safetensors::load_buffer(&files.weights, &Device::Cpu).expect("safetensors");
    let mut all: Vec<(String, Vec<f32>)> = tensors
        .into_iter()
        .map(|(name, xs): (String, Tensor)| (name, xs.flatten_all().and_then(|xs| xs.to_vec1()).expect("f32")))
        .collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// The bytes of a `model.safetensors` with these tensors.
pub fn serialised(tensors: &std::collections::HashMap<String, candle_core::Tensor>) -> Vec<u8> {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    candle_core::safetensors::save(tensors, file.path()).expect("a temporary file");
    std::fs::read(file.path()).expect("a temporary file")
}
