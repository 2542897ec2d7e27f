//! One linear classifier per task: logits_k (B,C_k) = e·W_kᵀ + b_k on the sentence vectors e (B,H).

use std::sync::Arc;

use candle_core::{Device, Tensor};

use super::Weights;
use crate::Result;
use crate::compute::Context;
use crate::ops::{Linear, ModelPart, Parameter, ParameterKind, Role};
use crate::random::Stream;
use crate::recipe::Task;

/// The K heads, in task order.
#[derive(Debug)]
pub struct Heads(Vec<Linear>);

impl Heads {
    /// Reads `heads.<task>.weight` (C,H) and `.bias` (C) where `saved` weights have them; draws the others as
    /// `torch.nn.Linear` does, uniform in ±1/√H.
    ///
    /// # Errors
    ///
    /// If a saved tensor has another shape.
    pub fn load(
        tasks: &[Task],
        h: usize,
        mut saved: Option<&mut Weights>,
        init: &mut Stream,
        device: &Device,
    ) -> Result<Self> {
        let bound = 1.0 / (h as f32).sqrt();
        let mut parameter = |task: &Task, kind: ParameterKind, shape: &[usize]| -> Result<Arc<Parameter>> {
            let part = if kind == ParameterKind::Bias { "bias" } else { "weight" };
            let name = format!("heads.{}.{part}", task.name);
            let values = match saved.as_mut().filter(|weights| weights.has(&name)) {
                Some(weights) => weights.take(&name, shape)?,
                None => {
                    let n = shape.iter().product();
                    (0..n).map(|_| (init.uniform() * 2.0 - 1.0) * bound).collect()
                }
            };
            Ok(Arc::new(Parameter::trainable(
                name,
                Role { part: ModelPart::Head, kind },
                values,
                shape.to_vec(),
                device,
            )?))
        };
        let heads = tasks.iter().map(|task| {
            let c = task.labels.len();
            Ok(Linear {
                weight: parameter(task, ParameterKind::Weight, &[c, h])?,
                bias: parameter(task, ParameterKind::Bias, &[c])?,
            })
        });
        Ok(Self(heads.collect::<Result<_>>()?))
    }

    /// Sentence vectors (B,H) → each task's logits. (K)(B,C_k)
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn forward(&self, embeddings: &Tensor, context: &Context) -> Result<Vec<Tensor>> {
        self.0.iter().map(|head| head.forward(embeddings, context)).collect()
    }

    /// Weights and biases, head by head.
    pub fn parameters(&self) -> impl Iterator<Item = &Arc<Parameter>> {
        self.0.iter().flat_map(|head| [&head.weight, &head.bias])
    }
}
