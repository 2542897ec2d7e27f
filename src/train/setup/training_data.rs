//! The sentences of a run: their tokens, their labels, and which of them train.

use sha2::{Digest, Sha256};

use super::{BatchSize, Sentences};
use crate::data::{Dataset, Labels};
use crate::random::Stream;
use crate::recipe::Task;
use crate::text::{Batch, Encoding, Tokenizer};
use crate::train::Split;

/// A data set without its texts, tokenised and split. If the recipe reads label names, they follow the sentences, as examples of their class.
#[derive(Debug)]
pub(crate) struct TrainingData {
    pub dataset: Dataset,
    /// The tokens of each sentence of the data set, and of each label name that is read.
    pub encodings: Vec<Encoding>,
    /// The number of label names at the end.
    pub names: usize,
    /// Rows of the data set: those that train, and those held out.
    pub splits: [Vec<usize>; 2],
    /// The training rows that are evaluated, where these are not all: an estimate of how well all of them are known does.
    pub sample: Option<Vec<usize>>,
    pub tokenizer: Tokenizer,
    /// The greatest sizes of the batches that train, if they are known.
    pub largest_batch: Option<BatchSize>,
    /// A hash of the sentences, their labels, the tasks and the split.
    pub digest: String,
}

impl TrainingData {
    /// The tasks, in head order. (K)
    pub fn tasks(&self) -> &[Task] {
        &self.dataset.tasks
    }

    /// The rows of the label names.
    pub fn name_rows(&self) -> std::ops::Range<usize> {
        self.encodings.len() - self.names..self.encodings.len()
    }

    /// The rows of a split that are evaluated.
    pub fn evaluated(&self, split: Split) -> &[usize] {
        match split {
            Split::Train => self.sample.as_ref().unwrap_or(&self.splits[0]),
            Split::Validation => &self.splits[1],
        }
    }

    /// Tokens of each sentence of both splits.
    pub fn lengths(&self) -> Vec<usize> {
        self.splits.iter().flatten().map(|&row| self.encodings[row].input_ids.len()).collect()
    }

    /// The sentences `rows` with their labels.
    pub fn batch(&self, rows: &[usize]) -> Batch {
        Batch::of_examples(&self.encodings, &self.dataset.examples, rows, self.tasks().len())
    }

    /// The names of `tasks`, which are indices in head order.
    pub fn names(&self, tasks: &[usize]) -> Vec<String> {
        tasks.iter().map(|&task| self.tasks()[task].name.clone()).collect()
    }
}

/// The most training sentences that are evaluated. An accuracy on so many is within 0.022 of that on all of them, 19 times in 20; and
/// evaluating 20,000 would take a fourth of the time that one epoch takes.
const MOST_EVALUATED: usize = 2000;

/// Of more training rows than are evaluated so many, drawn at random: the order of a file often says something about its rows.
pub(super) fn sample(rows: &[usize], seed: u64) -> Option<Vec<usize>> {
    if rows.len() <= MOST_EVALUATED {
        return None;
    }
    let mut places: Vec<usize> = (0..rows.len()).collect();
    Stream::new(seed, "evaluation").shuffle(&mut places);
    let mut is_drawn = vec![false; rows.len()];
    places[..MOST_EVALUATED].iter().for_each(|&place| is_drawn[place] = true);
    Some(rows.iter().zip(is_drawn).filter(|(_, is_drawn)| *is_drawn).map(|(&row, _)| row).collect())
}

/// A hash of the sentences and label names, their labels, the tasks and the split.
pub(super) fn digest(sentences: &Sentences, names: &Dataset, splits: &[Vec<usize>; 2]) -> String {
    let mut hash = Sha256::new();
    // Lengths before texts, so that no two data sets give the same bytes.
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    for task in &names.tasks {
        add(task.name.as_bytes());
        task.labels.iter().for_each(|label| add(label.as_bytes()));
        add(&[]);
    }
    let mut example = |text: &str, labels: &Labels<u32>| {
        add(text.as_bytes());
        for (task, label) in labels.iter() {
            add(&[(task as u64).to_le_bytes(), u64::from(*label).to_le_bytes()].concat());
        }
    };
    sentences.each(&mut example);
    names.examples.iter().for_each(|name| example(&name.text, &name.labels));
    for rows in splits {
        add(&[]);
        rows.iter().for_each(|row| add(&(*row as u64).to_le_bytes()));
    }
    format!("{:x}", hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_many_rows_some_are_drawn_at_random_and_keep_their_order() {
        assert_eq!(sample(&[5; MOST_EVALUATED], 1), None);
        let rows: Vec<usize> = (0..10_000).map(|i| 3 * i).collect();
        let drawn = sample(&rows, 1).unwrap();
        assert!(drawn.len() == MOST_EVALUATED && drawn.is_sorted() && drawn.iter().all(|row| row % 3 == 0));
        // A file whose labels alternate is drawn evenly, and so are its parts.
        for some in
            [drawn.iter().filter(|&row| row % 2 == 0).count(), drawn.iter().filter(|&&row| row < 15_000).count()]
        {
            assert!((930..1070).contains(&some), "{some} of 2,000");
        }
        assert!(sample(&rows, 1).unwrap() == drawn && sample(&rows, 2).unwrap() != drawn);
    }
}
