//! How far a classifier's probabilities can be believed: the reliability diagram and the expected calibration error.
//!
//! The confidence of an answer is the probability of the predicted class. A classifier is calibrated if of the answers given
//! with 80 % confidence, 80 % are right. Answers are sorted by confidence into bins of equal count (Naeini, Cooper &
//! Hauskrecht 2015, "Obtaining well calibrated probabilities using Bayesian binning"), b = 1…B with n_b of n answers:
//!
//! ```text
//! ECE = Σ_b n_b/n · |accuracy_b − confidence_b|
//! ```

use serde::{Deserialize, Serialize};

use crate::checkpoint::state;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Most bins. With more of them, each holds too few answers of the usual held-out split for its accuracy to mean much.
const MOST_BINS: usize = 15;

/// Fewest answers of a bin, as far as there are so many: the accuracy of fewer is mostly noise.
const FEWEST_ANSWERS: usize = 10;

/// How a task's confidence and accuracy agree.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Calibration {
    /// The expected calibration error in [0, 1]; 0: confidence and accuracy agree in every bin.
    pub ece: f32,
    /// The reliability diagram, least confident first: at most 15 bins of about equal count, fewer of them if there are fewer
    /// than 150 answers. Equal confidences share a bin.
    pub bins: Vec<CalibrationBin>,
}

/// Answers of about the same confidence.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct CalibrationBin {
    /// Mean probability of the predicted class, in [0, 1].
    pub confidence: f32,
    /// Share of the answers that are right, in [0, 1].
    pub accuracy: f32,
    /// Number of answers, at least 1.
    pub count: u32,
}

/// The confidences of one task's answers so far: one number an answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Confidences {
    right: Vec<f32>,
    wrong: Vec<f32>,
}

state!(Confidences { right, wrong });
state!(Calibration { ece, bins });
state!(CalibrationBin { confidence, accuracy, count });

impl Confidences {
    /// Adds an answer: its `logits` (C), the predicted class and whether that is right.
    pub fn add(&mut self, logits: &[f32], predicted: usize, is_right: bool) {
        let confidence = probability_of(logits, predicted);
        if is_right { self.right.push(confidence) } else { self.wrong.push(confidence) }
    }

    /// The answers in bins; `None` if there is none, or if a confidence is not a number.
    pub fn calibration(&self) -> Option<Calibration> {
        let answers = self.right.iter().map(|&x| (x, true)).chain(self.wrong.iter().map(|&x| (x, false)));
        let mut answers: Vec<(f32, bool)> = answers.collect();
        if answers.is_empty() || answers.iter().any(|(confidence, _)| confidence.is_nan()) {
            return None;
        }
        answers.sort_by(|a, b| a.0.total_cmp(&b.0));
        let bins: Vec<CalibrationBin> = split(&answers).into_iter().map(bin).collect();
        let gap = |bin: &CalibrationBin| f64::from(bin.count) * f64::from(bin.accuracy - bin.confidence).abs();
        let ece = bins.iter().map(gap).sum::<f64>() / answers.len() as f64;
        Some(Calibration { ece: ece as f32, bins })
    }
}

/// softmax(logits)[class].
fn probability_of(logits: &[f32], class: usize) -> f32 {
    let of = f64::from(logits[class]);
    let sum: f64 = logits.iter().map(|&x| (f64::from(x) - of).exp()).sum();
    (1.0 / sum) as f32
}

/// Cuts sorted answers into bins of about equal count, never between equal confidences: which of those came first says
/// nothing.
fn split(answers: &[(f32, bool)]) -> Vec<&[(f32, bool)]> {
    let n = answers.len();
    let bins = (n / FEWEST_ANSWERS).clamp(1, MOST_BINS);
    let mut parts = Vec::with_capacity(bins);
    let mut start = 0;
    for b in 1..=bins {
        // As numpy.array_split: the first n mod B parts have one more.
        let mut end = b * (n / bins) + b.min(n % bins);
        while end > start && end < n && answers[end].0 == answers[end - 1].0 {
            end += 1;
        }
        if end > start {
            parts.push(&answers[start..end]);
            start = end;
        }
    }
    parts
}

fn bin(answers: &[(f32, bool)]) -> CalibrationBin {
    let n = answers.len() as f64;
    let confidence = answers.iter().map(|(confidence, _)| f64::from(*confidence)).sum::<f64>() / n;
    let right = answers.iter().filter(|(_, is_right)| *is_right).count();
    CalibrationBin { confidence: confidence as f32, accuracy: (right as f64 / n) as f32, count: answers.len() as u32 }
}
