//! Which words a prediction rests on, by leaving each out: erasure, Li, Monroe & Jurafsky 2016, "Understanding Neural
//! Networks through Representation Erasure", arXiv 1612.08220.
//!
//! ```text
//! change_i = p(label | sentence) − p(label | sentence without span i),  label = the one that is predicted
//! ```
//!
//! A span's tokens are taken out of the sentence, so that those behind it move up; `[CLS]` and `[SEP]` stay.

use std::ops::Range;

use crate::Result;
use crate::metrics::argmax;
use crate::model::Pass;
use crate::protocol::{Saliency, TaskSaliency};
use crate::text::{Batch, Encoding, Token};
use crate::train::Trainer;
use crate::train::evaluation::{BATCH, probabilities};

/// Spans of a sentence, at most: one batch and a half of variants.
const SPANS: usize = 24;

impl Trainer {
    /// For every task, how much each span of a sentence speaks for the label that is predicted. The run stays as it is. An
    /// error if there is not the memory for it.
    pub fn explain(&self, text: &str) -> Result<Saliency> {
        let (tokens, _) = self.tokenizer.tokens(text)?;
        let spans = spans(&tokens);
        let without = |span: &Range<usize>| {
            let kept = tokens.iter().enumerate().filter(|(i, token)| token.word.is_none() || !span.contains(i));
            let input_ids: Vec<u32> = kept.map(|(_, token)| token.id).collect();
            Encoding { full_length: input_ids.len(), input_ids }
        };
        // The whole sentence first.
        let variants: Vec<Encoding> = std::iter::once(&(0..0)).chain(&spans).map(without).collect();
        let longest = variants.iter().take(BATCH).map(|variant| variant.input_ids.len()).collect();
        self.check_memory(self.recipe.diagnostics, longest)?;
        let mut answers: Vec<Vec<Vec<f32>>> = vec![Vec::new(); self.tasks.len()];
        for variants in variants.chunks(BATCH) {
            let logits = self.model.forward(&Batch::of_sentences(variants), Pass::Evaluation)?;
            for (answers, of_task) in answers.iter_mut().zip(probabilities(&logits, &self.tasks)?) {
                answers.extend(of_task);
            }
        }
        let tasks = self.tasks.iter().zip(answers).map(|(task, answers)| {
            let label = argmax(&answers[0]);
            let probability = answers[0][label];
            let changes = answers[1..].iter().map(|answer| probability - answer[label]).collect();
            (task.name.clone(), TaskSaliency { label: task.labels[label].clone(), probability, changes })
        });
        let slices = spans.iter().map(|span| slice(text, &tokens[span.clone()]));
        Ok(Saliency { text: text.into(), spans: slices.collect(), tasks: tasks.collect() })
    }
}

/// What stands in `text` from the first of `tokens` to the last.
fn slice(text: &str, tokens: &[Token]) -> String {
    let start = tokens.first().map_or(0, |token| token.characters.start);
    let end = tokens.last().map_or(0, |token| token.characters.end);
    text.chars().take(end).skip(start).collect()
}

/// The tokens of each span: those of a word or, where there are more than [`SPANS`] words, of as many as come to one span.
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
