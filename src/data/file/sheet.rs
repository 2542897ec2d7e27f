//! A file's cells, before it is decided which column is what.

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

use serde::Serialize;

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
pub(super) struct Sheet {
    /// The file's name in sentences.
    pub name: String,
    pub format: Format,
    /// The columns' names, in the file's order; a name may be blank or there twice.
    pub columns: Vec<String>,
    /// The rows with anything in them.
    pub records: Vec<Record>,
    /// The number of rows without anything in them.
    pub blank: usize,
    /// The rows where NULs around a cell were removed.
    pub padded: Places,
    /// What was assumed to read the cells, without the file's name.
    pub assumed: Vec<Message>,
}

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

impl Sheet {
    /// Reads all cells. What the file begins with decides whether it is JSON; the ending of its name breaks ties.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self> {
        let (text, mut assumed) = decode::decode(name, bytes)?;
        if text.trim_matches(is_padding).is_empty() {
            let wrong = message!(
                "data.empty_file",
                "the file is empty; it must hold a column of sentences and a label column per task"
            );
            return Err(Error::data(name, wrong));
        }
        let ending = name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
        let mut sheet = if json::is_json(&text, &ending) {
            json::read(name, &text)?
        } else {
            delimited::read(name, &text, &ending)?
        };
        if sheet.records.is_empty() {
            return Err(Error::data(name, message!("data.no_row", "there is no row below the header")));
        }
        assumed.append(&mut sheet.assumed);
        sheet.assumed = assumed;
        Ok(sheet)
    }
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
