//! Unit sentence vectors of a whole data set.

use crate::Result;
use crate::model::{Model, Pass};
use crate::probe::unit_rows;
use crate::text::{Batch, Encoding};
use crate::train::EVALUATION_BATCH_SIZE;

/// The vectors ẑ (B,H) of all sentences, row after row, each of length 1. Calls `progress` with the number of sentences done.
///
/// Sentences of similar length are computed together, so that the work of a batch is even.
///
/// # Errors
///
/// If a tensor operation fails.
pub fn sentence_vectors(model: &Model, encodings: &[Encoding], mut progress: impl FnMut(usize)) -> Result<Vec<f32>> {
    let h = model.config().bert.hidden_size;
    let mut order: Vec<usize> = (0..encodings.len()).collect();
    order.sort_by_key(|&row| encodings[row].input_ids.len());
    let mut vectors = vec![0.0; encodings.len() * h];
    let mut done = 0;
    for rows in order.chunks(EVALUATION_BATCH_SIZE) {
        let batch = Batch::of_sentences(rows.iter().map(|&row| &encodings[row]));
        let mut numbers: Vec<f32> = model.embed(&batch, Pass::Evaluation)?.flatten_all()?.to_vec1()?;
        unit_rows(&mut numbers, h);
        for (&row, vector) in rows.iter().zip(numbers.chunks_exact(h)) {
            vectors[row * h..][..h].copy_from_slice(vector);
        }
        done += rows.len();
        progress(done);
    }
    Ok(vectors)
}
