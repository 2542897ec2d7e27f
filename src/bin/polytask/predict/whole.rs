//! Files that cannot be read row by row, such as JSON arrays: they are looked through first, by the library's reader, as `train` reads
//! its data.

use std::io::{BufReader, Read};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::mpsc::sync_channel;

use polytask::data::{self, FileCells};
use serde_json::{Map, Value};

use super::input::Input;
use super::layout::{Format, Layout, Wanted, plain_name};
use super::lines::Fault;
use super::object::{cell, object};
use super::records::{Record, Row, no_column};
use crate::files::{Source, unpacked};
use crate::processes::note;
use crate::{Result, files};

/// Whether the file at `path` shows at its beginning that it has no rows to read one after the other: by the ending of its
/// name, by the zeros of UTF-16 without a byte order mark, or by lines that end as on old Macs.
pub fn is_needed(path: &Path) -> Result<bool> {
    if plain_name(&path.display().to_string()).ends_with(".json") {
        return Ok(true);
    }
    let mut start = Vec::new();
    let wrong = |e: std::io::Error| format!("{}: it cannot be read: {e}", path.display());
    let input = unpacked(BufReader::new(files::open(path)?)).map_err(wrong)?;
    input.take(4096).read_to_end(&mut start).map_err(wrong)?;
    let is_marked = start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]);
    let is_mac = !start.contains(&b'\n') && start.iter().rev().skip(1).any(|&byte| byte == b'\r');
    Ok(start.starts_with(b"PAR1") || !is_marked && (start.contains(&0) || is_mac))
}

/// Opens the file at `path`, whose rows are handed out as they are asked for. They are written like the file, those of JSON and
/// Parquet one object a line.
pub fn read(path: &Path, wanted: &Wanted) -> Result<Input> {
    let name = path.display().to_string();
    let source = Source::open(&name)?;
    let (text_asked, trained) = (wanted.text.clone(), wanted.trained.clone());
    let cells = FileCells::open(&name, &source, text_asked.as_deref(), &trained)?;
    // Where several columns could be meant, the library guesses; a model's answers should not rest on that.
    if wanted.text_column(&cells.columns) != Some(cells.text) {
        return Err(no_column(&name, wanted.candidates()[0], &cells.columns).into());
    }
    let layout = layout(cells.format);
    let (columns, text, length) = (cells.columns.clone(), cells.text, Some(cells.rows() as u64));
    let mut number = 0;
    let mut wrong = None;
    cells.visit(&mut |row| {
        number += 1;
        wrong = not_a_string(&columns[text], text, number, &row);
        if wrong.is_none() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    if let Some(wrong) = wrong {
        return Err(format!("{name}, {wrong}").into());
    }
    for assumed in &cells.notes {
        note(assumed);
    }
    drop(cells);
    let (send, coming) = sync_channel(AHEAD);
    let (opened, names) = (name.clone(), columns.clone());
    // Nobody waits for it if the command ends earlier.
    std::thread::spawn(move || {
        // It was opened like this above.
        let Ok(cells) = FileCells::open(&opened, &source, text_asked.as_deref(), &trained) else { return };
        let mut number = 0;
        cells.visit(&mut |row| {
            number += 1;
            match send.send(record(&names, text, layout.format, number, &row)) {
                Ok(()) => ControlFlow::Continue(()),
                Err(_) => ControlFlow::Break(()),
            }
        });
    });
    Ok(Input { name, layout, columns, rows: Box::new(coming.into_iter()), length })
}

/// Rows that are read before they are asked for.
const AHEAD: usize = 1024;

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

/// The sentence for a row that has a list or an object in place of a text; `None` if it has a text.
fn not_a_string(column: &str, text: usize, number: usize, row: &[Value]) -> Option<String> {
    let is_nested = row[text].is_array() || row[text].is_object();
    is_nested.then(|| format!("row {number}: its field {column:?} is not a string; the sentence must be one"))
}

/// The row with this number, from 1.
fn record(
    columns: &[String],
    text: usize,
    format: Format,
    number: usize,
    row: &[Value],
) -> std::result::Result<Record, Fault> {
    let fields: Vec<String> = row.iter().map(|value| cell(&value.to_string())).collect();
    let sentence = fields[text].clone();
    let row = match format {
        Format::Lines => Row::Line(sentence.clone()),
        Format::Csv | Format::Tsv => Row::Fields(fields),
        Format::Jsonl => {
            let line =
                Value::Object(columns.iter().cloned().zip(row.iter().cloned()).collect::<Map<_, _>>()).to_string();
            let fields = object(&line).map_err(|wrong| Fault { line: number, wrong })?;
            Row::Object(line, fields)
        }
    };
    Ok(Record { line: number, text: sentence, row })
}
