//! What a file holds, column by column, for somebody who chooses its columns.

use serde::Serialize;

#[cfg(target_arch = "wasm32")]
use tsify::Tsify;

use super::guess::{guess_text, profiles, why_no_task};
use super::sheet::{Format, Sheet};
use crate::Result;
use crate::error::Message;

/// Number of rows in a preview, of examples of a column, and of characters of a cell in either.
const ROWS: usize = 10;
const EXAMPLES: usize = 5;
const CHARACTERS: usize = 200;

/// What a file holds. The roles are those that [`read_table`](super::read_table) gives the columns by itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct Inspection {
    /// How it separates its cells.
    pub format: Format,
    /// Number of rows that are not blank.
    pub rows: usize,
    /// Number of rows without anything in them; they are left out.
    pub blank_rows: usize,
    /// Its columns, in the file's order.
    pub columns: Vec<ColumnSummary>,
    /// The first rows, at most ten: a cell for each column, cut where it is long; blank cells are empty.
    pub preview: Vec<Vec<String>>,
    /// What was assumed to read the cells.
    pub notes: Vec<Message>,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
pub struct ColumnSummary {
    /// Its name; it may be blank, or that of another column too.
    pub name: String,
    /// What it is taken for.
    pub role: Role,
    /// Number of its cells that are not blank.
    pub filled: usize,
    /// Number of its different cells; as labels, its classes.
    pub classes: usize,
    /// The first of its different cells, at most five, cut where they are long.
    pub examples: Vec<String>,
    /// Why it is no task; only of `other`.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Message>,
}

/// What a column is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(Tsify))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// It holds the sentences. No column has this role if it is not clear which one does.
    Text,
    /// It holds the labels of a task.
    Task,
    /// Neither.
    Other,
}

/// Looks at a file without reading sentences or labels.
///
/// # Errors
///
/// As [`read_table`](super::read_table) for a file whose cells cannot be read. It does not matter which columns there are.
pub fn inspect(name: &str, bytes: &[u8]) -> Result<Inspection> {
    let sheet = Sheet::read(name, bytes)?;
    let profiles = profiles(&sheet);
    let text = guess_text(&sheet, &profiles);
    let mut columns: Vec<ColumnSummary> = Vec::with_capacity(profiles.len());
    for (at, (name, profile)) in sheet.columns.iter().zip(&profiles).enumerate() {
        let why = if text == Some(at) { None } else { why_no_task(name, profile) };
        let role = match &why {
            _ if text == Some(at) => Role::Text,
            Some(_) => Role::Other,
            None => Role::Task,
        };
        let (filled, classes) = (profile.filled, profile.classes());
        columns.push(ColumnSummary { name: name.clone(), role, filled, classes, examples: Vec::new(), why });
    }
    let mut preview: Vec<Vec<String>> = Vec::new();
    sheet.each(|record| {
        for (column, cell) in &record.cells {
            let examples = &mut columns[*column].examples;
            if examples.len() < EXAMPLES {
                let cell = cut(cell.text());
                if !examples.contains(&cell) {
                    examples.push(cell);
                }
            }
        }
        if preview.len() < ROWS {
            let cell = |column: usize| record.get(column).map(|cell| cut(cell.text())).unwrap_or_default();
            preview.push((0..sheet.columns.len()).map(cell).collect());
        }
    });
    Ok(Inspection {
        format: sheet.format,
        rows: sheet.rows,
        blank_rows: sheet.blank,
        columns,
        preview,
        notes: sheet.assumed.iter().map(|note| note.clone().placed(sheet.name.as_str().into())).collect(),
    })
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}
