//! The verdict on a run: for each task one sentence that says what its figures mean, and the one thing to try next.
//!
//! A run ends with figures that few readers can judge: is 47 % much? On how many sentences, and how many of the training
//! sentences are right? [`judge`] compares a task's figures with what guessing and the commonest answer would reach, with an
//! exact test and an interval, since there are often few sentences. Its limits stand at the top of `judge.rs`.

#[cfg(test)]
mod cases;
mod evidence;
mod history;
mod judge;
mod suggest;

use serde::{Deserialize, Serialize};

pub use evidence::{BetterEpoch, Evidence};
pub use history::History;
pub(crate) use history::verdicts_not_finite;
pub use judge::judge;

use crate::error::Message;
use crate::recipe::Metric;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// What a run's figures mean for one task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Verdict {
    /// The task.
    pub task: String,
    /// The verdict in a word.
    pub kind: VerdictKind,
    /// The same as a sentence with its figures, which does not name the task.
    pub message: Message,
    /// The one thing to try next; left out if nothing suggests itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub next: Option<Suggestion>,
}

/// A verdict in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// Better than the commonest answer on held-out sentences, and most of what it knows holds for new ones.
    Learned,
    /// Better than the commonest answer, but most of what it knows are the training sentences themselves.
    Memorised,
    /// On held-out sentences not better than always giving the commonest answer.
    NotBetter,
    /// Even on the training sentences not better than guessing.
    NotLearned,
    /// The training loss is far above that of guessing, or was no longer finite.
    Diverged,
    /// The held-out sentences are too few to say whether it is better than the commonest answer.
    TooFew,
    /// No held-out sentence is labelled for it.
    NothingHeldOut,
    /// No training sentence is labelled for it.
    NoLabels,
}

/// Something to try next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Suggestion {
    /// What to try, as a sentence.
    pub message: Message,
    /// The settings that do it; left out where no setting does, such as labelling more sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub change: Option<Change>,
}

/// New values for settings of the recipe; the others stay as they are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(default)]
pub struct Change {
    /// The training's `learning_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub learning_rate: Option<f64>,
    /// The training's `head_learning_rate`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub head_learning_rate: Option<f64>,
    /// The training's `epochs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub epochs: Option<u32>,
    /// The training's `load_best_model_at_end`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub load_best_model_at_end: Option<bool>,
    /// The training's `metric_for_best_model`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub metric_for_best_model: Option<Metric>,
    /// The share of the sentences to hold out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub validation_fraction: Option<f64>,
}
