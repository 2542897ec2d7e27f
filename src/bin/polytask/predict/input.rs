//! Where the sentences come from: arguments, a file, or standard input.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::layout::{Format, Layout, Wanted, plain_name};
use super::lines::Fault;
use super::records::{Record, Records, Row};
use super::whole;
use crate::Result;
use crate::processes::note;

/// Rows to classify.
pub struct Input {
    /// Its name in errors.
    pub name: String,
    pub layout: Layout,
    /// The columns.
    pub columns: Vec<String>,
    pub rows: Box<dyn Iterator<Item = std::result::Result<Record, Fault>> + Send>,
    /// How many rows there are; `None` if they are still coming.
    pub length: Option<u64>,
}

impl Input {
    /// Sentences given as arguments.
    pub fn sentences(sentences: Vec<String>, text_column: &str) -> Self {
        let length = Some(sentences.len() as u64);
        let record = |(i, text): (usize, String)| Ok(Record { line: i + 1, text: text.clone(), row: Row::Line(text) });
        Self {
            name: "the sentences".into(),
            layout: Layout::new(Format::Lines),
            columns: vec![text_column.into()],
            rows: Box::new(sentences.into_iter().enumerate().map(record)),
            length,
        }
    }

    /// Standard input, whose rows are read as they come.
    pub fn standard_input(wanted: &Wanted) -> Result<Self> {
        Self::stream("standard input", std::io::stdin(), wanted)
    }

    /// A file, which is read through first: all rows that cannot be read are refused before any is classified. Of something
    /// that cannot be read twice, such as a pipe, the rows are read as they come. A file that has no rows to read one after the
    /// other is read whole, unless a format is asked for.
    pub fn file(path: &Path, wanted: &Wanted) -> Result<Self> {
        let name = path.display().to_string();
        let open = || File::open(path).map_err(|e| format!("{name}: cannot be read: {e}"));
        let file = open()?;
        let is_file = file.metadata().is_ok_and(|about| about.is_file());
        if is_file && wanted.format.is_none() && whole::is_needed(path)? {
            return whole::read(path, wanted);
        }
        let ending = Format::of_name(&plain_name(&name));
        if wanted.format.is_none() && ending.is_none() && is_file && !plain_name(&name).ends_with(".txt") {
            return Err(format!(
                "{name}: its ending does not show its format; it must be .csv, .tsv, .json, .jsonl or .txt, or give --format"
            )
            .into());
        }
        let is_free = wanted.format.is_none();
        let wanted = Wanted { format: wanted.format.or(ending), ..wanted.clone() };
        if !is_file {
            return Self::stream(&name, file, &wanted);
        }
        let (wanted, seen) = match Seen::first(&name, file, open, wanted.clone()) {
            Ok(first) => first,
            Err(refused) if is_free => return whole::read(path, &wanted).map_err(|_| refused),
            Err(refused) => return Err(refused),
        };
        let input = Self::stream(&name, open()?, &wanted)?;
        Ok(Self { columns: seen.columns, length: Some(seen.rows), ..input })
    }

    fn stream(name: &str, input: impl Read + Send + 'static, wanted: &Wanted) -> Result<Self> {
        let records = Records::open(name, input, wanted)?;
        if let Some(assumed) = &records.note {
            note(assumed);
        }
        Ok(Self {
            name: name.into(),
            layout: records.layout,
            columns: records.columns.clone(),
            rows: Box::new(records),
            length: None,
        })
    }
}

/// How many faults a sentence lists before it only counts the others.
const LISTED: usize = 10;

/// Results of the first reading of a file.
struct Seen {
    rows: u64,
    /// The columns; of JSONL, all fields that any row has.
    columns: Vec<String>,
}

impl Seen {
    /// Reads the file through. If its quotes enclose no fields, they are text, provided that all rows can be read so.
    fn first(
        name: &str,
        file: File,
        open: impl Fn() -> std::result::Result<File, String>,
        wanted: Wanted,
    ) -> Result<(Wanted, Self)> {
        let refused = match Self::all_of(name, Records::open(name, file, &wanted)?) {
            Ok(seen) => return Ok((wanted, seen)),
            Err(refused) => refused,
        };
        let plain = Wanted { quoting: false, ..wanted };
        match Records::open(name, open()?, &plain).and_then(|records| Self::all_of(name, records)) {
            Ok(seen) => {
                note(format!("{name}: the double quotes around or before some fields are read as text"));
                Ok((plain, seen))
            }
            Err(_) => Err(refused),
        }
    }

    /// Reads all rows. The error lists all that cannot be read.
    fn all_of(name: &str, records: Records) -> Result<Self> {
        let mut columns: indexmap::IndexSet<String> = Default::default();
        let mut seen = Self { rows: 0, columns: records.columns.clone() };
        let (mut faults, mut more) = (Vec::new(), 0);
        for record in records {
            let fault = match record {
                Ok(Record { line, row: Row::Unreadable(_), .. }) => {
                    Fault { line, wrong: "it is not UTF-8 text; save the file as UTF-8".into() }
                }
                Ok(Record { row, .. }) => {
                    seen.rows += 1;
                    if let Row::Object(_, fields) = row {
                        columns.extend(fields.into_keys());
                    }
                    continue;
                }
                Err(fault) => fault,
            };
            if faults.len() < LISTED { faults.push(fault) } else { more += 1 }
        }
        if !columns.is_empty() {
            seen.columns = columns.into_iter().collect();
        }
        if let [fault] = &faults[..] {
            return Err(format!("{name}, {fault}").into());
        }
        if faults.is_empty() {
            return Ok(seen);
        }
        let wrong = faults.len() + more;
        let mut listed: Vec<String> = faults.iter().map(Fault::to_string).collect();
        if more > 0 {
            listed.push(format!("… (+{more})"));
        }
        Err(format!("{name}: {wrong} rows cannot be read: {}", listed.join("; ")).into())
    }
}
