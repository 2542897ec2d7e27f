//! The gain of a task from sharing the encoder: its accuracy together minus its accuracy alone, with the same seed and split.
//!
//! ```text
//! d_s = accuracy together − accuracy alone, for each of the n seeds
//! mean ± t·s·√(1/n + f/(1 − f))        s: sample deviation of d_s, t: the 97.5 % quantile of Student's t with n − 1 degrees of
//!                                      freedom, f: the share of the sentences that each seed holds out
//! ```
//!
//! The second term is that of Nadeau & Bengio 2003 ("Inference for the Generalization Error"): the seeds train on the same
//! sentences for the most part, so their differences vary less than those of other sentences would. With a held-out file f is 0,
//! and the interval says nothing of other sentences.

use serde::{Deserialize, Serialize};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// A difference in accuracy between training together and alone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Gain {
    /// Its mean over the seeds, in [−1, 1]; above 0: better together.
    pub mean: f64,
    /// A 95 % confidence interval of the mean; left out with a single seed, which tells nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub interval: Option<[f64; 2]>,
}

impl Gain {
    /// The gain of the seeds' differences; `None` without any. `held_out` is the share of the sentences that each seed holds out,
    /// in [0, 1).
    pub fn of(differences: &[f64], held_out: f64) -> Option<Self> {
        let n = differences.len();
        if n == 0 {
            return None;
        }
        let mean = differences.iter().sum::<f64>() / n as f64;
        let squares: f64 = differences.iter().map(|d| (d - mean) * (d - mean)).sum();
        let shared = 1.0 / n as f64 + held_out / (1.0 - held_out);
        let half = |df: usize| t_quantile(df) * (squares / df as f64 * shared).sqrt();
        let interval = (n > 1).then(|| [mean - half(n - 1), mean + half(n - 1)]);
        Some(Self { mean, interval })
    }

    /// Whether it is clear that the gain is above 0 (`Some(true)`) or below (`Some(false)`).
    pub fn is_clear(&self) -> Option<bool> {
        let [lowest, highest] = self.interval?;
        if lowest > 0.0 {
            Some(true)
        } else if highest < 0.0 {
            Some(false)
        } else {
            None
        }
    }
}

/// The 97.5 % quantile of Student's t with `df` ≥ 1 degrees of freedom: the first from a table, the others by the expansion of
/// Abramowitz & Stegun, 26.7.5, which is right to 0.003 there.
fn t_quantile(df: usize) -> f64 {
    const FIRST: [f64; 4] = [12.706, 4.303, 3.182, 2.776];
    const Z: f64 = 1.959_964;
    if let Some(&t) = FIRST.get(df - 1) {
        return t;
    }
    let n = df as f64;
    let (z3, z5, z7) = (Z.powi(3), Z.powi(5), Z.powi(7));
    Z + (z3 + Z) / (4.0 * n)
        + (5.0 * z5 + 16.0 * z3 + 3.0 * Z) / (96.0 * n * n)
        + (3.0 * z7 + 19.0 * z5 + 17.0 * z3 - 15.0 * Z) / (384.0 * n * n * n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // scipy.stats.t.ppf(0.975, df)
        for (df, t) in [(1, 12.7062), (2, 4.3027), (4, 2.7764), (5, 2.5706), (9, 2.2622), (30, 2.0423), (1000, 1.9623)]
        {
            assert!((t_quantile(df) - t).abs() < 0.004, "{df}: {}", t_quantile(df));
        }
    }

    #[test]
    fn an_interval_by_hand() {
        let gain = Gain::of(&[0.01, 0.03, 0.05], 0.0).unwrap();
        let [lowest, highest] = gain.interval.unwrap();
        let half = 4.303 * 0.02 / 3.0_f64.sqrt();
        assert!((gain.mean - 0.03).abs() < 1e-12 && (lowest - (0.03 - half)).abs() < 1e-9);
        assert!((highest - (0.03 + half)).abs() < 1e-9);
        assert_eq!(gain.is_clear(), None);
        // A quarter held out: a third of the training sentences, as many as 1/n here.
        let [lowest, _] = Gain::of(&[0.01, 0.03, 0.05], 0.25).unwrap().interval.unwrap();
        assert!((lowest - (0.03 - half * 2.0_f64.sqrt())).abs() < 1e-9);
        assert_eq!(Gain::of(&[0.03, 0.031, 0.032], 0.0).unwrap().is_clear(), Some(true));
        assert_eq!(Gain::of(&[-0.03, -0.031], 0.0).unwrap().is_clear(), Some(false));
        assert_eq!(Gain::of(&[0.3], 0.25), Some(Gain { mean: 0.3, interval: None }));
        assert_eq!(Gain::of(&[], 0.25), None);
    }
}
