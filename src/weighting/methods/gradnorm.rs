//! Chen, Badrinarayanan, Lee, Rabinovich 2018, "GradNorm: gradient normalization for adaptive loss balancing in deep
//! multitask networks".
//!
//! Tasks should train at similar rates. A task that has come less far than the others is given a larger gradient at the
//! last shared layer, W.
//!
//! ```text
//! Gᵢ = wᵢ‖∇_W Lᵢ‖      r̃ᵢ = Lᵢ/Lᵢ(0)      rᵢ = r̃ᵢ/mean(r̃)
//! minimise Σ |Gᵢ − mean(G)·rᵢ^α| over w, the target held constant:  ∂/∂wᵢ = sign(Gᵢ − mean(G)·rᵢ^α)·‖∇_W Lᵢ‖
//! then scale w so that it sums to the number of tasks
//! ```
//!
//! α = 1.5, w = 1 at first, and a learning rate of 0.025 for w, as in the paper; Lᵢ(0) is the first loss seen of a task.
//! The paper asks for "standard update rules". This is Adam: the derivative above is as long as a gradient happens to
//! be, and plain descent with a rate fixed in advance would leap in one model and stand still in another.
//!
//! A step uses the weights from before its update of w. Where only some tasks take part, the mean and the scaling are over
//! those, and the sum of their weights stays as it was.

use super::gradients;
use crate::Result;
use crate::checkpoint::{Archive, state};
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};
use crate::weighting::scalar_adam::ScalarAdam;

/// A task's weight, Adam's state for it, and the task's first loss.
#[derive(Debug, Clone, Default)]
struct TaskState {
    weight: f64,
    adam: ScalarAdam,
    first_loss: Option<f64>,
}

state!(TaskState { weight, adam, first_loss });

/// Each task's state. (K)
#[derive(Debug)]
pub(super) struct Gradnorm(Vec<TaskState>);

impl Gradnorm {
    const ALPHA: f64 = 1.5;
    const LEARNING_RATE: f64 = 0.025;
    /// No weight falls below this: Adam's steps have a length of their own, and one more of them would make it negative.
    const LEAST: f64 = 1e-3;

    pub fn new(k: usize) -> Self {
        Self(vec![TaskState { weight: 1.0, adam: ScalarAdam::default(), first_loss: None }; k])
    }

    /// rᵢ of the tasks that take part.
    fn rates(&mut self, step: &StepInfo) -> Vec<f64> {
        let left = |(&task, &loss): (&usize, &f64)| {
            let first = *self.0[task].first_loss.get_or_insert(loss);
            if first > 0.0 { loss / first } else { 1.0 }
        };
        let left: Vec<f64> = step.tasks.iter().zip(step.losses).map(left).collect();
        let mean = mean(&left);
        left.iter().map(|x| if mean > 0.0 { x / mean } else { 1.0 }).collect()
    }
}

impl Method for Gradnorm {
    fn depends_on(&self) -> Dependency {
        Dependency::Gradients
    }

    fn weighs_heads(&self) -> bool {
        true
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        let layer = step.last_layer.unwrap_or(gradients(step));
        let rates = self.rates(step);
        let held: f64 = step.tasks.iter().map(|&task| self.0[task].weight).sum();
        let share = held / step.tasks.len() as f64;
        let weights: Vec<f64> = step.tasks.iter().map(|&task| self.0[task].weight / share).collect();

        let norms: Vec<f64> = (0..layer.len()).map(|i| layer.norm(i)).collect();
        let weighted: Vec<f64> = weights.iter().zip(&norms).map(|(w, norm)| w * norm).collect();
        let target = mean(&weighted);
        let mut moved = weights.clone();
        for (i, &task) in step.tasks.iter().enumerate() {
            let error = weighted[i] - target * libm::pow(rates[i], Self::ALPHA);
            // One task alone is its own target, but for rounding.
            let sign = if error.abs() <= 1e-12 * target { 0.0 } else { error.signum() };
            self.0[task].adam.step(&mut moved[i], sign * norms[i], Self::LEARNING_RATE);
            moved[i] = moved[i].max(Self::LEAST);
        }
        let sum: f64 = moved.iter().sum();
        for (&task, w) in step.tasks.iter().zip(&moved) {
            self.0[task].weight = w * held / sum;
        }
        Chosen::plainly(weights)
    }

    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        archive.value(&mut self.0)
    }
}

fn mean(xs: &[f64]) -> f64 {
    xs.iter().sum::<f64>() / xs.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::linalg::Gram;

    /// One step of tasks whose gradients at the last layer have these norms; those of the whole encoder mislead.
    fn step(method: &mut Gradnorm, tasks: &[usize], losses: &[f64], norms: &[f64]) -> Vec<f64> {
        let layer = Gram::new(norms.len(), |i, j| norms[i] * norms[j]);
        let whole = Gram::new(norms.len(), |i, j| if i == j { 7.0 } else { 0.0 });
        let step = StepInfo { tasks, losses, gram: Some(&whole), last_layer: Some(&layer), learning_rate: 1.0 };
        method.choose(&step).weights
    }

    #[test]
    fn the_first_step_evens_out_the_norms() {
        let mut method = Gradnorm::new(2);
        assert_eq!(step(&mut method, &[0, 1], &[1.0, 1.0], &[3.0, 1.0]), [1.0, 1.0]);
        // Both losses are at their first value, so the target is the mean, 2: one weight falls, the other rises.
        let weights = step(&mut method, &[0, 1], &[1.0, 1.0], &[3.0, 1.0]);
        assert!((weights[0] - 0.975).abs() < 1e-9 && (weights[1] - 1.025).abs() < 1e-9, "{weights:?}");
    }

    #[test]
    fn the_task_that_came_less_far_gets_the_larger_gradient() {
        let mut method = Gradnorm::new(2);
        step(&mut method, &[0, 1], &[1.0, 4.0], &[1.0, 1.0]);
        let mut weights = Vec::new();
        for _ in 0..2000 {
            // r = (2/3, 4/3), so that the targets are r^1.5 = (0.54, 1.54) times the mean.
            weights = step(&mut method, &[0, 1], &[0.25, 2.0], &[1.0, 1.0]);
        }
        assert!(weights[0] < 0.6 && weights[1] > 1.4, "{weights:?}");
        assert!((weights[0] + weights[1] - 2.0).abs() < 1e-12, "{weights:?}");
    }

    #[test]
    fn a_weight_does_not_fall_below_zero() {
        let mut method = Gradnorm::new(2);
        for _ in 0..500 {
            let weights = step(&mut method, &[0, 1], &[1.0, 1.0], &[1e6, 1e-6]);
            assert!(weights.iter().all(|&w| w > 0.0), "{weights:?}");
        }
    }

    #[test]
    fn those_who_take_part_share_what_they_had_and_one_alone_weighs_one() {
        let mut method = Gradnorm::new(3);
        for _ in 0..10 {
            step(&mut method, &[0, 1, 2], &[1.0, 1.0, 1.0], &[5.0, 1.0, 1.0]);
        }
        let before: Vec<f64> = method.0.iter().map(|state| state.weight).collect();
        assert!(before[0] < 0.9, "{before:?}");
        let pair = step(&mut method, &[0, 2], &[1.0, 1.0], &[5.0, 1.0]);
        assert!((pair[0] + pair[1] - 2.0).abs() < 1e-12, "{pair:?}");
        assert!((pair[0] / pair[1] - before[0] / before[2]).abs() < 1e-12, "{pair:?} of {before:?}");
        let after: Vec<f64> = method.0.iter().map(|state| state.weight).collect();
        assert_eq!(after[1], before[1]);
        assert!((after.iter().sum::<f64>() - 3.0).abs() < 1e-12, "{after:?}");
        assert_ne!(after[0], before[0]);
        assert_eq!(step(&mut method, &[1], &[1.0], &[5.0]), [1.0]);
        assert!((method.0[1].weight - before[1]).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_learn_from_is_finite() {
        let mut method = Gradnorm::new(2);
        for _ in 0..3 {
            assert_eq!(step(&mut method, &[0, 1], &[0.0, 0.0], &[0.0, 0.0]), [1.0, 1.0]);
        }
    }
}
