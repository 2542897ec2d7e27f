//! Measurements beside the training: they read a trainer and never change it.
//!
//! [`Run`](crate::run::Run) calls each [`Observer`] between steps and inside them. A run with observers gives the same
//! numbers, bit for bit, as without. To add one: a file that implements the trait, declared below; a variant of
//! [`Event`](crate::protocol::Event) for its report; one line in `src/run/observers.rs`; and its setting in
//! [`Diagnostics`]. [`Erasure`] is not an observer: it answers a question about one sentence.

mod gradients;
mod interference;
mod map;
mod mistakes;
mod principal_components;
mod saliency;

use std::fmt::Debug;

pub use gradients::{Geometry, GradientObserver, Gradients, Projection};
pub use interference::{Interference, InterferenceObserver, interference};
pub use map::{Frame, Map, MapObserver};
pub use mistakes::{Mistake, MistakeObserver, Mistakes};
pub use saliency::{Erasure, Saliency, TaskSaliency};

use crate::Result;
use crate::checkpoint::Archive;
use crate::recipe::Diagnostics;
use crate::train::{Extras, Moment, Sizes, Trainer};

/// Measures something beside the training and reports it as an event `E`.
pub trait Observer<E>: Debug + Send {
    /// Takes its settings: called before the run, and whenever they change.
    fn configure(&mut self, diagnostics: &Diagnostics);

    /// The memory that it takes beside a run of these sizes.
    fn extras(&self, _sizes: &Sizes) -> Extras {
        Extras::default()
    }

    /// Whether the next step must keep each task's gradient apart, so that [`Moment::Update`] happens in it.
    fn needs_task_gradients(&self, _trainer: &Trainer) -> bool {
        false
    }

    /// Called inside steps and evaluations. Returns a report if one is complete.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    fn inside(&mut self, _moment: &Moment) -> Result<Option<E>> {
        Ok(None)
    }

    /// Whether it has work to do before the next step.
    fn is_due(&self, _trainer: &Trainer) -> bool {
        false
    }

    /// Does one piece of that work, short enough for a page to stay responsive, and leaves the trainer as it was. Returns a
    /// report if one is complete.
    ///
    /// # Errors
    ///
    /// If a loss is not finite, or a tensor operation fails.
    fn between_steps(&mut self, _trainer: &mut Trainer) -> Result<Option<E>> {
        Ok(None)
    }

    /// Lists the observer's state for a checkpoint.
    ///
    /// # Errors
    ///
    /// If it is restored and the checkpoint does not hold it.
    fn visit(&mut self, _archive: &mut Archive) -> Result<()> {
        Ok(())
    }
}

/// Whether an observer that measures in the first step and in every `every`-th step after it (0: never) does so after
/// `steps` steps.
fn is_turn(every: u32, steps: usize) -> bool {
    every > 0 && steps.is_multiple_of(every as usize)
}
