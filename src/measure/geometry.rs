//! What the inner products of the tasks' gradients say, for a reader.

use crate::protocol::{Geometry, Projection};
use crate::weighting::Gram;

/// Lengths, angles and conflict.
pub(crate) fn geometry(gram: &Gram) -> Geometry {
    let tasks = || 0..gram.len();
    let cosines: Vec<Vec<f64>> = tasks().map(|i| tasks().map(|j| gram.cosine(i, j)).collect()).collect();
    Geometry {
        gram: gram.rows().map(<[f64]>::to_vec).collect(),
        norms: tasks().map(|i| gram.norm(i)).collect(),
        conflict: cosines.iter().flatten().any(|&cosine| cosine < 0.0),
        cosines,
    }
}

/// Of one matrix per layer, the one for all of them.
pub(crate) fn whole<'a>(k: usize, layers: impl Iterator<Item = &'a Gram> + Clone) -> Gram {
    Gram::new(k, |i, j| layers.clone().map(|gram| gram.dot(i, j)).sum())
}

/// Where a change Δθ with `square` = ‖Δθ‖² and `products` = Δθ·gᵢ lies to the gradients' span.
///
/// Gram–Schmidt in coordinates: vᵢ = gᵢ less its projections on the earlier v, each v a combination of the g. A gradient
/// that adds no direction of its own (identical tasks, a zero gradient) is left out.
pub(crate) fn projection(gram: &Gram, square: f64, products: Vec<f64>) -> Projection {
    let k = gram.len();
    let mut coefficients = vec![0.0; k];
    let mut inside = 0.0;
    let mut basis: Vec<(Vec<f64>, f64)> = Vec::new();
    for i in 0..k {
        let mut v = vec![0.0; k];
        v[i] = 1.0;
        for (u, square) in &basis {
            let along = gram.combined_dot(u, i) / square;
            v.iter_mut().zip(u).for_each(|(v, u)| *v -= along * u);
        }
        let square = gram.combined_norm(&v).powi(2);
        if square <= 1e-10 * gram.dot(i, i) {
            continue;
        }
        let along: f64 = v.iter().zip(&products).map(|(v, product)| v * product).sum();
        coefficients.iter_mut().zip(&v).for_each(|(p, v)| *p += along / square * v);
        inside += along * along / square;
        basis.push((v, square));
    }
    let share = if square > 0.0 { (inside / square).sqrt().min(1.0) } else { 0.0 };
    Projection { norm: square.sqrt(), products, coefficients, share }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gram(vectors: &[[f64; 3]]) -> Gram {
        Gram::new(vectors.len(), |i, j| dot(&vectors[i], &vectors[j]))
    }

    fn dot(x: &[f64; 3], y: &[f64; 3]) -> f64 {
        x.iter().zip(y).map(|(x, y)| x * y).sum()
    }

    #[test]
    fn angles_and_conflict() {
        let geometry = geometry(&gram(&[[2.0, 0.0, 0.0], [-1.0, 1.0, 0.0]]));
        assert_eq!(geometry.gram, [[4.0, -2.0], [-2.0, 2.0]]);
        assert_eq!(geometry.norms, [2.0, 2.0_f64.sqrt()]);
        assert!((geometry.cosines[0][1] + 0.5_f64.sqrt()).abs() < 1e-15 && geometry.conflict);
        assert!(!super::geometry(&gram(&[[2.0, 0.0, 0.0], [0.0, 1.0, 0.0]])).conflict);
    }

    #[test]
    fn the_projection_on_a_plane_by_hand() {
        let vectors = [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]];
        // (3, 4, 12) lies over (3, 4, 0) = −1·(1, 0, 0) + 4·(1, 1, 0).
        let change = [3.0, 4.0, 12.0];
        let products = vectors.iter().map(|g| dot(g, &change)).collect();
        let found = projection(&gram(&vectors), 169.0, products);
        assert!((found.coefficients[0] + 1.0).abs() < 1e-12 && (found.coefficients[1] - 4.0).abs() < 1e-12);
        assert!((found.share - 5.0 / 13.0).abs() < 1e-12);
        assert_eq!((found.norm, found.products), (13.0, vec![3.0, 7.0]));
    }

    #[test]
    fn gradients_without_a_direction_of_their_own_are_left_out() {
        let vectors = [[1.0, 0.0, 0.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0]];
        let found = projection(&gram(&vectors), 25.0, vec![3.0, 6.0, 0.0]);
        assert_eq!(found.coefficients, [3.0, 0.0, 0.0]);
        assert!((found.share - 0.6).abs() < 1e-12);
        assert_eq!(projection(&gram(&vectors), 0.0, vec![0.0; 3]).share, 0.0);
    }
}
