//! The inner products of K gradients, from which the methods that combine gradients compute their factors.

/// G (K,K): G_ij = g_i·g_j, symmetric.
#[derive(Debug, Clone, PartialEq)]
pub struct Gram {
    k: usize,
    products: Vec<f64>,
}

impl Gram {
    /// The matrix of K = `k` gradients. `dot` returns their inner products; it is called for i ≤ j.
    pub fn new(k: usize, mut dot: impl FnMut(usize, usize) -> f64) -> Self {
        let mut products = vec![0.0; k * k];
        for i in 0..k {
            for j in i..k {
                let product = dot(i, j);
                products[i * k + j] = product;
                products[j * k + i] = product;
            }
        }
        Self { k, products }
    }

    /// K, the number of gradients.
    pub fn len(&self) -> usize {
        self.k
    }

    /// Whether there is no gradient at all.
    pub fn is_empty(&self) -> bool {
        self.k == 0
    }

    /// g_i·g_j.
    ///
    /// # Panics
    ///
    /// If an index is not below K.
    pub fn dot(&self, i: usize, j: usize) -> f64 {
        self.products[i * self.k + j]
    }

    /// ‖g_i‖.
    ///
    /// # Panics
    ///
    /// If an index is not below K.
    pub fn norm(&self, i: usize) -> f64 {
        self.dot(i, i).max(0.0).sqrt()
    }

    /// cos ∠(g_i, g_j), in [−1, 1]; 0 if either is zero.
    ///
    /// # Panics
    ///
    /// If an index is not below K.
    pub fn cosine(&self, i: usize, j: usize) -> f64 {
        let norms = self.norm(i) * self.norm(j);
        if norms > 0.0 { (self.dot(i, j) / norms).clamp(-1.0, 1.0) } else { 0.0 }
    }

    /// (Σ wᵢgᵢ)·g_j.
    pub fn combined_dot(&self, weights: &[f64], j: usize) -> f64 {
        weights.iter().enumerate().map(|(i, w)| w * self.dot(i, j)).sum()
    }

    /// ‖Σ wᵢgᵢ‖.
    pub fn combined_norm(&self, weights: &[f64]) -> f64 {
        let square: f64 = weights.iter().enumerate().map(|(j, w)| w * self.combined_dot(weights, j)).sum();
        square.max(0.0).sqrt()
    }

    /// The rows of G, each of K numbers.
    pub fn rows(&self) -> impl Iterator<Item = &[f64]> {
        self.products.chunks_exact(self.k.max(1))
    }

    /// The largest ‖g_i‖²; 0 if there are no gradients.
    pub fn largest(&self) -> f64 {
        (0..self.k).map(|i| self.dot(i, i)).fold(0.0, f64::max)
    }

    /// Whether g_i is zero, or so far below the longest (1e-50 of its length) that its factor might overflow.
    pub fn vanishes(&self, i: usize) -> bool {
        self.dot(i, i) <= 1e-100 * self.largest()
    }

    /// Whether Σ wᵢgᵢ is zero up to single-precision rounding of the longest gradient.
    pub fn cancels(&self, weights: &[f64]) -> bool {
        !self.is_empty() && self.combined_norm(weights) <= 1e-6 * self.largest().sqrt()
    }

    /// G + ρI: as if each gradient had a component of length √ρ that no other has.
    pub fn plus_ridge(&self, ridge: f64) -> Self {
        Self::new(self.k, |i, j| self.dot(i, j) + if i == j { ridge } else { 0.0 })
    }
}
