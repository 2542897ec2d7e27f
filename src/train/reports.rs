//! Reports of a training run: its start, its steps, its epochs and its end.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::model::PartSize;
use crate::recipe::{Task, Training};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// A run before its first step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Start {
    /// The tasks with their label sets, in head order.
    pub tasks: Vec<Task>,
    /// The encoder's name.
    pub encoder: String,
    /// Sentences in the training split.
    pub train_examples: usize,
    /// Sentences held out; 0 means there is no validation.
    pub validation_examples: usize,
    /// For each sentence of the data, in the data's order: `true` if it is held out.
    pub held_out: Vec<bool>,
    /// Passes over the training split.
    pub epochs: u32,
    /// Optimizer steps in an epoch.
    pub steps_per_epoch: usize,
    /// Parameters of encoder and heads together.
    pub parameters: usize,
    /// How many of them are trained. Those that gradual unfreezing frees during the run count too.
    pub trainable_parameters: usize,
    /// The settings in force.
    pub training: Training,
    /// The seed.
    pub seed: u64,
    /// `cpu` or `cuda`.
    pub device: String,
    /// The model's shape.
    pub model: ModelShape,
}

/// The encoder's sizes and where the model's numbers are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct ModelShape {
    /// Words of the embedding table, used or not.
    pub vocab_size: usize,
    /// Positions of the embedding table: the longest sentence possible, in tokens.
    pub max_position_embeddings: usize,
    /// H.
    pub hidden_size: usize,
    /// Blocks.
    pub num_hidden_layers: usize,
    /// A.
    pub num_attention_heads: usize,
    /// F.
    pub intermediate_size: usize,
    /// The parts from below: `embeddings`, `layer.0`, …, `pooler` where the encoder has one (used or not), and
    /// `heads.<task>` for each task. They add up to [`Start::parameters`] and [`Start::trainable_parameters`].
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, PartSize>"))]
    pub parts: IndexMap<String, PartSize>,
}

/// One optimizer step. Losses are those of its forward pass, before the update.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct StepReport {
    /// Steps taken, from 1.
    pub step: usize,
    /// The epoch it belongs to, from 1.
    pub epoch: u32,
    /// Mean cross-entropy over the batch's rows labelled for the task, in nats, with the recipe's label smoothing and
    /// class weights. A task without such rows is absent.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub losses: IndexMap<String, f32>,
    /// Σ of the losses of the tasks that took part, each times the recipe's task weight.
    pub total: f32,
    /// The tasks that took part, if others have a loss too: the tasks that the step was restricted to, those whose turn
    /// it was, or those with a weight above 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub trained: Option<Vec<String>>,
    /// The encoder's learning rate in this step.
    pub learning_rate: f64,
    /// The factor that the weighting gave to each task that took part; left out with `sum`, whose factors are all 1.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional, type = "Record<string, number>"))]
    pub weights: IndexMap<String, f64>,
}

/// One pass over the training split, summed up from its steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct EpochReport {
    /// From 1.
    pub epoch: u32,
    /// Epochs of the whole run.
    pub epochs: u32,
    /// Mean cross-entropy over the epoch's labelled examples, with the recipe's label smoothing and class weights.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub losses: IndexMap<String, f32>,
    /// Σ wᵢ·lossᵢ with the recipe's task weights.
    pub total: f32,
    /// Share of labelled examples classified rightly *while training*, each before its own update.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub accuracies: IndexMap<String, f32>,
}

/// Training is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct End {
    /// Optimizer steps taken.
    pub steps: usize,
    /// Epochs completed: fewer than the recipe's if patience ran out.
    pub epochs: u32,
    /// The best epoch, whose parameters have been restored; left out if the recipe does not ask for that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub best_epoch: Option<u32>,
}
