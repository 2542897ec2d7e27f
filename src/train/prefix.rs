//! Cached outputs of the frozen part of the model.
//!
//! With `--freeze embeddings`, `layers:N` or `encoder` the first part of the model computes the same output for a sentence at
//! every step, since nothing in it trains and dropout is off there. So each sentence passes through it once in a run, and
//! after the first epoch a step costs only the layers above: with a linear probe, two small matrix products. With gradual
//! unfreezing the cache is emptied whenever the frozen part gets smaller.

use std::collections::BTreeMap;

use candle_core::Tensor;

use crate::Result;
use crate::model::{Model, Pass};
use crate::text::{Batch, Encoding};

/// The frozen part's output for each sentence of the data, once a batch has needed it: (T,H), or (1,H) with the whole encoder
/// frozen.
#[derive(Debug)]
pub(super) struct PrefixCache(Vec<Option<Tensor>>);

impl PrefixCache {
    /// An empty cache for `sentences` sentences.
    pub fn new(sentences: usize) -> Self {
        Self(vec![None; sentences])
    }

    /// Empties the cache, after the frozen part has changed.
    pub fn clear(&mut self) {
        self.0.fill(None);
    }

    /// Each task's logits for the sentences `rows`, which `batch` holds: through the cache where the model has a frozen
    /// prefix, else through the whole model.
    pub fn logits(
        &mut self,
        model: &Model,
        encodings: &[Encoding],
        rows: &[usize],
        batch: &Batch,
        pass: Pass,
    ) -> Result<Vec<Tensor>> {
        if !model.has_prefix() {
            return model.forward(batch, pass);
        }
        model.forward_from(self.outputs(model, encodings, rows)?, batch, pass)
    }

    /// Sentence vectors (B,H) of the sentences `rows`, which `batch` holds, for a pass that trains.
    pub fn training_vectors(
        &mut self,
        model: &Model,
        encodings: &[Encoding],
        rows: &[usize],
        batch: &Batch,
        pass: Pass,
    ) -> Result<Tensor> {
        if !model.has_prefix() {
            return model.embed(batch, pass);
        }
        model.embed_from(self.outputs(model, encodings, rows)?, batch, pass)
    }

    /// Sentence vectors (B,H) of the sentences `rows`, which `batch` holds, with the parameters as they are now. Adds nothing
    /// to the cache: the last bits of an output may depend on its batch, and the cached ones must be a training step's.
    pub fn vectors(&self, model: &Model, encodings: &[Encoding], rows: &[usize], batch: &Batch) -> Result<Tensor> {
        if !model.has_prefix() {
            return model.embed(batch, Pass::Evaluation);
        }
        let missing = self.missing(model, encodings, rows)?;
        let output = |row: &usize| self.0[*row].as_ref().or_else(|| missing.get(row));
        let outputs: Vec<&Tensor> = rows.iter().filter_map(output).collect();
        model.embed_from(Tensor::cat(&outputs, 0)?, batch, Pass::Evaluation)
    }

    /// The frozen part's output for the sentences `rows`, end to end; adds what is missing to the cache.
    fn outputs(&mut self, model: &Model, encodings: &[Encoding], rows: &[usize]) -> Result<Tensor> {
        for (row, output) in self.missing(model, encodings, rows)? {
            self.0[row] = Some(output);
        }
        let parts: Vec<&Tensor> = rows.iter().filter_map(|&row| self.0[row].as_ref()).collect();
        Ok(Tensor::cat(&parts, 0)?)
    }

    /// The frozen part's output for each of the sentences `rows` that is not in the cache.
    fn missing(&self, model: &Model, encodings: &[Encoding], rows: &[usize]) -> Result<BTreeMap<usize, Tensor>> {
        let missing: Vec<usize> = rows.iter().copied().filter(|&row| self.0[row].is_none()).collect();
        if missing.is_empty() {
            return Ok(BTreeMap::new());
        }
        let batch = Batch::of_sentences(missing.iter().map(|&row| &encodings[row]));
        let outputs = model.prefix(&batch)?;
        let mut start = 0;
        let output = |(&row, range): (&usize, std::ops::Range<usize>)| {
            let length = if model.prefix_pools() { 1 } else { range.len() };
            start += length;
            // Rows of its own, so that one sentence does not keep its whole batch in memory, as a view or a `copy` would.
            Ok((row, outputs.narrow(0, start - length, length)?.force_contiguous()?))
        };
        missing.iter().zip(batch.sentences.ranges()).map(output).collect()
    }
}
