//! Cross-entropy over the labelled rows of a task, as `torch.nn.CrossEntropyLoss` with `ignore_index = -100`.
//!
//! ```text
//! L = −(1/D) Σ_{labelled b} Σ_c q_bc log softmax(x_b)_c
//! q_bc = w_c·((1−ε)·[c = y_b] + ε/C),  D = Σ_{labelled b} w_{y_b}
//! dx_b = (softmax(x_b)·Σ_c q_bc − q_b)/D for labelled rows, else 0
//! ```
//!
//! ε smooths the labels (Szegedy et al. 2016, "Rethinking the Inception Architecture"), w weighs the classes. With
//! ε = 0 and w = 1, q is one-hot, D the number M of labelled rows, and L the mean of −log softmax(x_b)[y_b].

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp1, D, Layout, Shape, Tensor};

use super::kernel::{exp, f32s, on_cpu, read};
use crate::Result;

/// The label of a row that is not labelled for the task.
pub const IGNORE: i64 = -100;

/// The settings of `torch.nn.CrossEntropyLoss`. The default is the plain mean over the labelled rows.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CrossEntropy {
    /// ε: the share of each label that is spread evenly over all classes, in [0, 1).
    pub label_smoothing: f64,
    /// w, at least 0 each (C); absent: all 1. It scales the smoothed shares of its class, too.
    pub class_weights: Option<Arc<[f32]>>,
}

impl CrossEntropy {
    /// `logits` (B,C), `labels` (B) in 0..C or [`IGNORE`] → L in nats; `None` if no row is labelled.
    ///
    /// # Errors
    ///
    /// If `logits` is not an f32 matrix.
    ///
    /// # Panics
    ///
    /// If a label is C or more, or there are fewer than C class weights.
    pub fn loss(&self, logits: &Tensor, labels: &[i64]) -> Result<Option<Tensor>> {
        if labels.iter().all(|&label| label == IGNORE) {
            return Ok(None);
        }
        if !on_cpu(logits) {
            return self.composed(logits, labels).map(Some);
        }
        let op = CrossEntropyOp { settings: self.clone(), labels: labels.to_vec() };
        Ok(Some(logits.contiguous()?.apply_op1(op)?))
    }

    /// D, the denominator for these rows: the number of labelled rows, or the sum of their labels' weights.
    ///
    /// A batch that is cut into parts with the losses Lᵢ has the loss Σ DᵢLᵢ / Σ Dᵢ.
    pub fn denominator(&self, labels: &[i64]) -> f64 {
        labelled(labels).map(|(_, label)| self.weight(label)).sum()
    }

    fn weight(&self, class: usize) -> f64 {
        self.class_weights.as_ref().map_or(1.0, |weights| f64::from(weights[class]))
    }

    /// The classes with a share in a row labelled `label`, and q of each: among `c` classes the label's own, or all.
    fn shares(&self, label: usize, c: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let smoothing = self.label_smoothing;
        let classes = if smoothing == 0.0 { label..label + 1 } else { 0..c };
        classes.map(move |class| {
            let own = if class == label { 1.0 - smoothing } else { 0.0 };
            (class, self.weight(class) * (own + smoothing / c as f64))
        })
    }

    fn composed(&self, logits: &Tensor, labels: &[i64]) -> Result<Tensor> {
        let (device, c) = (logits.device(), logits.dims2()?.1);
        let (mut rows, mut classes, mut shares): (Vec<u32>, Vec<u32>, Vec<f32>) = Default::default();
        for (row, label) in labelled(labels) {
            rows.push(row as u32);
            for (class, share) in self.shares(label, c) {
                classes.push(class as u32);
                shares.push(share as f32);
            }
        }
        let picked = (rows.len(), classes.len() / rows.len());
        let logarithms = candle_nn::ops::log_softmax(logits, D::Minus1)?
            .index_select(&Tensor::new(rows, device)?, 0)?
            .gather(&Tensor::from_vec(classes, picked, device)?, 1)?;
        let sum = (logarithms * Tensor::from_vec(shares, picked, device)?)?.sum_all()?;
        Ok((sum * (-1.0 / self.denominator(labels)))?)
    }
}

/// The plain [`CrossEntropy`] of `logits` (B,C): the mean loss over the labelled rows.
///
/// # Errors
///
/// As [`CrossEntropy::loss`].
pub fn cross_entropy(logits: &Tensor, labels: &[i64]) -> Result<Option<Tensor>> {
    CrossEntropy::default().loss(logits, labels)
}

/// The labelled rows, each with its label.
fn labelled(labels: &[i64]) -> impl Iterator<Item = (usize, usize)> + '_ {
    let labelled = |(row, &label): (usize, &i64)| (label != IGNORE).then_some((row, label as usize));
    labels.iter().enumerate().filter_map(labelled)
}

/// The softmax of each row of `logits` (B,C), row after row; `c` is C.
///
/// # Panics
///
/// If `c` is 0.
pub fn softmax_rows(logits: &[f32], c: usize) -> Vec<f32> {
    let mut probabilities = logits.to_vec();
    for row in probabilities.chunks_exact_mut(c) {
        let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let mut total = 0.0;
        for x in row.iter_mut() {
            *x = exp(*x - largest);
            total += *x;
        }
        row.iter_mut().for_each(|x| *x /= total);
    }
    probabilities
}

struct CrossEntropyOp {
    settings: CrossEntropy,
    labels: Vec<i64>,
}

impl CustomOp1 for CrossEntropyOp {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (_, c) = layout.shape().dims2()?;
        let logits = f32s(logits, layout)?;
        let mut total = 0.0_f64;
        for (row, label) in labelled(&self.labels) {
            let xs = &logits[row * c..][..c];
            let largest = xs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            // In f64: a confident loss is a small difference of larger numbers.
            let log_sum = libm::log(xs.iter().map(|x| libm::exp(f64::from(x - largest))).sum::<f64>());
            for (class, share) in self.settings.shares(label, c) {
                total += share * (log_sum - f64::from(xs[class] - largest));
            }
        }
        let mean = (total / self.settings.denominator(&self.labels)) as f32;
        Ok((CpuStorage::F32(vec![mean]), Shape::from(())))
    }

    fn bwd(&self, logits: &Tensor, _: &Tensor, dloss: &Tensor) -> candle_core::Result<Option<Tensor>> {
        let (_, c) = logits.dims2()?;
        let scale = dloss.to_scalar::<f32>()? / self.settings.denominator(&self.labels) as f32;
        let numbers = read(logits)?;
        let mut dlogits = vec![0.0; numbers.len()];
        for (row, label) in labelled(&self.labels) {
            let all: f64 = self.settings.shares(label, c).map(|(_, share)| share).sum();
            let dlogits = &mut dlogits[row * c..][..c];
            dlogits.copy_from_slice(&softmax_rows(&numbers[row * c..][..c], c));
            dlogits.iter_mut().for_each(|d| *d *= all as f32);
            for (class, share) in self.settings.shares(label, c) {
                dlogits[class] -= share as f32;
            }
            dlogits.iter_mut().for_each(|d| *d *= scale);
        }
        Ok(Some(Tensor::from_vec(dlogits, logits.shape(), logits.device())?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{agrees, variable};
    use super::*;
    use candle_core::Device;

    /// Plain, smoothed, weighted, and both.
    fn settings() -> [CrossEntropy; 4] {
        let weights: Option<Arc<[f32]>> = Some([0.5, 2.0, 1.25].into());
        [(0.0, None), (0.2, None), (0.0, weights.clone()), (0.2, weights)]
            .map(|(label_smoothing, class_weights)| CrossEntropy { label_smoothing, class_weights })
    }

    #[test]
    fn kernel_and_fallback_agree_with_blanks() -> Result<()> {
        let logits = variable(1, (5, 3))?;
        let labels = [2, IGNORE, 0, 1, IGNORE];
        for settings in settings() {
            agrees(
                &[&logits],
                &[],
                || Ok(settings.loss(&logits, &labels)?.expect("three rows are labelled")),
                || settings.composed(&logits, &labels),
            )?;
        }
        Ok(())
    }

    #[test]
    fn the_parts_of_a_batch_make_the_whole() -> Result<()> {
        let logits = variable(1, (5, 3))?;
        let labels = [2, IGNORE, 0, 1, 1];
        for settings in settings() {
            let part = |rows: std::ops::Range<usize>| -> Result<(f64, f64)> {
                let (logits, labels) = (logits.narrow(0, rows.start, rows.len())?, &labels[rows]);
                let loss = settings.loss(&logits, labels)?.expect("each part is labelled").to_scalar::<f32>()?;
                Ok((settings.denominator(labels), f64::from(loss)))
            };
            let ((d, whole), (d1, first), (d2, second)) = (part(0..5)?, part(0..2)?, part(2..5)?);
            assert!((d - d1 - d2).abs() < 1e-12);
            assert!((whole - (d1 * first + d2 * second) / d).abs() < 1e-6, "{settings:?}");
        }
        assert_eq!(CrossEntropy::default().denominator(&labels), 4.0);
        assert_eq!(settings()[3].denominator(&labels), 1.25 + 0.5 + 2.0 + 2.0);
        Ok(())
    }

    #[test]
    fn no_labelled_row_gives_no_loss() -> Result<()> {
        let logits = variable(1, (2, 3))?;
        assert!(cross_entropy(&logits, &[IGNORE, IGNORE])?.is_none());
        Ok(())
    }

    #[test]
    fn extreme_logits_stay_finite() -> Result<()> {
        let logits = Tensor::new(&[[1e4_f32, -1e4], [-1e4, 1e4]], &Device::Cpu)?;
        let loss = cross_entropy(&logits, &[0, 0])?.expect("both rows are labelled");
        assert_eq!(loss.to_scalar::<f32>()?, 1e4);
        let smoothed = CrossEntropy { label_smoothing: 0.5, class_weights: None };
        let loss = smoothed.loss(&logits, &[0, 0])?.expect("both rows are labelled");
        assert_eq!(loss.to_scalar::<f32>()?, 1e4);
        Ok(())
    }
}
