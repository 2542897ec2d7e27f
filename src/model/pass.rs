//! What a forward pass is for: whether anything is kept for a backward, and what is dropped.

use candle_core::Tensor;

use crate::Result;
use crate::ops::{Keep, Masks, Ragged};
use crate::random::Stream;

/// What a forward pass is for.
#[derive(Debug)]
pub enum Pass<'a> {
    /// Evaluation and prediction: nothing is dropped, and no activation is kept.
    Evaluation,
    /// A step: activations are kept for the backward, some elements perhaps dropped.
    Training(Option<Dropout<'a>>),
}

/// Dropout of a training step: the probability and where the masks come from.
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

    /// What a block with so many `heads` is to keep of this pass, whose token vectors are `xs` (N,H).
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
