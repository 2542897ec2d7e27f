//! Linear with bias: y = x·Wᵀ + b, as `torch.nn.Linear`.
//!
//! ```text
//! x (N,I) · W (O,I)ᵀ + b (O) → y (N,O)
//! dx = dy·W,  dW += dyᵀ·x,  db += Σₙ dyₙ
//! ```

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp2, Layout, Shape, Tensor};

use super::Parameter;
use super::kernel::{f32s, on_cpu, read, vectorised};
use super::matmul::{Into, Strides, matmul};
use super::threads::each_rows;
use crate::Result;

/// A linear map: weight (O,I) and bias (O), as PyTorch stores them.
#[derive(Debug, Clone)]
pub struct Linear {
    /// W (O,I)
    pub weight: Arc<Parameter>,
    /// b (O)
    pub bias: Arc<Parameter>,
}

impl Linear {
    /// `xs` (N,I) → (N,O).
    pub fn forward(&self, xs: &Tensor) -> Result<Tensor> {
        if !on_cpu(xs) {
            return self.composed(xs);
        }
        Ok(xs.contiguous()?.apply_op2(self.weight.value(), Operation(self.clone()))?)
    }

    pub(super) fn composed(&self, xs: &Tensor) -> Result<Tensor> {
        Ok(xs.matmul(&self.weight.value().t()?)?.broadcast_add(self.bias.value())?)
    }

    fn sizes(&self) -> candle_core::Result<(usize, usize)> {
        self.weight.value().dims2()
    }

    /// `ys` (N,O) ← x·Wᵀ + b.
    pub(super) fn apply(&self, xs: &[f32], ys: &mut [f32]) -> candle_core::Result<()> {
        let (o, i) = self.sizes()?;
        let n = xs.len() / i;
        let (weight, bias) = (read(self.weight.value())?, read(self.bias.value())?);
        let bias: &[f32] = &bias;
        each_rows(n, [&mut *ys], |_, [ys]| ys.chunks_exact_mut(o).for_each(|y| y.copy_from_slice(bias)));
        let transposed = Strides::rows(i).transposed();
        matmul((n, o, i), ys, Strides::rows(o), Into::Add, xs, Strides::rows(i), &weight, transposed, 1.0);
        Ok(())
    }

    /// dW += dyᵀ·x and db += Σₙ dyₙ, unless they are frozen.
    pub(super) fn accumulate(&self, xs: &[f32], dys: &[f32]) -> candle_core::Result<()> {
        let (o, i) = self.sizes()?;
        let n = xs.len() / i;
        if self.weight.is_trainable() {
            self.weight.accumulate_or_set(|dw, fresh| {
                let into = if fresh { Into::Overwrite } else { Into::Add };
                let transposed = Strides::rows(o).transposed();
                matmul((o, i, n), dw, Strides::rows(i), into, dys, transposed, xs, Strides::rows(i), 1.0);
            })?;
        }
        if self.bias.is_trainable() {
            self.bias.accumulate(|db| add_rows(db, dys))?;
        }
        Ok(())
    }

    /// `dxs` (N,I) ← [`dxs` +] dy·W.
    pub(super) fn input_gradient(&self, dys: &[f32], dxs: &mut [f32], into: Into) -> candle_core::Result<()> {
        let (o, i) = self.sizes()?;
        let weight = read(self.weight.value())?;
        let rows = Strides::rows;
        matmul((dys.len() / o, i, o), dxs, rows(i), into, dys, rows(o), &weight, rows(i), 1.0);
        Ok(())
    }
}

struct Operation(Linear);

impl CustomOp2 for Operation {
    fn name(&self) -> &'static str {
        "linear"
    }

    fn cpu_fwd(
        &self,
        xs: &CpuStorage,
        layout: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let (n, _) = layout.shape().dims2()?;
        let (o, _) = self.0.sizes()?;
        let mut ys = vec![0.0; n * o];
        self.0.apply(f32s(xs, layout)?, &mut ys)?;
        Ok((CpuStorage::F32(ys), (n, o).into()))
    }

    fn bwd(
        &self,
        xs: &Tensor,
        _: &Tensor,
        _ys: &Tensor,
        dys: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>)> {
        let dys = dys.contiguous()?;
        let dys = read(&dys)?;
        self.0.accumulate(&read(xs)?, &dys)?;
        if !xs.track_op() {
            return Ok((None, None));
        }
        let mut dxs = vec![0.0; xs.elem_count()];
        self.0.input_gradient(&dys, &mut dxs, Into::Overwrite)?;
        Ok((Some(Tensor::from_vec(dxs, xs.shape(), xs.device())?), None))
    }
}

/// `sum` (O) += Σₙ `rows`ₙ, `rows` (N,O), row after row.
pub(super) fn add_rows(sum: &mut [f32], rows: &[f32]) {
    let width = sum.len();
    each_rows(width, [sum], |columns, [sum]| {
        vectorised(
            #[inline(always)]
            || {
                for row in rows.chunks_exact(width) {
                    for (sum, x) in sum.iter_mut().zip(&row[columns.clone()]) {
                        *sum += x;
                    }
                }
            },
        );
    });
}

#[cfg(test)]
mod tests {
    use super::super::testing::{agrees, parameter, variable};
    use super::*;

    #[test]
    fn kernel_and_fallback_agree() -> Result<()> {
        let xs = variable(1, (5, 7))?;
        let linear = Linear { weight: Arc::new(parameter(2, "w", (3, 7))?), bias: Arc::new(parameter(3, "b", 3)?) };
        agrees(&[&xs], &[&linear.weight, &linear.bias], || linear.forward(&xs), || linear.composed(&xs))
    }
}
