//! Sentences and their labels: one text column, one column a task, blank means "not labelled for this task".

mod faults;
mod file;
mod findings;
mod labels;
mod number;
pub mod presets;
mod sizes;
mod split;
mod table;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

pub use file::{Cells, ColumnSummary, Columns, Format, Inspection, Role, inspect, read_cells, read_table};
pub use findings::{Contradiction, LookAlike, contradictions, in_both_splits, look_alikes, same_texts};
pub use labels::Labels;
pub use split::stratified_split;
pub(crate) use table::column_of;
pub use table::{Place, Row, Table};

use self::faults::Faults;
use crate::error::{Message, message, quoted, shortened};
use crate::recipe::{DataFile, Recipe, Source, Task};
use crate::{Error, Result};

/// A sentence and its label for each of the K tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The sentence.
    pub text: String,
    /// Its class for each task that it is labelled for.
    pub labels: Labels<u32>,
}

/// Examples and the tasks that their labels belong to. See [`read_table`] for an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    /// The tasks with their label sets, in head order. (K)
    pub tasks: Vec<Task>,
    /// The examples.
    pub examples: Vec<Example>,
}

impl Dataset {
    /// A recipe's training data. `read` fetches a data file's table: the library does no I/O.
    ///
    /// # Errors
    ///
    /// If `read` fails, or the table does not fit the recipe's tasks; see [`Dataset::from_table`].
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
    /// labels that occur, numbers by value and then the others by their letters. Rows that are labelled for none of the tasks are kept: they can be predicted on.
    ///
    /// # Errors
    ///
    /// If there is no sentence or no label column, a task has no column or fewer than two labels, or a label is not in
    /// its task's set.
    pub fn from_table(table: &Table, tasks: &[Task]) -> Result<Self> {
        let chosen: Vec<Task> = if tasks.is_empty() {
            let named = |name: &String| Task { name: name.clone(), labels: Vec::new() };
            table.tasks.iter().map(named).collect()
        } else {
            tasks.to_vec()
        };
        if table.rows.is_empty() {
            let wrong = message!("data.no_sentence", "there is no sentence in it; give at least two labelled ones");
            return Err(Error::data(table.place(), wrong));
        }
        if chosen.is_empty() {
            let wrong =
                message!("data.no_label_column", "there is no label column; add one column per task beside the text");
            return Err(Error::data(table.place(), wrong));
        }
        let places: HashMap<&String, usize> = table.tasks.iter().zip(0..).collect();
        let absent: Vec<&String> =
            chosen.iter().map(|task| &task.name).filter(|name| !places.contains_key(name)).collect();
        if !absent.is_empty() {
            let tasks = quoted(absent);
            let wrong = if table.is_inline() {
                message!(
                    "data.task_without_label",
                    "none of them has a label for the tasks {tasks}; label some, or remove the tasks",
                    tasks = tasks
                )
            } else {
                no_column(tasks, &table.tasks)
            };
            return Err(Error::data(table.place(), wrong));
        }
        let found = table.label_sets();
        // Each column's task, if that is among the chosen.
        let mut task_of: Vec<Option<usize>> = vec![None; table.tasks.len()];
        let mut resolved: Vec<Task> = Vec::with_capacity(chosen.len());
        let mut names = HashSet::with_capacity(chosen.len());
        for task in chosen {
            let name = shortened(&task.name);
            let column = places[&task.name];
            let labels = if task.labels.is_empty() { found[column].clone() } else { task.labels };
            if !names.insert(task.name.clone()) {
                let wrong = message!("data.task_twice", "{name:?} is named twice", name = name);
                return Err(Error::setting("tasks", wrong));
            }
            let distinct: BTreeSet<&String> = labels.iter().collect();
            if distinct.len() < labels.len() {
                let wrong = message!("data.label_twice", "task {task:?} lists a label twice", task = name);
                return Err(Error::setting("tasks", wrong));
            }
            if labels.len() < 2 {
                let wrong = match labels.first() {
                    None => {
                        message!("data.no_label", "a task needs at least two different labels, and there is none")
                    }
                    Some(label) => message!(
                        "data.single_label",
                        "a task needs at least two different labels, and there is only {label:?}",
                        label = shortened(label)
                    ),
                };
                return Err(Error::data(column_of(table.place(), &name), wrong));
            }
            task_of[column] = Some(resolved.len());
            resolved.push(Task { name: task.name, labels });
        }
        let classes: Vec<Classes> = resolved.iter().map(|task| Classes::of(&task.labels)).collect();
        let mut faults = Faults::of(table.place());
        let mut examples = Vec::with_capacity(table.rows.len());
        for row in &table.rows {
            let chosen = row.labels.iter().filter_map(|(column, text)| Some((task_of[column]?, text)));
            let class = |(task, text): (usize, &String)| {
                let class = classes[task].get(text);
                if class.is_none() {
                    let Task { name, labels } = &resolved[task];
                    let wrong = message!(
                        "data.unknown_label",
                        "the label {label:?} is not one of {labels}; correct it, or leave it blank",
                        label = shortened(text),
                        labels = quoted(labels)
                    );
                    faults.add(row.place, Some(name), wrong);
                }
                Some((task, class?))
            };
            examples.push(Example { text: row.text.clone(), labels: chosen.filter_map(class).collect() });
        }
        faults.finish()?;
        Ok(Self { tasks: resolved, examples })
    }

    /// Whether example `i` is labelled for at least one task.
    ///
    /// # Panics
    ///
    /// If there is no example `i`.
    pub fn is_labelled(&self, i: usize) -> bool {
        !self.examples[i].labels.is_empty()
    }

    /// For each task, the number of examples among `of` with each class. (K,C_k)
    ///
    /// # Panics
    ///
    /// If `of` names an example that does not exist.
    pub fn class_counts(&self, of: &[usize]) -> Vec<Vec<usize>> {
        let mut counts: Vec<Vec<usize>> = self.tasks.iter().map(|t| vec![0; t.labels.len()]).collect();
        for &i in of {
            for (task, &class) in self.examples[i].labels.iter() {
                counts[task][class as usize] += 1;
            }
        }
        counts
    }
}

/// The classes of a task by their labels.
struct Classes<'a> {
    exact: HashMap<&'a str, u32>,
    /// By the labels' shortest form, where only one class has it: a file may have 1.0 for the class 1.
    shortest: HashMap<Cow<'a, str>, Option<u32>>,
}

impl<'a> Classes<'a> {
    fn of(labels: &'a [String]) -> Self {
        let exact = labels.iter().map(String::as_str).zip(0..).collect();
        let mut shortest = HashMap::with_capacity(labels.len());
        for (label, class) in labels.iter().zip(0..) {
            shortest.entry(number::shortest(label)).and_modify(|class| *class = None).or_insert(Some(class));
        }
        Self { exact, shortest }
    }

    fn get(&self, label: &str) -> Option<u32> {
        self.exact.get(label).copied().or_else(|| self.shortest.get(&number::shortest(label)).copied().flatten())
    }
}

/// What is wrong with a table that has no column for some tasks.
fn no_column(tasks: String, columns: &[impl AsRef<str>]) -> Message {
    message!(
        "data.task_without_column",
        "there is no column for the tasks {tasks}; the columns beside the sentences are {columns}",
        tasks = tasks,
        columns = quoted(columns)
    )
}

#[cfg(test)]
mod testing;
