//! Which words a prediction depends on, measured by leaving each one out: erasure, Li, Monroe & Jurafsky 2016, "Understanding Neural
//! Networks through Representation Erasure", arXiv 1612.08220.
//!
//! ```text
//! change_i = p(label | sentence) − p(label | sentence without span i),  label = the predicted one
//! ```
//!
//! A span's tokens are removed from the sentence, and the tokens after them move up; `[CLS]` and `[SEP]` stay.

use std::ops::Range;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use crate::Result;
use crate::metrics::argmax;
use crate::model::Pass;
use crate::text::{Batch, Encoding, Token, Tokenizer};
use crate::train::{EVALUATION_BATCH_SIZE, Trainer, predict_proba};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// Maximum number of spans of a sentence. With the whole sentence they make 25 variants, two batches.
const SPANS: usize = 24;

/// Which words of a sentence each head's answer depends on, measured by leaving each one out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Saliency {
    /// The sentence.
    pub text: String,
    /// Its words in order, up to the recipe's `max_length`; in a long sentence a span has several words. At most 24.
    pub spans: Vec<String>,
    /// The contributions of the spans, by task.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, TaskSaliency>"))]
    pub tasks: IndexMap<String, TaskSaliency>,
}

/// The contributions of a sentence's spans to one head's answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct TaskSaliency {
    /// The most probable label.
    pub label: String,
    /// Its probability.
    pub probability: f32,
    /// The contribution of each span: the label's probability less its probability without the span, in [−1, 1].
    pub changes: Vec<f32>,
}

/// A sentence and its variants, each without one of its spans.
#[derive(Debug)]
pub struct Erasure {
    text: String,
    spans: Vec<String>,
    /// The whole sentence, then the sentence without each span.
    variants: Vec<Encoding>,
}

impl Erasure {
    /// Cuts a sentence into spans and leaves each out.
    ///
    /// # Errors
    ///
    /// If the sentence cannot be tokenised.
    pub fn new(tokenizer: &Tokenizer, text: &str) -> Result<Self> {
        let (tokens, _) = tokenizer.tokens(text)?;
        let spans = spans(&tokens);
        let without = |span: &Range<usize>| {
            let kept = tokens.iter().enumerate().filter(|(i, token)| token.word.is_none() || !span.contains(i));
            let input_ids: Vec<u32> = kept.map(|(_, token)| token.id).collect();
            Encoding { full_length: input_ids.len(), input_ids }
        };
        let variants = std::iter::once(&(0..0)).chain(&spans).map(without).collect();
        let spans = spans.iter().map(|span| slice(text, &tokens[span.clone()])).collect();
        Ok(Self { text: text.into(), spans, variants })
    }

    /// Tokens of each sentence of the largest batch that [`Erasure::saliency`] classifies.
    pub fn batch_lengths(&self) -> Vec<usize> {
        self.variants.iter().take(EVALUATION_BATCH_SIZE).map(|variant| variant.input_ids.len()).collect()
    }

    /// For every task, the contribution of each span to the probability of the predicted label.
    ///
    /// # Errors
    ///
    /// If a tensor operation fails.
    pub fn saliency(self, trainer: &Trainer) -> Result<Saliency> {
        let mut answers: Vec<Vec<Vec<f32>>> = vec![Vec::new(); trainer.tasks().len()];
        for variants in self.variants.chunks(EVALUATION_BATCH_SIZE) {
            let logits = trainer.model().forward(&Batch::of_sentences(variants), Pass::Evaluation)?;
            for (answers, of_task) in answers.iter_mut().zip(predict_proba(&logits, trainer.tasks())?) {
                answers.extend(of_task);
            }
        }
        let tasks = trainer.tasks().iter().zip(answers).map(|(task, answers)| {
            let label = argmax(&answers[0]);
            let probability = answers[0][label];
            let changes = answers[1..].iter().map(|answer| probability - answer[label]).collect();
            (task.name.clone(), TaskSaliency { label: task.labels[label].clone(), probability, changes })
        });
        Ok(Saliency { tasks: tasks.collect(), text: self.text, spans: self.spans })
    }
}

/// The part of `text` from the first of `tokens` to the last.
fn slice(text: &str, tokens: &[Token]) -> String {
    let start = tokens.first().map_or(0, |token| token.characters.start);
    let end = tokens.last().map_or(0, |token| token.characters.end);
    text.chars().take(end).skip(start).collect()
}

/// The tokens of each span. A span is a word or, if there are more than [`SPANS`] words, several words in a row.
fn spans(tokens: &[Token]) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for (i, token) in tokens.iter().enumerate().filter(|(_, token)| token.word.is_some()) {
        match words.last_mut() {
            Some(word) if tokens[word.start].word == token.word => word.end = i + 1,
            _ => words.push(i..i + 1),
        }
    }
    let n = words.len().min(SPANS);
    let first = |span: usize| span * words.len() / n;
    (0..n).map(|span| words[first(span)].start..words[first(span + 1) - 1].end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A token for each of `words`, each a character wide with a space before it.
    fn tokens(words: impl IntoIterator<Item = Option<u32>>) -> Vec<Token> {
        let token = |(i, word)| Token { piece: String::new(), id: 0, word, characters: 2 * i + 1..2 * i + 2 };
        words.into_iter().enumerate().map(token).collect()
    }

    #[test]
    fn a_span_is_a_word_with_all_its_pieces() {
        let words = [None, Some(0), Some(0), Some(1), Some(2), Some(2), Some(2), None];
        assert_eq!(spans(&tokens(words)), [1..3, 3..4, 4..7]);
        assert!(spans(&tokens([None, None])).is_empty());
    }

    #[test]
    fn many_words_are_spread_evenly_over_the_spans() {
        let text = " é".repeat(102);
        for n in [23, 24, 25, 47, 48, 100] {
            let tokens = tokens(std::iter::once(None).chain((0..n).map(Some)).chain([None]));
            let spans = spans(&tokens);
            assert_eq!(spans.len(), SPANS.min(n as usize));
            assert_eq!((spans[0].start, spans[spans.len() - 1].end), (1, n as usize + 1));
            assert!(spans.windows(2).all(|pair| pair[0].end == pair[1].start));
            let first = slice(&text, &tokens[spans[0].clone()]);
            assert_eq!(first, text[1..spans[0].len() * 3], "{n}");
            let lengths = spans.iter().map(ExactSizeIterator::len);
            assert!(lengths.clone().max().unwrap() - lengths.min().unwrap() <= 1, "{n}");
        }
    }
}
