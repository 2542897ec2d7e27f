//! Gradients as lengths and directions, for the methods that treat tasks alike at any scale.

use super::eigen::eigen;
use super::gram::Gram;

/// gᵢ = nᵢuᵢ with ‖uᵢ‖ = 1, for the gradients that have a direction.
pub struct Directions {
    /// The number of gradients, including those without a direction.
    pub k: usize,
    /// The indices of those with one. (N)
    pub with: Vec<usize>,
    /// nᵢ. (N)
    pub lengths: Vec<f64>,
    /// uᵢ·uⱼ, positive semidefinite. (N,N)
    pub cosines: Gram,
    /// ρ, added to the eigenvalues of `cosines` where they must not be zero. It is well above their error.
    pub ridge: f64,
}

impl Directions {
    pub fn new(gram: &Gram) -> Self {
        let with: Vec<usize> = (0..gram.len()).filter(|&i| !gram.vanishes(i)).collect();
        let lengths: Vec<f64> = with.iter().map(|&i| gram.norm(i)).collect();
        // Not clamped to [−1, 1]: values beyond show the error of the products.
        let cosine = |i: usize, j: usize| gram.dot(with[i], with[j]) / lengths[i] / lengths[j];
        let cosines = Gram::new(with.len(), |i, j| if i == j { 1.0 } else { cosine(i, j) });
        let (cosines, error) = semidefinite(cosines);
        Self { k: gram.len(), with, lengths, cosines, ridge: (100.0 * error).max(1e-10) }
    }

    /// The factors (K) of the gᵢ whose sum is Σ factorᵢ·uᵢ; 0 for a gradient without a direction.
    pub fn weights(&self, factors: &[f64]) -> Vec<f64> {
        let mut weights = vec![0.0; self.k];
        for ((&i, length), factor) in self.with.iter().zip(&self.lengths).zip(factors) {
            weights[i] = factor / length;
        }
        weights
    }
}

/// The nearest matrix of inner products of vectors, and the given matrix's distance from it: −1 times its least
/// eigenvalue, 0 if that is positive. Products that were added up in single precision are off by up to 1e-7.
fn semidefinite(matrix: Gram) -> (Gram, f64) {
    let pairs = eigen(&matrix);
    let error = pairs.iter().map(|(value, _)| -value).fold(0.0, f64::max);
    let product = |i: usize, j: usize| pairs.iter().map(|(value, v)| value.max(0.0) * v[i] * v[j]).sum();
    if error > 1e-14 { (Gram::new(matrix.len(), product), error) } else { (matrix, error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_beyond_those_of_vectors_are_brought_back_and_counted_as_error() {
        // A cosine of −1.001: the least eigenvalue is −0.001, and without it all elements are ±1.0005.
        let directions = Directions::new(&Gram::new(2, |i, j| if i == j { 4.0 } else { -4.004 }));
        assert!((directions.ridge - 0.1).abs() < 1e-12, "{}", directions.ridge);
        for (row, signs) in directions.cosines.rows().zip([[1.0, -1.0], [-1.0, 1.0]]) {
            assert!(row.iter().zip(signs).all(|(x, sign)| (x - 1.0005 * sign).abs() < 1e-12), "{row:?}");
        }
    }

    #[test]
    fn products_of_vectors_stay_as_they_are() {
        let directions = Directions::new(&Gram::new(3, |i, j| [3.0, -2.0, 0.0][i] * [3.0, -2.0, 0.0][j]));
        assert_eq!((directions.k, directions.with, directions.lengths), (3, vec![0, 1], vec![3.0, 2.0]));
        assert_eq!(directions.cosines, Gram::new(2, |i, j| if i == j { 1.0 } else { -1.0 }));
        assert_eq!(directions.ridge, 1e-10);
    }
}
