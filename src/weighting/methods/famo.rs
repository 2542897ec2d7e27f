//! Liu, Feng, Stone, Liu 2023, "FAMO: fast adaptive multitask optimization".
//!
//! All losses should fall at the same relative rate. Instead of K gradients, FAMO looks at the losses of one batch before
//! and after its update, and moves weight from the tasks that gained much to those that gained little.
//!
//! ```text
//! z = softmax(ξ)          minimise Σ zᵢ·log(Lᵢ + ε)/c,  c = Σ zᵢ/(Lᵢ + ε), held constant
//! wᵢ = zᵢ/(Lᵢ + ε)/c      Σ wᵢ = 1
//! δᵢ = log(Lᵢ before + ε) − log(Lᵢ after + ε)
//! ∂/∂ξᵢ = zᵢ(δᵢ − Σⱼ zⱼδⱼ)
//! ```
//!
//! ξ starts at 0. Adam trains it with learning rate 0.025 and weight decay 1e-3, added to the gradient as in
//! `torch.optim.Adam`; ε = 1e-8. The paper writes γ for the decay and tunes it to the data, from 1e-5 to 1e-2.

use crate::Result;
use crate::checkpoint::Archive;
use crate::weighting::linalg::softmax;
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};
use crate::weighting::scalar_adam::ScalarAdam;

/// ξᵢ and Adam's state for it (K), and the step under way.
#[derive(Debug)]
pub(super) struct Famo {
    scores: Vec<(f64, ScalarAdam)>,
    /// For each task that takes part in the step: its index, z and log(L + ε) before the update.
    step: Vec<(usize, f64, f64)>,
}

impl Famo {
    const EPSILON: f64 = 1e-8;
    const LEARNING_RATE: f64 = 0.025;
    const DECAY: f64 = 1e-3;

    pub fn new(k: usize) -> Self {
        Self { scores: vec![Default::default(); k], step: Vec::new() }
    }
}

impl Method for Famo {
    fn depends_on(&self) -> Dependency {
        Dependency::Losses
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        let scores: Vec<f64> = step.tasks.iter().map(|&task| self.scores[task].0).collect();
        let shares = softmax(&scores);
        let steepness: Vec<f64> = shares.iter().zip(step.losses).map(|(z, loss)| z / (loss + Self::EPSILON)).collect();
        let c: f64 = steepness.iter().sum();
        let logs = step.losses.iter().map(|loss| libm::log(loss + Self::EPSILON));
        self.step = step.tasks.iter().zip(&shares).zip(logs).map(|((&task, &z), log)| (task, z, log)).collect();
        Chosen::plainly(steepness.iter().map(|x| x / c).collect())
    }

    fn wants_losses_after(&self) -> bool {
        true
    }

    fn stepped(&mut self, losses: &[f64]) {
        let step = std::mem::take(&mut self.step);
        let gains: Vec<f64> =
            step.iter().zip(losses).map(|((_, _, before), after)| before - libm::log(after + Self::EPSILON)).collect();
        let mean: f64 = step.iter().zip(&gains).map(|((_, z, _), gain)| z * gain).sum();
        for ((task, z, _), gain) in step.iter().zip(&gains) {
            let (score, adam) = &mut self.scores[*task];
            let gradient = z * (gain - mean) + Self::DECAY * *score;
            adam.step(score, gradient, Self::LEARNING_RATE);
        }
    }

    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        // Between steps there is no step under way.
        archive.value(&mut self.scores)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::testing::chosen;

    #[test]
    fn begins_by_the_inverse_losses() {
        let weights = chosen(&mut Famo::new(2), &[0, 1], &[2.0, 0.5]);
        assert!((weights[0] - 0.2).abs() < 1e-7 && (weights[1] - 0.8).abs() < 1e-7, "{weights:?}");
    }

    #[test]
    fn weight_moves_to_the_task_that_gains_less() {
        let mut method = Famo::new(2);
        let mut last = 0.5;
        for step in 0..50 {
            let weights = chosen(&mut method, &[0, 1], &[1.0, 1.0]);
            assert!((weights[0] + weights[1] - 1.0).abs() < 1e-12);
            assert!(step == 0 || weights[1] > last, "step {step}: {weights:?}");
            last = weights[1];
            method.stepped(&[0.5, 0.9]);
        }
        assert!(last > 0.8, "{last}");
    }

    #[test]
    fn equal_gains_leave_the_scores_alone() {
        let mut method = Famo::new(2);
        chosen(&mut method, &[0, 1], &[4.0, 1.0]);
        method.stepped(&[2.0, 0.5]);
        // Equal but for ε and rounding; Adam would make a full step of any larger difference.
        assert!(method.scores.iter().all(|(score, _)| score.abs() < 1e-2), "{method:?}");
    }

    #[test]
    fn a_task_that_takes_no_part_stays_as_it_is_and_one_alone_weighs_one() {
        let mut method = Famo::new(3);
        chosen(&mut method, &[0, 2], &[1.0, 1.0]);
        method.stepped(&[0.5, 1.0]);
        assert_eq!(method.scores[1].0, 0.0);
        assert!(method.scores[0].0 < 0.0 && method.scores[2].0 > 0.0, "{method:?}");
        assert_eq!(chosen(&mut method, &[1], &[0.3]), [1.0]);
        method.stepped(&[0.2]);
        assert_eq!(method.scores[1].0, 0.0, "alone, a task has nobody to take weight from");
    }

    #[test]
    fn losses_of_zero_are_finite() {
        let mut method = Famo::new(2);
        for _ in 0..3 {
            let weights = chosen(&mut method, &[0, 1], &[0.0, 1e300]);
            assert!(weights.iter().all(|w| w.is_finite()), "{weights:?}");
            method.stepped(&[0.0, 0.0]);
        }
        assert!(chosen(&mut method, &[0, 1], &[0.0, 0.0]).iter().all(|w| w.is_finite()));
    }
}
