//! Reads the rows of a file or of standard input one after the other, without keeping them.

use std::io::Read;

use polytask::error::quoted;

use super::fields::Fields;
use super::layout::{Format, Layout, Wanted, named_separator};
use super::lines::{Fault, Lines};
use super::object::{Object, cell, object};
use crate::Result;

/// One row as it was written.
#[derive(Debug, Clone)]
pub struct Record {
    /// The line that it begins on, from 1.
    pub line: usize,
    /// The sentence; blank if there is none.
    pub text: String,
    pub row: Row,
}

impl Record {
    /// The sentence as people are shown it.
    pub fn shown(&self) -> &str {
        match &self.row {
            Row::Unreadable(text) => text,
            _ => &self.text,
        }
    }
}

/// A row's own fields.
#[derive(Debug, Clone)]
pub enum Row {
    /// A line of its own.
    Line(String),
    /// A line that is not UTF-8, with a sign in place of each wrong byte. Its record has no sentence.
    Unreadable(String),
    /// CSV or TSV.
    Fields(Vec<String>),
    /// A line of JSONL, and its fields as they are written there.
    Object(String, Object),
}

/// An iterator over rows.
pub struct Records {
    pub layout: Layout,
    /// The columns: the header's, or the fields of the first row of JSONL; of lines, one for the sentences.
    pub columns: Vec<String>,
    /// A sentence about what was assumed of the format.
    pub note: Option<String>,
    /// The name of the column of the sentences.
    text: String,
    /// Its place among the columns.
    text_at: usize,
    lines: Lines,
    fields: Fields,
}

impl Records {
    /// Reads the beginning of `input`, which `name` names in errors.
    pub fn open(name: &str, input: impl Read + Send + 'static, wanted: &Wanted) -> Result<Self> {
        let refused = |fault: Fault| format!("{name}, {fault}");
        let mut lines = Lines::new(input).map_err(refused)?;
        let (mark, first) = lines.peek().map_err(refused)?;
        let is_empty = first.is_none();
        let first = first.unwrap_or_default();
        let layout = Layout { mark, ..wanted.layout(&first) };
        if is_empty && layout.format != Format::Lines {
            return Err(
                format!("{name}: it is empty; it must hold sentences under {:?}", wanted.candidates()[0]).into()
            );
        }
        let text = wanted.candidates()[0].to_string();
        let mut fields = Fields::new(layout.delimiter, layout.quoting);
        if layout.format != Format::Lines && layout.format != Format::Jsonl && named_separator(&first).is_some() {
            lines.next();
        }
        let is_named = wanted.candidates().contains(&first.trim());
        let columns = match layout.format {
            Format::Lines if wanted.text.is_none() => vec![text.clone()],
            Format::Lines => vec![first],
            Format::Jsonl => object(&first).map_err(|wrong| refused(Fault { line: 1, wrong }))?.into_keys().collect(),
            Format::Csv | Format::Tsv => fields.next(&mut lines).unwrap_or(Ok((1, Vec::new()))).map_err(refused)?.1,
        };
        let Some(text_at) = wanted.text_column(&columns) else {
            return Err(no_column(&format!("{name}, line 1"), &text, &columns).into());
        };
        let text = columns[text_at].trim().to_string();
        let note = match layout.format {
            _ if wanted.format.is_some() => None,
            Format::Lines if is_named => Some(format!(
                "{name}: the first line, {text:?}, is taken for a sentence; with --format csv it is the header"
            )),
            Format::Lines => None,
            format => Some(format!(
                "{name} is read as {}, since its first line names {text:?}; with --format lines each line is a sentence",
                format.name()
            )),
        };
        Ok(Self { layout, columns, note, text, text_at, lines, fields })
    }

    /// The next row of CSV or TSV.
    fn next_fields(&mut self) -> Option<<Self as Iterator>::Item> {
        let (line, fields) = match self.fields.next(&mut self.lines)? {
            Ok(fields) => fields,
            Err(fault) => return Some(Err(fault)),
        };
        let (found, expected) = (fields.len(), self.columns.len());
        if found != expected {
            let wrong = format!(
                "it has {found} fields and the header has {expected}; a sentence with commas must stand in double quotes"
            );
            return Some(Err(Fault { line, wrong }));
        }
        Some(Ok(Record { line, text: fields[self.text_at].clone(), row: Row::Fields(fields) }))
    }

    /// The next object of JSONL. Blank lines are passed over.
    fn next_object(&mut self) -> Option<<Self as Iterator>::Item> {
        loop {
            let line = match self.lines.next()? {
                Ok(line) if line.is_blank() => continue,
                Ok(line) => line,
                Err(fault) => return Some(Err(fault)),
            };
            let number = line.number;
            return Some(line.text().and_then(|line| {
                let wrong = |wrong| Fault { line: number, wrong };
                let fields = object(&line).map_err(wrong)?;
                let text = sentence(&fields, &self.text).map_err(wrong)?;
                Ok(Record { line: number, text, row: Row::Object(line, fields) })
            }));
        }
    }

    /// The next line, whatever is in it.
    fn next_line(&mut self) -> Option<<Self as Iterator>::Item> {
        Some(self.lines.next()?.map(|line| match String::from_utf8(line.bytes) {
            Ok(text) => Record { line: line.number, text: text.clone(), row: Row::Line(text) },
            Err(e) => {
                let shown = String::from_utf8_lossy(e.as_bytes()).into_owned();
                Record { line: line.number, text: String::new(), row: Row::Unreadable(shown) }
            }
        }))
    }
}

impl Iterator for Records {
    type Item = std::result::Result<Record, Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.layout.format {
            Format::Lines => self.next_line(),
            Format::Csv | Format::Tsv => self.next_fields(),
            Format::Jsonl => self.next_object(),
        }
    }
}

/// The error of rows that have no column of sentences.
pub fn no_column(place: &str, text: &str, columns: &[String]) -> String {
    let columns = quoted(columns);
    format!(
        "{place}: there is no column {text:?} for the sentences; the columns are {columns}; name theirs with --text"
    )
}

/// An object's sentence; blank if it has none.
fn sentence(fields: &Object, column: &str) -> std::result::Result<String, String> {
    match fields.get(column) {
        Some(written) if written.starts_with(['{', '[']) => {
            Err(format!("its field {column:?} is not a string; the sentence must be one"))
        }
        Some(written) => Ok(cell(written)),
        None => Ok(String::new()),
    }
}
