//! The results of a comparison.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::gain::Gain;
use crate::error::Message;
use crate::recipe::Weighting;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// A row of a comparison: a weighting or a baseline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Contender {
    /// Always predicts each task's commonest class in the training split.
    Majority,
    /// The heads alone on the frozen encoder, trained until they fit.
    LinearProbe,
    /// Each task with the encoder to itself: one run per task, the other tasks' weights 0.
    SingleTask,
    /// All tasks together.
    Weighting(Weighting),
}

/// One run of a comparison, finished or failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Compared {
    /// The row that it belongs to.
    pub contender: Contender,
    /// The task that trained alone, with `single_task`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub task: Option<String>,
    /// Its seed.
    pub seed: u64,
    /// Figures of the held-out sentences by task; none if the run failed.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Figures>"))]
    pub tasks: IndexMap<String, Figures>,
    /// Why the run failed, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub failure: Option<Message>,
}

/// A task's figures on the held-out sentences.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Figures {
    /// Share classified rightly, in [0, 1].
    pub accuracy: f64,
    /// Unweighted mean of the classes' F1, in [0, 1].
    pub macro_f1: f64,
}

/// A figure over several seeds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Spread {
    /// Mean over the seeds.
    pub mean: f64,
    /// Sample standard deviation (n − 1); 0 with one seed.
    pub deviation: f64,
}

/// Several weightings and baselines on the same sentences, side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Comparison {
    /// The seeds.
    pub seeds: Vec<u64>,
    /// The tasks' names, in head order.
    pub tasks: Vec<String>,
    /// One row per contender: majority, linear probe, single task, then the weightings.
    pub rows: Vec<ComparisonRow>,
}

/// A contender's figures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct ComparisonRow {
    /// The weighting or the baseline.
    pub contender: Contender,
    /// Seeds whose runs finished.
    pub finished: usize,
    /// Accuracy by task.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Spread>"))]
    pub accuracy: IndexMap<String, Spread>,
    /// Macro-F1 by task.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Spread>"))]
    pub macro_f1: IndexMap<String, Spread>,
    /// Δm = (100/K)·Σ (Mᵢ − Mᵢ single)/Mᵢ single with M the accuracy, in per cent, seed by seed against the single tasks of
    /// the same seed. Above 0: better than apart. Left out if no seed has figures of all its single tasks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub delta_m: Option<Spread>,
    /// Each task's gain over training alone, for a weighting.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Gain>", optional))]
    pub gains: IndexMap<String, Gain>,
    /// The mean of the tasks' gains. Left out with `gains`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub gain: Option<Gain>,
}
