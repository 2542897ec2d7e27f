//! Predictions for sentences without labels.

use candle_core::Tensor;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Trainer;
use crate::Result;
use crate::metrics::argmax;
use crate::model::{Model, Pass};
use crate::ops::softmax_rows;
use crate::recipe::Task;
use crate::text::{Batch, Encoding, Tokenizer};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// One sentence classified by every head.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Prediction {
    /// The sentence.
    pub text: String,
    /// Answers by task.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, TaskPrediction>"))]
    pub tasks: IndexMap<String, TaskPrediction>,
}

/// One head's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct TaskPrediction {
    /// The most probable label.
    pub label: String,
    /// Softmax over the label set, in head order. (C)
    pub probabilities: Vec<f32>,
}

/// A sentence as the encoder reads it, token by token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Tokens {
    /// The sentence.
    pub text: String,
    /// Its word pieces, `[CLS]` and `[SEP]` included. (T)
    pub tokens: Vec<String>,
    /// Their indices in the vocabulary. (T)
    pub ids: Vec<u32>,
    /// Which word each belongs to, from 0; `null` for `[CLS]`, `[SEP]` and the like. (T)
    #[cfg_attr(target_arch = "wasm32", tsify(type = "(number | null)[]"))]
    pub words: Vec<Option<u32>>,
    /// Whether the sentence was cut to `max_length`, as in training.
    pub cut: bool,
}

/// The most sentences, and the most tokens unless one sentence has more, of one forward pass of [`predict`].
const MOST: (usize, usize) = (64, 2048);

/// Classifies sentences with every head of `model`, with its temperatures. Sentences of like length share a forward pass; the predictions have the
/// order of `texts`.
///
/// # Errors
///
/// If a sentence cannot be tokenised, or a tensor operation fails.
pub fn predict(model: &Model, tokenizer: &Tokenizer, tasks: &[Task], texts: &[String]) -> Result<Vec<Prediction>> {
    let encodings = tokenizer.encode_all(texts, model.context())?;
    let mut predictions = vec![None; texts.len()];
    for rows in batches_by_length(&encodings) {
        let batch = Batch::of_sentences(rows.iter().map(|&row| &encodings[row]));
        let logits = model.calibrated(model.forward(&batch, Pass::Evaluation)?, tasks)?;
        let probabilities = predict_proba(&logits, tasks)?;
        for (i, &row) in rows.iter().enumerate() {
            let answers = tasks.iter().zip(&probabilities).map(|(task, probabilities)| {
                let probabilities = probabilities[i].clone();
                let label = task.labels[argmax(&probabilities)].clone();
                (task.name.clone(), TaskPrediction { label, probabilities })
            });
            predictions[row] = Some(Prediction { text: texts[row].clone(), tasks: answers.collect() });
        }
    }
    // Each row is in one batch.
    Ok(predictions.into_iter().flatten().collect())
}

/// The rows, shortest first, in batches of at most [`MOST`].
fn batches_by_length(encodings: &[Encoding]) -> Vec<Vec<usize>> {
    let length = |row: usize| encodings[row].input_ids.len();
    let mut rows: Vec<usize> = (0..encodings.len()).collect();
    rows.sort_by_key(|&row| length(row));
    let mut batches: Vec<Vec<usize>> = Vec::new();
    let mut tokens = 0;
    for row in rows {
        tokens += length(row);
        match batches.last_mut() {
            Some(batch) if batch.len() < MOST.0 && tokens <= MOST.1 => batch.push(row),
            _ => {
                batches.push(vec![row]);
                tokens = length(row);
            }
        }
    }
    batches
}

/// The softmax of each task's `logits` (B,C_k), sentence by sentence. (K)(B)(C_k)
pub(crate) fn predict_proba(logits: &[Tensor], tasks: &[Task]) -> Result<Vec<Vec<Vec<f32>>>> {
    let of_task = |(logits, task): (&Tensor, &Task)| {
        let c = task.labels.len();
        let probabilities = softmax_rows(&logits.flatten_all()?.to_vec1::<f32>()?, c);
        Ok(probabilities.chunks_exact(c).map(<[f32]>::to_vec).collect())
    };
    logits.iter().zip(tasks).map(of_task).collect()
}

impl Trainer {
    /// Classifies sentences with every head as it is now.
    ///
    /// # Errors
    ///
    /// As [`predict`].
    pub fn predict(&self, texts: &[String]) -> Result<Vec<Prediction>> {
        predict(&self.model, &self.data.tokenizer, self.tasks(), texts)
    }

    /// A sentence as the encoder reads it.
    ///
    /// # Errors
    ///
    /// If the sentence cannot be tokenised.
    pub fn tokens(&self, text: &str) -> Result<Tokens> {
        let (tokens, cut) = self.data.tokenizer.tokens(text)?;
        Ok(Tokens {
            text: text.into(),
            ids: tokens.iter().map(|token| token.id).collect(),
            words: tokens.iter().map(|token| token.word).collect(),
            tokens: tokens.into_iter().map(|token| token.piece).collect(),
            cut,
        })
    }

    /// Sentence vectors (B,H) of `texts` as one batch, row after row, with the encoder as it is now.
    ///
    /// # Errors
    ///
    /// If a sentence cannot be tokenised, or a tensor operation fails.
    pub fn embed(&self, texts: &[String]) -> Result<Vec<f32>> {
        let tokenizer = &self.data.tokenizer;
        let encodings: Vec<Encoding> = texts.iter().map(|text| tokenizer.encode(text)).collect::<Result<_>>()?;
        Ok(self.model.embed(&Batch::of_sentences(&encodings), Pass::Evaluation)?.flatten_all()?.to_vec1()?)
    }

    /// Sentence vectors (B,H) of the data's `rows` as one batch, row after row, with the encoder as it is now.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn embed_rows(&self, rows: &[usize]) -> Result<Vec<f32>> {
        let encodings = &self.data.encodings;
        let batch = Batch::of_sentences(rows.iter().map(|&row| &encodings[row]));
        Ok(self.prefix.vectors(&self.model, encodings, rows, &batch)?.flatten_all()?.to_vec1()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_of_like_length_and_bounded() {
        let encoding = |n: usize| Encoding { input_ids: vec![0; n], full_length: n };
        let batches = |lengths: &[usize]| batches_by_length(&lengths.iter().copied().map(encoding).collect::<Vec<_>>());
        assert_eq!(batches(&[]), [[0; 0]; 0]);
        assert_eq!(batches(&[9, 3, 7, 3]), [[1, 3, 2, 0]]);
        let many = batches(&[4; 130]);
        assert_eq!(many.iter().map(Vec::len).collect::<Vec<_>>(), [64, 64, 2]);
        // 2048 tokens are 4 sentences of 512; a longer one is alone.
        assert_eq!(batches(&[512, 512, 4096, 512, 512, 512]), [vec![0, 1, 3, 4], vec![5], vec![2]]);
    }
}
