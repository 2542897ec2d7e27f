//! Writes rows with the model's answers: for people, as JSON, or as a table with the input's own columns.

use indexmap::IndexMap;
use polytask::classify::{Answer, AnswerColumns, UnusedNames};
use polytask::recipe::Task;
use polytask::train::Prediction;
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
    /// The input's columns as they are written there.
    columns: Vec<String>,
    /// Their names as fields of an object: no two are the same.
    keys: Vec<String>,
    /// The columns of the answers, none of which the input has.
    added: AnswerColumns,
}

/// How many classes people see.
const SHOWN: usize = 3;

impl Answers {
    /// Answers for `tasks` in rows of `columns`. The columns of the answers get names that the input's do not have.
    pub fn new(style: Style, threshold: Option<f64>, all: bool, tasks: &[Task], columns: Vec<String>) -> Self {
        let mut taken = UnusedNames::default();
        let keys = columns.iter().map(|column| taken.next(column.trim().into())).collect();
        Self { style, columns, keys, added: AnswerColumns::new(tasks, threshold, all, &mut taken) }
    }

    /// The header of the output.
    pub fn header(&self) -> Result<Vec<u8>> {
        let Style::Table(layout) = self.style else { return Ok(Vec::new()) };
        if layout.format == Format::Jsonl {
            return Ok(Vec::new());
        }
        let columns = [self.columns.clone(), self.added.header()].concat();
        let mark = if layout.mark { MARK } else { &[] };
        Ok([mark, &delimited(layout, [Ok(columns)])?].concat())
    }

    /// The output for `rows`, each with its prediction if it has a sentence.
    pub fn rows(&self, rows: &[(Record, Option<Prediction>)]) -> Result<Vec<u8>> {
        if let Style::Table(layout) = self.style
            && layout.format != Format::Jsonl
        {
            return delimited(
                layout,
                rows.iter().map(|(record, of)| self.fields(record, &self.added.answers(of.as_ref()))),
            );
        }
        let mut lines = String::new();
        for (record, of) in rows {
            let answers = self.added.answers(of.as_ref());
            lines += &match self.style {
                Style::People => self.printout(record, &answers),
                Style::Json => self.json(record, &answers)?,
                Style::Table(_) => self.object(record, &answers)?,
            };
        }
        Ok(lines.into_bytes())
    }

    /// The sentence, and below it each task's label and best classes.
    fn printout(&self, record: &Record, answers: &[Option<Answer>]) -> String {
        let mut out = format!("{}\n", record.shown());
        for (task, answer) in self.added.tasks().iter().zip(answers) {
            let Some(answer) = answer else { continue };
            let mut shares: Vec<(&String, &f32)> = task.labels.iter().zip(answer.probabilities).collect();
            shares.sort_by(|a, b| b.1.total_cmp(a.1));
            let shown = if self.added.has_all() { shares.len() } else { SHOWN.min(shares.len()) };
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
        let tasks = self.added.tasks().iter().map(|task| task.name.as_str()).zip(answers).collect();
        Ok(serde_json::to_string(&Line { text, tasks })? + "\n")
    }

    /// The row's own object with the answers' fields added, on a line.
    fn object(&self, record: &Record, answers: &[Option<Answer>]) -> Result<String> {
        let added = self.added.fields(answers);
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
        Ok([self.own_fields(record)?, self.added.cells(answers)].concat())
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
