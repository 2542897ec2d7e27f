//! Yu, Kumar, Gupta, Levine, Hausman, Finn 2020, "Gradient surgery for multi-task learning": PCGrad.
//!
//! Two gradients conflict if they point more than 90° apart. Each task's gradient is relieved of its conflicts one after
//! the other, in random order, by projecting it onto the plane at right angles to the other's original gradient.
//!
//! ```text
//! for each i: vᵢ = gᵢ; for j ≠ i in random order: if vᵢ·gⱼ < 0: vᵢ ← vᵢ − (vᵢ·gⱼ/‖gⱼ‖²)·gⱼ
//! update = Σ vᵢ
//! ```
//!
//! Over the whole shared vector at once, as the paper writes it. It has no setting; the orders come from the `weighting`
//! stream. A zero gradient conflicts with no other.

use super::gradients;
use crate::Result;
use crate::checkpoint::Archive;
use crate::random::Stream;
use crate::weighting::method::{Chosen, Dependency, Method, StepInfo};

/// The random stream that the orders are drawn from.
#[derive(Debug)]
pub(super) struct Pcgrad(Stream);

impl Pcgrad {
    pub fn new(stream: Stream) -> Self {
        Self(stream)
    }
}

impl Method for Pcgrad {
    fn depends_on(&self) -> Dependency {
        Dependency::Gradients
    }

    fn choose(&mut self, step: &StepInfo) -> Chosen {
        let gram = gradients(step);
        let k = gram.len();
        let mut weights = vec![0.0; k];
        for i in 0..k {
            let mut mixture = vec![0.0; k];
            mixture[i] = 1.0;
            let mut others: Vec<usize> = (0..k).filter(|&j| j != i).collect();
            self.0.shuffle(&mut others);
            for j in others {
                let product = gram.combined_dot(&mixture, j);
                if product < 0.0 && !gram.vanishes(j) {
                    mixture[j] -= product / gram.dot(j, j);
                }
            }
            weights.iter_mut().zip(&mixture).for_each(|(weight, x)| *weight += x);
        }
        Chosen::plainly(weights)
    }

    fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        archive.stream(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighting::linalg::Gram;
    use crate::weighting::testing::{close, combine, pairs, random_grams};

    fn pcgrad(seed: u64) -> Pcgrad {
        Pcgrad::new(Stream::new(seed, "weighting"))
    }

    #[test]
    fn two_tasks_in_closed_form() {
        for (a, b, c, gram) in pairs() {
            let expected = if b < 0.0 { [1.0 - b / a, 1.0 - b / c] } else { [1.0, 1.0] };
            close(&combine(&mut pcgrad(0), &gram).weights, &expected, 1e-12);
        }
    }

    #[test]
    fn more_tasks_by_projecting_the_vectors_themselves() {
        let mut orders = Stream::new(4, "weighting");
        let mut method = pcgrad(4);
        for (vectors, gram) in random_grams() {
            let k = vectors.len();
            let mut update = vec![0.0; vectors[0].len()];
            for i in 0..k {
                let mut v = vectors[i].clone();
                let mut others: Vec<usize> = (0..k).filter(|&j| j != i).collect();
                orders.shuffle(&mut others);
                for j in others {
                    let dot = |x: &[f64], y: &[f64]| x.iter().zip(y).map(|(x, y)| x * y).sum::<f64>();
                    let factor = dot(&v, &vectors[j]).min(0.0) / dot(&vectors[j], &vectors[j]);
                    v.iter_mut().zip(&vectors[j]).for_each(|(x, y)| *x -= factor * y);
                }
                update.iter_mut().zip(&v).for_each(|(x, y)| *x += y);
            }
            let weights = combine(&mut method, &gram).weights;
            for (d, x) in update.iter().enumerate() {
                let ours: f64 = weights.iter().zip(&vectors).map(|(w, g)| w * g[d]).sum();
                assert!((ours - x).abs() < 1e-11, "{ours} against {x}");
            }
        }
    }

    #[test]
    fn the_order_is_drawn_by_lot() {
        // 120° and 90° apart, so that who comes first matters.
        let gram = Gram::new(3, |i, j| [[1.0, -0.5, -0.5], [-0.5, 1.0, 0.2], [-0.5, 0.2, 1.0]][i][j]);
        let mut found: Vec<Vec<f64>> = (0..50).map(|seed| combine(&mut pcgrad(seed), &gram).weights).collect();
        assert_eq!(combine(&mut pcgrad(7), &gram).weights, found[7]);
        found.sort_by(|x, y| x.partial_cmp(y).expect("finite"));
        found.dedup();
        assert!(found.len() > 1, "{found:?}");
    }

    #[test]
    fn a_zero_gradient_and_opposite_ones() {
        let zero = Gram::new(2, |i, j| if i + j == 0 { 4.0 } else { 0.0 });
        assert_eq!(combine(&mut pcgrad(0), &zero), Chosen::plainly(vec![1.0, 1.0]));
        let opposite = Gram::new(2, |i, j| [1.0, -2.0][i] * [1.0, -2.0][j]);
        // (1 − (−2)/1)·g₁ + (1 − (−2)/4)·g₂ = 3g₁ + 1.5·(−2g₁) = 0.
        assert_eq!(combine(&mut pcgrad(0), &opposite), Chosen::plainly(vec![3.0, 1.5]));
    }
}
