//! Times training steps of a recipe natively: `cargo bench --bench step -- RECIPE ENCODER_DIR THREADS WARM_UP COUNTED`.
//! Prints one JSON line, `{"ms": [one number a step]}`; `benches/run.mjs` runs it beside the others.

use std::path::PathBuf;
use std::time::Instant;

use candle_core::Device;
use polytask::data::Dataset;
use polytask::model::{Weights, parse_config};
use polytask::ops;
use polytask::recipe::Recipe;
use polytask::train::{Inputs, Plan, Trainer};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo test --benches` and `cargo bench` add a flag of their own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let [recipe, encoder, threads, warm_up, counted] = arguments.as_slice() else {
        println!("usage: RECIPE ENCODER_DIR THREADS WARM_UP COUNTED");
        return Ok(());
    };
    let (warm_up, counted): (usize, usize) = (warm_up.parse()?, counted.parse()?);
    ops::set_threads(threads.parse()?);
    let mut recipe = Recipe::from_json(&std::fs::read_to_string(recipe)?)?;
    // Every sentence in one batch: an epoch is a step.
    recipe.training.epochs = (warm_up + counted) as u32;
    let read = |file: &str| std::fs::read(PathBuf::from(encoder).join(file));
    let inputs = Inputs {
        data: Dataset::from_recipe(&recipe, |_| unreachable!("the recipe holds its sentences"))?,
        validation: None,
        config: parse_config(&read("config.json")?)?,
        keep_heads: false,
        tokenizer: &read("tokenizer.json")?,
        device: Device::Cpu,
        memory_limit: None,
    };
    let weights = Weights::from_safetensors(&read("model.safetensors")?)?;
    let (mut trainer, _) = Trainer::start(Plan::new(recipe, inputs)?, weights)?;
    let mut times = Vec::with_capacity(counted);
    for step in 0..warm_up + counted {
        let start = Instant::now();
        trainer.step()?;
        if step >= warm_up {
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
    }
    println!("{}", serde_json::json!({ "ms": times }));
    Ok(())
}
