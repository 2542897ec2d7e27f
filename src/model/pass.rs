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
    /// Where the sentences of this pass are in their batch, if other ranks have the rest of it.
    pub share: Option<Share<'a>>,
}

/// A rank's share of a batch. Its masks are those that the sentences would have if one rank had the whole batch.
#[derive(Debug, Clone, Copy)]
pub struct Share<'a> {
    /// The sentences of the whole batch.
    pub batch: &'a Ragged,
    /// The first of them that is in the share.
    pub first: usize,
}

impl Dropout<'_> {
    /// A mask for these sentences; `len` is the length of a mask for some sentences.
    fn mask(&mut self, sentences: &Ragged, len: impl Fn(&Ragged) -> usize) -> Vec<f32> {
        let own = len(sentences);
        let Some(Share { batch, first }) = self.share else {
            return self.stream.dropout_mask(own, self.p);
        };
        let start = self.stream.position();
        self.stream.set_position(start + len(&batch.first(first)) as u64);
        let mask = self.stream.dropout_mask(own, self.p);
        self.stream.set_position(start + len(batch) as u64);
        mask
    }
}

impl Pass<'_> {
    /// Token vectors `xs` (N,H) with elements dropped and the rest scaled up; `xs` itself without dropout.
    pub(super) fn dropped(&mut self, sentences: &Ragged, xs: Tensor) -> Result<Tensor> {
        match self {
            Pass::Training(Some(dropout)) => {
                let h = xs.dim(1)?;
                let mask = dropout.mask(sentences, |sentences| sentences.tokens() * h);
                let mask = Tensor::from_vec(mask, xs.shape(), xs.device())?;
                Ok((xs * mask)?)
            }
            Pass::Training(None) => Ok(xs),
            // Without a graph behind it nothing below is kept.
            Pass::Evaluation => Ok(xs.detach()),
        }
    }

    /// The activations that a block with `heads` heads keeps of this pass over token vectors `xs` (N,H).
    pub(super) fn keep(&mut self, sentences: &Ragged, xs: &Tensor, heads: usize) -> Keep {
        // (N,H): as many for each token.
        let h = xs.elem_count() / sentences.tokens();
        match self {
            Pass::Evaluation => Keep::Nothing,
            Pass::Training(dropout) => Keep::Activations(dropout.as_mut().map(|dropout| Masks {
                probabilities: dropout.mask(sentences, |sentences| sentences.probabilities(heads)),
                attended: dropout.mask(sentences, |sentences| sentences.tokens() * h),
                output: dropout.mask(sentences, |sentences| sentences.tokens() * h),
            })),
        }
    }
}
