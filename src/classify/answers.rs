//! The columns that answers add to a row's own: `predicted_topic`, `topic_probability` and, if asked for, the probability of
//! each class.

use std::collections::HashSet;

use indexmap::IndexMap;
use serde::Serialize;

use crate::recipe::Task;
use crate::train::{Prediction, TaskPrediction};

/// Writes answers as columns of a table or fields of an object.
#[derive(Debug)]
pub struct AnswerColumns {
    /// An answer whose probability is below it is blank.
    threshold: Option<f64>,
    /// Whether the probabilities of all classes are written.
    all: bool,
    tasks: Vec<Task>,
    /// Each task's own columns.
    names: Vec<Names>,
}

/// The names of a task's columns, none of which the input has.
#[derive(Debug)]
struct Names {
    /// `predicted_topic`
    label: String,
    /// `topic_probability`
    probability: String,
    /// For each class in a table: `topic_probability_food`.
    classes: Vec<String>,
    /// For an object of all classes in JSONL: `topic_probabilities`.
    all: String,
}

/// A head's answer as it is written; blank without a sentence.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Answer<'a> {
    /// The most probable label, unless its probability is below the threshold.
    pub label: Option<&'a str>,
    /// The probability of each class. (C)
    pub probabilities: &'a [f32],
}

impl<'a> Answer<'a> {
    fn new(of: &'a TaskPrediction, threshold: Option<f64>) -> Self {
        let answer = Self { label: Some(&of.label), probabilities: &of.probabilities };
        // In the probability's own precision, so that a probability that was printed is not below itself.
        let below = threshold.is_some_and(|threshold| answer.probability() < threshold as f32);
        if below { Self { label: None, ..answer } } else { answer }
    }

    /// The most probable label's.
    pub fn probability(&self) -> f32 {
        self.probabilities.iter().copied().fold(0.0, f32::max)
    }
}

/// A field that an answer adds to an object.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Field<'a> {
    /// The label; `null` where the answer is blank.
    Label(Option<&'a str>),
    /// The probability of the most probable label.
    Probability(Option<f32>),
    /// The probability of each class.
    All(Option<IndexMap<&'a str, f32>>),
}

/// Gives out names, none twice: a name that is taken gets a number.
#[derive(Debug, Default)]
pub struct UnusedNames(HashSet<String>);

impl UnusedNames {
    /// `name` itself, or `name_2` and so on.
    pub fn next(&mut self, name: String) -> String {
        let mut new = name.clone();
        for n in 2.. {
            if self.0.insert(new.clone()) {
                break;
            }
            new = format!("{name}_{n}");
        }
        new
    }
}

impl AnswerColumns {
    /// Columns for the answers of `tasks`, with names that `taken` did not give out before.
    pub fn new(tasks: &[Task], threshold: Option<f64>, all: bool, taken: &mut UnusedNames) -> Self {
        let mut unused = |name: String| taken.next(name);
        let of_task = |Task { name, labels }: &Task| Names {
            label: unused(format!("predicted_{name}")),
            probability: unused(format!("{name}_probability")),
            classes: labels.iter().map(|label| unused(format!("{name}_probability_{label}"))).collect(),
            all: unused(format!("{name}_probabilities")),
        };
        let names = tasks.iter().map(of_task).collect();
        Self { threshold, all, tasks: tasks.to_vec(), names }
    }

    /// The tasks that are answered. (K)
    pub fn tasks(&self) -> &[Task] {
        &self.tasks
    }

    /// Whether the probabilities of all classes are written.
    pub fn has_all(&self) -> bool {
        self.all
    }

    /// The answers' part of a table's header.
    pub fn header(&self) -> Vec<String> {
        let mut columns = Vec::new();
        for names in &self.names {
            columns.extend([names.label.clone(), names.probability.clone()]);
            columns.extend(names.classes.iter().filter(|_| self.all).cloned());
        }
        columns
    }

    /// Each task's answer; none without a sentence. (K)
    pub fn answers<'a>(&self, of: Option<&'a Prediction>) -> Vec<Option<Answer<'a>>> {
        let answer = |task: &Task| Some(Answer::new(of?.tasks.get(&task.name)?, self.threshold));
        self.tasks.iter().map(answer).collect()
    }

    /// The answers' part of a table's row.
    pub fn cells(&self, answers: &[Option<Answer>]) -> Vec<String> {
        let mut cells = Vec::new();
        for (task, answer) in self.tasks.iter().zip(answers) {
            cells.push(answer.and_then(|answer| answer.label).unwrap_or_default().into());
            cells.push(answer.map(|answer| answer.probability().to_string()).unwrap_or_default());
            if self.all {
                let probability = |class: usize| answer.map(|answer| answer.probabilities[class].to_string());
                cells.extend((0..task.labels.len()).map(|class| probability(class).unwrap_or_default()));
            }
        }
        cells
    }

    /// The answers' fields of an object.
    pub fn fields<'a>(&'a self, answers: &[Option<Answer<'a>>]) -> IndexMap<&'a str, Field<'a>> {
        let mut fields: IndexMap<&str, Field> = IndexMap::new();
        for ((names, task), answer) in self.names.iter().zip(&self.tasks).zip(answers) {
            fields.insert(&names.label, Field::Label(answer.and_then(|answer| answer.label)));
            fields.insert(&names.probability, Field::Probability(answer.map(|answer| answer.probability())));
            if self.all {
                let all = answer.map(|answer| {
                    task.labels.iter().map(String::as_str).zip(answer.probabilities.iter().copied()).collect()
                });
                fields.insert(&names.all, Field::All(all));
            }
        }
        fields
    }
}
