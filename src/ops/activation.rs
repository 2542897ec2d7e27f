//! The activation between a block's two linear maps.
//!
//! ```text
//! gelu(x)     = x·Φ(x),  Φ(x) = ½(1 + erf(x/√2)),  gelu′(x) = Φ(x) + x·φ(x),  φ(x) = e^(−x²/2)/√(2π)
//! gelu_new(x) = x·σ(2u),  u = √(2/π)·(x + 0.044715·x³),  its slope σ + x·σ·(1 − σ)·2u′
//! relu(x)     = max(x, 0)
//! ```
//!
//! (Hendrycks & Gimpel 2016, as `torch.nn.functional.gelu` with `approximate` "none" and "tanh".) erf is Abramowitz &
//! Stegun 7.1.26, |error| ≤ 1.5e-7, whose exponential is the one that φ needs.

use candle_core::Tensor;
use serde::Deserialize;

use super::kernel::{exp, vectorised};
use crate::Result;
use crate::compute::{Cpu, each_rows};

/// Hugging Face's `hidden_act`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// By the error function.
    Gelu,
    /// By its approximation with tanh.
    #[serde(alias = "gelu_pytorch_tanh")]
    GeluNew,
    /// Zero below zero.
    Relu,
}

/// Replaces every x by its activation and writes the activation's slope at x to `slopes`, for the backward.
pub fn activate(cpu: Cpu, activation: Activation, xs: &mut [f32], slopes: &mut [f32]) {
    match activation {
        Activation::Gelu => map(cpu, xs, slopes, gelu),
        Activation::GeluNew => map(cpu, xs, slopes, gelu_new),
        Activation::Relu => map(cpu, xs, slopes, |x| (x.max(0.0), f32::from(u8::from(x > 0.0)))),
    }
}

#[inline(always)]
fn map(cpu: Cpu, xs: &mut [f32], slopes: &mut [f32], f: impl Fn(f32) -> (f32, f32) + Sync) {
    each_rows(cpu, xs.len(), [xs, slopes], |_, [xs, slopes]| {
        vectorised(
            #[inline(always)]
            || {
                for (x, slope) in xs.iter_mut().zip(slopes) {
                    (*x, *slope) = f(*x);
                }
            },
        );
    });
}

/// `xs` ← x·y, element by element.
pub(super) fn multiply(cpu: Cpu, xs: &mut [f32], ys: &[f32]) {
    each_rows(cpu, xs.len(), [xs], |range, [xs]| {
        vectorised(
            #[inline(always)]
            || {
                for (x, y) in xs.iter_mut().zip(&ys[range]) {
                    *x *= y;
                }
            },
        );
    });
}

pub(super) fn composed(xs: &Tensor, activation: Activation) -> Result<Tensor> {
    Ok(match activation {
        Activation::Gelu => xs.gelu_erf()?,
        Activation::GeluNew => xs.gelu()?,
        Activation::Relu => xs.relu()?,
    })
}

/// gelu(x) and gelu′(x).
#[inline(always)]
fn gelu(x: f32) -> (f32, f32) {
    let z = x.abs() * std::f32::consts::FRAC_1_SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * z);
    let e = exp(-z * z);
    let mut p = 1.061_405_4;
    p = p * t - 1.453_152;
    p = p * t + 1.421_413_7;
    p = p * t - 0.284_496_74;
    p = p * t + 0.254_829_6;
    let tail = 0.5 * p * t * e; // Φ(−|x|)
    let cdf = if x >= 0.0 { 1.0 - tail } else { tail };
    let density = e * 0.398_942_3;
    (x * cdf, cdf + x * density)
}

/// gelu_new(x) and its slope.
#[inline(always)]
fn gelu_new(x: f32) -> (f32, f32) {
    const TWICE_ROOT: f32 = 1.595_769; // 2√(2/π)
    let square = x * x;
    let u = TWICE_ROOT * x * (1.0 + 0.044_715 * square);
    let sigma = 1.0 / (1.0 + exp(-u));
    let du = TWICE_ROOT * (1.0 + 3.0 * 0.044_715 * square);
    (x * sigma, sigma + x * sigma * (1.0 - sigma) * du)
}

#[cfg(test)]
mod tests {
    use candle_core::{Device, Var};

    use super::super::testing::{Differentiable, agrees, numbers};
    use super::*;
    use crate::compute::Context;

    #[test]
    fn kernel_and_fallback_agree() -> Result<()> {
        let cpu = Context::default().cpu();
        for kind in [Activation::Gelu, Activation::GeluNew, Activation::Relu] {
            // Away from relu's corner, where a difference is no derivative.
            let numbers = numbers(1, 165).iter().map(|x| x + x.signum() * 0.05).collect();
            let xs = Var::from_vec(numbers, (5, 33), &Device::Cpu)?.into_inner();
            let forward = move |[xs, ..]: [&[f32]; 3]| {
                let (mut ys, mut slopes) = (xs.to_vec(), vec![0.0; xs.len()]);
                activate(cpu, kind, &mut ys, &mut slopes);
                (ys, slopes)
            };
            let backward = move |slopes: &Vec<f32>, _: [&[f32]; 3], dys: &[f32]| {
                let mut dxs = dys.to_vec();
                multiply(cpu, &mut dxs, slopes);
                [dxs, vec![], vec![]]
            };
            let kernel = Differentiable::new(forward, backward);
            let others = xs.detach();
            agrees(&[&xs], &[], || kernel.apply([&xs, &others, &others]), || composed(&xs, kind))?;
        }
        Ok(())
    }

    #[test]
    fn absolute_error_is_below_1e_6_everywhere() {
        for i in -12_000..=12_000 {
            let x = f64::from(i) * 1e-3;
            // erfc by its continued fraction or series would be another approximation; a fine midpoint rule is not.
            let cdf = {
                let steps = 2_000;
                let h = x.abs() / f64::from(steps);
                let area: f64 = (0..steps).map(|k| (-0.5 * ((f64::from(k) + 0.5) * h).powi(2)).exp() * h).sum();
                0.5 + x.signum() * area / (2.0 * std::f64::consts::PI).sqrt()
            };
            let (value, slope) = gelu(x as f32);
            let density = (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt();
            assert!((f64::from(value) - x * cdf).abs() < 1e-6, "gelu({x}) = {value}");
            assert!((f64::from(slope) - (cdf + x * density)).abs() < 1e-6, "gelu'({x}) = {slope}");
        }
    }
}
