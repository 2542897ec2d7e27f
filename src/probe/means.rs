//! The nearest class mean as a linear classifier (Snell, Swersky & Zemel 2017, prototypical networks, equation 8):
//!
//! ```text
//! −½·‖z − m_c‖² = m_c·z − ½·‖m_c‖² − ½·‖z‖²,   so W_c = m_c and b_c = −½·‖m_c‖²
//! ```

use super::{ABSENT, Probe, logits};
use crate::compute::Context;

impl Probe {
    /// Predicts the class whose mean is nearest, for `vectors` (B,H) and one label a row; rows without a label are left out. A
    /// class without rows gets weight 0 and a bias far below the others.
    ///
    /// # Panics
    ///
    /// If `vectors` does not hold `h` numbers for each of `labels`, or a label is not below `classes`.
    pub fn class_means(vectors: &[f32], h: usize, labels: &[Option<u32>], classes: usize) -> Self {
        assert_eq!(vectors.len(), labels.len() * h, "one label a row");
        let mut sums = vec![0.0_f64; classes * h];
        let mut counts = vec![0_usize; classes];
        for (row, label) in vectors.chunks_exact(h).zip(labels) {
            let Some(class) = label.map(|label| label as usize) else { continue };
            counts[class] += 1;
            sums[class * h..][..h].iter_mut().zip(row).for_each(|(sum, &x)| *sum += f64::from(x));
        }
        let (mut weight, mut bias) = (vec![0.0; classes * h], vec![0.0; classes]);
        for (class, &n) in counts.iter().enumerate().filter(|&(_, &n)| n > 0) {
            let mean = weight[class * h..][..h].iter_mut();
            mean.zip(&sums[class * h..][..h]).for_each(|(mean, sum)| *mean = (sum / n as f64) as f32);
            bias[class] = -0.5 * weight[class * h..][..h].iter().map(|x| x * x).sum::<f32>();
        }
        let lowest = bias.iter().copied().fold(0.0, f32::min);
        for (class, _) in counts.iter().enumerate().filter(|&(_, &n)| n == 0) {
            bias[class] = lowest - ABSENT as f32;
        }
        Self { h, weight, bias }
    }

    /// The same classifier with weights and biases times a factor, such that the logits of `vectors` (B,H) have a standard
    /// deviation of 1 around each row's mean. Logits that are all equal stay.
    #[must_use]
    pub fn with_unit_spread(self, vectors: &[f32], context: &Context) -> Self {
        let logits = context.on_threads(|| logits(vectors, self.h, &self.weight, &self.bias, context));
        let c = self.bias.len();
        let square = |row: &[f32]| {
            let mean = row.iter().sum::<f32>() / c as f32;
            row.iter().map(|x| f64::from((x - mean) * (x - mean))).sum::<f64>()
        };
        let variance = logits.chunks_exact(c).map(square).sum::<f64>() / logits.len().max(1) as f64;
        let factor = if variance > 0.0 { (1.0 / variance.sqrt()) as f32 } else { 1.0 };
        let scaled = |xs: Vec<f32>| xs.into_iter().map(|x| x * factor).collect();
        Self { h: self.h, weight: scaled(self.weight), bias: scaled(self.bias) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mean_wins() {
        // The means are (2, 0) and (0, 4); the third class has no row.
        let vectors = [1.0, 0.0, 3.0, 0.0, 0.0, 4.0, 9.0, 9.0];
        let probe = Probe::class_means(&vectors, 2, &[Some(0), Some(0), Some(1), None], 3);
        assert_eq!(probe.weight(), [2.0, 0.0, 0.0, 4.0, 0.0, 0.0]);
        assert_eq!(probe.bias(), [-2.0, -8.0, -28.0]);
        let context = Context::default();
        for (x, y, class) in [(1.0_f32, 1.0_f32, 0), (0.0, 1.4, 0), (0.0, 1.6, 1), (-1.0, 2.0, 1)] {
            let p = probe.predict_proba(&[x, y], &context);
            assert_eq!(crate::metrics::argmax(&p), class, "({x}, {y}): {p:?}");
        }
    }

    #[test]
    fn logits_get_a_spread_of_one() {
        let vectors = [1.0, 0.0, 0.0, 4.0];
        let context = Context::default();
        let probe = Probe::class_means(&vectors, 2, &[Some(0), Some(1)], 2).with_unit_spread(&vectors, &context);
        let logits = logits(&vectors, 2, probe.weight(), probe.bias(), &context);
        // Two logits a row: their mean ± half their difference.
        let halves: Vec<f32> = logits.chunks_exact(2).map(|row| (row[0] - row[1]) / 2.0).collect();
        let variance = halves.iter().map(|x| x * x).sum::<f32>() / 2.0;
        assert!((variance - 1.0).abs() < 1e-5, "{logits:?}");
    }
}
