//! What is doubtful about a data set, and what to label next: findings on texts, labels and the encoder's view of them.
//!
//! Everything beyond the texts comes from one forward pass: the sentence vectors ẑ = z/‖z‖ (B,H) of the encoder as it is,
//! and [`Probe`](crate::probe::Probe)s on them.

mod label_errors;
mod label_next;
mod near_duplicates;
mod vectors;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

pub use label_errors::{LabelErrorSearch, LabelErrors, Suspect, label_errors};
pub use label_next::{Candidate, Guess, label_next};
pub use near_duplicates::{NearDuplicateSearch, near_duplicates};
pub use vectors::SentenceVectors;

use crate::Result;
use crate::compute::Context;
use crate::data::{
    Contradiction, Dataset, Example, LookAlike, Row, Table, contradictions, in_both_splits, look_alikes, same_texts,
};
use crate::recipe::Task;
use crate::text::{Encoding, Reading, Tokenizer};

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

/// How strongly the probes of a check are held back. Chosen on flipped labels; see docs/data-quality.md.
const L2: f64 = 0.2;

/// A data set as the encoder sees it. Rows count from 0 through the data, then through the held-out file.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// Sentences and labels, those of a separate held-out file at the end.
    pub data: &'a Dataset,
    /// How many of them are the data's own, not the held-out file's.
    pub own: usize,
    /// The tokens of each sentence.
    pub encodings: &'a [Encoding],
    /// What made them.
    pub tokenizer: &'a Tokenizer,
    /// Unit vectors of the sentences, row after row. (B,H)
    pub vectors: &'a [f32],
    /// H.
    pub hidden_size: usize,
}

/// All that a check found. Rows count from 0 through the data, then through the held-out file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Findings {
    /// Sentences in the data, without those of a held-out file.
    pub sentences: usize,
    /// Labels and blanks of each task.
    pub tasks: Vec<TaskCounts>,
    /// Rows without any label.
    pub unlabelled: Vec<usize>,
    /// Sentences that the encoder cannot read, or not to their end.
    pub reading: Unread,
    /// Groups of rows with the same text but for case, white space and Unicode form.
    pub duplicates: Vec<Vec<usize>>,
    /// Groups of rows whose texts differ and whose vectors are nearly the same.
    pub near_duplicates: Vec<Vec<usize>>,
    /// Texts with different labels for one task.
    pub contradictions: Vec<Contradiction>,
    /// Rows of the held-out file whose text is also in the data, each with that row.
    pub in_both_splits: Vec<[usize; 2]>,
    /// Labels that look alike.
    pub look_alikes: Vec<LookAlike>,
    /// Probable label errors of each task.
    pub label_errors: Vec<LabelErrors>,
}

/// The rows to label next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct LabelNext {
    /// The most useful first.
    pub candidates: Vec<Candidate>,
}

/// The labels of one task in the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct TaskCounts {
    /// The task.
    pub task: String,
    /// Rows with a label for it.
    pub labelled: usize,
    /// Rows without.
    pub blank: usize,
    /// Rows of each label, in head order.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, number>"))]
    pub labels: IndexMap<String, usize>,
}

/// Rows that the encoder cannot read, or not to their end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Unread {
    /// Rows of which it knows no word: they hold only `[UNK]`.
    pub only_unknown: Vec<usize>,
    /// Rows that give no token.
    pub no_token: Vec<usize>,
    /// Rows that were cut to the maximum length.
    pub cut: Vec<usize>,
}

/// Looks for everything that is doubtful. `seed` decides which rows are held out together when label errors are looked for.
pub fn check(subject: &Subject, seed: u64, context: &Context) -> Findings {
    let label_errors = (0..subject.data.tasks.len()).map(|task| label_errors(subject, task, seed, context)).collect();
    let found = check_sentences(subject);
    let near_duplicates = near_duplicates(subject.vectors, subject.hidden_size, &found.to_compare(subject), context);
    Findings { near_duplicates, label_errors, ..found }
}

/// [`check`] without near duplicates and label errors, whose search takes most of the time; they are empty.
pub fn check_sentences(subject: &Subject) -> Findings {
    let Subject { data, own, encodings, tokenizer, .. } = *subject;
    let all = data.examples.len();
    let rows = |reading: Reading| -> Vec<usize> {
        (0..all).filter(|&row| tokenizer.reading(&encodings[row]) == reading).collect()
    };
    let reading = Unread {
        only_unknown: rows(Reading::OnlyUnknown),
        no_token: rows(Reading::Nothing),
        cut: (0..all).filter(|&row| encodings[row].full_length > encodings[row].input_ids.len()).collect(),
    };
    let duplicates = same_texts(data.examples.iter().map(|example| example.text.as_str()));
    let splits = [(0..own).collect::<Vec<_>>(), (own..all).collect()];
    let counts = data.class_counts(&splits[0]);
    let of_task = |(task, counts): (&Task, &Vec<usize>)| {
        let labelled = counts.iter().sum();
        TaskCounts {
            task: task.name.clone(),
            labelled,
            blank: own - labelled,
            labels: task.labels.iter().cloned().zip(counts.iter().copied()).collect(),
        }
    };
    Findings {
        sentences: own,
        tasks: data.tasks.iter().zip(&counts).map(of_task).collect(),
        unlabelled: (0..own).filter(|&row| !data.is_labelled(row)).collect(),
        near_duplicates: Vec::new(),
        contradictions: contradictions(data, &duplicates),
        in_both_splits: in_both_splits(&duplicates, &splits),
        look_alikes: look_alikes(data, &counts),
        label_errors: Vec::new(),
        duplicates,
        reading,
    }
}

impl Findings {
    /// The rows that are compared to find near duplicates: one stands for all with the same text, and those that the encoder
    /// cannot read are left out, since they are all alike to it. (B)
    pub fn to_compare(&self, subject: &Subject) -> Vec<bool> {
        let mut compared = vec![true; subject.data.examples.len()];
        self.duplicates.iter().flat_map(|group| &group[1..]).for_each(|&row| compared[row] = false);
        self.reading.only_unknown.iter().chain(&self.reading.no_token).for_each(|&row| compared[row] = false);
        compared
    }
}

/// A table's data for [`label_next`], where a task may have no label yet, or a single one.
///
/// # Errors
///
/// As [`Dataset::from_table`] otherwise.
pub fn data_to_label(table: &Table, tasks: &[Task]) -> Result<Dataset> {
    let error = match Dataset::from_table(table, tasks) {
        Ok(data) => return Ok(data),
        Err(error) => error,
    };
    if !["data.no_label", "data.single_label"].contains(&error.code()) {
        return Err(error);
    }
    let is_chosen = |name: &String| tasks.is_empty() || tasks.iter().any(|task| task.name == *name);
    let columns: Vec<usize> = (0..table.tasks.len()).filter(|&column| is_chosen(&table.tasks[column])).collect();
    let sets = table.label_sets();
    let class = |column: usize, label: &String| {
        let task = columns.binary_search(&column).ok()?;
        Some((task, sets[column].binary_search(label).ok()? as u32))
    };
    let example = |row: &Row| Example {
        text: row.text.clone(),
        labels: row.labels.iter().filter_map(|(column, label)| class(column, label)).collect(),
    };
    Ok(Dataset {
        examples: table.rows.iter().map(example).collect(),
        tasks: columns
            .iter()
            .map(|&column| Task { name: table.tasks[column].clone(), labels: sets[column].clone() })
            .collect(),
    })
}

impl Subject<'_> {
    /// The class of each of the data's own rows for a task. (B)
    fn classes(&self, task: usize) -> Vec<Option<u32>> {
        self.data.examples[..self.own].iter().map(|example| example.labels.get(task).copied()).collect()
    }

    /// The vectors of the data's own rows. (B,H)
    fn own_vectors(&self) -> &[f32] {
        &self.vectors[..self.own * self.hidden_size]
    }
}
