//! Sentences with labels as text, as a file or the page holds them. A [`Dataset`](super::Dataset) has classes instead.

use std::borrow::Borrow;
use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::faults::Faults;
use super::{Labels, number};
use crate::Result;
use crate::error::{Message, message, shortened};
use crate::recipe::InlineExample;

/// The name of a table that comes from no file, for error sentences.
const INLINE: &str = "the sentences";

/// Rows of one text and at most one label text per task.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name in error sentences: a file's name, a preset's name.
    pub name: String,
    /// The name of the column that holds the sentences.
    pub text: String,
    /// The label columns, in the file's order.
    pub tasks: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
    /// What was assumed to read it, each in one sentence. They are shown before a run, as its warnings are.
    pub notes: Vec<Message>,
}

/// Where a row is, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// The line of a file.
    Line(usize),
    /// The number of a sentence that is in no file.
    Sentence(usize),
}

impl Place {
    /// `line 7`, `sentence 7`.
    pub(super) fn alone(self) -> Message {
        match self {
            Self::Line(line) => message!("place.line", "line {line}", line = line),
            Self::Sentence(sentence) => message!("place.sentence", "sentence {sentence}", sentence = sentence),
        }
    }
}

/// `data.csv, line 7, column "topic"`.
pub(crate) fn column_of(place: impl Into<Value>, column: &str) -> Message {
    message!("place.column", "{of}, column {column:?}", of = place.into(), column = shortened(column))
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Where it is, for error sentences.
    pub place: Place,
    /// The sentence, not blank.
    pub text: String,
    /// Its labels by the table's tasks.
    pub labels: Labels<String>,
}

impl Table {
    /// The table of sentences written into a recipe or typed on the page. Tasks are in order of first appearance.
    ///
    /// # Errors
    ///
    /// If a sentence is blank or a label has no task's name.
    pub fn from_examples(examples: impl IntoIterator<Item = impl Borrow<InlineExample>>) -> Result<Self> {
        let mut columns = TaskNames::default();
        let mut faults = Faults::of_sentences();
        let mut rows = Vec::new();
        for (i, example) in examples.into_iter().enumerate() {
            let example = example.borrow();
            let place = Place::Sentence(i + 1);
            let text = example.text.trim().to_string();
            if text.is_empty() {
                let wrong = message!("data.empty_sentence", "it is empty; write a sentence or remove the row");
                faults.add(place, None, wrong);
            }
            let mut labels = Vec::with_capacity(example.labels.len());
            for (task, label) in &example.labels {
                if task.trim().is_empty() {
                    faults.add(place, None, nameless(task));
                }
                let column = columns.of(task.clone());
                labels.extend(filled(label).map(|label| (column, label)));
            }
            rows.push(Row { place, text, labels: labels.into_iter().collect() });
        }
        faults.finish()?;
        Ok(Self { name: INLINE.into(), text: "text".into(), tasks: columns.into_names(), rows, notes: Vec::new() })
    }

    /// Whether its sentences come from no file. Then error sentences do not mention columns.
    pub(super) fn is_inline(&self) -> bool {
        self.name == INLINE
    }

    /// The table's name in error sentences: a file's, a preset's, or "the sentences".
    pub(super) fn place(&self) -> Value {
        if self.is_inline() { message!("place.sentences", "the sentences").into() } else { self.name.as_str().into() }
    }

    /// The rows as a recipe writes them.
    pub fn to_examples(&self) -> Vec<InlineExample> {
        let example = |row: &Row| InlineExample {
            text: row.text.clone(),
            labels: row.labels.iter().map(|(task, label)| (self.tasks[task].clone(), label.clone())).collect(),
        };
        self.rows.iter().map(example).collect()
    }

    /// The different labels of each column: numbers first, by value, then the others by their letters.
    pub fn label_sets(&self) -> Vec<Vec<String>> {
        let mut sets: Vec<BTreeSet<&String>> = vec![BTreeSet::new(); self.tasks.len()];
        for (column, label) in self.rows.iter().flat_map(|row| row.labels.iter()) {
            sets[column].insert(label);
        }
        let sorted = |set: BTreeSet<&String>| {
            let mut labels: Vec<String> = set.into_iter().cloned().collect();
            labels.sort_by(|one, other| number::compare(one, other));
            labels
        };
        sets.into_iter().map(sorted).collect()
    }
}

/// Label columns found while reading row by row, in order of first appearance.
#[derive(Debug, Default)]
struct TaskNames(HashMap<String, usize>);

impl TaskNames {
    /// The index of the column `name`; a new name gets the next index.
    pub fn of(&mut self, name: String) -> usize {
        let next = self.0.len();
        *self.0.entry(name).or_insert(next)
    }

    /// All names, in order.
    pub fn into_names(self) -> Vec<String> {
        let mut names: Vec<(String, usize)> = self.0.into_iter().collect();
        names.sort_unstable_by_key(|&(_, column)| column);
        names.into_iter().map(|(name, _)| name).collect()
    }
}

/// What is wrong with a label for a task without a name.
fn nameless(task: &str) -> Message {
    message!(
        "data.task_without_name",
        "each label needs the name of its task, and one has {name:?} for it; give it a name",
        name = shortened(task)
    )
}

/// A label without surrounding white space; `None` if nothing is left.
fn filled(label: &str) -> Option<String> {
    let label = label.trim();
    (!label.is_empty()).then(|| label.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Columns, read_table};

    #[test]
    fn examples_survive_the_way_there_and_back() {
        let table = read_table("a.tsv", b"text\ttopic\ttone\na\tx\t\nb\tz\ty\nc\t\tn\n", &Columns::default()).unwrap();
        let back = Table::from_examples(table.to_examples()).unwrap();
        assert_eq!(back.tasks, table.tasks);
        assert_eq!(back.rows[1].labels, table.rows[1].labels);
    }
}
