//! The shortest mixture of K vectors.
//!
//! ```text
//! minimise ‖Σ wᵢgᵢ‖² over w ≥ 0, Σ wᵢ = 1
//! ```
//!
//! Give every gᵢ one more coordinate, s, and find the mixture with non-negative factors that comes nearest to
//! (0, …, 0, s): its factors, divided by their sum, are w (Lawson & Hanson 1974, chapter 23, on least distance). s is the
//! length of the shortest gᵢ, which the mixture cannot exceed, and the vectors (gᵢ, s) are solved for at length 1: so it
//! is as precise for one gradient of length 1e-20 among others of 1e20 as for equals.

use super::directions::Directions;
use super::gram::Gram;
use super::nonnegative::nonnegative;

/// w (K). If several w give the same mixture, one of the most even.
pub fn shortest(gram: &Gram) -> Vec<f64> {
    let directions = Directions::new(gram);
    if directions.with.len() < gram.len() {
        let zeros: Vec<f64> = (0..gram.len()).map(|i| f64::from(u8::from(gram.vanishes(i)))).collect();
        let count: f64 = zeros.iter().sum();
        return zeros.iter().map(|x| x / count).collect();
    }
    let s = directions.lengths.iter().copied().fold(f64::INFINITY, f64::min);
    let lifted: Vec<f64> = directions.lengths.iter().map(|length| libm::hypot(*length, s)).collect();
    let along: Vec<f64> = directions.lengths.iter().zip(&lifted).map(|(length, lifted)| length / lifted).collect();
    let up: Vec<f64> = lifted.iter().map(|lifted| s / lifted).collect();
    let products = Gram::new(up.len(), |i, j| directions.cosines.dot(i, j) * along[i] * along[j] + up[i] * up[j]);
    let factors = nonnegative(&products, &up, directions.ridge);
    let shares: Vec<f64> = factors.iter().zip(&up).map(|(factor, up)| factor * up).collect();
    let sum: f64 = shares.iter().sum();
    shares.iter().map(|share| share / sum).collect()
}
