//! Running counts from which one task's metrics are computed, batch by batch.

use super::calibration::Confidences;
use super::{TaskMetrics, wilson_interval};
use crate::checkpoint::state;
use crate::ops::IGNORE;

/// Running counts of one task's predictions.
///
/// ```
/// use polytask::metrics::Tally;
///
/// let mut tally = Tally::new(2);
/// // Two sentences of class 0, and one without a label (-100, PyTorch's `ignore_index`). The first is predicted as 0,
/// // the second as 1. The mean loss of these two is 0.7.
/// tally.add(&[1.5, 0.5, 0.2, 0.8, 0.0, 0.0], &[0, 0, -100], 0.7, 2.0);
/// let metrics = tally.metrics().expect("two sentences are labelled");
/// assert_eq!(metrics.accuracy, 0.5);
/// assert_eq!(metrics.confusion, [[1, 1], [0, 0]]);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tally {
    /// `confusion[t][p]`: labelled examples of class t predicted as p. (C,C)
    confusion: Vec<Vec<u32>>,
    /// Sum of the labelled examples' losses in nats, each times its weight if they are weighted.
    loss: f64,
    /// The denominator of the mean loss: the number of labelled examples, or the sum of their class weights.
    denominator: f64,
    /// How sure each answer was, where that is kept.
    confidences: Option<Confidences>,
}

state!(Tally { confusion, loss, denominator, confidences });

impl Tally {
    /// An empty tally for a task with `classes` classes. Its size does not depend on the number of examples.
    pub fn new(classes: usize) -> Self {
        Self { confusion: vec![vec![0; classes]; classes], loss: 0.0, denominator: 0.0, confidences: None }
    }

    /// The same, for metrics with a calibration: it keeps one number for each labelled example.
    pub fn with_confidences(classes: usize) -> Self {
        Self { confidences: Some(Confidences::default()), ..Self::new(classes) }
    }

    /// Counts a batch. `logits` is (B,C), row after row; `labels` is (B), with −100 for "no label". `mean_loss` is the
    /// mean over the labelled rows, and `denominator` is its divisor: their number, or the sum of their class weights.
    ///
    /// # Panics
    ///
    /// If a label is neither −100 nor a class in 0..C, or if C is 0.
    pub fn add(&mut self, logits: &[f32], labels: &[i64], mean_loss: f32, denominator: f64) {
        for (row, &label) in logits.chunks_exact(self.confusion.len()).zip(labels) {
            if label == IGNORE {
                continue;
            }
            let (label, predicted) = (label as usize, argmax(row));
            self.confusion[label][predicted] += 1;
            if let Some(confidences) = &mut self.confidences {
                confidences.add(row, predicted, label == predicted);
            }
        }
        self.loss += f64::from(mean_loss) * denominator;
        self.denominator += denominator;
    }

    /// The number of labelled examples counted so far.
    pub fn labelled(&self) -> u32 {
        self.confusion.iter().flatten().sum()
    }

    /// Mean loss over the labelled examples, weighted if their losses were; `None` if there was none.
    pub fn loss(&self) -> Option<f32> {
        (self.labelled() > 0).then(|| (self.loss / self.denominator) as f32)
    }

    /// Share of the labelled examples that were predicted correctly, in [0, 1]; `None` if there was none.
    pub fn accuracy(&self) -> Option<f32> {
        let n = self.labelled();
        (n > 0).then(|| self.correct() as f32 / n as f32)
    }

    /// The number of labelled examples that were predicted correctly.
    fn correct(&self) -> u32 {
        self.confusion.iter().enumerate().map(|(c, row)| row[c]).sum()
    }

    /// Mean F1 over the classes that occur or are predicted, as scikit-learn's `f1_score(average="macro")`.
    /// F1 = 2·TP/(2·TP + FP + FN). In [0, 1]; `None` if there was no labelled example.
    pub fn macro_f1(&self) -> Option<f32> {
        let f1: Vec<f32> = (0..self.confusion.len())
            .filter_map(|c| {
                let true_positives = self.confusion[c][c];
                let labelled: u32 = self.confusion[c].iter().sum();
                let predicted: u32 = self.confusion.iter().map(|row| row[c]).sum();
                let sum = labelled + predicted; // (TP + FN) + (TP + FP)
                (sum > 0).then(|| 2.0 * true_positives as f32 / sum as f32)
            })
            .collect();
        (!f1.is_empty()).then(|| f1.iter().sum::<f32>() / f1.len() as f32)
    }

    /// All metrics; `None` if there was no labelled example.
    pub fn metrics(&self) -> Option<TaskMetrics> {
        Some(TaskMetrics {
            accuracy: self.accuracy()?,
            interval: wilson_interval(self.correct(), self.labelled()),
            macro_f1: self.macro_f1()?,
            loss: self.loss()?,
            calibration: self.confidences.as_ref().and_then(Confidences::calibration),
            confusion: self.confusion.clone(),
        })
    }
}

/// The index of the largest number, the first if several are equal, as `torch.argmax`; 0 if `xs` is empty.
pub fn argmax(xs: &[f32]) -> usize {
    let mut best = 0;
    for (i, x) in xs.iter().enumerate() {
        if *x > xs[best] {
            best = i;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metrics_agree_with_those_computed_by_hand() {
        let mut tally = Tally::new(3);
        // True classes 0 0 1 1 2, one blank; predicted 0 1 1 1 0.
        let logits =
            [[2.0, 1.0, 0.0], [1.0, 2.0, 0.0], [0.0, 1.0, 0.0], [0.0, 3.0, 1.0], [5.0, 0.0, 1.0], [9.0, 9.0, 9.0]];
        tally.add(logits.as_flattened(), &[0, 0, 1, 1, 2, IGNORE], 0.5, 5.0);
        assert_eq!(tally.metrics().unwrap().confusion, [[1, 1, 0], [0, 2, 0], [1, 0, 0]]);
        assert_eq!(tally.accuracy(), Some(0.6));
        // F1: class 0: 2/(2+2) = 0.5, class 1: 4/(3+2) = 0.8, class 2: 0.
        assert!((tally.macro_f1().unwrap() - 1.3 / 3.0).abs() < 1e-6);
        assert_eq!(tally.loss(), Some(0.5));
        // One more row, whose class weight is 3.
        tally.add(&[0.0, 0.0, 1.0], &[2], 2.5, 3.0);
        assert_eq!(tally.loss(), Some((0.5 * 5.0 + 2.5 * 3.0) / 8.0));
        assert_eq!((Tally::new(2).accuracy(), Tally::new(2).metrics()), (None, None));
    }
}
