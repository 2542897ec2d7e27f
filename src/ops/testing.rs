//! Tests of an operation: kernel against fallback, value and gradient, and both against finite differences.

use std::sync::{Arc, OnceLock};

use candle_core::{CpuStorage, CustomOp3, Device, Layout, Shape, Tensor, Var};

use super::kernel::{f32s, read, with_f32_mut};
use super::{ModelPart, Parameter, ParameterKind, Role};
use crate::Result;
use crate::random::Stream;

/// `n` numbers, uniform in [−2, 2).
pub fn numbers(seed: u64, n: usize) -> Vec<f32> {
    let mut stream = Stream::new(seed, "test");
    (0..n).map(|_| stream.uniform() * 4.0 - 2.0).collect()
}

/// A tracked tensor of such numbers.
pub fn variable(seed: u64, shape: impl Into<Shape>) -> Result<Tensor> {
    let shape = shape.into();
    Ok(Var::from_vec(numbers(seed, shape.elem_count()), shape, &Device::Cpu)?.into_inner())
}

/// Some role for the parameters of an operation's test, where it does not matter.
pub const ROLE: Role = Role { part: ModelPart::Layer(0), kind: ParameterKind::Weight };

/// A trainable parameter of such numbers.
pub fn parameter(seed: u64, name: &str, shape: impl Into<Shape>) -> Result<Parameter> {
    let shape = shape.into();
    let values = numbers(seed, shape.elem_count());
    Parameter::trainable(name, ROLE, values, shape, &Device::Cpu)
}

type Forward<S> = dyn Fn([&[f32]; 3]) -> (Vec<f32>, S) + Send + Sync;
type Backward<S> = dyn Fn(&S, [&[f32]; 3], &[f32]) -> [Vec<f32>; 3] + Send + Sync;

/// A kernel with three inputs as an operation of Candle's graph; the first input has the output's shape. The forward
/// returns the output and the values for the backward. The backward returns an empty gradient for an input that it ignores.
pub struct Differentiable<S> {
    forward: Arc<Forward<S>>,
    backward: Arc<Backward<S>>,
    saved: OnceLock<S>,
}

impl<S: Send + Sync + 'static> Differentiable<S> {
    pub fn new(
        forward: impl Fn([&[f32]; 3]) -> (Vec<f32>, S) + Send + Sync + 'static,
        backward: impl Fn(&S, [&[f32]; 3], &[f32]) -> [Vec<f32>; 3] + Send + Sync + 'static,
    ) -> Self {
        Self { forward: Arc::new(forward), backward: Arc::new(backward), saved: OnceLock::new() }
    }

    pub fn apply(&self, [a, b, c]: [&Tensor; 3]) -> Result<Tensor> {
        let (forward, backward) = (self.forward.clone(), self.backward.clone());
        Ok(a.apply_op3(b, c, Self { forward, backward, saved: OnceLock::new() })?)
    }
}

impl<S: Send + Sync> CustomOp3 for Differentiable<S> {
    fn name(&self) -> &'static str {
        "kernel"
    }

    fn cpu_fwd(
        &self,
        a: &CpuStorage,
        a_layout: &Layout,
        b: &CpuStorage,
        b_layout: &Layout,
        c: &CpuStorage,
        c_layout: &Layout,
    ) -> candle_core::Result<(CpuStorage, Shape)> {
        let (ys, saved) = (self.forward)([f32s(a, a_layout)?, f32s(b, b_layout)?, f32s(c, c_layout)?]);
        let _ = self.saved.set(saved);
        Ok((CpuStorage::F32(ys), a_layout.shape().clone()))
    }

    fn bwd(
        &self,
        a: &Tensor,
        b: &Tensor,
        c: &Tensor,
        _: &Tensor,
        dys: &Tensor,
    ) -> candle_core::Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let saved = self.saved.get().expect("the forward has run");
        let [da, db, dc] = (self.backward)(saved, [&*read(a)?, &*read(b)?, &*read(c)?], &read(&dys.contiguous()?)?);
        let tensor = |xs: &Tensor, gradient: Vec<f32>| {
            (!gradient.is_empty()).then(|| Tensor::from_vec(gradient, xs.shape(), xs.device())).transpose()
        };
        Ok((tensor(a, da)?, tensor(b, db)?, tensor(c, dc)?))
    }
}

/// Asserts that `kernel` and `composed` give the same values and the same gradients (2e-5, relative to the largest
/// entry, at least 0.01), and that the kernel's gradients agree with central differences of its values (1e-2).
#[track_caller]
pub fn agrees(
    variables: &[&Tensor],
    parameters: &[&Arc<Parameter>],
    kernel: impl Fn() -> Result<Tensor>,
    composed: impl Fn() -> Result<Tensor>,
) -> Result<()> {
    let probe = |ys: &Tensor| -> Result<Tensor> {
        let weights = Tensor::from_vec(numbers(99, ys.elem_count()), ys.shape(), ys.device())?;
        Ok((ys * weights)?.sum_all()?)
    };
    let gradients = |ys: &Tensor| -> Result<Vec<Vec<f32>>> {
        let mut store = probe(ys)?.backward()?;
        let mut gradients = Vec::new();
        for xs in variables {
            let gradient = store.remove(xs).expect("every variable has a gradient");
            gradients.push(gradient.flatten_all()?.to_vec1()?);
        }
        for parameter in parameters {
            parameter.collect(&mut store)?;
            let gradient = parameter.take_gradient().expect("every parameter has a gradient");
            gradients.push(gradient.flatten_all()?.to_vec1()?);
        }
        Ok(gradients)
    };
    let (ours, theirs) = (kernel()?, composed()?);
    close("value", &ours.flatten_all()?.to_vec1()?, &theirs.flatten_all()?.to_vec1()?, 2e-5);
    let (ours, theirs) = (gradients(&ours)?, gradients(&theirs)?);
    for (i, (ours, theirs)) in ours.iter().zip(&theirs).enumerate() {
        close(&format!("gradient {i}"), ours, theirs, 2e-5);
    }
    let inputs = variables.iter().copied();
    for (xs, gradient) in inputs.chain(parameters.iter().map(|p| p.value())).zip(&ours) {
        let step = 1e-2;
        let differences: Vec<f32> = (0..xs.elem_count())
            .map(|i| {
                let value_at = |by: f32| -> Result<f32> {
                    with_f32_mut(xs, |xs| xs[i] += by)?;
                    let value = probe(&kernel()?)?.to_scalar::<f32>();
                    with_f32_mut(xs, |xs| xs[i] -= by)?;
                    Ok(value?)
                };
                Ok((value_at(step)? - value_at(-step)?) / (2.0 * step))
            })
            .collect::<Result<_>>()?;
        close("finite differences", gradient, &differences, 1e-2);
    }
    Ok(())
}

#[track_caller]
fn close(what: &str, ours: &[f32], theirs: &[f32], tolerance: f32) {
    assert_eq!(ours.len(), theirs.len(), "{what}: lengths differ");
    let scale = theirs.iter().fold(1e-2_f32, |largest, x| largest.max(x.abs()));
    for (i, (a, b)) in ours.iter().zip(theirs).enumerate() {
        assert!((a - b).abs() <= tolerance * scale, "{what}[{i}]: {a} against {b}");
    }
}
