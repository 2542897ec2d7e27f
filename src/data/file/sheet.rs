//! A file's cells, before it is decided which column is what. Rows are not kept: each pass over them reads the text again.

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

use std::ops::ControlFlow;

use serde::Serialize;

#[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
use super::parquet_file;
use super::{decode, delimited, json};
use crate::data::faults::Places;
use crate::data::table::Place;
use crate::error::{Message, message};
use crate::{Error, Result};

/// How a file separates its cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// CSV.
    Commas,
    /// CSV where the decimal sign is a comma.
    Semicolons,
    /// TSV.
    Tabs,
    /// `|`
    Bars,
    /// The character that the file itself names in a first line `sep=`.
    Other,
    /// JSON objects: one a line, or an array of them.
    Json,
}

impl Format {
    /// What stands between two cells, in the plural.
    pub(super) fn separator(self) -> Message {
        match self {
            Self::Commas => message!("data.commas", "commas"),
            Self::Semicolons => message!("data.semicolons", "semicolons"),
            Self::Tabs => message!("data.tabs", "tabs"),
            Self::Bars => message!("data.bars", "vertical bars"),
            Self::Other | Self::Json => message!("data.separators", "separators"),
        }
    }
}

/// The cells of a file.
#[derive(Debug)]
pub(super) struct Sheet<'a> {
    /// The file's name in sentences.
    pub name: String,
    pub format: Format,
    /// The columns' names, in the file's order; a name may be blank or there twice.
    pub columns: Vec<String>,
    /// The number of rows with anything in them.
    pub rows: usize,
    pub records: Records<'a>,
    /// The number of rows without anything in them.
    pub blank: usize,
    /// The rows where NULs around a cell were removed.
    pub padded: Places,
    /// What was assumed to read the cells, without the file's name.
    pub assumed: Vec<Message>,
}

/// The rows with anything in them.
#[derive(Debug)]
pub(super) enum Records<'a> {
    Delimited(delimited::Rows<'a>),
    Json(json::Rows<'a>),
    #[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
    Parquet(parquet_file::Rows),
    /// Of a file whose rows are not one after the other.
    Kept(Vec<Record>),
}

/// Whether a pass over rows goes on.
pub(super) type Flow = ControlFlow<()>;

/// A row's cells that are not blank, by column, ascending.
#[derive(Debug)]
pub(super) struct Record {
    pub place: Place,
    pub cells: Vec<(usize, Cell)>,
}

/// What a cell holds, not blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// Text, without white space around it.
    Text(String),
    /// A number or a boolean that a JSON file does not write as text.
    Scalar(String),
    /// A list or an object of a JSON file, as JSON.
    Nested(String),
}

impl Cell {
    /// What it says.
    pub fn text(&self) -> &str {
        match self {
            Self::Text(text) | Self::Scalar(text) | Self::Nested(text) => text,
        }
    }
}

impl Record {
    pub fn get(&self, column: usize) -> Option<&Cell> {
        let at = self.cells.binary_search_by_key(&column, |&(column, _)| column).ok()?;
        Some(&self.cells[at].1)
    }
}

impl<'a> Sheet<'a> {
    /// Looks at all cells. What the file begins with decides whether it is JSON; the ending of its name breaks ties.
    pub fn read(name: &str, bytes: &'a [u8]) -> Result<Self> {
        #[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
        if bytes.starts_with(parquet_file::START) {
            let sheet = parquet_file::read(name, bytes)?;
            return if sheet.rows == 0 { Err(no_row(name)) } else { Ok(sheet) };
        }
        let (text, mut assumed) = decode::decode(name, bytes)?;
        if text.trim_matches(is_padding).is_empty() {
            let wrong = message!(
                "data.empty_file",
                "the file is empty; it must hold a column of sentences and a label column per task"
            );
            return Err(Error::data(name, wrong));
        }
        let ending = ending_of(name);
        let mut sheet =
            if json::is_json(&text, &ending) { json::read(name, text)? } else { delimited::read(name, text, &ending)? };
        if sheet.rows == 0 {
            return Err(no_row(name));
        }
        assumed.append(&mut sheet.assumed);
        sheet.assumed = assumed;
        Ok(sheet)
    }

    /// Calls `visit` with each row that has anything in it, in order, until it breaks.
    pub fn visit(&self, visit: &mut dyn FnMut(&Record) -> Flow) {
        match &self.records {
            Records::Delimited(rows) => rows.visit(visit),
            Records::Json(rows) => rows.visit(visit),
            #[cfg(all(feature = "parquet", not(target_arch = "wasm32")))]
            Records::Parquet(rows) => rows.visit(visit),
            Records::Kept(records) => {
                let _ = records.iter().try_for_each(visit);
            }
        }
    }

    /// Calls `visit` with each row that has anything in it, in order.
    pub fn each(&self, mut visit: impl FnMut(&Record)) {
        self.visit(&mut |record| {
            visit(record);
            Flow::Continue(())
        });
    }
}

fn no_row(name: &str) -> Error {
    Error::data(name, message!("data.no_row", "there is no row below the header"))
}

/// The ending of a file's name in small letters, that of a compressed file before its last one: `csv` of `a.csv.gz`.
fn ending_of(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    let plain = [".gz", ".zst"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
    plain.rsplit('.').next().unwrap_or_default().into()
}

/// White space, the NULs that databases pad cells with, and byte order marks, which files that were put together have inside.
pub(super) fn is_padding(char: char) -> bool {
    char.is_whitespace() || matches!(char, '\0' | '\u{feff}')
}

/// What a cell holds, without padding; `None` if nothing is left. Adds `place` to `padded` if there were NULs.
pub(super) fn filled(cell: &str, place: Place, padded: &mut Places) -> Option<String> {
    let text = cell.trim_matches(is_padding);
    if text.len() < cell.len() && cell.contains('\0') && !text.contains('\0') {
        padded.add(place);
    }
    (!text.is_empty()).then(|| text.to_string())
}
