//! Unit sentence vectors of a whole data set.

use crate::Result;
use crate::model::{Model, Pass};
use crate::probe::unit_rows;
use crate::text::{Batch, Encoding};
use crate::train::EVALUATION_BATCH_SIZE;

/// The vectors ẑ (B,H) of all sentences, row after row, each of length 1. They are computed a batch at a time.
///
/// Sentences of similar length are computed together, so that the work of a batch is even.
#[derive(Debug)]
pub struct SentenceVectors {
    vectors: Vec<f32>,
    /// The sentences, short ones first.
    order: Vec<usize>,
    done: usize,
}

impl SentenceVectors {
    /// Vectors for `encodings`, all still to compute.
    pub fn new(encodings: &[Encoding], hidden_size: usize) -> Self {
        let mut order: Vec<usize> = (0..encodings.len()).collect();
        order.sort_by_key(|&row| encodings[row].input_ids.len());
        Self { vectors: vec![0.0; encodings.len() * hidden_size], order, done: 0 }
    }

    /// The number of sentences whose vectors are there.
    pub fn done(&self) -> usize {
        self.done
    }

    /// Computes the next batch. Returns whether all vectors are there.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    ///
    /// # Panics
    ///
    /// If there are fewer `encodings` than in [`SentenceVectors::new`].
    pub fn advance(&mut self, model: &Model, encodings: &[Encoding]) -> Result<bool> {
        let rows = &self.order[self.done..self.order.len().min(self.done + EVALUATION_BATCH_SIZE)];
        if !rows.is_empty() {
            let h = model.config().bert.hidden_size;
            let batch = Batch::of_sentences(rows.iter().map(|&row| &encodings[row]));
            let mut numbers: Vec<f32> = model.embed(&batch, Pass::Evaluation)?.flatten_all()?.to_vec1()?;
            unit_rows(&mut numbers, h);
            for (&row, vector) in rows.iter().zip(numbers.chunks_exact(h)) {
                self.vectors[row * h..][..h].copy_from_slice(vector);
            }
            self.done += rows.len();
        }
        Ok(self.done == self.order.len())
    }

    /// The vectors: zeros where they are not computed yet. (B,H)
    pub fn vectors(&self) -> &[f32] {
        &self.vectors
    }
}
