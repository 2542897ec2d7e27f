//! Liu, Johns, Davison 2019, "End-to-end multi-task learning with attention": dynamic weight average.
//!
//! A task whose loss fell less than the others' from one epoch to the next gets more weight in the epoch after.
//!
//! ```text
//! λᵢ(t) = K·softmaxᵢ(rᵢ(t − 1)/T)        rᵢ(t − 1) = Lᵢ(t − 1)/Lᵢ(t − 2), means over epochs
//! ```
//!
//! T = 2, and λᵢ = 1 in the first two epochs, as in the paper. A task has r = 1 where the ratio cannot be computed: it
//! has no loss in one of the two epochs, or its earlier loss is 0.

use crate::Result;
use crate::checkpoint::Archive;
use crate::weighting::linalg::softmax;
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};

/// The λᵢ of this epoch, and the losses of the one before it. (K)
#[derive(Debug)]
pub(super) struct Dwa {
    weights: Vec<f64>,
    last: Option<Vec<Option<f64>>>,
}

impl Dwa {
    const TEMPERATURE: f64 = 2.0;

    pub fn new(k: usize) -> Self {
        Self { weights: vec![1.0; k], last: None }
    }
}

impl Method for Dwa {
    fn depends_on(&self) -> Dependency {
        Dependency::Nothing
    }

    /// The current λᵢ. They do not depend on which tasks take part in the step: they balance epochs, not batches.
    fn choose(&mut self, step: &StepInfo) -> Chosen {
        Chosen::plainly(step.tasks.iter().map(|&task| self.weights[task]).collect())
    }

    fn epoch_ended(&mut self, losses: &[Option<f64>]) {
        if let Some(last) = &self.last {
            let ratio = |(now, before): (&Option<f64>, &Option<f64>)| match (now, before) {
                (Some(now), Some(before)) if *before > 0.0 => now / before / Self::TEMPERATURE,
                _ => 1.0 / Self::TEMPERATURE,
            };
            let ratios: Vec<f64> = losses.iter().zip(last).map(ratio).collect();
            self.weights = softmax(&ratios).iter().map(|share| share * losses.len() as f64).collect();
        }
        self.last = Some(losses.to_vec());
    }

    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        archive.value(&mut self.weights)?;
        archive.value(&mut self.last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::testing::chosen;

    fn close(weights: &[f64], expected: &[f64]) {
        assert!(weights.iter().zip(expected).all(|(w, x)| (w - x).abs() < 1e-12), "{weights:?}, not {expected:?}");
    }

    #[test]
    fn the_task_that_falls_least_weighs_most() {
        let mut method = Dwa::new(2);
        assert_eq!(chosen(&mut method, &[0, 1], &[]), [1.0, 1.0]);
        method.epoch_ended(&[Some(2.0), Some(1.0)]);
        assert_eq!(chosen(&mut method, &[0, 1], &[]), [1.0, 1.0]);
        method.epoch_ended(&[Some(1.0), Some(1.0)]);
        let (a, b) = (0.25_f64.exp(), 0.5_f64.exp());
        close(&chosen(&mut method, &[0, 1], &[]), &[2.0 * a / (a + b), 2.0 * b / (a + b)]);
        // One task alone in a batch keeps its epoch's weight.
        close(&chosen(&mut method, &[1], &[]), &[2.0 * b / (a + b)]);
    }

    #[test]
    fn a_task_without_a_loss_keeps_ratio_one() {
        let mut method = Dwa::new(3);
        method.epoch_ended(&[Some(2.0), None, Some(0.0)]);
        method.epoch_ended(&[Some(1.0), Some(5.0), Some(3.0)]);
        let (a, b) = (0.25_f64.exp(), 0.5_f64.exp());
        let expected = [a, b, b].map(|x| 3.0 * x / (a + 2.0 * b));
        close(&chosen(&mut method, &[0, 1, 2], &[]), &expected);
    }

    #[test]
    fn a_loss_that_explodes_takes_all_the_weight_and_no_more() {
        let mut method = Dwa::new(2);
        method.epoch_ended(&[Some(1e-300), Some(1.0)]);
        method.epoch_ended(&[Some(1e6), Some(1.0)]);
        assert_eq!(chosen(&mut method, &[0, 1], &[]), [2.0, 0.0]);
    }
}
