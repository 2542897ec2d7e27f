//! Gradients as lengths and directions: what the methods that treat tasks alike whatever their scale work with.

use super::{Gram, Seen};

/// gᵢ = nᵢuᵢ with ‖uᵢ‖ = 1, for the gradients that have a direction.
pub(super) struct Directions {
    /// How many gradients there are, those without a direction too.
    k: usize,
    /// The indices of those with one. (N)
    pub with: Vec<usize>,
    /// nᵢ. (N)
    pub lengths: Vec<f64>,
    /// uᵢ·uⱼ. (N,N)
    pub cosines: Gram,
}

impl Directions {
    pub fn new(gram: &Gram) -> Self {
        let with: Vec<usize> = (0..gram.len()).filter(|&i| !gram.vanishes(i)).collect();
        let lengths = with.iter().map(|&i| gram.norm(i)).collect();
        let cosines = Gram::new(with.len(), |i, j| if i == j { 1.0 } else { gram.cosine(with[i], with[j]) });
        Self { k: gram.len(), with, lengths, cosines }
    }

    /// The factors (K) of the gᵢ that make Σ factorᵢ·uᵢ; 0 for those without a direction.
    pub fn weights(&self, factors: &[f64]) -> Vec<f64> {
        let mut weights = vec![0.0; self.k];
        for ((&i, length), factor) in self.with.iter().zip(&self.lengths).zip(factors) {
            weights[i] = factor / length;
        }
        weights
    }
}

/// "the gradient of task 2 is zero", if that is so of any; tasks are counted from 1, in head order.
pub(super) fn zeros(seen: &Seen, gram: &Gram) -> Option<String> {
    let numbers: Vec<String> =
        (0..gram.len()).filter(|&i| gram.vanishes(i)).map(|i| (seen.tasks[i] + 1).to_string()).collect();
    match &numbers[..] {
        [] => None,
        [one] => Some(format!("the gradient of task {one} is zero")),
        [others @ .., last] => Some(format!("the gradients of tasks {} and {last} are zero", others.join(", "))),
    }
}
