//! Linear with bias: y = x·Wᵀ + b, as `torch.nn.Linear`.
//!
//! ```text
//! x (N,I) · W (O,I)ᵀ + b (O) → y (N,O)
//! dx = dy·W,  dW += dyᵀ·x,  db += Σₙ dyₙ
//! ```

use std::sync::Arc;

use candle_core::{CpuStorage, CustomOp2, Layout, Shape, Tensor};

use super::kernel::{f32s, on_cpu, read, vectorised};
use super::matmul::matmul;
use super::matrix::{Strides, WriteMode};
use super::parameter::Parameter;
use crate::Result;
use crate::compute::{Context, Cpu, each_rows};

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
    ///
    /// # Errors
    ///
    /// If `xs` is not an f32 matrix with I columns.
    pub fn forward(&self, xs: &Tensor, context: &Context) -> Result<Tensor> {
        if !on_cpu(xs) {
            return self.composed(xs);
        }
        Ok(xs.contiguous()?.apply_op2(self.weight.value(), LinearOp { linear: self.clone(), cpu: context.cpu() })?)
    }

    pub(super) fn composed(&self, xs: &Tensor) -> Result<Tensor> {
        Ok(xs.matmul(&self.weight.value().t()?)?.broadcast_add(self.bias.value())?)
    }

    fn sizes(&self) -> candle_core::Result<(usize, usize)> {
        self.weight.value().dims2()
    }

    /// `ys` (N,O) ← x·Wᵀ + b.
    pub(super) fn apply(&self, cpu: Cpu, xs: &[f32], ys: &mut [f32]) -> candle_core::Result<()> {
        let (o, i) = self.sizes()?;
        let n = xs.len() / i;
        let (weight, bias) = (read(self.weight.value())?, read(self.bias.value())?);
        let bias: &[f32] = &bias;
        each_rows(cpu, n, [&mut *ys], |_, [ys]| ys.chunks_exact_mut(o).for_each(|y| y.copy_from_slice(bias)));
        let transposed = Strides::rows(i).transposed();
        let rows = Strides::rows;
        matmul(cpu, (n, o, i), (ys, rows(o)), WriteMode::Add, (xs, rows(i)), (&weight, transposed), 1.0);
        Ok(())
    }

    /// dW += dyᵀ·x and db += Σₙ dyₙ, unless they are frozen.
    pub(super) fn accumulate(&self, cpu: Cpu, xs: &[f32], dys: &[f32]) -> candle_core::Result<()> {
        let (o, i) = self.sizes()?;
        let n = xs.len() / i;
        if self.weight.is_trainable() {
            self.weight.accumulate_or_set(|dw, fresh| {
                let mode = if fresh { WriteMode::Overwrite } else { WriteMode::Add };
                let transposed = Strides::rows(o).transposed();
                let rows = Strides::rows;
                matmul(cpu, (o, i, n), (dw, rows(i)), mode, (dys, transposed), (xs, rows(i)), 1.0);
            })?;
        }
        if self.bias.is_trainable() {
            self.bias.accumulate(|db| add_rows(cpu, db, dys))?;
        }
        Ok(())
    }

    /// `dxs` (N,I) ← [`dxs` +] dy·W.
    pub(super) fn input_gradient(
        &self,
        cpu: Cpu,
        dys: &[f32],
        dxs: &mut [f32],
        mode: WriteMode,
    ) -> candle_core::Result<()> {
        let (o, i) = self.sizes()?;
        let weight = read(self.weight.value())?;
        let rows = Strides::rows;
        matmul(cpu, (dys.len() / o, i, o), (dxs, rows(i)), mode, (dys, rows(o)), (&weight, rows(i)), 1.0);
        Ok(())
    }
}

struct LinearOp {
    linear: Linear,
    cpu: Cpu,
}

impl CustomOp2 for LinearOp {
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
        let (o, _) = self.linear.sizes()?;
        let mut ys = vec![0.0; n * o];
        self.linear.apply(self.cpu, f32s(xs, layout)?, &mut ys)?;
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
        self.linear.accumulate(self.cpu, &read(xs)?, &dys)?;
        if !xs.track_op() {
            return Ok((None, None));
        }
        let mut dxs = vec![0.0; xs.elem_count()];
        self.linear.input_gradient(self.cpu, &dys, &mut dxs, WriteMode::Overwrite)?;
        Ok((Some(Tensor::from_vec(dxs, xs.shape(), xs.device())?), None))
    }
}

/// `sum` (O) += Σₙ `rows`ₙ, `rows` (N,O), row after row.
pub(super) fn add_rows(cpu: Cpu, sum: &mut [f32], rows: &[f32]) {
    let width = sum.len();
    each_rows(cpu, width, [sum], |columns, [sum]| {
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
        agrees(
            &[&xs],
            &[&linear.weight, &linear.bias],
            || linear.forward(&xs, &Context::default()),
            || linear.composed(&xs),
        )
    }
}
