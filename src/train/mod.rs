//! The loop: losses, their weighting, the optimizer and the schedule, evaluation, and the events that tell of it.

mod best;
mod evaluation;
mod losses;
mod memory;
mod metrics;
mod optimizer;
mod plan;
mod prefix;
mod printout;
mod schedule;
mod trainer;
mod unfreezing;
mod warnings;
mod weighting;

pub use evaluation::{evaluate, predict};
pub use metrics::Tally;
pub use optimizer::Optimizer;
pub use plan::{Inputs, Plan};
pub use printout::printout;
pub use schedule::factor;
pub use trainer::Trainer;
pub use weighting::TaskWeights;
