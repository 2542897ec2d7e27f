//! How sure a share of right answers is: its confidence interval, and a test against another classifier.

/// The normal distribution's 97.5 % quantile: an interval of ± z holds 95 %.
const Z: f64 = 1.96;

/// The 95 % Wilson interval of the share k/n, as `[low, high]` in [0, 1]: with n sentences drawn anew, the true share is
/// inside 95 times in 100. Wilson 1927:
///
/// ```text
/// (k + z²/2 ± z·√(k·(n−k)/n + z²/4)) / (n + z²),  z = 1.96
/// ```
///
/// ```
/// use polytask::metrics::wilson_interval;
///
/// let [low, high] = wilson_interval(23, 32);
/// assert!((low - 0.546).abs() < 5e-4 && (high - 0.844).abs() < 5e-4);
/// assert_eq!(wilson_interval(0, 0), [0.0, 1.0], "nothing is known");
/// ```
///
/// # Panics
///
/// If k > n.
pub fn wilson_interval(k: u32, n: u32) -> [f32; 2] {
    assert!(k <= n, "{k} of {n}");
    if n == 0 {
        return [0.0, 1.0];
    }
    let (k, n) = (f64::from(k), f64::from(n));
    let (middle, half) = (k + Z * Z / 2.0, Z * (k * (n - k) / n + Z * Z / 4.0).sqrt());
    [middle - half, middle + half].map(|x| (x / (n + Z * Z)).clamp(0.0, 1.0) as f32)
}

/// The one-sided p-value of the exact sign test (McNemar's, exact): how likely two classifiers that are equally good would
/// differ at least so much in favour of the first. `better` sentences are right with the first alone, `worse` ones with the
/// second alone: P(X ≥ better) with X ~ Binomial(better + worse, ½). In [0, 1]; 1 without any difference.
///
/// ```
/// use polytask::metrics::sign_test;
///
/// assert!((sign_test(3, 0) - 0.125).abs() < 1e-12);
/// ```
pub fn sign_test(better: u32, worse: u32) -> f64 {
    let n = better + worse;
    // From P(X = n) = 2⁻ⁿ down: P(X = i) = P(X = i+1)·(i+1)/(n−i). In logarithms, since 2⁻ⁿ may be too small for a number.
    let mut log = -f64::from(n) * std::f64::consts::LN_2;
    let mut tail = log.exp();
    for i in (better..n).rev() {
        log += (f64::from(i + 1) / f64::from(n - i)).ln();
        tail += log.exp();
    }
    tail.min(1.0)
}
