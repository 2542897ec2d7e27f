//! Errors as sentences: what is wrong, where, and what would be right.

use serde::{Deserialize, Serialize};
use thiserror::Error;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// The crate's result.
pub type Result<T> = std::result::Result<T, Error>;

/// Everything that can go wrong in the library. Faces show the text as it stands.
#[derive(Debug, Error)]
pub enum Error {
    /// A setting is outside its range, or names something unknown.
    #[error("{name}: {wrong}")]
    Setting {
        /// The recipe's field.
        name: String,
        /// What is wrong with it and what would be right.
        wrong: String,
    },

    /// A recipe that is not one.
    #[error("recipe: {0}")]
    Recipe(String),

    /// Data that cannot be trained on.
    #[error("{place}: {wrong}")]
    Data {
        /// File, row and column, as far as they are known.
        place: String,
        /// What is wrong there and what would be right.
        wrong: String,
    },

    /// An encoder that cannot be used: its config or its weights.
    #[error("encoder: {0}")]
    Encoder(String),

    /// A `tokenizer.json` that cannot be used.
    #[error("tokenizer: {0}")]
    Tokenizer(String),

    /// More memory is needed than there is.
    #[error("memory: {0}")]
    Memory(String),

    /// The loss became NaN or infinite.
    #[error(
        "step {step}: the loss of {task} became {loss}, so training stopped and the parameters of the step before were \
         kept; try a learning rate ten times smaller than {learning_rate:e}, a warm-up, or max_grad_norm 1"
    )]
    Diverged {
        /// The step that was not taken, from 1.
        step: usize,
        /// The task whose loss it was.
        task: String,
        /// NaN, inf or -inf.
        loss: f32,
        /// The learning rate of the run.
        learning_rate: f64,
    },

    /// Candle could not do what was asked of it (out of memory, a device error).
    #[error("tensor computation failed: {0}")]
    Tensor(#[from] candle_core::Error),
}

impl Error {
    /// A setting outside its range.
    pub fn setting(name: impl Into<String>, wrong: impl Into<String>) -> Self {
        Self::Setting { name: name.into(), wrong: wrong.into() }
    }

    /// Something wrong at a place in the data.
    pub fn data(place: impl Into<String>, wrong: impl Into<String>) -> Self {
        Self::Data { place: place.into(), wrong: wrong.into() }
    }
}

/// A sentence for people: what is wrong, where, and what would be right.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Message {
    /// The sentence.
    pub message: String,
}

/// How many names a sentence lists before it only counts the others.
const LISTED: usize = 10;

/// `"a", "b", "c"`, for sentences; of more than ten names the first ten and how many more there are: `… (+90)`.
pub fn quoted<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let mut names = names.into_iter();
    let listed: Vec<String> =
        names.by_ref().take(LISTED).map(|name| format!("{:?}", shortened(name.as_ref()))).collect();
    match (listed.is_empty(), names.count()) {
        (true, _) => "none".into(),
        (false, 0) => listed.join(", "),
        (false, more) => format!("{}, … (+{more})", listed.join(", ")),
    }
}

/// The first 40 characters of a text, with `…` if there are more, for sentences.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_long_names_are_cut() {
        assert_eq!(quoted([""; 0]), "none");
        assert_eq!(quoted(["a", "b"]), "\"a\", \"b\"");
        assert_eq!(quoted((0..10).map(|i| i.to_string())).matches('"').count(), 20);
        let many = quoted((0..100_000).map(|i| i.to_string()));
        assert!(many.ends_with("\"8\", \"9\", … (+99990)"), "{many}");
        assert_eq!(quoted(["ä".repeat(41)]), format!("\"{}…\"", "ä".repeat(40)));
        assert_eq!(shortened(&"ä".repeat(40)), "ä".repeat(40));
    }
}
