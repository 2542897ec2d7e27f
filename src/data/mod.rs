//! Sentences and their labels: one text column, one column a task, blank means "not labelled for this task".

mod delimited;
mod jsonl;
pub mod presets;
mod split;
mod table;

use std::collections::{BTreeSet, HashMap};

pub use split::stratified_split;
pub use table::{Row, Table, read_table};

use crate::recipe::{DataFile, Recipe, Source, Task};
use crate::{Error, Result};

/// A sentence and its label for each of the K tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The sentence.
    pub text: String,
    /// Class of each task, in task order; `None` where it is not labelled. (K)
    pub labels: Vec<Option<u32>>,
}

/// Examples and the tasks that their labels belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The tasks with their label sets, in head order. (K)
    pub tasks: Vec<Task>,
    /// The examples.
    pub examples: Vec<Example>,
}

impl Dataset {
    /// A recipe's training data. `read` fetches a data file's table: the library does no I/O.
    pub fn from_recipe(recipe: &Recipe, read: impl FnOnce(&DataFile) -> Result<Table>) -> Result<Self> {
        let (table, tasks) = match &recipe.data {
            Source::Preset(preset) => presets::preset(&preset.name, preset.labels, recipe.seed)?,
            Source::Examples(examples) => (Table::from_examples(examples)?, Vec::new()),
            Source::File(file) => (read(file)?, Vec::new()),
        };
        if recipe.tasks.is_empty() {
            return Self::from_table(&table, &tasks);
        }
        // A preset's tasks keep their label sets when they are only named.
        let mut chosen = recipe.tasks.clone();
        for task in chosen.iter_mut().filter(|task| task.labels.is_empty()) {
            if let Some(known) = tasks.iter().find(|known| known.name == task.name) {
                task.labels.clone_from(&known.labels);
            }
        }
        Self::from_table(&table, &chosen)
    }

    /// Turns a table's label texts into classes.
    ///
    /// `tasks` chooses and orders the label columns (empty: all) and may give label sets; a task without one gets the
    /// labels that occur, sorted. Rows that are labelled for none of the tasks are kept: they can be predicted on.
    pub fn from_table(table: &Table, tasks: &[Task]) -> Result<Self> {
        let chosen: Vec<Task> = if tasks.is_empty() {
            let named = |name: &String| Task { name: name.clone(), labels: Vec::new() };
            table.tasks.iter().map(named).collect()
        } else {
            tasks.to_vec()
        };
        if table.rows.is_empty() {
            return Err(Error::data(&table.name, "there is no sentence in it; give at least two labelled ones"));
        }
        if chosen.is_empty() {
            return Err(Error::data(&table.name, "there is no label column; add one column per task beside the text"));
        }
        let mut resolved = Vec::with_capacity(chosen.len());
        let mut columns = Vec::with_capacity(chosen.len());
        for task in chosen {
            let column = table.tasks.iter().position(|name| *name == task.name).ok_or_else(|| {
                Error::data(
                    &table.name,
                    if table.is_inline() {
                        format!("none of them has a label for task {:?}; label some, or remove the task", task.name)
                    } else {
                        let columns = quoted(&table.tasks);
                        format!(
                            "there is no column {:?} for a task of that name; its label columns are {columns}",
                            task.name
                        )
                    },
                )
            })?;
            let labels = if task.labels.is_empty() { table.labels_in(column) } else { task.labels };
            if resolved.iter().any(|t: &Task| t.name == task.name) {
                return Err(Error::setting("tasks", format!("{:?} is named twice", task.name)));
            }
            let distinct: BTreeSet<&String> = labels.iter().collect();
            if distinct.len() < labels.len() {
                return Err(Error::setting("tasks", format!("task {:?} lists a label twice", task.name)));
            }
            if labels.len() < 2 {
                return Err(Error::data(
                    format!("{}, column {:?}", table.name, task.name),
                    format!(
                        "a task needs at least two different labels, and there {}",
                        match labels.first() {
                            None => "is none".into(),
                            Some(label) => format!("is only {label:?}"),
                        }
                    ),
                ));
            }
            columns.push(column);
            resolved.push(Task { name: task.name, labels });
        }
        let classes: Vec<HashMap<&str, u32>> =
            resolved.iter().map(|task| task.labels.iter().map(String::as_str).zip(0..).collect()).collect();
        let mut examples = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let mut labels = Vec::with_capacity(columns.len());
            for ((&column, task), classes) in columns.iter().zip(&resolved).zip(&classes) {
                let label = match row.labels[column].as_deref() {
                    None => None,
                    Some(text) => Some(*classes.get(text).ok_or_else(|| {
                        Error::data(
                            format!("{}, {}, column {:?}", table.name, row.place, task.name),
                            format!("the label {text:?} is not one of {}", quoted(&task.labels)),
                        )
                    })?),
                };
                labels.push(label);
            }
            examples.push(Example { text: row.text.clone(), labels });
        }
        Ok(Self { tasks: resolved, examples })
    }

    /// Whether example `i` is labelled for at least one task.
    pub fn is_labelled(&self, i: usize) -> bool {
        self.examples[i].labels.iter().any(Option::is_some)
    }

    /// For each task, how many of the examples `of` carry each class. (K,C_k)
    pub fn class_counts(&self, of: &[usize]) -> Vec<Vec<usize>> {
        let mut counts: Vec<Vec<usize>> = self.tasks.iter().map(|t| vec![0; t.labels.len()]).collect();
        for &i in of {
            for (counts, label) in counts.iter_mut().zip(&self.examples[i].labels) {
                if let Some(class) = label {
                    counts[*class as usize] += 1;
                }
            }
        }
        counts
    }
}

/// `"a", "b", "c"`, for error sentences.
pub(crate) fn quoted<S: AsRef<str>>(names: impl IntoIterator<Item = S>) -> String {
    let names: Vec<String> = names.into_iter().map(|n| format!("{:?}", n.as_ref())).collect();
    if names.is_empty() { "none".into() } else { names.join(", ") }
}
