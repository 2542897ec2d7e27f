//! The sentences of a run: their tokens, their labels, and which of them train.

use crate::data::Dataset;
use crate::recipe::Task;
use crate::text::{Batch, Encoding, Tokenizer};
use crate::train::Split;

/// A data set, tokenised and split. If the recipe reads label names, they follow the sentences, as examples of their class.
#[derive(Debug)]
pub(crate) struct TrainingData {
    pub dataset: Dataset,
    /// The tokens of each sentence of the data set, and of each label name that is read.
    pub encodings: Vec<Encoding>,
    /// The number of label names at the end.
    pub names: usize,
    /// Rows of the data set: those that train, and those held out.
    pub splits: [Vec<usize>; 2],
    pub tokenizer: Tokenizer,
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

    /// The rows of a split.
    pub fn rows(&self, split: Split) -> &[usize] {
        match split {
            Split::Train => &self.splits[0],
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
