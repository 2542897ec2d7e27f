//! Multinomial logistic regression on fixed sentence vectors: what a linear head can do with an encoder as it is.
//!
//! ```text
//! minimise over W (C,H), b (C):   Σᵢ −log softmax(W·zᵢ + b)[yᵢ]  +  l2/2 · ‖W‖²
//! ```
//!
//! The objective of scikit-learn's `LogisticRegression`, whose `C` is 1/l2; the bias has no penalty. With two classes
//! scikit-learn fits one sigmoid, which is this model with l2 = 2/C. Vectors of length 1 ([`unit_rows`]) suit l2 = 1.

mod folds;
mod lbfgs;
mod means;

pub use folds::{deal_folds, number_of_folds, out_of_fold, predict_fold};

use crate::compute::Context;
use crate::ops::{Strides, WriteMode, matmul, softmax_rows};

/// A class that no row shows gets a bias this far below the lowest of the others: a probability of about 0.
const ABSENT: f64 = 20.0;

/// A linear classifier of vectors of H numbers into C classes.
///
/// ```
/// use polytask::compute::Context;
/// use polytask::probe::Probe;
///
/// let vectors = [1.0, 0.0, 0.8, 0.6, 0.0, 1.0, 0.6, -0.8];
/// let context = Context::default();
/// let probe = Probe::fit(&vectors, 2, &[Some(0), Some(0), Some(1), None], 2, 1.0, &context);
/// let probabilities = probe.predict_proba(&[1.0, 0.0], &context);
/// assert!(probabilities[0] > probabilities[1]);
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    h: usize,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

impl Probe {
    /// Fits a probe to `vectors` (B,H) and one label a row; rows without a label are left out. `l2` is above 0: the smaller,
    /// the more confident.
    ///
    /// A class without rows gets weight 0 and a bias far below the others; without any row, all classes are equal.
    ///
    /// # Panics
    ///
    /// If `vectors` does not hold `h` numbers for each of `labels`, or a label is not below `classes`.
    pub fn fit(vectors: &[f32], h: usize, labels: &[Option<u32>], classes: usize, l2: f64, context: &Context) -> Self {
        Self::minimum(Objective::CrossEntropy, vectors, h, labels, classes, l2, context)
    }

    /// As [`Probe::fit`], but minimises ½·Σᵢ ‖W·zᵢ + b − yᵢ‖² + l2/2 · ‖W‖² with one-hot yᵢ: scikit-learn's `Ridge` with
    /// `alpha` = l2.
    ///
    /// # Panics
    ///
    /// As [`Probe::fit`].
    pub fn ridge(
        vectors: &[f32],
        h: usize,
        labels: &[Option<u32>],
        classes: usize,
        l2: f64,
        context: &Context,
    ) -> Self {
        Self::minimum(Objective::Squares, vectors, h, labels, classes, l2, context)
    }

    fn minimum(
        objective: Objective,
        vectors: &[f32],
        h: usize,
        labels: &[Option<u32>],
        classes: usize,
        l2: f64,
        context: &Context,
    ) -> Self {
        assert_eq!(vectors.len(), labels.len() * h, "one label a row");
        let mut counts = vec![0_usize; classes];
        labels.iter().flatten().for_each(|&class| counts[class as usize] += 1);
        let present: Vec<usize> = (0..classes).filter(|&class| counts[class] > 0).collect();
        let place = |class: u32| present.partition_point(|&c| c < class as usize);
        let labelled = labels.iter().flatten().count();
        let mut problem = Problem {
            objective,
            h,
            vectors: Vec::with_capacity(labelled * h),
            labels: Vec::with_capacity(labelled),
            classes: present.len(),
            l2,
            context,
        };
        for (row, label) in vectors.chunks_exact(h).zip(labels) {
            if let Some(label) = label {
                problem.vectors.extend_from_slice(row);
                problem.labels.push(place(*label));
            }
        }
        // Weights (C,H), then biases (C). Weights of 0 with the classes' shares as biases are the best guess without vectors.
        let mut numbers = vec![0.0; present.len() * h];
        numbers.extend(present.iter().map(|&class| (counts[class] as f64 / problem.labels.len() as f64).ln()));
        if !present.is_empty() {
            context.on_threads(|| {
                let tolerance = TOLERANCE * problem.labels.len() as f64;
                lbfgs::minimise(&mut numbers, tolerance, |numbers, gradient| problem.loss(numbers, gradient));
            });
        }

        let (weights, biases) = numbers.split_at(present.len() * h);
        let lowest = biases.iter().copied().fold(f64::INFINITY, f64::min);
        let absent = if present.is_empty() { 0.0 } else { (lowest - ABSENT) as f32 };
        let (mut weight, mut bias) = (vec![0.0; classes * h], vec![absent; classes]);
        for (i, &class) in present.iter().enumerate() {
            bias[class] = biases[i] as f32;
            let row = &weights[i * h..][..h];
            weight[class * h..][..h].iter_mut().zip(row).for_each(|(to, &from)| *to = from as f32);
        }
        Self { h, weight, bias }
    }

    /// W, row after row. (C,H)
    pub fn weight(&self) -> &[f32] {
        &self.weight
    }

    /// b. (C)
    pub fn bias(&self) -> &[f32] {
        &self.bias
    }

    /// Each row's probability of each class, row after row, for `vectors` (B,H). (B,C)
    ///
    /// # Panics
    ///
    /// If `vectors` is not a number of whole rows, or there is no class.
    pub fn predict_proba(&self, vectors: &[f32], context: &Context) -> Vec<f32> {
        assert!(vectors.len().is_multiple_of(self.h), "whole rows");
        softmax_rows(
            &context.on_threads(|| logits(vectors, self.h, &self.weight, &self.bias, context)),
            self.bias.len(),
        )
    }
}

/// Divides each row of `vectors` (B,H) by its length, so that products of rows are cosines. A row of zeros stays.
pub fn unit_rows(vectors: &mut [f32], h: usize) {
    for row in vectors.chunks_exact_mut(h) {
        let length = row.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>().sqrt();
        if length > 0.0 {
            row.iter_mut().for_each(|x| *x = (f64::from(*x) / length) as f32);
        }
    }
}

/// The fit is over when no derivative of the mean loss is larger.
const TOLERANCE: f64 = 1e-6;

/// What is summed over the rows.
#[derive(Debug, Clone, Copy)]
enum Objective {
    CrossEntropy,
    /// Half the squared distance from the one-hot label.
    Squares,
}

/// The labelled rows and the objective.
struct Problem<'a> {
    objective: Objective,
    h: usize,
    /// (B,H)
    vectors: Vec<f32>,
    /// Classes among those that occur. (B)
    labels: Vec<usize>,
    classes: usize,
    l2: f64,
    context: &'a Context,
}

impl Problem<'_> {
    /// The objective at `numbers`, weights (C,H) and then biases (C); writes its gradient.
    fn loss(&self, numbers: &[f64], gradient: &mut [f64]) -> f64 {
        let (h, c, rows) = (self.h, self.classes, self.labels.len());
        let numbers_f32: Vec<f32> = numbers.iter().map(|&x| x as f32).collect();
        let (weight, bias) = numbers_f32.split_at(c * h);
        let mut errors = logits(&self.vectors, h, weight, bias, self.context);
        // Logits become probabilities minus the one-hot labels, row by row.
        let mut loss = 0.0;
        let (by_weight, by_bias) = gradient.split_at_mut(c * h);
        by_bias.fill(0.0);
        for (row, &label) in errors.chunks_exact_mut(c).zip(&self.labels) {
            if let Objective::CrossEntropy = self.objective {
                let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                let of_label = f64::from(row[label] - largest);
                row.iter_mut().for_each(|x| *x = libm::expf(*x - largest));
                let total: f64 = row.iter().map(|&x| f64::from(x)).sum();
                loss += total.ln() - of_label;
                row.iter_mut().for_each(|x| *x = (f64::from(*x) / total) as f32);
            }
            row[label] -= 1.0;
            if let Objective::Squares = self.objective {
                loss += 0.5 * row.iter().map(|&x| f64::from(x) * f64::from(x)).sum::<f64>();
            }
            by_bias.iter_mut().zip(&*row).for_each(|(sum, &x)| *sum += f64::from(x));
        }
        let mut products = vec![0.0; c * h];
        matmul(
            self.context.cpu(),
            (c, h, rows),
            (&mut products, Strides::rows(h)),
            WriteMode::Overwrite,
            (&errors, Strides::rows(c).transposed()),
            (&self.vectors, Strides::rows(h)),
            1.0,
        );
        for ((derivative, product), w) in by_weight.iter_mut().zip(products).zip(numbers) {
            *derivative = f64::from(product) + self.l2 * w;
            loss += 0.5 * self.l2 * w * w;
        }
        loss
    }
}

/// W·z + b for `vectors` (B,H). (B,C)
fn logits(vectors: &[f32], h: usize, weight: &[f32], bias: &[f32], context: &Context) -> Vec<f32> {
    let (rows, c) = (vectors.len() / h, bias.len());
    let mut logits = bias.repeat(rows);
    matmul(
        context.cpu(),
        (rows, c, h),
        (&mut logits, Strides::rows(c)),
        WriteMode::Add,
        (vectors, Strides::rows(h)),
        (weight, Strides::rows(h).transposed()),
        1.0,
    );
    logits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_any_label_all_classes_are_equal() {
        let context = Context::default();
        let probe = Probe::fit(&[1.0, 0.0], 2, &[None], 4, 1.0, &context);
        assert_eq!(probe.predict_proba(&[0.6, 0.8], &context), [0.25; 4]);
    }

    #[test]
    fn a_class_without_rows_is_never_predicted_and_changes_no_other() {
        let context = Context::default();
        let vectors = [1.0, 0.0, 0.0, 1.0, 0.6, 0.8];
        let three = Probe::fit(&vectors, 2, &[Some(0), Some(2), Some(2)], 3, 1.0, &context);
        let two = Probe::fit(&vectors, 2, &[Some(0), Some(1), Some(1)], 2, 1.0, &context);
        let (three, two) = (three.predict_proba(&[0.8, 0.6], &context), two.predict_proba(&[0.8, 0.6], &context));
        assert!(three[1] < 1e-6, "{three:?}");
        assert!((three[0] - two[0]).abs() < 1e-6 && (three[2] - two[1]).abs() < 1e-6, "{three:?} {two:?}");
    }

    #[test]
    fn rows_become_unit_vectors_and_zeros_stay() {
        let mut vectors = [3.0, 4.0, 0.0, 0.0];
        unit_rows(&mut vectors, 2);
        assert_eq!(vectors, [0.6, 0.8, 0.0, 0.0]);
    }
}
