//! The shortest mixture of K vectors: what MGDA and CAGrad look for.
//!
//! ```text
//! minimise ‖Σ wᵢgᵢ‖² over w ≥ 0, Σ wᵢ = 1
//! ```
//!
//! Give every gᵢ one more coordinate, 1, and find the mixture with non-negative factors that comes nearest to
//! (0, …, 0, 1): its factors, divided by their sum, are w (Lawson & Hanson 1974, chapter 23, on least distance).

use super::Gram;
use super::nonnegative::nonnegative;

/// w (K). Where several sets of factors make it, any of them.
pub(super) fn shortest(gram: &Gram) -> Vec<f64> {
    let scale = gram.largest();
    let lifted = Gram::new(gram.len(), |i, j| 1.0 + if scale > 0.0 { gram.dot(i, j) / scale } else { 0.0 });
    let factors = nonnegative(&lifted, &vec![1.0; gram.len()]);
    let sum: f64 = factors.iter().sum();
    factors.iter().map(|x| x / sum).collect()
}
