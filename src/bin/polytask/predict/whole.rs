//! Files that cannot be read row by row, such as JSON arrays: they are read whole, by the library's reader, as `train` reads
//! its data.

use std::io::Read;
use std::path::Path;

use polytask::data::{self, Cells, read_cells};
use serde_json::{Map, Value};

use super::input::Input;
use super::layout::{Format, Layout, Wanted};
use super::object::{cell, object};
use super::records::{Record, Row, no_column};
use crate::{Result, files};

/// Whether the file at `path` shows at its beginning that it has no rows to read one after the other: by the ending of its
/// name, by the zeros of UTF-16 without a byte order mark, or by lines that end as on old Macs.
pub fn is_needed(path: &Path) -> Result<bool> {
    if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
        return Ok(true);
    }
    let mut start = Vec::new();
    files::open(path)?.take(4096).read_to_end(&mut start)?;
    let is_marked = start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]);
    let is_mac = !start.contains(&b'\n') && start.iter().rev().skip(1).any(|&byte| byte == b'\r');
    Ok(!is_marked && (start.contains(&0) || is_mac))
}

/// Reads the file at `path`. Its rows are written like the file, those of JSON one object a line.
pub fn read(path: &Path, wanted: &Wanted) -> Result<Input> {
    let name = path.display().to_string();
    let Cells { format, columns, text, rows, notes } =
        read_cells(&name, &files::read(path)?, wanted.text.as_deref(), &wanted.trained)?;
    // Where several columns could be meant, the library guesses; a model's answers should not rest on that.
    if wanted.text_column(&columns) != Some(text) {
        return Err(no_column(&name, wanted.candidates()[0], &columns).into());
    }
    let layout = layout(format);
    let records = rows.iter().enumerate().map(|(i, row)| record(&columns, text, layout.format, i + 1, row));
    let records = records.collect::<Result<Vec<Record>>>().map_err(|e| format!("{name}, {e}"))?;
    for note in notes {
        eprintln!("{note}");
    }
    let length = Some(records.len() as u64);
    Ok(Input { name, layout, columns, rows: Box::new(records.into_iter().map(Ok)), length })
}

fn layout(format: Option<data::Format>) -> Layout {
    let csv = |delimiter| Layout { delimiter, ..Layout::new(Format::Csv) };
    match format {
        None => Layout::new(Format::Lines),
        Some(data::Format::Json) => Layout::new(Format::Jsonl),
        Some(data::Format::Tabs) => Layout::new(Format::Tsv),
        Some(data::Format::Semicolons) => csv(b';'),
        Some(data::Format::Bars) => csv(b'|'),
        Some(data::Format::Commas | data::Format::Other) => csv(b','),
    }
}

/// The row with this number, from 1.
fn record(columns: &[String], text: usize, format: Format, number: usize, row: &[Value]) -> Result<Record> {
    let column = &columns[text];
    if row[text].is_array() || row[text].is_object() {
        return Err(format!("row {number}: its field {column:?} is not a string; the sentence must be one").into());
    }
    let fields: Vec<String> = row.iter().map(|value| cell(&value.to_string())).collect();
    let sentence = fields[text].clone();
    let row = match format {
        Format::Lines => Row::Line(sentence.clone()),
        Format::Csv | Format::Tsv => Row::Fields(fields),
        Format::Jsonl => {
            let line =
                Value::Object(columns.iter().cloned().zip(row.iter().cloned()).collect::<Map<_, _>>()).to_string();
            let fields = object(&line)?;
            Row::Object(line, fields)
        }
    };
    Ok(Record { line: number, text: sentence, row })
}
