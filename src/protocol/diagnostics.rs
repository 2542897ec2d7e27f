//! What is measured beside the training.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Split;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// How the gradients of K tasks lie to each other, from their inner products alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Geometry {
    /// gᵢ·gⱼ. (K,K)
    pub gram: Vec<Vec<f64>>,
    /// ‖gᵢ‖. (K)
    pub norms: Vec<f64>,
    /// cos ∠(gᵢ, gⱼ), in [−1, 1]; 0 where a gradient is zero. (K,K)
    pub cosines: Vec<Vec<f64>>,
    /// Whether some two of them point against each other: a cosine below 0.
    pub conflict: bool,
}

/// The tasks' gradients in one step, with respect to the parameters that they share. K counts the tasks that took part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Gradients {
    /// The step, from 1.
    pub step: usize,
    /// The tasks that took part, in head order. (K)
    pub tasks: Vec<String>,
    /// Over all shared parameters.
    pub whole: Geometry,
    /// Over each layer's: `embeddings`, `layer.0`, …, `pooler`, as far as they train.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Geometry>"))]
    pub layers: IndexMap<String, Geometry>,
    /// The factor wᵢ that the weighting gave to each task. (K)
    pub weights: Vec<f64>,
    /// ‖Σ wᵢgᵢ‖.
    pub combined_norm: f64,
    /// What the optimizer made of Σ wᵢgᵢ.
    pub update: Projection,
}

/// The change Δθ of the shared parameters in a step, as the gradients see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Projection {
    /// ‖Δθ‖.
    pub norm: f64,
    /// Δθ·gᵢ: to first order, by how much this step changes each task's loss. (K)
    pub products: Vec<f64>,
    /// pᵢ, of the projection Σ pᵢgᵢ of Δθ on the gradients' span. (K)
    pub coefficients: Vec<f64>,
    /// ‖Σ pᵢgᵢ‖ ÷ ‖Δθ‖, in [0, 1]: how much of the step lies in that span (with two tasks: in their plane).
    pub share: f64,
}

/// How the sentences' vectors have moved so far: always the same sentences, as points in the plane of the two principal
/// components of all the vectors that are shown. Drawn anew each time; the axes turn no more than they must.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Map {
    /// Which sentences of the data, at most 48, evenly spread over it. (B)
    pub rows: Vec<usize>,
    /// When they were looked at: the first and the latest time and, of more than 64, every second one between.
    pub frames: Vec<Frame>,
}

/// The sentences' vectors as they were once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Frame {
    /// Steps taken before it. At the end, if the run went back to its best epoch, it shows that one's parameters.
    pub step: usize,
    /// Along the first component and the second, from the mean of all that is shown. (B)(2)
    #[cfg_attr(target_arch = "wasm32", tsify(type = "[number, number][]"))]
    pub points: Vec<[f32; 2]>,
}

/// The examples that an evaluation found classified wrongly. Told after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Mistakes {
    /// Which examples were evaluated.
    pub split: Split,
    /// As in the evaluation.
    pub epoch: u32,
    /// Those of each task that has figures, the surest answer first; at most 50.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Mistake[]>"))]
    pub tasks: IndexMap<String, Vec<Mistake>>,
}

/// An example that was classified wrongly.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Mistake {
    /// Its place in the data, as [`Start::held_out`](super::Start::held_out) counts.
    pub row: usize,
    /// What would have been right.
    pub label: String,
    /// What was said.
    pub said: String,
    /// The probability of what was said.
    pub probability: f32,
}

/// A part of a step that begins now. Told to whoever watches, while the step is taken; in no log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Phase {
    /// The step that is being taken, from 1.
    pub step: usize,
    /// Which part.
    pub name: PhaseName,
    /// With `batch`: which sentences of the data it holds. (B)
    pub rows: Vec<usize>,
    /// With `batch`: N; else 0.
    pub tokens: usize,
}

/// A part of a step. With gradient accumulation all but `update` come once for each of the step's batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PhaseName {
    /// Sentences are packed.
    Batch,
    /// Encoder, pooling and heads: the logits.
    Forward,
    /// Each task's loss, and what it weighs.
    Losses,
    /// The gradients.
    Backward,
    /// The optimizer moves the parameters.
    Update,
}

/// What a step on each task alone would do to every task's loss, measured on the next batch: step, evaluate, undo. The
/// steps have the run's full learning rate, wherever its schedule stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Interference {
    /// Steps taken before it.
    pub step: usize,
    /// The encoder's learning rate in the steps that were tried.
    pub learning_rate: f64,
    /// The tasks that the batch has labels for, in head order. (K)
    pub tasks: Vec<String>,
    /// Lⱼ as the parameters stand, without dropout. (K)
    pub losses: Vec<f32>,
    /// Lⱼ after a step on task i alone, less Lⱼ now: row i, column j. Below 0 the step on i helps j. `null` if that step
    /// would diverge. (K,K)
    #[cfg_attr(target_arch = "wasm32", tsify(type = "(number | null)[][]"))]
    pub changes: Vec<Vec<Option<f32>>>,
}
