//! Residual and LayerNorm in one pass: y = (s − μ)/√(σ² + ε)·γ + β with s = x + residual.
//!
//! ```text
//! x (N,H), residual (N,H) or none, γ (H), β (H) → y (N,H);  μ, σ² over H (biased), as `torch.nn.LayerNorm`
//! with ŝ = (s − μ)/√(σ² + ε), g = dy·γ:
//! ds = (g − mean(g) − ŝ·mean(g·ŝ))/√(σ² + ε),  dx = dresidual = ds,  dγ += Σₙ dy·ŝ,  dβ += Σₙ dy
//! ```
//!
//! Candle's own LayerNorm has a fast path without a backward that silently cuts the gradient; this is why ours exists.

use std::sync::{Arc, OnceLock};

use candle_core::{CpuStorage, CustomOp2, D, Layout, Shape, Tensor};

use super::kernel::{f32s, on_cpu, read, sum, sum_pairs, vectorised};
use super::linear::add_rows;
use super::parameter::Parameter;
use crate::Result;
use crate::compute::{Buffer, Context, Cpu, each_rows};

/// γ, β and ε of a LayerNorm over H.
#[derive(Debug, Clone)]
pub struct LayerNorm {
    /// γ (H)
    pub weight: Arc<Parameter>,
    /// β (H)
    pub bias: Arc<Parameter>,
    /// ε, added to the variance.
    pub eps: f64,
}

/// Values of the forward that the backward needs: ŝ (N,H) and 1/√(σ² + ε) (N).
#[derive(Debug)]
pub(super) struct Normalised {
    rows: Buffer,
    inverse_deviations: Buffer,
}

impl LayerNorm {
    /// `xs` (N,H), normalised over H.
    ///
    /// # Errors
    ///
    /// If `xs` is not f32.
    pub fn forward(&self, xs: &Tensor, context: &Context) -> Result<Tensor> {
        if !on_cpu(xs) {
            return self.composed(xs, None);
        }
        let op = LayerNormOp { norm: self.clone(), context: context.clone(), normalised: OnceLock::new() };
        Ok(xs.contiguous()?.apply_op2(self.weight.value(), op)?)
    }

    pub(super) fn composed(&self, xs: &Tensor, residual: Option<&Tensor>) -> Result<Tensor> {
        let sums = match residual {
            Some(residual) => (xs + residual)?,
            None => xs.clone(),
        };
        let centred = sums.broadcast_sub(&sums.mean_keepdim(D::Minus1)?)?;
        let variance = centred.sqr()?.mean_keepdim(D::Minus1)?;
        let normalised = centred.broadcast_div(&(variance + self.eps)?.sqrt()?)?;
        Ok(normalised.broadcast_mul(self.weight.value())?.broadcast_add(self.bias.value())?)
    }

    /// `ys` (N,H) ← LayerNorm(x + residual). The buffer `xs` becomes ŝ.
    pub(super) fn apply(
        &self,
        mut xs: Buffer,
        residual: Option<&[f32]>,
        ys: &mut [f32],
        context: &Context,
    ) -> candle_core::Result<Normalised> {
        let (weight, bias) = (read(self.weight.value())?, read(self.bias.value())?);
        let (weight, bias): (&[f32], &[f32]) = (&weight, &bias);
        let h = weight.len();
        let n = xs.len() / h;
        let eps = self.eps as f32;
        let mut inverse_deviations = context.buffer(n);
        each_rows(context.cpu(), n, [&mut xs, ys, &mut inverse_deviations], |rows, [xs, ys, inverses]| {
            let residual = residual.map(|residual| &residual[rows.start * h..rows.end * h]);
            vectorised(
                #[inline(always)]
                || {
                    if let Some(residual) = residual {
                        for (s, r) in xs.iter_mut().zip(residual) {
                            *s += r;
                        }
                    }
                    for ((s, y), stored) in xs.chunks_exact_mut(h).zip(ys.chunks_exact_mut(h)).zip(inverses) {
                        let mean = sum(s) / h as f32;
                        let variance = sum_pairs(s, s, |x, _| (x - mean) * (x - mean)) / h as f32;
                        let inverse = 1.0 / (variance + eps).sqrt();
                        for (((s, y), w), b) in s.iter_mut().zip(y).zip(weight).zip(bias) {
                            *s = (*s - mean) * inverse;
                            *y = *s * w + b;
                        }
                        *stored = inverse;
                    }
                },
            );
        });
        Ok(Normalised { rows: xs, inverse_deviations })
    }

    /// `ds` (N,H) ← the gradient of x and of the residual; dγ and dβ are accumulated unless they are frozen.
    pub(super) fn backward(
        &self,
        cpu: Cpu,
        dys: &[f32],
        saved: &Normalised,
        ds: &mut [f32],
    ) -> candle_core::Result<()> {
        let weight = read(self.weight.value())?;
        let (weight, normalised, inverses): (&[f32], &[f32], &[f32]) =
            (&weight, &saved.rows, &saved.inverse_deviations);
        let h = weight.len();
        if self.weight.is_trainable() {
            self.weight.accumulate(|dw| {
                each_rows(cpu, h, [dw], |columns, [dw]| {
                    vectorised(
                        #[inline(always)]
                        || {
                            for (dy, s) in dys.chunks_exact(h).zip(normalised.chunks_exact(h)) {
                                let (dy, s) = (&dy[columns.clone()], &s[columns.clone()]);
                                for ((dw, dy), s) in dw.iter_mut().zip(dy).zip(s) {
                                    *dw += dy * s;
                                }
                            }
                        },
                    );
                });
            })?;
        }
        if self.bias.is_trainable() {
            self.bias.accumulate(|db| add_rows(cpu, db, dys))?;
        }
        each_rows(cpu, inverses.len(), [ds], |rows, [ds]| {
            let part = rows.start * h..rows.end * h;
            let (dys, normalised, inverses) = (&dys[part.clone()], &normalised[part], &inverses[rows]);
            vectorised(
                #[inline(always)]
                || {
                    let rows = ds.chunks_exact_mut(h).zip(dys.chunks_exact(h)).zip(normalised.chunks_exact(h));
                    for (((g, dy), s), inverse) in rows.zip(inverses) {
                        for ((g, dy), w) in g.iter_mut().zip(dy).zip(weight) {
                            *g = dy * w;
                        }
                        let mean_g = sum(g) / h as f32;
                        let mean_gs = sum_pairs(g, s, |g, s| g * s) / h as f32;
                        for (g, s) in g.iter_mut().zip(s) {
                            *g = (*g - mean_g - s * mean_gs) * inverse;
                        }
                    }
                },
            );
        });
        Ok(())
    }
}

struct LayerNormOp {
    norm: LayerNorm,
    context: Context,
    /// Set by the forward, for the backward.
    normalised: OnceLock<Normalised>,
}

impl CustomOp2 for LayerNormOp {
    fn name(&self) -> &'static str {
        "layer-norm"
    }

    fn cpu_fwd(
        &self,
        xs: &CpuStorage,
        layout: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let xs = f32s(xs, layout)?;
        let mut copy = self.context.buffer(xs.len());
        copy.copy_from_slice(xs);
        let mut ys = vec![0.0; xs.len()];
        let normalised = self.norm.apply(copy, None, &mut ys, &self.context)?;
        // Set once: an operation is in one graph and runs forward once.
        let _ = self.normalised.set(normalised);
        Ok((CpuStorage::F32(ys), layout.shape().clone()))
    }

    fn bwd(
        &self,
        xs: &Tensor,
        _: &Tensor,
        _ys: &Tensor,
        dys: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>)> {
        let Some(normalised) = self.normalised.get() else {
            candle_core::bail!("layer norm: backward before forward");
        };
        let mut ds = vec![0.0; xs.elem_count()];
        self.norm.backward(self.context.cpu(), &read(&dys.contiguous()?)?, normalised, &mut ds)?;
        Ok((xs.track_op().then(|| Tensor::from_vec(ds, xs.shape(), xs.device())).transpose()?, None))
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{agrees, parameter, variable};
    use super::*;

    #[test]
    fn kernel_and_fallback_agree() -> Result<()> {
        let xs = variable(1, (5, 37))?;
        let (weight, bias) = (Arc::new(parameter(2, "w", 37)?), Arc::new(parameter(3, "b", 37)?));
        let norm = LayerNorm { weight, bias, eps: 1e-12 };
        let context = Context::default();
        let parameters = [&norm.weight, &norm.bias];
        agrees(&[&xs], &parameters, || norm.forward(&xs, &context), || norm.composed(&xs, None))
    }
}
