//! What the model as it stands makes of one sentence.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// A sentence as the encoder reads it, token by token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Tokens {
    /// The sentence.
    pub text: String,
    /// Its word pieces, `[CLS]` and `[SEP]` included. (T)
    pub tokens: Vec<String>,
    /// Their places in the vocabulary. (T)
    pub ids: Vec<u32>,
    /// Which word each belongs to, from 0; `null` for `[CLS]`, `[SEP]` and the like. (T)
    #[cfg_attr(target_arch = "wasm32", tsify(type = "(number | null)[]"))]
    pub words: Vec<Option<u32>>,
    /// Whether the sentence was cut to `max_length`, as in training.
    pub cut: bool,
}

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

/// Which words of a sentence each head's answer rests on, by leaving each out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Saliency {
    /// The sentence.
    pub text: String,
    /// Its words in order, as far as training reads it; of a long one a few words in each span. At most 24.
    pub spans: Vec<String>,
    /// What the spans mean to each task.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, TaskSaliency>"))]
    pub tasks: IndexMap<String, TaskSaliency>,
}

/// What the words of a sentence mean to one head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct TaskSaliency {
    /// The most probable label.
    pub label: String,
    /// Its probability.
    pub probability: f32,
    /// For each span: the label's probability less what it is without the span, in [−1, 1]. Above 0: the span speaks for
    /// the label.
    pub changes: Vec<f32>,
}
