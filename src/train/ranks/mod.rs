//! A training on several ranks: which sentences each computes, and what they send to each other.
//!
//! ```text
//! step         losses and logits of each rank's sentences → all; each task's gradient, or the weighted one → summed
//! frozen part  the outputs for each rank's sentences → all, once in a run
//! evaluation   rank r computes batch r of P batches; the logits → all
//! ```
//!
//! The rest is done by every rank alike: the weighting, the optimizer, the average, the best epoch, the observers, and the
//! contrastive phase, whose loss joins each pair of a batch and cannot be split. So a checkpoint is the same on all of them,
//! and goes on with another number of ranks.
//!
//! A block's gradients are summed while the backward pass computes those below.

mod answers;
mod batches;
mod gradients;

pub(super) use answers::Answer;
pub(super) use batches::{Part, StepBatch, StepBatches};

#[cfg(not(target_arch = "wasm32"))]
pub use join::check_same_on_all;

#[cfg(not(target_arch = "wasm32"))]
mod join;
