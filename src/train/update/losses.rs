//! Each task's training loss: cross-entropy with the recipe's label smoothing and class weights.
//!
//! Evaluations use neither, so that their figures can be compared between runs with different settings.

use candle_core::Tensor;

use crate::Result;
use crate::data::Dataset;
use crate::ops::CrossEntropy;
use crate::recipe::{ClassWeights, Training};
use crate::text::Batch;

/// The tasks' losses, in head order. (K)
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct TaskLosses(Vec<CrossEntropy>);

impl TaskLosses {
    /// The losses that `training` asks for; class weights follow how often a class occurs among the sentences `rows`.
    pub fn new(training: &Training, data: &Dataset, rows: &[usize]) -> Self {
        let loss = |counts: Vec<usize>| CrossEntropy {
            label_smoothing: training.label_smoothing,
            class_weights: match training.class_weights {
                ClassWeights::None => None,
                ClassWeights::Balanced => Some(balanced(&counts).into()),
            },
        };
        Self(data.class_counts(rows).into_iter().map(loss).collect())
    }

    /// Plain cross-entropy for each of `k` tasks.
    pub fn plain(k: usize) -> Self {
        Self(vec![CrossEntropy::default(); k])
    }

    /// Each task's mean loss on the batch; `None` for a task that no row is labelled for. (K)
    pub fn compute(&self, logits: &[Tensor], batch: &Batch) -> Result<Vec<Option<Tensor>>> {
        let tasks = self.0.iter().zip(logits).zip(&batch.labels);
        tasks.map(|((loss, logits), labels)| loss.loss(logits, labels)).collect()
    }

    /// The denominator of each task's mean loss: labelled rows, or the sum of their weights. (K)
    pub fn denominators(&self, batch: &Batch) -> Vec<f64> {
        self.0.iter().zip(&batch.labels).map(|(loss, labels)| loss.denominator(labels)).collect()
    }
}

/// w_c = M/(C·M_c) for classes with M_c of M sentences. A class without a sentence has no share in any loss: weight 0.
fn balanced(counts: &[usize]) -> Vec<f32> {
    let all: usize = counts.iter().sum();
    let weight = |&n: &usize| if n == 0 { 0.0 } else { (all as f64 / (counts.len() * n) as f64) as f32 };
    counts.iter().map(weight).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn balanced_as_scikit_learn() {
        // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 0, 1, 1, 2, 2])
        assert_eq!(balanced(&[4, 2, 2]), [2.0 / 3.0, 4.0 / 3.0, 4.0 / 3.0]);
        assert_eq!(balanced(&[3, 0, 1]), [4.0 / 9.0, 0.0, 4.0 / 3.0]);
    }
}
