//! Runs that stop after any piece of work and go on from a checkpoint: they give the same events and the same weights, bit
//! for bit, as a run that never stopped.

use crate::runs::{self, many, parameters, prepare, recipe, run_to_end};
use crate::tiny;
use polytask::checkpoint::{Notes, Opened};
use polytask::compute::Context;
use polytask::data::Dataset;
use polytask::model::{Weights, parse_config};
use polytask::protocol::Event;
use polytask::recipe::{Diagnostics, Recipe, Validation, Weighting};
use polytask::run::Run;
use polytask::train::{Inputs, Setup, Trainer};

/// Two epochs on sentences of which some are held out, with every observer.
fn observed(settings: &str) -> Recipe {
    let mut recipe = many(24, &format!(r#""epochs": 2, "batch_size": 5, {settings}"#));
    recipe.validation = Some(Validation::Fraction(0.3));
    recipe.diagnostics = Diagnostics { gradients_every: 1, interference_every: 2, map_every: 2, mistakes: true };
    recipe
}

/// The same run in a new place, as after a crash: of `run` only the checkpoint's bytes are left.
pub fn moved(recipe: &Recipe, mut run: Run) -> Run {
    let bytes = run.checkpoint(&Notes::new()).unwrap().to_bytes().unwrap();
    drop(run);
    Opened::verify(&mut &*bytes).unwrap();
    let (mut again, _) = prepare(recipe).unwrap();
    again.restore(&mut Opened::new(&mut &*bytes).unwrap()).unwrap();
    again
}

pub fn lines(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| serde_json::to_string(event).unwrap()).collect()
}

/// Bits of all weights, by name.
pub fn bits(run: &Run) -> Vec<(String, Vec<u32>)> {
    parameters(run).into_iter().map(|(name, xs)| (name, xs.iter().map(|x| x.to_bits()).collect())).collect()
}

/// Compares the undisturbed run with one that stops and goes on after every piece of work.
#[track_caller]
fn goes_on_exactly(recipe: &Recipe) {
    let (whole, expected) = run_to_end(recipe).unwrap();
    let (mut run, mut events) = prepare(recipe).unwrap();
    let mut stops = 0;
    while !run.is_finished() {
        run = moved(recipe, run);
        stops += 1;
        events.extend(run.advance(&[]).unwrap());
    }
    assert!(stops > 3, "{stops} stops");
    assert_eq!(lines(&events), lines(&expected));
    assert_eq!(bits(&run), bits(&whole));
    assert_eq!(lines(&run.advance(&[]).unwrap()), [""; 0], "nothing follows the end");
    let finished = moved(recipe, run);
    assert!(finished.is_finished());
    assert_eq!(bits(&finished), bits(&whole));
}

#[test]
fn every_weighting() {
    for weighting in Weighting::ALL {
        let name = serde_json::to_value(weighting).unwrap();
        goes_on_exactly(&observed(&format!(r#""weighting": {name}"#)));
    }
}

#[test]
fn every_optimizer_and_schedule() {
    for settings in [
        r#""optimizer": "adam", "weight_decay": 0.01"#,
        r#""optimizer": "adamw", "weight_decay": 0.1, "warmup": 3, "schedule": "cosine", "max_grad_norm": 0.5"#,
        r#""optimizer": "sgd", "weight_decay": 0.1, "learning_rate": 0.1, "schedule": "linear""#,
        r#""head_learning_rate": 0.05, "label_smoothing": 0.1, "class_weights": "balanced""#,
    ] {
        goes_on_exactly(&observed(settings));
    }
}

#[test]
fn dropout_accumulation_and_turns() {
    for settings in [
        r#""dropout": 0.3"#,
        r#""dropout": 0.2, "gradient_accumulation_steps": 2, "weighting": "famo""#,
        r#""tasks_per_step": 1, "task_weight": {"b": 0.5}"#,
        r#""shuffle": false"#,
    ] {
        goes_on_exactly(&observed(settings));
    }
}

#[test]
fn a_frozen_part_whose_outputs_are_kept() {
    for settings in [
        r#""freeze": "encoder""#,
        r#""freeze": "layers:1""#,
        r#""freeze": "embeddings", "dropout": 0.1"#,
        r#""gradual_unfreezing": 1"#,
    ] {
        let mut recipe = observed(settings);
        recipe.training.epochs = 4;
        goes_on_exactly(&recipe);
    }
}

#[test]
fn averages_and_the_best_epoch() {
    for settings in [
        r#""weight_averaging": "ema:0.5""#,
        r#""weight_averaging": "swa:0.5", "load_best_model_at_end": true"#,
        r#""early_stopping_patience": 1, "learning_rate": 0.05"#,
    ] {
        let mut recipe = observed(settings);
        recipe.training.epochs = 4;
        goes_on_exactly(&recipe);
    }
}

#[test]
fn few_examples() {
    goes_on_exactly(&observed(
        r#""few_examples": {"contrastive_steps": 4, "head_init": "logistic_regression", "label_names": 2}"#,
    ));
    goes_on_exactly(&observed(r#""freeze": "encoder", "few_examples": {"head_init": "ridge"}"#));
}

#[test]
fn a_loss_that_is_not_finite_ends_it_as_before() {
    let recipe = recipe(r#""epochs": 9, "batch_size": 2, "optimizer": "sgd", "learning_rate": 10"#);
    let (mut whole, _) = prepare(&recipe).unwrap();
    let expected = loop {
        if let Err(error) = whole.advance(&[]) {
            break error;
        }
    };
    let (mut run, _) = prepare(&recipe).unwrap();
    let found = loop {
        run = moved(&recipe, run);
        if let Err(error) = run.advance(&[]) {
            break error;
        }
    };
    assert_eq!(found, expected);
    assert_eq!(bits(&run), bits(&whole), "the parameters of the step before");
    let ended = moved(&recipe, run);
    assert!(ended.is_finished());
    assert_eq!(bits(&ended), bits(&whole));
    assert_eq!(ended.verdicts(), whole.verdicts());
}

#[test]
fn only_a_run_that_has_not_trained_takes_one() {
    let recipe = recipe(r#""epochs": 3, "batch_size": 2, "dropout": 0.1"#);
    let (mut run, _) = prepare(&recipe).unwrap();
    run.advance(&[]).unwrap();
    let checkpoint = run.checkpoint(&Notes::new()).unwrap();
    let bytes = checkpoint.to_bytes().unwrap();
    assert_eq!(bytes.len(), checkpoint.len());
    let (mut other, _) = prepare(&recipe).unwrap();
    other.advance(&[]).unwrap();
    let again = other.restore(&mut Opened::new(&mut &*bytes).unwrap()).unwrap_err();
    assert_eq!(
        again.to_string(),
        "checkpoint: this trainer has taken a step; make a new one to go on from a checkpoint"
    );
}

#[test]
fn a_trainer_alone() {
    let recipe = recipe(r#""epochs": 3, "batch_size": 2, "few_examples": {"head_init": "ridge"}"#);
    let files = tiny::Tiny::new();
    let trainer = || {
        let inputs = Inputs {
            data: Dataset::from_recipe(&recipe, |_| unreachable!("the sentences are in the recipe")).unwrap(),
            validation: None,
            config: parse_config(&files.config).unwrap(),
            keep_heads: false,
            tokenizer: &files.tokenizer,
            context: Context::default(),
            memory_limit: None,
        };
        let setup = Setup::new(recipe.clone(), inputs).unwrap();
        Trainer::new(setup, Weights::from_safetensors(&files.weights).unwrap()).unwrap()
    };
    let bytes = trainer().checkpoint().unwrap();
    let mut again = trainer();
    again.restore(&bytes).unwrap();
    assert!(again.checkpoint().unwrap() == bytes);
    assert_eq!(
        trainer().restore(&bytes[..bytes.len() - 1]).unwrap_err().to_string(),
        "checkpoint: it is damaged or ends too early; use an older one"
    );
}

#[test]
fn what_training_did_not_change_is_not_in_it() {
    let size = |settings: &str, steps: usize| {
        let (mut run, _) = prepare(&recipe(&format!(r#""epochs": 3, "batch_size": 2, {settings}"#))).unwrap();
        (0..steps).for_each(|_| drop(run.advance(&[]).unwrap()));
        run.checkpoint(&Notes::new()).unwrap().len()
    };
    let [before, all, frozen] =
        [size(r#""dropout": 0"#, 0), size(r#""dropout": 0"#, 1), size(r#""freeze": "encoder""#, 1)];
    let heads = 4 * (32 + 1) * 5;
    assert!(before < 20_000 && frozen < before + 5 * heads, "{before} {frozen}");
    assert!(all > 4 * frozen, "{all}");
}

/// The error of going on from `bytes` in a run of `recipe`.
#[track_caller]
fn refused(recipe: &Recipe, bytes: &[u8]) -> String {
    let (mut run, _) = prepare(recipe).unwrap();
    let before = bits(&run);
    let tried = Opened::verify(&mut &*bytes).and_then(|()| run.restore(&mut Opened::new(&mut &*bytes)?));
    let error = tried.unwrap_err().to_string();
    assert_eq!(bits(&run), before, "the run is as it was");
    error
}

#[test]
fn damaged_short_long_and_foreign_files() {
    let recipe = recipe(r#""epochs": 1, "batch_size": 2"#);
    let (mut run, _) = prepare(&recipe).unwrap();
    run.advance(&[]).unwrap();
    let bytes = run.checkpoint(&Notes::new()).unwrap().to_bytes().unwrap();
    let damaged = "checkpoint: it is damaged or ends too early; use an older one";
    let foreign =
        "checkpoint: it is not a checkpoint of this version of Polytask; resume with the version that wrote it";
    let mut tried = 0;
    for place in (0..bytes.len()).step_by(bytes.len() / 300) {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (place % 8);
        let error = refused(&recipe, &flipped);
        assert!(error == damaged || error == foreign, "byte {place}: {error}");
        let error = refused(&recipe, &bytes[..place]);
        assert!(error == damaged || error == foreign, "cut at {place}: {error}");
        tried += 1;
    }
    assert!(tried > 100);
    assert_eq!(refused(&recipe, &[&bytes[..], b" "].concat()), damaged);
    assert_eq!(refused(&recipe, &tiny::Tiny::new().weights), foreign);
    assert_eq!(refused(&recipe, b"{}"), damaged);
    assert_eq!(refused(&recipe, &[255; 64]), foreign);
}

#[test]
fn checkpoints_of_other_runs_name_the_difference() {
    let settings = r#""epochs": 2, "batch_size": 2"#;
    let (mut run, _) = prepare(&recipe(settings)).unwrap();
    run.advance(&[]).unwrap();
    let bytes = run.checkpoint(&Notes::new()).unwrap().to_bytes().unwrap();
    let with = |settings: &str| refused(&recipe(settings), &bytes);
    assert_eq!(
        with(r#""epochs": 3, "batch_size": 2"#),
        "checkpoint: it is of a run with other settings: training.epochs is 2 there and 3 now; resume with the settings that \
         the run began with"
    );
    assert_eq!(
        with(r#""epochs": 3, "batch_size": 4, "dropout": 0.5"#),
        "checkpoint: it is of a run with other settings: training.epochs is 2 there and 3 now, and 2 more differ; resume with \
         the settings that the run began with"
    );
    let other = many(6, settings);
    assert_eq!(
        refused(&other, &bytes),
        "checkpoint: it is of a run on other sentences or labels; resume with the file that the run began with"
    );
    let mut measured = recipe(settings);
    measured.diagnostics.gradients_every = 1;
    let (mut run, _) = prepare(&measured).unwrap();
    run.restore(&mut Opened::new(&mut &*bytes).unwrap()).expect("what is measured may change");
}

#[test]
fn another_encoder() {
    let recipe = recipe(r#""epochs": 2, "batch_size": 2"#);
    let (mut run, _) = prepare(&recipe).unwrap();
    let bytes = run.checkpoint(&Notes::new()).unwrap().to_bytes().unwrap();
    let mut files = tiny::Tiny::new();
    let last = files.weights.len() - 4;
    files.weights[last..].copy_from_slice(&0.5_f32.to_le_bytes());
    let plan = runs::plan(&recipe, &files, None).unwrap();
    let (mut run, _) = Run::start(plan, Weights::from_safetensors(&files.weights).unwrap()).unwrap();
    assert_eq!(
        run.restore(&mut Opened::new(&mut &*bytes).unwrap()).unwrap_err().to_string(),
        "checkpoint: it is of a run from another encoder; resume with the encoder that the run began with"
    );
}

#[test]
fn a_calibrated_model_answers_as_it_was_saved_until_its_first_step() {
    let recipe = observed(r#""dropout": 0"#);
    let (mut run, _) = run_to_end(&recipe).unwrap();
    run.calibrate().unwrap();
    let ask = |run: &Run| run.trainer().predict(&["w5 w6 w7".into()]).unwrap();
    let answers = ask(&run);
    let files = run.trainer().to_files().unwrap();
    let open = || runs::prepare_from(&recipe, Some(&files)).unwrap().0;
    let mut opened = open();
    assert_eq!(ask(&opened), answers);
    runs::step(&mut opened).unwrap();
    assert!(opened.trainer().to_files().unwrap().config != files.config, "the temperatures are gone");
    let bytes = opened.checkpoint(&Notes::new()).unwrap().to_bytes().unwrap();
    let mut again = open();
    again.restore(&mut Opened::new(&mut &*bytes).unwrap()).unwrap();
    assert_eq!(ask(&again), ask(&opened));
}
