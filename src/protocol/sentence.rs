//! What the model as it stands makes of one sentence.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// One sentence classified by every head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Prediction {
    /// The sentence.
    pub text: String,
    /// Answers by task.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, TaskPrediction>"))]
    pub tasks: IndexMap<String, TaskPrediction>,
}

/// One head's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct TaskPrediction {
    /// The most probable label.
    pub label: String,
    /// Softmax over the label set, in head order. (C)
    pub probabilities: Vec<f32>,
}
