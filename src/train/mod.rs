//! The loop: losses, their weighting, the optimizer and the schedule, evaluation, and the events that tell of it.

mod best_epoch;
pub(crate) mod evaluation;
mod losses;
mod memory;
mod optimizer;
mod prefix;
mod schedule;
mod setup;
pub(crate) mod step;
pub(crate) mod task_gradients;
mod task_weights;
mod trainer;
mod unfreezing;
mod warnings;

pub use evaluation::{evaluate, predict};
pub use optimizer::{Optimizer, Snapshot};
pub use schedule::factor;
pub use setup::{Inputs, Plan};
pub use task_weights::TaskWeights;
pub use trainer::Trainer;
