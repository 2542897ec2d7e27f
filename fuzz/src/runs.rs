//! What runs are made of and leave: recipes, logs of events, checkpoints.

use polytask::checkpoint::Opened;
use polytask::compute::Context;
use polytask::data::Dataset;
use polytask::model::{Weights, parse_config};
use polytask::printout::printout;
use polytask::protocol::Event;
use polytask::recipe::{Recipe, Source};
use polytask::train::{Inputs, Setup, Trainer};
use xxhash_rust::xxh3::Xxh3;

use crate::seeds::{CONFIG, RECIPE, TOKENIZER, WEIGHTS};

/// A recipe, from a file or a link: what is read is written as it was read.
pub fn recipe(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(recipe) = Recipe::from_json(text) else { return };
    let _ = recipe.validate();
    let written = serde_json::to_string(&recipe).expect("a recipe is written");
    let again = Recipe::from_json(&written).unwrap_or_else(|e| panic!("{written} cannot be read: {e}"));
    assert_eq!(recipe, again);
    if !matches!(recipe.data, Source::File(_)) {
        let _ = Dataset::from_recipe(&recipe, |_| unreachable!("there is no file"));
    }
}

/// A line of a log.
pub fn event(input: &[u8]) {
    let Ok(event) = serde_json::from_slice::<Event>(input) else { return };
    let _ = printout(&event);
    let _ = serde_json::to_string(&event);
}

/// A checkpoint. So that not every changed byte ends at the hash, the hash is made right first.
pub fn checkpoint(input: &[u8]) {
    let _ = Opened::verify(&mut &*input);
    let Some(file) = with_right_hash(input) else { return };
    if Opened::verify(&mut &*file).is_err() {
        return;
    }
    let mut trainer = trainer();
    let before = trainer.checkpoint().expect("a checkpoint");
    let Err(error) = trainer.restore(&file) else { return };
    if error.code().starts_with("checkpoint.other_") {
        assert!(
            trainer.checkpoint().expect("a checkpoint") == before,
            "a training that refused another's checkpoint is as it was"
        );
    }
}

/// A training on the tiny encoder that has taken no step.
pub fn trainer() -> Trainer {
    let recipe = Recipe::from_json(RECIPE).expect("a recipe");
    let inputs = Inputs {
        data: Dataset::from_recipe(&recipe, |_| unreachable!("the sentences are in the recipe")).expect("a data set"),
        validation: None,
        config: parse_config(CONFIG).expect("a configuration"),
        keep_heads: false,
        tokenizer: TOKENIZER,
        context: Context::default(),
        memory_limit: None,
    };
    let setup = Setup::new(recipe, inputs).expect("a setup");
    Trainer::new(setup, Weights::from_safetensors(WEIGHTS).expect("weights")).expect("a trainer")
}

/// The same file with the hash that its bytes have; nothing if it has no place for one.
fn with_right_hash(input: &[u8]) -> Option<Vec<u8>> {
    const FIELD: &[u8] = b"\"xxh3\":\"";
    const DIGITS: usize = 16;
    let at = input.windows(FIELD.len()).position(|bytes| bytes == FIELD)? + FIELD.len();
    let mut file = input.to_vec();
    file.get_mut(at..at + DIGITS)?.fill(b'0');
    let mut hash = Xxh3::new();
    hash.update(&file);
    file[at..at + DIGITS].copy_from_slice(format!("{:016x}", hash.digest()).as_bytes());
    Some(file)
}
