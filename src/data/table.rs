//! Sentences with label *texts*, as a file or the page holds them.

use std::collections::{BTreeSet, HashMap};

use super::Labels;
use crate::error::shortened;
use crate::recipe::InlineExample;
use crate::{Error, Result};

/// The name of a table that comes from no file, for error sentences.
const INLINE: &str = "the sentences";

/// Rows of one text and at most one label text per task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name in error sentences: a file's name, a preset's name.
    pub name: String,
    /// The label columns, in the file's order.
    pub tasks: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its place in the file, for error sentences: `line 7`, `sentence 7`.
    pub place: String,
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
    pub fn from_examples(examples: &[InlineExample]) -> Result<Self> {
        let mut columns = Columns::default();
        let mut rows = Vec::with_capacity(examples.len());
        for (i, example) in examples.iter().enumerate() {
            let place = format!("sentence {}", i + 1);
            let text = example.text.trim().to_string();
            if text.is_empty() {
                return Err(Error::data(place, "it is empty; write a sentence or remove the row"));
            }
            let mut labels = Vec::with_capacity(example.labels.len());
            for (task, label) in &example.labels {
                check_named(&place, task)?;
                let column = columns.of(task.clone());
                labels.extend(filled(label).map(|label| (column, label)));
            }
            rows.push(Row { place, text, labels: labels.into_iter().collect() });
        }
        Ok(Self { name: INLINE.into(), tasks: columns.into_names(), rows })
    }

    /// Whether its sentences come from no file: then error sentences speak of no columns.
    pub(super) fn is_inline(&self) -> bool {
        self.name == INLINE
    }

    /// The rows as a recipe writes them.
    pub fn to_examples(&self) -> Vec<InlineExample> {
        let example = |row: &Row| InlineExample {
            text: row.text.clone(),
            labels: row.labels.iter().map(|(task, label)| (self.tasks[task].clone(), label.clone())).collect(),
        };
        self.rows.iter().map(example).collect()
    }

    /// The different labels of each column, sorted.
    pub fn label_sets(&self) -> Vec<Vec<String>> {
        let mut sets: Vec<BTreeSet<&String>> = vec![BTreeSet::new(); self.tasks.len()];
        for (column, label) in self.rows.iter().flat_map(|row| row.labels.iter()) {
            sets[column].insert(label);
        }
        sets.into_iter().map(|set| set.into_iter().cloned().collect()).collect()
    }
}

/// Label columns found while reading row by row, in order of first appearance.
#[derive(Debug, Default)]
pub(super) struct Columns(HashMap<String, usize>);

impl Columns {
    /// The place of the column `name`, a new one if it is new.
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

/// An error if the label at `place` is for a task without a name.
pub(super) fn check_named(place: &str, task: &str) -> Result<()> {
    if task.trim().is_empty() {
        return Err(Error::data(
            place,
            format!("each label needs the name of its task, and one has {:?} for it; give it a name", shortened(task)),
        ));
    }
    Ok(())
}

/// A label without surrounding white space; `None` if nothing is left.
pub(super) fn filled(label: &str) -> Option<String> {
    let label = label.trim();
    (!label.is_empty()).then(|| label.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::read_table;

    #[test]
    fn examples_survive_the_way_there_and_back() {
        let table = read_table("a.tsv", b"text\ttopic\ttone\na\tx\t\nb\t\ty\n", "text").unwrap();
        let back = Table::from_examples(&table.to_examples()).unwrap();
        assert_eq!(back.tasks, table.tasks);
        assert_eq!(back.rows[1].labels, table.rows[1].labels);
    }
}
