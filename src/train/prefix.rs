//! Cached outputs of the frozen part of the model.
//!
//! With `--freeze embeddings`, `layers:N` or `encoder` the first part of the model computes the same output for a sentence at
//! every step, since nothing in it trains and dropout is off there. So each sentence passes through it once in a run, and
//! after the first epoch a step costs only the layers above: with a linear probe, two small matrix products. With gradual
//! unfreezing the cache is emptied whenever the frozen part gets smaller.
//!
//! The last bits of an output may depend on the sentences that pass through with it. So a checkpoint names these groups of
//! sentences in place of their outputs, and a run that goes on from it computes each group again when it needs one of it.

use std::collections::{BTreeMap, BTreeSet};

use candle_core::Tensor;

use crate::Result;
use crate::checkpoint::Archive;
use crate::model::{Model, Pass};
use crate::parallel::Ranks;
use crate::text::{Batch, Encoding};

/// The frozen part's outputs so far.
#[derive(Debug)]
pub(super) struct PrefixCache {
    /// For each sentence of the data, once a batch has needed it: (T,H), or (1,H) with the whole encoder frozen.
    outputs: Vec<Option<Tensor>>,
    /// The rows whose outputs were computed together.
    groups: Vec<Vec<usize>>,
    /// For each row that a checkpoint named and that has no output yet, its group.
    recalled: BTreeMap<usize, usize>,
}

/// Outputs by row.
type Outputs = BTreeMap<usize, Tensor>;

impl PrefixCache {
    /// An empty cache for `sentences` sentences.
    pub fn new(sentences: usize) -> Self {
        Self { outputs: vec![None; sentences], groups: Vec::new(), recalled: BTreeMap::new() }
    }

    /// Empties the cache, after the frozen part has changed.
    pub fn clear(&mut self) {
        *self = Self::new(self.outputs.len());
    }

    /// Lists for a checkpoint which sentences passed through together.
    pub fn visit(&mut self, archive: &mut Archive) -> Result<()> {
        archive.value(&mut self.groups)?;
        if archive.is_restoring() {
            let rows =
                self.groups.iter().enumerate().flat_map(|(group, rows)| rows.iter().map(move |&row| (row, group)));
            self.recalled = rows.collect();
        }
        Ok(())
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
        let (missing, _) = self.missing(model, encodings, rows)?;
        let output = |row: &usize| self.outputs[*row].as_ref().or_else(|| missing.get(row));
        let outputs: Vec<&Tensor> = rows.iter().filter_map(output).collect();
        model.embed_from(Tensor::cat(&outputs, 0)?, batch, Pass::Evaluation)
    }

    /// Computes what is missing for `parts`, each on its own rank, and makes it known to all: afterwards the cache is the same
    /// on all ranks. `parts` are ranks and the sentences that pass through together on them. Does nothing where one process
    /// trains alone.
    pub fn fill(
        &mut self,
        model: &Model,
        encodings: &[Encoding],
        parts: &[(usize, &[usize])],
        ranks: &Ranks,
    ) -> Result<()> {
        if ranks.size() == 1 || !model.has_prefix() {
            return Ok(());
        }
        // Groups in the order in which they pass through, each with its rank. Of those that a checkpoint named, each once.
        let mut groups: Vec<(usize, Vec<usize>)> = Vec::new();
        let mut recalled = BTreeSet::new();
        for &(rank, rows) in parts {
            let (named, new) = self.missing_groups(rows);
            let named = named.into_iter().filter(|group| recalled.insert(*group));
            groups.extend(named.map(|group| (rank, self.groups[group].clone())));
            if !new.is_empty() {
                self.groups.push(new.clone());
                groups.push((rank, new));
            }
        }
        if groups.is_empty() {
            return Ok(());
        }
        let mut own = Vec::new();
        for (_, rows) in groups.iter().filter(|(rank, _)| *rank == ranks.rank()) {
            let outputs = through_prefix(model, encodings, rows)?;
            for row in rows {
                own.extend(outputs[row].flatten_all()?.to_vec1::<f32>()?);
            }
        }
        let mut gathered: Vec<_> = ranks.gather_numbers(own)?.into_iter().map(Vec::into_iter).collect();
        let h = model.config().bert.hidden_size;
        for (rank, rows) in groups {
            for row in rows {
                let length = if model.prefix_pools() { 1 } else { encodings[row].input_ids.len() };
                let numbers: Vec<f32> = gathered[rank].by_ref().take(length * h).collect();
                let output = Tensor::from_vec(numbers, (length, h), model.context().device())?;
                self.recalled.remove(&row);
                self.outputs[row] = Some(output);
            }
        }
        Ok(())
    }

    /// The frozen part's output for the sentences `rows`, end to end; adds what is missing to the cache.
    fn outputs(&mut self, model: &Model, encodings: &[Encoding], rows: &[usize]) -> Result<Tensor> {
        let (missing, new) = self.missing(model, encodings, rows)?;
        for (row, output) in missing {
            self.recalled.remove(&row);
            self.outputs[row] = Some(output);
        }
        self.groups.extend((!new.is_empty()).then_some(new));
        let parts: Vec<&Tensor> = rows.iter().filter_map(|&row| self.outputs[row].as_ref()).collect();
        Ok(Tensor::cat(&parts, 0)?)
    }

    /// The frozen part's output for each of the sentences `rows` that is not in the cache, and which of them passed through
    /// for the first time, as one group. With a row that a checkpoint named comes the rest of its group.
    fn missing(&self, model: &Model, encodings: &[Encoding], rows: &[usize]) -> Result<(Outputs, Vec<usize>)> {
        let (groups, new) = self.missing_groups(rows);
        let groups = groups.into_iter().map(|group| &self.groups[group]);
        let mut outputs = Outputs::new();
        for rows in groups.chain([&new]).filter(|rows| !rows.is_empty()) {
            outputs.extend(through_prefix(model, encodings, rows)?);
        }
        Ok((outputs, new))
    }

    /// The groups of the sentences `rows` that a checkpoint named and that have no output yet, and the rows that belong to no
    /// group.
    fn missing_groups(&self, rows: &[usize]) -> (BTreeSet<usize>, Vec<usize>) {
        let missing = rows.iter().copied().filter(|&row| self.outputs[row].is_none());
        let (recalled, new): (Vec<usize>, Vec<usize>) = missing.partition(|row| self.recalled.contains_key(row));
        (recalled.iter().map(|row| self.recalled[row]).collect(), new)
    }
}

/// The frozen part's outputs for the sentences `rows`, computed together.
fn through_prefix(model: &Model, encodings: &[Encoding], rows: &[usize]) -> Result<Outputs> {
    let batch = Batch::of_sentences(rows.iter().map(|&row| &encodings[row]));
    let outputs = model.prefix(&batch)?;
    let mut start = 0;
    let output = |(&row, range): (&usize, std::ops::Range<usize>)| {
        let length = if model.prefix_pools() { 1 } else { range.len() };
        start += length;
        // Rows of its own, so that one sentence does not keep its whole batch in memory, as a view or a `copy` would.
        Ok((row, outputs.narrow(0, start - length, length)?.force_contiguous()?))
    };
    rows.iter().zip(batch.sentences.ranges()).map(output).collect()
}
