//! A number of threads changes no bit, on products and rows that are large enough to be shared out between threads.

use crate::runs::{many, parameters, plan_in};
use crate::tiny::Tiny;
use candle_core::Device;
use polytask::compute::Context;
use polytask::model::Weights;
use polytask::protocol::Event;
use polytask::recipe::Recipe;
use polytask::run::Run;

/// Runs to the end on `threads` threads: every parameter's bits, and all events.
fn run(recipe: &Recipe, files: &Tiny, threads: usize) -> (Vec<(String, Vec<u32>)>, Vec<Event>) {
    let plan = plan_in(Context::new(Device::Cpu, threads), recipe, files, None).expect("a plan");
    let weights = Weights::from_safetensors(&files.weights).expect("weights");
    let (mut run, mut events) = Run::start(plan, weights).expect("a run");
    while !run.is_finished() {
        events.extend(run.advance(&[]).expect("it does not diverge"));
    }
    let bits = |(name, xs): (String, Vec<f32>)| (name, xs.into_iter().map(f32::to_bits).collect());
    (parameters(&run).into_iter().map(bits).collect(), events)
}

#[test]
fn a_number_of_threads_changes_no_bit() {
    // 48 sentences of five tokens in a batch: (240,128) numbers are 30,720, and (240,512) 122,880; a thread gets 16,384.
    let files = Tiny::random(64, 128, 2);
    for training in [
        r#""weighting": "pcgrad", "dropout": 0.1, "max_grad_norm": 0.5"#,
        r#""optimizer": "adamw", "weight_decay": 0.1, "gradient_accumulation_steps": 2, "weighting": "famo""#,
    ] {
        let training = format!(r#""epochs": 2, "batch_size": 48, "learning_rate": 1e-3, {training}"#);
        let mut recipe = many(96, &training);
        recipe.diagnostics.gradients_every = 1;
        recipe.diagnostics.interference_every = 1;
        let alone = run(&recipe, &files, 1);
        for threads in [2, 3, 8] {
            assert!(run(&recipe, &files, threads) == alone, "{threads} threads: {training}");
        }
    }
}
