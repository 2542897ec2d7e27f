//! Temperature scaling (Guo, Pleiss, Sun & Weinberger 2017, "On calibration of modern neural networks"): the one number T by
//! which a task's logits are divided so that its probabilities can be believed. No answer changes.

use super::argmax;
use crate::ops::IGNORE;

/// How far T may go. Held-out sentences that are all classified rightly would have T → 0, and answers worse than chance T → ∞.
const LIMITS: [f64; 2] = [0.05, 20.0];

/// Halvings of ln T: [0.05, 20] is 6 wide, and 6·2⁻⁴⁰ is 5e-12.
const HALVINGS: usize = 40;

/// The temperature T that minimises the mean cross-entropy of softmax(logits/T), in [0.05, 20]. `logits` is (n,C), row after
/// row; `labels` is (n), with −100 for "no label". `None` if no row is labelled, or if a logit is not finite.
///
/// The derivative with respect to β = 1/T, Σ (mean of z under softmax(β·z) − z_label), grows with β, since the loss is convex in
/// β; T is where it is zero, found by halving an interval of ln T.
///
/// ```
/// use polytask::metrics::fit_temperature;
///
/// // Four answers with a confidence of 0.95, three of them right: the logits are too large by ln 19 / ln 3.
/// let logits = [19_f32.ln(), 0.0].repeat(4);
/// let temperature = fit_temperature(&logits, 2, &[0, 0, 0, 1]).expect("four rows are labelled");
/// assert!((temperature - 19_f32.ln() / 3_f32.ln()).abs() < 1e-5);
/// ```
///
/// # Panics
///
/// If a label is neither −100 nor a class in 0..C, or if C is 0.
pub fn fit_temperature(logits: &[f32], classes: usize, labels: &[i64]) -> Option<f32> {
    let rows: Vec<(&[f32], usize)> = logits
        .chunks_exact(classes)
        .zip(labels)
        .filter_map(|(row, &label)| (label != IGNORE).then_some((row, label as usize)))
        .collect();
    if rows.is_empty() || rows.iter().any(|(row, _)| row.iter().any(|x| !x.is_finite())) {
        return None;
    }
    let slope = |t: f64| rows.iter().map(|(row, label)| mean_logit(row, t) - f64::from(row[*label])).sum::<f64>();
    let [mut low, mut high] = LIMITS.map(f64::ln);
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        // The loss still falls with a larger β, that is, with a smaller T.
        if slope(middle.exp()) < 0.0 {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(((low + high) / 2.0).exp() as f32)
}

/// Σ_c softmax(logits/t)_c · logits_c.
fn mean_logit(logits: &[f32], t: f64) -> f64 {
    let most = f64::from(logits[argmax(logits)]);
    let (mut sum, mut weighted) = (0.0, 0.0);
    for &x in logits {
        let x = f64::from(x);
        let weight = ((x - most) / t).exp();
        sum += weight;
        weighted += weight * x;
    }
    weighted / sum
}
