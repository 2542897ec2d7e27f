//! JSON: objects with one field a column, one object a line (JSONL) or all in one array; or one object with a list, or an
//! object, a column, as pandas and datasets write tables.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::sheet::{Cell, Format, Record, Sheet, filled, is_padding};
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

pub(super) fn read(name: &str, text: &str) -> Result<Sheet> {
    let mut cells = Cells::default();
    let start = text.trim_start();
    let first = start.lines().next().unwrap_or_default();
    if start.starts_with('[') {
        read_array(name, text, &mut cells)?;
    } else if let (Err(_), Ok(whole)) = (object(first), object(text)) {
        read_whole(whole, &mut cells);
    } else {
        read_lines(name, text, &mut cells)?;
    }
    Ok(cells.into_sheet(name))
}

fn object(text: &str) -> serde_json::Result<Map<String, Value>> {
    serde_json::from_str(text)
}

fn read_lines(name: &str, text: &str, cells: &mut Cells) -> Result<()> {
    if let (1, Ok(whole)) = (text.trim().lines().count(), object(text))
        && columns_of(&whole).is_some()
    {
        read_whole(whole, cells);
        return Ok(());
    }
    let mut faults = Faults::of(name);
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match object(line) {
            Ok(object) => cells.add(Place::Line(i + 1), object),
            Err(why) => faults.add(Place::Line(i + 1), None, not_json(&why)),
        }
    }
    faults.finish()
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
fn read_array(name: &str, text: &str, cells: &mut Cells) -> Result<()> {
    let mut faults = Faults::of(name);
    let (mut byte, mut line) = (text.len() - text.trim_start().len() + 1, 1);
    line += newlines(&text[..byte]);
    loop {
        let rest = text[byte..].trim_start_matches(|char: char| char.is_whitespace() || char == ',');
        line += newlines(&text[byte..text.len() - rest.len()]);
        byte = text.len() - rest.len();
        if rest.starts_with(']') {
            break;
        }
        let mut elements = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        match elements.next() {
            Some(Ok(Value::Object(object))) => cells.add(Place::Line(line), object),
            Some(Ok(_)) => {
                let wrong = message!(
                    "data.not_an_object",
                    "it is not a JSON object; each element of the array is one, like {example}",
                    example = r#"{"text": "…", "topic": "…"}"#
                );
                faults.add(Place::Line(line), None, wrong);
            }
            Some(Err(why)) => {
                faults.add(Place::Line(line), None, broken(&why));
                break;
            }
            None => {
                faults.add(Place::Line(line), None, message!("data.open_array", "the array has no end, ]"));
                break;
            }
        }
        let length = elements.byte_offset();
        line += newlines(&rest[..length]);
        byte += length;
    }
    faults.finish()
}

fn broken(why: &serde_json::Error) -> Message {
    message!("data.broken_json", "it is not valid JSON ({why})", why = why.to_string())
}

fn newlines(text: &str) -> usize {
    text.bytes().filter(|&byte| byte == b'\n').count()
}

/// An object that holds the whole table, column by column, or its rows in one of its fields.
fn read_whole(mut whole: Map<String, Value>, cells: &mut Cells) {
    let is_rows = |value: &Value| value.as_array().is_some_and(|rows| rows.first().is_some_and(Value::is_object));
    let rows: Vec<String> = whole.iter().filter(|(_, value)| is_rows(value)).map(|(field, _)| field.clone()).collect();
    if let ([field], None) = (rows.as_slice(), columns_of(&whole))
        && let Some(Value::Array(rows)) = whole.shift_remove(field)
    {
        for (i, row) in rows.into_iter().enumerate() {
            if let Value::Object(row) = row {
                cells.add(Place::Sentence(i + 1), row);
            }
        }
        return;
    }
    let Some(columns) = columns_of(&whole) else {
        // One object that is no table is one row.
        cells.add(Place::Line(1), whole);
        return;
    };
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
        cells.add(Place::Sentence(i + 1), row);
    }
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

/// Cells as they are read; a new field is a new column.
#[derive(Default)]
struct Cells {
    columns: HashMap<String, usize>,
    records: Vec<Record>,
    blank: usize,
    padded: Places,
}

impl Cells {
    fn add(&mut self, place: Place, object: Map<String, Value>) {
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
            return;
        }
        cells.sort_by_key(|&(column, _)| column);
        cells.dedup_by_key(|&mut (column, _)| column);
        self.records.push(Record { place, cells });
    }

    fn into_sheet(self, name: &str) -> Sheet {
        let mut columns: Vec<(String, usize)> = self.columns.into_iter().collect();
        columns.sort_unstable_by_key(|&(_, column)| column);
        Sheet {
            name: name.into(),
            format: Format::Json,
            columns: columns.into_iter().map(|(name, _)| name).collect(),
            records: self.records,
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
