//! How K task losses, or the K gradients that they send into the shared encoder, become one update.
//!
//! Every method here ends in one factor per task: the update of the encoder is Σ wᵢgᵢ. Methods that look at losses choose
//! the factors before the backward pass, so that a step costs what the plain sum costs; methods that look at gradients
//! need each task's own, one backward pass through the encoder per task, but of the gradients only their inner products
//! ([`Gram`]). One file a method, its paper first.

mod gram;
mod sum;

use std::fmt::Debug;

pub use gram::Gram;

use crate::recipe::Weighting;

/// What a method's factors depend on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Nothing of this step: they are known before its forward pass.
    Nothing,
    /// The step's losses.
    Losses,
    /// The tasks' shared gradients.
    Gradients,
}

/// What a method is shown of a step. Slices and matrices run over the tasks that take part in it (those with a labelled
/// sentence in the batch and a task weight above 0), in head order.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// The index of each among all K tasks.
    pub tasks: &'a [usize],
    /// Lᵢ in nats, times the recipe's task weight. Empty for a method that asks for nothing.
    pub losses: &'a [f64],
    /// Inner products of the gᵢ over all shared parameters, if the method asks for gradients.
    pub gram: Option<&'a Gram>,
    /// The same over the last shared layer alone.
    pub last_layer: Option<&'a Gram>,
    /// The encoder's learning rate in this step.
    pub learning_rate: f64,
}

/// A method's choice for a step.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// A factor for each task that takes part; finite.
    pub weights: Vec<f64>,
    /// A sentence for the reader if the method could not work as it should (a zero gradient, say) and did the next best.
    pub warning: Option<String>,
}

/// A way to weigh tasks, with whatever it remembers of earlier steps.
pub trait Method: Debug + Send {
    /// What [`Method::choose`] needs to see.
    fn asks(&self) -> Asks;

    /// The factors for this step. Called once a step; it may move the method's own state on.
    fn choose(&mut self, seen: &Seen) -> Chosen;

    /// Whether the factors weigh the tasks' heads too, as they do where they weigh losses. Else each head follows its own
    /// task's gradient.
    fn weighs_heads(&self) -> bool {
        self.asks() != Asks::Gradients
    }

    /// Whether [`Method::stepped`] is to be told the losses after the update.
    fn asks_after(&self) -> bool {
        false
    }

    /// The same batch's losses after the update, for the tasks that took part.
    fn stepped(&mut self, _losses: &[f64]) {}

    /// An epoch is over; each task's mean loss in it, `None` for a task that had no labelled sentence. (K)
    fn epoch_ended(&mut self, _losses: &[Option<f64>]) {}
}

/// The method that `weighting` names, for `k` tasks.
pub fn method(_weighting: Weighting, _k: usize, _seed: u64) -> Box<dyn Method> {
    Box::new(sum::Sum)
}
