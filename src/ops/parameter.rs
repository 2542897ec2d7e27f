//! A named weight and, where it trains on the CPU, the buffer that its gradient is added to.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use candle_core::backprop::GradStore;
use candle_core::{Device, Shape, Tensor, Var};

use super::kernel::with_f32_mut;
use crate::Result;

/// A weight of the model.
///
/// Our kernels add its gradient to a buffer that lives as long as the run; operations composed of Candle's own leave
/// it in Candle's store. [`Parameter::take_gradient`] finds it in either place.
#[derive(Debug)]
pub struct Parameter {
    name: String,
    value: Tensor,
    gradient: OnceLock<Tensor>,
    filled: AtomicBool,
}

impl Parameter {
    /// A weight that trains.
    pub fn trainable(
        name: impl Into<String>,
        values: Vec<f32>,
        shape: impl Into<Shape>,
        device: &Device,
    ) -> Result<Self> {
        let value = Var::from_vec(values, shape, device)?.into_inner();
        Ok(Self::holding(name.into(), value))
    }

    /// A weight that stays as it is.
    pub fn frozen(name: impl Into<String>, values: Vec<f32>, shape: impl Into<Shape>, device: &Device) -> Result<Self> {
        let value = Tensor::from_vec(values, shape, device)?;
        Ok(Self::holding(name.into(), value))
    }

    fn holding(name: String, value: Tensor) -> Self {
        Self { name, value, gradient: OnceLock::new(), filled: AtomicBool::new(false) }
    }

    /// Hugging Face's name for it, without the `bert.` prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The weight itself.
    pub fn value(&self) -> &Tensor {
        &self.value
    }

    /// Whether it trains.
    pub fn is_trainable(&self) -> bool {
        self.value.is_variable()
    }

    /// Hands the gradient's buffer to `add`, all zeros if nothing has been added since it was last taken.
    pub(super) fn accumulate(&self, add: impl FnOnce(&mut [f32])) -> candle_core::Result<()> {
        self.accumulate_or_set(|buffer, fresh| {
            if fresh {
                buffer.fill(0.0);
            }
            add(buffer);
        })
    }

    /// Hands the gradient's buffer to `add` with `true` if it must be overwritten, `false` if added to.
    pub(super) fn accumulate_or_set(&self, add: impl FnOnce(&mut [f32], bool)) -> candle_core::Result<()> {
        let buffer = match self.gradient.get() {
            Some(buffer) => buffer,
            None => {
                let zeros = self.value.detach().zeros_like()?;
                self.gradient.get_or_init(|| zeros)
            }
        };
        let fresh = !self.filled.swap(true, Ordering::Relaxed);
        with_f32_mut(buffer, |values| add(values, fresh))
    }

    /// The gradient since it was last taken; `None` if no operation reached this parameter.
    /// It shares the buffer, so it is valid until the next backward pass.
    pub fn take_gradient(&self, composed: &mut GradStore) -> Option<Tensor> {
        if self.filled.swap(false, Ordering::Relaxed) {
            self.gradient.get().cloned()
        } else {
            composed.remove(&self.value)
        }
    }
}
