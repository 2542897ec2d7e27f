//! From the label texts of a table's columns to the classes of the tasks that are chosen.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::number;
use super::table::column_of;
use crate::error::{Message, message, quoted, shortened};
use crate::recipe::Task;
use crate::{Error, Result};

/// The tasks that are read from a table.
pub(super) struct Chosen {
    /// The tasks with their label sets. (K)
    pub tasks: Vec<Task>,
    /// Each column's task, if that is among the chosen.
    pub task_of: Vec<Option<usize>>,
}

impl Chosen {
    /// The tasks `asked` (none: all) of a table with these `columns`. `found` gives the different labels of each column.
    ///
    /// # Errors
    ///
    /// As [`Dataset::from_table`](super::Dataset::from_table), labels of single rows left out.
    pub fn new(
        place: Value,
        columns: &[String],
        asked: &[Task],
        is_empty: bool,
        found: impl FnOnce() -> Vec<Vec<String>>,
    ) -> Result<Self> {
        let chosen: Vec<Task> = if asked.is_empty() {
            let named = |name: &String| Task { name: name.clone(), labels: Vec::new() };
            columns.iter().map(named).collect()
        } else {
            asked.to_vec()
        };
        if is_empty {
            let wrong = message!("data.no_sentence", "there is no sentence in it; give at least two labelled ones");
            return Err(Error::data(place, wrong));
        }
        if chosen.is_empty() {
            let wrong =
                message!("data.no_label_column", "there is no label column; add one column per task beside the text");
            return Err(Error::data(place, wrong));
        }
        let places: HashMap<&String, usize> = columns.iter().zip(0..).collect();
        let absent: Vec<&String> =
            chosen.iter().map(|task| &task.name).filter(|name| !places.contains_key(name)).collect();
        if !absent.is_empty() {
            let absent = quoted(absent);
            // The place of sentences that come from no file is a message, that of a file its name.
            let wrong = if place.is_string() {
                no_column(absent, columns)
            } else {
                message!(
                    "data.task_without_label",
                    "none of them has a label for the tasks {tasks}; label some, or remove the tasks",
                    tasks = absent
                )
            };
            return Err(Error::data(place, wrong));
        }
        let found = found();
        let mut task_of: Vec<Option<usize>> = vec![None; columns.len()];
        let mut tasks: Vec<Task> = Vec::with_capacity(chosen.len());
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
                return Err(Error::data(column_of(place, &name), wrong));
            }
            task_of[column] = Some(tasks.len());
            tasks.push(Task { name: task.name, labels });
        }
        Ok(Self { tasks, task_of })
    }
}

/// The sentence for a label that is not in its task's set.
pub(super) fn unknown_label(label: &str, task: &Task) -> Message {
    message!(
        "data.unknown_label",
        "the label {label:?} is not one of {labels}; correct it, or leave it blank",
        label = shortened(label),
        labels = quoted(&task.labels)
    )
}

/// The classes of a task by their labels.
pub(super) struct Classes<'a> {
    exact: HashMap<&'a str, u32>,
    /// By the labels' shortest form, where only one class has it: a file may have 1.0 for the class 1.
    shortest: HashMap<Cow<'a, str>, Option<u32>>,
}

impl<'a> Classes<'a> {
    pub fn of(labels: &'a [String]) -> Self {
        let exact = labels.iter().map(String::as_str).zip(0..).collect();
        let mut shortest = HashMap::with_capacity(labels.len());
        for (label, class) in labels.iter().zip(0..) {
            shortest.entry(number::shortest(label)).and_modify(|class| *class = None).or_insert(Some(class));
        }
        Self { exact, shortest }
    }

    pub fn get(&self, label: &str) -> Option<u32> {
        self.exact.get(label).copied().or_else(|| self.shortest.get(&number::shortest(label)).copied().flatten())
    }
}

/// The sentence for a table that lacks the columns of some tasks.
pub(super) fn no_column(tasks: String, columns: &[impl AsRef<str>]) -> Message {
    message!(
        "data.task_without_column",
        "there is no column for the tasks {tasks}; the columns beside the sentences are {columns}",
        tasks = tasks,
        columns = quoted(columns)
    )
}
