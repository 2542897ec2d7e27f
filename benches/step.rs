//! Times training steps of a recipe natively: `cargo bench --bench step -- RECIPE ENCODER_DIR THREADS WARM_UP COUNTED`.
//! Prints one JSON line, `{"ms": [one number a step], "phases": {name: milliseconds of all counted steps}}`;
//! `benches/run.mjs` runs it beside the others.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use candle_core::Device;
use polytask::compute::Context;
use polytask::data::Dataset;
use polytask::model::{Weights, parse_config};
use polytask::protocol::PhaseName;
use polytask::recipe::Recipe;
use polytask::run::{Plan, Run};
use polytask::train::Inputs;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo test --benches` and `cargo bench` add a flag of their own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with("--")).collect();
    let [recipe, encoder, threads, warm_up, counted] = arguments.as_slice() else {
        println!("usage: RECIPE ENCODER_DIR THREADS WARM_UP COUNTED");
        return Ok(());
    };
    let (warm_up, counted): (usize, usize) = (warm_up.parse()?, counted.parse()?);
    let mut recipe = Recipe::from_json(&std::fs::read_to_string(recipe)?)?;
    // Every sentence in one batch: an epoch is a step, and an `advance` is too, since nothing is measured before the end.
    recipe.training.epochs = (warm_up + counted) as u32;
    let read = |file: &str| std::fs::read(PathBuf::from(encoder).join(file));
    let inputs = Inputs {
        data: Dataset::from_recipe(&recipe, |_| unreachable!("the recipe holds its sentences"))?,
        validation: None,
        config: parse_config(&read("config.json")?)?,
        keep_heads: false,
        tokenizer: &read("tokenizer.json")?,
        context: Context::new(Device::Cpu, threads.parse()?),
        memory_limit: None,
    };
    let weights = Weights::from_safetensors(&read("model.safetensors")?)?;
    let (mut run, _) = Run::start(Plan::new(recipe, inputs)?, weights)?;
    for _ in 0..warm_up {
        run.advance(&[])?;
    }
    let clock = Arc::new(Mutex::new(Clock::default()));
    let running = clock.clone();
    run.on_phase(Some(Box::new(move |phase| lock(&running).begin(Some(phase.name)))));
    let mut times = Vec::with_capacity(counted);
    for _ in 0..counted {
        let start = Instant::now();
        run.advance(&[])?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        lock(&clock).begin(None);
    }
    println!("{}", serde_json::json!({ "ms": times, "phases": lock(&clock).ms }));
    Ok(())
}

/// How long each phase of a step took in all.
#[derive(Default)]
struct Clock {
    ms: BTreeMap<String, f64>,
    running: Option<(PhaseName, Instant)>,
}

impl Clock {
    /// Ends the phase that is running and begins `next`.
    fn begin(&mut self, next: Option<PhaseName>) {
        if let Some((name, start)) = self.running.take() {
            let name = serde_json::to_value(name).expect("a name is a string");
            let ms = self.ms.entry(name.as_str().unwrap_or_default().to_string()).or_default();
            *ms += start.elapsed().as_secs_f64() * 1e3;
        }
        self.running = next.map(|name| (name, Instant::now()));
    }
}

fn lock(clock: &Mutex<Clock>) -> MutexGuard<'_, Clock> {
    clock.lock().unwrap_or_else(PoisonError::into_inner)
}
