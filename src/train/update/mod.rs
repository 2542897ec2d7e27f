//! The pieces of one update: each task's loss and its factor, the tasks' gradients, the learning rate, the optimizer.

mod losses;
mod optimizer;
mod schedule;
mod task_gradients;
mod task_weights;

pub(super) use losses::TaskLosses;
pub use optimizer::{Optimizer, Snapshot};
pub use schedule::lr_multiplier;
pub(super) use task_gradients::{TaskGradients, swap_gradients};
pub use task_weights::TaskWeights;
