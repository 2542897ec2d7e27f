//! Kendall, Gal, Cipolla 2018, "Multi-task learning using uncertainty to weigh losses for scene geometry and semantics".
//!
//! A task whose loss stays high is noisy, says the paper, and noise should count for less. Each task has a learned log
//! variance sᵢ, and the total to minimise, over the model and the sᵢ at once, is
//!
//! ```text
//! Σ ½(e^(−sᵢ)·Lᵢ + sᵢ)
//! wᵢ = ½e^(−sᵢ)            ∂/∂sᵢ = ½(1 − e^(−sᵢ)·Lᵢ)
//! ```
//!
//! sᵢ starts at 0, so that wᵢ starts at ½. Adam trains it at the encoder's learning rate, as it trains the model by default.
//! sᵢ is clamped to [−4, 4]: the model soon knows a few sentences by heart, then Lᵢ goes to 0 and its best sᵢ, log Lᵢ, to
//! −∞.

use crate::Result;
use crate::checkpoint::Archive;
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};
use crate::weighting::scalar_adam::ScalarAdam;

/// sᵢ and Adam's state for it. (K)
#[derive(Debug)]
pub(super) struct Uncertainty(Vec<(f64, ScalarAdam)>);

impl Uncertainty {
    pub fn new(k: usize) -> Self {
        Self(vec![Default::default(); k])
    }
}

impl Method for Uncertainty {
    /// The weights are known beforehand; it is the step of the sᵢ that needs the losses.
    fn depends_on(&self) -> Dependency {
        Dependency::Losses
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        let weight = |(&task, &loss): (&usize, &f64)| {
            let (s, adam) = &mut self.0[task];
            let precision = libm::exp(-*s);
            adam.step(s, 0.5 * (1.0 - precision * loss), step.learning_rate);
            *s = s.clamp(-4.0, 4.0);
            0.5 * precision
        };
        Chosen::plainly(step.tasks.iter().zip(step.losses).map(weight).collect())
    }

    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        archive.value(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::testing::chosen_at;

    #[test]
    fn begins_at_a_half_and_ends_at_half_the_inverse_loss() {
        let mut method = Uncertainty::new(2);
        assert_eq!(chosen_at(&mut method, &[0, 1], &[2.0, 0.25], 0.01), [0.5, 0.5]);
        let mut weights = Vec::new();
        for _ in 0..2000 {
            weights = chosen_at(&mut method, &[0, 1], &[2.0, 0.25], 0.01);
        }
        assert!((weights[0] - 0.25).abs() < 1e-3 && (weights[1] - 2.0).abs() < 1e-2, "{weights:?}");
    }

    #[test]
    fn a_loss_of_nothing_or_of_very_much_is_bounded() {
        let mut method = Uncertainty::new(2);
        let mut weights = Vec::new();
        for _ in 0..200 {
            weights = chosen_at(&mut method, &[0, 1], &[0.0, 1e6], 0.1);
        }
        let bound = 0.5 * 4.0_f64.exp();
        assert!((weights[0] - bound).abs() < 1e-12 && (weights[1] - 0.25 / bound).abs() < 1e-12, "{weights:?}");
    }

    #[test]
    fn a_task_that_takes_no_part_stays_as_it_is() {
        let mut method = Uncertainty::new(3);
        chosen_at(&mut method, &[0, 1, 2], &[3.0, 3.0, 3.0], 0.1);
        let before = method.0[1].0;
        for _ in 0..5 {
            chosen_at(&mut method, &[0, 2], &[3.0, 3.0], 0.1);
        }
        assert_eq!(method.0[1].0, before);
        assert_ne!(method.0[2].0, before);
        let alone = chosen_at(&mut method, &[1], &[3.0], 0.1);
        assert_eq!(alone, [0.5 * libm::exp(-before)]);
    }
}
