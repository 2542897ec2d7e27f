//! The interface of a weighting method.

use std::fmt::Debug;

use super::linalg::Gram;
use crate::Result;
use crate::checkpoint::Archive;
use crate::error::Message;

/// The figures of a step on which a method's factors depend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dependency {
    /// None: the factors are known before the step's forward pass.
    Nothing,
    /// The step's losses.
    Losses,
    /// The tasks' shared gradients.
    Gradients,
}

/// The figures of one step that a method chooses by. Slices and matrices run over the tasks that take part in the step
/// (those with a labelled sentence in the batch and a task weight above 0), in head order.
#[derive(Debug, Clone, Copy)]
pub struct StepInfo<'a> {
    /// The index of each among all K tasks.
    pub tasks: &'a [usize],
    /// Lᵢ in nats, times the recipe's task weight. Empty for a method that depends on nothing.
    pub losses: &'a [f64],
    /// Inner products of the gᵢ over all shared parameters, for a method that depends on gradients.
    pub gram: Option<&'a Gram>,
    /// The same over the last shared layer alone.
    pub last_layer: Option<&'a Gram>,
    /// The encoder's learning rate in this step.
    pub learning_rate: f64,
}

/// A method's choice for a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// A finite factor for each task that takes part.
    pub weights: Vec<f64>,
    /// A sentence for the reader if the method could not work as it should (a zero gradient, say) and did the next best.
    pub warning: Option<Message>,
}

impl Chosen {
    /// A choice without a warning.
    pub fn plainly(weights: Vec<f64>) -> Self {
        Self { weights, warning: None }
    }
}

/// A way to weigh tasks, with its state from earlier steps.
pub trait Method: Debug + Send {
    /// The figures that [`Method::choose`] needs.
    fn depends_on(&self) -> Dependency;

    /// The factors for this step. Called once a step; it may change the method's own state.
    ///
    /// # Panics
    ///
    /// If the method depends on gradients and `step.gram` is `None`.
    fn choose(&mut self, step: &StepInfo) -> Chosen;

    /// Whether the factors weigh the tasks' heads too, as they do where they weigh losses. Else each head follows its own
    /// task's gradient.
    fn weighs_heads(&self) -> bool {
        self.depends_on() != Dependency::Gradients
    }

    /// Whether [`Method::stepped`] must be called after each update.
    fn wants_losses_after(&self) -> bool {
        false
    }

    /// Gives the method the same batch's losses after the update, for the tasks that took part.
    fn stepped(&mut self, _losses: &[f64]) {}

    /// Gives the method each task's mean loss over the epoch that has ended, `None` for a task that had no labelled
    /// sentence. (K)
    fn epoch_ended(&mut self, _losses: &[Option<f64>]) {}

    /// Lists the method's state for a checkpoint.
    ///
    /// # Errors
    ///
    /// If it is restored and the checkpoint does not hold it.
    fn visit(&mut self, _archive: &mut Archive) -> Result<()> {
        Ok(())
    }
}
