//! The loop: losses, their weighting, the optimizer and the schedule, evaluation, and the events that tell of it.

mod best;
mod comparison;
mod evaluating;
mod evaluation;
mod geometry;
mod interference;
mod losses;
mod map;
mod memory;
mod metrics;
mod mistakes;
mod optimizer;
mod plan;
mod prefix;
mod principal;
mod printout;
mod saliency;
mod schedule;
mod step;
mod task_gradients;
mod task_weights;
mod trainer;
mod unfreezing;
mod warnings;
mod watching;

pub use comparison::{Compare, Planned};
pub use evaluation::{evaluate, predict};
pub use metrics::Tally;
pub use optimizer::{Optimizer, Snapshot};
pub use plan::{Inputs, Plan};
pub use printout::printout;
pub use schedule::factor;
pub use task_weights::TaskWeights;
pub use trainer::Trainer;
pub use watching::Watch;
