//! How a delimited file separates and quotes its cells, found from the file itself: every row has as many cells as the
//! header.
//!
//! RFC 4180 quotes a cell that has a separator, a quote or a line end in it, and doubles each quote inside. Not all files
//! keep to it. In a TSV quotes are usually text; some tools escape a quote by a backslash; and sentences that begin with a
//! quotation mark would, read by the RFC, swallow the rows up to the next one.

use std::borrow::Cow;
use std::collections::HashSet;

use super::quotes::{self, Scan};
use crate::data::faults::Faults;
use crate::data::file::sheet::{Format, is_padding};
use crate::data::table::Place;
use crate::error::{Message, message};
use crate::{Error, Result};

/// Number of rows that are read to find the delimiter.
const SAMPLE: usize = 1000;

/// How quotes are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quotes {
    /// A quoted cell has each quote inside twice: RFC 4180.
    Doubled,
    /// A quoted cell has a backslash before each quote inside.
    Escaped,
    /// They are text.
    Text,
}

/// How a delimited file is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    delimiter: u8,
    quotes: Quotes,
}

impl Dialect {
    pub fn format(self) -> Format {
        match self.delimiter {
            b',' => Format::Commas,
            b';' => Format::Semicolons,
            b'\t' => Format::Tabs,
            b'|' => Format::Bars,
            _ => Format::Other,
        }
    }

    /// A reader of the file's records, header included, each as wide as it is.
    pub fn reader(self, text: &str) -> csv::Reader<&[u8]> {
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(self.delimiter);
        match self.quotes {
            Quotes::Doubled => {}
            Quotes::Escaped => {
                builder.escape(Some(b'\\'));
            }
            Quotes::Text => {
                builder.quoting(false);
            }
        }
        builder.from_reader(text.as_bytes())
    }

    /// The records that are not blank.
    fn records(self, text: &str) -> impl Iterator<Item = csv::StringRecord> {
        self.reader(text).into_records().filter_map(std::result::Result::ok).filter(|record| !is_blank(record))
    }

    /// Whether R wrote the file: each row begins with its number, for which the header has no cell.
    pub fn has_row_names(self, text: &str, most: usize) -> bool {
        let mut records = self.records(text).take(most);
        let width = records.next().map_or(0, |header| header.len());
        let mut records = records.peekable();
        let is_number = |cell: &str| cell.trim_matches('"').parse::<u64>().is_ok();
        records.peek().is_some() && records.all(|record| record.len() == width + 1 && is_number(&record[0]))
    }

    fn shape(self, text: &str, most: usize) -> Shape {
        let mut records = self.records(text).take(most);
        let Some(header) = records.next() else { return Shape::default() };
        let header = Header::of(&header, self.has_row_names(text, most));
        let mut shape = Shape { width: header.width, ..Shape::default() };
        for record in records {
            shape.rows += 1;
            shape.odd += usize::from(!header.fits(&record));
        }
        shape
    }
}

/// The columns of a header: all of them, and those up to the last that has a name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub width: usize,
    named: usize,
}

impl Header {
    /// `has_row_names`: rows have one more cell, before the others.
    pub fn of(record: &csv::StringRecord, has_row_names: bool) -> Self {
        let before = usize::from(has_row_names);
        Self { width: record.len() + before, named: last_filled(record) + before }
    }

    /// Whether a row has a cell for each name and no cell, unless a blank one, beyond the header.
    pub fn fits(self, record: &csv::StringRecord) -> bool {
        record.len() >= self.named && (record.len() <= self.width || last_filled(record) <= self.width)
    }
}

/// The number of cells up to the last that is not blank.
fn last_filled(record: &csv::StringRecord) -> usize {
    let is_filled = |at: &usize| !record[at - 1].trim_matches(is_padding).is_empty();
    (1..=record.len()).rev().find(is_filled).unwrap_or(0)
}

pub(super) fn is_blank(record: &csv::StringRecord) -> bool {
    last_filled(record) == 0
}

/// How a file looks in a dialect.
#[derive(Debug, Clone, Copy, Default)]
struct Shape {
    /// Cells of the header.
    width: usize,
    /// Rows below the header, and those of them that do not fit it.
    rows: usize,
    odd: usize,
}

/// The dialect of a file, its text as the `csv` crate reads it, and what was assumed.
///
/// # Errors
///
/// If quotes stand where they cannot be read; the error names all such lines.
pub(super) fn find<'a>(name: &str, text: &'a str, ending: &str) -> Result<(Dialect, Cow<'a, str>, Vec<Message>)> {
    let (text, delimiter, mut assumed) = match named_separator(text) {
        Some((rest, separator)) => (Cow::Owned(rest), separator, Vec::new()),
        None => {
            let (separator, assumed) = find_separator(name, text, ending)?;
            (Cow::Borrowed(text), separator, assumed.into_iter().collect())
        }
    };
    if !text.contains('"') {
        return Ok((Dialect { delimiter, quotes: Quotes::Doubled }, text, assumed));
    }
    let scan = quotes::scan(&text, delimiter, false);
    let quotes = choose_quotes(name, &text, delimiter, &scan)?;
    let text = match (quotes, scan.tidied) {
        (Quotes::Doubled, Some(tidied)) => Cow::Owned(tidied),
        (Quotes::Escaped, _) => match quotes::scan(&text, delimiter, true).tidied {
            Some(tidied) => Cow::Owned(tidied),
            None => text,
        },
        _ => text,
    };
    match quotes {
        Quotes::Text if scan.cells > 0 => {
            assumed.push(message!(
                "data.quotes_are_text",
                "the double quotes around or before some cells are read as text"
            ));
        }
        Quotes::Escaped => {
            assumed.push(message!(
                "data.quotes_escaped",
                "a backslash before a double quote is read as its mark inside a quoted cell"
            ));
        }
        _ => {}
    }
    Ok((Dialect { delimiter, quotes }, text, assumed))
}

/// The separator that a first line such as `sep=;` names, as Excel writes and reads it, and the text with that line blank.
fn named_separator(text: &str) -> Option<(String, u8)> {
    let (first, rest) = text.split_once('\n')?;
    let first = first.trim_matches('"');
    let value = first.get(..4).filter(|start| start.eq_ignore_ascii_case("sep=")).and_then(|_| first.get(4..))?;
    let value = if value == "\\t" { "\t" } else { value };
    let &[separator] = value.as_bytes() else { return None };
    (separator.is_ascii() && !matches!(separator, b'"' | b'\r')).then(|| (format!("\n{rest}"), separator))
}

/// The separator that gives the header at least two columns and every row as many. That of the file's ending goes first.
fn find_separator(name: &str, text: &str, ending: &str) -> Result<(u8, Option<Message>)> {
    let own = match ending {
        "csv" => Some(b','),
        "tsv" | "tab" => Some(b'\t'),
        _ => None,
    };
    let mut best: Option<(u8, Shape)> = None;
    for delimiter in own.into_iter().chain([b',', b'\t', b';', b'|']) {
        let shape = |quotes| Dialect { delimiter, quotes }.shape(text, SAMPLE);
        let (quoted, plain) = (shape(Quotes::Doubled), shape(Quotes::Text));
        let shape = if plain.width >= 2 && plain.odd * quoted.rows < quoted.odd * plain.rows { plain } else { quoted };
        let is_better = |best: &Shape| shape.odd * best.rows < best.odd * shape.rows;
        if shape.width >= 2 && best.as_ref().is_none_or(|(_, best)| is_better(best)) {
            best = Some((delimiter, shape));
        }
    }
    let Some((found, _)) = best else {
        // One column: sentences without labels.
        return own.map(|own| (own, None)).ok_or_else(|| {
            let wrong = message!(
                "data.format",
                "neither its ending nor its first line shows how it is read; it must be CSV, TSV, JSON or JSONL"
            );
            Error::data(name, wrong)
        });
    };
    let separator = Dialect { delimiter: found, quotes: Quotes::Text }.format().separator();
    let assumed = (own != Some(found))
        .then(|| message!("data.separated", "its columns are separated by {separator}", separator = separator));
    Ok((found, assumed))
}

fn choose_quotes(name: &str, text: &str, delimiter: u8, scan: &Scan) -> Result<Quotes> {
    let dialect = |quotes| Dialect { delimiter, quotes };
    let plain = dialect(Quotes::Text).shape(text, usize::MAX);
    let is_plain = plain.odd == 0;
    if !scan.faults.is_empty() {
        if text.contains("\\\"") && quotes::scan(text, delimiter, true).faults.is_empty() {
            return Ok(Quotes::Escaped);
        }
        if is_plain || delimiter == b'\t' {
            return Ok(Quotes::Text);
        }
        let mut faults = Faults::of(name);
        for (line, wrong) in &scan.faults {
            faults.add(Place::Line(*line), None, wrong.clone());
        }
        faults.finish()?;
    }
    let tidied = scan.tidied.as_deref().unwrap_or(text);
    let quoted = dialect(Quotes::Doubled).shape(tidied, usize::MAX);
    let is_text = if delimiter == b'\t' {
        is_plain && (quoted.rows < plain.rows || !is_written_by_a_tool(dialect(Quotes::Text), text))
    } else {
        is_plain && quoted.rows < plain.rows && swallows_rows(tidied, text, delimiter)
    };
    Ok(if is_text { Quotes::Text } else { Quotes::Doubled })
}

/// Whether the quotes of a TSV, one row a line, are a tool's: every cell with a quote is quoted as a whole, and either has a
/// quote inside, so that it had to be, or is in a column of quoted cells only.
fn is_written_by_a_tool(plain: Dialect, text: &str) -> bool {
    // For each column: whether a cell is quoted without need, and whether one is not quoted.
    let mut columns: Vec<(bool, bool)> = Vec::new();
    for (row, record) in plain.records(text).enumerate() {
        columns.resize(columns.len().max(record.len()), (false, false));
        for (cell, column) in record.iter().map(str::trim).zip(&mut columns) {
            let inside = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
            match inside {
                Some(inside) if inside.replace("\"\"", "").contains('"') => return false,
                Some(inside) => column.0 |= !inside.contains('"'),
                None if cell.contains('"') => return false,
                // The header may be the one cell of its column that is not quoted.
                None => column.1 |= row > 0 && !cell.is_empty(),
            }
        }
    }
    columns.iter().all(|&(without_need, unquoted)| !(without_need && unquoted))
}

/// Whether the lines inside quoted cells are rows of their own: each line has as many cells as the header, and in one
/// column their values are those of the other rows.
fn swallows_rows(tidied: &str, text: &str, delimiter: u8) -> bool {
    let [quoted, plain] = [Quotes::Doubled, Quotes::Text].map(|quotes| Dialect { delimiter, quotes });
    let starts: Vec<usize> = quoted.records(tidied).skip(1).map(|record| line_of(&record)).collect();
    let lines: Vec<csv::StringRecord> = plain.records(text).skip(1).collect();
    let width = lines.first().map_or(0, csv::StringRecord::len);
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    let mut lines = lines.iter().peekable();
    for i in 0..starts.len() {
        let end = starts.get(i + 1).copied().unwrap_or(usize::MAX);
        let record: Vec<_> = std::iter::from_fn(|| lines.next_if(|line| line_of(line) < end)).collect();
        if record.len() > 1 { inside.extend(record) } else { outside.extend(record) }
    }
    (0..width).any(|column| {
        let values = |lines: &[&csv::StringRecord]| -> HashSet<String> {
            lines.iter().filter_map(|line| line.get(column)).map(|cell| cell.trim().into()).collect()
        };
        let known = values(&outside);
        !inside.is_empty() && values(&inside).iter().all(|value| known.contains(value))
    })
}

fn line_of(record: &csv::StringRecord) -> usize {
    record.position().map_or(0, |position| position.line() as usize)
}
