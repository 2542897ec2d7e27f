//! One parameter's update, in place and in one pass over memory. Equations as PyTorch's documentation states them.
//!
//! ```text
//! Adam   g ← g + λθ;  m ← β₁m + (1−β₁)g;  v ← β₂v + (1−β₂)g²;  θ ← θ − (lr/(1−β₁ᵗ))·m/(√v/√(1−β₂ᵗ) + ε)
//! AdamW  θ ← θ − lr·λ·θ, then Adam with λ = 0
//! SGD    θ ← θ − lr·(g + λθ)
//! ```
//!
//! Afterwards the gradient's buffer holds the values before the update, since its own numbers are no longer needed: a step
//! that turns out to diverge can be taken back at no cost in memory.

use candle_core::Tensor;

use super::kernel::{on_cpu, read, vectorised, with_f32_mut};
use crate::Result;
use crate::compute::{Context, Cpu, each_rows};

const BETA1: f64 = 0.9;
const BETA2: f64 = 0.999;
const EPS: f64 = 1e-8;

/// The update rule of one step for a parameter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Update {
    /// Adam or, with `decay`, AdamW.
    Adam(AdamStep),
    /// Gradient descent.
    Sgd {
        /// Step size.
        learning_rate: f64,
        /// λ, added to the gradient as λθ.
        l2: f64,
    },
}

/// One step of Adam.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdamStep {
    /// Step size.
    pub learning_rate: f64,
    /// λ, added to the gradient as λθ.
    pub l2: f64,
    /// λ, taken off the parameter as lr·λ·θ before the step.
    pub decay: f64,
    /// The number of this parameter's updates, this one included.
    pub t: i32,
}

/// Updates `theta` by `scale`·`gradient`, with Adam's moments `m` and `v`, and returns the values that `theta` had before,
/// in the gradient's buffer. All have one shape; SGD does not read the moments.
///
/// # Errors
///
/// If the tensors are not f32 or on different devices.
pub fn update(
    theta: &Tensor,
    gradient: Tensor,
    scale: f64,
    [m, v]: [&Tensor; 2],
    update: Update,
    context: &Context,
) -> Result<Tensor> {
    if !on_cpu(theta) {
        return composed(theta, &gradient, scale, [m, v], update);
    }
    let (scale, cpu) = (scale as f32, context.cpu());
    let gradient = gradient.contiguous()?;
    with_f32_mut(&gradient, |g| {
        with_f32_mut(theta, |theta| match update {
            Update::Sgd { learning_rate, l2 } => {
                sgd(cpu, theta, g, scale, learning_rate as f32, l2 as f32);
                Ok(())
            }
            Update::Adam(step) => with_f32_mut(m, |m| with_f32_mut(v, |v| adam(cpu, [theta, g, m, v], scale, step)))?,
        })?
    })??;
    Ok(gradient)
}

fn sgd(cpu: Cpu, theta: &mut [f32], g: &mut [f32], scale: f32, learning_rate: f32, l2: f32) {
    each_rows(cpu, theta.len(), [theta, g], |_, [theta, g]| {
        for (theta, g) in theta.iter_mut().zip(g) {
            let old = *theta;
            *theta -= learning_rate * (*g * scale + l2 * old);
            *g = old;
        }
    });
}

fn adam(cpu: Cpu, numbers: [&mut [f32]; 4], scale: f32, step: AdamStep) {
    let AdamStep { learning_rate, l2, decay, t } = step;
    let (beta1, beta2) = (BETA1 as f32, BETA2 as f32);
    let (rest1, rest2) = ((1.0 - BETA1) as f32, (1.0 - BETA2) as f32);
    let step = (learning_rate / (1.0 - BETA1.powi(t))) as f32;
    let root = (1.0 / (1.0 - BETA2.powi(t)).sqrt()) as f32;
    let (l2, keep, eps) = (l2 as f32, (1.0 - learning_rate * decay) as f32, EPS as f32);
    each_rows(cpu, numbers[0].len(), numbers, |_, [theta, g, m, v]| {
        vectorised(
            #[inline(always)]
            || {
                for (((theta, g), m), v) in theta.iter_mut().zip(g).zip(m).zip(v) {
                    let old = *theta;
                    let slope = *g * scale + l2 * old;
                    *m = beta1 * *m + rest1 * slope;
                    *v = beta2 * *v + rest2 * slope * slope;
                    *theta = keep * old - step * *m / ((*v).sqrt() * root + eps);
                    *g = old;
                }
            },
        );
    });
}

/// Overwrites `target`'s numbers with `source`'s, in place.
///
/// # Errors
///
/// If the tensors are on different devices.
///
/// # Panics
///
/// If their lengths differ.
pub fn copy_into(target: &Tensor, source: &Tensor) -> Result<()> {
    if on_cpu(target) {
        let source = source.contiguous()?;
        let source = read(&source)?;
        return Ok(with_f32_mut(target, |target| target.copy_from_slice(&source))?);
    }
    target.slice_set(&source.detach(), 0, 0)?;
    Ok(())
}

fn composed(theta: &Tensor, gradient: &Tensor, scale: f64, [m, v]: [&Tensor; 2], update: Update) -> Result<Tensor> {
    let old = theta.detach().copy()?;
    let g = (gradient * scale)?;
    let new = match update {
        Update::Sgd { learning_rate, l2 } => {
            let g = (g + (&old * l2)?)?;
            (&old - (g * learning_rate)?)?
        }
        Update::Adam(AdamStep { learning_rate, l2, decay, t }) => {
            let g = (g + (&old * l2)?)?;
            let new_m = ((m * BETA1)? + (&g * (1.0 - BETA1))?)?;
            let new_v = ((v * BETA2)? + (g.sqr()? * (1.0 - BETA2))?)?;
            let step = learning_rate / (1.0 - BETA1.powi(t));
            let root = 1.0 / (1.0 - BETA2.powi(t)).sqrt();
            let denominator = ((new_v.sqrt()? * root)? + EPS)?;
            let new = ((&old * (1.0 - learning_rate * decay))? - ((&new_m / denominator)? * step)?)?;
            copy_into(m, &new_m)?;
            copy_into(v, &new_v)?;
            new
        }
    };
    copy_into(theta, &new)?;
    Ok(old)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{numbers, variable};
    use super::*;

    #[test]
    fn kernel_and_fallback_agree() -> Result<()> {
        let adam = |t| Update::Adam(AdamStep { learning_rate: 0.1, l2: 0.2, decay: 0.3, t });
        let sgd = Update::Sgd { learning_rate: 0.1, l2: 0.2 };
        for steps in [[adam(1), adam(2)], [sgd, sgd]] {
            let mut results = Vec::new();
            for kernel in [true, false] {
                let theta = variable(1, 40)?;
                let state = [theta.zeros_like()?, theta.zeros_like()?];
                let mut previous = Vec::new();
                for (i, step) in steps.into_iter().enumerate() {
                    let gradient = Tensor::new(numbers(5 + i as u64, 40), theta.device())?;
                    let update = if kernel {
                        update(&theta, gradient, 0.5, [&state[0], &state[1]], step, &Context::default())?
                    } else {
                        composed(&theta, &gradient, 0.5, [&state[0], &state[1]], step)?
                    };
                    previous = update.to_vec1::<f32>()?;
                }
                results.push((theta.to_vec1::<f32>()?, previous));
            }
            for (a, b) in results[0].0.iter().zip(&results[1].0) {
                assert!((a - b).abs() < 1e-6, "{a} {b}");
            }
            for (a, b) in results[0].1.iter().zip(&results[1].1) {
                assert!((a - b).abs() < 1e-6, "previous: {a} {b}");
            }
        }
        Ok(())
    }
}
