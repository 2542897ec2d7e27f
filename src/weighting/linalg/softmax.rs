//! Turns a vector of scores into weights that sum to 1.

/// eˣⁱ/Σⱼeˣʲ: above or equal to 0, summing to 1. The largest score is subtracted first, so that no exponential overflows.
pub fn softmax(scores: &[f64]) -> Vec<f64> {
    let largest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers: Vec<f64> = scores.iter().map(|x| libm::exp(x - largest)).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::softmax;

    #[test]
    fn shares_of_a_known_case_and_of_extreme_scores() {
        let shares = softmax(&[2.0_f64.ln(), 0.0, 5.0_f64.ln()]);
        for (share, expected) in shares.iter().zip([0.25, 0.125, 0.625]) {
            assert!((share - expected).abs() < 1e-15, "{shares:?}");
        }
        assert_eq!(softmax(&[1e300, -1e300]), [1.0, 0.0]);
        assert_eq!(softmax(&[-1e4, -1e4]), [0.5, 0.5]);
        assert_eq!(softmax(&[]), [0.0; 0]);
    }
}
