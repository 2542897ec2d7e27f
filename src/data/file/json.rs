//! JSON: objects with one field a column, one object a line (JSONL) or all in one array; or one object with a list, or an
//! object, a column, as pandas and datasets write tables.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::{Map, Value};

use super::sheet::{Cell, Flow, Format, Record, Records, Sheet, filled, is_padding};
use crate::Result;
use crate::data::faults::{Faults, Places};
use crate::data::table::Place;
use crate::error::{Message, message};

/// Whether a text is JSON. Where the ending says something else, its first line or the whole must be JSON.
pub(super) fn is_json(text: &str, ending: &str) -> bool {
    if matches!(ending, "jsonl" | "ndjson" | "json" | "jsonlines") {
        return true;
    }
    let is_object = |text: &str| serde_json::from_str::<Map<String, Value>>(text).is_ok();
    match text.trim_start().as_bytes().first() {
        Some(b'{') => is_object(text.trim_start().lines().next().unwrap_or_default()),
        Some(b'[') => serde_json::from_str::<Vec<Value>>(text).is_ok(),
        _ => false,
    }
}

/// Rows that are read again in each pass: an object a line, or the objects of an array.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    text: Cow<'a, str>,
    is_array: bool,
    /// The columns' places.
    columns: HashMap<String, usize>,
}

pub(super) fn read<'a>(name: &str, text: Cow<'a, str>) -> Result<Sheet<'a>> {
    let start = text.trim_start();
    let first = start.lines().next().unwrap_or_default();
    let is_array = start.starts_with('[');
    if !is_array {
        let is_whole = |whole: &Map<String, Value>| {
            object(first).is_err() || (text.trim().lines().count() == 1 && columns_of(whole).is_some())
        };
        if let Some(whole) = object(&text).ok().filter(is_whole) {
            return Ok(read_whole(name, whole));
        }
    }
    let mut cells = Cells::default();
    let mut rows = 0;
    let mut faults = Faults::of(name);
    scan(&text, is_array, &mut |place, row| {
        match row {
            Ok(object) => rows += usize::from(cells.record(place, object).is_some()),
            Err(wrong) => faults.add(place, None, wrong),
        }
        Flow::Continue(())
    });
    faults.finish()?;
    let records = Records::Json(Rows { text, is_array, columns: cells.columns.clone() });
    Ok(cells.into_sheet(name, rows, records))
}

impl Rows<'_> {
    /// Calls `visit` with each row until it breaks.
    pub fn visit(&self, visit: &mut dyn FnMut(&Record) -> Flow) {
        let mut cells = Cells { columns: self.columns.clone(), ..Cells::default() };
        scan(&self.text, self.is_array, &mut |place, row| {
            let record = row.ok().and_then(|object| cells.record(place, object));
            record.map_or(Flow::Continue(()), |record| visit(&record))
        });
    }
}

fn object(text: &str) -> serde_json::Result<Map<String, Value>> {
    serde_json::from_str(text)
}

/// Callback invoked with each row, or with the sentence that says why the row cannot be read.
type Visit<'v> = dyn FnMut(Place, std::result::Result<Map<String, Value>, Message>) -> Flow + 'v;

/// Calls `visit` with each object.
fn scan(text: &str, is_array: bool, visit: &mut Visit) {
    let _ = if is_array { scan_array(text, visit) } else { scan_lines(text, visit) };
}

fn scan_lines(text: &str, visit: &mut Visit) -> Flow {
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        visit(Place::Line(i + 1), object(line).map_err(|why| not_json(&why)))?;
    }
    Flow::Continue(())
}

fn not_json(why: &serde_json::Error) -> Message {
    message!(
        "data.not_json",
        "it is not a JSON object ({why}); each line is one, like {example}",
        why = why.to_string(),
        example = r#"{"text": "…", "topic": "…"}"#
    )
}

/// An array's elements are read one by one: each of them has a line for error sentences.
fn scan_array(text: &str, visit: &mut Visit) -> Flow {
    let (mut byte, mut line) = (text.len() - text.trim_start().len() + 1, 1);
    line += newlines(&text[..byte]);
    loop {
        let rest = text[byte..].trim_start_matches(|char: char| char.is_whitespace() || char == ',');
        line += newlines(&text[byte..text.len() - rest.len()]);
        byte = text.len() - rest.len();
        if rest.starts_with(']') {
            return Flow::Continue(());
        }
        let place = Place::Line(line);
        let mut elements = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match elements.next() {
            Some(Ok(Value::Object(object))) => visit(place, Ok(object))?,
            Some(Ok(_)) => {
                let wrong = message!(
                    "data.not_an_object",
                    "it is not a JSON object; each element of the array is one, like {example}",
                    example = r#"{"text": "…", "topic": "…"}"#
                );
                visit(place, Err(wrong))?;
            }
            Some(Err(why)) => return visit(place, Err(broken(&why))),
            None => return visit(place, Err(message!("data.open_array", "the array has no end, ]"))),
        }
        let length = elements.byte_offset();
        line += newlines(&rest[..length]);
        byte += length;
    }
}

fn broken(why: &serde_json::Error) -> Message {
    message!("data.broken_json", "it is not valid JSON ({why})", why = why.to_string())
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|&byte| byte == b'\n').count()
}

/// An object that holds the whole table, column by column, or its rows in one of its fields.
fn read_whole(name: &str, mut whole: Map<String, Value>) -> Sheet<'static> {
    let mut cells = Cells::default();
    let mut records = Vec::new();
    let mut add = |place: Place, row: Map<String, Value>| records.extend(cells.record(place, row));
    let is_rows = |value: &Value| value.as_array().is_some_and(|rows| rows.first().is_some_and(Value::is_object));
    let rows: Vec<String> = whole.iter().filter(|(_, value)| is_rows(value)).map(|(field, _)| field.clone()).collect();
    if let ([field], None) = (rows.as_slice(), columns_of(&whole))
        && let Some(Value::Array(rows)) = whole.shift_remove(field)
    {
        for (i, row) in rows.into_iter().enumerate() {
            if let Value::Object(row) = row {
                add(Place::Sentence(i + 1), row);
            }
        }
    } else if let Some(columns) = columns_of(&whole) {
        let mut rows: Vec<Map<String, Value>> = columns.iter().map(|_| Map::new()).collect();
        for (column, values) in whole {
            let values: Vec<Value> = match values {
                Value::Array(values) => values,
                Value::Object(mut values) => columns.iter().map(|row| values.remove(row).unwrap_or_default()).collect(),
                _ => Vec::new(),
            };
            for (row, value) in rows.iter_mut().zip(values) {
                row.insert(column.clone(), value);
            }
        }
        for (i, row) in rows.into_iter().enumerate() {
            add(Place::Sentence(i + 1), row);
        }
    } else {
        // One object that is no table is one row.
        add(Place::Line(1), whole);
    }
    cells.into_sheet(name, records.len(), Records::Kept(records))
}

/// The names of the rows, if each field is a column: a list, or an object by the rows' names, all equally long.
fn columns_of(whole: &Map<String, Value>) -> Option<Vec<String>> {
    let mut fields = whole.values();
    match fields.next()? {
        Value::Array(first) if whole.len() > 1 => {
            let is_column = |value: &Value| value.as_array().is_some_and(|values| values.len() == first.len());
            fields.all(is_column).then(|| (0..first.len()).map(|row| row.to_string()).collect())
        }
        Value::Object(first) if whole.len() > 1 => {
            let is_column = |value: &Value| {
                value.as_object().is_some_and(|values| {
                    values.len() == first.len() && first.keys().all(|row| values.contains_key(row))
                })
            };
            fields.all(is_column).then(|| first.keys().cloned().collect())
        }
        _ => None,
    }
}

/// What is known of the cells that were read; a new field is a new column.
#[derive(Default)]
struct Cells {
    columns: HashMap<String, usize>,
    blank: usize,
    padded: Places,
}

impl Cells {
    /// A row's cells; `None`, and counted, if all of them are blank.
    fn record(&mut self, place: Place, object: Map<String, Value>) -> Option<Record> {
        let mut cells = Vec::with_capacity(object.len());
        for (field, value) in object {
            let field = field.trim_matches(is_padding);
            let next = self.columns.len();
            let column = match self.columns.get(field) {
                Some(&column) => column,
                None => *self.columns.entry(field.to_string()).or_insert(next),
            };
            cells.extend(cell(value, place, &mut self.padded).map(|cell| (column, cell)));
        }
        if cells.is_empty() {
            self.blank += 1;
            return None;
        }
        cells.sort_by_key(|&(column, _)| column);
        cells.dedup_by_key(|&mut (column, _)| column);
        Some(Record { place, cells })
    }

    fn into_sheet<'a>(self, name: &str, rows: usize, records: Records<'a>) -> Sheet<'a> {
        let mut columns: Vec<(String, usize)> = self.columns.into_iter().collect();
        columns.sort_unstable_by_key(|&(_, column)| column);
        Sheet {
            name: name.into(),
            format: Format::Json,
            columns: columns.into_iter().map(|(name, _)| name).collect(),
            rows,
            records,
            blank: self.blank,
            padded: self.padded,
            assumed: Vec::new(),
        }
    }
}

/// A list of one is what is in it, as annotation tools write a single label; an empty one is blank.
fn cell(value: Value, place: Place, padded: &mut Places) -> Option<Cell> {
    match value {
        Value::Null => None,
        Value::String(text) => filled(&text, place, padded).map(Cell::Text),
        Value::Bool(_) | Value::Number(_) => Some(Cell::Scalar(value.to_string())),
        Value::Array(mut values) if values.len() < 2 => match values.pop()? {
            nested @ (Value::Array(_) | Value::Object(_)) => Some(Cell::Nested(Value::Array(vec![nested]).to_string())),
            value => cell(value, place, padded),
        },
        Value::Object(fields) if fields.is_empty() => None,
        nested => Some(Cell::Nested(nested.to_string())),
    }
}
