//! How well a task is solved: accuracy, macro-F1, loss and the confusion matrix, with scikit-learn's definitions.

mod confusion;
mod tally;

use serde::{Deserialize, Serialize};

pub use confusion::ConfusionCells;
pub use tally::{Tally, argmax};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// One task's figures over the examples labelled for it; there is at least one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct TaskMetrics {
    /// Share of the examples that were predicted correctly, in [0, 1].
    pub accuracy: f32,
    /// Unweighted mean of the classes' F1 over classes that occur or are predicted, in [0, 1].
    pub macro_f1: f32,
    /// Mean cross-entropy in nats, always without label smoothing and class weights, so that runs can be compared.
    pub loss: f32,
    /// `confusion[t][p]`: examples of class t that were predicted as p. (C,C) Written as [`ConfusionCells`] for more than 100
    /// classes.
    #[serde(with = "confusion")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number[][] | ConfusionCells"))]
    pub confusion: Vec<Vec<u32>>,
}
