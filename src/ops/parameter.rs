//! A named weight and, where it trains, the gradient that backward passes add up for it.

use std::sync::{Mutex, PoisonError};

use candle_core::backprop::GradStore;
use candle_core::{Device, Shape, Tensor, Var};

use super::gradients::weighted_sum;
use super::kernel::{on_cpu, read, with_f32_mut};
use super::role::{ModelPart, Role};
use crate::Result;
use crate::compute::Context;

/// A weight of the model.
///
/// Our kernels add its gradient to a buffer that lives as long as the run; operations composed of Candle's own leave it in
/// Candle's store, from where [`Parameter::collect`] fetches it.
#[derive(Debug)]
pub struct Parameter {
    name: String,
    role: Role,
    value: Tensor,
    gradient: Mutex<Gradient>,
}

/// A gradient and its buffer.
#[derive(Debug, Default)]
pub struct Gradient {
    /// Kept as a buffer after the gradient was taken.
    numbers: Option<Tensor>,
    /// Whether anything has been added since the gradient was last taken; if not, the numbers are old ones.
    filled: bool,
}

impl Gradient {
    /// The gradient, unless nothing has been added to it.
    pub fn numbers(&self) -> Option<&Tensor> {
        self.numbers.as_ref().filter(|_| self.filled)
    }

    /// Forgets the gradient and keeps its buffer.
    pub fn clear(&mut self) {
        self.filled = false;
    }
}

impl Parameter {
    /// A weight that trains.
    ///
    /// # Errors
    ///
    /// If `values` do not fill `shape`, or the device has no room for them.
    pub fn trainable(
        name: impl Into<String>,
        role: Role,
        values: Vec<f32>,
        shape: impl Into<Shape>,
        device: &Device,
    ) -> Result<Self> {
        let value = Var::from_vec(values, shape, device)?.into_inner();
        Ok(Self::holding(name.into(), role, value))
    }

    /// A weight that never changes.
    ///
    /// # Errors
    ///
    /// As [`Parameter::trainable`].
    pub fn frozen(
        name: impl Into<String>,
        role: Role,
        values: Vec<f32>,
        shape: impl Into<Shape>,
        device: &Device,
    ) -> Result<Self> {
        let value = Tensor::from_vec(values, shape, device)?;
        Ok(Self::holding(name.into(), role, value))
    }

    fn holding(name: String, role: Role, value: Tensor) -> Self {
        Self { name, role, value, gradient: Mutex::default() }
    }

    /// Hugging Face's name for it, without the `bert.` prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its place and function in the model.
    pub fn role(&self) -> Role {
        self.role
    }

    /// Whether it belongs to one task's head; all others are shared.
    pub fn is_head(&self) -> bool {
        self.role.part == ModelPart::Head
    }

    /// The weight itself.
    pub fn value(&self) -> &Tensor {
        &self.value
    }

    /// Whether it trains.
    pub fn is_trainable(&self) -> bool {
        self.value.is_variable()
    }

    /// Calls `add` with the gradient's buffer, all zeros if nothing has been added since the gradient was last taken.
    pub(super) fn accumulate(&self, add: impl FnOnce(&mut [f32])) -> candle_core::Result<()> {
        self.accumulate_or_set(|buffer, fresh| {
            if fresh {
                buffer.fill(0.0);
            }
            add(buffer);
        })
    }

    /// Calls `add` with the gradient's buffer, and `true` if it must be overwritten, `false` if added to.
    pub(super) fn accumulate_or_set(&self, add: impl FnOnce(&mut [f32], bool)) -> candle_core::Result<()> {
        let Gradient { numbers, filled } = &mut *self.gradient.lock().unwrap_or_else(PoisonError::into_inner);
        let buffer = match numbers {
            Some(buffer) => buffer,
            None => numbers.insert(self.value.detach().zeros_like()?),
        };
        let fresh = !std::mem::replace(filled, true);
        with_f32_mut(buffer, |values| add(values, fresh))
    }

    /// Whether an operation has reached this parameter since its gradient was last taken.
    pub fn has_gradient(&self) -> bool {
        self.gradient.lock().unwrap_or_else(PoisonError::into_inner).filled
    }

    /// Calls `edit` with the gradient's numbers on the CPU, all zeros if no operation has reached this parameter; afterwards it
    /// has one.
    ///
    /// # Errors
    ///
    /// Those of `edit`, or if the parameter is on another device.
    pub fn edit_gradient(&self, edit: impl FnOnce(&mut [f32]) -> Result<()>) -> Result<()> {
        let mut edited = Ok(());
        self.accumulate(|numbers| edited = edit(numbers))?;
        edited
    }

    /// Whether the parameter and its gradient are in the machine's memory.
    pub fn is_on_cpu(&self) -> bool {
        on_cpu(&self.value)
    }

    /// The gradient on any device, zeros if no operation has reached this parameter.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn gradient_or_zeros(&self) -> Result<Tensor> {
        let gradient = self.gradient.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(match gradient.numbers() {
            Some(numbers) => numbers.clone(),
            None => self.value.detach().zeros_like()?,
        })
    }

    /// Replaces the gradient by `numbers`, which must have its shape.
    pub fn set_gradient(&self, numbers: Tensor) {
        *self.gradient.lock().unwrap_or_else(PoisonError::into_inner) =
            Gradient { numbers: Some(numbers), filled: true };
    }

    /// Moves this parameter's gradient from Candle's store, if a backward pass left one there, and adds it to the sum.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn collect(&self, store: &mut GradStore) -> Result<()> {
        match store.remove(&self.value) {
            Some(gradient) => self.add(&gradient),
            None => Ok(()),
        }
    }

    fn add(&self, more: &Tensor) -> Result<()> {
        if on_cpu(more) {
            let more = more.contiguous()?;
            let more = read(&more)?;
            return Ok(self.accumulate(|sum| sum.iter_mut().zip(&*more).for_each(|(sum, x)| *sum += x))?);
        }
        let mut gradient = self.gradient.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = match gradient.numbers() {
            Some(sum) => (sum + more)?,
            None => more.detach(),
        };
        *gradient = Gradient { numbers: Some(sum), filled: true };
        Ok(())
    }

    /// Replaces the gradient by Σ wᵢgᵢ over the tasks that have one. If none has, there is no gradient afterwards.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn combine(&self, weights: &[f64], gradients: &[&Gradient], context: &Context) -> Result<()> {
        let terms: Vec<(f64, &Tensor)> =
            weights.iter().zip(gradients).filter_map(|(&w, g)| Some((w, g.numbers()?))).collect();
        self.take_gradient();
        if terms.iter().any(|(_, g)| !on_cpu(g)) {
            return terms.into_iter().try_for_each(|(w, g)| self.add(&(g * w)?));
        }
        if terms.is_empty() {
            return Ok(());
        }
        let numbers = terms.iter().map(|(_, g)| read(g)).collect::<candle_core::Result<Vec<_>>>()?;
        let terms: Vec<(f32, &[f32])> = terms.iter().zip(&numbers).map(|((w, _), xs)| (*w as f32, &**xs)).collect();
        Ok(self.accumulate_or_set(|sum, _| weighted_sum(context.cpu(), sum, &terms))?)
    }

    /// Exchanges the gradient summed so far for another one of the same parameter.
    pub fn exchange(&self, other: &mut Gradient) {
        std::mem::swap(&mut *self.gradient.lock().unwrap_or_else(PoisonError::into_inner), other);
    }

    /// The gradient since it was last taken; `None` if no operation reached this parameter.
    /// It shares the buffer, so it is valid until the next backward pass.
    pub fn take_gradient(&self) -> Option<Tensor> {
        let mut gradient = self.gradient.lock().unwrap_or_else(PoisonError::into_inner);
        let numbers = gradient.numbers().cloned();
        gradient.clear();
        numbers
    }
}
