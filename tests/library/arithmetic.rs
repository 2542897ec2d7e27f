//! Runs with unlike settings take turns in one process, and each comes to the same bits as alone.
//!
//! Natively both arithmetics round alike, so what can fail here is anything that runs would share: buffers, threads,
//! settings. That each product is computed in its own context's arithmetic is tested in src/ops/block.rs, and in wasm,
//! where the two differ, in tests/wasm.

use crate::runs::{loss_bits, many, parameters, plan_in};
use crate::tiny::Tiny;
use candle_core::Device;
use polytask::compute::{Arithmetic, Context};
use polytask::model::Weights;
use polytask::protocol::Event;
use polytask::recipe::Recipe;
use polytask::run::Run;

/// A run that has just begun in `context`.
fn start(recipe: &Recipe, files: &Tiny, context: Context) -> Run {
    let plan = plan_in(context, recipe, files, None).expect("a plan");
    Run::start(plan, Weights::from_safetensors(&files.weights).expect("weights")).expect("a run").0
}

/// The losses' and the parameters' bits of a run that came to its end.
type Bits = (Vec<u32>, Vec<(String, Vec<u32>)>);

fn bits(run: &Run, events: &[Event]) -> Bits {
    let bits = |(name, xs): (String, Vec<f32>)| (name, xs.into_iter().map(f32::to_bits).collect());
    (loss_bits(events), parameters(run).into_iter().map(bits).collect())
}

/// Runs all of them to their ends, a piece of work of each in turn.
fn by_turns<const N: usize>(mut runs: [Run; N]) -> [Bits; N] {
    let mut events = [(); N].map(|()| Vec::new());
    while runs.iter().any(|run| !run.is_finished()) {
        for (run, events) in runs.iter_mut().zip(&mut events) {
            events.extend(run.advance(&[]).expect("it does not diverge"));
        }
    }
    std::array::from_fn(|i| bits(&runs[i], &events[i]))
}

#[test]
fn runs_of_unlike_arithmetic_and_threads_change_nothing_of_each_other() {
    let files = Tiny::random(64, 128, 2);
    let recipe = |reproducible: bool, seed: u64| {
        let training = r#""epochs": 2, "batch_size": 48, "dropout": 0.1, "learning_rate": 1e-3"#;
        let mut recipe = many(96, training);
        recipe.training.reproducible = reproducible;
        recipe.seed = seed;
        recipe
    };
    let (reproducible, fast) = (recipe(true, 1), recipe(false, 2));
    let alone = [
        by_turns([start(&reproducible, &files, Context::default())]),
        by_turns([start(&fast, &files, Context::default())]),
    ];

    // Contexts of their own, and one that both share the threads and the buffers of.
    let shared = Context::new(Device::Cpu, 2);
    for contexts in [[Context::default(), Context::new(Device::Cpu, 3)], [shared.clone(), shared]] {
        let [first, second] = contexts;
        let runs = [start(&reproducible, &files, first), start(&fast, &files, second)];
        let arithmetic = runs.each_ref().map(|run| run.trainer().model().context().cpu().arithmetic());
        assert_eq!(arithmetic, [Arithmetic::Reproducible, Arithmetic::Fast]);
        let together = by_turns(runs);
        assert!(together[0] == alone[0][0], "the reproducible run came to other bits beside the fast one");
        assert!(together[1] == alone[1][0], "the fast run came to other bits beside the reproducible one");
    }
}
