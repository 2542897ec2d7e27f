//! How well a task is solved: accuracy with its interval, macro-F1, loss and the confusion matrix, with scikit-learn's
//! definitions; and how far the probabilities can be believed.

mod calibration;
mod confusion;
mod proportion;
mod tally;
mod temperature;

use serde::{Deserialize, Serialize};

pub use calibration::{Calibration, CalibrationBin};
pub use confusion::ConfusionCells;
pub use proportion::{sign_test, wilson_interval};
pub use tally::{Tally, argmax};
pub use temperature::fit_temperature;

use crate::checkpoint::state;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// One task's figures over the examples labelled for it; there is at least one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct TaskMetrics {
    /// Share of the examples that were predicted correctly, in [0, 1].
    pub accuracy: f32,
    /// The accuracy's 95 % Wilson interval, `[low, high]` in [0, 1]: how far it may be from that on new sentences, by chance.
    #[serde(default)] // Older logs have none.
    pub interval: [f32; 2],
    /// Unweighted mean of the classes' F1 over classes that occur or are predicted, in [0, 1].
    pub macro_f1: f32,
    /// Mean cross-entropy in nats, always without label smoothing and class weights, so that runs can be compared.
    pub loss: f32,
    /// How confidence and accuracy agree; left out where the examples' confidences were not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub calibration: Option<Calibration>,
    /// `confusion[t][p]`: examples of class t that were predicted as p. (C,C) Written as [`ConfusionCells`] for more than 100
    /// classes.
    #[serde(with = "confusion")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number[][] | ConfusionCells"))]
    pub confusion: Vec<Vec<u32>>,
}

state!(TaskMetrics { accuracy, interval, macro_f1, loss, calibration, confusion });
