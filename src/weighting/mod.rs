//! How K task losses, or the K gradients that they send into the shared encoder, become one update.
//!
//! Every method here ends in one factor per task: the update of the encoder is Σ wᵢgᵢ. Methods that look at losses choose
//! the factors before the backward pass, so that a step costs what the plain sum costs; methods that look at gradients
//! need each task's own, one backward pass through the encoder per task, but of the gradients only their inner products
//! ([`Gram`]). One file a method, its paper first; the files without a paper's name on top are what several share.

mod adam;
mod dwa;
mod famo;
mod gradnorm;
mod gram;
mod random;
mod softmax;
mod sum;
mod uncertainty;

use std::fmt::Debug;

pub use gram::Gram;

use crate::random::Stream;
use crate::recipe::Weighting;

/// The method of that name for K tasks, at its beginning. Those that draw lots draw from `seed`'s stream `weighting`.
pub fn method(weighting: Weighting, k: usize, seed: u64) -> Box<dyn Method> {
    let stream = || Stream::new(seed, "weighting");
    match weighting {
        Weighting::Sum => Box::new(sum::Sum),
        Weighting::Uncertainty => Box::new(uncertainty::Uncertainty::new(k)),
        Weighting::Dwa => Box::new(dwa::Dwa::new(k)),
        Weighting::Random => Box::new(random::Random::new(k, stream())),
        Weighting::Gradnorm => Box::new(gradnorm::Gradnorm::new(k)),
        Weighting::Famo => Box::new(famo::Famo::new(k)),
    }
}

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

impl Chosen {
    /// A choice that there is nothing to say about.
    fn plainly(weights: Vec<f64>) -> Self {
        Self { weights, warning: None }
    }
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

/// The inner products that a method which asks for gradients is shown.
fn gradients<'a>(seen: &Seen<'a>) -> &'a Gram {
    seen.gram.expect("who calls a method that asks for gradients shows them")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The weights of a method that looks at losses.
    pub fn chosen(method: &mut dyn Method, tasks: &[usize], losses: &[f64]) -> Vec<f64> {
        chosen_at(method, tasks, losses, 1e-3)
    }

    /// The same at this learning rate of the encoder.
    pub fn chosen_at(method: &mut dyn Method, tasks: &[usize], losses: &[f64], learning_rate: f64) -> Vec<f64> {
        let chosen = method.choose(&Seen { tasks, losses, gram: None, last_layer: None, learning_rate });
        assert_eq!(chosen.warning, None);
        chosen.weights
    }

    #[test]
    fn one_task_alone_has_a_finite_weight_in_every_method_and_every_scale() {
        for weighting in Weighting::ALL {
            for square in [0.0, 1e-60, 1.0, 1e60] {
                let gram = Gram::new(1, |_, _| square);
                let seen = Seen {
                    tasks: &[1],
                    losses: &[0.5],
                    gram: Some(&gram),
                    last_layer: Some(&gram),
                    learning_rate: 1e-3,
                };
                let chosen = method(weighting, 3, 0).choose(&seen);
                assert_eq!(chosen.weights.len(), 1, "{weighting:?}");
                let w = chosen.weights[0];
                assert!(w.is_finite() && (w > 0.0 || square == 0.0), "{weighting:?}, {square:e}: {w}");
            }
        }
    }

    #[test]
    fn nobody_taking_part_is_no_weight() {
        for weighting in Weighting::ALL {
            let gram = Gram::new(0, |_, _| 1.0);
            let seen =
                Seen { tasks: &[], losses: &[], gram: Some(&gram), last_layer: Some(&gram), learning_rate: 1e-3 };
            assert_eq!(method(weighting, 3, 0).choose(&seen), Chosen::plainly(vec![]), "{weighting:?}");
        }
    }
}
