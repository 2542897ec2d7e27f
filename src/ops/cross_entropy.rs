//! Cross-entropy over the labelled rows of a task, as `torch.nn.CrossEntropyLoss` with `ignore_index = -100`.
//!
//! ```text
//! L = −(1/M) Σ_{labelled b} log softmax(x_b)[y_b],  M labelled rows
//! dx_b = (softmax(x_b) − onehot(y_b))/M for labelled rows, else 0
//! ```

use candle_core::{CpuStorage, CustomOp1, D, Layout, Shape, Tensor};

use super::kernel::{exp, f32s, on_cpu, read};
use crate::Result;

/// The label of a row that is not labelled for the task.
pub const IGNORE: i64 = -100;

/// `logits` (B,C), `labels` (B) in 0..C or [`IGNORE`] → the mean loss over the labelled rows, in nats; `None` if no row
/// is labelled. A label of C or more is a defect of the caller and panics.
pub fn cross_entropy(logits: &Tensor, labels: &[i64]) -> Result<Option<Tensor>> {
    if labels.iter().all(|&label| label == IGNORE) {
        return Ok(None);
    }
    if !on_cpu(logits) {
        return composed(logits, labels).map(Some);
    }
    let op = CrossEntropy { labels: labels.to_vec() };
    Ok(Some(logits.contiguous()?.apply_op1(op)?))
}

fn composed(logits: &Tensor, labels: &[i64]) -> Result<Tensor> {
    let device = logits.device();
    let (rows, labels): (Vec<u32>, Vec<u32>) = labels
        .iter()
        .enumerate()
        .filter(|&(_, &label)| label != IGNORE)
        .map(|(row, &label)| (row as u32, label as u32))
        .unzip();
    let m = labels.len();
    let picked = candle_nn::ops::log_softmax(logits, D::Minus1)?
        .index_select(&Tensor::new(rows, device)?, 0)?
        .gather(&Tensor::from_vec(labels, (m, 1), device)?, 1)?;
    Ok((picked.sum_all()? * (-1.0 / m as f64))?)
}

struct CrossEntropy {
    labels: Vec<i64>,
}

/// Each row of `logits` (B,C) becomes its softmax.
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

impl CrossEntropy {
    fn labelled(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let labelled = |(row, &label): (usize, &i64)| (label != IGNORE).then_some((row, label as usize));
        self.labels.iter().enumerate().filter_map(labelled)
    }
}

impl CustomOp1 for CrossEntropy {
    fn name(&self) -> &'static str {
        "cross-entropy"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (_, c) = layout.shape().dims2()?;
        let logits = f32s(logits, layout)?;
        let mut total = 0.0_f64;
        let mut rows = 0;
        for (row, label) in self.labelled() {
            let xs = &logits[row * c..][..c];
            let largest = xs.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            // In f64: a confident loss is a small difference of larger numbers.
            let log_sum = xs.iter().map(|x| libm::exp(f64::from(x - largest))).sum::<f64>();
            total += libm::log(log_sum) - f64::from(xs[label] - largest);
            rows += 1;
        }
        let mean = (total / f64::from(rows)) as f32;
        Ok((CpuStorage::F32(vec![mean]), Shape::from(())))
    }

    fn bwd(&self, logits: &Tensor, _: &Tensor, dloss: &Tensor) -> candle_core::Result<Option<Tensor>> {
        let (_, c) = logits.dims2()?;
        let scale = dloss.to_scalar::<f32>()? / self.labelled().count() as f32;
        let numbers = read(logits)?;
        let mut dlogits = vec![0.0; numbers.len()];
        for (row, label) in self.labelled() {
            let row = row * c..(row + 1) * c;
            dlogits[row.clone()].copy_from_slice(&softmax_rows(&numbers[row.clone()], c));
            dlogits[row.start + label] -= 1.0;
            dlogits[row].iter_mut().for_each(|d| *d *= scale);
        }
        Ok(Some(Tensor::from_vec(dlogits, logits.shape(), logits.device())?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{agrees, variable};
    use super::*;
    use candle_core::Device;

    #[test]
    fn kernel_and_fallback_agree_with_blanks() -> Result<()> {
        let logits = variable(1, (5, 3))?;
        let labels = [2, IGNORE, 0, 1, IGNORE];
        agrees(
            &[&logits],
            &[],
            || Ok(cross_entropy(&logits, &labels)?.expect("three rows are labelled")),
            || composed(&logits, &labels),
        )
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
        Ok(())
    }
}
