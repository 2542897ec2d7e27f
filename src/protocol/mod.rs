//! What faces say to a run and what a run says back.
//!
//! [`Command`] goes from the page to its worker; [`Event`] comes out of every run, in the browser and on the command
//! line, and one JSON event a line is the training log. TypeScript declarations of both are generated from here.

mod comparison;
mod diagnostics;
mod sentence;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use comparison::{Compared, Comparison, ComparisonRow, Contender, Figures, Spread};
pub use diagnostics::{Frame, Geometry, Gradients, Interference, Map, Mistake, Mistakes, Phase, PhaseName, Projection};
pub use sentence::{Prediction, Saliency, TaskPrediction, TaskSaliency, Tokens};

pub use crate::error::Message;
use crate::recipe::{Diagnostics, Recipe, Task, Weighting};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// What the page asks of its worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Command {
    /// Fetch an encoder (or read it from the cache): `progress` events, then `loaded` or `error`.
    Load {
        /// Address of a directory in Hugging Face layout with a `manifest.json`, relative to the page.
        base: String,
    },
    /// Prepare a run from its first step: `start`, or `error`. Also what Reset sends.
    Configure {
        /// The run.
        recipe: Box<Recipe>,
    },
    /// Step until the end or until `pause`.
    Train,
    /// Stop after the step in progress.
    Pause,
    /// One training step.
    Step {
        /// Train these tasks only; empty: all.
        #[serde(default)]
        tasks: Vec<String>,
    },
    /// Take so long at least from one step's beginning to the next one's. The worker's business alone.
    Pace {
        /// Milliseconds; 0: as fast as it goes.
        ms: u32,
    },
    /// From now on measure this beside the training.
    Observe {
        /// What, and how often.
        diagnostics: Diagnostics,
    },
    /// Measure what a step on each task alone would do to every task's loss: `interference`. The run stays as it is.
    Interference,
    /// Train the recipe with each of several weightings and seeds, and what they are held against: single tasks, a linear
    /// probe, the commonest class. `compared` after every run, `comparison` at the end; `pause` breaks it off. The
    /// configured run stays as it is.
    Compare {
        /// What all runs have in common.
        recipe: Box<Recipe>,
        /// The weightings.
        weightings: Vec<Weighting>,
        /// The seeds; each weighting trains with each.
        seeds: Vec<u64>,
    },
    /// Classify a sentence with every head as it stands: `prediction`.
    Predict {
        /// The sentence.
        text: String,
    },
    /// Find which words of a sentence each head's answer rests on: `saliency`.
    Explain {
        /// The sentence.
        text: String,
    },
    /// Show a sentence as the encoder reads it: `tokens`.
    Tokenize {
        /// The sentence.
        text: String,
    },
}

/// What a run says. One JSON object a line in the training log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// Bytes of a download. Sent by faces.
    Progress(Progress),
    /// The encoder is there. Sent by the browser's worker.
    Loaded(Loaded),
    /// A run is ready for its first step.
    Start(Start),
    /// A part of a step begins. Told only to whoever watches.
    Phase(Phase),
    /// One optimizer step has been taken.
    Step(StepReport),
    /// How the tasks' gradients lay in the step that is told of next.
    Gradients(Gradients),
    /// What a step on each task alone would do to every task's loss.
    Interference(Interference),
    /// How the sentences' vectors have moved.
    Map(Map),
    /// A run of a comparison is over.
    Compared(Compared),
    /// A comparison is complete.
    Comparison(Comparison),
    /// One pass over the training split is complete.
    Epoch(EpochReport),
    /// A split has been evaluated with the parameters as they stand.
    Evaluation(Evaluation),
    /// Which examples that evaluation found classified wrongly.
    Mistakes(Mistakes),
    /// A sentence has been classified.
    Prediction(Prediction),
    /// Which words of a sentence each head's answer rests on.
    Saliency(Saliency),
    /// A sentence as the encoder reads it.
    Tokens(Tokens),
    /// Something the reader should know; the run goes on.
    Warning(Message),
    /// The run, or the command, stopped here; parameters are as they last were good.
    Error(Message),
    /// Training is over, at its last step or when patience ran out, and the parameters that it leaves have been
    /// evaluated.
    End(End),
    /// The worker stopped stepping because it was told to. Sent by the browser's worker.
    Paused,
}

/// Bytes of a download so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Progress {
    /// File being fetched.
    pub file: String,
    /// Bytes received of all files together.
    pub received: u64,
    /// Bytes expected of all files together.
    pub total: u64,
    /// Whether they come from this browser's cache.
    pub cached: bool,
}

/// An encoder is in place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Loaded {
    /// The encoder's name.
    pub encoder: String,
    /// Size of its files in bytes.
    pub bytes: u64,
    /// Whether they came from this browser's cache.
    pub cached: bool,
}

/// What is about to run.
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
    /// Numbers in encoder and heads together.
    pub parameters: usize,
    /// How many of them train, from the start or later.
    pub trainable_parameters: usize,
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

/// How large a part of the model is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct PartSize {
    /// Its numbers.
    pub parameters: usize,
    /// How many of them train, from the start or later.
    pub trainable: usize,
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
    /// The tasks that took part, where these are not all that have a loss: those that were asked for, those whose turn it
    /// was, or those with a weight above 0.
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
    /// Of how many.
    pub epochs: u32,
    /// Mean cross-entropy over the epoch's labelled examples, with the recipe's label smoothing and class weights.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub losses: IndexMap<String, f32>,
    /// Σ wᵢ of these.
    pub total: f32,
    /// Share of labelled examples classified rightly *while training*, each before its own update.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub accuracies: IndexMap<String, f32>,
}

/// Which examples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Those that train.
    Train,
    /// Those held out.
    Validation,
}

/// How well each task is solved on a split.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Evaluation {
    /// Which examples.
    pub split: Split,
    /// Epochs completed before it; of parameters that were gone back to, those that they had seen.
    pub epoch: u32,
    /// Figures by task; `null` for a task that none of the examples is labelled for.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, TaskMetrics | null>"))]
    pub tasks: IndexMap<String, Option<TaskMetrics>>,
}

/// One task's figures over the examples labelled for it, of which there is at least one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct TaskMetrics {
    /// Share classified rightly, in [0, 1].
    pub accuracy: f32,
    /// Unweighted mean of the classes' F1 over classes that occur or are predicted, in [0, 1].
    pub macro_f1: f32,
    /// Mean cross-entropy in nats, always without label smoothing and class weights, so that runs can be compared.
    pub loss: f32,
    /// `confusion[t][p]`: examples of class t that were predicted as p. (C,C)
    pub confusion: Vec<Vec<u32>>,
}

/// Training is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct End {
    /// Optimizer steps taken.
    pub steps: usize,
    /// Epochs completed: fewer than were to be if patience ran out.
    pub epochs: u32,
    /// The epoch whose parameters were best and have been gone back to; left out if the run was not to do that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub best_epoch: Option<u32>,
}
