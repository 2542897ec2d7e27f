//! From token vectors to sentence vectors.
//!
//! ```text
//! mean: y_b = (1/T_b) Σ_{n in b} x_n,  dx_n = dy_b/T_b      cls: y_b = x at sentence b's first token
//! ```
//!
//! (N,H) → (B,H). A sentence's mean is over its own tokens; there is no padding to average in.

use candle_core::{CpuStorage, CustomOp1, Layout, Shape, Tensor};

use super::attention::Ragged;
use super::kernel::{f32s, on_cpu, read, vectorised};
use super::linear::add_rows;
use crate::Result;
use crate::compute::{Context, Cpu};

/// Each sentence's mean token vector: `xs` (N,H) → (B,H).
///
/// # Errors
///
/// If `xs` is not an f32 matrix.
pub fn mean_pool(xs: &Tensor, sentences: &Ragged, context: &Context) -> Result<Tensor> {
    if !on_cpu(xs) {
        return composed(xs, sentences);
    }
    Ok(xs.contiguous()?.apply_op1(MeanPoolOp { sentences: sentences.clone(), cpu: context.cpu() })?)
}

/// Each sentence's first token vector, which is `[CLS]`'s: `xs` (N,H) → (B,H).
///
/// # Errors
///
/// If `xs` has too few rows.
pub fn first_tokens(xs: &Tensor, sentences: &Ragged) -> Result<Tensor> {
    let firsts: Vec<u32> = sentences.ranges().map(|range| range.start as u32).collect();
    Ok(xs.index_select(&Tensor::new(firsts, xs.device())?, 0)?)
}

fn composed(xs: &Tensor, sentences: &Ragged) -> Result<Tensor> {
    let (b, n) = (sentences.sentences(), sentences.tokens());
    let mut averaging = vec![0.0_f32; b * n];
    for (sentence, range) in sentences.ranges().enumerate() {
        let share = 1.0 / range.len() as f32;
        averaging[sentence * n..][range].fill(share);
    }
    Ok(Tensor::from_vec(averaging, (b, n), xs.device())?.matmul(xs)?)
}

struct MeanPoolOp {
    sentences: Ragged,
    cpu: Cpu,
}

impl CustomOp1 for MeanPoolOp {
    fn name(&self) -> &'static str {
        "mean-pool"
    }

    fn cpu_fwd(&self, xs: &CpuStorage, layout: &Layout) -> candle_core::Result<(CpuStorage, Shape)> {
        let (_, h) = layout.shape().dims2()?;
        let xs = f32s(xs, layout)?;
        let mut ys = vec![0.0; self.sentences.sentences() * h];
        for (y, range) in ys.chunks_exact_mut(h).zip(self.sentences.ranges()) {
            let share = 1.0 / range.len() as f32;
            add_rows(self.cpu, y, &xs[range.start * h..range.end * h]);
            y.iter_mut().for_each(|y| *y *= share);
        }
        Ok((CpuStorage::F32(ys), (self.sentences.sentences(), h).into()))
    }

    fn bwd(&self, xs: &Tensor, _: &Tensor, dys: &Tensor) -> candle_core::Result<Option<Tensor>> {
        let (n, h) = xs.dims2()?;
        let mut dxs = vec![0.0; n * h];
        let dys = dys.contiguous()?;
        let dys = read(&dys)?;
        vectorised(
            #[inline(always)]
            || {
                for (dy, range) in dys.chunks_exact(h).zip(self.sentences.ranges()) {
                    let share = 1.0 / range.len() as f32;
                    for dx in dxs[range.start * h..range.end * h].chunks_exact_mut(h) {
                        for (dx, dy) in dx.iter_mut().zip(dy) {
                            *dx = dy * share;
                        }
                    }
                }
            },
        );
        Ok(Some(Tensor::from_vec(dxs, (n, h), xs.device())?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{agrees, variable};
    use super::*;

    #[test]
    fn kernel_and_fallback_agree() -> Result<()> {
        let sentences = Ragged::from_lengths([2, 1, 4]);
        let xs = variable(1, (7, 5))?;
        agrees(&[&xs], &[], || mean_pool(&xs, &sentences, &Context::default()), || composed(&xs, &sentences))
    }
}
