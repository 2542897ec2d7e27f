//! Moments inside a step or an evaluation at which an observer may look at the trainer.

use candle_core::Tensor;
use serde::{Deserialize, Serialize};

use super::{Evaluation, Trainer};
use crate::Result;
use crate::text::Batch;
use crate::weighting::Gram;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Callback that the trainer invokes at each [`Moment`]. An error stops the step.
pub type Hook<'a> = dyn FnMut(Moment) -> Result<()> + Send + 'a;

/// A moment inside a step or an evaluation, with the data that exists only then.
#[derive(Debug)]
pub enum Moment<'a> {
    /// A phase of a step begins.
    Phase(Phase),
    /// The parameters have been updated, and each task's gradient is still there. Only in steps that keep the gradients
    /// apart.
    Update(TaskGradientView<'a>),
    /// A batch of an evaluation has been classified.
    EvaluationBatch(EvaluationBatch<'a>),
    /// An evaluation is complete.
    Evaluation(&'a Evaluation),
}

/// The tasks' gradients in a step, with respect to the shared parameters, right after its update.
#[derive(Debug)]
pub struct TaskGradientView<'a> {
    /// The trainer; [`Trainer::steps`] does not yet count this step.
    pub trainer: &'a Trainer,
    /// The tasks that took part, as indices in head order. (K)
    pub tasks: &'a [usize],
    /// gᵢ·gⱼ over each layer's parameters, from below: those of `embeddings`, `layer.0`, …, `pooler` that train.
    pub layers: &'a [(String, Gram)],
    /// gᵢ·gⱼ over all shared parameters. (K,K)
    pub gram: &'a Gram,
    /// The factor that the weighting gave to each task. (K)
    pub weights: &'a [f64],
}

impl TaskGradientView<'_> {
    /// ‖Δθ‖² and the products Δθ·gᵢ (K) of the step's change Δθ of the shared parameters.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn project_update(&self) -> Result<(f64, Vec<f64>)> {
        let Trainer { task_gradients, model, optimizer, .. } = self.trainer;
        task_gradients.project(model, self.tasks, |name| optimizer.previous(name))
    }
}

/// A batch of an evaluation.
#[derive(Debug)]
pub struct EvaluationBatch<'a> {
    /// The trainer whose model is evaluated.
    pub trainer: &'a Trainer,
    /// Whether it is the evaluation's first batch.
    pub is_first: bool,
    /// The sentences, as rows of the data. (B)
    pub rows: &'a [usize],
    /// The sentences' tokens and labels.
    pub batch: &'a Batch,
    /// Each task's logits. (K)(B,C_k)
    pub logits: &'a [Tensor],
}

/// The start of a phase of a step. Sent while the step is taken, and not logged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Phase {
    /// The step that is being taken, from 1.
    pub step: usize,
    /// Which phase.
    pub name: PhaseName,
    /// With `batch`: which sentences of the data it holds. (B)
    pub rows: Vec<usize>,
    /// With `batch`: N; else 0.
    pub tokens: usize,
}

/// A phase of a step. With gradient accumulation all but `update` come once for each of the step's batches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum PhaseName {
    /// Sentences are packed.
    Batch,
    /// Encoder, pooling and heads: the logits.
    Forward,
    /// Each task's loss and its factor.
    Losses,
    /// The gradients.
    Backward,
    /// The optimizer moves the parameters.
    Update,
}
