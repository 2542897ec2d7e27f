//! The purpose of a forward pass: it decides on dropout and on keeping activations for a backward pass.

use candle_core::Tensor;

use crate::Result;
use crate::ops::{Keep, Masks, Ragged};
use crate::random::Stream;

/// The purpose of a forward pass.
#[derive(Debug)]
pub enum Pass<'a> {
    /// Evaluation and prediction: nothing is dropped, and no activation is kept.
    Evaluation,
    /// A training step: activations are kept for the backward pass, with dropout if given.
    Training(Option<Dropout<'a>>),
}

/// Dropout of a training step: its probability, and the stream from which masks are drawn.
#[derive(Debug)]
pub struct Dropout<'a> {
    /// Probability of dropping, in [0, 1).
    pub p: f32,
    /// The `dropout` stream.
    pub stream: &'a mut Stream,
}

impl Dropout<'_> {
    fn mask(&mut self, len: usize) -> Vec<f32> {
        self.stream.dropout_mask(len, self.p)
    }
}

impl Pass<'_> {
    /// `xs` with elements dropped and the rest scaled up; `xs` itself without dropout.
    pub(super) fn dropped(&mut self, xs: Tensor) -> Result<Tensor> {
        match self {
            Pass::Training(Some(dropout)) => {
                let mask = Tensor::from_vec(dropout.mask(xs.elem_count()), xs.shape(), xs.device())?;
                Ok((xs * mask)?)
            }
            Pass::Training(None) => Ok(xs),
            // Without a graph behind it nothing below is kept.
            Pass::Evaluation => Ok(xs.detach()),
        }
    }

    /// The activations that a block with `heads` heads keeps of this pass over token vectors `xs` (N,H).
    pub(super) fn keep(&mut self, sentences: &Ragged, xs: &Tensor, heads: usize) -> Keep {
        match self {
            Pass::Evaluation => Keep::Nothing,
            Pass::Training(dropout) => Keep::Activations(dropout.as_mut().map(|dropout| Masks {
                probabilities: dropout.mask(sentences.probabilities(heads)),
                attended: dropout.mask(xs.elem_count()),
                output: dropout.mask(xs.elem_count()),
            })),
        }
    }
}
