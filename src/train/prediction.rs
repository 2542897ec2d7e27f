//! Predictions for sentences without labels.

use candle_core::Tensor;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{EVALUATION_BATCH_SIZE, Trainer};
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

/// Classifies sentences with every head of `model`.
///
/// # Errors
///
/// If a sentence cannot be tokenised, or a tensor operation fails.
pub fn predict(model: &Model, tokenizer: &Tokenizer, tasks: &[Task], texts: &[String]) -> Result<Vec<Prediction>> {
    let mut predictions = Vec::with_capacity(texts.len());
    for texts in texts.chunks(EVALUATION_BATCH_SIZE) {
        let encodings: Vec<Encoding> = texts.iter().map(|text| tokenizer.encode(text)).collect::<Result<_>>()?;
        let logits = model.forward(&Batch::of_sentences(&encodings), Pass::Evaluation)?;
        let probabilities = predict_proba(&logits, tasks)?;
        for (row, text) in texts.iter().enumerate() {
            let answers = tasks.iter().zip(&probabilities).map(|(task, probabilities)| {
                let probabilities = probabilities[row].clone();
                let label = task.labels[argmax(&probabilities)].clone();
                (task.name.clone(), TaskPrediction { label, probabilities })
            });
            predictions.push(Prediction { text: text.clone(), tasks: answers.collect() });
        }
    }
    Ok(predictions)
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
