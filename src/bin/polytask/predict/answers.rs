//! Writes rows with the model's answers: for people, as JSON, or as a table with the input's own columns.

use std::collections::HashSet;

use indexmap::IndexMap;
use polytask::recipe::Task;
use polytask::train::{Prediction, TaskPrediction};
use serde::Serialize;

use super::layout::{Format, Layout};
use super::lines::{Fault, MARK};
use super::object::cell;
use super::records::{Record, Row};
use crate::Result;

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The sentence, and a line for each task.
    People,
    /// One object a sentence.
    Json,
    /// The input's columns and those of the answers.
    Table(Layout),
}

/// Writes answers.
pub struct Answers {
    pub style: Style,
    /// An answer whose probability is below it is blank.
    threshold: Option<f64>,
    /// Whether the probabilities of all classes are written.
    all: bool,
    tasks: Vec<Task>,
    /// The input's columns as they are written there.
    columns: Vec<String>,
    /// Their names as fields of an object: no two are the same.
    keys: Vec<String>,
    /// Each task's own columns.
    names: Vec<Names>,
}

/// The names of a task's columns, none of which the input has.
struct Names {
    /// `predicted_topic`
    label: String,
    /// `topic_probability`
    probability: String,
    /// For each class in CSV and TSV: `topic_probability_food`.
    classes: Vec<String>,
    /// For an object of all classes in JSONL: `topic_probabilities`.
    all: String,
}

/// A head's answer as it is written; blank without a sentence.
#[derive(Serialize)]
struct Answer<'a> {
    /// The most probable label, unless its probability is below the threshold.
    label: Option<&'a str>,
    /// The probability of each class. (C)
    probabilities: &'a [f32],
}

impl<'a> Answer<'a> {
    fn new(of: &'a TaskPrediction, threshold: Option<f64>) -> Self {
        let answer = Self { label: Some(&of.label), probabilities: &of.probabilities };
        // In the probability's own precision, so that a probability that was printed is not below itself.
        let below = threshold.is_some_and(|threshold| answer.probability() < threshold as f32);
        if below { Self { label: None, ..answer } } else { answer }
    }

    /// The most probable label's.
    fn probability(&self) -> f32 {
        self.probabilities.iter().copied().fold(0.0, f32::max)
    }
}

/// A field that an answer adds to an object.
#[derive(Serialize)]
#[serde(untagged)]
enum Field<'a> {
    Label(Option<&'a str>),
    Probability(Option<f32>),
    All(Option<IndexMap<&'a str, f32>>),
}

/// How many classes people see.
const SHOWN: usize = 3;

impl Answers {
    /// Answers for `tasks` in rows of `columns`. The columns of the answers get names that the input's do not have.
    pub fn new(style: Style, threshold: Option<f64>, all: bool, tasks: &[Task], columns: Vec<String>) -> Self {
        let mut taken = HashSet::new();
        let mut unused = |name: String| {
            let mut new = name.clone();
            for n in 2.. {
                if taken.insert(new.clone()) {
                    break;
                }
                new = format!("{name}_{n}");
            }
            new
        };
        let keys = columns.iter().map(|column| unused(column.trim().into())).collect();
        let of_task = |Task { name, labels }: &Task| Names {
            label: unused(format!("predicted_{name}")),
            probability: unused(format!("{name}_probability")),
            classes: labels.iter().map(|label| unused(format!("{name}_probability_{label}"))).collect(),
            all: unused(format!("{name}_probabilities")),
        };
        let names = tasks.iter().map(of_task).collect();
        Self { style, threshold, all, tasks: tasks.to_vec(), columns, keys, names }
    }

    /// The header of the output.
    pub fn header(&self) -> Result<Vec<u8>> {
        let Style::Table(layout) = self.style else { return Ok(Vec::new()) };
        if layout.format == Format::Jsonl {
            return Ok(Vec::new());
        }
        let mut columns = self.columns.clone();
        for names in &self.names {
            columns.extend([names.label.clone(), names.probability.clone()]);
            columns.extend(names.classes.iter().filter(|_| self.all).cloned());
        }
        let mark = if layout.mark { MARK } else { &[] };
        Ok([mark, &delimited(layout, [Ok(columns)])?].concat())
    }

    /// The output for `rows`, each with its prediction if it has a sentence.
    pub fn rows(&self, rows: &[(Record, Option<Prediction>)]) -> Result<Vec<u8>> {
        if let Style::Table(layout) = self.style
            && layout.format != Format::Jsonl
        {
            return delimited(layout, rows.iter().map(|(record, of)| self.fields(record, &self.answers(of.as_ref()))));
        }
        let mut lines = String::new();
        for (record, of) in rows {
            let answers = self.answers(of.as_ref());
            lines += &match self.style {
                Style::People => self.printout(record, &answers),
                Style::Json => self.json(record, &answers)?,
                Style::Table(_) => self.object(record, &answers)?,
            };
        }
        Ok(lines.into_bytes())
    }

    /// Each task's answer. (K)
    fn answers<'a>(&self, of: Option<&'a Prediction>) -> Vec<Option<Answer<'a>>> {
        let answer = |task: &Task| Some(Answer::new(of?.tasks.get(&task.name)?, self.threshold));
        self.tasks.iter().map(answer).collect()
    }

    /// The sentence, and below it each task's label and best classes.
    fn printout(&self, record: &Record, answers: &[Option<Answer>]) -> String {
        let mut out = format!("{}\n", record.shown());
        for (task, answer) in self.tasks.iter().zip(answers) {
            let Some(answer) = answer else { continue };
            let mut shares: Vec<(&String, &f32)> = task.labels.iter().zip(answer.probabilities).collect();
            shares.sort_by(|a, b| b.1.total_cmp(a.1));
            let shown = if self.all { shares.len() } else { SHOWN.min(shares.len()) };
            let mut listed: Vec<String> = shares[..shown].iter().map(|(label, p)| format!("{label} {p:.2}")).collect();
            if shares.len() > shown {
                listed.push(format!("… (+{})", shares.len() - shown));
            }
            out += &format!("  {}: {} ({})\n", task.name, answer.label.unwrap_or("no answer"), listed.join(", "));
        }
        out
    }

    /// `{"text": …, "tasks": {"topic": {"label": …, "probabilities": […]}}}`; without a sentence each task has `null`.
    fn json(&self, record: &Record, answers: &[Option<Answer>]) -> Result<String> {
        #[derive(Serialize)]
        struct Line<'a> {
            text: &'a str,
            tasks: IndexMap<&'a str, &'a Option<Answer<'a>>>,
        }
        let text = record.shown();
        let tasks = self.tasks.iter().map(|task| task.name.as_str()).zip(answers).collect();
        Ok(serde_json::to_string(&Line { text, tasks })? + "\n")
    }

    /// The row's own object with the answers' fields added, on a line.
    fn object(&self, record: &Record, answers: &[Option<Answer>]) -> Result<String> {
        let mut added: IndexMap<&str, Field> = IndexMap::new();
        for ((names, task), answer) in self.names.iter().zip(&self.tasks).zip(answers) {
            let answer = answer.as_ref();
            added.insert(&names.label, Field::Label(answer.and_then(|answer| answer.label)));
            added.insert(&names.probability, Field::Probability(answer.map(Answer::probability)));
            if self.all {
                let all = answer.map(|answer| {
                    task.labels.iter().map(String::as_str).zip(answer.probabilities.iter().copied()).collect()
                });
                added.insert(&names.all, Field::All(all));
            }
        }
        let own = match &record.row {
            Row::Object(line, fields) => {
                if let Some(name) = added.keys().find(|name| fields.contains_key(**name)) {
                    return Err(late(record, name));
                }
                line.trim().to_string()
            }
            _ => {
                let own = self.keys.iter().cloned().zip(self.own_fields(record)?);
                serde_json::to_string(&own.collect::<IndexMap<String, String>>())?
            }
        };
        // The added fields go before the closing brace of the row's own, which keep every character.
        let own = own.strip_suffix('}').unwrap_or(&own).trim_end();
        let comma = if own.ends_with('{') { "" } else { "," };
        Ok(format!("{own}{comma}{}\n", &serde_json::to_string(&added)?[1..]))
    }

    /// The row's own fields, then those of the answers.
    fn fields(&self, record: &Record, answers: &[Option<Answer>]) -> Result<Vec<String>> {
        let mut fields = self.own_fields(record)?;
        for (task, answer) in self.tasks.iter().zip(answers) {
            fields.push(answer.as_ref().and_then(|answer| answer.label).unwrap_or_default().into());
            fields.push(answer.as_ref().map(|answer| answer.probability().to_string()).unwrap_or_default());
            if self.all {
                let probability = |class: usize| answer.as_ref().map(|answer| answer.probabilities[class].to_string());
                fields.extend((0..task.labels.len()).map(|class| probability(class).unwrap_or_default()));
            }
        }
        Ok(fields)
    }

    /// The row's own fields in the columns' order.
    fn own_fields(&self, record: &Record) -> Result<Vec<String>> {
        match &record.row {
            Row::Line(text) | Row::Unreadable(text) => Ok(vec![text.clone()]),
            Row::Fields(fields) => Ok(fields.clone()),
            Row::Object(_, fields) => {
                let in_columns: Vec<Option<&String>> = self.columns.iter().map(|column| fields.get(column)).collect();
                if in_columns.iter().flatten().count() < fields.len()
                    && let Some(name) = fields.keys().find(|name| !self.columns.contains(name))
                {
                    return Err(late(record, name));
                }
                Ok(in_columns.into_iter().map(|value| value.map(|value| cell(value)).unwrap_or_default()).collect())
            }
        }
    }
}

/// The error of a row of JSONL that comes as a stream and has a field which the header or the answers leave no room for.
fn late(record: &Record, field: &str) -> Box<dyn std::error::Error> {
    let wrong = format!(
        "it has the field {field:?}, which the first row does not have; give the rows as a file with --data, so that all \
         fields are known before the first answer"
    );
    Fault { line: record.line, wrong }.to_string().into()
}

/// Rows of CSV or TSV.
fn delimited(layout: Layout, rows: impl IntoIterator<Item = Result<Vec<String>>>) -> Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new().delimiter(layout.delimiter).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row?)?;
    }
    Ok(writer.into_inner()?)
}
