//! A packed batch: sentences end to end, and their labels.

use super::Encoding;
use crate::data::Example;
use crate::ops::{IGNORE, Ragged};

/// B sentences of N tokens in all, without padding.
///
/// ```
/// use polytask::text::{Batch, Encoding};
///
/// let sentence = |ids: &[u32]| Encoding { input_ids: ids.to_vec(), full_length: ids.len() };
/// let batch = Batch::of_sentences(&[sentence(&[101, 7592, 102]), sentence(&[101, 102])]);
/// assert_eq!(batch.input_ids, [101, 7592, 102, 101, 102]);
/// assert_eq!(batch.positions, [0, 1, 2, 0, 1]);
/// assert_eq!(batch.sentences.ranges().collect::<Vec<_>>(), [0..3, 3..5]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// All sentences' token ids, end to end. (N)
    pub input_ids: Vec<u32>,
    /// Each token's place in its sentence, from 0. (N)
    pub positions: Vec<u32>,
    /// Each sentence's range of tokens.
    pub sentences: Ragged,
    /// Each task's labels, −100 where blank. (K)(B)
    pub labels: Vec<Vec<i64>>,
}

impl Batch {
    /// Packs sentences without labels, for prediction.
    pub fn of_sentences<'a>(encodings: impl IntoIterator<Item = &'a Encoding>) -> Self {
        let mut input_ids = Vec::new();
        let mut positions = Vec::new();
        let mut lengths = Vec::new();
        for encoding in encodings {
            input_ids.extend_from_slice(&encoding.input_ids);
            positions.extend(0..encoding.input_ids.len() as u32);
            lengths.push(encoding.input_ids.len());
        }
        Self { input_ids, positions, sentences: Ragged::from_lengths(lengths), labels: Vec::new() }
    }

    /// Packs the examples `rows` with their labels for `tasks` tasks.
    ///
    /// # Panics
    ///
    /// If `rows` names an example that does not exist.
    pub fn of_examples(encodings: &[Encoding], examples: &[Example], rows: &[usize], tasks: usize) -> Self {
        let label =
            |row: &usize, task: usize| examples[*row].labels.get(task).map_or(IGNORE, |&class| i64::from(class));
        Self {
            labels: (0..tasks).map(|task| rows.iter().map(|row| label(row, task)).collect()).collect(),
            ..Self::of_sentences(rows.iter().map(|&row| &encodings[row]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_lie_end_to_end_with_blanks_marked() {
        let encoding = |ids: &[u32]| Encoding { input_ids: ids.to_vec(), full_length: ids.len() };
        let encodings = [encoding(&[1, 5, 2]), encoding(&[1, 2]), encoding(&[1, 6, 7, 2])];
        let example =
            |labels: &[(usize, u32)]| Example { text: String::new(), labels: labels.iter().copied().collect() };
        let examples = [example(&[(0, 1)]), example(&[(1, 0)]), example(&[(1, 1), (0, 2)])];
        let batch = Batch::of_examples(&encodings, &examples, &[2, 0], 2);
        assert_eq!(batch.input_ids, [1, 6, 7, 2, 1, 5, 2]);
        assert_eq!(batch.positions, [0, 1, 2, 3, 0, 1, 2]);
        assert_eq!(batch.sentences.ranges().collect::<Vec<_>>(), [0..4, 4..7]);
        assert_eq!(batch.labels, [[2, 1], [1, -100]]);
    }
}
